"""How an import ended, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lwdeploy.core.errors import LwdeployError
from lwdeploy.planning.model import Plan
from lwdeploy.views.line import Line, Style, printable

__all__ = ["FORMAT_VERSION", "Imported", "Part", "Unread", "counted", "import_json", "import_lines"]

FORMAT_VERSION = 1
_SHOWN = 20
"""Lines of one sort that people read; the files and the JSON form have all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something that could not be read, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a bot, by address and dotted path, and why it is told; without a path, all of the bot."""

    address: str
    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How an import ended. `files` are relative to `folder`; `plan` is what a plan of all of it found.

    `bots` maps addresses to ids. `unread` is what could not be read, `left_out` what no manifest says, `conflicts`
    what moved in the tenant and was not written because the manifest says something of its own. `problem` says why
    there is no plan. A `dry` run has written nothing: `created` and `updated` are what it would have written.
    """

    tenant: str
    folder: Path
    bots: Mapping[str, str]
    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    calls: Mapping[str, int]
    unread: tuple[Unread, ...]
    left_out: tuple[Part, ...]
    conflicts: tuple[Part, ...] = ()
    plan: Plan | None = None
    problem: LwdeployError | None = None
    dry: bool = False

    @property
    def proven(self) -> bool:
        """Whether a plan of what was written finds nothing to do."""
        return self.problem is None and self.plan is not None and self.plan.empty


def import_lines(ended: Imported) -> Iterator[Line]:
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
        rows = [_row(each) for each in ended.left_out]
        yield from _few(rows, "more; each stands in the file of its bot")
    if ended.conflicts:
        yield Line("Moved in the tenant, and left as the manifest has it:", Style.BOLD)
        yield from (_row(each) for each in ended.conflicts)
    yield Line(_summary(ended), Style.BOLD)


def _row(part: Part) -> Line:
    where = f"{part.address} {part.path}".rstrip()
    return Line(printable(f"  {where}: {part.why}"))


def _few(lines: list[Line], more: str) -> Iterator[Line]:
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield Line(f"  and {len(lines) - _SHOWN} {more}")


def _summary(ended: Imported) -> str:
    told = ((ended.created, "written"), (ended.updated, "updated"), (ended.unchanged, "as before"))
    files = ", ".join(f"{len(names)} {word}" for names, word in told if names) or "none"
    what = f"Imported {counted(len(ended.bots), 'bot')} of {printable(ended.tenant)}"
    if ended.dry:
        return f"Nothing was written. To be: {files}."
    return f"{what} with {counted(sum(ended.calls.values()), 'call')}. Files: {files}."


def counted(number: int, word: str) -> str:
    """Give a number of things."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def import_json(ended: Imported) -> dict[str, Any]:
    """Give the same for machines; described by `schemas/import.schema.json`."""
    plan = ended.plan
    steps = (
        []
        if plan is None
        else [{"address": str(each.address), "action": each.action.value} for each in plan.steps]
    )
    return {
        "format_version": FORMAT_VERSION,
        "dry_run": ended.dry,
        "tenant": ended.tenant,
        "bots": dict(ended.bots),
        "files": {
            "created": list(ended.created),
            "updated": list(ended.updated),
            "unchanged": list(ended.unchanged),
        },
        "unread": [{"what": each.what, "why": each.why} for each in ended.unread],
        "left_out": [_part(each) for each in ended.left_out],
        "conflicts": [_part(each) for each in ended.conflicts],
        "calls": dict(Counter(ended.calls)),
        "proven": ended.proven,
        "changes": steps,
        "problem": "" if ended.problem is None else str(ended.problem),
    }


def _part(part: Part) -> dict[str, str]:
    return {"address": part.address, "path": part.path, "why": part.why}
