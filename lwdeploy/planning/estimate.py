"""What an apply will cost: calls, and the time that the quota makes it take. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from lwdeploy.core.kind import Kind
from lwdeploy.core.tenant import Limits
from lwdeploy.core.types import Action, Change
from lwdeploy.planning.model import Estimate

__all__ = ["estimate", "seconds_of"]

SECONDS_PER_CALL = 0.15
"""A call to the service over the internet: a guess, good for an order of magnitude only."""

WORKERS = 8
PAGE = 100  # rows a list call gives at most (reference 2.5)


def estimate(changes: Iterable[Change], *, listed: int, kinds: Mapping[str, Kind], limits: Limits) -> Estimate:
    """Count the calls of an apply of `changes` in a tenant of `listed` bots, and give the time they take.

    Every operation has a quota of its own (reference 2.6), so only the busiest one makes the run wait.
    """
    steps = [each for each in changes if each.action is not Action.NOOP]
    totals = Counter(_reads(steps, listed=listed, kinds=kinds))
    for change in steps:
        totals.update(kinds[change.address.kind].calls(change))
    return Estimate(calls=totals.total(), seconds=round(seconds_of(totals, limits=limits), 1))


def seconds_of(calls: Mapping[str, int], *, limits: Limits) -> float:
    """Give the time that calls take, by operation: the waits that the quota forces, and the calls themselves."""
    waits = 0
    if limits.calls_per_minute:
        allowance = max(1, int(limits.calls_per_minute * limits.share))
        waits = max((max(0, count - 1) // allowance * 60 for count in calls.values()), default=0)
    return waits + sum(calls.values()) * SECONDS_PER_CALL / WORKERS


def _reads(steps: Sequence[Change], *, listed: int, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Give the reads of an apply, by operation: before the first write, and after the last.

    Lists of members are left out: how many pages they have is not known.
    """
    created = {each.address for each in steps if each.action is Action.CREATE and each.address.is_root}
    deleted = {each.address for each in steps if each.action is Action.DELETE and each.address.is_root}
    touched = {(each.address.root, each.address.kind) for each in steps}
    touched |= {(root, root.kind) for root, _ in touched}
    for root, kind in touched:
        yield from [kinds[kind].reads] * (
            (root not in created) + (root not in deleted) if kinds[kind].reads else 0
        )
    if created:
        yield from ["listBots"] * max(1, -(-listed // PAGE))
