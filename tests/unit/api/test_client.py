"""What a call comes to: a value, or the one error that says what may be done next."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from lwdeploy.api.call import Call, call
from lwdeploy.api.wire import Answer, Failure, Request
from lwdeploy.core.errors import OutcomeUnknown, Rejected, Throttled, Unavailable, UserError
from lwdeploy.core.tenant import Limits

if TYPE_CHECKING:
    from tests.unit.api.conftest import FakeTime, MakeAnswer, MakeRig

GET = call("getBot", botId=7)
POST = call("createBot", json={"botName": "ヘルプ"})
DELETE = call("deleteBot", botId=7)
UNSENT = Failure(reason="no connection (refused)", sent=False)
LOST = Failure(reason="the connection was cut", sent=True)
OK = Answer(status=200, body=b'{"botId": 7}')
UNUSABLE = {
    "cut": LOST,
    "500": Answer(status=500, body=b'{"code": "INTERNAL_SERVER_ERROR", "description": "x"}'),
    "503 page": Answer(status=503, body=b"<html>"),
    "408": Answer(status=408),
    "302": Answer(status=302, headers={"location": "https://else.example/"}),
    "600": Answer(status=600),
    "page": Answer(status=200, body=b"<html>login</html>"),
    "not json": Answer(status=200, body=b"hello"),
    "truncated": Answer(status=200, body=b'{"botId": '),
    "cut body": Answer(status=200, body=b'{"botId": 7}', cut="the connection was cut"),
    "bad utf-8": Answer(status=201, body=b'{"a": "\xff"}'),
    "deep": Answer(status=200, body=b"[" * 200_000),
    "long number": Answer(status=200, body=b"1" * 5_000),
}


def test_a_value_comes_back(rig: MakeRig) -> None:
    """The JSON of a 2xx, and the request as the reference wants it (reference 2.2)."""
    made = rig(Answer(status=201, body=b'\xef\xbb\xbf{"botId": 7}'))
    assert made.client.send(POST) == {"botId": 7}
    sent = made.script.requests[0]
    assert (sent.method, sent.url) == ("POST", "https://tenant.example/v1.0/bots")
    assert sent.headers["Authorization"] == f"Bearer {made.tokens.token()}"
    assert sent.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert json.loads(sent.content) == {"botName": "ヘルプ"}


@pytest.mark.parametrize("body", [b"", b" \r\n"])
@pytest.mark.parametrize("one", [GET, POST, DELETE])
def test_an_empty_body_is_none(rig: MakeRig, one: Call, body: bytes) -> None:
    """204, and 200 or 201 without a body."""
    assert rig(Answer(status=204, body=body)).client.send(one) is None


def test_a_read_has_neither_body_nor_content_type(rig: MakeRig) -> None:
    """Content-Type goes with a body only (reference 2.2)."""
    made = rig(OK)
    made.client.send(GET)
    assert made.script.requests[0].content == b""
    assert "Content-Type" not in made.script.requests[0].headers


@pytest.mark.parametrize("one", [GET, POST, DELETE])
def test_what_never_left_is_sent_again(rig: MakeRig, one: Call) -> None:
    """No connection: nothing was sent, so every method may be repeated."""
    made = rig(UNSENT, UNSENT, UNSENT, Answer(status=204))
    assert made.client.send(one) is None
    assert made.time.slept == [0.375, 0.75, 1.5]


@pytest.mark.parametrize("one", [GET, POST, DELETE])
def test_what_never_leaves_is_unavailable(rig: MakeRig, one: Call) -> None:
    """Four tries; never OutcomeUnknown, because nothing can have happened."""
    made = rig(UNSENT)
    with pytest.raises(Unavailable, match=r"refused.*tried 4 times") as caught:
        made.client.send(one)
    assert len(made.script.requests) == 4
    assert (caught.value.operation, caught.value.status) == (one.operation, 0)
    assert "Nothing was changed" in caught.value.advice


@pytest.mark.parametrize("bad", UNUSABLE.values(), ids=UNUSABLE)
def test_a_read_without_a_usable_answer_is_repeated(rig: MakeRig, bad: Answer | Failure) -> None:
    """Reading again harms nobody."""
    made = rig(bad, OK)
    assert made.client.send(GET) == {"botId": 7}
    assert made.client.calls == {"getBot": 2}


@pytest.mark.parametrize("bad", UNUSABLE.values(), ids=UNUSABLE)
def test_a_read_is_not_repeated_for_ever(rig: MakeRig, bad: Answer | Failure) -> None:
    """Four tries, with growing waits, then Unavailable."""
    made = rig(bad)
    with pytest.raises(Unavailable, match="getBot botId=7") as caught:
        made.client.send(GET)
    assert len(made.script.requests) == 4
    assert caught.value.status == (bad.status if isinstance(bad, Answer) else 0)
    assert made.time.slept == sorted(made.time.slept)


@pytest.mark.parametrize("one", [POST, DELETE])
@pytest.mark.parametrize("bad", UNUSABLE.values(), ids=UNUSABLE)
def test_a_write_without_a_usable_answer_is_never_repeated(rig: MakeRig, bad: Answer | Failure, one: Call) -> None:
    """It may have happened: only somebody who looks can tell."""
    made = rig(bad, OK)
    with pytest.raises(OutcomeUnknown, match="may or may not") as caught:
        made.client.send(one)
    assert len(made.script.requests) == 1
    assert caught.value.operation == one.operation
    assert "before repeating" in caught.value.advice


def test_a_write_that_never_left_and_then_got_lost_is_unknown(rig: MakeRig) -> None:
    """The first failure gives no licence for the second."""
    made = rig(UNSENT, LOST, OK)
    with pytest.raises(OutcomeUnknown):
        made.client.send(POST)
    assert len(made.script.requests) == 2


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415, 422])
def test_a_refusal_is_final(rig: MakeRig, answer: MakeAnswer, status: int) -> None:
    """4xx: sent once, with status, code and description."""
    made = rig(answer(status, {"code": "SOME_CODE", "description": "why\nnot"}))
    with pytest.raises(Rejected, match=f"HTTP {status} SOME_CODE: why not") as caught:
        made.client.send(POST)
    assert (caught.value.status, caught.value.code) == (status, "SOME_CODE")
    assert len(made.script.requests) == 1


@pytest.mark.parametrize("body", [b"<html>canary</html>", b'{"message": "canary"}', b'{"code": "X', b"\xff"])
def test_a_refusal_of_another_shape_is_not_echoed(rig: MakeRig, body: bytes) -> None:
    """The status decides, the body is not shown."""
    for cut in ("", "the connection was cut"):
        with pytest.raises(Rejected) as caught:
            rig(Answer(status=400, body=body, cut=cut)).client.send(POST)
        assert caught.value.message == "createBot was refused: HTTP 400"


def test_a_refusal_does_not_quote_the_request(rig: MakeRig, answer: MakeAnswer) -> None:
    """A callback URL may hold a secret, and the service may quote it."""
    secret = "https://bots.example/hook/s3cret?key=1"
    made = rig(answer(400, {"code": "INVALID_PARAMETER", "description": f"bad value {secret}."}))
    with pytest.raises(Rejected) as caught:
        made.client.send(call("patchBot", botId=7, json={"callbackUrl": secret}))
    assert "s3cret" not in str(caught.value)


def test_a_refusal_does_not_quote_the_token(rig: MakeRig, answer: MakeAnswer) -> None:
    """However the service writes it."""
    made = rig()
    made.script.answers.append(answer(400, {"code": "X", "description": f"auth={made.tokens.token()}!"}))
    with pytest.raises(Rejected, match=r"auth=\[\.\.\.\]!"):
        made.client.send(GET)


def test_a_forbidden_call_names_the_scope(rig: MakeRig, answer: MakeAnswer) -> None:
    """403 is nearly always a scope that is not ticked (reference 1.5); all that were asked for are named."""
    refusal = answer(403, {"code": "FORBIDDEN", "description": "Not allowed api"})
    with pytest.raises(Rejected) as caught:
        rig(refusal).client.send(POST)
    assert "the scope `bot` for" in caught.value.advice
    with pytest.raises(Rejected) as caught:
        rig(refusal, read_only=True).client.send(GET)
    assert "the scopes `bot.read` and `bot.message` for" in caught.value.advice


@pytest.mark.parametrize("one", [GET, POST])
def test_an_expired_token_is_renewed_once(rig: MakeRig, one: Call) -> None:
    """401 was not carried out, so any method is sent again with the new token."""
    made = rig(Answer(status=401), OK)
    assert made.client.send(one) == {"botId": 7}
    assert made.tokens.renewals == 1
    first, second = (request.headers["Authorization"] for request in made.script.requests)
    assert first != second


def test_a_second_401_is_final_and_says_what_to_check(rig: MakeRig, answer: MakeAnswer) -> None:
    """Scope, key, service account, clock."""
    made = rig(answer(401, {"code": "UNAUTHORIZED", "description": "Authentication failed."}))
    with pytest.raises(Rejected, match="UNAUTHORIZED") as caught:
        made.client.send(POST)
    assert len(made.script.requests) == 2
    for word in ("scope `bot`", "private key", "service account", "clock"):
        assert word in caught.value.advice


@pytest.mark.parametrize("one", [GET, POST, DELETE])
def test_a_429_waits_for_the_reset(rig: MakeRig, answer: MakeAnswer, one: Call) -> None:
    """It was not carried out: any method is sent again after the reset, and a little."""
    made = rig(answer(429, headers={"ratelimit-reset": "12"}), OK)
    assert made.client.send(one) == {"botId": 7}
    assert made.time.slept == [12.5]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({}, 60.5), ({"ratelimit-reset": "soon"}, 60.5), ({"ratelimit-reset": "99999"}, 60.5)],
)
def test_a_429_without_a_sensible_reset_waits_one_window(
    rig: MakeRig, answer: MakeAnswer, headers: dict[str, str], seconds: float
) -> None:
    """The window is a minute (reference 2.6), and no header can make it more."""
    made = rig(answer(429, headers=headers), OK)
    made.client.send(GET)
    assert made.time.slept == [seconds]


def test_a_reset_that_is_always_now_is_not_hammered(rig: MakeRig, answer: MakeAnswer) -> None:
    """Waits grow although the server says zero, and end in Throttled."""
    made = rig(answer(429, headers={"ratelimit-reset": "0"}))
    with pytest.raises(Throttled):
        made.client.send(GET)
    assert len(made.script.requests) < 60
    assert 280 < sum(made.time.slept) <= 300


def test_a_429_closes_the_operation_for_the_other_threads(
    rig: MakeRig, answer: MakeAnswer, time: FakeTime
) -> None:
    """Whoever calls it next waits for the same reset, although it was not the one that was refused."""
    made = rig(answer(429, headers={"ratelimit-reset": "12"}), OK)
    sleep = time.timing.sleep

    def stop(_: float) -> None:
        object.__setattr__(time.timing, "sleep", sleep)
        raise KeyboardInterrupt

    object.__setattr__(time.timing, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        made.client.send(GET)
    made.client.send(call("listBots"))
    assert time.slept == []
    made.client.send(GET)
    assert time.slept == [12.5]


def test_throttling_has_an_end(rig: MakeRig, answer: MakeAnswer) -> None:
    """Five windows at most; nothing was changed."""
    made = rig(answer(429, {"code": "TOO_MANY_REQUESTS", "description": "API rate limit exceeded"}))
    with pytest.raises(Throttled, match="rate limit") as caught:
        made.client.send(POST)
    assert caught.value.status == 429
    assert 200 < sum(made.time.slept) <= 300


def test_throttled_waits_do_not_use_up_the_tries(rig: MakeRig, answer: MakeAnswer) -> None:
    """Four failures are four failures, however often the service said later in between."""
    later = answer(429, headers={"ratelimit-reset": "1"})
    made = rig(later, UNSENT, later, UNSENT, later, UNSENT, OK)
    assert made.client.send(POST) == {"botId": 7}


def test_pacing_is_asked_before_every_sending_and_told_of_every_answer(rig: MakeRig, answer: MakeAnswer) -> None:
    """The allowance in the headers stops the next call of the same operation."""
    spent = answer(200, {}, headers={"ratelimit-limit": "10", "ratelimit-remaining": "2", "ratelimit-reset": "9"})
    made = rig(spent, limits=Limits(share=0.8))
    made.client.send(GET)
    made.client.send(call("listBots"))
    assert made.time.slept == []
    made.client.send(GET)
    assert made.time.slept == [9.5]


@pytest.mark.parametrize("one", [POST, DELETE, call("patchBot", botId=7, json={})])
def test_a_read_only_client_never_writes(rig: MakeRig, one: Call) -> None:
    """A plan cannot change anything, whatever mistake we make."""
    made = rig(OK, read_only=True)
    with pytest.raises(UserError, match="only reads"):
        made.client.send(one)
    assert made.script.requests == []
    assert made.client.send(GET) == {"botId": 7}


def test_half_a_character_pair_is_refused_before_sending(rig: MakeRig) -> None:
    """JSON in UTF-8 cannot hold it."""
    made = rig(OK)
    with pytest.raises(UserError, match="character pair"):
        made.client.send(call("createBot", json={"botName": "\ud83d"}))
    assert made.script.requests == []


def test_calls_are_counted_per_operation(rig: MakeRig) -> None:
    """Every sending counts, repeats too; the numbers given out do not change later."""
    made = rig(UNSENT, OK)
    made.client.send(GET)
    made.client.send(call("listBots"))
    counted = made.client.calls
    made.client.send(GET)
    assert counted == {"getBot": 2, "listBots": 1}
    assert made.client.calls == {"getBot": 3, "listBots": 1}


def test_the_log_has_operation_status_and_time(rig: MakeRig, caplog: pytest.LogCaptureFixture) -> None:
    """And neither body nor query."""
    caplog.set_level(logging.DEBUG)
    made = rig(OK, LOST)
    made.client.send(call("listBots", query={"cursor": "canary"}))
    with pytest.raises(OutcomeUnknown):
        made.client.send(call("createBot", json={"botName": "canary"}))
    assert "listBots 200 0 ms" in caplog.text
    assert "createBot no answer" in caplog.text
    assert "canary" not in caplog.text


def test_an_interruption_passes_through(rig: MakeRig, time: FakeTime) -> None:
    """A sleep that raises ends the call with that very error."""

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    made = rig(UNSENT)
    object.__setattr__(time.timing, "sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        made.client.send(GET)


def test_closing_lets_go_of_the_connections(rig: MakeRig) -> None:
    """Also at the end of a `with`."""
    made = rig(OK)
    with made.client as client:
        client.send(GET)
        assert not made.script.closed
    assert made.script.closed


def test_sixteen_threads_renew_an_expired_token_once(rig: MakeRig) -> None:
    """All are refused with the same token; one renewal serves all."""
    made = rig(OK)
    old, barrier = made.tokens.token(), threading.Barrier(16)

    def exchange(request: Request) -> Answer | Failure:
        if request.headers["Authorization"].endswith(old):
            barrier.wait(timeout=10)
            return Answer(status=401)
        return OK

    made.script.exchange = exchange  # type: ignore[method-assign]
    values: list[Any] = []
    threads = [threading.Thread(target=lambda: values.append(made.client.send(GET))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert values == [{"botId": 7}] * 16
    assert made.tokens.renewals == 1
    assert made.client.calls == {"getBot": 32}
