"""A key that was renamed takes the memory of the old one over, its children included. Pure.

A bot is renamed where its manifest says so (`renamedFrom`). A child is what its remote id says: when a domain
gets another name, or a name another domain, the state's entries follow the ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lwdeploy.core.address import Address
from lwdeploy.core.types import Resource, State, StateEntry

__all__ = ["follow_renames", "renames_of"]

_Entries = Mapping[Address, StateEntry]


def renames_of(resources: Sequence[Resource], *, state: State | None) -> Mapping[Address, Address]:
    """Give the renames that are still to be recorded: new address -> the old one that state knows.

    A rename is done when the state knows the new address; it is none while the old one is still declared.
    """
    entries = state.entries if state else {}
    roots = _renamed_roots([each for each in resources if each.address.is_root], entries)
    return {**roots, **_renamed_children(resources, _with_roots_moved(entries, roots))}


def _renamed_roots(roots: Sequence[Resource], entries: _Entries) -> dict[Address, Address]:
    declared = {each.address for each in roots}
    return {
        each.address: each.renamed_from
        for each in roots
        if each.renamed_from in entries
        and each.renamed_from is not None
        and each.renamed_from not in declared
        and each.address not in entries
    }


def _renamed_children(resources: Iterable[Resource], entries: _Entries) -> dict[Address, Address]:
    """Give every child that stands under another address than its remote id is declared under.

    One whose id nobody declares any more makes room for the new owner of its address: it goes by its id.
    """
    declared = {each.address: each.derived_id for each in resources if not each.address.is_root}
    by_id = {(address.root, address.kind, derived): address for address, derived in declared.items()}
    found = {}
    for address, entry in entries.items():
        if address.is_root:
            continue
        new = by_id.get((address.root, address.kind, entry.remote_id))
        if new is None and declared.get(address) is not None:
            new = address.root.child(address.kind, address.path[2], f"id {entry.remote_id}")
        if new is not None and new != address:
            found[new] = address
    return found


def follow_renames(state: State | None, renames: Mapping[Address, Address]) -> State | None:
    """Give the state as if the renames had been recorded already."""
    if state is None or not renames:
        return state
    moved = _with_roots_moved(state.entries, renames)
    children = {old: new for new, old in renames.items() if not old.is_root}
    return replace(state, entries={children.get(address, address): entry for address, entry in moved.items()})


def _with_roots_moved(entries: _Entries, renames: Mapping[Address, Address]) -> dict[Address, StateEntry]:
    """Move every renamed bot with all its children."""
    found = dict(entries)
    for new, old in renames.items():
        if old.is_root:
            found = {address.moved(old=old, new=new): entry for address, entry in found.items()}
    return found
