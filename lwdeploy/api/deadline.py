"""A deadline for a whole exchange: the library's own timeouts start again with every byte that drips in."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

__all__ = ["Deadline", "DeadlineTransport"]

Clock = Callable[[], float]


class Deadline:
    """The moment by which the exchange of the current thread must be over."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._thread = threading.local()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Run the body of a `with` under a deadline `seconds` from now."""
        self._thread.until = self._clock() + seconds
        try:
            yield
        finally:
            del self._thread.until

    def left(self, timeout: float | None) -> float | None:
        """Give `timeout`, cut to what is left; zero or less means the time is over."""
        until: float | None = getattr(self._thread, "until", None)
        if until is None:
            return timeout
        left = until - self._clock()
        return left if timeout is None else min(left, timeout)


class DeadlineTransport(httpx.HTTPTransport):
    """The library's transport, on sockets that know the deadline."""

    def __init__(self, *, deadline: Deadline, limits: httpx.Limits) -> None:
        context = httpx.create_ssl_context()
        super().__init__(verify=context)
        # The library has no parameter for the network backend; the pool that it just made is still empty.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=_Backend(deadline),
        )


class _Backend(httpcore.NetworkBackend):
    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        left = _or_late(self._deadline.left(timeout), httpcore.ConnectTimeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _or_late(self._deadline.left(timeout), httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _or_late(self._deadline.left(timeout), httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _or_late(self._deadline.left(timeout), httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _or_late(left: float | None, error: type[Exception]) -> float | None:
    if left is not None and left <= 0:
        raise error("the deadline of the exchange has passed")
    return left
