"""`state init|list|show`: what is remembered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from lwdeploy.commands.request import Request
from lwdeploy.commands.session import Session, open_session
from lwdeploy.commands.stores import open_store
from lwdeploy.commands.workspace import choose_tenant, errors_in, open_workspace
from lwdeploy.core.errors import InvalidManifests, StateError, UserError
from lwdeploy.core.types import State

__all__ = ["Shown", "init", "load"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A state and the name of the place where it is kept."""

    state: State
    backend: str


def load(request: Request, *, address: str | None = None) -> Shown:
    """Read the state of a tenant, offline; `address` must be in it when given."""
    workspace = open_workspace(request)
    if errors_in(workspace.diagnostics):
        raise InvalidManifests(workspace.diagnostics)
    with open_store(request, choose_tenant(request, workspace), root=workspace.root) as store:
        state, place = store.read(), store.describe()
    if state is None:
        raise StateError(
            f"There is no state in {place}",
            advice="It is made by the first apply, or by `lwdeploy state init`.",
        )
    known = sorted(map(str, state.entries))
    if address is not None and address not in known:
        raise UserError(f"The state has no {address!r}", advice=f"It has: {', '.join(known) or 'nothing'}.")
    return Shown(state=state, backend=place)


def init(request: Request) -> Shown:
    """Make an empty state for a tenant that others use too. Refuses when there is one."""
    workspace = open_workspace(request)
    if errors_in(workspace.diagnostics):
        raise InvalidManifests(workspace.diagnostics)
    tenant = choose_tenant(request, workspace)
    with open_session(request, tenant, workspace=workspace, write=False) as session:
        if session.store.read() is not None:
            raise UserError(
                f"There is a state in {session.store.describe()} already: nothing was changed",
                advice="`lwdeploy state list` shows what it remembers.",
            )
        state = session.store.write(_new(session, workspace.project), expected_serial=None)
        return Shown(state=state, backend=session.store.describe())


def _new(session: Session, project: str) -> State:
    return State(lineage=secrets.token_hex(16), tenant=session.identity, project=project)
