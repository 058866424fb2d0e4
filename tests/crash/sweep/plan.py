"""Which cases there are, in an order that never changes, and which of them to play."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from tests.crash.sweep.play import Case
from tests.crash.sweep.stage import Position, Rehearsal, Workshop
from tests.crash.sweep.troubles import TROUBLES, Trouble
from tests.crash.sweep.works import WORKS

__all__ = ["Choice", "case_called", "cases", "one_of", "positions_of"]


_ONE = 0.001  # per cent: of any number of positions one
_LINES = 4  # operations on the audit log for one write, and the one that opens it


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which cases to play: of some works and troubles, `sample` per cent of them, every `of`-th from `part` on."""

    works: Sequence[str] = tuple(WORKS)
    troubles: Sequence[str] = tuple(TROUBLES)
    sample: float = 100.0
    part: int = 1
    of: int = 1
    seams: frozenset[str] = frozenset({"request", "store", "state", "audit"})


def cases(choice: Choice, workshop: Workshop) -> Iterator[Case]:
    """Give the cases in order; works are rehearsed when their first case comes."""
    chosen = (case for work in choice.works for case in _of_work(workshop.rehearsal(WORKS[work]), choice))
    yield from (case for at, case in enumerate(chosen) if at % choice.of == choice.part - 1)


def case_called(name: str, workshop: Workshop) -> Case:
    """Give the case of a name, WORK:TROUBLE:POSITION."""
    work, trouble, nth = name.split(":")
    rehearsal = workshop.rehearsal(WORKS[work])
    position = rehearsal.positions[TROUBLES[trouble].seam][int(nth) - 1]
    return Case(rehearsal=rehearsal, trouble=TROUBLES[trouble], position=position)


def positions_of(rehearsal: Rehearsal, trouble: Trouble) -> tuple[Position, ...]:
    """Give the positions at which a trouble can happen, without those that are like others.

    Two requests are alike when they are the same operation after the same requests about their bots: of those, the
    first one and the last one stay, and only the first for a trouble that is `told` by one piece of code whatever
    the request is. The audit log gets the same lines for every write: the first, a middle one and the last stay.
    """
    found = tuple(each for each in rehearsal.positions[trouble.seam] if trouble.at(each))
    if trouble.seam == "request":
        return _unlike(found, last=not trouble.told)
    if trouble.seam != "audit" or len(found) <= 3 * _LINES:
        return found
    middle = len(found) // 2
    return (*found[:_LINES], *found[middle : middle + _LINES], *found[-_LINES:])


def _unlike(positions: Sequence[Position], *, last: bool) -> tuple[Position, ...]:
    kept: set[int] = set()
    for some in (reversed(positions), positions) if last else (reversed(positions),):
        kept |= {each.nth for each in {(each.what, each.before): each for each in some}.values()}
    return tuple(each for each in positions if each.nth in kept)


def one_of(rehearsal: Rehearsal, trouble: Trouble) -> Case:
    """Give one case of a trouble, always the same."""
    salt = f"{rehearsal.work.name}:{trouble.name}"
    (position,) = _sampled(positions_of(rehearsal, trouble), _ONE, salt=salt)
    return Case(rehearsal=rehearsal, trouble=trouble, position=position)


def happens(trouble: Trouble, rehearsal: Rehearsal) -> bool:
    """Tell whether a trouble is swept in a work."""
    return trouble.works(rehearsal.work) and (rehearsal.work.whole or not trouble.told)


def _of_work(rehearsal: Rehearsal, choice: Choice) -> Iterator[Case]:
    for name in choice.troubles:
        trouble = TROUBLES[name]
        if trouble.seam in choice.seams and happens(trouble, rehearsal):
            found = positions_of(rehearsal, trouble)
            for position in _sampled(found, choice.sample, salt=f"{rehearsal.work.name}:{name}"):
                yield Case(rehearsal=rehearsal, trouble=trouble, position=position)


def _sampled(positions: Sequence[Position], per_cent: float, *, salt: str) -> Iterable[Position]:
    """Give a part of the positions, evenly spread; where the first one is differs from trouble to trouble."""
    if not positions or per_cent >= 100:
        return positions
    step = 100 / per_cent
    first = crc32(salt.encode()) % max(1, min(len(positions), round(step)))
    wanted = {
        min(len(positions) - 1, first + round(step * at)) for at in range(max(1, round(len(positions) / step)))
    }
    return [positions[each] for each in sorted(wanted)]
