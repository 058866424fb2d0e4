"""State in memory: a complete backend for tests, with faults that can be ordered in advance."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from lwdeploy.core.errors import Corrupt, Locked, StateError
from lwdeploy.core.types import State
from lwdeploy.state.codec import decode, encode
from lwdeploy.state.holder import Holder
from lwdeploy.state.store import Held, Lease, successor
from lwdeploy.state.waiting import Clock, Sleep, wait_for

__all__ = ["MemoryStore", "WriteFault"]

_ADVICE = "To make it anew from the tenant, run `lwdeploy state rebuild`."


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFault:
    """A write that raises `error`; with `stored`, after it took effect: the answer was lost."""

    error: StateError
    stored: bool = False


class MemoryStore:
    """A state that lives as long as this object, kept in encoded form like anywhere else.

    `faults` maps the number of a write, from 1, to what goes wrong with it.
    """

    def __init__(
        self,
        *,
        faults: Mapping[int, WriteFault] = MappingProxyType({}),
        clock: Clock = time.monotonic,
        sleep: Sleep = time.sleep,
    ) -> None:
        self._faults = faults
        self._clock = clock
        self._sleep = sleep
        self._mutex = threading.Lock()
        self._stored: bytes | None = None
        self._existed = False
        self._writes = 0
        self._lease: _MemoryLease | None = None
        self._trash: dict[str, bytes] = {}

    @property
    def writes(self) -> int:
        """How many writes were asked for, failed ones included."""
        return self._writes

    def tamper(self, stored: bytes | None) -> None:
        """Replace what is stored behind the back of the protocol; None makes it vanish."""
        self._stored = stored

    def break_lease(self) -> None:
        """Take the lease from whoever holds it, as if it had expired."""
        self._lease = None

    @property
    def lease_dies_with_holder(self) -> bool:
        """Yes, like everything here."""
        return True

    def describe(self) -> str:
        """Name the backend; a plan made against it can run only in this process."""
        return f"memory {id(self):x}"

    def read(self) -> State | None:
        """Give the stored state; see `Store.read`."""
        stored = self._stored
        if stored is None and self._existed:
            raise StateError(f"the state in {self.describe()} is gone", advice=_ADVICE)
        return None if stored is None else decode(stored, place=self.describe(), advice=_ADVICE)

    def write(self, state: State, *, expected_serial: int | None) -> State:
        """Swap the stored state; see `Store.write`."""
        with self._mutex:
            self._writes += 1
            fault = self._faults.get(self._writes)
            if fault is not None and not fault.stored:
                raise fault.error
            following = successor(
                state, current=self.read(), expected_serial=expected_serial, place=self.describe()
            )
            self._store(following)
            if fault is not None:
                raise fault.error
        return following

    def rebuild(self, state: State) -> State:
        """Store a state where the stored one is damaged or gone; see `Store.rebuild`."""
        with self._mutex:
            if not self._is_lost():
                raise StateError(f"the state in {self.describe()} is not damaged: nothing was replaced")
            following = successor(state, current=None, expected_serial=None, place=self.describe())
            self._store(following)
        return following

    @contextmanager
    def lease(self, *, holder: Holder, timeout: float) -> Iterator[Lease]:
        """Hold the lease against other threads; see `Store.lease`."""
        mine = _MemoryLease(self, holder)
        if not wait_for(lambda: self._take(mine), timeout=timeout, clock=self._clock, sleep=self._sleep):
            raise Locked(f"the state in {self.describe()} is in use by {self._who()}")
        try:
            yield mine
        finally:
            if self.has(mine):
                self._lease = None

    def held(self) -> Held | None:
        """Say who has the lease; see `Store.held`."""
        lease = self._lease
        return None if lease is None else Held(holder=lease.holder, token=f"{id(lease):x}")

    def unlock(self, held: Held) -> None:
        """Take the lease away; see `Store.unlock`."""
        with self._mutex:
            if self.held() not in {None, held}:
                raise Locked("another run has the lease by now")
            self._lease = None

    def keep(self, name: str, content: bytes) -> None:
        """Save something; see `Store.keep`."""
        self._trash[name] = content

    def kept(self) -> tuple[str, ...]:
        """Give the names of what was saved; see `Store.kept`."""
        return tuple(sorted(self._trash))

    def kept_content(self, name: str) -> bytes | None:
        """Give what was saved; see `Store.kept_content`."""
        return self._trash.get(name)

    def has(self, lease: Lease) -> bool:
        """Tell whether `lease` is the one in force."""
        return self._lease is lease

    def _store(self, state: State) -> None:
        self._stored = encode(state)
        self._existed = True

    def _is_lost(self) -> bool:
        if self._stored is None:
            return self._existed
        try:
            self.read()
        except Corrupt:
            return True
        return False

    def _take(self, lease: _MemoryLease) -> bool | None:
        with self._mutex:
            if self._lease is not None:
                return None
            self._lease = lease
            return True

    def _who(self) -> str:
        lease = self._lease
        return "another run" if lease is None else str(lease.holder)


class _MemoryLease:
    """The lease of one thread."""

    def __init__(self, store: MemoryStore, holder: Holder) -> None:
        self._store = store
        self.holder = holder

    def check(self) -> None:
        if not self._store.has(self):
            raise Locked(f"this run no longer holds the lease of the state in {self._store.describe()}")

    def beat(self) -> None:
        self.check()
