"""`adopt`: an object that exists is recorded as the one that an address means. Sends GET only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lwdeploy.commands import plan as planning
from lwdeploy.commands.drift import known_state
from lwdeploy.commands.plan import Prepared
from lwdeploy.commands.remembering import still
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import Session, open_session
from lwdeploy.core.address import Address
from lwdeploy.core.errors import AmbiguousMatch, UserError
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Mark, Resource, State, StateEntry
from lwdeploy.kinds import kinds_by_name
from lwdeploy.planning.match import mark_key
from lwdeploy.planning.sealing import sealed
from lwdeploy.planning.weighing import entry_of, weigh

__all__ = ["run"]


def run(request: Request, terminal: Terminal, *, address: str, remote_id: str) -> tuple[str, ...]:
    """Record the object, after showing what the next plan would do with it; give the addresses that were recorded.

    Empty when a person said no. With a bot, its declared registrations and menus that exist are recorded too.
    Raises UserError or AmbiguousMatch, having recorded nothing, when the object is not there or cannot be meant.
    """
    prepared = planning.prepare(replace(request, targets=(address,)), terminal)
    with open_session(request, prepared.tenant, workspace=prepared.workspace, write=False) as session:
        work = _Work(prepared=prepared, session=session, state=known_state(session))
        return work.adopt(request, terminal, address=address, remote_id=remote_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    prepared: Prepared
    session: Session
    state: State

    def adopt(self, request: Request, terminal: Terminal, *, address: str, remote_id: str) -> tuple[str, ...]:
        """Look, check, show, ask, record."""
        resource = self._declared(address)
        found = self._bot(resource, remote_id) if resource.address.is_root else self._child(resource, remote_id)
        after = replace(self.state, entries={**self.state.entries, **found})
        plan = planning.make_knowing(after, self.prepared, self.session, request=request, terminal=terminal)
        terminal.plan(sealed(plan, kinds=kinds_by_name()))
        question = f"Record {remote_id} as {address}? The tenant is not written to; the plan above comes next."
        if not request.auto_approve and not terminal.confirm(question, otherwise="Say --auto-approve."):
            return ()
        with still(self.state, self.session.store, request):
            self.session.store.write(after, expected_serial=self.state.serial)
        return tuple(str(each) for each in sorted(found))

    def _declared(self, address: str) -> Resource:
        declared = {str(each.address): each for each in self.prepared.desired.resources}
        if address not in declared:
            raise UserError(
                f"No manifest declares {address}",
                advice=f"Write it first. There are: {', '.join(sorted(declared))}.",
            )
        return declared[address]

    def _bot(self, resource: Resource, remote_id: str) -> dict[Address, StateEntry]:
        if resource.bind not in {None, remote_id}:
            raise UserError(
                f"{resource.source}: {resource.address} names botId {resource.bind}, and not {remote_id}",
                advice="Correct botId, or take it out.",
            )
        self._refuse_owned(resource.address, remote_id, kind="bot")
        seen = self._read(resource.address, remote_id)
        if not seen.resources:
            raise UserError(
                f"The tenant has no bot {remote_id}",
                advice="`lwdeploy drift` lists its unmanaged bots with their ids.",
            )
        self._refuse_marked(resource.address, remote_id)
        self._refuse_bound(resource.address, remote_id)
        return self._entries(seen, resource.address)

    def _child(self, resource: Resource, remote_id: str) -> dict[Address, StateEntry]:
        root, kind = resource.address.root, kinds_by_name()[resource.address.kind]
        if root not in self.state.entries:
            raise UserError(
                f"{root} is not known yet, and {resource.address} belongs to it",
                advice=f"Adopt the bot first: lwdeploy adopt {root} ID",
            )
        if resource.derived_id is not None:
            raise UserError(
                f"{resource.address} needs no id: it follows from the bot, and from the domain or the user",
                advice="The next apply records it by itself.",
            )
        self._refuse_owned(resource.address, remote_id, kind=kind.name)
        before = self._read(root, self.state.entries[root].remote_id)
        bound = self.state.entries.get(resource.address)
        if bound is not None and bound.remote_id != remote_id and resource.address in before.resources:
            raise _bound(resource.address, bound.remote_id)
        every = (*before.resources.values(), *before.superseded, *before.unmanaged)
        live = next((each for each in every if (each.kind, each.remote_id) == (kind.name, remote_id)), None)
        if live is None:
            raise UserError(
                f"{root} has no {kind.word} {remote_id}", advice="`lwdeploy drift` lists what is below our bots."
            )
        self._refuse_foreign_mark(resource.address, remote_id, name=str(live.facts.get("name", "")))
        return {resource.address: self._entry(resource, live)}

    def _read(self, root: Address, remote_id: str) -> Seen:
        desired = self.prepared.desired
        mine = {each.address: each for each in desired.resources if each.address.root == root}
        scopes = frozenset(kind for address, kind in desired.scopes if address == root)
        return self.session.reader.read_root(root, remote_id=remote_id, wanted=mine, scopes=scopes)

    def _entries(self, seen: Seen, root: Address) -> dict[Address, StateEntry]:
        declared = {each.address: each for each in self.prepared.desired.resources if each.address.root == root}
        return {
            address: self._entry(declared[address], live)
            for address, live in seen.resources.items()
            if address in declared
        }

    def _entry(self, resource: Resource, live: LiveResource) -> StateEntry:
        """Give what to remember: nothing counts as applied by us but what is known to be equal."""
        kind = kinds_by_name()[resource.address.kind]
        weighed = weigh(resource, live, kind=kind, users=self.state.users)
        return entry_of(resource, live, replace(weighed, trusted={}), kind=kind)

    # --- what speaks against it

    def _refuse_owned(self, address: Address, remote_id: str, *, kind: str) -> None:
        """Refuse what another address means already, in the state or by its botId."""
        for document in self.prepared.workspace.loaded.documents if address.is_root else ():
            if str(document.spec.get("botId")) == remote_id and document.name != address.name:
                raise AmbiguousMatch(
                    f"{remote_id} is bot/{document.name} by its botId, {document.at(('spec', 'botId'))}",
                    advice="Take botId out there first.",
                )
        for other, entry in self.state.entries.items():
            same_place = other.is_root or other.root == address.root
            if other.kind == kind and entry.remote_id == remote_id and other != address and same_place:
                raise AmbiguousMatch(
                    f"{remote_id} is {other} already",
                    advice=f"After renaming a key write spec.renamedFrom: {other.name} into the new document; "
                    f"to give it up there: lwdeploy forget {other}",
                )

    def _refuse_bound(self, address: Address, remote_id: str) -> None:
        """Refuse an address that means another bot which is still there."""
        bound = self.state.entries.get(address)
        if bound is None or bound.remote_id == remote_id:
            return
        if self.session.adapters.roots[address.kind].look(bound.remote_id, wanted={}) is not None:
            raise _bound(address, bound.remote_id)

    def _refuse_marked(self, address: Address, remote_id: str) -> None:
        listed = self.session.adapters.roots[address.kind].listing()
        name = next((row.name for row in listed if row.remote_id == remote_id), "")
        self._refuse_foreign_mark(address, remote_id, name=name)

    def _refuse_foreign_mark(self, address: Address, remote_id: str, *, name: str) -> None:
        """Refuse what another run is creating at this moment, of another project or of another key."""
        mark = Mark.parse(name)
        if mark is None or (mark.project, mark.key) == (self.prepared.workspace.project, mark_key(address)):
            return
        whose = "another project" if mark.project != self.prepared.workspace.project else "another key"
        raise AmbiguousMatch(
            f"{remote_id} carries the mark of {whose}: {name}",
            advice="That project goes on with it or removes it at its next run; leave it alone.",
        )


def _bound(address: Address, remote_id: str) -> AmbiguousMatch:
    return AmbiguousMatch(
        f"{address} is {remote_id} already, and the tenant still has that one",
        advice=f"To give that one up: lwdeploy forget {address}, then adopt again. It stays in the tenant.",
    )
