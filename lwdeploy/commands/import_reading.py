"""Reads a tenant for an import: the list, every bot in full, and the pictures as far as the scope allows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Protocol

from lwdeploy.api.client import Client
from lwdeploy.api.recall import Memory, Recall
from lwdeploy.commands.directory import SCOPE, look_up
from lwdeploy.commands.session import IMAGE_SCOPE, Session, pool
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import get_path
from lwdeploy.core.errors import Rejected, UserError
from lwdeploy.core.kind import Access, Adapters, Kind, Verify
from lwdeploy.core.live import Listed, LiveResource
from lwdeploy.core.tenant import Limits
from lwdeploy.core.types import Mark, StateEntry
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.live.portrait import portray
from lwdeploy.planning.estimate import seconds_of
from lwdeploy.views.imported import Unread, counted

__all__ = ["Progress", "Reading", "listed_bots", "read_bots"]

_NO_RIGHT = (401, 403)
"""What an app meets that was not given a scope: the token is refused, or the call (reference 1.5 and 2.7)."""
_EACH = ("getBot", "listBotDomains", "listRichmenus", "getPersistentMenu")
"""The calls that most bots cost one of."""


class Progress(Protocol):
    """Told after each bot: how many of how many, and the seconds that are left."""

    def __call__(self, done: int, total: int, *, left: float) -> None:
        """Take note."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Everything that was read: the objects of each bot, the bot first, and the pictures by digest.

    `recall` gives everything again without a call. `logins` are those that the directory told, by user id.
    """

    portraits: Mapping[Address, tuple[LiveResource, ...]]
    pictures: Mapping[str, bytes]
    recall: Recall
    calls: Mapping[str, int]
    unread: tuple[Unread, ...] = ()
    logins: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Course:
    """How far the reading is. What is left follows from the quota, whatever the pace has been so far."""

    total: int
    limits: Limits
    clock: Callable[[], float]
    tell: Progress
    begun: float
    done: int = 0
    expected: float = field(init=False)

    def __post_init__(self) -> None:
        self.expected = self._seconds(self.total, self.limits)

    def step(self) -> None:
        """Tell one bot more."""
        self.done += 1
        least = self._seconds(self.total - self.done, Limits())
        spent = max(self.clock() - self.begun, self._seconds(self.done, self.limits))
        self.tell(self.done, self.total, left=max(least, self.expected - spent))

    @staticmethod
    def _seconds(bots: int, limits: Limits) -> float:
        return seconds_of(dict.fromkeys(_EACH, bots), limits=limits)


def listed_bots(recall: Recall, *, wanted: Sequence[str]) -> tuple[tuple[Listed, ...], tuple[Unread, ...]]:
    """Give the bots to import, the oldest first, and apart from them those that are still being created.

    Raises UserError for ids that the tenant does not have.
    """
    rows = _adapters(recall, images=False).roots["bot"].listing()
    unknown = sorted(set(wanted) - {row.remote_id for row in rows})
    if unknown:
        raise UserError(
            f"The tenant has no bot {', '.join(unknown)}",
            advice="Bots are named by their ids here; without --bot all of them are imported.",
        )
    meant = [row for row in rows if not wanted or row.remote_id in wanted]
    marked = [row for row in meant if Mark.parse(row.name)]
    unread = [
        Unread(what=f"bot {row.remote_id}", why="a run of lwdeploy is creating it, or died") for row in marked
    ]
    bots = sorted((row for row in meant if row not in marked), key=lambda row: (len(row.remote_id), row.remote_id))
    return tuple(bots), tuple(unread)


def read_bots(
    session: Session,
    ids: Mapping[Address, str],
    *,
    memory: Memory,
    entries: Mapping[Address, StateEntry],
    strangers: Callable[[str], bool],
    clock: Callable[[], float],
    tell: Progress,
) -> Reading:
    """Read bots in full. Logins and pictures need other scopes: where the app lacks them, all else is read.

    Of users who are `strangers` the directory is asked.
    """
    course = _Course(total=len(ids), limits=session.tenant.limits, clock=clock, tell=tell, begun=clock())
    recall = Recall(session.client, memory=memory)
    adapters = _adapters(recall, images=False)
    found = dict(_each(ids, adapters, entries=entries, told=course.step))
    gone = [
        Unread(what=str(root), why="it was deleted while it was being read") for root in ids if not found[root]
    ]
    portraits = {root: objects for root, objects in found.items() if objects}
    directory, asked = _looked_up(session, portraits, strangers=strangers)
    pictures: dict[str, bytes] = {}
    seen = _with_pictures(session, ids, portraits, memory=memory, entries=entries, pictures=pictures)
    return replace(
        seen,
        calls=dict(sorted((Counter(seen.calls) + Counter(asked)).items())),
        unread=(*gone, *directory[1], *seen.unread),
        logins=directory[0],
    )


def _looked_up(
    session: Session,
    portraits: Mapping[Address, tuple[LiveResource, ...]],
    *,
    strangers: Callable[[str], bool],
) -> tuple[tuple[Mapping[str, str], tuple[Unread, ...]], Mapping[str, int]]:
    """Look everybody up whose login is not known: one call for each person, with a client of its own."""
    kinds = kinds_by_name()
    people = sorted({each for objects in portraits.values() for each in _users(objects, kinds) if strangers(each)})
    if not people:
        return ({}, ()), {}
    client = session.widened((SCOPE,))
    with pool() as readers:
        found = look_up(client, people, pool=readers)
    logins = {each: person.login for each, person in found.people.items() if person is not None and person.login}
    left = sum(person is None for person in found.people.values())
    unread = []
    if found.unchecked:
        unread.append(Unread(what=f"the logins of {counted(len(people), 'user')}", why=found.unchecked))
    if left:
        unread.append(
            Unread(what=f"the logins of {counted(left, 'user')}", why="the directory knows them no more")
        )
    return (logins, tuple(unread)), client.calls


def _users(objects: Sequence[LiveResource], kinds: Mapping[str, Kind]) -> Iterator[str]:
    """Give everybody whom the service shows by user id."""
    for live in objects:
        for path in kinds[live.kind].user_fields:
            found = get_path(live.spec, path)
            yield from (each for each in found or () if "@" not in each)


def _each(
    ids: Mapping[Address, str],
    adapters: Adapters,
    *,
    entries: Mapping[Address, StateEntry],
    told: Callable[[], None] = lambda: None,
) -> Iterator[tuple[Address, tuple[LiveResource, ...]]]:
    kinds = kinds_by_name()
    with pool() as readers:
        futures: dict[Address, Future[tuple[LiveResource, ...]]] = {
            root: readers.submit(
                portray, root, remote_id=remote_id, adapters=adapters, kinds=kinds, entries=entries
            )
            for root, remote_id in ids.items()
        }
        for root, future in futures.items():
            yield root, future.result()
            told()


def _with_pictures(
    session: Session,
    ids: Mapping[Address, str],
    portraits: Mapping[Address, tuple[LiveResource, ...]],
    *,
    memory: Memory,
    entries: Mapping[Address, StateEntry],
    pictures: dict[str, bytes],
) -> Reading:
    """Look at the bots with menus once more, from memory, and download their pictures."""
    recall = Recall(session.client, memory=memory)
    told = Reading(portraits=portraits, pictures=pictures, recall=recall, calls=dict(recall.calls))
    shown = {root: ids[root] for root, objects in portraits.items() if _has_menus(objects)}
    if not shown:
        return told
    client: Client = session.widened((IMAGE_SCOPE,))
    wide = Recall(client, memory=memory)
    adapters = _adapters(wide, images=True, pictures=pictures)
    why = f"downloading files needs the scope {IMAGE_SCOPE}, which the app was not given"
    try:
        looked = dict(_each(shown, adapters, entries=entries))
        unread: tuple[Unread, ...] = ()
    except Rejected as error:
        if error.status not in _NO_RIGHT and error.operation != "issueToken":
            raise
        looked, unread = (
            {},
            (Unread(what=f"the pictures of the rich menus of {counted(len(shown), 'bot')}", why=why),),
        )
    return replace(
        told,
        portraits={root: looked.get(root) or objects for root, objects in portraits.items()},
        calls=dict(sorted((Counter(recall.calls) + Counter(wide.calls)).items())),
        unread=unread,
    )


def _has_menus(objects: Sequence[LiveResource]) -> bool:
    return any(each.kind == "rich_menu" for each in objects)


def _adapters(recall: Recall, *, images: bool, pictures: dict[str, bytes] | None = None) -> Adapters:
    kept: dict[str, bytes] = {} if pictures is None else pictures
    access = Access(
        client=recall,
        project="",
        verify=Verify(images=images, users=True),
        downloaded=kept.__setitem__,
    )
    return Adapters.of(KINDS, access)
