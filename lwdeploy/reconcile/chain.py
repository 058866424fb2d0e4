"""The steps of one bot, one after the other: the API forbids parallel writes on a bot (reference 2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lwdeploy.core.address import Address
from lwdeploy.core.errors import LwdeployError, OutcomeUnknown, RemoteError, StalePlan
from lwdeploy.core.kind import Kind, Written
from lwdeploy.core.types import Action, Change, FieldDiff, LiveResource, Outcome, StateEntry, Status
from lwdeploy.planning.diff import field_diffs
from lwdeploy.reconcile.engine import Chain, Engine, read_chain
from lwdeploy.reconcile.observe import observed_entry
from lwdeploy.reconcile.precondition import moved_fields

__all__ = ["ChainResult", "failed", "not_started", "run_chain"]

FRESH_SECONDS = 5.0
"""A bot that was read longer ago than this is read again before its first write."""

_ADVICE = {
    Status.FAILED: "Correct the cause and apply again: what is done stays done.",
    Status.UNKNOWN: "Plan again: the next run looks at the tenant before it writes.",
    Status.NOT_STARTED: "Apply again once the cause is gone.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainResult:
    """What became of one bot: outcomes in order, entries to remember (None: to forget), logins learnt."""

    root: Address
    outcomes: tuple[Outcome, ...]
    entries: Mapping[Address, StateEntry | None] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)


def failed(step: Change, error: LwdeployError, *, remote_id: str | None = None) -> Outcome:
    """Give the outcome of a step that raised."""
    status = Status.UNKNOWN if isinstance(error, OutcomeUnknown) else Status.FAILED
    return Outcome(
        address=step.address,
        action=step.action,
        status=status,
        remote_id=remote_id or step.remote_id,
        error=error.message,
        advice=error.advice or _ADVICE[status],
    )


def not_started(step: Change, why: str) -> Outcome:
    """Give the outcome of a step that was never begun."""
    return Outcome(
        address=step.address,
        action=step.action,
        status=Status.NOT_STARTED,
        remote_id=step.remote_id,
        error=why,
        advice=_ADVICE[Status.NOT_STARTED],
    )


def run_chain(
    chain: Chain,
    *,
    engine: Engine,
    live: Mapping[Address, LiveResource],
    read_at: float,
    reserved: LiveResource | None,
    users: Mapping[str, str],
) -> ChainResult:
    """Carry out the steps of one bot and read back what was written.

    `live` is what the preconditions read at `read_at`; `reserved` is the bot that was created under its mark.
    Never raises a RemoteError: it becomes the outcome of its step.
    """
    run = _Run(chain=chain, engine=engine, users=dict(users), live=dict(live))
    if reserved is not None:
        run.live[chain.root] = reserved
        run.bot_id = reserved.remote_id
    elif engine.clock() - read_at > FRESH_SECONDS and chain.remote_id is not None:
        stale = run.refresh()
        if stale is not None:
            return ChainResult(root=chain.root, outcomes=tuple(failed(step, stale) for step in chain.steps))
    for step in chain.steps:
        run.step(step)
    return run.result()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One bot's progress; used by one thread only."""

    chain: Chain
    engine: Engine
    users: dict[str, str]
    live: dict[Address, LiveResource]
    bot_id: str | None = None
    outcomes: dict[Address, Outcome] = field(default_factory=dict)
    learnt: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bot_id = self.chain.remote_id

    def refresh(self) -> LwdeployError | None:
        """Read the bot again; give what forbids going on."""
        try:
            self.live = dict(read_chain(self.engine, self.chain, remote_id=str(self.bot_id)))
        except RemoteError as error:
            return error
        moved = list(moved_fields(self.chain, self.live, kinds=self.engine.kinds))
        if moved:
            return StalePlan("Changed since the plan: " + "; ".join(moved), advice="Plan again.")
        return None

    def step(self, step: Change) -> None:
        """Carry out one step; what goes wrong stays inside this bot."""
        blocked = [each for each in step.depends_on if self._blocks(each)]
        if blocked:
            self.outcomes[step.address] = not_started(step, f"waits for {blocked[0]}")
            return
        try:
            remote_id = self._carry_out(step)
        except RemoteError as error:
            self.outcomes[step.address] = failed(step, error, remote_id=self._id_of(step))
        else:
            self.outcomes[step.address] = Outcome(
                address=step.address, action=step.action, status=Status.DONE, remote_id=remote_id
            )

    def _blocks(self, address: Address) -> bool:
        outcome = self.outcomes.get(address)
        return outcome is not None and outcome.status is not Status.DONE

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
        live = self.live.get(step.address)
        sent = replace(step, diffs=step.diffs or self._missing(step, live))
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
            return self._send(replace(step, diffs=remaining), now)

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

    def _look(self, step: Change, *, lost: OutcomeUnknown) -> LiveResource | None:
        """Read what became of a write; when that fails too, the write stays unknown."""
        chain = replace(self.chain, steps=(step,))
        try:
            return read_chain(self.engine, chain, remote_id=str(self.bot_id)).get(step.address)
        except RemoteError as error:
            raise lost from error

    def _delete(self, step: Change) -> None:
        adapter, parent = self.engine.adapters[step.address.kind], self._parent(step)
        try:
            adapter.delete(parent_id=parent, remote_id=str(step.remote_id))
        except OutcomeUnknown as lost:
            if self._look(step, lost=lost) is not None:
                adapter.delete(parent_id=parent, remote_id=str(step.remote_id))

    def result(self) -> ChainResult:
        """Read back what was written, and give everything that is to be remembered."""
        seen = self._observe()
        entries: dict[Address, StateEntry | None] = {}
        for step in self.chain.steps:
            if self.outcomes[step.address].status is Status.DONE:
                self._conclude(step, seen, entries)
            elif step.address.is_root and self.bot_id is not None and step.action is Action.CREATE:
                entries[step.address] = StateEntry(remote_id=self.bot_id, protect=step.lifecycle.protect)
        outcomes = tuple(self.outcomes[step.address] for step in self.chain.steps)
        return ChainResult(root=self.chain.root, outcomes=outcomes, entries=entries, users=self.learnt)

    def _observe(self) -> Mapping[Address, LiveResource] | None:
        """Read back; None when that fails, which costs only knowledge."""
        kept = tuple(
            step
            for step in self.chain.steps
            if step.action not in {Action.DELETE, Action.FORGET}
            and self.outcomes[step.address].status is Status.DONE
        )
        if not kept or self.bot_id is None:
            return {}
        try:
            return read_chain(self.engine, replace(self.chain, steps=kept), remote_id=self.bot_id)
        except RemoteError:
            return None

    def _conclude(
        self,
        step: Change,
        seen: Mapping[Address, LiveResource] | None,
        entries: dict[Address, StateEntry | None],
    ) -> None:
        if step.action in {Action.DELETE, Action.FORGET}:
            entries[step.address] = None
            return
        outcome = self.outcomes[step.address]
        live = None if seen is None else seen.get(step.address)
        entry, not_taken = observed_entry(
            step, live, remote_id=str(outcome.remote_id), kind=self._kind(step), users=self.users
        )
        entries[step.address] = entry
        if not step.action.writes:
            return
        error = f"the service answered success but shows other values: {', '.join(not_taken)}" if not_taken else ""
        if seen is not None and live is None:
            error = "the service answered success but does not show it"
        if error:
            advice = "Look at the plan: it shows what the service made of it."
            self.outcomes[step.address] = replace(outcome, status=Status.NOT_TAKEN, error=error, advice=advice)
