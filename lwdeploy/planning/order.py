"""In which order changes run, and how many bots the tenant has on the way. Pure.

deletes that free a slot a create needs          (only as many as are needed)
  |
bots one after the other                         (see places.py)
  |
all other deletes of bots
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change
from lwdeploy.planning.places import Places

__all__ = ["Ordered", "Quota", "order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many bots the tenant has: now, at the highest moment of the apply, after it, and at most.

    `crowded` is the highest number right after a create (0 without one): a tenant that has too many already
    may shrink, and may not grow.
    """

    live: int
    peak: int
    after: int
    limit: int
    crowded: int = field(default=0, compare=False)

    @property
    def exceeded(self) -> bool:
        """Whether a create would meet a tenant that is full."""
        return self.crowded > self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """Changes in the order in which they run, each after all that it depends on."""

    changes: tuple[Change, ...]
    quota: Quota


def order(changes: Iterable[Change], *, live: int, limit: int, kinds: Mapping[str, Kind]) -> Ordered:
    """Sort changes, make creates wait for the slots they need, and simulate the number of bots.

    `live` counts all bots of the tenant, unmanaged ones too (reference 4).
    """
    all_ = list(changes)
    places = Places.of(all_, kinds)
    found = sorted(all_, key=places.place)
    creates = [each for each in found if each.action is Action.CREATE and each.address.is_root]
    deletes = [each for each in found if each.action is Action.DELETE and each.address.is_root]
    needed = min(len(deletes), max(0, live + len(creates) - limit))
    first, last = deletes[:needed], deletes[needed:]
    rest = [each for each in found if each not in deletes]
    waiting = _wait_for_slots(creates, first, live=live, limit=limit)
    linked = _link([waiting.get(each.address, each) for each in rest], places)
    ordered = (*first, *linked, *last)
    return Ordered(changes=ordered, quota=_simulate(ordered, live=live, limit=limit))


def _wait_for_slots(
    creates: Sequence[Change], first: Sequence[Change], *, live: int, limit: int
) -> dict[Address, Change]:
    """Let every create that finds the tenant full wait for all the deletes that make room for it."""
    waiting = {}
    for number, create in enumerate(creates, start=1):
        needed = tuple(delete.address for delete in first[: max(0, live + number - limit)])
        if needed:
            waiting[create.address] = replace(create, depends_on=(*create.depends_on, *needed))
    return waiting


def _link(changes: Sequence[Change], places: Places) -> list[Change]:
    linked = []
    for each in changes:
        waits = places.waits(each)
        linked.append(replace(each, depends_on=(*each.depends_on, *waits)) if waits else each)
    return linked


def _simulate(changes: Sequence[Change], *, live: int, limit: int) -> Quota:
    count = peak = live
    crowded = 0
    for change in changes:
        if change.address.is_root and change.action in {Action.CREATE, Action.DELETE}:
            count += 1 if change.action is Action.CREATE else -1
            peak = max(peak, count)
            crowded = max(crowded, count if change.action is Action.CREATE else 0)
    return Quota(live=live, peak=peak, after=count, limit=limit, crowded=crowded)
