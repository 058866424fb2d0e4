"""Reads the whole tenant, whoever made what is in it: every bot with all that hangs on it. Sends GET only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from lwdeploy.core.kind import Adapters, Kind
from lwdeploy.core.live import Listed, LiveResource, Seen

__all__ = ["Counted", "census"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One bot, and the objects below it in the order in which their kinds are read."""

    bot: LiveResource
    below: tuple[LiveResource, ...] = ()

    def of(self, kind: str) -> tuple[LiveResource, ...]:
        """Give the objects of one kind."""
        return tuple(each for each in self.below if each.kind == kind)


def census(
    *, adapters: Adapters, kinds: Mapping[str, Kind], pool: Executor, progress: Callable[[int, int], None]
) -> tuple[Counted, ...]:
    """Give every bot of the list, in the order of the list; one that was deleted meanwhile is left out.

    No call is sent whose answer is known: a bot that has objects of one kind has none of a kind that gives way to
    it, and nothing links to what is not there. `progress` is told (done, of) after each bot. Raises any
    RemoteError of a read: a report with holes in it would be taken for the tenant.
    """
    rows = [row for root in adapters.roots.values() for row in root.listing()]
    children = sorted((kind for kind in kinds.values() if kind.parent is not None), key=lambda kind: kind.level)
    futures = [pool.submit(_counted, row, adapters, children) for row in rows]
    found: list[Counted] = []
    try:
        for done, future in enumerate(futures, 1):
            one = future.result()
            found += [] if one is None else [one]
            progress(done, len(futures))
    finally:
        for future in futures:
            future.cancel()
    return tuple(found)


def _counted(row: Listed, adapters: Adapters, children: list[Kind]) -> Counted | None:
    bot = adapters.roots[row.kind].look(row.remote_id, wanted={})
    if bot is None:
        return None
    below: list[LiveResource] = []
    for kind in children:
        if kind.parent == row.kind and not _known_absent(kind, {each.kind for each in below}):
            below += _all(adapters.children[kind.name].read(bot, wanted={}))
    return Counted(bot=bot, below=tuple(below))


def _known_absent(kind: Kind, there: set[str]) -> bool:
    """Tell whether a bot has nothing of a kind, going by what was read of it before."""
    unlinked = bool(kind.refers_to) and kind.refers_to not in there
    return unlinked or not there.isdisjoint(kind.gives_way_to)


def _all(seen: Seen) -> tuple[LiveResource, ...]:
    return (*seen.resources.values(), *seen.superseded, *seen.unmanaged)
