"""`state rebuild`: find the objects of a lost state in the tenant again, and record them."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from lwdeploy.commands import plan as planning
from lwdeploy.commands.directory import SCOPE, look_up
from lwdeploy.commands.plan import Prepared
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import Session, open_session, pool
from lwdeploy.core.address import Address
from lwdeploy.core.errors import AmbiguousMatch, StateError, UnsafePlan, UserError
from lwdeploy.core.kind import Verify
from lwdeploy.core.live import Listed, LiveResource
from lwdeploy.core.types import Desired, Resource, State
from lwdeploy.kinds import kinds_by_name
from lwdeploy.planning.candidates import (
    SAME_DEFINITION,
    SAME_NAME,
    Candidate,
    Rebuilt,
    desired_logins,
    judge,
    same_definition,
    same_name,
)
from lwdeploy.planning.match import identify

__all__ = ["run"]

_WRONG = "Take the manifest of a bot that is not among them out of the project for this run."
_Subject = TypeVar("_Subject")
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lead:
    """A live root object that a declared one could be: what proves it, or what is alike."""

    root: Resource
    remote_id: str
    proof: str = ""
    likeness: str = SAME_NAME


def run(request: Request, terminal: Terminal) -> Rebuilt:
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
    workspace, verify = prepared.workspace, Verify(users=True)
    with (
        open_session(request, prepared.tenant, workspace=workspace, write=False, verify=verify) as session,
        pool() as readers,
    ):
        lost = _refuse_readable(session)
        found = _Search(prepared=prepared, session=session, readers=readers, terminal=terminal).found()
        _refuse_ambiguous(found)
        _confirm(found, request, terminal)
        state = State(
            lineage=secrets.token_hex(16),
            tenant=session.identity,
            project=workspace.project,
            entries=found.entries,
            users=found.users,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """One search through an open tenant."""

    prepared: Prepared
    session: Session
    readers: Executor
    terminal: Terminal

    @property
    def _desired(self) -> Desired:
        return self.prepared.desired

    def found(self) -> Rebuilt:
        """Give every candidate, weighed."""
        listed = tuple(row for each in self.session.adapters.roots.values() for row in each.listing())
        users, unchecked = self._users()
        leads = self._leads(listed, users)
        judged = self._each(lambda lead: self._judged(lead, users), leads)
        return Rebuilt(candidates=tuple(judged), listed=listed, users=users, unchecked=unchecked)

    def _users(self) -> tuple[dict[str, str], str]:
        """Look the logins that manifests name up in the directory, where the app may."""
        logins = desired_logins(self._desired, kinds=kinds_by_name())
        if not logins:
            return {}, ""
        directory = look_up(self.session.widened((SCOPE,)), logins, pool=self.readers)
        known = {login: person.user_id for login, person in directory.people.items() if person is not None}
        return known, directory.unchecked

    def _leads(self, listed: tuple[Listed, ...], users: Mapping[str, str]) -> list[_Lead]:
        roots = [each for each in self._desired.resources if each.address.is_root]
        identity = identify(roots, state=None, listed=listed, project=self.prepared.workspace.project)
        taken = {binding.remote_id for binding in identity.bindings.values()}
        free = [row for row in listed if row.remote_id not in taken]
        leads: dict[Address, list[_Lead]] = {}
        for root in roots:
            binding = identity.bindings.get(root.address)
            leads[root.address] = (
                [_Lead(root=root, remote_id=binding.remote_id, proof=binding.proof.value)]
                if binding is not None
                else [_Lead(root=root, remote_id=row.remote_id) for row in free if _named(root, row)]
            )
        nameless = [root for root in roots if not leads[root.address]]
        named = {lead.remote_id for those in leads.values() for lead in those}
        rest = [row for row in free if row.remote_id not in named]
        return [lead for those in leads.values() for lead in those] + self._renamed(nameless, rest, users)

    def _renamed(self, roots: list[Resource], rows: list[Listed], users: Mapping[str, str]) -> list[_Lead]:
        """Look at every bot that is left for those that fit in everything but their name.

        Where that fits several there is nothing to choose by: the bot may as well never have been made.
        """
        if not roots:
            return []
        looked = self._each(lambda row: self.session.adapters.roots[row.kind].look(row.remote_id, wanted={}), rows)
        kinds = kinds_by_name()
        leads = [
            _Lead(root=root, remote_id=live.remote_id, likeness=SAME_DEFINITION)
            for root in roots
            for live in looked
            if live is not None and live.kind == root.address.kind
            if same_definition(root, live, kind=kinds[live.kind], users=users)
        ]
        counts = Counter(key for lead in leads for key in (lead.root.address, lead.remote_id))
        return [lead for lead in leads if counts[lead.root.address] == counts[lead.remote_id] == 1]

    def _judged(self, lead: _Lead, users: Mapping[str, str]) -> Candidate:
        return judge(
            lead.root,
            remote_id=lead.remote_id,
            proof=lead.proof,
            likeness=lead.likeness,
            live=self._read(lead),
            desired=self._desired,
            kinds=kinds_by_name(),
            users=users,
        )

    def _read(self, lead: _Lead) -> Mapping[Address, LiveResource]:
        at = lead.root.address
        mine = {each.address: each for each in self._desired.resources if each.address.root == at}
        scopes = frozenset(kind for address, kind in self._desired.scopes if address == at)
        seen = self.session.reader.read_root(at, remote_id=lead.remote_id, wanted=mine, scopes=scopes)
        return seen.resources

    def _each(self, read: Callable[[_Subject], _Read], subjects: Iterable[_Subject]) -> list[_Read]:
        """Read in parallel, in order, and tell how far it is. Raises the first RemoteError."""
        futures = [self.readers.submit(read, each) for each in subjects]
        found = []
        for future in futures:
            found.append(future.result())
            self.terminal.reading(len(found), len(futures))
        return found


def _named(root: Resource, row: Listed) -> bool:
    return row.kind == root.address.kind and same_name(root, row, kind=kinds_by_name()[row.kind])


def _refuse_ambiguous(found: Rebuilt) -> None:
    if found.ambiguous:
        raise AmbiguousMatch(
            f"More than one bot could be meant; nothing was recorded:\n  {_told(found.ambiguous)}",
            advice="Write the right one's id into its manifest (spec.botId), and run this again.",
        )


def _told(candidates: Iterable[Candidate]) -> str:
    """Give each candidate with what speaks for it and against it, as the body of a message."""
    lines = (line for each in candidates for line in (str(each), *(f"    {said}" for said in each.details())))
    return "\n  ".join(lines)


def _confirm(found: Rebuilt, request: Request, terminal: Terminal) -> None:
    """Ask for everything that is only a likeness: on the terminal, or by a number given beforehand."""
    alike = found.unproven
    if not alike:
        return
    told = _told(alike)
    if request.auto_approve:
        if len(alike) > request.allow.get("adopt", 0):
            raise UnsafePlan(
                f"{len(alike)} bot(s) would be recorded on their likeness:\n  {told}",
                advice=f"If every one of them is right: --allow adopt={len(alike)}. {_WRONG}",
            )
        return
    agreed = terminal.confirm(
        f"Recorded on their likeness:\n  {told}\nAre these the same bots?",
        otherwise=f"Say --auto-approve --allow adopt={len(alike)} if every one of them is right:\n  {told}",
    )
    if not agreed:
        raise UserError("Nothing was recorded.", advice=_WRONG)
