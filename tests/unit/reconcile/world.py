"""A tenant as plain dictionaries, adapters over it, and everything that one apply needs around them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import canonical, get_path
from lwdeploy.core.errors import LwdeployError, OutcomeUnknown, Rejected, RemoteError, StateError, Unavailable
from lwdeploy.core.kind import Adapters, ChildAdapter, Written
from lwdeploy.core.live import Listed, Live, LiveResource, Seen, seen_by_id
from lwdeploy.core.types import ApplyReport, Change, Desired, Mark, Outcome, Resource, Spec, State
from lwdeploy.live.read import RootReader, read
from lwdeploy.planning.model import Plan
from lwdeploy.planning.plan import make_plan
from lwdeploy.reconcile.apply import apply
from lwdeploy.reconcile.engine import Engine
from lwdeploy.state.holder import Holder
from lwdeploy.state.memory import MemoryStore, WriteFault
from lwdeploy.state.store import Lease
from tests.unit.planning.builders import KINDS, desired_of, terms_of
from tests.unit.reconcile.menus import FakeLinks, FakeMenus, Menus

HOLDER = Holder(host="runner-7", pid=4711, user="taro", since="2026-01-05T09:00:00Z")


def lost(operation: str = "someWrite") -> OutcomeUnknown:
    return OutcomeUnknown("no answer came", operation=operation)


def refused(operation: str = "someWrite", *, status: int = 400) -> Rejected:
    return Rejected("the tenant said no", operation=operation, status=status)


def down(operation: str = "someRead") -> Unavailable:
    return Unavailable("the tenant does not answer", operation=operation)


@dataclass
class FakeTime:
    """Seconds that pass only in `sleep` and where a test moves them."""

    now: float = 100.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class World:
    """The tenant: bots by id, children by bot id, kind and own id, rich menus; a log of all that was asked of it.

    `sent` are the fields of every write. `hooks` run before an event takes place, and `faults` decide how
    it ends: one entry for each time, None for going well; with `after`, an error comes when the work is done.
    """

    def __init__(self) -> None:
        self.bots: dict[str, dict[str, Any]] = {}
        self.children: dict[tuple[str, str, str], dict[str, Any]] = {}
        self.facts: dict[tuple[str, str], dict[str, Any]] = {}
        self.menus = Menus()
        self.hidden: set[str] = set()
        self.unlisted: set[str] = set()
        self.learns: dict[str, str] = {}
        self.rewrites: Callable[[Spec], Spec] = lambda spec: spec
        self.log: list[str] = []
        self.sent: list[tuple[str, list[str]]] = []
        self.hooks: dict[str, Callable[[], None]] = {}
        self.guard: Callable[[], None] = lambda: None
        self._before: defaultdict[str, list[RemoteError | None]] = defaultdict(list)
        self._after: defaultdict[str, list[RemoteError | None]] = defaultdict(list)
        self._ids = 0
        self._mutex = threading.Lock()

    def fail(self, event: str, *errors: RemoteError | None, after: bool = False) -> None:
        (self._after if after else self._before)[event] += errors

    def heal(self) -> None:
        """End all hooks and faults."""
        self.hooks.clear()
        self._before.clear()
        self._after.clear()

    def guarded(self, check: Callable[[], None]) -> None:
        """Have something asked before every write; see `Engine.guard`."""
        self.guard = check

    def writes(self) -> list[str]:
        """Give all events that are neither a read nor a list."""
        return [event for event in self.log if event.split()[0] not in {"read", "list"}]

    def asked(self, event: str) -> int:
        return self.log.count(event)

    @contextmanager
    def event(self, name: str) -> Iterator[None]:
        """Log an event, let its hook and its faults strike, and do its work in between.

        A write asks the guard first, as the client of the API does.
        """
        if not name.startswith(("read", "list")):
            self.guard()
        with self._mutex:
            self.log.append(name)
            before, after = self._before[name], self._after[name]
            first = before.pop(0) if before else None
            last = after.pop(0) if after else None
        hook = self.hooks.get(name)
        if hook is not None:
            hook()
        if first is not None:
            raise first
        yield
        if last is not None:
            raise last

    def add_bot(self, spec: Spec, *, bot_id: str | None = None) -> str:
        with self._mutex:
            self._ids += 1
            made = bot_id or str(self._ids)
            self.bots[made] = canonical(dict(spec))
        return made

    def put(self, bot_id: str, resource: Resource) -> None:
        """Put a child below a bot, as it is declared."""
        key = (bot_id, resource.address.kind, str(resource.derived_id))
        self.children[key] = canonical(dict(resource.spec))

    def names(self) -> list[str]:
        return sorted(bot["botName"]["default"] for bot in self.bots.values())


class FakeAdapter:
    """The RootAdapter or the ChildAdapter of one kind over a World."""

    def __init__(self, world: World, kind: str) -> None:
        self._world = world
        self._kind = kind

    def listing(self) -> tuple[Listed, ...]:
        with self._world.event("list"):
            rows = [(each, spec) for each, spec in self._world.bots.items() if each not in self._world.unlisted]
            return tuple(
                Listed(kind="bot", remote_id=each, name=spec.get("botName", {}).get("default", ""))
                for each, spec in rows
            )

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        with self._world.event(f"read {self._kind} of {parent.remote_id}"):
            mine = (parent.remote_id, self._kind)
            keys = sorted(key for key in self._world.children if key[:2] == mine)
            found = [self._live(key[2], self._world.children[key]) for key in keys]
            facts = self._world.facts.get(mine, {})
            return seen_by_id(found, wanted=wanted) | Seen(facts={self._kind: facts})

    def look(self, remote_id: str, *, wanted: Spec) -> LiveResource | None:
        with self._world.event(f"read bot {remote_id}"):
            if remote_id in self._world.hidden or remote_id not in self._world.bots:
                return None
            return self._live(remote_id, self._world.bots[remote_id])

    def _live(self, remote_id: str, spec: Spec) -> LiveResource:
        shown = canonical(dict(self._world.rewrites(spec)))
        return LiveResource(kind=self._kind, remote_id=remote_id, spec=shown)

    def reserve(self, change: Change, *, mark: Mark) -> LiveResource:
        with self._world.event(f"reserve {change.address}"):
            spec = {**change.desired, "botName": {"default": str(mark)}}
            made = self._world.add_bot(spec)
        return LiveResource(kind="bot", remote_id=made, spec=spec)

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        paths = [diff.path for diff in change.diffs]
        self._world.sent.append((str(change.address), paths))
        with self._world.event(f"write {change.address}"):
            target = self._target(change, parent_id, live)
            for path in paths:
                _put(target, path, get_path(change.desired, path))
        remote_id = live.remote_id if live is not None else change.remote_id
        return Written(remote_id=str(remote_id), users={} if parent_id is None else self._world.learns)

    def _target(self, change: Change, parent_id: str | None, live: LiveResource | None) -> dict[str, Any]:
        if self._kind == "bot":
            assert live is not None, "a bot is reserved before it is written"
            if live.remote_id not in self._world.bots:
                raise refused(status=404)
            return self._world.bots[live.remote_id]
        return self._world.children.setdefault((str(parent_id), self._kind, str(change.remote_id)), {})

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        remote_id = str(change.remote_id)
        where = f"{self._kind} {remote_id}" if parent_id is None else f"{self._kind} {remote_id} of {parent_id}"
        with self._world.event(f"delete {where}"):
            if parent_id is None:
                self._world.bots.pop(remote_id, None)
            else:
                self._world.children.pop((parent_id, self._kind, remote_id), None)


def _put(target: dict[str, Any], path: str, value: Any) -> None:
    *groups, leaf = path.split(".")
    for group in groups:
        target = target.setdefault(group, {})
    target[leaf] = value


class LoggedStore:
    """A MemoryStore whose leases and writes stand in the log of the World."""

    def __init__(self, world: World, time: FakeTime, faults: Mapping[int, WriteFault]) -> None:
        self.memory = MemoryStore(faults=faults, clock=time.clock, sleep=time.sleep)
        self._world = world
        self.after_write: Callable[[], None] = lambda: None

    @property
    def lease_dies_with_holder(self) -> bool:
        return True

    def describe(self) -> str:
        return "memory"

    def read(self) -> State | None:
        return self.memory.read()

    def write(self, state: State, *, expected_serial: int | None) -> State:
        self._world.log.append("record " + " ".join(map(str, sorted(state.entries))))
        written = self.memory.write(state, expected_serial=expected_serial)
        self.after_write()
        return written

    def rebuild(self, state: State) -> State:
        return self.memory.rebuild(state)

    @contextmanager
    def lease(self, *, holder: Holder, timeout: float) -> Iterator[Lease]:
        with self.memory.lease(holder=holder, timeout=timeout) as lease:
            self._world.log.append("lease")
            yield lease


def _child(world: World, kind: str) -> ChildAdapter:
    if kind == "rich_menu":
        return FakeMenus(world)
    return FakeLinks(world, kind) if KINDS[kind].refers_to else FakeAdapter(world, kind)


class Rig:
    """One project on one World: plan it, apply it, plan again."""

    def __init__(self, *, faults: Mapping[int, WriteFault] | None = None) -> None:
        self.world = World()
        self.time = FakeTime()
        self.store = LoggedStore(self.world, self.time, faults or {})
        self.adapters = Adapters(
            roots={name: FakeAdapter(self.world, name) for name, kind in KINDS.items() if kind.parent is None},
            children={name: _child(self.world, name) for name, kind in KINDS.items() if kind.parent is not None},
        )
        self.reader = RootReader(adapters=self.adapters, kinds=KINDS)
        self.told: list[Outcome] = []
        self.stop = False
        self._nonces = iter(f"n{number}" for number in range(1000))

    def remember(self, entries: Mapping[Address, Any], **over: Any) -> State:
        """Store a first state."""
        state = State(lineage="7f3a91c2", project="acme", entries=entries, **over)
        return self.store.memory.write(state, expected_serial=None)

    def live(self, desired: Desired, *, project: str = "acme") -> Live:
        with ThreadPoolExecutor(max_workers=2) as pool:
            return read(
                desired=desired,
                state=self.store.read(),
                reader=self.reader,
                project=project,
                pool=pool,
                progress=lambda _done, _total: None,
            )

    def plan(self, *resources: Resource, scopes: Sequence[tuple[Address, str]] = (), **terms: Any) -> Plan:
        desired = desired_of(*resources, scopes=scopes)
        return make_plan(
            desired=desired,
            live=self.live(desired),
            state=self.store.read(),
            kinds=KINDS,
            terms=terms_of(**terms),
        )

    def engine(self, **over: Any) -> Engine:
        whole = {
            "adapters": self.adapters,
            "kinds": KINDS,
            "reader": self.reader,
            "store": self.store,
            "holder": HOLDER,
            "clock": self.time.clock,
            "sleep": self.time.sleep,
            "nonce": lambda: next(self._nonces),
            "lineage": lambda: "fresh",
            "stopping": lambda: self.stop,
            "progress": self.told.append,
            "lock_timeout": 0.0,
            "guard": self.world.guarded,
            "workers": 2,
        }
        return Engine(**{**whole, **over})

    def apply(self, plan: Plan, **over: Any) -> ApplyReport:
        self.world.log.clear()
        return apply(plan, engine=self.engine(**over))

    @property
    def entries(self) -> dict[str, str]:
        """Give what state remembers, address to remote id."""
        state = self.store.read()
        return {} if state is None else {str(each): entry.remote_id for each, entry in state.entries.items()}


def statuses(report: ApplyReport) -> dict[str, str]:
    return {str(outcome.address): str(outcome.status) for outcome in report.outcomes}


def errors(report: ApplyReport) -> dict[str, str]:
    return {str(outcome.address): outcome.error for outcome in report.outcomes if outcome.error}


def torn(error: LwdeployError | None = None) -> WriteFault:
    """Give a write that fails and stores nothing."""
    return WriteFault(error=StateError("the disk is full") if error is None else StateError(str(error)))
