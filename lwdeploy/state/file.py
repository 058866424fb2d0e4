"""State in a local file: the default backend.

state.json             the state
state.json.backup      the version before it (of the first version: a copy); proof that a state existed
state.json.lock        the lease; holds the description of whoever has it
state.json.write-lock  held for the moment of a write
state.json.damaged     what a rebuild found
state.json.trash/      what was saved before it was deleted in the tenant
state.json.tmp         a write that did not end; of no meaning
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lwdeploy.core.errors import Corrupt, Locked, StateError
from lwdeploy.core.types import State
from lwdeploy.state.codec import decode, encode
from lwdeploy.state.disk import beside, explained, put
from lwdeploy.state.holder import Holder
from lwdeploy.state.oslock import OsLock
from lwdeploy.state.store import Held, Lease, successor
from lwdeploy.state.waiting import Clock, Sleep, wait_for

__all__ = ["FileStore"]

_WRITE_TIMEOUT = 30.0  # a write takes milliseconds; only a stopped process or a hanging disk needs more


class FileStore:
    """A state in one file of a local file system.

    The lease is an operating-system lock: a killed run costs the next one no waiting. Not for machines that
    share a folder over a network without working `flock`.
    """

    def __init__(self, path: Path, *, clock: Clock, sleep: Sleep) -> None:
        # A link is followed once: replacing the link by a file would split the state in two.
        self._path = Path(os.path.realpath(path))
        self._backup = beside(self._path, ".backup")
        self._trash = beside(self._path, ".trash")
        self._clock = clock
        self._sleep = sleep

    @property
    def lease_dies_with_holder(self) -> bool:
        """Yes: it is a lock of the operating system."""
        return True

    def describe(self) -> str:
        """Name the absolute path."""
        return f"file {self._path}"

    def read(self) -> State | None:
        """Give the state in the file; see `Store.read`."""
        stored = self._stored()
        return None if stored is None else self._decode(stored)

    def write(self, state: State, *, expected_serial: int | None) -> State:
        """Swap the state in the file, keeping the former version as backup; see `Store.write`."""
        with self._writing():
            stored = self._stored()
            current = None if stored is None else self._decode(stored)
            following = successor(state, current=current, expected_serial=expected_serial, place=self.describe())
            content = encode(following)
            with explained("write the state to", self._path):
                if stored is not None:
                    put(self._backup, stored)
                put(self._path, content)
                if stored is None:
                    # From now on a missing state is a lost one. Not before: a run that dies in between has
                    # stored nothing and must not make the next one believe that something vanished.
                    put(self._backup, content)
        return following

    def rebuild(self, state: State) -> State:
        """Put a state where the file is damaged or gone; see `Store.rebuild`."""
        following = successor(state, current=None, expected_serial=None, place=self.describe())
        with self._writing():
            stored = self._bytes()
            if not self._is_lost(stored):
                raise StateError(f"the state in {self.describe()} is not damaged: nothing was replaced")
            with explained("write the state to", self._path):
                if stored is not None:
                    put(beside(self._path, ".damaged"), stored)
                put(self._path, encode(following))
        return following

    @contextmanager
    def lease(self, *, holder: Holder, timeout: float) -> Iterator[Lease]:
        """Hold the operating-system lock; see `Store.lease`."""
        path = beside(self._path, ".lock")
        lock = self._take(path, timeout)
        if lock is None:
            raise Locked(
                f"the state in {self.describe()} is in use by {_noted(path) or 'another run'}",
                advice="Wait for that run or end it (its lock goes with it), or allow more --lock-timeout.",
            )
        try:
            with explained("write to", path):
                lock.note(holder.to_json())
            yield _FileLease(lock)
        finally:
            lock.release()

    def held(self) -> Held | None:
        """Say who has the operating-system lock; see `Store.held`."""
        path = beside(self._path, ".lock")
        with explained("look at", path):
            if not path.exists():
                return None
            lock = OsLock.attempt(path)
        if lock is not None:
            lock.release()
            return None
        return Held(holder=_noted(path), token=str(path))

    def unlock(self, held: Held) -> None:
        """Refuse: an operating-system lock dies with its holder, and with nothing else; see `Store.unlock`."""
        if self.held() is None:
            return
        raise Locked(
            f"{held.holder or 'another run'} is alive and holds {held.token}",
            advice="End that process: its lock goes with it.",
        )

    def keep(self, name: str, content: bytes) -> None:
        """Save something in the folder beside the state; see `Store.keep`."""
        path = self._trash / name
        with explained("write", path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            put(path, content)

    def kept(self) -> tuple[str, ...]:
        """Give the names of what was saved; see `Store.kept`."""
        with explained("read", self._trash):
            found = self._trash.iterdir() if self._trash.is_dir() else ()
            return tuple(sorted(path.name for path in found if path.suffix != ".tmp"))

    def kept_content(self, name: str) -> bytes | None:
        """Give what was saved; see `Store.kept_content`."""
        path = self._trash / name
        with explained("read", path):
            return path.read_bytes() if name in self.kept() else None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep other writers out, so that no two can both find the serial that they expect."""
        path = beside(self._path, ".write-lock")
        lock = self._take(path, _WRITE_TIMEOUT)
        if lock is None:
            raise Locked(
                f"another process has been writing the state in {self.describe()} for {_WRITE_TIMEOUT:g} s",
                advice=f"Look for a stopped process that has {path} open, and end it.",
            )
        try:
            yield
        finally:
            lock.release()

    def _take(self, path: Path, timeout: float) -> OsLock | None:
        with explained("lock", path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return wait_for(lambda: OsLock.attempt(path), timeout=timeout, clock=self._clock, sleep=self._sleep)

    def _bytes(self) -> bytes | None:
        with explained("read the state from", self._path):
            try:
                return self._path.read_bytes()
            except FileNotFoundError:
                return None

    def _stored(self) -> bytes | None:
        """Give what the file holds, None when there never was one."""
        stored = self._bytes()
        if stored is None and self._has_backup():
            stored = self._bytes()  # the very first write may have ended between the two looks
            if stored is None:
                raise StateError(f"the state in {self.describe()} is gone", advice=self._advice())
        return stored

    def _is_lost(self, stored: bytes | None) -> bool:
        if stored is None:
            return self._has_backup()
        try:
            self._decode(stored)
        except Corrupt:
            return True
        return False

    def _decode(self, stored: bytes) -> State:
        return decode(stored, place=self.describe(), advice=self._advice())

    def _has_backup(self) -> bool:
        with explained("read", self._backup):
            return self._backup.exists()

    def _advice(self) -> str:
        rebuild = "run `lwdeploy state rebuild`"
        if not self._has_backup():
            return f"To make it anew from the tenant, {rebuild}."
        return f"Restore the backup (cp {self._backup} {self._path}), or {rebuild}."


class _FileLease:
    """The lease of one run: an operating-system lock cannot expire, but its file can be exchanged."""

    def __init__(self, lock: OsLock) -> None:
        self._lock = lock

    def check(self) -> None:
        with explained("check", self._lock.path):
            if self._lock.is_held:
                return
        raise Locked(
            f"this run no longer holds {self._lock.path}",
            advice="If somebody removed that file: make sure that no other run is active, then run again.",
        )

    def beat(self) -> None:
        self.check()


def _noted(path: Path) -> Holder | None:
    with explained("read", path):
        return Holder.from_json(path.read_text(encoding="utf-8", errors="replace"))
