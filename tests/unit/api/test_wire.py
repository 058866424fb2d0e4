"""Over real sockets: what counts as sent, what is bounded, and that the library stays inside."""

from __future__ import annotations

import logging
import socket
import threading
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from lwdeploy.api.wire import MAX_BYTES, Answer, Failure, Request, Wire
from lwdeploy.core.errors import UserError

if TYPE_CHECKING:
    from tests.unit.api.conftest import FakeTime, MakeHttp, MakeServer, Seen


@pytest.fixture
def wire(time: FakeTime) -> Iterator[Wire]:
    made = Wire(timing=time.timing)
    yield made
    made.close()


def get(url: str) -> Request:
    return Request(method="GET", url=url, headers={"Authorization": "Bearer canary"})


def test_an_answer_comes_back_whole(wire: Wire, serve: MakeServer, http: MakeHttp) -> None:
    """Status, lower-case headers, body; path and body go out as they are."""
    server = serve(lambda _: [http(201, b'{"a": 1}', headers={"RateLimit-Limit": "240"})])
    request = Request(method="POST", url=f"{server.url}/bots/a%40b%252F?x=%2B", content=b"{}")
    answer = wire.exchange(request)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.body, answer.cut) == (201, b'{"a": 1}', "")
    assert answer.headers["ratelimit-limit"] == "240"
    seen = server.seen[0]
    assert (seen.method, seen.target, seen.body) == ("POST", "/bots/a%40b%252F?x=%2B", b"{}")
    assert seen.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "GET"])
def test_a_request_without_a_body_is_well_formed(
    wire: Wire, serve: MakeServer, http: MakeHttp, method: str
) -> None:
    """No Content-Type; a POST says that its body is empty."""
    server = serve(lambda _: [http(204)])
    assert wire.exchange(Request(method=method, url=server.url)) == Answer(status=204)
    assert "content-type" not in server.seen[0].headers
    assert server.seen[0].headers.get("content-length", "0") == "0"


def test_connections_are_kept(wire: Wire, serve: MakeServer, http: MakeHttp) -> None:
    """Ten requests in a row, one connection."""
    server = serve(lambda _: [http(200, b"{}")])
    for _ in range(10):
        wire.exchange(get(server.url))
    assert server.connections == 1


def test_sixteen_threads_share_the_wire(wire: Wire, serve: MakeServer, http: MakeHttp) -> None:
    """At the same time, each with its own answer."""
    barrier = threading.Barrier(16)

    def handler(seen: Seen) -> list[bytes]:
        barrier.wait(timeout=10)
        return [http(200, seen.target.encode())]

    server, bodies = serve(handler), []

    def work(number: int) -> None:
        answer = wire.exchange(get(f"{server.url}/{number}"))
        bodies.append(answer.body if isinstance(answer, Answer) else b"")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(bodies) == sorted(f"/{number}".encode() for number in range(16))


def test_a_closed_port_is_not_sent(wire: Wire) -> None:
    """Nobody listens: not one byte left."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure = wire.exchange(get(f"http://127.0.0.1:{port}"))
    assert isinstance(failure, Failure)
    assert not failure.sent
    assert "refused" in failure.reason


def test_a_failed_tls_handshake_is_not_sent(wire: Wire) -> None:
    """A server that does not speak TLS has not seen the request."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 400 no TLS here\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    failure = wire.exchange(get(f"https://127.0.0.1:{listener.getsockname()[1]}"))
    thread.join()
    listener.close()
    assert isinstance(failure, Failure)
    assert not failure.sent


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://", "no url", "http://[::1", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_not_sent(wire: Wire, url: str) -> None:
    """Nothing is raised for it either."""
    failure = wire.exchange(get(url))
    assert isinstance(failure, Failure)
    assert not failure.sent


def test_a_connection_cut_before_the_answer_is_sent(wire: Wire, serve: MakeServer) -> None:
    """The server has read the request and hung up."""

    def handler(_: Seen) -> list[bytes]:
        raise ConnectionAbortedError

    assert wire.exchange(get(serve(handler).url)) == Failure(reason="the connection was cut", sent=True)


@pytest.mark.parametrize("part", [b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nConte", b"\x16\x03\x01 not http\r\n\r\n"])
def test_half_a_head_is_sent(wire: Wire, serve: MakeServer, part: bytes) -> None:
    """Without a whole head there is no status to go by."""

    def handler(_: Seen) -> Iterator[bytes]:
        yield part
        raise ConnectionAbortedError

    failure = wire.exchange(get(serve(handler).url))
    assert isinstance(failure, Failure)
    assert failure.sent


def test_half_a_body_keeps_its_status(wire: Wire, serve: MakeServer, http: MakeHttp) -> None:
    """A refusal is conclusive even when its body is cut."""

    def handler(_: Seen) -> Iterator[bytes]:
        yield http(400, b"x" * 100)[:-50]
        raise ConnectionAbortedError

    answer = wire.exchange(get(serve(handler).url))
    assert isinstance(answer, Answer)
    assert (answer.status, answer.cut) == (400, "the connection was cut")


def test_a_redirect_is_not_followed(wire: Wire, serve: MakeServer, http: MakeHttp) -> None:
    """The token goes to the tenant and nowhere else."""
    server = serve(lambda _: [http(302, headers={"Location": "/else"})])
    answer = wire.exchange(get(server.url))
    assert isinstance(answer, Answer)
    assert answer.status == 302
    assert len(server.seen) == 1


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_slow_drip_meets_the_deadline(
    wire: Wire, serve: MakeServer, time: FakeTime, http: MakeHttp, where: str
) -> None:
    """Each byte comes in time, and the whole does not: a minute in all, in the head as in the body."""
    dripped = 0

    def handler(_: Seen) -> Iterator[bytes]:
        nonlocal dripped
        head, body = http(200, b"x" * 5000).split(b"\r\n\r\n")
        whole = b"HTTP/1.1 200 OK\r\nX: " + b"y" * 5000
        yield b"" if where == "head" else head + b"\r\n\r\n"
        for byte in whole if where == "head" else body:
            time.now += 1
            dripped += 1
            yield bytes([byte])
            threading.Event().wait(0.001)  # a moment for the reader

    result = wire.exchange(get(serve(handler).url))
    if where == "head":
        assert result == Failure(reason="no complete answer in time", sent=True)
    else:
        assert isinstance(result, Answer)
        assert result.cut == "no complete answer in time"
    assert dripped < 5000


def test_a_deadline_ends_with_its_exchange(wire: Wire, serve: MakeServer, time: FakeTime, http: MakeHttp) -> None:
    """The next exchange of the same thread has its whole time."""
    server = serve(lambda _: [http(200, b"{}")])
    for _ in range(3):
        assert isinstance(wire.exchange(get(server.url)), Answer)
        time.now += 3600


def test_a_timeout_before_the_answer_is_sent(serve: MakeServer, time: FakeTime) -> None:
    """The server took the request and says nothing (a real, very short deadline)."""
    release = threading.Event()

    def handler(_: Seen) -> list[bytes]:
        release.wait(10)
        return []

    server, wire = serve(handler), Wire(timing=time.timing, total=0.2)
    assert wire.exchange(get(server.url)) == Failure(reason="no complete answer in time", sent=True)
    release.set()
    wire.close()


@pytest.mark.parametrize("packed", [False, True])
def test_an_endless_answer_is_cut(wire: Wire, serve: MakeServer, *, packed: bool) -> None:
    """16 MiB at most, counted after unpacking."""
    chunk, encoding = b" " * 65536, b""
    if packed:
        chunk, encoding = zlib.compress(b" " * (MAX_BYTES + 65536)), b"Content-Encoding: deflate\r\n"

    def handler(_: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n" + encoding + b"Connection: close\r\n\r\n"
        for _number in range(1 if packed else MAX_BYTES // len(chunk) + 2):
            yield chunk
        raise ConnectionAbortedError

    answer = wire.exchange(get(serve(handler).url))
    assert isinstance(answer, Answer)
    assert "16 MiB" in answer.cut


def test_an_unreadable_encoding_is_a_cut_body(wire: Wire, serve: MakeServer, http: MakeHttp) -> None:
    """The status stands, the body does not."""
    server = serve(lambda _: [http(200, b"nonsense", headers={"Content-Encoding": "gzip"})])
    answer = wire.exchange(get(server.url))
    assert isinstance(answer, Answer)
    assert answer.cut == "an unreadable encoding"


def errors(root: type[Exception]) -> Iterator[type[Exception]]:
    yield root
    for each in root.__subclasses__():
        yield from errors(each)


EVERY = sorted(
    {
        *errors(httpx.HTTPError),
        *errors(httpx.InvalidURL),
        *errors(httpx.CookieConflict),
        *errors(httpx.StreamError),
    },
    key=lambda each: each.__name__,
)
SURELY_NOT_SENT = {
    "ConnectError",
    "ConnectTimeout",
    "PoolTimeout",
    "ProxyError",
    "UnsupportedProtocol",
}


def broken(kind: type[Exception]) -> Exception:
    made = kind.__new__(kind)
    Exception.__init__(made, "canary")
    return made


def test_the_list_of_the_library_errors_is_the_whole_list() -> None:
    """Every error class that the library exports is tried below."""
    exported = {
        name
        for name, each in vars(httpx).items()
        if isinstance(each, type) and issubclass(each, Exception) and not issubclass(each, Warning)
    }
    assert exported == {each.__name__ for each in EVERY}


@pytest.mark.parametrize("kind", EVERY, ids=lambda each: each.__name__)
@pytest.mark.parametrize("where", ["asking", "reading"])
def test_no_error_of_the_library_gets_out(time: FakeTime, kind: type[Exception], where: str) -> None:
    """Each becomes a value; only those before the first byte count as not sent, and the text stays inside."""

    class Body(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"{"
            raise broken(kind)

    def handle(_: httpx.Request) -> httpx.Response:
        if where == "asking":
            raise broken(kind)
        return httpx.Response(200, stream=Body())

    result = Wire(timing=time.timing, transport=httpx.MockTransport(handle)).exchange(get("http://127.0.0.1"))
    if where == "asking":
        assert isinstance(result, Failure)
        assert result.sent == (kind.__name__ not in SURELY_NOT_SENT)
        assert "canary" not in result.reason or kind is httpx.ConnectError
    else:
        assert result == Answer(status=200, body=b"{", cut=result.cut if isinstance(result, Answer) else "")
        assert isinstance(result, Answer)
        assert result.cut
        assert "canary" not in result.cut


def test_the_library_logs_no_addresses(
    wire: Wire, serve: MakeServer, http: MakeHttp, caplog: pytest.LogCaptureFixture
) -> None:
    """It logs whole URLs at INFO by itself; we keep it quiet."""
    caplog.set_level(logging.DEBUG)
    server = serve(lambda _: [http(200)])
    wire.exchange(get(f"{server.url}/?cursor=canary"))
    assert "canary" not in caplog.text


def test_this_machine_is_never_asked_through_a_proxy(
    serve: MakeServer, time: FakeTime, http: MakeHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY is often set without NO_PROXY; other hosts do go through it."""
    proxy = serve(lambda _: [http(200, b'"proxy"')])
    server = serve(lambda _: [http(200, b'"server"')])
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("http_proxy", proxy.url)
    wire = Wire(timing=time.timing)
    assert wire.exchange(get(server.url)).body == b'"server"'  # type: ignore[union-attr]
    assert wire.exchange(get("http://tenant.invalid/")).body == b'"proxy"'  # type: ignore[union-attr]
    wire.close()


def test_broken_settings_of_the_environment_are_named(time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that cannot be used is the user's to mend; its password is not shown."""
    monkeypatch.setenv("HTTPS_PROXY", "socks9://user:canary@proxy.example:1")
    with pytest.raises(UserError, match="proxy") as caught:
        Wire(timing=time.timing)
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None
