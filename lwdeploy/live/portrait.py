"""Reads everything that there is of one bot, whoever made it: what a manifest is written from. Sends GET only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.kind import Adapters, Kind
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Resource, StateEntry

__all__ = ["portray"]

_NOWHERE = SourceRef(file="")


def portray(
    root: Address,
    *,
    remote_id: str,
    adapters: Adapters,
    kinds: Mapping[str, Kind],
    entries: Mapping[Address, StateEntry],
) -> tuple[LiveResource, ...]:
    """Give a bot and all objects below it; nothing when the bot is gone.

    `entries` are what is remembered: what is owned gets its address, and what no call lists (the menus of users)
    is looked for as far as it is remembered. Pictures and users are read if `adapters` were made to verify them.
    What can have nothing is not asked for: links to objects of which there is none, and a kind that the service
    does not take beside another one that was found. Raises any RemoteError of a read: half a picture is none.
    """
    bot = adapters.roots[root.kind].look(remote_id, wanted={})
    if bot is None:
        return ()
    found = [replace(bot, address=root)]
    for kind in kinds.values():
        if kind.parent == root.kind and _may_have(kind, {each.kind for each in found}):
            known = {
                entry.remote_id: at for at, entry in entries.items() if (at.root, at.kind) == (root, kind.name)
            }
            found += _below(bot, root=root, kind=kind, adapters=adapters, known=known)
    return tuple(found)


def _may_have(kind: Kind, found: AbstractSet[str]) -> bool:
    """Tell whether there may be objects of a kind beside those of the kinds that were found."""
    return found.isdisjoint(kind.gives_way_to) if not kind.refers_to else kind.refers_to in found


def _below(
    bot: LiveResource, *, root: Address, kind: Kind, adapters: Adapters, known: Mapping[str, Address]
) -> Iterator[LiveResource]:
    """Give all objects of a kind, read a second time in full: an adapter looks closely at what is wanted only."""
    adapter = adapters.children[kind.name]
    ids = {*known, *(each.remote_id for each in _all(adapter.read(bot, wanted={})))}
    wanted = {root.child(kind.name, kind.word, f"id {each}"): each for each in sorted(ids, key=_age)}
    if not wanted:
        return
    resources = {at: _wanted(at, remote_id=each, kind=kind) for at, each in wanted.items()}
    for live in _all(adapter.read(bot, wanted=resources)):
        yield replace(live, address=known.get(live.remote_id))


def _wanted(address: Address, *, remote_id: str, kind: Kind) -> Resource:
    """Give a resource of which everything that costs calls of its own is wanted, and nothing is declared."""
    spec: dict[str, list[str]] = {field: [] for field in kind.user_fields}
    return Resource(address=address, spec=spec, source=_NOWHERE, derived_id=remote_id)


def _age(remote_id: str) -> tuple[int, str]:
    """Order by id, which the service counts up: the oldest first."""
    return (len(remote_id), remote_id)


def _all(seen: Seen) -> Iterator[LiveResource]:
    yield from seen.resources.values()
    yield from seen.superseded
    yield from seen.unmanaged
