"""Uploads: two requests, an address that works once, and a new beginning for everything that gets lost."""

from __future__ import annotations

import json
import logging
import traceback
from email import message_from_bytes
from email.message import Message
from typing import TYPE_CHECKING

import pytest

from lwdeploy.api.wire import Answer, Failure
from lwdeploy.core.errors import Rejected, RemoteError, Throttled, Unavailable, UserError
from lwdeploy.core.tenant import Limits

if TYPE_CHECKING:
    from lwdeploy.api.client import Client
    from lwdeploy.api.wire import Request
    from tests.unit.api.conftest import FakeTime, MakeAnswer, MakeRig

CREATE = "https://tenant.example/v1.0/bots/7/attachments"
STORAGE = "https://storage.example/k/emsg/r/jp1"
PICTURE = b"\x89PNG\r\n\x1a\n\x00--canary-bytes\r\n--x--\r\n"
TAKEN = Answer(status=200, body=b'{"fileId": "jp1.1"}')
LOST = Failure(reason="the connection was cut", sent=True)
BEGUN_ANEW = {
    "unsent": Failure(reason="no connection (refused)", sent=False),
    "cut": LOST,
    "500": Answer(status=500, body=b'{"code": "INTERNAL_SERVER_ERROR", "description": "x"}'),
    "503 page": Answer(status=503, body=b"<html>"),
    "408": Answer(status=408),
    "redirect": Answer(status=302, headers={"location": "https://else.example/"}),
    "page": Answer(status=200, body=b"\n<!DOCTYPE html><html>login"),
    "cut body": Answer(status=200, body=b'{"fileId"', cut="the connection was cut"),
    "401": Answer(status=401, body=b'{"code": "UNAUTHORIZED", "description": "Authentication failed."}'),
}
NO_PLACE: dict[str, object] = {
    "nothing": None,
    "a list": [],
    "no address": {"fileId": "jp1.1"},
    "an empty address": {"fileId": "jp1.1", "uploadUrl": ""},
    "no id": {"uploadUrl": f"{STORAGE}/1"},
    "a number for an id": {"fileId": 1, "uploadUrl": f"{STORAGE}/1"},
}


def place(number: int = 1, *, url: str = "") -> Answer:
    content = {"fileId": f"jp1.{number}", "uploadUrl": url or f"{STORAGE}/canary-key-{number}/main.png"}
    return Answer(status=200, body=json.dumps(content).encode())


def upload(client: Client, *, name: str = "main.png") -> str:
    return client.upload(bot_id="7", name=name, content=PICTURE, media_type="image/png")


def parts(request: Request) -> list[Message | str]:
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode()
    form = message_from_bytes(head + request.content)
    assert form.get_content_type() == "multipart/form-data"
    assert not form.defects
    payload = form.get_payload()
    return payload if isinstance(payload, list) else []


def test_an_upload_asks_for_an_address_and_sends_the_bytes_there(rig: MakeRig) -> None:
    """Both requests carry the token, and what is given is the id of the first answer (reference 3.6)."""
    made = rig(place(), TAKEN)
    assert upload(made.client) == "jp1.1"
    first, second = made.script.requests
    assert (first.method, first.url, json.loads(first.content)) == ("POST", CREATE, {"fileName": "main.png"})
    assert (second.method, second.url) == ("POST", f"{STORAGE}/canary-key-1/main.png")
    for request in (first, second):
        assert request.headers["Authorization"] == f"Bearer {made.tokens.token()}"
    assert second.headers["Accept"] == "*/*"
    assert made.client.calls == {"createAttachment": 1, "uploadAttachment": 1}


@pytest.mark.parametrize("name", ["main.png", 'a "b"; x=\\.png', "メニュー"])
def test_the_form_has_one_part_with_the_bytes_as_they_are(rig: MakeRig, name: str) -> None:
    """It is called Filedata (reference 3.6) and can be read by a parser that is not ours."""
    made = rig(place(), TAKEN)
    upload(made.client, name=name)
    (part,) = parts(made.script.requests[1])
    assert isinstance(part, Message)
    assert part.get_param("name", header="content-disposition") == "Filedata"
    assert part.get_filename()
    assert part.get_content_type() == "image/png"
    assert PICTURE in made.script.requests[1].content


@pytest.mark.parametrize(
    "taken",
    [
        Answer(status=200, body=b'{"fileId": "jp1.1", "fileName": "main.png", "fileSize": 9}'),
        Answer(status=200, body=b'{"fileId": "jp1.another"}'),
        Answer(status=201, body=b'["else"]'),
        Answer(status=200, body=b"OK"),
        Answer(status=200, body=b'{"fileId": "jp'),
        Answer(status=204),
    ],
    ids=["as seen", "another id", "another shape", "not JSON", "half of it", "no body"],
)
def test_any_2xx_of_the_storage_host_is_a_yes(rig: MakeRig, taken: Answer) -> None:
    """What it says besides is not documented; the documented id is that of createAttachment."""
    made = rig(place(), taken)
    assert upload(made.client) == "jp1.1"
    assert len(made.script.requests) == 2


@pytest.mark.parametrize("bad", BEGUN_ANEW.values(), ids=BEGUN_ANEW)
def test_what_gets_lost_at_the_first_request_is_begun_anew(rig: MakeRig, bad: Answer | Failure) -> None:
    """Nobody sees an attachment that was made in vain."""
    made = rig(bad, place(2), TAKEN)
    assert upload(made.client) == "jp1.2"
    assert made.client.calls == {"createAttachment": 2, "uploadAttachment": 1}
    assert made.time.slept == [0.375]


@pytest.mark.parametrize("bad", BEGUN_ANEW.values(), ids=BEGUN_ANEW)
def test_what_gets_lost_at_the_second_request_is_begun_anew(rig: MakeRig, bad: Answer | Failure) -> None:
    """The address works once, so there is a new attachment with an address of its own."""
    made = rig(place(1), bad, place(2), TAKEN)
    assert upload(made.client) == "jp1.2"
    sent = [request.url for request in made.script.requests]
    assert sent == [CREATE, f"{STORAGE}/canary-key-1/main.png", CREATE, f"{STORAGE}/canary-key-2/main.png"]
    assert made.time.slept == [0.375]


@pytest.mark.parametrize("bad", [bad for name, bad in BEGUN_ANEW.items() if name != "401"])
@pytest.mark.parametrize("step", ["createAttachment", "uploadAttachment"])
def test_three_attempts_are_the_end(rig: MakeRig, bad: Answer | Failure, step: str) -> None:
    """The error names the request that failed; the outcome is never unknown, because nothing can be seen of it."""
    before = [place(1), bad, place(2), bad, place(3)] if step == "uploadAttachment" else []
    made = rig(*before, bad)
    with pytest.raises(Unavailable, match=f"{step} botId=7: .*tried 3 times") as caught:
        upload(made.client)
    assert (caught.value.operation, caught.value.status) == (step, getattr(bad, "status", 0))
    assert "Nothing was changed" in caught.value.advice
    assert made.client.calls[step] == 3
    assert made.time.slept == [0.375, 0.75]


def test_three_attempts_are_the_end_wherever_each_of_them_failed(rig: MakeRig) -> None:
    """Trouble at both requests, an old token among it, is counted together."""
    made = rig(LOST, place(1), BEGUN_ANEW["401"], place(2), LOST)
    with pytest.raises(Unavailable, match=r"uploadAttachment.*tried 3 times"):
        upload(made.client)
    assert made.client.calls == {"createAttachment": 3, "uploadAttachment": 2}


def test_an_error_names_the_request_that_the_last_attempt_came_to(rig: MakeRig) -> None:
    """Not the one that an earlier attempt had reached."""
    made = rig(place(1), LOST, Answer(status=403))
    with pytest.raises(Rejected, match=r"^createAttachment botId=7 was refused: HTTP 403") as caught:
        upload(made.client)
    assert caught.value.operation == "createAttachment"


@pytest.mark.parametrize("answers", [[], [place(1)]], ids=["createAttachment", "uploadAttachment"])
def test_an_old_token_is_renewed_once(rig: MakeRig, answers: list[Answer]) -> None:
    """The new one is shown at both requests of the next attempt."""
    made = rig(*answers, Answer(status=401), place(2), TAKEN)
    old = made.tokens.token()
    assert upload(made.client) == "jp1.2"
    assert made.tokens.renewals == 1
    shown = [request.headers["Authorization"] for request in made.script.requests]
    assert shown == [f"Bearer {old}"] * (len(answers) + 1) + [f"Bearer {made.tokens.token()}"] * 2


@pytest.mark.parametrize("answers", [[Answer(status=401)], [place(1), Answer(status=401), place(2)]])
def test_a_second_401_is_final(rig: MakeRig, answers: list[Answer]) -> None:
    """A new token that is refused too speaks of the app, and the advice says what to look at."""
    made = rig(*answers, BEGUN_ANEW["401"])
    with pytest.raises(Rejected, match="UNAUTHORIZED") as caught:
        upload(made.client)
    assert "scope `bot`" in caught.value.advice
    assert len(made.script.requests) == len(answers) + 1
    assert made.tokens.renewals == 1


@pytest.mark.parametrize("status", [400, 403, 413, 415])
@pytest.mark.parametrize("answers", [[], [place(1)]], ids=["createAttachment", "uploadAttachment"])
def test_a_refused_file_is_refused_once(
    rig: MakeRig, answer: MakeAnswer, answers: list[Answer], status: int
) -> None:
    """It would be refused again: the error names the request, the status and the service's words."""
    made = rig(*answers, answer(status, {"code": "TOO_LARGE", "description": "at most 1 MB"}))
    with pytest.raises(Rejected, match=f"HTTP {status} TOO_LARGE: at most 1 MB") as caught:
        upload(made.client)
    assert caught.value.operation == ("uploadAttachment" if answers else "createAttachment")
    assert (caught.value.status, len(made.script.requests)) == (status, len(answers) + 1)


def test_a_refusal_does_not_quote_the_name_of_the_file(rig: MakeRig, answer: MakeAnswer) -> None:
    """It may tell more than a log should hold, and the service may quote it."""
    made = rig(answer(400, {"code": "X", "description": "cannot take 'secret plan.png'"}))
    with pytest.raises(Rejected) as caught:
        upload(made.client, name="secret plan.png")
    assert "secret" not in str(caught.value)


def test_a_bot_that_is_gone_is_told_as_gone(rig: MakeRig, answer: MakeAnswer) -> None:
    """404 of createAttachment speaks of the bot."""
    with pytest.raises(Rejected) as caught:
        upload(rig(answer(404, {"code": "NOT_FOUND", "description": "Bot"})).client)
    assert caught.value.is_gone


@pytest.mark.parametrize("status", [404, 410])
def test_an_address_that_is_no_longer_good_says_nothing_of_the_bot(rig: MakeRig, status: int) -> None:
    """404 of the storage host is mended by another address, and is never taken for a bot that is gone."""
    made = rig(place(1), Answer(status=status), place(2), TAKEN)
    assert upload(made.client) == "jp1.2"
    made = rig(place(1), Answer(status=status), place(2), Answer(status=status), place(3), Answer(status=status))
    with pytest.raises(Unavailable, match=f"HTTP {status}"):
        upload(made.client)


@pytest.mark.parametrize("answers", [[], [place(1)]], ids=["createAttachment", "uploadAttachment"])
def test_a_429_waits_for_the_reset_and_uses_a_new_address(
    rig: MakeRig, answer: MakeAnswer, answers: list[Answer]
) -> None:
    """Whether an address that was refused so still works is not known."""
    made = rig(*answers, answer(429, headers={"ratelimit-reset": "12"}), place(2), TAKEN)
    assert upload(made.client) == "jp1.2"
    assert made.time.slept == [12.5]
    urls = [request.url for request in made.script.requests if request.url != CREATE]
    assert urls[-1] == f"{STORAGE}/canary-key-2/main.png"
    assert len(urls) == len(set(urls))


def test_a_429_closes_the_operation_for_the_other_threads(
    rig: MakeRig, answer: MakeAnswer, time: FakeTime
) -> None:
    """Whoever uploads next waits for the same reset, although it was not the one that was refused."""
    made = rig(place(1), answer(429, headers={"ratelimit-reset": "12"}), place(2), TAKEN)
    sleep = time.timing.sleep

    def stop(_: float) -> None:
        object.__setattr__(time.timing, "sleep", sleep)
        raise KeyboardInterrupt

    object.__setattr__(time.timing, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        upload(made.client)
    assert upload(made.client) == "jp1.2"
    assert time.slept == [12.5]


def test_throttled_waits_do_not_use_up_the_attempts(rig: MakeRig, answer: MakeAnswer) -> None:
    """Three failures are three failures, however often the service said later in between."""
    later = answer(429, headers={"ratelimit-reset": "1"})
    made = rig(later, LOST, place(1), later, place(2), LOST, later, place(3), TAKEN)
    assert upload(made.client) == "jp1.3"


@pytest.mark.parametrize("step", ["createAttachment", "uploadAttachment"])
def test_throttling_has_an_end(rig: MakeRig, answer: MakeAnswer, step: str) -> None:
    """Five windows at most, and the error names the request that was refused."""
    later = answer(429, headers={"ratelimit-reset": "60"})
    made = rig(*[place(1), later] * 5 if step == "uploadAttachment" else [later])
    with pytest.raises(Throttled, match=step) as caught:
        upload(made.client)
    assert caught.value.operation == step
    assert 200 < sum(made.time.slept) <= 300


@pytest.mark.parametrize("content", NO_PLACE.values(), ids=NO_PLACE)
def test_an_answer_without_id_or_address_is_no_answer(rig: MakeRig, answer: MakeAnswer, content: object) -> None:
    """Asked again, and told as Unavailable when it stays so; nothing is sent anywhere."""
    made = rig(answer(200, content), place(2), TAKEN)
    assert upload(made.client) == "jp1.2"
    made = rig(answer(200, content))
    with pytest.raises(Unavailable, match="without fileId or uploadUrl"):
        upload(made.client)
    assert made.client.calls == {"createAttachment": 3}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://storage.example/canary-key?sig=canary-sig", "storage.example"),
        ("http://127.0.0.1:8080/canary-key", "127.0.0.1"),
        ("https://user:canary-key@storage.example/x", "storage.example"),
        ("https://:canary-key@storage.example/x", "storage.example"),
        ("ftp://storage.example/canary-key", "names a host"),
        ("//storage.example/canary-key", "names a host"),
        ("/canary-key", "names a host"),
        ("canary-key", "names a host"),
        ("https:///canary-key", "names a host"),
        ("https://:443/canary-key", "names a host"),
        ("https://[::1/canary-key", "not a URL"),
        ("https://storage.example:port/canary-key", "not a URL"),
        ("https://storage.example\\@else.example/canary-key", "names a host"),
        ("https://storage.example/\ncanary-key", "names a host"),
        (" https://storage.example/canary-key", "names a host"),
        ("https://storage .example/canary-key", "names a host"),
        ("http://ⓛocalhost/canary-key", "names a host"),
    ],
)
def test_no_token_goes_where_it_may_be_seen(rig: MakeRig, url: str, said: str) -> None:
    """Only https; the error names the host and nothing else of the address, and nothing was sent there."""
    made = rig(place(url=url))
    with pytest.raises(Rejected, match=said) as caught:
        upload(made.client)
    assert caught.value.operation == "uploadAttachment"
    assert "canary" not in f"{caught.value}{vars(caught.value)}"
    assert [request.url for request in made.script.requests] == [CREATE]


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:1"])
def test_a_local_tenant_may_name_local_addresses(rig: MakeRig, host: str) -> None:
    """Plain http is taken on this machine, as long as the endpoint is on it too."""
    made = rig(place(url=f"http://{host}/k"), TAKEN, endpoint="http://127.0.0.1:9/v1.0")
    assert upload(made.client) == "jp1.1"
    assert made.script.requests[1].url == f"http://{host}/k"
    made = rig(place(url="http://storage.example/k"), TAKEN, endpoint="http://127.0.0.1:9/v1.0")
    with pytest.raises(Rejected, match="plain http"):
        upload(made.client)


@pytest.mark.parametrize("url", [f"{STORAGE}/a b/メニュー.png?x=%41#y", "HTTPS://Storage.Example:8443/k"])
def test_an_address_is_used_as_it_was_named(rig: MakeRig, url: str) -> None:
    """File names in it may hold blanks and any script."""
    made = rig(place(url=url), TAKEN)
    assert upload(made.client) == "jp1.1"
    assert made.script.requests[1].url == url


def test_a_read_only_client_uploads_nothing(rig: MakeRig) -> None:
    """Refused before anything is sent."""
    made = rig(place(), TAKEN, read_only=True)
    with pytest.raises(UserError, match="createAttachment botId=7 would write"):
        upload(made.client)
    assert made.script.requests == []
    assert made.client.calls == {}


def test_a_name_that_cannot_be_sent_is_refused_before_sending(rig: MakeRig) -> None:
    """Half of a character pair has no form in JSON."""
    made = rig(place(), TAKEN)
    with pytest.raises(UserError, match="character pair"):
        upload(made.client, name="\ud83d.png")
    assert made.script.requests == []


def test_both_requests_wait_for_their_turn(rig: MakeRig) -> None:
    """Each has an allowance of its own, ours and the one that the server announces."""
    made = rig(place(1), TAKEN, limits=Limits(calls_per_minute=1, share=1.0))
    upload(made.client)
    assert made.time.slept == []
    made.script.answers[:] = [place(2), TAKEN]
    upload(made.client)
    assert made.time.slept == [60.0]
    spent = {"ratelimit-limit": "10", "ratelimit-remaining": "2", "ratelimit-reset": "9"}
    made = rig(place(1), Answer(status=200, headers=spent), place(2), TAKEN, limits=Limits(share=0.8))
    before = len(made.time.slept)
    upload(made.client)
    assert made.time.slept[before:] == []
    upload(made.client)
    assert made.time.slept[before:] == [9.5]


def test_an_interruption_passes_through(rig: MakeRig, time: FakeTime) -> None:
    """A pause that raises ends the upload with that very error."""

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    made = rig(LOST)
    object.__setattr__(time.timing, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        upload(made.client)


REFLECTED = (
    "no canary-key-1 at https://storage.example/k/emsg/r/jp1/canary-key-1/main.png?a=canary-sig%3D1",
    "PUT /k/emsg/r/jp1/canary-key-1/main.png?a=canary-sig=1 with canary-access-token-1",
    "sig canary-sig%3D1 or canary-sig=1",
)


@pytest.mark.parametrize("said", REFLECTED)
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_neither_address_nor_token_is_told(
    rig: MakeRig, answer: MakeAnswer, caplog: pytest.LogCaptureFixture, status: int, said: str
) -> None:
    """Not in logs, errors or representations, whatever the storage host quotes."""
    caplog.set_level(logging.DEBUG)
    url = f"{STORAGE}/canary-key-1/main.png?a=canary-sig%3D1"
    refusal = answer(status, {"code": "REFUSED", "description": said})
    made = rig(*[place(url=url), refusal] * 9)
    with pytest.raises(RemoteError) as caught:
        upload(made.client)
    shown = [*traceback.format_exception(caught.value), repr(caught.value), str(vars(caught.value)), caplog.text]
    shown += [repr(made.client), repr(made.script.requests), repr(made.script.answers)]
    assert caught.value.__context__ is None
    assert "uploadAttachment" in caplog.text
    assert not [text for text in shown if "canary" in text]
