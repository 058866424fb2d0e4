"""A stale plan, and what a plan that is made now says in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from lwdeploy.commands import plan as planning
from lwdeploy.commands.plan import Prepared
from lwdeploy.commands.recording import Recording
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import open_session
from lwdeploy.commands.workspace import Workspace, desired_for
from lwdeploy.core.errors import LwdeployError, StalePlan, UserError
from lwdeploy.core.tenant import Tenant
from lwdeploy.core.types import Action, Change, Desired
from lwdeploy.kinds import kinds_by_name
from lwdeploy.planning.model import Plan
from lwdeploy.planning.sealing import sealed
from lwdeploy.views.stale import Stale, since

__all__ = ["Overtaken", "overtaking", "prepared_like"]


class Overtaken(StalePlan):
    """A stale plan, with what a plan that is made now says in its place."""

    def __init__(self, error: StalePlan, *, stale: Stale) -> None:
        super().__init__(error.message, advice=error.advice)
        self.stale = stale


@contextmanager
def overtaking(
    prepare: Callable[[Plan], Prepared], *, request: Request, terminal: Terminal, recording: Recording
) -> Iterator[None]:
    """Raise Overtaken in the place of a StalePlan, with the plan that would be made now, as far as it differs.

    It is made by a client that cannot write, of what `prepare` gives. Where that fails, or is interrupted, the
    refusal stands all the same.
    """
    try:
        yield
    except StalePlan as error:
        plan = recording.planned
        if plan is None:
            raise
        reasons = tuple(line.strip() for line in error.message.split("\n"))
        try:
            stale = _compared(plan, prepare, request=request, terminal=terminal, reasons=reasons)
        except (LwdeployError, KeyboardInterrupt) as problem:
            told = problem.message if isinstance(problem, LwdeployError) else "interrupted"
            stale = Stale(reasons=reasons, problem=told)
        raise Overtaken(error, stale=stale) from error


def _compared(
    plan: Plan,
    prepare: Callable[[Plan], Prepared],
    *,
    request: Request,
    terminal: Terminal,
    reasons: tuple[str, ...],
) -> Stale:
    """Compare a plan with the one that is made now."""
    prepared = prepare(plan)
    pruned = any(_deletes_bot(step) and step.address not in prepared.desired.removed for step in plan.steps)
    request = replace(request, prune=request.prune or pruned, allow=plan.allowed, reason=plan.reason)
    with open_session(request, prepared.tenant, workspace=prepared.workspace, write=False) as session:
        now = planning.make(prepared, session, request=request, terminal=terminal)
    if (now.project, now.identity) != (plan.project, plan.identity):
        raise UserError("the manifests here are of another project or tenant")
    old, new = (sealed(each, kinds=kinds_by_name()) for each in (plan, now))
    return since(old, new, reasons=reasons)


def prepared_like(plan: Plan, *, workspace: Workspace, tenant: Tenant) -> Prepared:
    """Prepare what a saved plan was about: its bots and those of changed files; all of them if it deletes bots."""
    desired, _ = desired_for(workspace, tenant, targets=())
    whole = any(_deletes_bot(step) or step.stray for step in plan.steps)
    return Prepared(workspace=workspace, tenant=tenant, desired=desired if whole else _narrowed(desired, plan))


def _deletes_bot(step: Change) -> bool:
    return step.address.is_root and step.action is Action.DELETE and not step.stray


def _narrowed(desired: Desired, plan: Plan) -> Desired:
    roots = {step.address.root for step in plan.steps}
    changed = {file for file, digest in desired.files.items() if plan.files.get(file) != digest}
    roots |= {each.address for each in desired.resources if each.address.is_root and each.source.file in changed}
    return replace(
        desired,
        resources=tuple(each for each in desired.resources if each.address.root in roots),
        scopes=frozenset(each for each in desired.scopes if each[0] in roots),
        removed={address: reason for address, reason in desired.removed.items() if address in roots},
        whole_project=False,
    )
