"""The two seams of the project: what a resource kind is, and what it must be able to do remotely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Severity, SourceRef
from lwdeploy.core.picture import Picture
from lwdeploy.core.types import Change, Consequence, Lifecycle, Listed, LiveResource, Mark, Resource, Spec

__all__ = ["Adapter", "Declared", "Finding", "Kind", "Manifest", "Reader", "Rule", "TenantView", "Written"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantView:
    """The part of a Tenant that manifests depend on: domain names to ids, and defaults for bots."""

    name: str
    domains: Mapping[str, int] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    guards: Mapping[str, Any] = field(default_factory=dict)


def _no_picture(path: str) -> Picture:
    return Picture(file=path, problem="no pictures are at hand")


def _no_trouble(_recipe: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One root manifest (a Bot) with its references already replaced by what they refer to.

    `at(path)` gives the place of a dotted path (`domains.0.name`) in the file that wrote it; a path that is
    not there gives the nearest place above it. `picture(path)` looks at the file whose name stands at a dotted
    path, relative to the file that wrote it; `trouble(recipe)` says why a picture cannot be drawn here.
    """

    address: Address
    spec: Mapping[str, Any]
    tenant: TenantView
    at: Callable[[str], SourceRef]
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    picture: Callable[[str], Picture] = _no_picture
    trouble: Callable[[Mapping[str, Any]], str] = _no_trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What a kind makes of a manifest: its resources, and whether the manifest spells the list out at all.

    `files` maps the names of the local files that stand behind it, pictures and fonts, to their digests.
    """

    resources: tuple[Resource, ...] = ()
    in_scope: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a rule found: the dotted path inside the manifest's spec, the message and the fix."""

    path: str
    message: str
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A semantic rule beyond the JSON Schema; pure.

    `id` is `LW` and three digits; `title` one line; `explain` says why the rule exists and what to do.
    """

    id: str
    title: str
    explain: str
    check: Callable[[Manifest], Iterable[Finding]]
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write gave: the remote id, and logins that were seen to become user ids."""

    remote_id: str
    users: Mapping[str, str] = field(default_factory=dict)


class Adapter(Protocol):
    """The calls of one kind. Every method raises only errors of the `RemoteError` branch.

    A root kind is found by `listing`; a child by its parent's remote id and its own derived id.
    """

    def listing(self) -> tuple[Listed, ...]:
        """Give every object of a root kind, to the last page; never called for a child kind."""
        ...

    def read(
        self, *, parent_id: str | None, remote_id: str | None, wanted: Mapping[str, Spec]
    ) -> tuple[LiveResource, ...]:
        """Read live objects, without addresses.

        A root kind reads the one object `remote_id` (empty when gone). A child kind reads all objects of its
        kind below `parent_id`, unmanaged ones too. `wanted` holds the desired specs by remote id: only what
        they declare needs to be read in detail.
        """
        ...

    def reserve(self, change: Change, *, mark: Mark) -> LiveResource:
        """Create a root object under its mark, all else final; give what now exists. Only marked kinds."""
        ...

    def write(
        self,
        change: Change,
        *,
        parent_id: str | None,
        live: LiveResource | None,
        users: Mapping[str, str],
    ) -> Written:
        """Bring one object from `live` (None: not there) to `change.desired`, writing differences only.

        A marked kind always exists by then: it was reserved, and naming it is an ordinary difference.
        `users` maps logins to the user ids they are known to be.
        """
        ...

    def delete(self, *, parent_id: str | None, remote_id: str) -> None:
        """Delete one object; an object that is already gone is a success."""
        ...


class Reader(Protocol):
    """Reads one root object and the children that matter, with addresses."""

    def read_root(
        self, root: Address, *, remote_id: str, wanted: Mapping[Address, Resource], scopes: frozenset[str]
    ) -> Mapping[Address, LiveResource]:
        """Give the live objects of `wanted` and of the child kinds in `scopes`; what is gone has no entry."""
        ...


def _no_consequences(_change: Change, _live: LiveResource | None) -> Iterable[Consequence]:
    return ()


def _never(_change: Change, _parent: Change) -> bool:
    return False


def _no_calls(_change: Change) -> Mapping[str, int]:
    return {}


def _unsealed(spec: Spec) -> Spec:
    return spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A resource kind: everything the rest of the program knows about it.

    `rewritten` maps field prefixes that the service is known to rewrite to how equality is then proven:
    `applied` (what we want is what we last wrote) or `observed` (and the tenant still shows what it showed
    right after). `user_fields` are sets of users, compared through the known logins. `marked` kinds have no
    natural key and are created under a mark. `level` orders kinds inside one bot's chain. `reads` is the
    operation that reads the kind, `calls` gives the writes a change will send, by operation. `seal` replaces
    what state must not hold by a hash. `precedes` tells which change of a child must be done before the change
    of its bot, because the service takes them in that order only. `label` gives an object's display name,
    which is never its identity.
    """

    name: str
    word: str
    level: int
    adapter: Callable[[Any], Adapter]
    declare: Callable[[Manifest], Declared]
    parent: str | None = None
    marked: bool = False
    rules: tuple[Rule, ...] = ()
    rewritten: Mapping[str, str] = field(default_factory=dict)
    user_fields: tuple[str, ...] = ()
    consequences: Callable[[Change, LiveResource | None], Iterable[Consequence]] = _no_consequences
    calls: Callable[[Change], Mapping[str, int]] = _no_calls
    seal: Callable[[Spec], Spec] = _unsealed
    label: Callable[[Spec], str] = lambda _spec: ""
    reads: str = ""
    precedes: Callable[[Change, Change], bool] = _never
