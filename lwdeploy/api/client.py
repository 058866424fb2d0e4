"""The door to the tenant: one call in, one JSON value or one error of the `RemoteError` branch out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from lwdeploy.api import endpoints, outgoing
from lwdeploy.api.audited import Audited
from lwdeploy.api.auth import ServiceAccount, Tokens
from lwdeploy.api.call import Call, call
from lwdeploy.api.credentials import Credentials
from lwdeploy.api.files import Files
from lwdeploy.api.pacing import Pacing
from lwdeploy.api.pages import collect
from lwdeploy.api.refusals import refused_call
from lwdeploy.api.replies import Reply, understand
from lwdeploy.api.retry import Delivery, Retry
from lwdeploy.api.sending import Sender
from lwdeploy.api.timing import Timing
from lwdeploy.api.wire import Transport, Wire
from lwdeploy.core.audit import Audit
from lwdeploy.core.errors import UserError
from lwdeploy.core.tenant import Limits

__all__ = ["Client"]


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
        self._endpoint = endpoints.base_url(endpoint)
        self._tokens = tokens
        self._delivery = Delivery(retry=retry, timing=timing)
        self._read_only = read_only
        self._audited = Audited(transport)
        self._sender = Sender(transport=self._audited, pacing=pacing, timing=timing)
        self._files = Files(
            endpoint=self._endpoint, sender=self._sender, tokens=tokens, retry=retry, timing=timing
        )

    @classmethod
    def open(
        cls,
        *,
        endpoint: str,
        credentials: Credentials,
        token_url: str = "",
        limits: Limits | None = None,
        read_only: bool = False,
        scopes: tuple[str, ...] = (),
        retry: Retry | None = None,
        timing: Timing | None = None,
    ) -> Self:
        """Build a client and all it stands on; nothing is sent yet.

        Tokens are asked for the scope that follows from `read_only`, and for `scopes` besides: to download
        attachments a client that only reads needs `bot.message` (reference 1.5).
        """
        timing, retry = timing or Timing(), retry or Retry()
        url = endpoints.token_url(endpoint, given=token_url)
        endpoint = endpoints.base_url(endpoint)
        wire = Wire(timing=timing)
        tokens = ServiceAccount(
            transport=wire,
            token_url=url,
            credentials=credentials,
            scope=" ".join(dict.fromkeys(("bot.read" if read_only else "bot", *scopes))),
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
        self._sender.close()

    @property
    def calls(self) -> Mapping[str, int]:
        """Requests sent so far by operationId, repeats included, token requests not.

        Those to the storage host have no operationId: they are `uploadAttachment` and `downloadAttachment`.
        """
        return self._sender.calls

    def record(self, audit: Audit) -> None:
        """Have every write from now on stand in a record, a line before it leaves and one when it has ended."""
        self._audited.audit = audit

    def guard(self, check: Callable[[], None]) -> None:
        """Have `check` called before every write from now on; what it raises goes to whoever wanted to write."""
        self._audited.guard = check

    def send(self, call: Call) -> Any:
        """Send one call and give its JSON value; None for an empty body.

        Raises Rejected (also for 404), Throttled, Unavailable, or for a write OutcomeUnknown.
        """
        self._guard(call)
        content = outgoing.encoded(call)
        token = self._tokens.token()
        reply = self._deliver(call, content, token)
        if reply.status == 401:
            token = self._tokens.renew(token)
            reply = self._deliver(call, content, token)
        if reply.status >= 400:
            raise refused_call(call, reply, scope=self._tokens.scope, sent=call.json, secrets=(token,))
        return reply.value

    def pages(self, call: Call, *, key: str) -> list[Any]:
        """Send a list call to its last page and give all entries; Unavailable unless the list is whole."""
        return collect(self.send, call, key=key)

    def upload(self, *, bot_id: str, name: str, content: bytes, media_type: str) -> str:
        """Upload a file for a bot and give the fileId to bind within 24 hours (reference 3.6).

        Raises Rejected, Throttled or Unavailable: nothing that anybody sees is changed by an upload, so that
        its outcome is never unknown. `operation` of the error is `createAttachment` or `uploadAttachment`.
        """
        self._guard(call("createAttachment", botId=bot_id))
        return self._files.upload(bot_id=bot_id, name=name, content=content, media_type=media_type)

    def download(self, call: Call) -> bytes:
        """Send getAttachment and give the bytes it leads to, 16 MiB at most.

        Raises Rejected (also for 404), Throttled or Unavailable, ValueError for a call that writes.
        """
        return self._files.download(call)

    def _guard(self, call: Call) -> None:
        if self._read_only and not call.safe:
            raise UserError(
                f"{call} would write to the tenant, and this client only reads. Nothing was sent.",
                advice="This is a mistake in lwdeploy: please report it.",
            )

    def _deliver(self, call: Call, content: bytes, token: str) -> Reply:
        request = outgoing.request(call, endpoint=self._endpoint, content=content, token=token)
        return self._delivery.deliver(
            call,
            lambda: understand(self._sender.send(call.operation, request)),
            hold=self._sender.hold,
        )
