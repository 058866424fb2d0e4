"""A compare-and-swap over a network that loses answers: looked up before anything is said about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Moved
from lwdeploy.state.waiting import Clock, Sleep

__all__ = ["PATIENCE", "Patience", "RefusedError", "Seen", "Unanswered", "again", "settle"]

PATIENCE = 20.0
"""Seconds after which nothing is tried anew: together with the last try it stays under the TTL of a lease."""

PAUSES = (0.25, 0.5, 1.0, 2.0)

_LATER = "Try again in a moment."

T = TypeVar("T")


class Unanswered(StateError):
    """No usable answer came. A read may be repeated; a write that was `sent` may be stored now, or soon."""

    def __init__(self, message: str, *, advice: str = "", sent: bool = True) -> None:
        super().__init__(message, advice=advice)
        self.sent = sent


class RefusedError(Exception):
    """The place stored nothing: it holds another version, or two writes met and it let neither of them in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look found: the version, None where nothing is, and whether it is what this very write left."""

    version: str | None
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long something is tried: five times within `PATIENCE` seconds."""

    clock: Clock
    sleep: Sleep

    def tries(self) -> Iterator[None]:
        """Yield once for each try, with pauses between them."""
        deadline = self.clock() + PATIENCE
        yield
        for pause in PAUSES:
            if self.clock() + pause > deadline:
                return
            self.sleep(pause)
            yield


def again(read: Callable[[], T], patience: Patience) -> T:
    """Repeat a read, which changes nothing, until it is answered; raises StateError when it never is."""
    unanswered = StateError("the state is kept in a place that is too busy to be read", advice=_LATER)
    for _ in patience.tries():
        try:
            return read()
        except Unanswered as error:
            unanswered = error
        except RefusedError:
            continue
    raise unanswered


def settle(
    send: Callable[[], str],
    look: Callable[[], Seen],
    *,
    expected: str | None,
    patience: Patience,
    place: str,
) -> str:
    """Send a swap until it is known what came of it; give the new version.

    `send` raises RefusedError or Unanswered. To send it again is safe: whichever copy arrives first, the others
    find another version. Raises Moved when another version is there and nothing of ours can have been stored.
    """
    lost = unsent = None
    for _ in patience.tries():
        try:
            return send()
        except RefusedError:
            pass  # looked at all the same: a proxy that delivers twice hands on the refusal of the second copy
        except Unanswered as error:
            if not error.sent:
                unsent = error
                continue
            lost = error
        seen = _look(look, lost, place)
        if seen.ours:
            return seen.version or ""
        if seen.version != expected:
            raise _moved(lost, place)
    raise _given_up(lost, unsent, place)


def _look(look: Callable[[], Seen], lost: Unanswered | None, place: str) -> Seen:
    try:
        return look()
    except StateError as error:
        if lost is None:
            raise
        raise _unknown(error, place) from error


def _moved(lost: Unanswered | None, place: str) -> StateError:
    """Tell of another version. After a lost answer nobody can know any more: ours may have been written over."""
    if lost is None:
        return Moved(f"somebody else wrote {place}; nothing was stored", advice="Try again.")
    return StateError(
        f"the answer to a write was lost, and somebody else wrote {place}: it may have been stored before that",
        advice="Plan again, then apply that plan.",
    )


def _given_up(lost: Unanswered | None, unsent: Unanswered | None, place: str) -> StateError:
    if lost is not None:
        return _unknown(lost, place)
    return unsent or StateError(
        f"{place} is so busy that no write came through; nothing was stored", advice=_LATER
    )


def _unknown(error: StateError, place: str) -> StateError:
    return StateError(f"{error.message}; the write to {place} may have been stored", advice=error.advice or _LATER)
