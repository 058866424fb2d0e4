"""What the trash keeps, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lwdeploy.views.line import Line, printable

__all__ = ["trash_lines"]


def trash_lines(rows: Iterable[tuple[str, str, str, str]]) -> Iterator[Line]:
    """Give one line for each deleted bot, of its name, the time, who deleted it and why."""
    shown = list(rows)
    widest = max((len(name) for name, *_ in shown), default=0)
    for name, when, who, why in shown:
        yield Line(printable(f"{name:<{widest}}  {when}  {who}  {why}".rstrip()))
