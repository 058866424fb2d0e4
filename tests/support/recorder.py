"""A proxy that a client talks to instead of the tenant: hands everything on, and keeps what went through."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self

__all__ = ["Exchange", "Recorder"]

_OWN = {"content-length", "transfer-encoding", "connection", "keep-alive", "date", "server"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as bytes; names of headers in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: bytes
    answer_headers: Mapping[str, str]


def _lowered(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every answer waits for an acknowledgement
    target: ClassVar[int]
    kept: ClassVar[list[Exchange]]

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = http.client.HTTPConnection("127.0.0.1", self.target, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            there.request(self.command, self.path, body=body or None, headers=headers)
            answer = there.getresponse()
            content = answer.read()
        finally:
            there.close()
        path, _, query = self.path.partition("?")
        self.kept.append(
            Exchange(
                method=self.command,
                path=path,
                query=query,
                headers=_lowered(self.headers.items()),
                body=body,
                status=answer.status,
                answer=content,
                answer_headers=_lowered(answer.getheaders()),
            )
        )
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _OWN:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _hand_on  # noqa: N815 - the base class asks for these names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


class Recorder:
    """Listens on loopback for one tenant; a context manager."""

    def __init__(self, port: int) -> None:
        self.exchanges: list[Exchange] = []
        handler = type("Handler", (_Handler,), {"target": port, "kept": self.exchanges})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.port = self._server.server_port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
