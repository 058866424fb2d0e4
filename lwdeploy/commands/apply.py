"""`apply`: carries out a saved plan, or plans, asks, and carries that out."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lwdeploy.commands import plan as planning
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import READERS, Session, open_session, read_state
from lwdeploy.commands.workspace import choose_tenant, errors_in, open_workspace
from lwdeploy.core.canonical import ABSENT, get_path
from lwdeploy.core.errors import Corrupt, InvalidManifests, StalePlan, UserError
from lwdeploy.core.types import ApplyReport
from lwdeploy.kinds import kinds_by_name
from lwdeploy.manifests.formats import misfit
from lwdeploy.planning.codec import decode
from lwdeploy.planning.model import Plan
from lwdeploy.planning.sealing import sealed
from lwdeploy.reconcile.apply import apply
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


def run(request: Request, terminal: Terminal) -> Applied:
    """Plan, show the plan, ask unless approved beforehand, and carry it out."""
    prepared = planning.prepare(request, terminal)
    with open_session(request, prepared.tenant, workspace=prepared.workspace, write=True) as session:
        plan = planning.make(prepared, session, request=request, terminal=terminal)
        terminal.plan(sealed(plan, kinds=kinds_by_name()))
        refuse(plan)
        if not plan.empty and not _approved(request, terminal, plan):
            return Applied(plan=plan, report=None, calls=session.client.calls)
        return _carry_out(plan, session, request=request, terminal=terminal)


def _approved(request: Request, terminal: Terminal, plan: Plan) -> bool:
    if request.auto_approve:
        return True
    return terminal.confirm(
        f"Apply these {len(plan.steps)} changes to tenant {plan.tenant}?",
        otherwise="Say --auto-approve, or apply a saved plan: lwdeploy plan --out FILE; lwdeploy apply FILE.",
    )


def run_saved(request: Request, terminal: Terminal, *, path: Path) -> Applied:
    """Carry out a saved plan: it and nothing else, on the tenant it was made for."""
    plan = load_plan(request.cwd / path)
    workspace = open_workspace(request)
    if errors_in(workspace.diagnostics):
        raise InvalidManifests(workspace.diagnostics)
    if request.tenant not in {None, plan.tenant}:
        raise UserError(f"The plan is for tenant {plan.tenant!r}, and -t names {request.tenant!r}")
    named = Request(cwd=request.cwd, env=request.env, stdin=request.stdin, tenant=_named(plan))
    tenant = choose_tenant(named, workspace)
    _refuse_changed_files(plan, request.cwd)
    with open_session(request, tenant, workspace=workspace, write=True) as session:
        read_state(session)
        _refuse_other_place(plan, session, project=workspace.project)
        return _carry_out(plan, session, request=request, terminal=terminal)


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


def _carry_out(plan: Plan, session: Session, *, request: Request, terminal: Terminal) -> Applied:
    engine = Engine(
        adapters=session.adapters,
        kinds=kinds_by_name(),
        reader=session.reader,
        store=session.store,
        holder=Holder.here(request.env, now=datetime.now(UTC)),
        clock=time.monotonic,
        sleep=time.sleep,
        nonce=lambda: secrets.token_hex(4),
        lineage=lambda: secrets.token_hex(16),
        stopping=request.stopping,
        progress=terminal.outcome,
        lock_timeout=request.lock_timeout,
        workers=READERS,
    )
    with terminal.applying(len(plan.steps)):
        report = apply(plan, engine=engine)
    return Applied(plan=plan, report=report, calls=session.client.calls)
