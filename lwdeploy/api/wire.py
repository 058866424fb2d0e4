"""One request out, one answer in. The HTTP library is seen here and in `deadline`, and nowhere else.

Whatever goes wrong comes back as a value, so that no error of ours carries the library's error, and with it
the request and its Authorization header, as cause or context.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.request import getproxies

import httpx

from lwdeploy.api.deadline import Deadline, DeadlineTransport
from lwdeploy.api.endpoints import is_loopback
from lwdeploy.api.timing import Timing
from lwdeploy.core.errors import UserError

__all__ = ["MAX_BYTES", "Answer", "Failure", "Request", "Transport", "Wire", "multipart"]

MAX_BYTES = 16 * 1024 * 1024
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 60.0
THREADS = 16

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_ANY = (httpx.HTTPError, httpx.InvalidURL, httpx.CookieConflict, httpx.StreamError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What goes out; prints its method only. Operation and ids (those in its path) are for the record."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)
    operation: str = field(default="", repr=False)
    ids: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, header names in lower case. `cut` says why the body is not whole; empty when it is."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    cut: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No status line came back. `sent` is False only when not one byte of the request can have left."""

    reason: str
    sent: bool


class Transport(Protocol):
    """The seam below the client: everything above it runs without a network."""

    def exchange(self, request: Request) -> Answer | Failure:
        """Send one request, once; never raise for what the network or the server does."""
        ...

    def close(self) -> None:
        """Let go of all connections."""
        ...


class Wire:
    """Keep-alive connections to the tenant, shared by up to 16 threads. Redirects are not followed."""

    def __init__(
        self, *, timing: Timing, transport: httpx.BaseTransport | None = None, total: float = TOTAL_SECONDS
    ) -> None:
        self._total = total
        self._deadline = Deadline(clock=timing.clock)
        _hush()
        try:
            self._direct = _client(transport or DeadlineTransport(deadline=self._deadline, limits=_LIMITS))
            self._proxied = _client() if transport is None and getproxies() else self._direct
        except (OSError, ValueError, ImportError, httpx.InvalidURL) as error:
            problem = type(error).__name__
        else:
            return
        raise UserError(
            f"The proxy or certificate settings of the environment cannot be used ({problem}).",
            advice="Look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
        )

    def exchange(self, request: Request) -> Answer | Failure:
        """Send one request, once."""
        answer: Answer | None = None
        try:
            url = httpx.URL(request.url)
        except httpx.InvalidURL:
            return Failure(reason=_NO_ADDRESS, sent=False)
        try:
            with (
                self._deadline.within(self._total),
                self._route(url).stream(
                    request.method, url, headers=dict(request.headers), content=request.content or None
                ) as response,
            ):
                answer = self._read(response)
        except _NOT_SENT as error:
            failure = Failure(reason=_why_not_sent(error), sent=False)
        except _ANY as error:
            failure = Failure(reason=_why_cut(error), sent=True)
        return answer or failure

    def close(self) -> None:
        """Let go of all connections."""
        self._direct.close()
        self._proxied.close()

    def _route(self, url: httpx.URL) -> httpx.Client:
        # A proxy cannot reach this machine, and HTTP_PROXY is often set without NO_PROXY.
        return self._direct if is_loopback(url.host) else self._proxied

    def _read(self, response: httpx.Response) -> Answer:
        body, cut = bytearray(), ""
        try:
            for chunk in response.iter_bytes():
                body += chunk
                left = self._deadline.left(None)
                if len(body) > MAX_BYTES or (left is not None and left <= 0):
                    cut = "an answer of more than 16 MiB" if len(body) > MAX_BYTES else _SLOW
                    break
        except _ANY as error:
            cut = _why_cut(error)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status_code, headers=headers, body=bytes(body), cut=cut)


def multipart(part: str, *, name: str, content: bytes, media_type: str) -> tuple[str, bytes]:
    """Give content type and body of a form that holds one file, `part` being the name of its field."""
    form = httpx.Request("POST", "http://localhost", files={part: (name, content, media_type)})
    return form.headers["Content-Type"], form.read()


# A connection that idled longer is not used again: the fewer the requests that meet a connection which the
# server is just closing, the fewer the writes whose outcome is unknown.
_LIMITS = httpx.Limits(max_connections=THREADS + 4, max_keepalive_connections=THREADS, keepalive_expiry=3.0)
_SLOW = "no complete answer in time"
_NO_ADDRESS = "the address cannot be used"


def _client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    return httpx.Client(
        transport=transport,
        limits=_LIMITS,
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        headers={"User-Agent": "lwdeploy", "Accept": "application/json", "Accept-Encoding": "identity"},
    )


def _hush() -> None:
    # The library logs whole URLs at INFO, cursors and e-mail addresses included; whoever sets a level of
    # their own for these loggers keeps it.
    for name in ("httpx", "httpcore"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)


def _why_not_sent(error: Exception) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time"
    if isinstance(error, httpx.ConnectError):
        return f"no connection ({' '.join(str(error).split())[:120]})"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refused to connect"
    if isinstance(error, httpx.PoolTimeout):
        return "no free connection in time"
    return _NO_ADDRESS


def _why_cut(error: Exception) -> str:
    # The library's text is left out: it can quote the header, and so the token, that it stumbled over.
    if isinstance(error, httpx.TimeoutException):
        return _SLOW
    return "an unreadable encoding" if isinstance(error, httpx.DecodingError) else "the connection was cut"
