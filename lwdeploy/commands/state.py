"""`state init|list|show|rebuild`: what is remembered, and how to get it back when it is lost."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from lwdeploy.commands import plan as planning
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import Session, open_session, pool
from lwdeploy.commands.stores import open_store
from lwdeploy.commands.workspace import choose_tenant, errors_in, open_workspace
from lwdeploy.core.address import Address
from lwdeploy.core.errors import AmbiguousMatch, InvalidManifests, StateError, UnsafePlan, UserError
from lwdeploy.core.live import Listed, LiveResource
from lwdeploy.core.types import Desired, Resource, State
from lwdeploy.kinds import kinds_by_name
from lwdeploy.planning.candidates import Candidate, Rebuilt, judge, rebuilt_entries, same_name
from lwdeploy.planning.match import identify

__all__ = ["Shown", "init", "load", "rebuild"]


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


def rebuild(request: Request, terminal: Terminal) -> Rebuilt:
    """Find the objects of a lost state again, and record them after confirmation.

    What a botId or a mark proves needs no confirmation; what only looks alike does. Raises AmbiguousMatch,
    recording nothing, when one manifest could mean several bots.
    """
    prepared = planning.prepare(request, terminal)
    if not prepared.workspace.whole:
        raise UserError(
            "A state is rebuilt of the whole project: what a part leaves out would be created a second time",
            advice="Leave --target out, and name no -f below the project's root.",
        )
    with open_session(request, prepared.tenant, workspace=prepared.workspace, write=False) as session:
        lost = _refuse_readable(session)
        found = _search(prepared.desired, session, project=prepared.workspace.project, terminal=terminal)
        _refuse_ambiguous(found)
        _confirm(found, request, terminal)
        state = State(
            lineage=secrets.token_hex(16),
            tenant=session.identity,
            project=prepared.workspace.project,
            entries=rebuilt_entries(found, desired=prepared.desired, kinds=kinds_by_name()),
        )
        if lost:
            session.store.rebuild(state)
        else:
            session.store.write(state, expected_serial=None)
        return found


def _refuse_readable(session: Session) -> bool:
    """Tell whether a state is known to be lost; raise when it is not lost at all."""
    try:
        state = session.store.read()
    except StateError:
        return True
    if state is not None and state.entries:
        raise UserError(
            f"The state in {session.store.describe()} can be read: there is nothing to rebuild",
            advice="`lwdeploy state list` shows what it remembers.",
        )
    if state is not None:
        raise UserError(
            f"The state in {session.store.describe()} is empty, but it is not lost",
            advice="Bind bots that exist with spec.botId.",
        )
    return False


def _search(desired: Desired, session: Session, *, project: str, terminal: Terminal) -> Rebuilt:
    listed = session.adapters.roots["bot"].listing()
    roots = [each for each in desired.resources if each.address.is_root]
    identity = identify(roots, state=None, listed=listed, project=project)
    taken = {binding.remote_id for binding in identity.bindings.values()}
    free = [row for row in listed if row.remote_id not in taken]
    wanted: list[tuple[Resource, str, str]] = [
        (root, identity.bindings[root.address].remote_id, identity.bindings[root.address].proof.value)
        for root in roots
        if root.address in identity.bindings
    ]
    for root in roots:
        if root.address not in identity.bindings:
            wanted += [(root, row.remote_id, "") for row in _alike(root, free)]
    return Rebuilt(candidates=tuple(_read_all(wanted, desired, session, terminal=terminal)), listed=listed)


def _alike(root: Resource, free: list[Listed]) -> list[Listed]:
    kind = kinds_by_name()[root.address.kind]
    return [row for row in free if same_name(root, row, kind=kind)]


def _read_all(
    wanted: list[tuple[Resource, str, str]], desired: Desired, session: Session, *, terminal: Terminal
) -> list[Candidate]:
    def read_one(root: Resource, remote_id: str, proof: str) -> Candidate:
        live = _read_root(root, remote_id, desired, session)
        return judge(root, remote_id=remote_id, proof=proof, live=live, desired=desired)

    with pool() as readers:
        futures = [readers.submit(read_one, *each) for each in wanted]
        found = []
        for future in futures:
            found.append(future.result())
            terminal.reading(len(found), len(futures))
    return found


def _read_root(
    root: Resource, remote_id: str, desired: Desired, session: Session
) -> Mapping[Address, LiveResource]:
    mine = {each.address: each for each in desired.resources if each.address.root == root.address}
    scopes = frozenset(kind for address, kind in desired.scopes if address == root.address)
    seen = session.reader.read_root(root.address, remote_id=remote_id, wanted=mine, scopes=scopes)
    return seen.resources


def _refuse_ambiguous(found: Rebuilt) -> None:
    lines = found.ambiguous
    if lines:
        raise AmbiguousMatch(
            "More than one bot could be meant; nothing was recorded:\n  " + "\n  ".join(lines),
            advice="Write the right one's id into its manifest (spec.botId), and run this again.",
        )


def _confirm(found: Rebuilt, request: Request, terminal: Terminal) -> None:
    """Ask for everything that is only a likeness: on the terminal, or by a number given beforehand."""
    alike = found.unproven
    if not alike:
        return
    told = "\n  ".join(str(each) for each in alike)
    if request.auto_approve:
        if len(alike) > request.allow.get("adopt", 0):
            raise UnsafePlan(
                f"{len(alike)} bot(s) would be recorded on their likeness:\n  {told}",
                advice=f"If every one of them is right: --allow adopt={len(alike)}",
            )
        return
    agreed = terminal.confirm(
        f"Recorded on their likeness:\n  {told}\nAre these the same bots?",
        otherwise=f"Say --auto-approve --allow adopt={len(alike)} if every one of them is right:\n  {told}",
    )
    if not agreed:
        raise UserError("Nothing was recorded.")
