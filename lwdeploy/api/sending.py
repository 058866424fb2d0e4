"""One request on its way: its turn, its place in the count, its line in the log."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping

from lwdeploy.api.pacing import Pacing
from lwdeploy.api.timing import Timing
from lwdeploy.api.wire import Answer, Failure, Request, Transport

__all__ = ["Sender"]

_LOG = logging.getLogger("lwdeploy.api")


class Sender:
    """Sends requests in the name of an operation; shared by all threads of a client.

    The log gets operation, status and time: no address, which may hold a cursor or let somebody upload.
    """

    def __init__(self, *, transport: Transport, pacing: Pacing, timing: Timing) -> None:
        self._transport = transport
        self._pacing = pacing
        self._timing = timing
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()

    @property
    def calls(self) -> Mapping[str, int]:
        """Requests sent so far by operation, repeats included."""
        with self._lock:
            return dict(sorted(self._calls.items()))

    def send(self, operation: str, request: Request) -> Answer | Failure:
        """Wait for the turn of `operation` and send once."""
        self._pacing.acquire(operation)
        with self._lock:
            self._calls[operation] += 1
        begun = self._timing.clock()
        answer = self._transport.exchange(request)
        milliseconds = (self._timing.clock() - begun) * 1000
        if isinstance(answer, Answer):
            self._pacing.observe(operation, answer.headers)
            _LOG.debug("%s %d %.0f ms", operation, answer.status, milliseconds)
        else:
            _LOG.debug("%s no answer, %.0f ms: %s", operation, milliseconds, answer.reason)
        return answer

    def hold(self, operation: str, seconds: float) -> None:
        """Close an operation for all threads: the server has refused a request as one too many."""
        self._pacing.hold(operation, seconds)

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()
