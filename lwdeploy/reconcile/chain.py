"""The steps of one bot, one after the other: the API forbids parallel writes on a bot (reference 2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lwdeploy.core.address import Address
from lwdeploy.core.errors import (
    LwdeployError,
    OutcomeUnknown,
    Rejected,
    RemoteError,
    StalePlan,
    StateError,
    Unchangeable,
)
from lwdeploy.core.kind import Kind, Written
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import UNKNOWN, Action, Change, FieldDiff, Outcome, State, StateEntry, Status
from lwdeploy.planning.diff import field_diffs
from lwdeploy.reconcile.engine import Chain, Engine, read_chain
from lwdeploy.reconcile.observe import observed_entry
from lwdeploy.reconcile.outcomes import failed, not_started
from lwdeploy.reconcile.precondition import moved_fields

__all__ = ["ChainResult", "run_chain"]

FRESH_SECONDS = 5.0
"""A bot that was read longer ago than this is read again before its first write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainResult:
    """What became of one bot: outcomes in order, entries to remember (None: to forget), logins learnt."""

    root: Address
    outcomes: tuple[Outcome, ...]
    entries: Mapping[Address, StateEntry | None] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)


def run_chain(
    chain: Chain,
    *,
    engine: Engine,
    live: Seen,
    read_at: float,
    reserved: LiveResource | None,
    state: State,
) -> ChainResult:
    """Carry out the steps of one bot and read back what was written.

    `live` is what the preconditions read at `read_at`; `reserved` is the bot that was created under its mark;
    `state` is what was remembered before.
    Never raises a RemoteError: it becomes the outcome of its step.
    """
    run = _Run(
        chain=chain,
        engine=engine,
        users=dict(state.users),
        live=dict(live.resources),
        entries=state.entries,
        steps=list(chain.steps),
    )
    if reserved is not None:
        run.live[chain.root] = reserved
        run.bot_id = reserved.remote_id
    elif engine.clock() - read_at > FRESH_SECONDS and chain.remote_id is not None:
        stale = run.refresh()
        if stale is not None:
            return ChainResult(root=chain.root, outcomes=tuple(failed(step, stale) for step in chain.steps))
    for index in range(len(run.steps)):
        run.step(index)
    return run.result()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One bot's progress; used by one thread only.

    `steps` are those of the chain, with remote ids in the place of what the plan could not know yet. `let` are
    refused steps that hold up nothing, `fixed` objects that the service does not let be changed.
    """

    chain: Chain
    engine: Engine
    users: dict[str, str]
    live: dict[Address, LiveResource]
    entries: Mapping[Address, StateEntry]
    steps: list[Change]
    bot_id: str | None = None
    outcomes: dict[Address, Outcome] = field(default_factory=dict)
    learnt: dict[str, str] = field(default_factory=dict)
    let: set[Address] = field(default_factory=set)
    fixed: set[Address] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.bot_id = self.chain.remote_id

    def refresh(self) -> LwdeployError | None:
        """Read the bot again; give what forbids going on."""
        try:
            seen = read_chain(self.engine, self.chain, remote_id=str(self.bot_id))
        except RemoteError as error:
            return error
        self.live = dict(seen.resources)
        moved = list(moved_fields(self.chain, seen, kinds=self.engine.kinds))
        if moved:
            return StalePlan("Changed since the plan: " + "; ".join(moved), advice="Plan again.")
        return None

    def step(self, index: int) -> None:
        """Carry out one step; what goes wrong stays inside this bot."""
        step = self.steps[index]
        blocked = [each for each in step.depends_on if self._blocks(each)]
        if blocked:
            self.outcomes[step.address] = not_started(step, f"waits for {blocked[0]}")
            return
        self.steps[index] = step = self._linked(step)
        try:
            with self.engine.audit.about(step.address):
                remote_id = self._carry_out(step)
        except (RemoteError, StateError) as error:
            self._note(step, error)
            self.outcomes[step.address] = failed(step, error, remote_id=self._id_of(step))
        else:
            self.outcomes[step.address] = Outcome(
                address=step.address, action=step.action, status=Status.DONE, remote_id=remote_id
            )

    def _note(self, step: Change, error: LwdeployError) -> None:
        if isinstance(error, Rejected) and self._kind(step).lenient:
            self.let.add(step.address)
        if isinstance(error, Unchangeable):
            self.fixed.add(step.address)

    def _blocks(self, address: Address) -> bool:
        outcome = self.outcomes.get(address)
        return outcome is not None and outcome.status is not Status.DONE and address not in self.let

    def _linked(self, step: Change) -> Change:
        """Put in the remote ids of objects that were made in this run."""
        ids = {
            name: self.outcomes[address].remote_id
            for name, address in step.refers.items()
            if step.desired.get(name) == UNKNOWN and address in self.outcomes
        }
        return replace(step, desired={**step.desired, **ids}) if ids else step

    def _id_of(self, step: Change) -> str | None:
        return self.bot_id if step.address.is_root else step.remote_id

    def _carry_out(self, step: Change) -> str | None:
        if step.action is Action.DELETE:
            self._delete(step)
        elif step.action.writes:
            written = self._write(step)
            self.users |= written.users
            self.learnt |= written.users
            return written.remote_id
        return self._id_of(step)

    def _write(self, step: Change) -> Written:
        """Write one object; after a lost answer look, and write once more only what still differs."""
        live = None if step.action is Action.REPLACE else self.live.get(step.address)
        fresh = live is None or not step.diffs  # a plan's differences are those from what it replaces
        sent = replace(step, diffs=self._missing(step, live) if fresh else step.diffs)
        try:
            return self._send(sent, live)
        except OutcomeUnknown as lost:
            now = self._look(step, lost=lost)
            if now is None and self._kind(step).marked:
                raise  # a bot that is not shown is gone, or not shown yet: only the next run can tell
            paths = {diff.path for diff in sent.diffs}
            remaining = tuple(diff for diff in self._missing(step, now) if now is None or diff.path in paths)
            if now is not None and not remaining:
                return Written(remote_id=now.remote_id)
            try:
                return self._send(replace(step, diffs=remaining), now)
            except Rejected:  # what was lost may have arrived after the look, and stand in the way of its copy
                now = now or self._look(step, lost=lost)
                if now is None or self._missing(step, now):
                    raise
                return Written(remote_id=now.remote_id)

    def _send(self, step: Change, live: LiveResource | None) -> Written:
        adapter = self.engine.adapters[step.address.kind]
        return adapter.write(step, parent_id=self._parent(step), live=live, users=self.users)

    def _parent(self, step: Change) -> str | None:
        return None if step.address.is_root else self.bot_id

    def _missing(self, step: Change, live: LiveResource | None) -> tuple[FieldDiff, ...]:
        return field_diffs(
            desired=step.desired,
            live=live.spec if live else {},
            entry=None,
            kind=self._kind(step),
            users=self.users,
            ignore=step.lifecycle.ignore_changes if step.action is Action.UPDATE else (),
        )

    def _kind(self, step: Change) -> Kind:
        return self.engine.kinds[step.address.kind]

    def _seen_after(self, step: Change, *, lost: OutcomeUnknown) -> Seen:
        """Read what became of a write; when that fails too, the write stays unknown."""
        try:
            return read_chain(self.engine, replace(self.chain, steps=(step,)), remote_id=str(self.bot_id))
        except RemoteError as error:
            raise lost from error

    def _look(self, step: Change, *, lost: OutcomeUnknown) -> LiveResource | None:
        """Give the object that a write may have made or changed."""
        now = self._seen_after(step, lost=lost).resources.get(step.address)
        given_up = {each.remote_id for each in self.chain.steps if each.replaced_by == step.address}
        if step.action is Action.REPLACE and now is not None and now.remote_id in {step.remote_id, *given_up}:
            return None  # what is to make room is not what was to be made
        return now

    def _save(self, step: Change) -> None:
        """Have what a bot is saved; raises StateError when it is not, and then the bot must stay."""
        try:
            self.engine.keep(step, entries=self.entries, users=self.users)
        except (RemoteError, StateError) as error:
            raise StateError(
                f"it was not deleted, because what it is could not be saved: {error.message}",
                advice=error.advice or "Correct the cause and apply again: the bot is as it was.",
            ) from error

    def _delete(self, step: Change) -> None:
        if step.address.is_root and not step.stray:
            self._save(step)
        adapter, parent = self.engine.adapters[step.address.kind], self._parent(step)
        try:
            adapter.delete(step, parent_id=parent)
        except OutcomeUnknown as lost:
            seen = self._seen_after(step, lost=lost)
            if step.address in seen.resources or step.address.kind in seen.unread:
                adapter.delete(step, parent_id=parent)

    def result(self) -> ChainResult:
        """Read back what was written, and give everything that is to be remembered."""
        seen = self._observe()
        entries: dict[Address, StateEntry | None] = {}
        for step in self.steps:
            if self.outcomes[step.address].status is Status.DONE:
                self._conclude(step, seen, entries)
            elif step.address in self.fixed:
                entries[step.address] = self._known_as_fixed(step)
            elif step.address.is_root and self.bot_id is not None and step.action is Action.CREATE:
                entries[step.address] = StateEntry(remote_id=self.bot_id, protect=step.lifecycle.protect)
        outcomes = tuple(self.outcomes[step.address] for step in self.steps)
        return ChainResult(root=self.chain.root, outcomes=outcomes, entries=entries, users=self.learnt)

    def _known_as_fixed(self, step: Change) -> StateEntry:
        before = self.entries.get(step.address)
        if before is None or before.remote_id != step.remote_id:
            before = StateEntry(remote_id=str(step.remote_id), protect=step.lifecycle.protect)
        return replace(before, fixed=True)

    def _observe(self) -> Seen | None:
        """Read back; None when that fails, which costs only knowledge."""
        kept = tuple(
            replace(step, action=Action.UPDATE, remote_id=self.outcomes[step.address].remote_id)
            for step in self.steps
            if step.action not in {Action.DELETE, Action.FORGET}
            and self.outcomes[step.address].status is Status.DONE
        )
        if not kept or self.bot_id is None:
            return Seen()
        try:
            return read_chain(self.engine, replace(self.chain, steps=kept), remote_id=self.bot_id)
        except RemoteError:
            return None

    def _conclude(self, step: Change, seen: Seen | None, entries: dict[Address, StateEntry | None]) -> None:
        if step.action in {Action.DELETE, Action.FORGET}:
            entries[step.address] = None
            return
        outcome = self.outcomes[step.address]
        live = None if seen is None else seen.resources.get(step.address)
        entry, not_taken = observed_entry(
            step, live, remote_id=str(outcome.remote_id), kind=self._kind(step), users=self.users
        )
        before = self.entries.get(step.address)
        entries[step.address] = replace(entry, fixed=before is not None and before.fixed)
        if not step.action.writes:
            return
        error = f"the service answered success but shows other values: {', '.join(not_taken)}" if not_taken else ""
        if seen is not None and live is None and step.address.kind not in seen.unread:
            error = "the service answered success but does not show it"
        if error:
            advice = "Look at the plan: it shows what the service made of it."
            self.outcomes[step.address] = replace(outcome, status=Status.NOT_TAKEN, error=error, advice=advice)
