"""State in a place that many machines share: everything that a Store does, over blobs with compare-and-swap.

state.json          the state
exists              proof that a state was stored here once: from then on a missing state is a lost one
lease.json          who may change the tenant, with a number that grows as long as the holder is alive
state.damaged.json  what a rebuild found
trash/...           what was saved before it was deleted in the tenant
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from lwdeploy.core.errors import Corrupt, Locked, StateError
from lwdeploy.core.types import State
from lwdeploy.state.blobs import Blobs, Moved
from lwdeploy.state.codec import decode, encode
from lwdeploy.state.holder import Holder
from lwdeploy.state.remote_lease import TTL, Pulse, RemoteLease, Ticket, every
from lwdeploy.state.store import Held, Lease, successor
from lwdeploy.state.waiting import Clock, Sleep

__all__ = ["RemoteStore"]

STATE, EXISTS, LEASE, DAMAGED = "state.json", "exists", "lease.json", "state.damaged.json"
TRASH = "trash/"
LOOK_EVERY = 2.0
"""Seconds between two looks at a lease that somebody else holds."""

_ADVICE = "Restore a copy of it, or run `lwdeploy state rebuild`."


class RemoteStore:
    """A state among the blobs of one place. `nonce` gives fresh random text, `pulse` keeps the lease alive."""

    def __init__(
        self, blobs: Blobs, *, clock: Clock, sleep: Sleep, nonce: Callable[[], str], pulse: Pulse = every
    ) -> None:
        self._blobs = blobs
        self._clock = clock
        self._sleep = sleep
        self._nonce = nonce
        self._pulse = pulse

    @property
    def lease_dies_with_holder(self) -> bool:
        """No: it is a blob."""
        return False

    def describe(self) -> str:
        """Name the kind and the place."""
        return self._blobs.describe()

    def read(self) -> State | None:
        """Give the stored state; see `Store.read`."""
        stored, _ = self._stored()
        return None if stored is None else self._decode(stored)

    def write(self, state: State, *, expected_serial: int | None) -> State:
        """Swap the stored state; see `Store.write`."""
        stored, version = self._stored()
        current = None if stored is None else self._decode(stored)
        following = successor(state, current=current, expected_serial=expected_serial, place=self.describe())
        self._put(encode(following), expected=version)
        if version is None:
            self._note_existence()
        return following

    def rebuild(self, state: State) -> State:
        """Put a state where the stored one is damaged or gone; see `Store.rebuild`."""
        following = successor(state, current=None, expected_serial=None, place=self.describe())
        blob = self._blobs.get(STATE)
        if not self._is_lost(None if blob is None else blob.content):
            raise StateError(f"the state in {self.describe()} is not damaged: nothing was replaced")
        if blob is not None:
            former = self._blobs.get(DAMAGED)
            self._blobs.put(DAMAGED, blob.content, expected=None if former is None else former.version)
        self._put(encode(following), expected=None if blob is None else blob.version)
        return following

    def _stored(self) -> tuple[bytes | None, str | None]:
        """Give what is stored and its version, nothing when there never was anything."""
        blob = self._blobs.get(STATE)
        if blob is not None:
            return blob.content, blob.version
        if self._blobs.get(EXISTS) is not None:
            again = self._blobs.get(STATE)  # the very first write may have ended between the looks
            if again is None:
                raise StateError(f"the state in {self.describe()} is gone", advice=_ADVICE)
            return again.content, again.version
        return None, None

    def _is_lost(self, stored: bytes | None) -> bool:
        if stored is None:
            return self._blobs.get(EXISTS) is not None
        try:
            self._decode(stored)
        except Corrupt:
            return True
        return False

    def _decode(self, stored: bytes) -> State:
        return decode(stored, place=self.describe(), advice=_ADVICE)

    def _put(self, content: bytes, *, expected: str | None) -> None:
        try:
            self._blobs.put(STATE, content, expected=expected)
        except Moved as error:
            raise StateError(
                f"somebody else wrote the state in {self.describe()}; nothing was stored",
                advice="Plan again, then apply that plan.",
            ) from error

    def _note_existence(self) -> None:
        with suppress(Moved):
            self._blobs.put(EXISTS, b"A state was stored here.\n", expected=None)

    # --- the lease

    @contextmanager
    def lease(self, *, holder: Holder, timeout: float) -> Iterator[Lease]:
        """Hold the lease, beating as long as the block lasts; see `Store.lease`."""
        lease = self._take(holder, timeout)
        with self._pulse(lease.beat):
            try:
                yield lease
            finally:
                lease.release()

    def _take(self, holder: Holder, timeout: float) -> RemoteLease:
        """Wait until nobody has the lease, or its holder stood still for one TTL on our own clock."""
        deadline = self._clock() + timeout
        seen, since = "", self._clock()
        while True:
            blob = self._blobs.get(LEASE)
            if blob is None or (blob.version == seen and self._clock() - since >= TTL):
                taken = self._try(holder, expected=None if blob is None else blob.version)
                if taken is not None:
                    return taken
            elif blob.version != seen:
                seen, since = blob.version, self._clock()
            if self._clock() >= deadline:
                self._refuse()
            self._sleep(min(LOOK_EVERY, deadline - self._clock()))

    def _try(self, holder: Holder, *, expected: str | None) -> RemoteLease | None:
        ticket = Ticket(holder=holder, token=self._nonce())
        begun = self._clock()
        try:
            version = self._blobs.put(LEASE, ticket.to_json(), expected=expected)
        except Moved:
            return None
        return RemoteLease(
            blobs=self._blobs, name=LEASE, ticket=ticket, version=version, clock=self._clock, begun=begun
        )

    def _refuse(self) -> None:
        held = self.held()
        who = "another run" if held is None else str(held.holder or "another run")
        raise Locked(
            f"the state in {self.describe()} is in use by {who}",
            advice="Wait for that run, or allow more --lock-timeout. If it is dead, its lease ends after "
            f"{TTL:g} s without a sign of life; `lwdeploy state unlock` shows it and ends it now.",
        )

    def held(self) -> Held | None:
        """Say who has the lease; see `Store.held`."""
        blob = self._blobs.get(LEASE)
        if blob is None:
            return None
        ticket = Ticket.from_json(blob.content)
        return Held(holder=None if ticket is None else ticket.holder, token=blob.version)

    def unlock(self, held: Held) -> None:
        """Take the lease away from a holder; see `Store.unlock`."""
        try:
            self._blobs.delete(LEASE, expected=held.token)
        except Moved as error:
            raise Locked(
                "the lease has moved since it was looked at: its holder is alive, or another run has it now",
                advice="Wait for that run, or end it.",
            ) from error

    # --- the trash

    def keep(self, name: str, content: bytes) -> None:
        """Save something; see `Store.keep`."""
        former = self._blobs.get(TRASH + name)
        if former is None or former.content != content:
            self._blobs.put(TRASH + name, content, expected=None if former is None else former.version)

    def kept(self) -> tuple[str, ...]:
        """Give the names of what was saved; see `Store.kept`."""
        return tuple(name.removeprefix(TRASH) for name in self._blobs.names(TRASH))

    def kept_content(self, name: str) -> bytes | None:
        """Give what was saved; see `Store.kept_content`."""
        blob = self._blobs.get(TRASH + name)
        return None if blob is None else blob.content
