"""The backends that the conformance suite runs over, and a clock that only moves when somebody sleeps."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.types import State, StateEntry
from lwdeploy.state.blobs import Blob, Blobs
from lwdeploy.state.file import FileStore
from lwdeploy.state.holder import Holder
from lwdeploy.state.memory import MemoryStore
from lwdeploy.state.remote import RemoteStore
from lwdeploy.state.store import Store
from tests.unit.state.memory_blobs import MemoryBlobs

if TYPE_CHECKING:
    from tests.unit.state.object.service import Service
    from tests.unit.state.postgres.server import Server

HOLDER = Holder(host="runner-7", pid=4711, user="taro", since="2026-01-05T09:00:00Z")
WAITER = Holder(host="runner-8", pid=4712, user="hanako", since="2026-01-05T09:01:00Z")


@dataclass
class FakeTime:
    """Monotonic time that passes only in `sleep`."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Backend(Protocol):
    """What a backend lends to the suite: handles to one place, and ways to hurt that place.

    A new backend runs the whole suite once it is a parameter of the fixture `backend`.
    """

    time: FakeTime

    def open(self) -> Store:
        """Give a handle to the place, such as another run of lwdeploy would have."""
        ...

    def damage(self, change: Callable[[bytes], bytes]) -> None:
        """Change the stored bytes behind the backend's back."""
        ...

    def vanish(self) -> None:
        """Take the stored state away, leaving whatever else the backend keeps."""
        ...

    def break_lease(self) -> None:
        """Make whoever holds the lease lose it."""
        ...


class MemoryBackend:
    def __init__(self) -> None:
        self.time = FakeTime()
        self.store = MemoryStore(clock=self.time.clock, sleep=self.time.sleep)

    def open(self) -> Store:
        return self.store

    def damage(self, change: Callable[[bytes], bytes]) -> None:
        stored = self.store._stored
        assert stored is not None
        self.store.tamper(change(stored))

    def vanish(self) -> None:
        self.store.tamper(None)

    def break_lease(self) -> None:
        self.store.break_lease()


class FileBackend:
    def __init__(self, folder: Path) -> None:
        self.time = FakeTime()
        self.path = folder / "tenants" / "state.json"

    def open(self) -> Store:
        return FileStore(self.path, clock=self.time.clock, sleep=self.time.sleep)

    def damage(self, change: Callable[[bytes], bytes]) -> None:
        self.path.write_bytes(change(self.path.read_bytes()))

    def vanish(self) -> None:
        self.path.unlink()

    def break_lease(self) -> None:
        self.path.with_name("state.json.lock").unlink()


@contextmanager
def no_pulse(_beat: Callable[[], None]) -> Iterator[None]:
    """Stand for the thread that keeps a lease alive: tests beat by themselves."""
    yield


class RemoteBackend:
    """Everything that a remote place adds to its blobs; the places themselves have suites of their own."""

    def __init__(self) -> None:
        self.time = FakeTime()
        self.blobs = MemoryBlobs()
        self._nonces = itertools.count()

    def open(self) -> Store:
        return RemoteStore(
            self.blobs,
            clock=self.time.clock,
            sleep=self.time.sleep,
            nonce=lambda: f"n{next(self._nonces)}",
            pulse=no_pulse,
        )

    def damage(self, change: Callable[[bytes], bytes]) -> None:
        found = self.blobs.stored["state.json"]
        self.blobs.stored["state.json"] = Blob(content=change(found.content), version=f"{found.version}!")

    def vanish(self) -> None:
        del self.blobs.stored["state.json"]

    def break_lease(self) -> None:
        """Let the holder have been silent for long, and somebody have unlocked."""
        self.time.now += 60
        del self.blobs.stored["lease.json"]


class RealBackend:
    """A remote state in a real place: git, an S3 service, PostgreSQL."""

    def __init__(self, make: Callable[[FakeTime], Blobs]) -> None:
        self.time = FakeTime()
        self._make = make

    def open(self) -> Store:
        return RemoteStore(
            self._make(self.time),
            clock=self.time.clock,
            sleep=self.time.sleep,
            nonce=lambda: uuid.uuid4().hex,
            pulse=no_pulse,
        )

    def damage(self, change: Callable[[bytes], bytes]) -> None:
        blobs = self._make(self.time)
        found = blobs.get("state.json")
        assert found is not None
        blobs.put("state.json", change(found.content), expected=found.version)

    def vanish(self) -> None:
        self._delete("state.json")

    def break_lease(self) -> None:
        """Let the holder have been silent for long, and somebody have unlocked."""
        self.time.now += 60
        self._delete("lease.json")

    def _delete(self, name: str) -> None:
        blobs = self._make(self.time)
        found = blobs.get(name)
        assert found is not None
        blobs.delete(name, expected=found.version)


def _git(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    from tests.unit.state.git.world import World, nonce  # noqa: PLC0415

    template: World = request.getfixturevalue("git_template")
    world = template.copy(tmp_path)
    return RealBackend(lambda time: world.blobs(prefix="acme/production", sleep=time.sleep, nonce=nonce))


def _object(request: pytest.FixtureRequest) -> Backend:
    from lwdeploy.state.object import ObjectBlobs  # noqa: PLC0415
    from lwdeploy.state.object_credentials import Keys  # noqa: PLC0415
    from lwdeploy.state.object_place import ObjectPlace  # noqa: PLC0415

    service: Service = request.getfixturevalue("object_service")
    bucket = f"bots-{uuid.uuid4().hex}"
    service.make_bucket(bucket)
    return RealBackend(
        lambda time: ObjectBlobs(
            ObjectPlace(bucket=bucket, prefix="acme/production", endpoint=service.endpoint),
            environ={},
            clock=time.clock,
            sleep=time.sleep,
            nonce=lambda: uuid.uuid4().hex,
            keys=Keys(access_key_id="AKIAEXAMPLE", secret_access_key="canary-of-the-key"),
        )
    )


def _postgres(request: pytest.FixtureRequest) -> Backend:
    from lwdeploy.state.postgres import PostgresBlobs  # noqa: PLC0415

    server: Server = request.getfixturevalue("postgres_server")
    schema = f"s{uuid.uuid4().hex}"
    return RealBackend(
        lambda time: PostgresBlobs(
            server.dsn(),
            space="acme/production",
            schema=schema,
            clock=time.clock,
            sleep=time.sleep,
            nonce=lambda: uuid.uuid4().hex,
        )
    )


@pytest.fixture(params=["file", "memory", "remote", "git", "object", "postgres"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    made: dict[str, Callable[[], Backend]] = {
        "file": lambda: FileBackend(tmp_path),
        "memory": MemoryBackend,
        "remote": RemoteBackend,
        "git": lambda: _git(request, tmp_path),
        "object": lambda: _object(request),
        "postgres": lambda: _postgres(request),
    }
    return made[request.param]()


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def state() -> State:
    """Give a state with something in each of its fields."""
    bot = Address.top("bot", "helpdesk")
    entry = StateEntry(
        remote_id="2000001",
        applied={"botName": {"default": "Help Desk", "ja_JP": "ヘルプデスク"}, "pic": ["taro@example.com"]},
        observed={"photoUrl": "https://static.example.com/bot.png", "order": 1, "share": 0.5, "none": None},
        protect=True,
    )
    return State(
        lineage="7f3a91c2",
        tenant={"endpoint": "https://www.worksapis.com/v1.0", "domainIds": [10000001]},
        project="acme",
        entries={
            bot: entry,
            bot.child("bot_domain", "domain", "osaka"): StateEntry(remote_id="10000002"),
        },
        users={"taro@example.com": "5e1c0f7a"},
        plans=("sha256:00",),
    )


@pytest.fixture
def holder() -> Holder:
    return HOLDER


@pytest.fixture
def waiter() -> Holder:
    return WAITER


@pytest.fixture
def open_umask() -> Iterator[None]:
    """Make this a process that makes everything readable for everybody unless told otherwise."""
    former = os.umask(0)
    yield
    os.umask(former)
