"""A git server over HTTP on loopback: git's own program behind a handler that can lose answers."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

__all__ = ["FETCH", "PUSH", "Fault", "GitServer", "serve"]

PUSH, FETCH = "git-receive-pack", "git-upload-pack"
_LONG = 60.0  # bounds a hang; nothing waits for it to pass


class Fault(Enum):
    """What becomes of one request."""

    CUT_BEFORE = "the connection ends before anything was done"
    CUT_AFTER = "everything is done, and the connection ends without an answer"
    HALF = "half of the answer"
    HOLD = "nothing is done and nothing answered until `go` is set; then it is done"
    BUSY = "503 and a page of HTML"


@dataclass
class GitServer:
    """The server of a test. `faults` are used up by the requests of their service, one each.

    `meanwhile` is called by a request that is cut, before its connection ends.
    `arrived` is set when a held request is there, `done` when it was carried out.
    """

    root: Path
    port: int = 0
    credentials: str = ""
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    meanwhile: Callable[[], object] = field(default=lambda: None)
    authorizations: list[list[str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    def url(self, userinfo: str = "") -> str:
        return f"http://{userinfo}127.0.0.1:{self.port}/remote.git"

    def fault_for(self, service: str) -> Fault | None:
        for number, (of, fault) in enumerate(self.faults):
            if of == service:
                del self.faults[number]
                return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    git: ClassVar[GitServer]

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, body: bytes) -> None:
        self.close_connection = True
        self.git.paths.append(self.path)
        self.git.authorizations.append(self.headers.get_all("Authorization", []))
        if self.git.credentials and self.git.authorizations[-1] != [self.git.credentials]:
            self._send(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
            return
        # A push that is larger than a buffer begins with a question of four zeros.
        service = self.path.rpartition("/")[2] if self.command == "POST" and body != b"0000" else ""
        fault = self.git.fault_for(service)
        if fault is Fault.HOLD:
            self.git.arrived.set()
            self.git.go.wait(_LONG)
        if fault is Fault.CUT_BEFORE:
            self.git.meanwhile()
            return
        if fault is Fault.BUSY:
            self._send(503, [("Content-Type", "text/html")], b"<h1>busy</h1>")
            return
        status, headers, content = self._backend(body)
        if fault is Fault.HOLD:
            self.git.done.set()
        if fault is Fault.CUT_AFTER:
            self.git.meanwhile()
        else:
            self._send(status, headers, content, cut=len(content) // 2 if fault is Fault.HALF else None)

    def _backend(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        path, _, query = self.path.partition("?")
        env = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.git.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "REMOTE_USER": "ci",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        ran = subprocess.run(["git", "http-backend"], input=body, env=env, capture_output=True, check=False)
        head, _, content = ran.stdout.partition(b"\r\n\r\n")
        headers = [
            (name, value.strip()) for name, _, value in (e.partition(":") for e in head.decode().splitlines())
        ]
        status = next((int(value.split()[0]) for name, value in headers if name == "Status"), 200)
        return status, [each for each in headers if each[0] != "Status"], content

    def _send(
        self, status: int, headers: list[tuple[str, str]], content: bytes, *, cut: int | None = None
    ) -> None:
        with suppress(OSError):  # a client that was killed
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content[:cut])

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serve(root: Path) -> Iterator[GitServer]:
    """Serve the repositories in a folder, to whoever has the credentials if there are any."""
    git = GitServer(root=root)
    handler = type("Handler", (_Handler,), {"git": git})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        git.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield git
        finally:
            git.go.set()
            server.shutdown()
            thread.join()
