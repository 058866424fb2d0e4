"""What a sweep found, as lines to be read and as a table for a page."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

__all__ = ["Result", "markdown", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How one case ended."""

    work: str
    trouble: str
    nth: int
    what: str
    positions: int
    wrong: tuple[str, ...]
    orphans: int
    duplicates: int
    runs: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        return cls(**{**found, "wrong": tuple(found["wrong"])})

    def __str__(self) -> str:
        return f"{self.work}:{self.trouble}:{self.nth}"


HEAD = ("work", "trouble", "positions", "cases", "runs", "failed", "orphans", "duplicates")


def rows(results: Sequence[Result]) -> Iterator[tuple[str, ...]]:
    """Give one row for each work and trouble, one for each work, and one for all."""
    works = list(dict.fromkeys(each.work for each in results))
    for work in works:
        mine = [each for each in results if each.work == work]
        for trouble in dict.fromkeys(each.trouble for each in mine):
            some = [each for each in mine if each.trouble == trouble]
            yield (work, trouble, str(some[0].positions), *_counts(some))
        yield (work, "all", str(_positions(mine)), *_counts(mine))
    yield (
        "all",
        "all",
        str(sum(_positions([x for x in results if x.work == w]) for w in works)),
        *_counts(results),
    )


def _positions(results: Iterable[Result]) -> int:
    """Count positions of all seams: the troubles of one seam share them, so the most of each counts once."""
    return len({(each.what, each.nth) for each in results})


def _counts(results: Sequence[Result]) -> tuple[str, ...]:
    total: Callable[[str], int] = lambda name: sum(getattr(each, name) for each in results)  # noqa: E731
    failed = sum(bool(each.wrong) for each in results)
    return tuple(
        str(each) for each in (len(results), total("runs"), failed, total("orphans"), total("duplicates"))
    )


def text(results: Sequence[Result]) -> Iterator[str]:
    """Give a table for a terminal."""
    table = [HEAD, *rows(results)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
    for row in table:
        left = "  ".join(cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True))
        right = "  ".join(cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True))
        yield f"{left}  {right}"


def markdown(results: Sequence[Result], *, backend: str, commit: str, now: datetime) -> Iterator[str]:
    """Give a table for a page: one line for each trouble, one column for each work."""
    works = list(dict.fromkeys(each.work for each in results))
    troubles = list(dict.fromkeys(each.trouble for each in results))
    yield f"State in `{backend}`, {now.astimezone(UTC):%Y-%m-%d}, commit {commit}:"
    yield ""
    yield f"| trouble | {' | '.join(works)} | runs | failed | orphans | duplicates |"
    yield "|---" * (len(works) + 5) + "|"
    for trouble in [*troubles, "all"]:
        some = [each for each in results if trouble in (each.trouble, "all")]
        cases = [str(sum(each.work == work for each in some) or "") for work in works]
        yield f"| {trouble} | {' | '.join(cases)} | {' | '.join(_counts(some)[1:])} |"


def commit(root: Path) -> str:
    """Name the commit that is checked out, with a word for what is not committed."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"
