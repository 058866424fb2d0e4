"""Tokens: who gets one, what it opens, when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lwdeploy.simulator import Settings, start
from tests.simulator.conftest import BEARER, NOW, bot_body, signing_key

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin

_BACK = "https://app.example.com/back?x=1"


def test_a_token_for_an_assertion_opens_the_api(api: Api) -> None:
    answer = api.sign_in("bot bot.read").json()
    assert (answer["scope"], answer["token_type"], answer["expires_in"]) == ("bot bot.read", "Bearer", 86400)
    api.token = answer["access_token"]
    api.done("GET", "/bots")


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": NOW - 0.25, "exp": NOW + 60.5},
        {"iat": NOW, "exp": NOW + 3600.00002},
        {"aud": "https://auth.worksmobile.com/oauth2/v2.0/token"},
        {"iat": NOW + 30},
    ],
    ids=["fractions", "two looks at the clock", "audience", "clock a little ahead"],
)
def test_assertions_of_all_real_clients_are_taken(api: Api, claims: dict[str, Any]) -> None:
    assert api.sign_in("bot", **claims).status_code == 200


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"iss": "somebody"}, "iss"),
        ({"sub": "somebody@example.com"}, "sub"),
        ({"exp": NOW - 1}, "expired"),
        ({"iat": NOW + 3600, "exp": NOW + 7200}, "future"),
        ({"exp": NOW + 7300}, "60 minutes"),
        ({"iat": NOW, "exp": NOW + 3601}, "60 minutes"),
        ({"iat": str(NOW)}, "iat"),
        ({"exp": str(NOW + 60)}, "exp"),
        ({"exp": None}, "exp"),
    ],
)
def test_a_wrong_assertion_is_an_invalid_grant(api: Api, claims: dict[str, Any], words: str) -> None:
    response = api.sign_in("bot", **claims)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")
    assert words in response.json()["error_description"]


def assertion(api: Api, key: Any, algorithm: str) -> str:
    claims = {"iss": api.tenant.client_id, "sub": api.tenant.service_account}
    return jwt.encode({**claims, "iat": NOW, "exp": NOW + 60}, key, algorithm=algorithm)


def test_only_the_key_of_the_service_account_signs(api: Api) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = signing_key(api.tenant.private_key)
    for wrong in (
        assertion(api, other, "RS256"),
        assertion(api, own, "RS512"),
        assertion(api, "x" * 32, "HS256"),
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJub25lIn0.e30.eA",
        assertion(api, own, "RS256") + "==",
        assertion(api, own, "RS256")[:-4],
        "W10.e30.eA",
        "e30.bnVs.eA",
        "eyJhbGciOiJSUzI1NiJ9.e30.a",
        "a.b.c",
        "x",
    ):
        response = api.ask_token(grant_type=BEARER, assertion=wrong, scope="bot")
        assert (response.status_code, response.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize("spelling", [BEARER, quote(BEARER, safe=""), quote(quote(BEARER, safe=""), safe="")])
def test_the_grant_type_may_be_encoded_again_and_again(api: Api, spelling: str) -> None:
    signed = assertion(api, signing_key(api.tenant.private_key), "RS256")
    assert api.ask_token(grant_type=spelling, assertion=signed, scope="bot").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_id": "x"}, 401, "invalid_client"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"assertion": ""}, 400, "invalid_request"),
        ({"scope": "bot board"}, 400, "invalid_scope"),
        ({"scope": " "}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_form_is_refused(api: Api, fields: dict[str, str], status: int, error: str) -> None:
    signed = assertion(api, signing_key(api.tenant.private_key), "RS256")
    whole = {"grant_type": BEARER, "assertion": signed, "scope": "bot", **fields}
    response = api.ask_token(**whole)
    assert (response.status_code, response.json()["error"]) == (status, error)


@pytest.mark.parametrize("content", [b"\xff", b"x", b"grant_type=a&grant_type=b", b""])
def test_what_is_no_form_is_refused(api: Api, content: bytes) -> None:
    response = api.http.post(api.tenant.token_url, content=content)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


# --- what a token opens -------------------------------------------------------------------------


def test_a_call_without_a_valid_token_is_unauthorized(api: Api) -> None:
    for header in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {api.token}"}):
        response = api.http.get(api.tenant.endpoint + "/bots", headers=header)
        assert response.status_code == 401
        assert response.json() == {"code": "UNAUTHORIZED", "description": "Authentication failed."}


@pytest.mark.parametrize(
    ("scope", "method", "path", "status"),
    [
        ("bot.read", "GET", "/bots", 200),
        ("bot.read", "POST", "/bots", 403),
        ("bot.read", "GET", "/bots/1/attachments/x", 403),
        ("bot.message", "GET", "/bots", 403),
        ("bot.message", "GET", "/bots/1/persistentmenu", 404),
        ("user.read", "GET", "/bots/1/persistentmenu", 403),
        ("bot.message,bot.read", "GET", "/bots", 200),
    ],
)
def test_a_scope_opens_its_operations_and_no_others(
    begin: Begin, scope: str, method: str, path: str, status: int
) -> None:
    api = begin(scope=scope)
    assert api.send(method, path, bot_body() if method == "POST" else None).status_code == status


def test_a_token_expires(begin: Begin) -> None:
    api = begin(token_seconds=3600)
    api.tenant.advance(3599)
    api.done("GET", "/bots")
    api.tenant.advance(2)
    assert api.refused("GET", "/bots")[0] == 401
    api.token = api.sign_in("bot").json()["access_token"]
    api.done("GET", "/bots")


def test_a_revoked_token_opens_nothing(api: Api) -> None:
    client = {"client_id": api.tenant.client_id, "client_secret": api.tenant.client_secret}
    url = api.tenant.token_url.replace("/token", "/revoke")
    assert api.http.post(url, data={**client, "token": api.token}).status_code == 200
    assert api.refused("GET", "/bots")[0] == 401
    assert api.http.post(url, data={**client, "token": "unknown"}).status_code == 200
    assert api.http.post(url, data={**client, "client_secret": "x", "token": "x"}).status_code == 401


# --- other grants -------------------------------------------------------------------------------


def test_a_refresh_token_gives_another_access_token_for_90_days(api: Api) -> None:
    refresh = api.sign_in("bot.read").json()["refresh_token"]
    api.tenant.advance(89 * 86400)
    answer = api.ask_token(grant_type="refresh_token", refresh_token=refresh).json()
    assert (answer["scope"], "refresh_token" in answer) == ("bot.read", False)
    api.token = answer["access_token"]
    api.done("GET", "/bots")
    api.tenant.advance(86400)
    assert api.ask_token(grant_type="refresh_token", refresh_token=refresh).json()["error"] == "invalid_grant"


def test_with_rotation_a_refresh_token_is_good_for_one_use(begin: Begin) -> None:
    api = begin(refresh_rotation=True)
    first = api.sign_in("bot").json()["refresh_token"]
    second = api.ask_token(grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert api.ask_token(grant_type="refresh_token", refresh_token=first).status_code == 400
    assert api.ask_token(grant_type="refresh_token", refresh_token=second).status_code == 200


def consent(api: Api, **over: str) -> Any:
    query = {"client_id": api.tenant.client_id, "redirect_uri": _BACK, "scope": "bot", "state": "s"}
    url = api.tenant.token_url.replace("/token", "/authorize")
    return api.http.get(url, params={**query, "response_type": "code", **over})


def test_a_consent_leads_back_with_a_code_that_is_good_for_one_token(api: Api) -> None:
    location = consent(api).headers["Location"]
    assert location.startswith(_BACK + "&")
    query = parse_qs(urlsplit(location).query)
    assert query["state"] == ["s"]
    fields = {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": _BACK}
    api.token = api.ask_token(**fields).json()["access_token"]
    api.done("GET", "/bots")
    assert api.ask_token(**fields).json()["error"] == "invalid_grant"


def test_a_code_lives_for_ten_minutes_and_for_its_address(api: Api) -> None:
    late, foreign = (parse_qs(urlsplit(consent(api).headers["Location"]).query)["code"][0] for _ in range(2))
    fields = {"grant_type": "authorization_code", "redirect_uri": "https://other.example.com"}
    assert api.ask_token(code=foreign, **fields).json()["error"] == "invalid_grant"
    api.tenant.advance(600)
    assert api.ask_token(code=late, grant_type="authorization_code").json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "over",
    [{"client_id": "x"}, {"state": ""}, {"redirect_uri": "x"}, {"response_type": "id_token"}, {"scope": "x"}],
)
def test_a_wrong_consent_leads_nowhere(api: Api, over: dict[str, str]) -> None:
    assert consent(api, **over).status_code == 400


def test_a_key_of_another_sort_cannot_start_a_tenant() -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(TypeError, match="RSA"):
        start(data=None, settings=Settings(private_key=pem.decode()))


def test_other_paths_and_methods_of_the_authorization_server_are_not_there(api: Api) -> None:
    answer = api.http.get(api.tenant.token_url)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert api.http.post(api.tenant.token_url + "/x").status_code == 404
