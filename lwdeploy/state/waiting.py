"""Waiting for something that somebody else has, for a bounded time, on an injected clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["POLL", "Clock", "Sleep", "wait_for"]

Clock = Callable[[], float]
"""A monotonic clock, in seconds."""

Sleep = Callable[[float], None]

POLL = 0.2
"""Seconds between two attempts: a person does not notice it, a file system does not either."""

T = TypeVar("T")


def wait_for(attempt: Callable[[], T | None], *, timeout: float, clock: Clock, sleep: Sleep) -> T | None:
    """Repeat `attempt` until it gives something; None when it did not within `timeout` seconds."""
    deadline = clock() + timeout
    while (found := attempt()) is None:
        if clock() >= deadline:
            return None
        sleep(POLL)
    return found
