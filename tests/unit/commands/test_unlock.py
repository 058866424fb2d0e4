"""Taking a lease away: only from a run that gives no sign of life, and only when somebody wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from lwdeploy.commands.unlock import WATCHED, Unlocking
from lwdeploy.core.errors import Locked, UserError
from lwdeploy.state.holder import Holder
from lwdeploy.state.remote import RemoteStore
from lwdeploy.state.remote_lease import BEAT_EVERY
from tests.unit.state.memory_blobs import MemoryBlobs

HOLDER = Holder(
    host="runner-7", pid=4711, user="taro", since="2026-01-05T09:00:00Z", job_url="https://ci.example.com/jobs/1"
)
TOLD = (
    "The lease of the state in blobs in memory is held by",
    "  taro on runner-7, process 4711",
    "  https://ci.example.com/jobs/1",
    "  since 2026-01-05T09:00:00Z, 2 h 13 min ago",
)


@dataclass
class Person:
    """Somebody at a terminal, or nobody."""

    answer: bool | None = True
    told: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.told.append(text)

    def confirm(self, question: str, *, otherwise: str) -> bool:
        self.asked.append(question)
        if self.answer is None:
            raise UserError("no terminal", advice=otherwise)
        return self.answer


@dataclass
class Scene:
    """A place, a clock, a person; `meanwhile` runs at every second that is waited for."""

    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    person: Person = field(default_factory=Person)
    meanwhile: Callable[[float], None] = lambda _now: None
    now: float = 100.0
    nonces: Iterator[int] = field(default_factory=lambda: iter(range(1000)))

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.meanwhile(self.now)

    def store(self) -> RemoteStore:
        @contextmanager
        def no_pulse(_beat: Callable[[], None]) -> Iterator[None]:
            yield

        return RemoteStore(
            self.blobs,
            clock=lambda: self.now,
            sleep=self.sleep,
            nonce=lambda: str(next(self.nonces)),
            pulse=no_pulse,
        )

    def unlock(self, *, force: bool = False) -> bool:
        return Unlocking(
            store=self.store(),
            speaker=self.person,
            clock=lambda: self.now,
            sleep=self.sleep,
            now=lambda: datetime(2026, 1, 5, 11, 13, 30, tzinfo=UTC),
        ).run(force=force)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_lease_that_nobody_has_is_no_work(scene: Scene) -> None:
    assert scene.unlock() is False
    assert scene.person.told == ["Nobody holds the lease of the state in blobs in memory."]
    assert scene.person.asked == []


def test_a_dead_run_is_shown_watched_and_asked_about(scene: Scene) -> None:
    with scene.store().lease(holder=HOLDER, timeout=0):
        assert scene.unlock() is True
        assert scene.now >= 100 + WATCHED
        assert tuple(scene.person.told) == (*TOLD, "Watching it for 25 s ...")
        assert scene.person.asked == ["No sign of life for 25 s. Take the lease away from that run?"]
        with scene.store().lease(holder=HOLDER, timeout=0):
            pass


def test_the_watch_is_longer_than_the_time_between_two_signs_of_life() -> None:
    assert WATCHED > BEAT_EVERY


def test_after_a_no_the_lease_stays(scene: Scene) -> None:
    scene.person.answer = False
    with scene.store().lease(holder=HOLDER, timeout=0) as lease:
        assert scene.unlock() is False
        lease.beat()


def test_without_a_terminal_the_lease_stays_and_the_flag_is_named(scene: Scene) -> None:
    scene.person.answer = None
    with scene.store().lease(holder=HOLDER, timeout=0) as lease:
        with pytest.raises(UserError) as refused:
            scene.unlock()
        assert "--force" in refused.value.advice
        lease.beat()


def test_a_run_that_shows_a_sign_of_life_keeps_its_lease(scene: Scene) -> None:
    with scene.store().lease(holder=HOLDER, timeout=0) as lease:
        scene.meanwhile = lambda now: lease.beat() if now >= 100 + BEAT_EVERY else None
        with pytest.raises(Locked, match="alive") as refused:
            scene.unlock()
        assert "--force" in refused.value.advice
        assert scene.person.asked == []
        lease.check()


def test_a_lease_that_is_given_back_meanwhile_needs_nothing(scene: Scene) -> None:
    with scene.store().lease(holder=HOLDER, timeout=0):
        scene.meanwhile = lambda _now: scene.blobs.stored.clear()
        assert scene.unlock() is False
    assert scene.person.told[-1] == "It was given back just now: there is nothing to unlock."


def test_a_lease_that_another_run_has_by_now_is_left_alone(scene: Scene) -> None:
    other = Holder(host="runner-8", pid=1, user="hanako", since="2026-01-05T11:00:00Z")
    with ExitStack() as ending:
        ending.enter_context(scene.store().lease(holder=HOLDER, timeout=0))

        def take(_now: float) -> None:
            scene.meanwhile = lambda _now: None
            scene.blobs.stored.clear()
            ending.enter_context(scene.store().lease(holder=other, timeout=0))

        scene.meanwhile = take
        with pytest.raises(Locked, match="another run has it now"):
            scene.unlock()
        held = scene.store().held()
        assert held is not None
        assert held.holder == other


def test_force_neither_waits_nor_asks(scene: Scene) -> None:
    with scene.store().lease(holder=HOLDER, timeout=0) as lease:
        assert scene.unlock(force=True) is True
        assert (scene.now, scene.person.asked) == (100.0, [])
        assert tuple(scene.person.told) == TOLD
        with pytest.raises(Locked):
            lease.beat()


@pytest.mark.parametrize(
    ("since", "told"),
    [
        ("2026-01-05T11:13:00Z", ", 30 s ago"),
        ("2026-01-05T10:00:00Z", ", 73 min ago"),
        ("2026-01-06T10:00:00Z", ""),
        ("yesterday", ""),
        ("2026-01-05T10:00:00", ""),
    ],
)
def test_an_age_is_told_where_the_clocks_agree(scene: Scene, since: str, told: str) -> None:
    holder = Holder(host="runner-7", pid=4711, user="taro", since=since)
    with scene.store().lease(holder=holder, timeout=0):
        scene.unlock(force=True)
    assert scene.person.told[-1] == f"  since {since}{told}"


def test_a_ticket_that_cannot_be_read_can_be_taken_away_too(scene: Scene) -> None:
    scene.blobs.put("lease.json", b"torn", expected=None)
    assert scene.unlock() is True
    assert "  a run that does not say who it is" in scene.person.told
