"""A lease that is one blob: taken and kept by compare-and-swap, lost when it stood still for one TTL.

Whoever waits judges by his own monotonic clock: no two clocks are compared, so none has to be right.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass, replace

from lwdeploy.core.errors import Locked, StateError
from lwdeploy.state.blobs import Blob, Blobs, Moved
from lwdeploy.state.holder import Holder
from lwdeploy.state.waiting import Clock

__all__ = ["TTL", "Pulse", "RemoteLease", "Ticket", "every"]

TTL = 60.0
"""Seconds without a sign of life after which others may take a lease."""

BEAT_EVERY = 20.0
"""Seconds between two signs of life: two of them may fail before the lease is in danger."""

_DOUBTFUL = 30.0
"""A lease that was confirmed longer ago than this is confirmed again before anything is written because of it."""

_UNSEEN = 5.0
"""A lease that was seen longer ago than this is looked at before: it may have been taken away (`state unlock`)."""

Pulse = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""Calls a function again and again, from another thread, as long as a block lasts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What stands in the lease: who has it, a token of this very run, and how often it showed a sign of life."""

    holder: Holder
    token: str
    beat: int = 0

    def to_json(self) -> bytes:
        """Write the ticket; no two writes give the same bytes, because the beat grows."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Ticket | None:
        """Read a ticket back; None for anything else."""
        try:
            found = json.loads(content)
            holder = Holder.from_json(json.dumps(found.pop("holder")))
            return None if holder is None else cls(holder=holder, **found)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None


class RemoteLease:
    """The lease of one run. May be asked from any thread."""

    def __init__(
        self, *, blobs: Blobs, name: str, ticket: Ticket, version: str, clock: Clock, begun: float
    ) -> None:
        self._blobs = blobs
        self._name = name
        self._ticket = ticket
        self._version = version
        self._clock = clock
        self._confirmed = self._seen = begun
        self._lost = False
        self._mutex = threading.Lock()

    def check(self) -> None:
        """Raise Locked when the lease was lost; look, if the last look is not a recent one.

        With a sign of life that is not recent a look is not enough: somebody may be about to take the lease.
        """
        now = self._clock()
        if self._lost or now - self._confirmed >= _DOUBTFUL:
            self._renew(patient=False)
        elif now - self._seen >= _UNSEEN:
            self._look()

    def _look(self) -> None:
        """See whether the lease is still ours. A place that is out of reach is borne: it was ours just now."""
        with self._mutex:
            begun = self._clock()
            if self._lost or begun - self._seen < _UNSEEN:  # another thread came first
                return
            try:
                blob = self._blobs.get(self._name)
            except StateError:
                return
            if not self._is_ours(blob):
                self._lost = True
                raise self._gone()
            self._seen = begun

    def beat(self) -> None:
        """Show a sign of life; raises Locked when the lease was lost."""
        self._renew(patient=True)

    def _renew(self, *, patient: bool) -> None:
        """Swap the ticket for the next one; if patient, bear with a place out of reach while the TTL lasts."""
        with self._mutex:
            if self._lost:
                raise self._gone()
            begun = self._clock()
            try:
                following, version = self._swapped()
            except Moved as error:
                self._lost = True
                raise self._gone() from error
            except StateError:
                self._look_again()
                if not patient or self._clock() - self._confirmed >= TTL:
                    raise
                return
            self._ticket, self._version, self._confirmed, self._seen = following, version, begun, begun

    def _swapped(self) -> tuple[Ticket, str]:
        """Swap the ticket, and give the new one with its version.

        Another version may be one of ours: a former sign of life that was stored although neither its answer nor a
        look came through.
        """
        try:
            return self._put()
        except Moved:
            if not self._is_ours(self._blobs.get(self._name)):
                raise
            return self._put()

    def _put(self) -> tuple[Ticket, str]:
        following = replace(self._ticket, beat=self._ticket.beat + 1)
        return following, self._blobs.put(self._name, following.to_json(), expected=self._version)

    def _look_again(self) -> None:
        """After a write that failed somehow: it may have been stored all the same."""
        with suppress(StateError):
            self._is_ours(self._blobs.get(self._name))

    def _is_ours(self, blob: Blob | None) -> bool:
        """Tell whether a lease is that of this run; if so, that is the version to go on from."""
        found = None if blob is None else Ticket.from_json(blob.content)
        if blob is None or found is None or found.token != self._ticket.token:
            return False
        self._ticket, self._version = found, blob.version
        return True

    def _gone(self) -> Locked:
        return Locked(
            "this run no longer holds the lease: it was held up too long, and another run may be at work",
            advice="What is done is done and found again. Plan again, then apply that plan.",
        )

    def release(self) -> None:
        """Let go. A lease that cannot be given back ends by itself."""
        with self._mutex:
            if not self._lost:
                with suppress(StateError):
                    self._blobs.delete(self._name, expected=self._version)
            self._lost = True


@contextmanager
def every(beat: Callable[[], None], *, seconds: float = BEAT_EVERY) -> Iterator[None]:
    """Call `beat` in a thread of its own until the block ends or it raises."""
    ended = threading.Event()

    def run() -> None:
        with suppress(StateError):
            while not ended.wait(seconds):
                beat()

    thread = threading.Thread(target=run, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(timeout=seconds)
