"""One bucket per operation, so that the rate limit is met by waiting and not by being refused."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor, inf

from lwdeploy.api.headers import WINDOW, RateLimit, rate_limit
from lwdeploy.api.timing import Timing
from lwdeploy.core.tenant import Limits

__all__ = ["Pacing"]

ROOMS_PER_MINUTE = 10
"""Creating message rooms, on every plan (reference 2.6)."""
SUSTAINED_SECONDS = 30 * 60
"""After this long, plan for half of the peak (reference 2.6)."""
_ROUNDING = 0.5  # the seconds in the header are whole: the reset may be this much later than they say
_SAME = 2.0  # two announcements of one reset differ by less than this


class Pacing:
    """Makes callers wait their turn, per operation; shared by all threads of a client.

    Two rules, both to be met: in any minute, no more calls than `calls_per_minute` times `share`; and in a
    window that the server announces, no fewer calls left than `limit * (1 - share)`. A burst up to the
    allowance is not slowed. Without either number there is no pacing at all.
    """

    def __init__(self, *, limits: Limits, timing: Timing) -> None:
        self._limits = limits
        self._timing = timing
        self._started = timing.clock()
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}

    def acquire(self, operation: str) -> None:
        """Wait until one call of `operation` may be sent, and count it."""
        while True:
            with self._lock:
                wait = self._wait(operation)
            if wait <= 0:
                return
            self._timing.sleep(wait)

    def observe(self, operation: str, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer."""
        seen = rate_limit(headers, wall=self._timing.wall())
        if seen is not None:
            with self._lock:
                self._bucket(operation).learn(seen, now=self._timing.clock())

    def hold(self, operation: str, seconds: float) -> None:
        """Close an operation for everybody: the server has refused a call as one too many."""
        with self._lock:
            bucket = self._bucket(operation)
            bucket.closed_until = max(bucket.closed_until, self._timing.clock() + seconds)

    def _wait(self, operation: str) -> float:
        bucket, now = self._bucket(operation), self._timing.clock()
        own = self._own_limit(operation)
        sustained = now - self._started >= SUSTAINED_SECONDS
        share = self._limits.share / 2 if sustained else self._limits.share
        until = max(
            bucket.closed_until,
            bucket.own_turn(_allowance(own, share), now=now) if own else -inf,
            bucket.server_turn(share, now=now),
        )
        if until > now:
            return until - now
        bucket.take(now, counted=own is not None)
        return 0.0

    def _own_limit(self, operation: str) -> int | None:
        own = self._limits.calls_per_minute
        return min(own, ROOMS_PER_MINUTE) if own and operation == "createChannel" else own

    def _bucket(self, operation: str) -> _Bucket:
        return self._buckets.setdefault(operation, _Bucket())


@dataclass(slots=True)
class _Bucket:
    """What is known of one operation: our own calls of the last minute, and the server's last word."""

    sent: deque[float] = field(default_factory=deque)
    limit: int | None = None
    left: int = 0
    reset_at: float = -inf
    closed_until: float = -inf

    def own_turn(self, allowance: int, *, now: float) -> float:
        while self.sent and self.sent[0] <= now - WINDOW:
            self.sent.popleft()
        return -inf if len(self.sent) < allowance else self.sent[-allowance] + WINDOW

    def server_turn(self, share: float, *, now: float) -> float:
        if self.limit is None:
            return -inf
        if now >= self.reset_at:  # a new window, of which the server has not spoken yet
            self.left, self.reset_at = self.limit, inf
        reserve = self.limit - _allowance(self.limit, share)
        return -inf if self.left > reserve or self.reset_at == inf else self.reset_at

    def take(self, now: float, *, counted: bool) -> None:
        if counted:
            self.sent.append(now)
        self.left -= 1

    def learn(self, seen: RateLimit, *, now: float) -> None:
        """Take over what an answer says, unless it is about a window that is already over."""
        reset_at = now + seen.reset + _ROUNDING
        if self.reset_at == inf or abs(reset_at - self.reset_at) <= _SAME:
            self.left = min(self.left, seen.remaining)  # answers overtake each other: only fewer is news
            self.reset_at = reset_at if self.reset_at == inf else self.reset_at
        elif reset_at > self.reset_at:
            self.left, self.reset_at = seen.remaining, reset_at
        self.limit = seen.limit


def _allowance(limit: int, share: float) -> int:
    # The tiny addend undoes what binary fractions lose: 0.29 of 100 is 29 calls.
    return max(1, min(limit, floor(limit * share + 1e-9)))
