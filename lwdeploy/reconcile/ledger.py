"""Writes what became of the bots to the state, in waves: few writes, and none of them alone decides anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from lwdeploy.core.address import Address
from lwdeploy.core.types import State, StateEntry, Status
from lwdeploy.planning.model import Plan
from lwdeploy.reconcile.chain import ChainResult
from lwdeploy.state.store import Store

__all__ = ["Ledger"]

PLANS_KEPT = 50


class Ledger:
    """The state of one apply. Every write is a compare-and-swap: a run that lost its lease cannot record."""

    def __init__(self, *, store: Store, state: State, plan: Plan) -> None:
        self._store = store
        self._expected = state.serial if plan.state.lineage is not None else None
        self._moves = {step.address: step.moved_from for step in plan.steps if step.moved_from is not None}
        self._noted = False
        self.state = replace(state, plans=(*state.plans[-PLANS_KEPT:], plan.digest))

    def reserved(self, bots: Mapping[Address, StateEntry]) -> None:
        """Record the ids of bots that exist under their marks, before any of them is named."""
        self._write(replace(self.state, entries={**self.state.entries, **bots}))

    def record(self, results: Sequence[ChainResult]) -> None:
        """Record what is to be remembered of a wave of bots."""
        entries, users = dict(self.state.entries), dict(self.state.users)
        for result in results:
            entries = self._renamed(entries, result)
            for address, entry in result.entries.items():
                if entry is None:
                    entries = _without(entries, address)
                else:
                    entries[address] = entry
            users |= result.users
        done = any(each.status is Status.DONE for result in results for each in result.outcomes)
        unnoted = done and not self._noted  # a plan that changes no entry must not run a second time either
        if unnoted or (entries, users) != (self.state.entries, self.state.users):
            self._write(replace(self.state, entries=entries, users=users))

    def _renamed(self, entries: dict[Address, StateEntry], result: ChainResult) -> dict[Address, StateEntry]:
        """Move what was renamed and is now recorded: a bot with its children; a child leaves its old address."""
        moves = {new: self._moves[new] for new in result.entries if new in self._moves}
        old = moves.get(result.root)
        if old is not None and result.entries[result.root] is not None:
            entries = {address.moved(old=old, new=result.root): entry for address, entry in entries.items()}
        left = {old for old in moves.values() if not old.is_root} - set(result.entries)
        return {address: entry for address, entry in entries.items() if address not in left}

    def _write(self, state: State) -> None:
        self.state = self._store.write(state, expected_serial=self._expected)
        self._expected = self.state.serial
        self._noted = True


def _without(entries: dict[Address, StateEntry], gone: Address) -> dict[Address, StateEntry]:
    """Drop an entry; with a bot go its children."""
    return {
        address: entry
        for address, entry in entries.items()
        if address != gone and not (gone.is_root and address.root == gone)
    }
