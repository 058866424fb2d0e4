"""`drift --accept`: the tenant's values are written into the manifests, and recorded. Sends GET only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lwdeploy.commands import plan as planning
from lwdeploy.commands.accepted_wishes import Wish, refuse_impossible, wishes_of
from lwdeploy.commands.accepted_words import words_of
from lwdeploy.commands.drift import Look, look
from lwdeploy.commands.plan import Prepared
from lwdeploy.commands.remembering import still
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import Session, open_session
from lwdeploy.commands.workspace import desired_for, errors_in
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, get_path, leaves, nested
from lwdeploy.core.errors import InvalidManifests, UserError
from lwdeploy.core.types import Desired, Resource, State, StateEntry
from lwdeploy.kinds import kinds_by_name
from lwdeploy.manifests.accepting import Change, changes_between, users_of
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.editing import edited
from lwdeploy.manifests.files import STDIN
from lwdeploy.manifests.load import with_text
from lwdeploy.manifests.references import index
from lwdeploy.manifests.validate import validate
from lwdeploy.manifests.validity import Validity
from lwdeploy.planning.drift import drift_of
from lwdeploy.planning.rename import renames_of
from lwdeploy.state.disk import put

__all__ = ["Accepted", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What was accepted: addresses with fields, the files that were written, and what is left to a person."""

    fields: tuple[str, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def run(request: Request, terminal: Terminal, *, accept: tuple[str, ...]) -> Accepted:
    """Write what the tenant shows at some addresses into the manifests, and record it.

    An address may end in `:FIELD`; that of a bot stands for all that hangs on it too. Raises UserError, having
    written nothing, where a value cannot be written, and InvalidManifests where the manifests would not be valid.
    """
    prepared = planning.prepare(replace(request, targets=()), terminal)
    with open_session(request, prepared.tenant, workspace=prepared.workspace, write=False) as session:
        seen = look(prepared, session, terminal=terminal)
        work = _Work(request=request, prepared=prepared, session=session, seen=seen)
        return work.accept(tuple(wishes_of(accept, seen)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    request: Request
    prepared: Prepared
    session: Session
    seen: Look

    def accept(self, wishes: tuple[Wish, ...]) -> Accepted:
        """Edit, check what was edited as a whole, and only then write: the manifests first, then the state."""
        for wish in wishes:
            refuse_impossible(wish, live=self.seen.live, entries=self._entries)
        wishes, changes = self._with_sharers(wishes)
        texts = self._texts(changes)
        desired = self._desired(texts)
        state = self._recorded(wishes, desired)
        self._refuse_unsettled(wishes, desired, state)
        with still(self.seen.state, self.session.store, self.request):
            for path, content in texts.values():
                _write(path, content)
            self.session.store.write(state, expected_serial=self.seen.state.serial)
        return Accepted(
            fields=tuple(sorted(each for wish in wishes for each in wish.told)),
            files=tuple(sorted(texts)),
            notes=tuple(self._unnamed(wishes)),
        )

    # --- the edits

    def _with_sharers(self, wishes: tuple[Wish, ...]) -> tuple[tuple[Wish, ...], tuple[Change, ...]]:
        """Give the edits, and with them the bots that stand on an edited document and moved in the same way."""
        changes = [change for root in _roots(wishes) for change in self._changes(root, wishes)]
        more: dict[Address, frozenset[str]] = {}
        for change in changes:
            if change.shared:
                more |= self._sharers(change, wishes)
        objects = {each.address: each for each in self.seen.drift.objects}
        mine = {wish.moved.address: wish.paths for wish in wishes}
        added = tuple(
            Wish(moved=objects[address], paths=paths) for address, paths in more.items() if address not in mine
        )
        return (*wishes, *added), tuple(changes)

    def _changes(self, root: Address, wishes: Iterable[Wish]) -> Iterator[Change]:
        accepted = {wish.moved.address: wish for wish in wishes if wish.moved.address.root == root}
        mine = {address: resource for address, resource in self._declared.items() if address.root == root}
        logins = {user: login for login, user in self.seen.state.users.items()}
        old = words_of(mine.values(), entries=self._entries, tenant=self.prepared.tenant, users=logins)
        new_specs = {
            address: self._spec_after(address, resource, accepted.get(address))
            for address, resource in mine.items()
        }
        new = words_of(
            (replace(each, spec=spec) for each, spec in _paired(mine, new_specs)),
            entries=self._entries,
            tenant=self.prepared.tenant,
            users=logins,
            gone=frozenset(address.kind for address, spec in new_specs.items() if spec is None),
        )
        known = index(self.prepared.workspace.loaded.documents)
        bot = known["Bot", next(iter(mine.values())).address.name]
        yield from changes_between(bot, old, new, known=known)

    @property
    def _declared(self) -> dict[Address, Resource]:
        """Give what is declared, by the address that state knows it by."""
        moved = renames_of(self.prepared.desired.resources, state=self.seen.state)
        return {moved.get(each.address, each.address): each for each in self.prepared.desired.resources}

    @property
    def _entries(self) -> Mapping[Address, StateEntry]:
        return self.seen.state.entries

    def _spec_after(self, address: Address, resource: Resource, wish: Wish | None) -> Mapping[str, Any] | None:
        """Give what an object is to be declared as; None for one that is gone."""
        if wish is None:
            return resource.spec
        if wish.moved.gone:
            return None
        live = self.seen.live.resources[address].spec
        values = {path: get_path(live, path) for path in wish.paths}
        kept = {path: value for path, value in leaves(dict(resource.spec)).items() if path not in values}
        return nested({**kept, **{path: value for path, value in values.items() if value is not ABSENT}})

    def _sharers(self, change: Change, wishes: Iterable[Wish]) -> dict[Address, frozenset[str]]:
        """Give the other bots on a document, with what they accept. Raises UserError if one moved otherwise."""
        documents = self.prepared.workspace.loaded.documents
        names = {wish.moved.address.root.name: wish for wish in wishes}
        prefix = ".".join(change.place)
        paths = {path for wish in wishes for path in wish.paths if path.startswith(f"{prefix}.")}
        objects = {each.address: each for each in self.seen.drift.objects}
        found: dict[Address, frozenset[str]] = {}
        for bot in users_of(change.document, documents):
            address = Address.top("bot", bot.name)
            if bot.name in names:
                continue
            mine = {each.path: each for each in objects[address].fields} if address in objects else {}
            alike = paths and all(
                path in mine and self._live(address, path) == self._live_of(wishes, path) for path in paths
            )
            if not alike:
                raise self._not_shared(change, bot)
            found[address] = frozenset(paths)
        return found

    def _live(self, address: Address, path: str) -> Any:
        return get_path(self.seen.live.resources[address].spec, path)

    def _live_of(self, wishes: Iterable[Wish], path: str) -> Any:
        return next(self._live(wish.moved.address, path) for wish in wishes if path in wish.paths)

    def _not_shared(self, change: Change, bot: Document) -> UserError:
        document = change.document
        return UserError(
            f"{document.at(('spec',))}: the value stands in the {document.kind} {document.name!r}, which "
            f"bot/{bot.name} uses as well, and that bot did not move in the same way",
            advice=f"Write `{'.'.join(change.place)}` into the bot itself in place of the reference, then accept "
            "again; or change all its bots alike; or let lwdeploy apply put the tenant back.",
        )

    def _texts(self, changes: Iterable[Change]) -> dict[str, tuple[Path, bytes]]:
        """Give the new content of every file, by name. Raises UserError where an edit cannot be made."""
        by_file: dict[str, list[Change]] = {}
        for change in changes:
            by_file.setdefault(change.document.file, []).append(change)
        made = {}
        for file, mine in by_file.items():
            if file == STDIN:
                raise UserError("What came over standard input cannot be edited", advice="Name files with -f.")
            path = self.request.cwd / file
            text = path.read_bytes().decode("utf-8")
            made[file] = (path, edited(text, [each.edit for each in mine], file=file).encode("utf-8"))
        return made

    # --- what holds afterwards

    def _desired(self, texts: Mapping[str, tuple[Path, bytes]]) -> Desired:
        """Give what the edited manifests declare. Raises InvalidManifests where they are not valid."""
        workspace = self.prepared.workspace
        loaded = workspace.loaded
        for file, (_, content) in texts.items():
            loaded = with_text(loaded, file, content.decode("utf-8"))
        validity = Validity(loaded.documents)
        found = (*loaded.diagnostics, *validate(loaded.documents, validity=validity))
        if errors_in(found):
            raise InvalidManifests(found)
        after = replace(workspace, loaded=loaded, validity=validity, diagnostics=found)
        return desired_for(after, self.prepared.tenant, targets=())[0]

    def _recorded(self, wishes: Iterable[Wish], desired: Desired) -> State:
        entries = dict(self._entries)
        declared = {each.address: each for each in desired.resources}
        moved = {old: new for new, old in renames_of(desired.resources, state=self.seen.state).items()}
        for wish in wishes:
            address = wish.moved.address
            if wish.moved.gone:
                del entries[address]
            else:
                resource = declared[moved.get(address, address)]
                entries[address] = self._entry(entries[address], address, resource, wish=wish)
        return replace(self.seen.state, entries=entries)

    def _entry(self, entry: StateEntry, address: Address, resource: Resource, *, wish: Wish) -> StateEntry:
        kind = kinds_by_name()[address.kind]
        shown, wanted = (
            kind.seal(self.seen.live.resources[address].spec),
            kind.seal(resource.spec),
        )
        return replace(
            entry,
            applied=_with(entry.applied, wanted, wish.paths),
            observed=_with(entry.observed, shown, wish.paths),
        )

    def _refuse_unsettled(self, wishes: Iterable[Wish], desired: Desired, state: State) -> None:
        """Raise if what was accepted would still be written by the next apply: nothing is written then."""
        left = {
            each.address: each
            for each in drift_of(desired=desired, live=self.seen.live, state=state, kinds=kinds_by_name())
        }
        for wish in wishes:
            after = left.get(wish.moved.address)
            open_paths = sorted(wish.paths & {each.path for each in after.fields}) if after is not None else []
            if open_paths:
                raise UserError(
                    f"{wish.moved.address}: no manifest can say the tenant's value of {', '.join(open_paths)}",
                    advice="Leave the field out of the manifest, or let lwdeploy apply put the tenant back.",
                )

    def _unnamed(self, wishes: Iterable[Wish]) -> Iterator[str]:
        """Say which persons are written as user ids, because nothing tells their logins."""
        known = set(self.seen.state.users.values())
        for wish in wishes:
            kind = kinds_by_name()[wish.moved.address.kind]
            for path in sorted(wish.paths & set(kind.user_fields)):
                people = [each for each in self._live(wish.moved.address, path) if each not in known]
                if people:
                    yield f"{wish.moved.address}: no login is known for {', '.join(people)}: written as user id"


def _paired(
    mine: Mapping[Address, Resource], specs: Mapping[Address, Mapping[str, Any] | None]
) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    for address, resource in mine.items():
        spec = specs[address]
        if spec is not None:
            yield resource, spec


def _roots(wishes: Iterable[Wish]) -> tuple[Address, ...]:
    return tuple(dict.fromkeys(wish.moved.address.root for wish in wishes))


def _with(spec: Mapping[str, Any], other: Mapping[str, Any], paths: Iterable[str]) -> Mapping[str, Any]:
    """Give a spec with the values of another one at some paths."""
    values = {**leaves(dict(spec)), **{path: get_path(other, path) for path in paths}}
    return nested({path: value for path, value in values.items() if value is not ABSENT})


def _write(path: Path, content: bytes) -> None:
    """Replace a manifest as a whole, with the permissions that it had."""
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode & 0o777
        put(target, content)
        target.chmod(mode)
    except OSError as error:
        raise UserError(f"{path.name} cannot be written: {error.strerror or error}") from error
