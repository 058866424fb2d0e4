"""When a request is sent again, and how long to wait before: the type of trouble decides, nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lwdeploy.api.headers import WINDOW, reset_seconds
from lwdeploy.api.replies import Reply, Trouble
from lwdeploy.api.timing import Timing
from lwdeploy.core.errors import OutcomeUnknown, RemoteError, Throttled, Unavailable

__all__ = ["Delivery", "Retry", "Subject"]

_LOG = logging.getLogger("lwdeploy.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How patient to be with one call.

    `attempts` counts sendings that came to nothing; waits grow from `first` to `longest` seconds.
    `throttled` bounds the seconds that one call may wait for the rate limit in all (five windows).
    """

    attempts: int = 4
    first: float = 0.5
    longest: float = 8.0
    throttled: float = 5 * WINDOW

    def backoff(self, failures: int, *, random: float) -> float:
        """Give the wait after the n-th failure (from 1): doubling, the upper half of it random."""
        return min(self.longest, self.first * 2.0 ** (min(failures, 32) - 1)) * (1 + random) / 2


class Subject(Protocol):
    """What is being asked, as far as repeating and reporting it goes (a `Call`)."""

    @property
    def operation(self) -> str:
        """The operationId."""
        ...

    @property
    def safe(self) -> bool:
        """Whether asking twice changes nothing."""
        ...


class Delivery:
    """Repeats one request until its answer is conclusive, or until patience ends."""

    def __init__(self, *, retry: Retry, timing: Timing) -> None:
        self._retry = retry
        self._timing = timing

    def deliver(
        self,
        subject: Subject,
        attempt: Callable[[], Reply | Trouble],
        *,
        hold: Callable[[str, float], None] = lambda _operation, _seconds: None,
    ) -> Reply:
        """Give the reply to `attempt`, which sends once: 2xx, or 4xx other than 429.

        `hold` is told how long an operation is closed, so that other threads wait too. Raises Unavailable,
        OutcomeUnknown (a write, at once) or Throttled.
        """
        failures, refusals, waited = 0, 0, 0.0
        while True:
            outcome = attempt()
            if isinstance(outcome, Trouble):
                failures += 1
                self._failed(subject, outcome, failures=failures)
            elif outcome.status == 429:
                refusals += 1
                waited += self._throttled(subject, outcome, refusals=refusals, waited=waited, hold=hold)
            else:
                return outcome

    def _failed(self, subject: Subject, trouble: Trouble, *, failures: int) -> None:
        if trouble.sent and not subject.safe:
            raise _outcome_unknown(subject, trouble)
        if failures >= self._retry.attempts:
            raise _unavailable(subject, trouble, tries=failures)
        self._timing.sleep(self._retry.backoff(failures, random=self._timing.random()))

    def _throttled(
        self,
        subject: Subject,
        reply: Reply,
        *,
        refusals: int,
        waited: float,
        hold: Callable[[str, float], None],
    ) -> float:
        reset = reset_seconds(reply.headers, wall=self._timing.wall())
        jitter = self._timing.random()
        # The backoff below the header's wait keeps a server that always says "0" from being hammered.
        floor = self._retry.backoff(refusals, random=jitter)
        wait = max(WINDOW if reset is None else reset, floor) + jitter
        if waited + wait > self._retry.throttled:
            raise _still_throttled(subject, waited=waited)
        _LOG.info("%s waits %.1f s for the rate limit", subject.operation, wait)
        hold(subject.operation, wait)
        self._timing.sleep(wait)
        return wait


def _outcome_unknown(subject: Subject, trouble: Trouble) -> RemoteError:
    return OutcomeUnknown(
        f"{subject}: no usable answer to a write: {trouble.reason}. It may or may not have been carried out.",
        operation=subject.operation,
        status=trouble.status,
        advice="Look at the object, or run a new plan, before repeating it.",
    )


def _unavailable(subject: Subject, trouble: Trouble, *, tries: int) -> RemoteError:
    return Unavailable(
        f"{subject}: no usable answer: {trouble.reason} (tried {tries} times).",
        operation=subject.operation,
        status=trouble.status,
        advice="Nothing was changed by this request. It is safe to run again.",
    )


def _still_throttled(subject: Subject, *, waited: float) -> RemoteError:
    return Throttled(
        f"{subject}: still over the rate limit after waiting {waited:.0f} s.",
        operation=subject.operation,
        status=429,
        code="TOO_MANY_REQUESTS",
        advice="Nothing was changed by this request. Run again later, or lower pacing.share: "
        "other programs use the same allowance.",
    )
