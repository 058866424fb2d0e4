"""Live against last observed, apart from intent: what moved in the tenant since lwdeploy looked last. Pure.

A field has drifted when the tenant shows another value than it did right after the last write. Whether the
manifest has moved as well is told beside it, and so is what only the manifest has moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, get_path, leaves
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import Live, LiveResource
from lwdeploy.core.types import Desired, Origin, Resource, Spec, State, StateEntry
from lwdeploy.planning.diff import field_diffs, is_under, sides_of
from lwdeploy.planning.rename import renames_of
from lwdeploy.planning.sealing import sealed_value

__all__ = ["Drift", "Moved", "ObjectDrift", "Stranger", "drift_of", "remembered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One field: what it was observed to be, what it is, what the manifest wants, and who moved it.

    Values are sealed. `desired` is ABSENT where no manifest declares the field; such a field, or one that apply
    leaves alone, is not `managed`.
    """

    path: str
    observed: Any
    live: Any
    desired: Any
    origin: Origin
    managed: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDrift:
    """What is to be told of one remembered object; `gone` when the tenant has it no more."""

    address: Address
    remote_id: str
    declared: bool
    gone: bool = False
    fields: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def drifted(self) -> bool:
        """Whether the tenant moved: the object is gone, or a managed field shows another value."""
        return self.gone or any(each.managed and each.origin is not Origin.INTENT for each in self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """An object that is nobody's here: a bot of the tenant, or something below one of our bots (`root`).

    `read` tells whether its age and its persons in charge were asked for.
    """

    kind: str
    remote_id: str
    name: str = ""
    root: str = ""
    created: str = ""
    pic: tuple[str, ...] = ()
    read: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Everything that moved in one tenant, or is in it without belonging to the project."""

    tenant: str
    project: str
    looked_at: int
    objects: tuple[ObjectDrift, ...] = ()
    strangers: tuple[Stranger, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def drifted(self) -> bool:
        """Whether anything that lwdeploy manages moved in the tenant."""
        return any(each.drifted for each in self.objects)


def remembered(state: State, *, kinds: Mapping[str, Kind], roots: frozenset[Address] | None = None) -> Desired:
    """Give what state remembers as if it were declared, so that exactly that is read; of some bots, if given.

    Users cost calls of their own and are read where they are wanted: they are, too, where they were only observed.
    """
    return Desired(
        resources=tuple(
            Resource(
                address=address,
                spec={**_users(entry, kinds[address.kind]), **entry.applied},
                source=SourceRef(file="the state"),
                derived_id=None if address.is_root else entry.remote_id,
            )
            for address, entry in sorted(state.entries.items())
            if roots is None or address.root in roots
        ),
        whole_project=roots is None,
    )


def _users(entry: StateEntry, kind: Kind) -> Spec:
    return {name: entry.observed[name] for name in kind.user_fields if name in entry.observed}


def drift_of(*, desired: Desired, live: Live, state: State, kinds: Mapping[str, Kind]) -> tuple[ObjectDrift, ...]:
    """Give everything that moved among the remembered objects that were read; all others are left out."""
    former = {old: new for new, old in renames_of(desired.resources, state=state).items()}
    declared = {each.address: each for each in desired.resources}
    found = []
    for address, entry in sorted(state.entries.items()):
        if address.root not in live.below:
            continue
        resource = declared.get(former.get(address, address))
        if resource is not None:
            resource = _linked(resource, state)
        found.append(_object(address, entry, resource, live=live, state=state, kinds=kinds))
    return tuple(each for each in found if each.gone or each.fields or each.notes)


def _linked(resource: Resource, state: State) -> Resource:
    """Give a resource with the ids of the objects that it refers to, as far as they are known."""
    ids = {
        name: state.entries[target].remote_id
        for name, target in resource.refers.items()
        if target in state.entries
    }
    return replace(resource, spec={**resource.spec, **ids})


def _object(
    address: Address,
    entry: StateEntry,
    resource: Resource | None,
    *,
    live: Live,
    state: State,
    kinds: Mapping[str, Kind],
) -> ObjectDrift:
    told = ObjectDrift(address=address, remote_id=entry.remote_id, declared=resource is not None)
    shown = live.resources.get(address)
    if shown is None:
        return replace(told, gone=True)
    side = _Side(entry=entry, resource=resource, live=shown, kind=kinds[address.kind], users=state.users)
    unseen = address.kind in live.below[address.root].unread or not entry.applied
    notes = (
        ()
        if entry.observed or unseen
        else ("nothing was read back after the last write: what moved cannot be told",)
    )
    return replace(told, fields=tuple(side.moved()), notes=notes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """One object with all that is known of it."""

    entry: StateEntry
    resource: Resource | None
    live: LiveResource
    kind: Kind
    users: Mapping[str, str] = field(default_factory=dict)

    def moved(self) -> Iterator[Moved]:
        """Give every field that one side moved, sorted by path."""
        wanted = leaves(dict(self.kind.seal(self.resource.spec))) if self.resource else {}
        pending = self._pending()
        for path in sorted({*wanted, *leaves(dict(self.entry.observed))}):
            managed = path in wanted and not is_under(path, self._ignored)
            drift = self._drift(path, want=wanted.get(path, ABSENT), managed=managed)
            if drift is not None:
                yield drift
            elif path in pending:
                yield self._told(path, want=wanted[path], origin=Origin.INTENT)

    @property
    def _ignored(self) -> tuple[str, ...]:
        return self.resource.lifecycle.ignore_changes if self.resource else ()

    def _pending(self) -> frozenset[str]:
        """Give the paths of what the next apply would write."""
        if self.resource is None:
            return frozenset()
        found = field_diffs(
            desired=self.resource.spec,
            live=self.live.spec,
            entry=self.entry,
            kind=self.kind,
            users=self.users,
            ignore=self._ignored,
        )
        return frozenset(each.path for each in found)

    def _drift(self, path: str, *, want: Any, managed: bool) -> Moved | None:
        """Give a field whose live value is another one than was observed, or None."""
        observed, shown = self._observed(path), self._shown(path)
        if observed is ABSENT or self._same(path, observed, shown):
            return None
        intent = managed and self._intent(path)
        if managed and not intent and self._proven_by(path, "applied"):
            note = "the service may rewrite it at any time: whether somebody changed it cannot be told"
            return self._told(path, want=want, origin=Origin.DRIFT, managed=False, note=note)
        note = "" if not managed or not self._same(path, want, shown) else "now as the manifest says"
        origin = Origin.BOTH if intent else Origin.DRIFT
        return self._told(path, want=want, origin=origin, managed=managed, note=note)

    def _intent(self, path: str) -> bool:
        desired = self.resource.spec if self.resource else {}
        return sides_of(path, desired=desired, live=self.live.spec, entry=self.entry, kind=self.kind).intent

    def _proven_by(self, path: str, wanted: str) -> bool:
        """Tell whether the service is known to rewrite a field, or not to show it, in a certain way."""
        return any(proof == wanted and is_under(path, (each,)) for each, proof in self.kind.rewritten.items())

    def _observed(self, path: str) -> Any:
        """Give what was read back; of what is not looked at unless somebody asks, what was written."""
        seen = get_path(self.entry.observed, path)
        return get_path(self.entry.applied, path) if seen is ABSENT and self._proven_by(path, "unseen") else seen

    def _shown(self, path: str) -> Any:
        """Give the live value as it may be shown; what is not looked at counts as what it was."""
        value = get_path(self.live.spec, path)
        if value is ABSENT:
            return self._observed(path) if self._proven_by(path, "unseen") else ABSENT
        return sealed_value(value, path=path, kind=self.kind)

    def _same(self, path: str, one: Any, other: Any) -> bool:
        """Compare two values of a field; persons are the same whatever they are called."""
        if path in self.kind.user_fields and isinstance(one, list) and isinstance(other, list):
            return {self.users.get(each, each) for each in one} == {self.users.get(each, each) for each in other}
        return bool(one == other)

    def _told(self, path: str, *, want: Any, origin: Origin, managed: bool = True, note: str = "") -> Moved:
        observed, shown = self._observed(path), self._shown(path)
        if path in self.kind.user_fields:
            observed, shown = self._by_login(observed), self._by_login(shown)
        return Moved(
            path=path, observed=observed, live=shown, desired=want, origin=origin, managed=managed, note=note
        )

    def _by_login(self, people: Any) -> Any:
        """Give user ids as the logins that they are known to be."""
        logins = {user: login for login, user in self.users.items()}
        return sorted(logins.get(each, each) for each in people) if isinstance(people, list) else people
