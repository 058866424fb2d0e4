"""The two seams of the project: what a resource kind is, and what it must be able to do remotely."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Severity, SourceRef
from lwdeploy.core.errors import UserError
from lwdeploy.core.live import Listed, LiveResource, Seen
from lwdeploy.core.picture import Picture, Source
from lwdeploy.core.types import Change, Consequence, Lifecycle, Mark, Resource, Spec
from lwdeploy.core.wording import Wording

__all__ = [
    "Access",
    "Adapter",
    "Adapters",
    "ChildAdapter",
    "Declared",
    "Finding",
    "Kind",
    "Manifest",
    "Reader",
    "RootAdapter",
    "Rule",
    "Scene",
    "TenantView",
    "Verify",
    "Written",
]


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
    """The writes of one kind. Every method raises only errors of the `RemoteError` branch."""

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
        `users` maps logins to the user ids they are known to be. Raises Unchangeable when the object exists
        and the service does not let it be changed.
        """
        ...

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        """Delete one object; an object that is already gone is a success."""
        ...


class RootAdapter(Adapter, Protocol):
    """The calls of a kind that stands by itself and has no natural key."""

    def listing(self) -> tuple[Listed, ...]:
        """Give every object, to the last page."""
        ...

    def look(self, remote_id: str, *, wanted: Spec) -> LiveResource | None:
        """Read one object, None when it is gone; only what `wanted` declares needs to be read in detail."""
        ...

    def reserve(self, change: Change, *, mark: Mark) -> LiveResource:
        """Create an object under its mark, all else final; give what now exists."""
        ...


class ChildAdapter(Adapter, Protocol):
    """The calls of a kind whose objects belong to a root object."""

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        """Read all objects of the kind below `parent`, unmanaged ones too.

        `wanted` are the resources that are meant, with the remote ids that are known of them; one with an empty
        spec is remembered and declared no more.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """What to read, declared or not, although no list shows it and each object costs calls of its own."""

    images: bool = False
    users: bool = False
    members: bool = False


def _no_content(digest: str, _source: Source) -> bytes:
    raise UserError(f"The picture {digest} is not at hand")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an adapter works with.

    `client` is that of the API, `project` who we are, `verify` what to read. `content(digest, source)` gives the
    bytes of a picture; it raises Rejected, having sent nothing, when they cannot be had or are not those meant.
    `downloaded` is told the digest and the bytes of every picture that was looked at.
    """

    client: Any
    project: str
    verify: Verify = Verify()
    content: Callable[[str, Source], bytes] = _no_content
    downloaded: Callable[[str, bytes], None] = lambda _digest, _content: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The adapters of all kinds, over one access."""

    roots: Mapping[str, RootAdapter]
    children: Mapping[str, ChildAdapter]

    @classmethod
    def of(cls, kinds: Iterable[Kind], access: Access) -> Adapters:
        """Make the adapters of `kinds`."""
        known = tuple(kinds)
        return cls(
            roots={kind.name: kind.root(access) for kind in known if kind.root is not None},
            children={kind.name: kind.child(access) for kind in known if kind.child is not None},
        )

    def __getitem__(self, kind: str) -> Adapter:
        return self.roots[kind] if kind in self.roots else self.children[kind]


class Reader(Protocol):
    """Reads one root object and the children that matter, with addresses."""

    def read_root(
        self, root: Address, *, remote_id: str, wanted: Mapping[Address, Resource], scopes: frozenset[str]
    ) -> Seen:
        """Give what there is of `wanted` and of the child kinds in `scopes`; nothing when the root is gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a consequence may depend on: the object, what its kind read beside it, and all changes of its bot."""

    live: LiveResource | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()


def _no_consequences(_change: Change, _scene: Scene) -> Iterable[Consequence]:
    return ()


def _never(_change: Change, _parent: Change) -> bool:
    return False


def _no_calls(_change: Change) -> Mapping[str, int]:
    return {}


def _unsealed(spec: Spec) -> Spec:
    return spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A resource kind: everything the rest of the program knows about it. It has a `root` or a `child` adapter.

    `rewritten` maps field prefixes that the service is known to rewrite, or not to show, to how equality is then
    proven: `applied` (what we want is what we last wrote), `observed` (and the tenant still shows what it showed
    right after) or `unseen` (and the tenant shows nothing else, where it was looked at). `user_fields` are sets
    of users, compared through the known logins. `marked` kinds have no natural key and are created under a mark.

    `level` orders the writes of kinds inside one bot's chain, `removal` the deletes (the same, when None).
    `precedes` tells which change of a child must be done before the change of its bot, because the service takes
    them in that order only. `after` are kinds whose steps must be done before this one's. Of what a bot owns of a
    kind nothing is kept once it declares one of those that the kind `gives_way_to`: the service takes only one of
    them. An `eager` kind refers to another object and is brought up to date right after it; a refusal of a
    `lenient` one holds up nothing. `refers_to` is the kind that a link points to: none of that is deleted before
    the links have let go.

    `reads` is the operation that reads the kind (empty where an apply sends none for it), `calls` gives the writes
    a change will send, by operation. `most` is how many objects of the kind a bot takes. What there is of a
    `listed` kind is told by a list only, and lists may lag. `seal` replaces what state must not hold by a hash.
    `label` gives an object's display name, which is never its identity. `wording` leads back to manifests.
    """

    name: str
    word: str
    level: int
    declare: Callable[[Manifest], Declared]
    root: Callable[[Access], RootAdapter] | None = None
    child: Callable[[Access], ChildAdapter] | None = None
    parent: str | None = None
    marked: bool = False
    rules: tuple[Rule, ...] = ()
    rewritten: Mapping[str, str] = field(default_factory=dict)
    user_fields: tuple[str, ...] = ()
    consequences: Callable[[Change, Scene], Iterable[Consequence]] = _no_consequences
    calls: Callable[[Change], Mapping[str, int]] = _no_calls
    seal: Callable[[Spec], Spec] = _unsealed
    label: Callable[[Spec], str] = lambda _spec: ""
    reads: str = ""
    precedes: Callable[[Change, Change], bool] = _never
    removal: int | None = None
    after: tuple[str, ...] = ()
    eager: bool = False
    lenient: bool = False
    wording: Wording = field(default_factory=Wording)
    refers_to: str = ""
    gives_way_to: tuple[str, ...] = ()
    most: int | None = None
    listed: bool = False
