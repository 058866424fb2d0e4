"""A proxy before the S3 service that does to single requests what networks and services do to them."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

__all__ = ["Answer", "Fault", "Proxy", "error_page", "proxying"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What goes back to the client; `cut` ends the connection after so many bytes of the body."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None


Forward = Callable[[], Answer]
"""Hand the request on to the service and give its answer; may be called any number of times."""

Fault = Callable[[Forward], Answer | None]
"""What happens to a request; None cuts the connection without an answer."""


def error_page(status: int, code: str, message: str = "made up") -> Answer:
    """Give an error as S3 words it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return Answer(status=status, body=body.encode())


@dataclass
class Proxy:
    """Requests are numbered by method from 1; `faults` maps (method, number) to what happens to that one."""

    port: int
    faults: dict[tuple[str, int], Fault] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    mutex: threading.Lock = field(default_factory=threading.Lock)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Forget what was seen, and count from 1 again."""
        with self.mutex:
            self.seen.clear()
            self.headers.clear()
            self.faults.clear()

    def count(self, method: str) -> int:
        with self.mutex:
            return sum(each == method for each, _ in self.seen)

    def fault_of(self, method: str, path: str, headers: dict[str, str]) -> Fault:
        with self.mutex:
            self.seen.append((method, path))
            self.headers.append(headers)
            number = sum(each == method for each, _ in self.seen)
            return self.faults.get((method, number)) or self.faults.get((method, 0)) or _pass


def _pass(forward: Forward) -> Answer:
    return forward()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    upstream: ClassVar[int]
    proxy: ClassVar[Proxy]

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        fault = self.proxy.fault_of(self.command, self.path, headers)
        answer = fault(lambda: self._forward(body, headers))
        if answer is not None:
            self._give(answer)
        self.close_connection = answer is None or answer.cut is not None

    do_GET = do_PUT = do_DELETE = do_POST = do_HEAD = _serve  # noqa: N815 - the names that http.server calls

    def _forward(self, body: bytes, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            kept = tuple((k, v) for k, v in answer.getheaders() if k.lower() in {"etag", "last-modified"})
            return Answer(status=answer.status, body=answer.read(), headers=kept)
        finally:
            connection.close()

    def _give(self, answer: Answer) -> None:
        head = [f"HTTP/1.1 {answer.status} Said", f"Content-Length: {len(answer.body)}"]
        head += [f"{name}: {value}" for name, value in answer.headers]
        body = answer.body if answer.cut is None else answer.body[: answer.cut]
        self.wfile.write("\r\n".join([*head, "", ""]).encode() + body)


@contextmanager
def proxying(upstream: int) -> Iterator[Proxy]:
    """Run a proxy before the port `upstream` as long as the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"upstream": upstream}))
    server.daemon_threads = True
    proxy = Proxy(port=server.server_port)
    server.RequestHandlerClass.proxy = proxy  # type: ignore[attr-defined] # made just above
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
