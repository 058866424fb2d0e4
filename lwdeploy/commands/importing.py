"""`import`: writes the manifests of a tenant's bots, remembers them, and proves it by a plan. Sends GET only."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from lwdeploy.api.recall import Memory, Recall
from lwdeploy.commands import plan as planning
from lwdeploy.commands.import_drafting import Drafted, draft_bots, keys_of, written
from lwdeploy.commands.import_home import Home, drawn_project_id, find_home, new_project_files, new_tenant
from lwdeploy.commands.import_placing import different, drop, place, put, staged
from lwdeploy.commands.import_reading import Reading, listed_bots, read_bots
from lwdeploy.commands.import_standing import Overlay, Project, refuse_unclaimed
from lwdeploy.commands.import_updating import Updated, update
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import Session, open_session, read_state
from lwdeploy.core.address import Address
from lwdeploy.core.errors import InvalidManifests, UserError
from lwdeploy.core.kind import Access, Adapters
from lwdeploy.core.tenant import Tenant
from lwdeploy.core.types import State, StateEntry
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.live.read import RootReader
from lwdeploy.manifests.rendering import Known
from lwdeploy.manifests.resolve import tenant_view
from lwdeploy.pictures.desk import Desk
from lwdeploy.state.holder import Holder
from lwdeploy.views.imported import Imported, Part

__all__ = ["ImportTerminal", "run"]


class ImportTerminal(Terminal, Protocol):
    """How an import speaks while it runs."""

    def importing(self, done: int, total: int, *, left: float) -> None:
        """Tell how many bots have been read, and how many seconds are left as far as the quota tells."""
        ...


def run(
    request: Request,
    terminal: ImportTerminal,
    *,
    bots: Sequence[str] = (),
    out: Path | None = None,
    dry: bool = False,
) -> Imported:
    """Import all bots of the tenant, or those whose ids are `bots`, into the folder `out` or the project around.

    Nothing that is there is overwritten but files of bots that are known. Raises UserError, having written
    nothing, when other files are in the way, and AmbiguousMatch when a manifest may mean a bot of the tenant and
    nothing tells. A `dry` run only finds out what it would write.
    """
    home = find_home(request, out=out)
    with open_session(home.request, home.tenant, workspace=home.workspace, write=False) as session:
        return _Import(home=home, session=session, terminal=terminal, dry=dry).run(tuple(dict.fromkeys(bots)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    home: Home
    session: Session
    terminal: ImportTerminal
    dry: bool

    def run(self, wanted: Sequence[str]) -> Imported:
        state = read_state(self.session)
        self._refuse_strangers(state)
        memory = Memory()
        rows, unfinished = listed_bots(Recall(self.session.client, memory=memory), wanted=wanted)
        entries = {} if state is None else dict(state.entries)
        refuse_unclaimed(self.home.workspace.loaded.documents, rows, known=self._known(entries))
        ids = keys_of(rows, known=self._known(entries), taken=self._declared)
        reading = read_bots(
            self.session,
            ids,
            memory=memory,
            entries=entries,
            strangers=lambda user: state is None or user not in state.users.values(),
            clock=time.monotonic,
            tell=self.terminal.importing,
        )
        tenant = new_tenant(self.home, _domains(reading))
        old = [root for root in reading.portraits if root.name in self._declared]
        new = [root for root in reading.portraits if root.name not in self._declared]
        users = {
            **({} if state is None else state.users),
            **{login: user for user, login in reading.logins.items()},
        }
        known = _known(tenant, state, users=users)
        with staged(self.home.root) as staging:
            drafted = self._draft(reading, new, tenant=tenant, known=known, staging=staging)
            project = self._project(state)
            files = self._files(drafted, tenant=tenant, project=project)
            gone = [] if wanted else self._gone(state, {row.remote_id for row in rows})
            updated = self._update(reading, old, tenant=tenant, known=known, gone=gone, staging=staging)
            self._refuse_others(files)
            every = {**files, **updated.files}
            created = [name for name in every if not (self.home.root / name).exists()]
            if not self.dry:
                put(staging / "all", every)
                entries = {**drafted.entries, **updated.entries}
                stale = {at for at in known.entries if at.root in new} | updated.dropped
                self._remember(state, entries, tenant=tenant, project=project, stale=stale, users=users)
                replaced = [name for name in updated.files if name not in created]
                place([*created, *replaced], source=staging / "all", target=self.home.root)
        made = Imported(
            tenant=tenant.name,
            folder=self.home.root,
            bots={str(root): ids[root] for root in sorted(reading.portraits)},
            created=tuple(created),
            updated=tuple(sorted(name for name in updated.files if name not in created)),
            unchanged=tuple(name for name in files if name not in created),
            calls=reading.calls,
            unread=(*unfinished, *reading.unread),
            left_out=(
                *(Part(address=str(root), path=each.path, why=each.why) for root, each in drafted.left_out),
                *updated.left_out,
            ),
            conflicts=updated.conflicts,
            dry=self.dry,
        )
        return made if self.dry else self._proven(made, reading, targets=tuple(made.bots) if wanted else ())

    def _refuse_strangers(self, state: State | None) -> None:
        """Refuse where manifests mean bots and nothing tells which: each would get a second manifest."""
        bots = [each for each in self.home.workspace.loaded.documents if each.kind == "Bot"]
        if state is None and any("botId" not in each.spec for each in bots):
            raise UserError(
                f"{len(bots)} manifests of bots are here, and there is no state that tells which bots they mean",
                advice="If the state was lost: lwdeploy state rebuild. If the tenant has none of these bots: "
                "lwdeploy state init. Or import into an empty folder with --out.",
            )

    def _gone(self, state: State | None, ids: Collection[str]) -> list[Address]:
        """Give the bots that state and manifests know and the tenant has no more."""
        entries = {} if state is None else state.entries
        return [
            at
            for at, each in entries.items()
            if at.is_root and at.name in self._declared and each.remote_id not in ids
        ]

    def _update(
        self,
        reading: Reading,
        roots: Sequence[Address],
        *,
        tenant: Tenant,
        known: Known,
        gone: Sequence[Address],
        staging: Path,
    ) -> Updated:
        root = self.home.root
        project = Project(
            root=root,
            documents=self.home.workspace.loaded.documents,
            tenant=tenant_view(tenant),
            pictures=Overlay(desk=Desk(root), root=root, staging=staging / "pictures"),
            users={login: user for user, login in known.logins.items()},
        )
        return update(
            project,
            reading,
            roots,
            known=known,
            gone=gone,
            keep=lambda pictures: put(staging / "pictures", pictures),
            drop=lambda names: drop(staging / "pictures", names),
        )

    @property
    def _declared(self) -> Collection[str]:
        """Keys of the bots that manifests declare already."""
        documents = self.home.workspace.loaded.documents
        return {each.name for each in documents if each.kind in {"Bot", "Removed"}}

    def _known(self, entries: Mapping[Address, StateEntry]) -> dict[str, Address]:
        """Give the addresses of bots that state or manifests know, by id."""
        bound = {
            str(each.spec["botId"]): Address.top("bot", each.name)
            for each in self.home.workspace.loaded.documents
            if each.kind == "Bot" and "botId" in each.spec
        }
        return bound | {entry.remote_id: address for address, entry in entries.items() if address.is_root}

    def _project(self, state: State | None) -> str:
        if not self.home.new:
            return self.home.workspace.project
        return drawn_project_id() if state is None else state.project

    def _draft(
        self, reading: Reading, new: Sequence[Address], *, tenant: Tenant, known: Known, staging: Path
    ) -> Drafted:
        folder = staging / "new"
        return draft_bots(
            reading,
            new,
            known=known,
            tenant=tenant_view(tenant),
            users={login: user for user, login in known.logins.items()},
            folder=folder,
            pictures=Desk(folder),
            keep=lambda pictures: put(folder, pictures),
        )

    def _files(self, drafted: Drafted, *, tenant: Tenant, project: str) -> dict[str, bytes]:
        """Give every file in the order in which they are put in place: what bots refer to comes first."""
        texts = new_project_files(self.home, tenant, project=project) if self.home.new else {}
        made = written(drafted, existing=self.home.workspace.loaded.documents, head=self.home.head)
        shared = {name: text for name, text in made.items() if "/" not in name}
        pictures = {f"bots/{name}": content for name, content in sorted(drafted.pictures.items())}
        bots = {name: text.encode() for name, text in made.items() if name not in shared}
        below = self.home.folder.relative_to(self.home.root)
        files = {**{name: text.encode() for name, text in shared.items()}, **pictures, **bots}
        return {
            **{name: text.encode() for name, text in texts.items()},
            **{(below / name).as_posix(): content for name, content in files.items()},
        }

    def _refuse_others(self, files: Mapping[str, bytes]) -> None:
        others = different(self.home.root, files)
        if others:
            raise UserError(
                f"Already there with something else in it, and not overwritten: {', '.join(others)}",
                advice="Nothing was written. Move them away, or import into another folder with --out.",
            )

    def _remember(
        self,
        state: State | None,
        found: Mapping[Address, StateEntry],
        *,
        tenant: Tenant,
        project: str,
        stale: Collection[Address],
        users: Mapping[str, str],
    ) -> None:
        """Record what manifests now mean. It comes before the files: a bot that is known is never made again."""
        kept = {} if state is None else {at: each for at, each in state.entries.items() if at not in stale}
        entries = dict(sorted({**kept, **found}.items()))
        if state is not None and (state.entries, state.users) == (entries, users):
            return
        identity = {**self.session.identity, "domainIds": sorted(tenant.domains.values())}
        before = state or State(lineage=secrets.token_hex(16), project=project)
        after = replace(before, entries=entries, tenant=identity, users=dict(sorted(users.items())))
        store = self.session.store
        holder = Holder.here(self.home.request.env, now=datetime.now(UTC))
        with store.lease(holder=holder, timeout=self.home.request.lock_timeout):
            store.write(after, expected_serial=None if state is None else state.serial)

    def _proven(self, made: Imported, reading: Reading, *, targets: tuple[str, ...]) -> Imported:
        """Plan what was written against what was read: the same code as of every plan, without another call."""
        try:
            prepared = planning.prepare(replace(self.home.request, targets=targets), self.terminal)
            access = Access(client=reading.recall, project=prepared.workspace.project)
            adapters = Adapters.of(KINDS, access)
            session = replace(
                self.session,
                tenant=prepared.tenant,
                adapters=adapters,
                reader=RootReader(adapters=adapters, kinds=kinds_by_name()),
                identity={**self.session.identity, "domainIds": sorted(prepared.tenant.domains.values())},
            )
            plan = planning.make(prepared, session, request=self.home.request, terminal=self.terminal)
        except (InvalidManifests, UserError) as error:
            return replace(made, problem=error)
        return replace(made, plan=plan, calls=dict(self.session.client.calls) | dict(made.calls))


def _known(tenant: Tenant, state: State | None, *, users: Mapping[str, str]) -> Known:
    return Known(
        domains={str(number): name for name, number in sorted(tenant.domains.items(), reverse=True)},
        logins={user: login for login, user in sorted(users.items(), reverse=True)},
        entries={} if state is None else state.entries,
    )


def _domains(reading: Reading) -> set[int]:
    """Give every domain that bots are registered in or allowed for."""
    found: set[int] = set()
    for objects in reading.portraits.values():
        found |= {int(each.remote_id) for each in objects if each.kind == "bot_domain"}
        allowed = objects[0].spec["policy"]["allowedDomains"]
        found |= set() if isinstance(allowed, str) else set(allowed)
    return found
