"""`apply`: carries out a saved plan, or plans, asks, and carries that out."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from lwdeploy.commands import plan as planning
from lwdeploy.commands.audit import AuditFile
from lwdeploy.commands.overtaken import overtaking, prepared_like
from lwdeploy.commands.plan import Prepared
from lwdeploy.commands.recording import Recording
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import READERS, Session, open_session, read_state
from lwdeploy.commands.trash_keeping import keeper
from lwdeploy.commands.workspace import choose_tenant, errors_in, open_workspace
from lwdeploy.core.canonical import ABSENT, get_path
from lwdeploy.core.errors import Corrupt, InvalidManifests, StalePlan, UserError
from lwdeploy.core.types import ApplyReport, Outcome, Status
from lwdeploy.kinds import kinds_by_name
from lwdeploy.manifests.formats import misfit
from lwdeploy.planning.codec import decode
from lwdeploy.planning.model import Plan
from lwdeploy.planning.sealing import sealed
from lwdeploy.reconcile.apply import INTERRUPTED, apply
from lwdeploy.reconcile.engine import Engine
from lwdeploy.reconcile.precondition import refuse
from lwdeploy.state.holder import Holder

__all__ = ["Applied", "load_plan", "run", "run_saved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was planned and what became of it; `report` is None when a person said no."""

    plan: Plan
    report: ApplyReport | None
    calls: Mapping[str, int]


def run(request: Request, terminal: Terminal, *, recording: Recording) -> Applied:
    """Plan, show the plan, ask unless approved beforehand, and carry it out. Raises Overtaken for a stale plan."""
    prepared = planning.prepare(request, terminal)
    with (
        overtaking(lambda _plan: prepared, request=request, terminal=terminal, recording=recording),
        open_session(request, prepared.tenant, workspace=prepared.workspace, write=True) as session,
    ):
        recording.counting(lambda: session.client.calls)
        plan = planning.make(prepared, session, request=request, terminal=terminal)
        recording.plan(plan)
        terminal.plan(sealed(plan, kinds=kinds_by_name()))
        refuse(plan)
        if not plan.empty and not _approved(request, terminal, plan):
            return Applied(plan=plan, report=None, calls=session.client.calls)
        work = _Work(request=request, terminal=terminal, recording=recording, root=prepared.workspace.root)
        return work.carry_out(plan, session)


def _approved(request: Request, terminal: Terminal, plan: Plan) -> bool:
    if request.auto_approve:
        return True
    return terminal.confirm(
        f"Apply these {len(plan.steps)} changes to tenant {plan.tenant}?",
        otherwise="Say --auto-approve, or apply a saved plan: lwdeploy plan --out FILE; lwdeploy apply FILE.",
    )


def run_saved(request: Request, terminal: Terminal, *, path: Path, recording: Recording) -> Applied:
    """Carry out a saved plan: it and nothing else, on the tenant it was made for. Raises Overtaken like `run`."""
    plan = load_plan(request.cwd / path)
    recording.plan(plan)
    workspace = open_workspace(request)
    if errors_in(workspace.diagnostics):
        raise InvalidManifests(workspace.diagnostics)
    if request.tenant not in {None, plan.tenant}:
        raise UserError(f"The plan is for tenant {plan.tenant!r}, and -t names {request.tenant!r}")
    named = Request(cwd=request.cwd, env=request.env, stdin=request.stdin, tenant=_named(plan))
    tenant = choose_tenant(named, workspace)

    def again(plan: Plan) -> Prepared:
        return prepared_like(plan, workspace=workspace, tenant=tenant)

    with overtaking(again, request=request, terminal=terminal, recording=recording):
        _refuse_changed_files(plan, request.cwd)
        with open_session(request, tenant, workspace=workspace, write=True) as session:
            recording.counting(lambda: session.client.calls)
            read_state(session)
            _refuse_other_place(plan, session, project=workspace.project)
            work = _Work(request=request, terminal=terminal, recording=recording, root=workspace.root)
            return work.carry_out(plan, session)


def _refuse_other_place(plan: Plan, session: Session, *, project: str) -> None:
    """Refuse a plan that was made for another project or another tenant of the same name."""
    if plan.project != project or dict(plan.identity) != dict(session.identity):
        raise StalePlan(
            f"The plan was made for another project or tenant: project {plan.project!r}, "
            f"service account {plan.identity.get('serviceAccount')!r}",
            advice="Plan again, look at the new plan, and apply that one.",
        )


def _named(plan: Plan) -> str | None:
    """Give the tenant to choose; one made of the environment has no name to choose it by."""
    return None if plan.tenant == "env" else plan.tenant


def load_plan(path: Path) -> Plan:
    """Read a saved plan; UserError when there is none, Corrupt or StalePlan when it is not one any more."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(
            f"The plan {path.name} cannot be read: {error.strerror}",
            advice="`lwdeploy plan --out FILE` writes one; to apply a folder, use -f FOLDER.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise Corrupt(
            f"{path.name} is no plan: it is not JSON", advice="Make it anew with `lwdeploy plan --out FILE`."
        ) from error
    plan = decode(content)
    reason = misfit(content, form="plan") or _unmanageable(plan)
    if reason is not None:
        raise Corrupt(f"{path.name} is no plan: {reason}", advice="Make it anew with `lwdeploy plan --out FILE`.")
    return plan


def _unmanageable(plan: Plan) -> str | None:
    """Say what this version cannot carry out although it has the form of a plan."""
    seen = set()
    for change in plan.changes:
        known = change.address.kind in kinds_by_name() and change.address.path[0] in kinds_by_name()
        if not known or change.address in seen:
            return f"{change.address} is of no kind that there is, or stands twice"
        if any(get_path(change.desired, diff.path) is ABSENT for diff in change.diffs):
            return f"{change.address} changes a field that it does not want"
        seen.add(change.address)
    return None


def _refuse_changed_files(plan: Plan, cwd: Path) -> None:
    moved = [name for name, seen in plan.files.items() if _digest(cwd / name) not in {seen, None}]
    gone = [name for name in plan.files if name != "<stdin>" and not (cwd / name).is_file()]
    if moved or gone:
        raise StalePlan(
            f"Changed since the plan was made: {', '.join(sorted({*moved, *gone}))}",
            advice="Plan again, look at the new plan, and apply that one.",
        )


def _digest(path: Path) -> str | None:
    try:
        return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One apply: who asked for it, who is told of it, and where its audit log goes by default."""

    request: Request
    terminal: Terminal
    recording: Recording
    root: Path

    def carry_out(self, plan: Plan, session: Session) -> Applied:
        """Apply a plan; every write stands in the audit log before it leaves."""
        refuse(plan)
        if plan.empty:
            return Applied(plan=plan, report=ApplyReport(outcomes=()), calls=session.client.calls)
        with self._audit(plan) as audit:
            session.client.record(audit)
            self.recording.audited(audit)
            with self.terminal.applying(len(plan.steps)):
                report = apply(plan, engine=self._engine(plan, session, audit))
        return Applied(plan=plan, report=self._told(report, audit), calls=session.client.calls)

    def _audit(self, plan: Plan) -> AuditFile:
        named = self.recording.audit
        default = self.root / ".lwdeploy" / "audit" / f"{plan.tenant}.jsonl"
        return AuditFile(
            default if named is None else self.request.cwd / named,
            plan_digest=plan.digest,
            reason=plan.reason,
            holder=self._holder(),
            run=self.recording.run,
            now=self.recording.now,
        )

    def _holder(self) -> Holder:
        return Holder.here(self.request.env, now=self.recording.now())

    def _engine(self, plan: Plan, session: Session, audit: AuditFile) -> Engine:
        return Engine(
            adapters=session.adapters,
            kinds=kinds_by_name(),
            reader=session.reader,
            store=session.store,
            holder=self._holder(),
            clock=time.monotonic,
            sleep=time.sleep,
            nonce=lambda: secrets.token_hex(4),
            lineage=lambda: secrets.token_hex(16),
            stopping=lambda: self.request.stopping() or audit.failure is not None,
            progress=self._outcome,
            lock_timeout=self.request.lock_timeout,
            audit=audit,
            keep=keeper(plan, session, holder=self._holder(), now=self.recording.now),
            guard=session.client.guard,
            workers=READERS,
        )

    def _outcome(self, outcome: Outcome) -> None:
        self.recording.outcome(outcome)
        self.terminal.outcome(outcome)

    def _told(self, report: ApplyReport, audit: AuditFile) -> ApplyReport:
        """Let an audit log that could not be written count as what stopped the run, as a state does."""
        if audit.failure is None:
            return report
        asked = self.request.stopping()
        why = INTERRUPTED if asked else audit.failure.message
        outcomes = tuple(
            replace(each, error=why) if each.status is Status.NOT_STARTED and each.error == INTERRUPTED else each
            for each in report.outcomes
        )
        return replace(
            report,
            outcomes=outcomes,
            failure=report.failure or audit.failure,
            interrupted=report.interrupted and asked,
        )
