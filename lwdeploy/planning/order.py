"""In which order changes run, and how many bots the tenant has on the way. Pure.

deletes that free a slot a create needs          (only as many as are needed)
  |
bot  create, update                              level 0
  |
registration  delete, create, update, members    level 1
  |
menus                                            level 2
  |
all other deletes of bots
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change

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
    early = _early(all_, kinds)
    found = sorted(all_, key=lambda change: _place(change, kinds, early))
    creates = [each for each in found if each.action is Action.CREATE and each.address.is_root]
    deletes = [each for each in found if each.action is Action.DELETE and each.address.is_root]
    needed = min(len(deletes), max(0, live + len(creates) - limit))
    first, last = deletes[:needed], deletes[needed:]
    rest = [each for each in found if each not in deletes]
    waiting = _wait_for_slots(creates, first, live=live, limit=limit)
    linked = _link([waiting.get(each.address, each) for each in rest], early)
    ordered = (*first, *linked, *last)
    return Ordered(changes=ordered, quota=_simulate(ordered, live=live, limit=limit))


def _early(changes: Iterable[Change], kinds: Mapping[str, Kind]) -> frozenset[Address]:
    """Give the children whose change the service wants before that of their bot."""
    found = list(changes)
    roots = {each.address: each for each in found if each.address.is_root and each.action is Action.UPDATE}
    return frozenset(
        each.address
        for each in found
        if each.address.root in roots
        and not each.address.is_root
        and kinds[each.address.kind].precedes(each, roots[each.address.root])
    )


def _place(
    change: Change, kinds: Mapping[str, Kind], early: frozenset[Address]
) -> tuple[int, Address, int, bool, Address]:
    """Sort strays first, then bot by bot, then by level, deletes before creates."""
    level = -1 if change.address in early else kinds[change.address.kind].level
    return (
        0 if change.stray else 1,
        change.address.root,
        level,
        change.action is not Action.DELETE,
        change.address,
    )


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


def _link(changes: Sequence[Change], early: frozenset[Address]) -> list[Change]:
    """Make every child wait for its bot where the bot itself is created or changed, and the other way round."""
    written = {each.address for each in changes if each.address.is_root and each.action.writes}
    linked = []
    for each in changes:
        waits = [address for address in sorted(early) if each.address == address.root]
        if not each.address.is_root and each.address not in early and each.address.root in written:
            waits += [each.address.root] if each.action is not Action.FORGET else []
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
