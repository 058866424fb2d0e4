"""Downloads: a redirect is followed by hand, with the token, and only to where the token may go."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from lwdeploy.api.call import call
from lwdeploy.api.client import Client
from lwdeploy.api.pacing import Pacing
from lwdeploy.api.retry import Retry
from lwdeploy.api.wire import MAX_BYTES, Answer, Failure, Wire
from lwdeploy.core.errors import Rejected, RemoteError, Throttled, Unavailable
from lwdeploy.core.tenant import Limits

if TYPE_CHECKING:
    from tests.unit.api.conftest import FakeTime, MakeAnswer, MakeHttp, MakeRig, MakeServer, Numbered, Seen

GET = call("getAttachment", botId=7, fileId="jp1.1")
FIRST = "https://tenant.example/v1.0/bots/7/attachments/jp1.1"
STORAGE = "https://storage.example/k/emsg/d/jp1"
PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"
FILE = Answer(status=200, headers={"content-type": "image/png"}, body=PICTURE)
ANYWHERE = {
    "unsent": Failure(reason="no connection (refused)", sent=False),
    "cut": Failure(reason="the connection was cut", sent=True),
    "500": Answer(status=500),
    "408": Answer(status=408),
    "page": Answer(status=200, body=b"<html>login</html>"),
    "cut body": Answer(status=200, body=PICTURE[:4], cut="the connection was cut"),
    "nothing": Answer(status=204),
    "a part": Answer(status=206, body=PICTURE),
    "redirect to nowhere": Answer(status=302),
    "not modified": Answer(status=304, headers={"location": f"{STORAGE}/1"}),
    "401": Answer(status=401),
}


def found(url: str = f"{STORAGE}/canary-key-1/main.png", *, status: int = 302) -> Answer:
    return Answer(status=status, headers={"location": url})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_with_the_token(rig: MakeRig, status: int) -> None:
    """The token has to be shown again at the second request (reference 3.6)."""
    made = rig(found(status=status), FILE)
    assert made.client.download(GET) == PICTURE
    first, second = made.script.requests
    assert (first.method, first.url) == ("GET", FIRST)
    assert (second.method, second.url, second.content) == ("GET", f"{STORAGE}/canary-key-1/main.png", b"")
    for request in (first, second):
        assert request.headers["Authorization"] == f"Bearer {made.tokens.token()}"
    assert made.client.calls == {"downloadAttachment": 1, "getAttachment": 1}


@pytest.mark.parametrize("body", [PICTURE, b"", b"{}", b'{"a": ', b"\xff\xfe"])
def test_bytes_come_as_they_are(rig: MakeRig, body: bytes) -> None:
    """Directly too; they are a file, and no JSON."""
    made = rig(Answer(status=200, body=body))
    assert made.client.download(GET) == body
    assert made.client.calls == {"getAttachment": 1}


def test_a_read_only_client_downloads(rig: MakeRig) -> None:
    """It is a read."""
    assert rig(found(), FILE, read_only=True).client.download(GET) == PICTURE


def test_two_redirects_are_followed_and_three_are_not(rig: MakeRig) -> None:
    """What goes on and on leads nowhere."""
    assert rig(found(), found(f"{STORAGE}/2"), FILE).client.download(GET) == PICTURE
    made = rig(found())
    with pytest.raises(Unavailable, match=r"downloadAttachment.*a redirect, which is not followed"):
        made.client.download(GET)
    assert made.client.calls == {"downloadAttachment": 8, "getAttachment": 4}


def test_an_address_may_be_relative(rig: MakeRig) -> None:
    """To the request that it answers."""
    made = rig(found("/k/1?a=b"), found("2"), FILE)
    assert made.client.download(GET) == PICTURE
    assert [request.url for request in made.script.requests[1:]] == [
        "https://tenant.example/k/1?a=b",
        "https://tenant.example/k/2",
    ]


@pytest.mark.parametrize("bad", ANYWHERE.values(), ids=ANYWHERE)
@pytest.mark.parametrize("before", [[], [found()]], ids=["getAttachment", "downloadAttachment"])
def test_what_gets_lost_is_begun_anew(rig: MakeRig, before: list[Answer], bad: Answer | Failure) -> None:
    """From getAttachment on: the address of before may no longer be good."""
    made = rig(*before, bad, found(f"{STORAGE}/2"), FILE)
    assert made.client.download(GET) == PICTURE
    assert [request.url for request in made.script.requests[len(before) + 1 :]] == [FIRST, f"{STORAGE}/2"]
    assert made.time.slept == [0.375]


@pytest.mark.parametrize("bad", [bad for name, bad in ANYWHERE.items() if name != "401"])
@pytest.mark.parametrize("step", ["getAttachment", "downloadAttachment"])
def test_four_attempts_are_the_end(rig: MakeRig, step: str, bad: Answer | Failure) -> None:
    """As with any read; the error names the request that failed."""
    made = rig(*[found(), bad] * 4) if step == "downloadAttachment" else rig(bad)
    with pytest.raises(Unavailable, match=f"{step} botId=7 fileId=jp1.1: .*tried 4 times") as caught:
        made.client.download(GET)
    assert (caught.value.operation, caught.value.status) == (step, getattr(bad, "status", 0))
    assert made.client.calls[step] == 4


@pytest.mark.parametrize(("read_only", "scope"), [(True, "scope `bot.message`"), (False, "scope `bot`")])
@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("step", ["getAttachment", "downloadAttachment"])
def test_a_refusal_names_the_scope_that_attachments_need(
    rig: MakeRig, answer: MakeAnswer, step: str, status: int, *, read_only: bool, scope: str
) -> None:
    """`bot.read` does not hold them (reference 1.5), and a token that is refused was renewed first."""
    refusal = answer(status, {"code": "NO", "description": "Not allowed api"})
    made = rig(*[found(), refusal] * 2 if step == "downloadAttachment" else [refusal], read_only=read_only)
    with pytest.raises(Rejected, match=f"{step}.*HTTP {status} NO: Not allowed api") as caught:
        made.client.download(GET)
    assert scope in caught.value.advice
    assert made.tokens.renewals == (1 if status == 401 else 0)
    assert made.client.calls[step] == (2 if status == 401 else 1)


def test_an_old_token_is_renewed_for_both_requests(rig: MakeRig) -> None:
    """The new one is shown from getAttachment on."""
    made = rig(found(), Answer(status=401), found(), FILE)
    old = made.tokens.token()
    assert made.client.download(GET) == PICTURE
    shown = [request.headers["Authorization"] for request in made.script.requests]
    assert shown == [f"Bearer {old}"] * 2 + [f"Bearer {made.tokens.token()}"] * 2


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_is_gone_when_the_tenant_says_so(rig: MakeRig, status: int) -> None:
    """The storage host speaks of its address only, which is asked for again."""
    with pytest.raises(Rejected) as caught:
        rig(Answer(status=404)).client.download(GET)
    assert caught.value.is_gone
    made = rig(found(), Answer(status=status), found(f"{STORAGE}/2"), FILE)
    assert made.client.download(GET) == PICTURE
    with pytest.raises(Unavailable, match=f"HTTP {status}"):
        rig(*[found(), Answer(status=status)] * 4).client.download(GET)


@pytest.mark.parametrize("before", [[], [found()]], ids=["getAttachment", "downloadAttachment"])
def test_a_429_waits_for_the_reset(rig: MakeRig, answer: MakeAnswer, before: list[Answer]) -> None:
    """Then the download begins anew."""
    made = rig(*before, answer(429, headers={"ratelimit-reset": "12"}), found(), FILE)
    assert made.client.download(GET) == PICTURE
    assert made.time.slept == [12.5]


def test_throttling_has_an_end(rig: MakeRig, answer: MakeAnswer) -> None:
    """Five windows at most."""
    with pytest.raises(Throttled, match="downloadAttachment"):
        rig(*[found(), answer(429)] * 9).client.download(GET)


def test_both_requests_wait_for_their_turn(rig: MakeRig) -> None:
    """Each has an allowance of its own."""
    made = rig(*[found(), FILE] * 2, limits=Limits(calls_per_minute=1, share=1.0))
    made.client.download(GET)
    assert made.time.slept == []
    made.client.download(GET)
    assert made.time.slept == [60.0]


@pytest.mark.parametrize("before", [[], [found()]], ids=["first", "second"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://storage.example/canary-key", "storage.example"),
        ("//user:canary-key@storage.example/x", "storage.example"),
        ("file:///canary-key", "names a host"),
        ("https://[canary-key/x", "not a URL"),
    ],
)
def test_no_token_goes_where_it_may_be_seen(rig: MakeRig, before: list[Answer], url: str, said: str) -> None:
    """Neither at the first redirect nor at the second."""
    made = rig(*before, found(url), FILE)
    with pytest.raises(Rejected, match=said) as caught:
        made.client.download(GET)
    assert "canary" not in f"{caught.value}{vars(caught.value)}"
    assert caught.value.__context__ is None
    assert len(made.script.requests) == len(before) + 1


def test_what_writes_is_no_download(rig: MakeRig) -> None:
    """It would be repeated."""
    made = rig(FILE)
    with pytest.raises(ValueError, match="createBot is no download"):
        made.client.download(call("createBot", json={}))
    assert made.script.requests == []


@pytest.mark.parametrize("status", [400, 404, 500])
def test_neither_address_nor_token_is_told(
    rig: MakeRig, answer: MakeAnswer, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """Not in logs, errors or representations, and not in words of the address that came before the last one."""
    caplog.set_level(logging.DEBUG)
    said = "canary-key-1 canary-sig canary-old canary-access-token-1"
    url = f"{STORAGE}/canary-key-1/main.png?sig=canary-sig"
    hops = [found(f"{STORAGE}/canary-old/x"), found(url), answer(status, {"code": "NO", "description": said})]
    made = rig(*hops * 4)
    with pytest.raises(RemoteError) as caught:
        made.client.download(GET)
    shown = [*traceback.format_exception(caught.value), repr(caught.value), str(vars(caught.value)), caplog.text]
    assert "downloadAttachment" in caplog.text
    assert not [text for text in shown if "canary" in text]


@pytest.mark.parametrize(("size", "fits"), [(MAX_BYTES, True), (MAX_BYTES + 1, False)])
def test_no_file_is_larger_than_16_mib(
    time: FakeTime, tokens: Numbered, serve: MakeServer, http: MakeHttp, size: int, *, fits: bool
) -> None:
    """Over real sockets: one that is may not fill the memory."""

    def handler(seen: Seen) -> list[bytes]:
        moved = http(302, headers={"Location": "/file"})
        return [http(200, b"x" * size) if seen.target == "/file" else moved]

    with Client(
        transport=Wire(timing=time.timing),
        endpoint=serve(handler).url,
        tokens=tokens,
        pacing=Pacing(limits=Limits(), timing=time.timing),
        retry=Retry(attempts=1),
        timing=time.timing,
        read_only=True,
    ) as client:
        if fits:
            assert len(client.download(GET)) == size
            return
        with pytest.raises(Unavailable, match="more than 16 MiB"):
            client.download(GET)
