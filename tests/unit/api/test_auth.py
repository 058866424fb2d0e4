"""One token for all threads, asked for as the reference says, and never shown."""

from __future__ import annotations

import json
import logging
import threading
import traceback
from collections.abc import Callable
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import jwt
import pytest

from lwdeploy.api.auth import ServiceAccount
from lwdeploy.api.call import call
from lwdeploy.api.client import Client
from lwdeploy.api.credentials import Credentials
from lwdeploy.api.retry import Delivery, Retry
from lwdeploy.api.wire import Answer, Failure, Request
from lwdeploy.core.errors import LwdeployError, OutcomeUnknown, Rejected, RemoteError, Throttled, Unavailable

if TYPE_CHECKING:
    from tests.unit.api.conftest import FakeTime, MakeAnswer, MakeHttp, MakeServer, Script, Seen

TOKEN = "canary-access-token"
GRANTED = {"access_token": TOKEN, "expires_in": 3600}
Account = Callable[..., ServiceAccount]


class Tokens:
    """A token endpoint that numbers its tokens."""

    def __init__(self, *first: Answer | Failure, life: Any = 3600) -> None:
        self.first = list(first)
        self.life = life
        self.forms: list[dict[str, list[str]]] = []

    def exchange(self, request: Request) -> Answer | Failure:
        self.forms.append(parse_qs(request.content.decode()))
        if self.first:
            return self.first.pop(0)
        granted = {"access_token": f"{TOKEN}-{len(self.forms)}", "expires_in": self.life}
        return Answer(status=200, body=json.dumps(granted).encode())

    def close(self) -> None: ...


@pytest.fixture
def account(credentials: Credentials, time: FakeTime) -> Account:
    def make(transport: Tokens | Script) -> ServiceAccount:
        return ServiceAccount(
            transport=transport,
            token_url="https://auth.example/token",
            credentials=credentials,
            scope="bot.read",
            delivery=Delivery(retry=Retry(), timing=time.timing),
            timing=time.timing,
        )

    return make


def test_the_request_is_the_jwt_grant(account: Account, credentials: Credentials, time: FakeTime) -> None:
    """Five form fields; RS256; iss, sub and whole seconds of at most an hour (reference 1.2)."""
    tokens = Tokens()
    assert account(tokens).token() == f"{TOKEN}-1"
    form = {name: values[0] for name, values in tokens.forms[0].items()}
    assertion = form.pop("assertion")
    assert form == {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "client_id": "client-1",
        "client_secret": credentials.client_secret,
        "scope": "bot.read",
    }
    assert jwt.get_unverified_header(assertion) == {"alg": "RS256", "typ": "JWT"}
    claims = jwt.decode(
        assertion,
        credentials.private_key.public_key(),
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    assert set(claims) == {"iss", "sub", "iat", "exp"}
    assert (claims["iss"], claims["sub"]) == ("client-1", "svc@example.com")
    assert isinstance(claims["iat"], int)
    assert isinstance(claims["exp"], int)
    assert claims["iat"] <= time.wall() < claims["exp"] <= claims["iat"] + 3600


@pytest.mark.parametrize(
    ("life", "good_for"),
    [
        (3600, 3300),
        ("3600", 3300),
        (" 86400 ", 86100),
        (3600.5, 3300.5),
        (10, 9),
        (10**12, 86100),
        (None, 3300),
        ("", 3300),
        ("soon", 3300),
        (0, 3300),
        (-1, 3300),
        (True, 3300),
        ([], 3300),
        (float("inf"), 86100),
        (float("nan"), 3300),
    ],
)
def test_a_token_is_kept_until_shortly_before_its_end(
    account: Account, time: FakeTime, life: Any, good_for: float
) -> None:
    """`expires_in` is a number or a numeric text (reference 1.2); anything else is the usual hour."""
    tokens = Tokens(life=life)
    provider = account(tokens)
    first = provider.token()
    time.now += good_for - 0.5
    assert provider.token() == first
    time.now += 1
    assert provider.token() != first
    assert len(tokens.forms) == 2


def test_a_refused_token_is_renewed_once(account: Account) -> None:
    """Whoever comes second with the same refused token gets the new one."""
    tokens = Tokens()
    provider = account(tokens)
    first = provider.token()
    second = provider.renew(first)
    assert second != first
    assert provider.renew(first) == second
    assert provider.token() == second
    assert len(tokens.forms) == 2


def test_sixteen_threads_ask_once(account: Account) -> None:
    """One request is under way, the others wait for it."""
    tokens = Tokens()
    provider, barrier, got = account(tokens), threading.Barrier(16), []

    def work() -> None:
        barrier.wait(timeout=10)
        got.append(provider.token())

    run(work)
    assert set(got) == {f"{TOKEN}-1"}
    assert len(tokens.forms) == 1


def test_threads_that_waited_share_the_failure(account: Account) -> None:
    """Sixteen threads do not try sixteen times four times; who asks later tries anew."""
    failed: list[RemoteError] = []
    started, waiting = threading.Event(), threading.Semaphore(0)

    class Stuck(Tokens):
        def exchange(self, request: Request) -> Answer | Failure:
            super().exchange(request)
            started.set()
            for _ in range(15 if len(self.forms) == 1 else 0):
                waiting.acquire(timeout=10)
            if len(self.forms) == 1:
                threading.Event().wait(0.2)  # the others are between their release and the lock
            return Failure(reason="the connection was cut", sent=True)

    tokens = Stuck()
    provider = account(tokens)

    def work() -> None:
        if threading.current_thread() is not threads[0]:
            started.wait(timeout=10)
            waiting.release()
        with pytest.raises(Unavailable) as caught:
            provider.token()
        failed.append(caught.value)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 16
    asked = len(tokens.forms)
    assert asked <= 16  # 4, unless a thread was kept from the lock for very long; without sharing it is 64
    with pytest.raises(Unavailable):
        provider.token()
    assert len(tokens.forms) == asked + 4


@pytest.mark.parametrize(
    "trouble",
    [
        Failure(reason="no connection", sent=False),
        Failure(reason="the connection was cut", sent=True),
        Answer(status=500),
        Answer(status=502, body=b"<html>"),
        Answer(status=200, body=b"<html>"),
        Answer(status=429, headers={"ratelimit-reset": "3"}),
    ],
)
def test_an_unreachable_endpoint_is_asked_again(account: Account, trouble: Answer | Failure) -> None:
    """A token asked for twice harms nobody, so a POST is repeated here."""
    tokens = Tokens(trouble, trouble)
    assert account(tokens).token() == f"{TOKEN}-3"


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Failure(reason="no connection", sent=False), Unavailable),
        (Answer(status=500), Unavailable),
        (Answer(status=429), Throttled),
    ],
)
def test_an_endpoint_that_stays_unreachable_is_an_error(
    account: Account, trouble: Answer | Failure, error: type[RemoteError]
) -> None:
    """Never OutcomeUnknown: nothing in the tenant can have changed."""
    with pytest.raises(error, match="issueToken") as caught:
        account(Tokens(*[trouble] * 99)).token()
    assert caught.value.operation == "issueToken"
    assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize(
    ("status", "body", "hint"),
    [
        (401, {"error": "invalid_client", "error_description": "bad client"}, "client secret"),
        (400, {"error": "invalid_grant", "error_description": "bad grant"}, "private key"),
        (400, {"error": "invalid_grant"}, "clock"),
        (400, {"error": "invalid_scope"}, "scope `bot.read`"),
        (400, {"error": "unauthorized_client"}, "service account"),
        (400, {"error": "else"}, "client ID"),
        (404, None, "client ID"),
        (200, {"error": "invalid_client"}, "client secret"),
    ],
)
def test_a_refusal_says_which_value_is_probably_wrong(
    account: Account, answer: MakeAnswer, status: int, body: Any, hint: str
) -> None:
    """RFC 6749 words (reference 1.6) become advice; wrong credentials are sent once."""
    tokens = Tokens(*[answer(status, body)] * 99)
    provider = account(tokens)
    for _ in range(3):
        with pytest.raises(Rejected, match="issueToken was refused") as caught:
            provider.token()
    assert (caught.value.status, caught.value.operation) == (status, "issueToken")
    assert caught.value.code == (body or {}).get("error", "")
    assert hint in caught.value.advice
    assert len(tokens.forms) == 1


@pytest.mark.parametrize(("off", "said"), [(3600, "3600 s ahead"), (-3600, "3600 s behind"), (5, "")])
def test_a_wrong_clock_is_noticed(
    account: Account, answer: MakeAnswer, time: FakeTime, off: int, said: str
) -> None:
    """The server's Date header tells."""
    date = formatdate(time.wall() - off, usegmt=True)
    with pytest.raises(Rejected) as caught:
        account(Tokens(answer(400, {"error": "invalid_grant"}, headers={"date": date}))).token()
    assert said in caught.value.advice
    assert ("set it right" in caught.value.advice) == bool(said)


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"access_token": ""}, {"access_token": 5}, {"access_token": "a b"}, {"access_token": "a\nb"}],
)
def test_an_answer_without_a_usable_token_is_no_answer(account: Account, answer: MakeAnswer, value: Any) -> None:
    """A token with a line break in it would break the header."""
    with pytest.raises(Unavailable, match="no usable access_token"):
        account(Tokens(answer(200, value))).token()


def test_no_secret_is_seen_anywhere(
    credentials: Credentials,
    time: FakeTime,
    serve: MakeServer,
    http: MakeHttp,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Secret, key, assertion and token: in no text, repr, log, error or traceback, whatever happens.

    Over a real server that verifies the signature and then reflects all it was sent in its errors.
    """
    caplog.set_level(logging.DEBUG)
    assertions: list[str] = []
    bodies = iter([(400, True), (401, True), (403, False), (500, True), (200, True), (429, True)] * 9)

    def handler(seen: Seen) -> list[bytes]:
        if seen.target == "/token":
            assertion = parse_qs(seen.body.decode())["assertion"][0]
            assertions.append(assertion)
            key = credentials.private_key.public_key()
            jwt.decode(assertion, key, algorithms=["RS256"], options={"verify_exp": False, "verify_iat": False})
            return [http(200, json.dumps(GRANTED).encode())]
        status, shaped = next(bodies)
        reflected = f"{seen.headers} {seen.body.decode()} {TOKEN} Bearer {TOKEN} {assertions[0]}"
        envelope = json.dumps({"code": "BAD", "description": reflected}) if shaped else reflected
        return [http(status, (envelope if status != 200 else f"<p>{reflected}").encode())]

    server, shown, words = serve(handler), [], "canary-of-a-body".replace("-", " ")
    client = Client.open(
        endpoint=server.url, token_url=f"{server.url}/token", credentials=credentials, timing=time.timing
    )
    for _ in range(6):
        with pytest.raises(LwdeployError) as caught:
            client.send(call("createBot", json={"botName": words}))
        shown += [*traceback.format_exception(caught.value), repr(caught.value), str(vars(caught.value))]
        shown += [repr(caught.value.__context__), repr(caught.value.__cause__)]
        assert caught.value.__context__ is None
        assert caught.value.__cause__ is None
    shown += [repr(client), str(vars(client)), repr(credentials), caplog.text]
    client.close()
    assert assertions
    for canary in (credentials.client_secret, TOKEN, assertions[0], assertions[0][:30], words):
        assert not [text for text in shown if canary in text]


def test_refused_credentials_are_not_reflected(
    account: Account, credentials: Credentials, answer: MakeAnswer
) -> None:
    """The token endpoint may quote the form it was sent."""
    said = f"client_secret={credentials.client_secret} assertion=eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"
    with pytest.raises(Rejected) as caught:
        account(Tokens(answer(400, {"error": "invalid_client", "error_description": said}))).token()
    assert credentials.client_secret not in str(caught.value)
    assert "eyJ" not in str(caught.value)


@pytest.mark.parametrize(
    ("read_only", "scopes", "scope"),
    [
        (True, (), "bot.read"),
        (False, (), "bot"),
        (True, ("bot.message", "user.read"), "bot.read bot.message user.read"),
        (False, ("bot", "user.read"), "bot user.read"),
    ],
)
def test_the_scope_follows_from_what_the_client_may_do(
    credentials: Credentials,
    serve: MakeServer,
    http: MakeHttp,
    *,
    read_only: bool,
    scopes: tuple[str, ...],
    scope: str,
) -> None:
    """A plan asks for `bot.read`, an apply for `bot`, and both for what else they are told (reference 1.5)."""
    server = serve(lambda seen: [http(200, json.dumps(GRANTED if seen.target == "/token" else {}).encode())])
    url = f"{server.url}/token"
    with Client.open(
        endpoint=server.url, token_url=url, credentials=credentials, read_only=read_only, scopes=scopes
    ) as client:
        client.send(call("getBot", botId=1))
    assert parse_qs(server.seen[0].body.decode())["scope"] == [scope]
    assert server.seen[1].headers["authorization"] == f"Bearer {TOKEN}"
    assert client.calls == {"getBot": 1}


def run(work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
