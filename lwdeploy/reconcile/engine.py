"""What an apply works with, passed in: adapters, state, clock, sleep, randomness, and a way to be stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from lwdeploy.core.address import Address
from lwdeploy.core.audit import Audit, NoAudit
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.kind import Adapters, Kind, Reader
from lwdeploy.core.live import Seen
from lwdeploy.core.types import Action, Change, Outcome, Resource, StateEntry
from lwdeploy.planning.model import Plan
from lwdeploy.state.holder import Holder
from lwdeploy.state.store import Store

__all__ = ["Chain", "Engine", "Keep", "chains_of", "wanted_of"]


class Keep(Protocol):
    """Saves what a bot is, right before it is deleted."""

    def __call__(
        self, change: Change, /, *, entries: Mapping[Address, StateEntry], users: Mapping[str, str]
    ) -> None:
        """Read the bot that `change` deletes and save it durably; what cannot be saved must not be deleted.

        `entries` and `users` are what the state remembers. Raises RemoteError or StateError. May be called from
        any thread.
        """
        ...


def _unguarded(_check: Callable[[], None]) -> None:
    """Let all writes pass."""


def _keep_nothing(_change: Change, *, entries: Mapping[Address, StateEntry], users: Mapping[str, str]) -> None:
    """Let the bot go as it is."""
    del entries, users


def _threads(workers: int) -> Executor:
    """Work on so many bots at a time."""
    return ThreadPoolExecutor(max_workers=workers, thread_name_prefix="apply")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The parts of one apply.

    `clock` is monotonic seconds; `nonce` and `lineage` give fresh random text; `stopping` tells whether to
    start nothing more; `progress` is told every outcome, from any thread. `wave` bots are created before
    their ids are recorded together; `workers` bots are worked on at a time, in what `pool` gives for them. `audit`
    is told what writes are about. `keep` saves a bot before it is deleted. `guard` is given what must be asked
    before every single write.
    """

    adapters: Adapters
    kinds: Mapping[str, Kind]
    reader: Reader
    store: Store
    holder: Holder
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    nonce: Callable[[], str]
    lineage: Callable[[], str]
    stopping: Callable[[], bool]
    progress: Callable[[Outcome], None]
    lock_timeout: float
    audit: Audit = field(default_factory=NoAudit)
    keep: Keep = _keep_nothing
    guard: Callable[[Callable[[], None]], None] = _unguarded
    workers: int = 8
    wave: int = 50
    pool: Callable[[int], Executor] = _threads


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """All steps of one bot, in order; the bot's own id where it exists before the apply."""

    root: Address
    remote_id: str | None
    steps: tuple[Change, ...]

    @property
    def own(self) -> Change | None:
        """The step of the bot itself, if it has one."""
        return next((step for step in self.steps if step.address == self.root), None)


def chains_of(plan: Plan) -> tuple[Chain, ...]:
    """Group the steps of a plan by bot, keeping the order of the plan."""
    ids = {change.address: change.remote_id for change in plan.changes if change.address.is_root}
    grouped: dict[Address, list[Change]] = {}
    for step in plan.steps:
        grouped.setdefault(step.address.root, []).append(step)
    return tuple(Chain(root=root, remote_id=ids.get(root), steps=tuple(steps)) for root, steps in grouped.items())


def wanted_of(chain: Chain) -> dict[Address, Resource]:
    """Give what of a bot has to be read for its steps, as the reader wants it.

    What is to be replaced is not looked for under its old id: the new object is what counts once it exists.
    """
    nowhere = SourceRef(file="")
    return {
        step.address: Resource(
            address=step.address,
            spec=step.desired,
            source=step.source or nowhere,
            derived_id=None if step.address.is_root or step.action is Action.REPLACE else step.remote_id,
            pictures=step.pictures,
        )
        for step in chain.steps
    }


def read_chain(engine: Engine, chain: Chain, *, remote_id: str) -> Seen:
    """Read one bot as far as its steps need it."""
    kinds = frozenset(step.address.kind for step in chain.steps if not step.address.is_root)
    return engine.reader.read_root(chain.root, remote_id=remote_id, wanted=wanted_of(chain), scopes=kinds)
