"""Where the state of a case is kept, and what can happen to it there behind everybody's back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from lwdeploy.state.blobs import Blob, Blobs
from lwdeploy.state.remote import EXISTS, LEASE, STATE
from tests.support import places as real
from tests.support.project import Project
from tests.unit.state.git.world import World
from tests.unit.state.object.service import serving
from tests.unit.state.postgres.server import PASSWORD, running

__all__ = ["BACKENDS", "FilePlace", "Place", "open_place"]

BACKENDS: Mapping[str, frozenset[str]] = {
    "file": frozenset({"request", "store", "state", "audit"}),
    **dict.fromkeys(("git", "object", "postgres"), frozenset({"request", "store"})),
}
"""Where the state can be kept, and what is counted there; files are the same wherever the state is."""


class Place(Protocol):
    """The place of one work or case."""

    def made(self, folder: Path) -> Place:
        """Give the place of a work that is prepared in `folder`; nothing is there yet."""
        ...

    def copied(self, folder: Path) -> Place:
        """Give the place of a case whose folder is a copy of the one of this work, with a copy of its state."""
        ...

    def spec(self) -> Mapping[str, Any]:
        """Give what the Tenant document says of it."""
        ...

    def settle(self, project: Project) -> None:
        """Make a project ready to be run with its state here."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """Give what nobody may be shown."""
        ...

    def tamper(self, how: str) -> Callable[[], None]:
        """Do something to the state; give what puts it back.

        `vanished` leaves the proof that there was one; `torn` leaves half of it; `newer` makes it one of a later
        version; `lost` leaves nothing.
        """
        ...

    def end_lease(self) -> None:
        """Let the lease of a run that stands still be lost, unless it ends by itself."""
        ...

    def clear(self) -> None:
        """Remove what is not in the folder of the case."""
        ...


@contextmanager
def open_place(backend: str, folder: Path) -> Iterator[Place]:
    """Give places of one sort, with all that has to run for them as long as the block lasts."""
    if backend == "file":
        yield FilePlace(folder=folder)
        return
    with _serving(backend, folder) as served:
        yield _RemotePlace(name=backend, served=served, place=None)


@contextmanager
def _serving(backend: str, folder: Path) -> Iterator[object]:
    """Give what all places of one sort have in common."""
    if backend == "object":
        with serving() as service:
            yield service
    elif backend == "postgres":
        with running() as server:
            yield server
    else:
        (folder / "world").mkdir()
        yield World(folder / "world").build()


# --- a file in the project: the default


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """Everything is in the folder of the case."""

    folder: Path

    def made(self, folder: Path) -> FilePlace:
        return FilePlace(folder=folder)

    def copied(self, folder: Path) -> FilePlace:
        return FilePlace(folder=folder)

    def spec(self) -> Mapping[str, Any]:
        return {}

    def settle(self, project: Project) -> None:
        """Do nothing: a file needs no more than its project."""

    def secrets(self) -> tuple[str, ...]:
        return ()

    def tamper(self, how: str) -> Callable[[], None]:
        path = self._state / "acme.json"
        before = path.read_bytes() if path.exists() else None
        if how == "lost":
            shutil.rmtree(self._state, ignore_errors=True)
        elif before is not None and how == "vanished":
            path.unlink()
        elif before is not None:
            path.write_bytes(_tampered(before, how))

        def put_back() -> None:
            if before is not None:
                path.write_bytes(before)

        return put_back

    def end_lease(self) -> None:
        (self._state / "acme.json.lock").unlink(missing_ok=True)

    def clear(self) -> None:
        """Do nothing: all of it goes with the folder."""

    @property
    def _state(self) -> Path:
        return self.folder / "project" / ".lwdeploy" / "state"


def _tampered(stored: bytes, how: str) -> bytes:
    if how == "torn":
        return stored[: len(stored) // 2]
    content = json.loads(stored)
    return json.dumps({**content, "format_version": content["format_version"] + 1}).encode()


# --- a place that many machines share


@dataclass(frozen=True, slots=True, kw_only=True)
class _RemotePlace:
    name: str
    served: object
    place: real.Place | None
    ending: ExitStack = field(default_factory=ExitStack)

    def made(self, folder: Path) -> _RemotePlace:
        ending, where = ExitStack(), folder / "place"
        shutil.rmtree(where, ignore_errors=True)
        where.mkdir(parents=True)
        place = ending.enter_context(real.opened(self.name, where, serving=lambda _name: self.served))
        return _RemotePlace(name=self.name, served=self.served, place=place, ending=ending)

    def copied(self, folder: Path) -> _RemotePlace:
        other = self.made(folder)
        for name in (EXISTS, STATE):
            blob = self._blobs.get(name)
            if blob is not None:
                other._blobs.put(name, blob.content, expected=None)
        return other

    def spec(self) -> Mapping[str, Any]:
        return {"state": dict(self._place.state)}

    def settle(self, project: Project) -> None:
        project.env.update(self._place.env)
        if isinstance(self._place, real.RemotePlace):
            git = self._place.world.git
            if not (project.root / ".git").exists():
                git("init", "-q", at=project.root)
                git("remote", "add", "origin", self._place.url, at=project.root)
            git("remote", "set-url", "origin", self._place.url, at=project.root)

    def secrets(self) -> tuple[str, ...]:
        return (PASSWORD, "canary-of-the-key")

    def tamper(self, how: str) -> Callable[[], None]:
        before = self._blobs.get(STATE)
        if before is not None and how in {"torn", "newer"}:
            self._blobs.put(STATE, _tampered(before.content, how), expected=before.version)
        for name in {"vanished": (STATE,), "lost": (STATE, EXISTS, LEASE)}.get(how, ()):
            self._remove(name)
        return lambda: self._put_back(before)

    def end_lease(self) -> None:
        """Do nothing: who waits for it takes it after its time."""

    def clear(self) -> None:
        self.ending.close()

    def _put_back(self, before: Blob | None) -> None:
        now = self._blobs.get(STATE)
        if before is not None:
            self._blobs.put(STATE, before.content, expected=None if now is None else now.version)

    def _remove(self, name: str) -> None:
        blob = self._blobs.get(name)
        if blob is not None:
            self._blobs.delete(name, expected=blob.version)

    @property
    def _place(self) -> real.Place:
        assert self.place is not None, "no place has been made yet"
        return self.place

    @property
    def _blobs(self) -> Blobs:
        return self._place.blobs(real.SPACE)
