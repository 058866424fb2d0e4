"""The door to the tenant: one call in, one JSON value or one error of the `RemoteError` branch out."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

from lwdeploy.api import endpoints
from lwdeploy.api.auth import ServiceAccount, Tokens
from lwdeploy.api.call import Call
from lwdeploy.api.credentials import Credentials
from lwdeploy.api.pacing import Pacing
from lwdeploy.api.pages import collect
from lwdeploy.api.refusals import refused_call
from lwdeploy.api.replies import Reply
from lwdeploy.api.retry import Delivery, Retry
from lwdeploy.api.timing import Timing
from lwdeploy.api.wire import Answer, Failure, Request, Transport, Wire
from lwdeploy.core.errors import UserError
from lwdeploy.core.tenant import Limits

__all__ = ["Client"]

_LOG = logging.getLogger("lwdeploy.api")


class Client:
    """Sends calls to one tenant; safe to use from a pool of up to 16 threads.

    With `read_only` nothing but GET is ever sent (the token request apart). Calls on one bot are not put in
    order here (reference 2.8): that is the caller's part.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        endpoint: str,
        tokens: Tokens,
        pacing: Pacing,
        retry: Retry,
        timing: Timing,
        read_only: bool,
    ) -> None:
        self._transport = transport
        self._endpoint = endpoints.base_url(endpoint)
        self._tokens = tokens
        self._pacing = pacing
        self._delivery = Delivery(retry=retry, timing=timing)
        self._timing = timing
        self._read_only = read_only
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()

    @classmethod
    def open(
        cls,
        *,
        endpoint: str,
        credentials: Credentials,
        token_url: str = "",
        limits: Limits | None = None,
        read_only: bool = False,
        retry: Retry | None = None,
        timing: Timing | None = None,
    ) -> Self:
        """Build a client and all it stands on; nothing is sent yet. The scope follows from `read_only`."""
        timing, retry = timing or Timing(), retry or Retry()
        url = endpoints.token_url(endpoint, given=token_url)
        endpoint = endpoints.base_url(endpoint)
        wire = Wire(timing=timing)
        tokens = ServiceAccount(
            transport=wire,
            token_url=url,
            credentials=credentials,
            scope="bot.read" if read_only else "bot",
            delivery=Delivery(retry=retry, timing=timing),
            timing=timing,
        )
        return cls(
            transport=wire,
            endpoint=endpoint,
            tokens=tokens,
            pacing=Pacing(limits=limits or Limits(), timing=timing),
            retry=retry,
            timing=timing,
            read_only=read_only,
        )

    def __repr__(self) -> str:
        return f"Client(endpoint={self._endpoint!r}, read_only={self._read_only})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()

    @property
    def calls(self) -> Mapping[str, int]:
        """Requests sent so far by operationId, repeats included, token requests not."""
        with self._lock:
            return dict(sorted(self._calls.items()))

    def send(self, call: Call) -> Any:
        """Send one call and give its JSON value; None for an empty body.

        Raises Rejected (also for 404), Throttled, Unavailable, or for a write OutcomeUnknown.
        """
        self._guard(call)
        content = _encoded(call)
        token = self._tokens.token()
        reply = self._deliver(call, content, token)
        if reply.status == 401:
            token = self._tokens.renew(token)
            reply = self._deliver(call, content, token)
        if reply.status >= 400:
            raise refused_call(call, reply, scope=self._tokens.scope, secrets=(token,))
        return reply.value

    def pages(self, call: Call, *, key: str) -> list[Any]:
        """Send a list call to its last page and give all entries; Unavailable unless the list is whole."""
        return collect(self.send, call, key=key)

    def _guard(self, call: Call) -> None:
        if self._read_only and not call.safe:
            raise UserError(
                f"{call} would write to the tenant, and this client only reads. Nothing was sent.",
                advice="This is a mistake in lwdeploy: please report it.",
            )

    def _deliver(self, call: Call, content: bytes, token: str) -> Reply:
        request = Request(
            method=call.method,
            url=f"{self._endpoint}{call.target}{_query(call)}",
            headers={"Authorization": f"Bearer {token}"}
            | ({"Content-Type": "application/json; charset=UTF-8"} if content else {}),
            content=content,
        )
        return self._delivery.deliver(call, lambda: self._once(call, request), hold=self._pacing.hold)

    def _once(self, call: Call, request: Request) -> Answer | Failure:
        self._pacing.acquire(call.operation)
        with self._lock:
            self._calls[call.operation] += 1
        begun = self._timing.clock()
        answer = self._transport.exchange(request)
        milliseconds = (self._timing.clock() - begun) * 1000
        if isinstance(answer, Answer):
            self._pacing.observe(call.operation, answer.headers)
            _LOG.debug("%s %d %.0f ms", call.operation, answer.status, milliseconds)
        else:
            _LOG.debug("%s no answer, %.0f ms: %s", call.operation, milliseconds, answer.reason)
        return answer


def _encoded(call: Call) -> bytes:
    if call.json is None:
        return b""
    text = json.dumps(call.json, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if any("\ud800" <= each <= "\udfff" for each in text):  # asked first: the codec's error quotes the body
        raise UserError(f"{call}: a text holds half of a character pair and cannot be sent.")
    return text.encode()


def _query(call: Call) -> str:
    return f"?{urlencode(call.query)}" if call.query else ""
