"""The ASGI application: reads requests, lets the faults strike, logs, answers."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import unquote

from lwdeploy.simulator.callbacks import Callbacks
from lwdeploy.simulator.exchange import Done, Exchange, Route, refusal
from lwdeploy.simulator.faults import Fault, Faults
from lwdeploy.simulator.listfaults import LIST_FAULTS, Asked, RecentLists, reshape, shorten
from lwdeploy.simulator.operations import Tenant
from lwdeploy.simulator.requestlog import RequestLog
from lwdeploy.simulator.watches import Watches
from lwdeploy.simulator.wire import Answer, ApiError, Request

__all__ = ["App", "Receive", "Scope", "Send"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_CONTROL = "/_control"
_CUTS = frozenset({"cut_before_commit", "commit_then_cut", "cut_mid_body"})
_EARLY = ("cut_before_commit", "expired_token", "status", "html_200")
_WITH_BODY = frozenset({b"content-length", b"transfer-encoding"})
_WRITE_SECONDS = 0.01  # how long a write on a bot takes while parallel ones are refused
_DRIPS = 8

Struck = dict[str, Fault]


class App:
    """Serves one tenant; `control` answers everything below /_control."""

    def __init__(
        self,
        tenant: Tenant,
        exchange: Exchange,
        *,
        faults: Faults,
        log: RequestLog,
        callbacks: Callbacks,
        watches: Watches,
        control: Asgi,
    ) -> None:
        self._tenant = tenant
        self._exchange = exchange
        self._faults = faults
        self._log = log
        self._callbacks = callbacks
        self._watches = watches
        self._control = control
        self._recent = RecentLists()
        self._busy: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or drop its connection."""
        if scope["type"] != "http":
            return
        if scope["path"].startswith(_CONTROL):
            await self._control(scope, receive, send)
            return
        body = await _read_body(scope, receive)
        if body is None:
            return
        request = _request(scope, body)
        route = self._exchange.find(request)
        struck: Struck = {fault.kind: fault for fault in self._faults.strike(route.name)}
        done = await self._play(route, request, struck) if struck else await self._work(route, request)
        cut = next((kind for kind in struck if kind in _CUTS), None)
        self._note(route, request, done, status=0 if cut else done.answer.status)
        self._callbacks.post(done.answer.events)
        if cut == "cut_mid_body":
            await _send_half(send, done.answer)
        if cut:
            await _cut(scope, receive)
            return
        await _send(send, done.answer, drip=struck.get("slow_drip"))

    # --- work ------------------------------------------------------------------------------------

    async def _work(self, route: Route, request: Request) -> Done:
        bot = route.serialised_bot
        if bot is not None and self._tenant.readings["parallel-writes"] == "refused":
            return await self._alone(bot, route, request)
        done = self._carry_out(route, request)
        if route.name.startswith("list") and done.outcome == "ok":
            self._recent.remember(request, done.answer)
        return done

    async def _alone(self, bot: str, route: Route, request: Request) -> Done:
        if bot in self._busy:
            error = ApiError(500, "INTERNAL_SERVER_ERROR", "Another write on this bot is under way")
            return self._told(route, Done(answer=refusal(error), outcome="parallel"))
        self._busy.add(bot)
        try:
            await asyncio.sleep(_WRITE_SECONDS)
            return self._carry_out(route, request)
        finally:
            self._busy.discard(bot)

    def _carry_out(self, route: Route, request: Request) -> Done:
        return self._told(route, self._exchange.carry_out(route, request))

    def _told(self, route: Route, done: Done) -> Done:
        """Tell who watches: nothing may be awaited between what a request does and this."""
        self._watches.tell(route.name)
        return done

    def _note(self, route: Route, request: Request, done: Done, *, status: int) -> None:
        body = request.body.decode("utf-8", "replace") if route.operation is not None else ""
        self._log.add(
            time=self._tenant.clock.now(),
            method=request.method,
            path=request.path,
            query=request.query,
            operation=route.name,
            status=status,
            outcome=done.outcome,
            body=body,
        )

    # --- faults ----------------------------------------------------------------------------------

    async def _play(self, route: Route, request: Request, struck: Struck) -> Done:
        delay = struck.get("delay")
        if delay is not None and not delay.commit:
            await asyncio.sleep(delay.seconds)
        for kind in _EARLY:
            if kind in struck and not struck[kind].commit:
                return self._told(route, self._instead(struck[kind], request))
        if "short_pages" in struck:
            request = shorten(request, struck["short_pages"].rows)
        asked = self._asked(route, request)
        done = await self._work(route, request)
        if delay is not None and delay.commit:
            await asyncio.sleep(delay.seconds)
        return self._spoilt(done, struck, asked)

    def _asked(self, route: Route, request: Request) -> Asked:
        newest_first = route.name == "listRichmenus" and self._tenant.readings["menu-order"] == "newest-first"
        return Asked(
            before=self._recent.recall(request),
            first_page=not request.parameters().get("cursor"),
            newest_first=newest_first,
        )

    def _instead(self, fault: Fault, request: Request) -> Done:
        if fault.kind == "expired_token":
            self._exchange.end_token(request)
            error = ApiError(401, "UNAUTHORIZED", "Authentication failed.")
            return Done(answer=refusal(error), outcome=fault.kind)
        return Done(answer=fault.answer(), outcome=fault.kind)

    def _spoilt(self, done: Done, struck: Struck, asked: Asked) -> Done:
        answer = done.answer
        for kind, fault in struck.items():
            if kind in {"status", "html_200"}:
                answer = replace(fault.answer(), events=answer.events)
            elif kind == "truncated_json":
                whole = answer.body()
                answer = replace(answer, raw=whole[: len(whole) // 2])
            elif kind in LIST_FAULTS:
                answer = reshape(fault, answer, asked)
        return Done(answer=answer, outcome=next(iter(struck)))


# --- the wire -----------------------------------------------------------------------------------


async def _read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Return the whole body, None when the client went away before its end."""
    if not any(name in _WITH_BODY for name, _ in scope["headers"]):
        return b""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _request(scope: Scope, body: bytes) -> Request:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    path = scope["raw_path"].decode("latin-1")
    return Request(
        method=scope["method"],
        path=path,
        segments=tuple(unquote(segment) for segment in path.split("/")[1:]),
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        origin=f"http://{headers.get('host', '')}",
    )


def _start(answer: Answer, length: int) -> MutableMapping[str, Any]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if answer.status != 204:
        headers.append((b"content-length", str(length).encode()))
    if length:
        headers.append((b"content-type", answer.media_type.encode("latin-1")))
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


async def _send(send: Send, answer: Answer, *, drip: Fault | None) -> None:
    body = answer.body()
    await send(_start(answer, len(body)))
    if drip is not None:
        size = max(1, len(body) // _DRIPS)
        for offset in range(0, len(body), size):
            await asyncio.sleep(drip.seconds / _DRIPS)
            await send({"type": "http.response.body", "body": body[offset : offset + size], "more_body": True})
        body = b""
    await send({"type": "http.response.body", "body": body})


async def _send_half(send: Send, answer: Answer) -> None:
    body = answer.body()
    await send(_start(answer, len(body)))
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})


async def _cut(scope: Scope, receive: Receive) -> None:
    """Drop the connection; the transport is put into the scope by the server's protocol."""
    transport = cast("asyncio.Transport", scope["state"]["transport"])
    transport.close()
    while (await receive())["type"] != "http.disconnect":
        pass
