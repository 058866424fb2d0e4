"""Carries out a plan: lease, state, preconditions, then bots in waves.

A wave creates its new bots under their marks, records their ids in one write, carries out everything else of
these bots, and records the results in one write. Killed anywhere, the marks tell the next run what was begun.

A run that lost its lease sends and records nothing more: the lease is asked before every single write, and shown
to be held right before bots are named. So what another run does meanwhile is not disturbed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from lwdeploy.core.address import Address
from lwdeploy.core.errors import LwdeployError, RemoteError, StateError
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Action, ApplyReport, Change, Outcome, Proof, StateEntry, Status
from lwdeploy.planning.model import Plan
from lwdeploy.reconcile.chain import ChainResult, run_chain
from lwdeploy.reconcile.engine import Chain, Engine, chains_of
from lwdeploy.reconcile.ledger import Ledger
from lwdeploy.reconcile.outcomes import failed, not_started
from lwdeploy.reconcile.precondition import current_state, recheck, refuse
from lwdeploy.reconcile.recover import reserve
from lwdeploy.state.store import Lease

__all__ = ["apply"]

_LOG = logging.getLogger(__name__)
INTERRUPTED = "the run was asked to stop"


def apply(plan: Plan, *, engine: Engine) -> ApplyReport:
    """Carry out a plan and say what became of every change.

    Raises before the first write: PlanRefused (a refused or a stale plan), StateError (no lease, another state),
    RemoteError (the preconditions could not be read). After it, whatever goes wrong stands in the report. An
    empty plan takes no lease and writes nothing.
    """
    refuse(plan)
    if plan.empty:
        return ApplyReport(outcomes=())
    with (
        engine.store.lease(holder=engine.holder, timeout=engine.lock_timeout) as lease,
        engine.pool(engine.workers) as pool,
    ):
        engine.guard(lease.check)
        state = current_state(plan, engine)
        chains = chains_of(plan)
        read_at = engine.clock()
        live = recheck(plan, chains, engine=engine, pool=pool)
        ledger = Ledger(store=engine.store, state=state, plan=plan)
        run = _Apply(plan=plan, engine=engine, lease=lease, pool=pool, ledger=ledger, live=live, read_at=read_at)
        return run.waves(chains)


@dataclass(slots=True, kw_only=True)
class _Apply:
    plan: Plan
    engine: Engine
    lease: Lease
    pool: Executor
    ledger: Ledger
    live: Mapping[Address, Seen]
    read_at: float
    outcomes: dict[Address, Outcome] = field(default_factory=dict)
    failure: LwdeployError | None = None

    def waves(self, chains: Sequence[Chain]) -> ApplyReport:
        for wave in _waves(chains, size=self.engine.wave):
            if self.failure is None and not self.engine.stopping():
                try:
                    self._wave(wave)
                except StateError as error:
                    self.failure = error
        return self._report()

    def _wave(self, wave: Sequence[Chain]) -> None:
        ready = [chain for chain in wave if self._ready(chain)]
        self.lease.check()
        reserved = self._reserve(ready)
        going = [chain for chain in ready if self._may_run(chain, reserved)]
        results = list(self.pool.map(lambda chain: self._run(chain, reserved.get(chain.root)), going))
        self.lease.check()  # a record would get into the way of the run that has the lease now
        self.ledger.record(results)

    def _ready(self, chain: Chain) -> bool:
        """Tell whether all that the bot waits for is done; else say what it waits for."""
        waits = {each for step in chain.steps for each in step.depends_on if each.root != chain.root}
        open_ = [each for each in sorted(waits) if not self._done(each)]
        for step in chain.steps if open_ else ():
            self._told(not_started(step, f"waits for {open_[0]}"))
        return not open_

    def _done(self, address: Address) -> bool:
        outcome = self.outcomes.get(address)
        return outcome is not None and outcome.status is Status.DONE

    def _reserve(self, chains: Sequence[Chain]) -> dict[Address, LiveResource]:
        """Create the new bots of a wave under their marks and record their ids, all before any is named."""
        creates = [chain for chain in chains if chain.own is not None and chain.own.action is Action.CREATE]
        made = dict(zip((chain.root for chain in creates), self.pool.map(self._reserve_one, creates), strict=True))
        found = {root: each for root, each in made.items() if isinstance(each, LiveResource)}
        for chain in creates:
            error = made[chain.root]
            if isinstance(error, LwdeployError):
                self._told(failed(chain.steps[0], error))
                for step in chain.steps[1:]:
                    self._told(not_started(step, f"waits for {chain.root}"))
        self._record_marked(chains, found)
        return found

    def _record_marked(self, chains: Sequence[Chain], made: Mapping[Address, LiveResource]) -> None:
        """Record the ids of all bots that only their mark proves to be ours: naming them takes the mark away.

        Those are the ones that were just made, and those that an interrupted run made and could not record.
        Before strays are deleted the state is written even if there is nothing to record: a run that lost its
        lease to this one may be about to record one of them, and must find that it cannot.
        """
        strays = any(chain.own is not None and chain.own.stray for chain in chains)
        marked: dict[Address, StateEntry] = {}
        for chain in chains:
            own = chain.own
            if own is not None and chain.root in made:
                marked[chain.root] = _begun(own, made[chain.root].remote_id)
            elif own is not None and own.proof is Proof.MARK and not own.stray:
                marked[chain.root] = _begun(own, str(own.remote_id))
        try:
            self.lease.check()
            if marked or strays:
                self.ledger.reserved(marked)
            self.lease.beat()  # who was held up until now must not name anything
        except StateError as error:
            self._tell_begun(chains, marked, error)
            raise

    def _tell_begun(
        self, chains: Sequence[Chain], marked: Mapping[Address, StateEntry], error: StateError
    ) -> None:
        """Say which bots exist under their marks, and why they do not become more than that in this run."""
        for chain in chains:
            if chain.root in marked and chain.own is not None:
                self._told(failed(chain.own, error, remote_id=marked[chain.root].remote_id))

    def _reserve_one(self, chain: Chain) -> LiveResource | LwdeployError | None:
        """Create one bot under its mark; give the error instead of raising, None when asked to stop."""
        if self.engine.stopping():
            return None
        step = chain.steps[0]
        adapter = self.engine.adapters.roots[step.address.kind]
        try:
            with self.engine.audit.about(step.address):
                return reserve(step, adapter=adapter, engine=self.engine, project=self.plan.project)
        except (RemoteError, StateError) as error:
            return error
        except Exception as error:  # noqa: BLE001  as in `_run`: the ids of the others must be recorded
            return _unexpected(chain, error)

    def _may_run(self, chain: Chain, reserved: Mapping[Address, LiveResource]) -> bool:
        creates = chain.own is not None and chain.own.action is Action.CREATE
        return chain.root in reserved if creates else True

    def _run(self, chain: Chain, reserved: LiveResource | None) -> ChainResult:
        if reserved is None and (self.engine.stopping() or not self._held(chain)):
            return ChainResult(root=chain.root, outcomes=())
        try:
            result = run_chain(
                chain,
                engine=self.engine,
                live=self.live.get(chain.root, Seen()),
                read_at=self.read_at,
                reserved=reserved,
                state=self.ledger.state,
            )
        except Exception as error:  # noqa: BLE001  our own mistake with one bot must not lose what others did
            told = _unexpected(chain, error)
            result = ChainResult(root=chain.root, outcomes=tuple(failed(step, told) for step in chain.steps))
        for outcome in result.outcomes:
            self._told(outcome)
        return result

    def _held(self, chain: Chain) -> bool:
        """Tell whether the lease is still ours; say of the bot why not: the next one may find it confirmed."""
        try:
            self.lease.check()
        except StateError as error:
            for step in chain.steps:
                self._told(not_started(step, error.message))
            return False
        return True

    def _told(self, outcome: Outcome) -> None:
        self.outcomes[outcome.address] = outcome
        self.engine.progress(outcome)

    def _report(self) -> ApplyReport:
        interrupted = self.engine.stopping()
        why = self.failure.message if self.failure else INTERRUPTED
        outcomes = [self.outcomes.get(step.address) or not_started(step, why) for step in self.plan.steps]
        return ApplyReport(
            outcomes=tuple(outcomes),
            serial=self.ledger.state.serial,
            interrupted=interrupted and any(each.status is Status.NOT_STARTED for each in outcomes),
            failure=self.failure,
        )


def _unexpected(chain: Chain, error: Exception) -> LwdeployError:
    """Give our own mistake as an error that may be shown: what an unexpected error says may be anything."""
    _LOG.debug("unexpected, at %s", chain.root, exc_info=error)
    return LwdeployError(
        f"unexpected {type(error).__name__}{f': {error.message}' if isinstance(error, LwdeployError) else ''}",
        advice="This is a mistake in lwdeploy: please report it, with what -v shows. Then plan again.",
    )


def _begun(step: Change, remote_id: str) -> StateEntry:
    """Give what is remembered of a bot that is only begun."""
    return StateEntry(remote_id=remote_id, protect=step.lifecycle.protect)


def _waves(chains: Sequence[Chain], *, size: int) -> Iterator[Sequence[Chain]]:
    """Cut the bots into waves; those that others wait for form waves of their own, before the rest.

    So do strays: how many bots a tenant takes is not always known (a free one was documented to take 10), and a
    new bot may need the place that a stray has.
    """
    awaited = {each for chain in chains for step in chain.steps for each in step.depends_on if each != chain.root}
    strays = {chain.root for chain in chains if chain.own is not None and chain.own.stray}
    first = [chain for chain in chains if chain.root in awaited | strays]
    rest = [chain for chain in chains if chain.root not in awaited | strays]
    for part in (first, rest):
        for start in range(0, len(part), size):
            yield part[start : start + size]
