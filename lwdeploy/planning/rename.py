"""A key that was renamed takes the memory of the old one over, its children included. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lwdeploy.core.address import Address
from lwdeploy.core.types import Resource, State

__all__ = ["follow_renames", "renames_of"]


def renames_of(resources: Iterable[Resource], *, state: State | None) -> Mapping[Address, Address]:
    """Give the renames that are still to be recorded: new root address -> the old one that state knows.

    A rename is done when the state knows the new address; it is none while the old one is still declared.
    """
    roots = [each for each in resources if each.address.is_root]
    entries = state.entries if state else {}
    declared = {each.address for each in roots}
    return {
        each.address: each.renamed_from
        for each in roots
        if each.renamed_from in entries
        and each.renamed_from is not None
        and each.renamed_from not in declared
        and each.address not in entries
    }


def follow_renames(state: State | None, renames: Mapping[Address, Address]) -> State | None:
    """Give the state as if the renames had been recorded already."""
    if state is None or not renames:
        return state
    entries = dict(state.entries)
    for new, old in renames.items():
        entries = {address.moved(old=old, new=new): entry for address, entry in entries.items()}
    return replace(state, entries=entries)
