"""The plan: plain data that can be saved, shown, approved by its digest, and run without the manifests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.types import Action, Change, Consequence
from lwdeploy.planning.order import Quota

__all__ = ["FORMAT_VERSION", "Beside", "Estimate", "Plan", "Refusal", "StateRef"]

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a plan must not run: the guard, what it counted, and the way out.

    `exit_class` names the error that is raised: `unsafe`, `quota` or `ambiguous`.
    """

    guard: str
    message: str
    advice: str = ""
    exit_class: str = "unsafe"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRef:
    """The state that a plan was made against; lineage is None where there was none yet."""

    backend: str
    lineage: str | None = None
    serial: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What an apply will cost: calls in all, and seconds with the waits that the quota forces."""

    calls: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """An object of nobody here that was seen below one of our bots: named, and never touched."""

    root: str
    kind: str
    remote_id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything an approver needs, and everything an apply needs.

    `tenant` is its name, `identity` what the state is bound to. `changes` hold every address, unchanged ones
    too, in the order in which they run. `unmanaged` are (id, name) of bots that are nobody's here, `beside` such
    objects below our bots, `retained` the addresses that are owned but in no manifest. `notes` say what needs no
    attention now. `files` maps local files to their digests. `allowed` are the numbered overrides of guards, and
    `reason` is what somebody said about them.
    """

    tenant: str
    identity: Mapping[str, Any]
    project: str
    state: StateRef
    changes: tuple[Change, ...]
    quota: Quota
    estimate: Estimate
    consequences: tuple[Consequence, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unmanaged: tuple[tuple[str, str], ...] = ()
    beside: tuple[Beside, ...] = ()
    retained: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    allowed: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    digest: str = ""

    def count(self, *actions: Action) -> int:
        """Count the changes with one of the actions."""
        return sum(change.action in actions for change in self.changes)

    @property
    def deletes(self) -> int:
        """Count the deletes, without those that are one half of a replacement."""
        return sum(change.action is Action.DELETE and change.replaced_by is None for change in self.changes)

    @property
    def steps(self) -> tuple[Change, ...]:
        """The changes that do something, to the tenant or to the state."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.steps
