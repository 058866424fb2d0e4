"""What the service will do beside what it is asked to: every kind is asked about its changes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind, Scene
from lwdeploy.core.live import Live, Seen
from lwdeploy.core.types import Change, Consequence

__all__ = ["foreseen"]


def foreseen(changes: Sequence[Change], *, live: Live, kinds: Mapping[str, Kind]) -> Iterator[Consequence]:
    """Give the side effects of all changes, in the order in which they run."""
    by_root: dict[Address, tuple[Change, ...]] = {}
    for change in changes:
        by_root[change.address.root] = (*by_root.get(change.address.root, ()), change)
    for change in changes:
        kind, seen = kinds[change.address.kind], live.below.get(change.address.root, Seen())
        scene = Scene(
            live=live.resources.get(change.address),
            facts=seen.facts.get(kind.name, {}),
            changes=by_root[change.address.root],
        )
        yield from kind.consequences(change, scene)
