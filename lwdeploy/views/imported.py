"""How an import ended, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from lwdeploy.planning.model import Plan
from lwdeploy.views.line import Line, Style, printable

__all__ = ["FORMAT_VERSION", "import_json", "import_lines"]

FORMAT_VERSION = 1
_SHOWN = 20
"""Lines of one sort that people read; the files and the JSON form have all of them."""


class _Unread(Protocol):
    @property
    def what(self) -> str: ...
    @property
    def why(self) -> str: ...


class _LeftOut(Protocol):
    @property
    def address(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def why(self) -> str: ...


class Ended(Protocol):
    """What the views ask of an import that has ended."""

    @property
    def tenant(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def bots(self) -> Mapping[str, str]: ...
    @property
    def created(self) -> Sequence[str]: ...
    @property
    def updated(self) -> Sequence[str]: ...
    @property
    def unchanged(self) -> Sequence[str]: ...
    @property
    def calls(self) -> Mapping[str, int]: ...
    @property
    def unread(self) -> Sequence[_Unread]: ...
    @property
    def left_out(self) -> Sequence[_LeftOut]: ...
    @property
    def plan(self) -> Plan | None: ...
    @property
    def proven(self) -> bool: ...


def import_lines(ended: Ended) -> Iterator[Line]:
    """Give what was written, what was not read, and what no manifest says."""
    yield from _few([Line(f"  + {name}", Style.ADD) for name in ended.created], "more files written")
    yield from _few([Line(f"  ~ {name}", Style.CHANGE) for name in ended.updated], "more files updated")
    missing = [f"{each.what}: {each.why}" for each in ended.unread]
    missing += ["the secrets of bots: no call shows them"]
    missing += ["users who were given a rich menu of their own elsewhere: no call lists them"]
    yield Line("Not read:", Style.BOLD)
    yield from (Line(printable(f"  {each}")) for each in missing)
    if ended.left_out:
        yield Line("Not managed, because no manifest can say it:", Style.BOLD)
        rows = [Line(printable(f"  {each.address} {each.path}: {each.why}")) for each in ended.left_out]
        yield from _few(rows, "more; each stands in the file of its bot")
    yield Line(_summary(ended), Style.BOLD)


def _few(lines: list[Line], more: str) -> Iterator[Line]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield Line(f"  and {len(lines) - _SHOWN} {more}")


def _summary(ended: Ended) -> str:
    files = (
        f"{len(ended.created)} files written, {len(ended.updated)} updated, {len(ended.unchanged)} as they were"
    )
    what = f"Imported {len(ended.bots)} bots of {printable(ended.tenant)}"
    return f"{what}: {files}; {sum(ended.calls.values())} calls."


def import_json(ended: Ended) -> dict[str, Any]:
    """Give the same for machines; described by `schemas/import.schema.json`."""
    plan = ended.plan
    steps = (
        []
        if plan is None
        else [{"address": str(each.address), "action": each.action.value} for each in plan.steps]
    )
    return {
        "format_version": FORMAT_VERSION,
        "tenant": ended.tenant,
        "bots": dict(ended.bots),
        "files": {
            "created": list(ended.created),
            "updated": list(ended.updated),
            "unchanged": list(ended.unchanged),
        },
        "unread": [{"what": each.what, "why": each.why} for each in ended.unread],
        "left_out": [{"address": each.address, "path": each.path, "why": each.why} for each in ended.left_out],
        "calls": dict(Counter(ended.calls)),
        "proven": ended.proven,
        "changes": steps,
    }
