"""Desired, live and state to a plan. Pure: the same values give the same plan, to the last byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import leaves
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import Live, LiveResource
from lwdeploy.core.tenant import Guards, Limits
from lwdeploy.core.types import Action, Change, Consequence, Desired, FieldDiff, Proof, Resource, State, StateEntry
from lwdeploy.planning.children import beside, covers, crowds, leftovers, linked, points_elsewhere, superseded_by
from lwdeploy.planning.codec import with_digest
from lwdeploy.planning.diff import field_diffs
from lwdeploy.planning.estimate import estimate
from lwdeploy.planning.foresight import foreseen
from lwdeploy.planning.guard import Facts, check
from lwdeploy.planning.likeness import look_alikes, namesakes
from lwdeploy.planning.model import Plan, StateRef
from lwdeploy.planning.order import Ordered, Quota, order
from lwdeploy.planning.rename import follow_renames, renames_of
from lwdeploy.planning.sealing import needed
from lwdeploy.planning.tombstones import idle, without_a_word
from lwdeploy.planning.unseen import unseen

__all__ = ["Terms", "make_plan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which terms a plan is made: the tenant, its limits and guards, and what the caller allows."""

    tenant: str
    identity: Mapping[str, Any]
    project: str
    backend: str
    limits: Limits = field(default_factory=Limits)
    guards: Guards = field(default_factory=Guards)
    prune: bool = False
    allowed: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    warnings: tuple[str, ...] = ()


def make_plan(
    *, desired: Desired, live: Live, state: State | None, kinds: Mapping[str, Kind], terms: Terms
) -> Plan:
    """Give the plan that brings live to desired. What must not run stands in its `refusals`."""
    renames = renames_of(desired.resources, state=state)
    followed = follow_renames(state, renames)
    maker = _Maker(
        desired=desired,
        live=live,
        state=followed,
        kinds=kinds,
        terms=terms,
        entries=followed.entries if followed else {},
        renames=renames,
        declared=frozenset(each.address for each in desired.resources),
    )
    return with_digest(maker.plan())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    desired: Desired
    live: Live
    state: State | None
    kinds: Mapping[str, Kind]
    terms: Terms
    entries: Mapping[Address, StateEntry]
    renames: Mapping[Address, Address]
    declared: frozenset[Address]

    def plan(self) -> Plan:
        changes = [*self._declared(), *self._undeclared(), *self._strays()]
        ordered = order(changes, live=len(self.live.listed), limit=self.terms.limits.bots, kinds=self.kinds)
        told = tuple(self._consequences(ordered.changes))
        facts = self._facts(ordered.changes, quota=ordered.quota)
        return Plan(
            tenant=self.terms.tenant,
            identity=self.terms.identity,
            project=self.terms.project,
            state=self._state_ref(),
            changes=ordered.changes,
            quota=ordered.quota,
            estimate=estimate(
                ordered.changes, listed=len(self.live.listed), kinds=self.kinds, limits=self.terms.limits
            ),
            consequences=told,
            refusals=check(ordered.changes, consequences=told, facts=facts),
            warnings=self._warnings(ordered),
            notes=tuple(idle(self.desired.removed, owned=self.entries)),
            unmanaged=facts.unmanaged,
            beside=tuple(beside(self.live.below, consequences=told)),
            retained=tuple(str(address) for address in self._retained()),
            files=self.desired.files,
            allowed=self.terms.allowed,
            reason=self.terms.reason,
        )

    def _state_ref(self) -> StateRef:
        if self.state is None:
            return StateRef(backend=self.terms.backend)
        return StateRef(backend=self.terms.backend, lineage=self.state.lineage, serial=self.state.serial)

    def _declared(self) -> Iterator[Change]:
        """Give a change for every declared object, and for everything that it takes the place of."""
        made = {each.address: self._wanted(each) for each in self.desired.resources if not each.refers}
        made |= {each.address: self._wanted(linked(each, made)) for each in self.desired.resources if each.refers}
        yield from made.values()
        yield from leftovers(self.live.below, changes=made)

    def _wanted(self, resource: Resource) -> Change:
        live = self.live.resources.get(resource.address)
        moved_from = self.renames.get(resource.address)
        entry = self.entries.get(resource.address)
        base = Change(
            address=resource.address,
            action=Action.CREATE,
            remote_id=live.remote_id if live else resource.derived_id,
            desired=resource.spec,
            lifecycle=resource.lifecycle,
            moved_from=moved_from,
            source=resource.source,
            refers=resource.refers,
            pictures=resource.pictures,
        )
        if resource.refers:
            base = replace(base, reason="to " + ", ".join(sorted(map(str, resource.refers.values()))))
        if live is not None:
            return self._compared(base, resource=resource, live=live, entry=entry)
        old = superseded_by(resource.address, self.live.below, entry=entry)
        return base if old is None else self._replaced(base, resource=resource, old=old, entry=entry)

    def _replaced(
        self, base: Change, *, resource: Resource, old: LiveResource, entry: StateEntry | None
    ) -> Change:
        """Give the change that puts a new object in the place of one that cannot be changed."""
        remembered = entry is not None and entry.remote_id == old.remote_id
        return replace(
            base,
            action=Action.REPLACE,
            remote_id=old.remote_id,
            before=old.spec,
            diffs=self._diffs(resource, old, entry=entry if remembered else None),
            proof=Proof.STATE if remembered else Proof.MARK,
        )

    def _diffs(self, resource: Resource, live: LiveResource, *, entry: StateEntry | None) -> tuple[FieldDiff, ...]:
        return field_diffs(
            desired=resource.spec,
            live=live.spec,
            entry=entry,
            kind=self.kinds[resource.address.kind],
            users=self.state.users if self.state else {},
            ignore=resource.lifecycle.ignore_changes,
        )

    def _compared(
        self, base: Change, *, resource: Resource, live: LiveResource, entry: StateEntry | None
    ) -> Change:
        if entry is not None and entry.remote_id != live.remote_id:
            entry = None  # what is remembered of another object says nothing about this one
        diffs = self._diffs(resource, live, entry=entry)
        if diffs and entry is not None and self._fixed(resource.address.kind):
            return self._replaced(base, resource=resource, old=live, entry=entry)
        unrecorded = entry is None or base.moved_from is not None or entry.protect != resource.lifecycle.protect
        unchanged = Action.ADOPT if unrecorded else Action.NOOP
        return replace(
            base,
            action=Action.UPDATE if diffs else unchanged,
            before=needed(live.spec, diffs, kind=self.kinds[resource.address.kind]),
            diffs=diffs,
            proof=self._proof(resource.address, entry),
            notes=_unmanaged_fields(resource, entry),
            reason=self._reason(base),
        )

    def _fixed(self, kind: str) -> bool:
        """Tell whether the service was seen to refuse changes of objects of this kind."""
        return any(entry.fixed for address, entry in self.entries.items() if address.kind == kind)

    def _reason(self, change: Change) -> str:
        if change.moved_from is not None:
            return f"renamed from {change.moved_from}"
        if self._proven(change.address, Proof.MARK):
            return "begun by an interrupted run: it carries this project's mark"
        return change.reason

    def _proof(self, address: Address, entry: StateEntry | None) -> Proof:
        if address in self.live.proofs:
            return self.live.proofs[address]
        return Proof.STATE if entry else Proof.DERIVED

    def _proven(self, address: Address, proof: Proof) -> bool:
        return self.live.proofs.get(address) is proof

    def _undeclared(self) -> Iterator[Change]:
        """Give a change for every owned object that no manifest declares any more."""
        for address in self._not_declared():
            if not address.is_root and address.root in self.declared:
                yield self._undeclared_child(address)
            elif address in self.desired.removed:
                yield self._gone(address, why=f"removed: {self.desired.removed[address]}")
            elif address.is_root and self._prunes():
                yield self._gone(address, why="no manifest declares it any more")

    def _not_declared(self) -> list[Address]:
        """Give the owned addresses that no manifest declares."""
        return sorted(set(self.entries) - self.declared)

    def _forgotten(self) -> list[Address]:
        """Give the owned addresses that no manifest declares, and none says that they are to go."""
        return without_a_word(self._not_declared(), removed=self.desired.removed)

    def _prunes(self) -> bool:
        return self.terms.prune and self.desired.whole_project

    def _undeclared_child(self, address: Address) -> Change:
        entry = self.entries[address]
        base = Change(
            address=address,
            action=Action.FORGET,
            remote_id=entry.remote_id,
            proof=Proof.STATE,
            moved_from=self.renames.get(address),
        )
        if not covers(self.desired, address.root, self.kinds[address.kind]):
            return replace(base, reason="not declared any more: no longer managed, and left as it is")
        live = self.live.resources.get(address)
        if live is None:
            kind, bot_there = self.kinds[address.kind], address.root in self.live.resources
            return unseen(base, observed=entry.observed, kind=kind, bot_there=bot_there)
        if points_elsewhere(live, self.live.below, kind=self.kinds[address.kind]):
            return replace(base, reason="points to something that is not ours any more: left as it is")
        return replace(base, action=Action.DELETE, before=live.spec, reason="taken out of the manifest")

    def _gone(self, address: Address, *, why: str) -> Change:
        """Give the delete of an owned bot that exists."""
        entry = self.entries[address]
        present = address not in self.live.missing
        return Change(
            address=address,
            action=Action.DELETE if present else Action.FORGET,
            remote_id=entry.remote_id,
            before=entry.observed,
            proof=Proof.STATE,
            reason=why if present else "already gone from the tenant",
        )

    def _strays(self) -> Iterator[Change]:
        for row in self.live.strays if self.desired.whole_project else ():
            yield Change(
                address=Address.top(row.kind, f"stray:{row.remote_id}"),
                action=Action.DELETE,
                remote_id=row.remote_id,
                before={"botName": {"default": row.name}},
                proof=Proof.MARK,
                reason="left unnamed by an interrupted create; it carries this project's mark",
            )

    def _consequences(self, changes: Iterable[Change]) -> Iterator[Consequence]:
        yield from foreseen(tuple(changes), live=self.live, kinds=self.kinds)

    def _retained(self) -> list[Address]:
        if not self.desired.whole_project:
            return []
        if self._prunes():
            return []
        return [address for address in self._forgotten() if address.is_root]

    def _facts(self, changes: tuple[Change, ...], *, quota: Quota) -> Facts:
        return Facts(
            guards=self.terms.guards,
            state=self.state,
            quota=quota,
            unmanaged=self._unmanaged(),
            recreated=tuple(
                each.address
                for each in changes
                if each.address in self.live.missing and self._proven(each.address, Proof.STATE)
            ),
            unbound=tuple(
                each.address
                for each in changes
                if each.address in self.live.missing and self._proven(each.address, Proof.BOT_ID)
            ),
            look_alikes=look_alikes(changes, orphaned=self._orphaned(), kinds=self.kinds),
            crowds=tuple(crowds(self.live.below, changes=changes, kinds=self.kinds)),
            empty_tree=self._prunes() and not self.desired.resources and bool(self._forgotten()),
            allowed=self.terms.allowed,
            reason=self.terms.reason,
        )

    def _unmanaged(self) -> tuple[tuple[str, str], ...]:
        ours = {entry.remote_id for address, entry in self.entries.items() if address.is_root}
        ours |= {live.remote_id for address, live in self.live.resources.items() if address.is_root}
        ours |= {row.remote_id for row in self.live.strays}
        return tuple((row.remote_id, row.name) for row in self.live.listed if row.remote_id not in ours)

    def _orphaned(self) -> dict[Address, StateEntry]:
        """Give the owned bots that exist and have no manifest, also those about to be pruned."""
        if not self.desired.whole_project:
            return {}
        present = {row.remote_id for row in self.live.listed}
        undeclared = {each: self.entries[each] for each in self._forgotten() if each.is_root}
        return {each: entry for each, entry in undeclared.items() if entry.remote_id in present}

    def _warnings(self, ordered: Ordered) -> tuple[str, ...]:
        found = [*self.terms.warnings, *namesakes(ordered.changes, unmanaged=self._unmanaged(), kinds=self.kinds)]
        peak, warn_at = ordered.quota.peak, self.terms.limits.warn_bots
        if warn_at is not None and peak > warn_at:
            found.append(
                f"the tenant would have {peak} bots; the free plan was documented to take {warn_at} (API 1.0)"
            )
        return tuple(found)


def _unmanaged_fields(resource: Resource, entry: StateEntry | None) -> tuple[str, ...]:
    """Say which fields were applied once and are not declared any more."""
    if entry is None:
        return ()
    gone = sorted(set(leaves(dict(entry.applied))) - set(leaves(dict(resource.spec))))
    return tuple(f"{path} is no longer managed and keeps its value" for path in gone)
