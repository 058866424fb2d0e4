"""A transport whose writes stand in a record before they leave."""

from __future__ import annotations

from collections.abc import Callable

from lwdeploy.api.files import UPLOAD, taken
from lwdeploy.api.replies import Trouble, understand
from lwdeploy.api.wire import Answer, Failure, Request, Transport
from lwdeploy.core.audit import Audit, NoAudit

__all__ = ["Audited"]


def _pass() -> None:
    """Let every write through."""


class Audited:
    """Tells every write to the record, before it leaves and when it has ended; reads and tokens are no writes.

    `guard` is asked before each of them, repeats too, and raises to let none through.
    """

    def __init__(self, transport: Transport) -> None:
        self.audit: Audit = NoAudit()
        self.guard: Callable[[], None] = _pass
        self._transport = transport

    def exchange(self, request: Request) -> Answer | Failure:
        """Send one request, once."""
        if request.method == "GET" or not request.operation:
            return self._transport.exchange(request)
        self.guard()
        number = self.audit.sending(request.operation, request.ids)
        answer = self._transport.exchange(request)
        told = taken(answer) if request.operation == UPLOAD else understand(answer)
        sent = not isinstance(told, Trouble) or told.sent
        self.audit.answered(number, told.status, sent=sent, usable=not isinstance(told, Trouble))
        return answer

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()
