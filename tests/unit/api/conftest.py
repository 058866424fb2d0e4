"""What the tests of the client share: made-up time, a scripted transport, a real server on loopback."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from lwdeploy.api.client import Client
from lwdeploy.api.credentials import Credentials
from lwdeploy.api.pacing import Pacing
from lwdeploy.api.retry import Retry
from lwdeploy.api.timing import Timing
from lwdeploy.api.wire import Answer, Failure, Request
from lwdeploy.core.tenant import Limits

SECRET = "canary-client-secret"
TOKEN = "canary-access-token"


class FakeTime:
    """Time that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.lock = threading.Lock()
        self.timing = Timing(clock=lambda: self.now, wall=self.wall, sleep=self.sleep, random=lambda: 0.5)

    def wall(self) -> float:
        return 1_800_000_000.0 + self.now

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept.append(seconds)
            self.now += seconds


def _answer(status: int = 200, value: Any = None, *, headers: Mapping[str, str] | None = None) -> Answer:
    body = b"" if value is None else json.dumps(value).encode()
    return Answer(status=status, headers=headers or {}, body=body)


@pytest.fixture
def answer() -> Callable[..., Answer]:
    """Make what a scripted transport answers."""
    return _answer


class Script:
    """A transport that answers from a list, the last one again and again, and keeps what it was asked."""

    def __init__(self, *answers: Answer | Failure) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.closed = False

    def exchange(self, request: Request) -> Answer | Failure:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        self.closed = True


class Numbered:
    """Tokens `<TOKEN>-1`, `<TOKEN>-2`, ...: a new one for each renewal."""

    def __init__(self, scope: str = "bot") -> None:
        self.scope = scope
        self.renewals = 0

    def token(self) -> str:
        return f"{TOKEN}-{self.renewals + 1}"

    def renew(self, refused: str) -> str:
        if refused == self.token():
            self.renewals += 1
        return self.token()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    client: Client
    script: Script
    time: FakeTime
    tokens: Numbered


MakeRig = Callable[..., Rig]
MakeAnswer = Callable[..., Answer]


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def tokens() -> Numbered:
    return Numbered()


@pytest.fixture
def rig(time: FakeTime) -> MakeRig:
    """Make a client over a scripted transport and made-up time."""

    def make(
        *answers: Answer | Failure,
        limits: Limits | None = None,
        read_only: bool = False,
        endpoint: str = "https://tenant.example/v1.0",
    ) -> Rig:
        script, tokens = Script(*answers), Numbered("bot.read bot.message" if read_only else "bot")
        client = Client(
            transport=script,
            endpoint=endpoint,
            tokens=tokens,
            pacing=Pacing(limits=limits or Limits(), timing=time.timing),
            retry=Retry(),
            timing=time.timing,
            read_only=read_only,
        )
        return Rig(client=client, script=script, time=time, tokens=tokens)

    return make


@pytest.fixture(scope="session")
def key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def credentials(key: RSAPrivateKey) -> Credentials:
    return Credentials(
        client_id="client-1", client_secret=SECRET, service_account="svc@example.com", private_key=key
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


Handler = Callable[[Seen], Iterable[bytes]]


def _http(status: int, body: bytes = b"", *, headers: Mapping[str, str] | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    if status != 204:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.fixture
def http() -> Callable[..., bytes]:
    """Make the bytes of a whole answer."""
    return _http


@dataclass(slots=True)
class Server:
    """A server on loopback that says exactly what its handler says; a handler that raises OSError hangs up."""

    handler: Handler
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    open: list[socket.socket] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def start(self) -> None:
        self._run(self._accept)

    def stop(self) -> None:
        for each in (self.listener, *self.open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        for thread in self.threads:
            thread.join(timeout=10)

    def _run(self, target: Callable[..., None], *args: Any) -> None:
        self.threads.append(threading.Thread(target=target, args=args, daemon=True))
        self.threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                self.open.append(connection)
                self._run(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream, contextlib.suppress(OSError, ValueError):
            while line := stream.readline().decode("latin-1"):
                method, target, _ = line.split(" ", 2)
                headers = {}
                while (header := stream.readline().decode("latin-1").strip()) != "":
                    name, _, value = header.partition(":")
                    headers[name.lower()] = value.strip()
                body = stream.read(int(headers.get("content-length", "0")))
                seen = Seen(method=method, target=target, headers=headers, body=body)
                self.seen.append(seen)
                for chunk in self.handler(seen):
                    connection.sendall(chunk)


MakeServer = Callable[[Handler], Server]
MakeHttp = Callable[..., bytes]


@pytest.fixture
def serve() -> Iterator[MakeServer]:
    servers: list[Server] = []

    def make(handler: Handler) -> Server:
        servers.append(Server(handler=handler))
        servers[-1].start()
        return servers[-1]

    yield make
    for server in servers:
        server.stop()
