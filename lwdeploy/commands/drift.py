"""`drift`: what moved in the tenant since lwdeploy looked last. Sends GET only."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

from lwdeploy.commands import plan as planning
from lwdeploy.commands.plan import Prepared
from lwdeploy.commands.request import Request, Terminal
from lwdeploy.commands.session import Session, open_session, pool, read_state
from lwdeploy.core.address import Address
from lwdeploy.core.errors import StateError
from lwdeploy.core.live import Live
from lwdeploy.core.types import Desired, State
from lwdeploy.kinds import kinds_by_name
from lwdeploy.live.read import ROOT_KIND, read
from lwdeploy.planning.drift import Drift, Stranger, drift_of, remembered
from lwdeploy.planning.rename import renames_of

__all__ = ["Look", "known_state", "look", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a tenant: what is remembered, what it shows, and how they differ."""

    state: State
    live: Live
    drift: Drift


def run(request: Request, terminal: Terminal, *, read_unmanaged: bool) -> Drift:
    """Compare the tenant with what was observed last.

    With `read_unmanaged`, each bot that is nobody's here is asked for its age and its persons in charge.
    """
    prepared = planning.prepare(request, terminal)
    with open_session(request, prepared.tenant, workspace=prepared.workspace, write=False) as session:
        return look(prepared, session, terminal=terminal, read_unmanaged=read_unmanaged).drift


def look(prepared: Prepared, session: Session, *, terminal: Terminal, read_unmanaged: bool = False) -> Look:
    """Read all that is remembered, and compare. Raises StateError where nothing is remembered at all."""
    state = known_state(session)
    roots = _roots(prepared, state)
    with pool() as readers:
        live = read(
            desired=remembered(state, kinds=kinds_by_name(), roots=roots),
            state=state,
            reader=session.reader,
            project=prepared.workspace.project,
            pool=readers,
            progress=terminal.reading,
        )
        strangers = tuple(_strangers(prepared.desired, live, state)) if roots is None else ()
        if read_unmanaged:
            strangers = tuple(_asked(strangers, session, readers))
    if roots is not None:
        live = _only(live, roots)
    objects = drift_of(desired=prepared.desired, live=live, state=state, kinds=kinds_by_name())
    looked_at = sum(address.root in live.below for address in state.entries)
    drift = Drift(
        tenant=prepared.tenant.name,
        project=prepared.workspace.project,
        looked_at=looked_at,
        objects=objects,
        strangers=(*strangers, *_below(live)),
        notes=tuple(_notes(live, strangers)),
    )
    return Look(state=state, live=live, drift=drift)


def known_state(session: Session) -> State:
    """Give the state. Raises StateError where there is none."""
    state = read_state(session)
    if state is None:
        raise StateError(
            f"There is no state in {session.store.describe()}: nothing is known of how the tenant was",
            advice="First use of this project: `lwdeploy state init`. State lost: `lwdeploy state rebuild`.",
        )
    return state


def _roots(prepared: Prepared, state: State) -> frozenset[Address] | None:
    """Give the bots that are meant, under the addresses that state knows them by; None for all."""
    if prepared.workspace.whole:
        return None
    moved = renames_of(prepared.desired.resources, state=state)
    named = {each.address for each in prepared.desired.resources if each.address.is_root}
    return frozenset(moved.get(each, each) for each in named | set(prepared.desired.removed))


def _only(live: Live, roots: frozenset[Address]) -> Live:
    return Live(
        listed=live.listed,
        resources={address: each for address, each in live.resources.items() if address.root in roots},
        missing=frozenset(each for each in live.missing if each.root in roots),
        below={address: seen for address, seen in live.below.items() if address in roots},
    )


def _strangers(desired: Desired, live: Live, state: State) -> Iterator[Stranger]:
    """Give the bots of the tenant that neither state nor any manifest knows."""
    ours = {entry.remote_id for address, entry in state.entries.items() if address.is_root}
    ours |= {each.bind for each in desired.resources if each.bind is not None}
    ours |= {each.remote_id for each in live.strays}
    for row in live.listed:
        if row.remote_id not in ours:
            yield Stranger(kind=row.kind, remote_id=row.remote_id, name=row.name)


def _asked(strangers: tuple[Stranger, ...], session: Session, readers: Executor) -> Iterator[Stranger]:
    """Ask for the age and the persons in charge of bots; one that has gone meanwhile is left out."""

    def one(stranger: Stranger) -> Stranger | None:
        bot = session.adapters.roots[ROOT_KIND].look(stranger.remote_id, wanted={})
        if bot is None:
            return None
        pic = bot.spec.get("pic", {})
        return Stranger(
            kind=stranger.kind,
            remote_id=stranger.remote_id,
            name=stranger.name,
            created=str(bot.facts.get("created", "")),
            pic=(*pic.get("primary", ()), *pic.get("vice", ())),
            read=True,
        )

    yield from (each for each in readers.map(one, strangers) if each is not None)


def _below(live: Live) -> Iterator[Stranger]:
    """Give what is below our bots and nobody's here, where its kind was read at all."""
    for root, seen in sorted(live.below.items()):
        for each in sorted(seen.unmanaged, key=lambda each: (each.kind, len(each.remote_id), each.remote_id)):
            name = str(each.facts.get("name", ""))
            yield Stranger(kind=each.kind, remote_id=each.remote_id, name=name, root=str(root))


def _notes(live: Live, strangers: tuple[Stranger, ...]) -> Iterator[str]:
    if any("user_rich_menu" in seen.unread for seen in live.below.values()):
        yield "the menus of single users were not read: --verify-users reads them, one call for each"
    if any(address.kind == "rich_menu" and "image" not in each.spec for address, each in live.resources.items()):
        yield "the pictures of rich menus were not read: --verify-images downloads them"
    if any(not each.read for each in strangers):
        yield "age and persons in charge of unmanaged bots were not read: --read-unmanaged asks, one call for each"
