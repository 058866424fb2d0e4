"""`plan`: load, validate, resolve, read, diff, plan. Sends GET only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import Session, open_session, pool, read_state
from lwdeploy.commands.workspace import Workspace, choose_tenant, desired_for, open_workspace
from lwdeploy.core.canonical import dumps
from lwdeploy.core.errors import UserError
from lwdeploy.core.tenant import Tenant
from lwdeploy.core.types import Desired, State
from lwdeploy.kinds import kinds_by_name
from lwdeploy.live.read import read
from lwdeploy.planning.codec import encode
from lwdeploy.planning.model import Plan
from lwdeploy.planning.plan import Terms, make_plan

__all__ = ["Prepared", "make", "make_knowing", "prepare", "run", "save"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything offline: the project, the tenant, and what is desired."""

    workspace: Workspace
    tenant: Tenant
    desired: Desired


def prepare(request: Request, terminal: Terminal) -> Prepared:
    """Do all that needs no network. Raises InvalidManifests with every finding, or UserError."""
    workspace = open_workspace(request)
    tenant = choose_tenant(request, workspace)
    desired, found = desired_for(workspace, tenant, targets=request.targets)
    if found:
        terminal.diagnostics(found)
    if request.prune and not workspace.whole:
        raise UserError(
            "--prune works only on the whole project",
            advice="Leave --target out, and name no -f below the project's root.",
        )
    return Prepared(workspace=workspace, tenant=tenant, desired=desired)


def make(prepared: Prepared, session: Session, *, request: Request, terminal: Terminal) -> Plan:
    """Read the tenant and make the plan.

    The very first state may be made by another run between the look at the place and the look at the tenant. What
    that run has created would seem to be somebody else's, so before such a refusal the place is looked at again.
    """
    state = read_state(session)
    plan = make_knowing(state, prepared, session, request=request, terminal=terminal)
    made = read_state(session) if state is None and plan.refusals else None
    return plan if made is None else make_knowing(made, prepared, session, request=request, terminal=terminal)


def make_knowing(
    state: State | None, prepared: Prepared, session: Session, *, request: Request, terminal: Terminal
) -> Plan:
    """Read the tenant and make the plan as if `state` were what is remembered."""
    with pool() as readers:
        live = read(
            desired=prepared.desired,
            state=state,
            reader=session.reader,
            project=prepared.workspace.project,
            pool=readers,
            progress=terminal.reading,
        )
    terms = _terms(prepared, session, request=request)
    return make_plan(desired=prepared.desired, live=live, state=state, kinds=kinds_by_name(), terms=terms)


def _terms(prepared: Prepared, session: Session, *, request: Request) -> Terms:
    tenant = prepared.tenant
    return Terms(
        tenant=tenant.name,
        identity=session.identity,
        project=prepared.workspace.project,
        backend=session.store.describe(),
        limits=tenant.limits,
        guards=tenant.guards,
        prune=(request.prune or tenant.prune) and prepared.workspace.whole,
        allowed=request.allow,
        reason=request.reason,
    )


def run(request: Request, terminal: Terminal, *, out: Path | None) -> Plan:
    """Make a plan with a client that cannot write; save it when `out` is given."""
    prepared = prepare(request, terminal)
    with open_session(request, prepared.tenant, workspace=prepared.workspace, write=False) as session:
        plan = make(prepared, session, request=request, terminal=terminal)
    if out is not None:
        save(plan, request.cwd / out)
    return plan


def save(plan: Plan, path: Path) -> None:
    """Write a plan for `apply`, readable by its owner only: it holds callback URLs as the manifests do."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        temporary.unlink(missing_ok=True)
        with open(temporary, "x", opener=_private, encoding="utf-8") as file:
            file.write(dumps(encode(plan), indent=2) + "\n")
        temporary.replace(path)
    except OSError as error:
        raise UserError(f"The plan cannot be written to {path}: {error.strerror}") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
