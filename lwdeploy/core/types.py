"""The values that travel along the straight line, all frozen.

A *spec* is a canonical mapping in the words of the manifest (`callback.url`, `pic.primary`): a kind's
`from_manifest` and `from_api` both produce it, so desired and live compare with `==`. A field that is not
in a desired spec is unmanaged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.errors import LwdeployError
from lwdeploy.core.picture import Source

__all__ = [
    "UNKNOWN",
    "Action",
    "ApplyReport",
    "Change",
    "Consequence",
    "Desired",
    "FieldDiff",
    "Lifecycle",
    "Mark",
    "Origin",
    "Outcome",
    "Proof",
    "Resource",
    "Spec",
    "State",
    "StateEntry",
    "Status",
]

Spec = Mapping[str, Any]

UNKNOWN = "(known after apply)"
"""Stands in a spec for the remote id of an object that does not exist yet."""


class Action(StrEnum):
    """What a plan does with one object."""

    NOOP = "noop"
    CREATE = "create"
    ADOPT = "adopt"  # record an object that exists and already is as declared; no write to the tenant
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    FORGET = "forget"  # stop managing; the object stays as it is

    @property
    def writes(self) -> bool:
        """Whether the action sends anything but reads to the tenant."""
        return self in {Action.CREATE, Action.UPDATE, Action.REPLACE, Action.DELETE}


class Origin(StrEnum):
    """Which side moved since the last apply: the manifest, the tenant, or both."""

    INTENT = "intent"
    DRIFT = "drift"
    BOTH = "both"


class Proof(StrEnum):
    """What proves that a live object is the one a manifest means; strongest first."""

    BOT_ID = "botId"
    STATE = "state"
    MARK = "mark"
    DERIVED = "derived"
    NONE = "none"


class Status(StrEnum):
    """How one change of a plan ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_STARTED = "not started"
    NOT_TAKEN = "not taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The name a bot carries while it is being created, so that whoever finds it knows whose it is.

    Printed `lwdeploy <project> <key> <nonce>`; `key` is a hash of the address, `nonce` differs per attempt.
    """

    project: str
    key: str
    nonce: str

    def __str__(self) -> str:
        return f"lwdeploy {self.project} {self.key} {self.nonce}"

    @classmethod
    def parse(cls, text: str) -> Mark | None:
        """Read a mark back from a bot name; None when the name is not a mark."""
        words = text.split(" ")
        if len(words) != 4 or words[0] != "lwdeploy" or not all(words):
            return None
        return cls(project=words[1], key=words[2], nonce=words[3])


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """How careful to be with one object; `retain_replaced` keeps what a replacement would delete."""

    protect: bool = False
    ignore_changes: tuple[str, ...] = ()
    retain_replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One object as the manifests want it.

    `derived_id` is the remote id of a child as far as it is known: it follows from the parent (a domain id), or
    is remembered; a root object has none. `bind` is the remote id that the manifest names (`spec.botId`),
    `renamed_from` the root address whose state entry this one takes over. `refers` maps fields to the addresses
    of the objects of the same bot whose remote ids stand there; `pictures` maps the digests in the spec to where
    the bytes come from.
    """

    address: Address
    spec: Spec
    source: SourceRef
    lifecycle: Lifecycle = Lifecycle()
    derived_id: str | None = None
    bind: str | None = None
    renamed_from: Address | None = None
    refers: Mapping[str, Address] = field(default_factory=dict)
    pictures: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """All that the manifests declare.

    `scopes` holds `(root, kind)` for every list of children that a manifest spells out, empty lists
    included: inside a scope, an owned child that is not declared any more is deleted; outside, forgotten.
    `removed` maps the addresses of bots that are to go to the reason why. `files` maps every local file that was
    read to its digest.
    """

    resources: tuple[Resource, ...]
    scopes: frozenset[tuple[Address, str]] = frozenset()
    removed: Mapping[Address, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    whole_project: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """One field that differs: dotted path, live value, desired value, and which side moved."""

    path: str
    old: Any
    new: Any
    origin: Origin = Origin.INTENT
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """What the service will destroy or cut off as a side effect of a change.

    `objects` are the remote ids of what is hit, all of `kind`; each counts against the guards, as a delete
    where we own it and as an unmanaged object where we do not. Without objects it is only told. `refused` is
    set where the service would not take the change at all, so that no override helps.
    """

    address: Address
    summary: str
    kind: str = ""
    objects: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One step of a plan: plain data, complete enough to run without the manifests.

    `before` is the whole live spec the plan saw (empty for a create); `depends_on` are addresses whose
    changes must be done first; `moved_from` is the address whose state entry is taken over. `refers` and
    `pictures` are those of the resource. `replaced_by` stands at the delete of an object that another one has
    taken the place of.
    """

    address: Address
    action: Action
    remote_id: str | None = None
    desired: Spec = field(default_factory=dict)
    before: Spec = field(default_factory=dict)
    diffs: tuple[FieldDiff, ...] = ()
    depends_on: tuple[Address, ...] = ()
    proof: Proof = Proof.NONE
    reason: str = ""
    notes: tuple[str, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    moved_from: Address | None = None
    source: SourceRef | None = None
    refers: Mapping[str, Address] = field(default_factory=dict)
    pictures: Mapping[str, Source] = field(default_factory=dict)
    replaced_by: Address | None = None

    @property
    def stray(self) -> bool:
        """Whether this removes a bot that an interrupted create left unnamed."""
        return self.address.is_root and self.action is Action.DELETE and self.proof is Proof.MARK

    @property
    def cleanup(self) -> bool:
        """Whether this deletes only what nobody needs any more: it counts against no guard of deletes."""
        return self.stray or (self.replaced_by is not None and not self.address.is_root)


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEntry:
    """What is remembered of one managed object.

    `applied` is what we last wrote, `observed` what was read back right after; both are used only to tell
    intent from drift. Query strings of URLs are kept as hashes. `fixed` is set once the service has refused to
    change an object of this kind in place.
    """

    remote_id: str
    applied: Spec = field(default_factory=dict)
    observed: Spec = field(default_factory=dict)
    protect: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything remembered about one tenant.

    `serial` grows by one with every write; `lineage` is random and never changes; `tenant` is the identity
    that the state is bound to (`endpoint`, `serviceAccount`, `domainIds`); `users` maps logins to the user
    ids that they were seen to become; `plans` holds the digests of saved plans that were run.
    """

    lineage: str
    serial: int = 0
    tenant: Mapping[str, Any] = field(default_factory=dict)
    project: str = "default"
    entries: Mapping[Address, StateEntry] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)
    plans: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one change ended, with what to do next when it did not end well."""

    address: Address
    action: Action
    status: Status
    remote_id: str | None = None
    error: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyReport:
    """How an apply ended: one outcome for every step of the plan, in plan order.

    `failure` is what stopped the whole run after it had begun to write: a state that could not be written.
    """

    outcomes: tuple[Outcome, ...]
    serial: int | None = None
    interrupted: bool = False
    failure: LwdeployError | None = None

    def count(self, status: Status) -> int:
        """Count the changes that ended with `status`."""
        return sum(outcome.status is status for outcome in self.outcomes)

    @property
    def complete(self) -> bool:
        """Whether every change was carried out and taken by the service."""
        done = all(outcome.status is Status.DONE for outcome in self.outcomes)
        return done and self.failure is None
