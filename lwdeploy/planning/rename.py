"""A key that was renamed takes the memory of the old one over, its children included. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from lwdeploy.core.address import Address
from lwdeploy.core.types import Resource, State, StateEntry

__all__ = ["follow", "follow_renames", "renames_of"]


def renames_of(resources: Sequence[Resource], *, state: State | None) -> Mapping[Address, Address]:
    """Give the renames that are still to be recorded: new address -> the old one that state knows.

    A bot is renamed where its manifest says so (`renamedFrom`). A child is renamed where it is declared under
    another address than the state has it, as when a domain gets another name: its remote id tells. A rename is
    done when the state knows the new address; it is none while the old one is still declared.
    """
    entries = state.entries if state else {}
    roots = _renamed_roots([each for each in resources if each.address.is_root], entries)
    return {**roots, **_renamed_children(resources, _moved(entries, roots))}


def _renamed_roots(roots: Sequence[Resource], entries: Mapping[Address, StateEntry]) -> dict[Address, Address]:
    declared = {each.address for each in roots}
    return {
        each.address: each.renamed_from
        for each in roots
        if each.renamed_from in entries
        and each.renamed_from is not None
        and each.renamed_from not in declared
        and each.address not in entries
    }


def _renamed_children(
    resources: Iterable[Resource], entries: Mapping[Address, StateEntry]
) -> dict[Address, Address]:
    known = {
        (address.root, address.kind, entry.remote_id): address
        for address, entry in entries.items()
        if not address.is_root
    }
    declared = {each.address for each in resources}
    found = {}
    for each in resources:
        old = known.get((each.address.root, each.address.kind, each.derived_id or ""))
        if old is not None and old not in declared and each.address not in entries:
            found[each.address] = old
    return found


def follow_renames(state: State | None, renames: Mapping[Address, Address]) -> State | None:
    """Give the state as if the renames had been recorded already."""
    if state is None or not renames:
        return state
    return replace(state, entries=_moved(state.entries, renames))


def _moved(entries: Mapping[Address, StateEntry], renames: Mapping[Address, Address]) -> dict[Address, StateEntry]:
    found = dict(entries)
    for new, old in renames.items():
        found = {follow(address, old=old, new=new): entry for address, entry in found.items()}
    return found


def follow(address: Address, *, old: Address, new: Address) -> Address:
    """Give the address after a rename: a bot takes its children along, a child only itself."""
    if old.is_root:
        return address.moved(old=old, new=new)
    return new if address == old else address
