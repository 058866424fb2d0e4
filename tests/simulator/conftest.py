"""What the tests of the local tenant share: a tenant, a client that checks every answer, the API description."""

from __future__ import annotations

import functools
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jsonschema import Draft202012Validator

from lwdeploy.simulator import LocalTenant, Settings, start

DESCRIPTION = Path(__file__).parents[1] / "remote" / "lineworks-bot-openapi.yaml"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loads no certificates, which is slow; nothing here is https
BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ADMIN = "admin@example.com"
NOW = 1_800_000_000  # time stands still, but for what a test advances
TOKYO, OSAKA, KYOTO = 10000001, 10000002, 10000003


class Contract:
    """The published description of the API, and whether an exchange agrees with it."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.description = description
        self.operations: dict[str, tuple[str, str, Mapping[str, Any]]] = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in description["paths"].items()
            for method, operation in methods.items()
            if method in {"get", "post", "put", "patch", "delete"}
        }

    def check(self, response: httpx.Response, path: str) -> None:
        """Fail unless status, body and, for accepted requests, the request's body are as described."""
        operation = self._operation(response.request.method, path)
        if operation is None:
            assert response.status_code in {404, 405}, f"{path} is not described"
            return
        assert str(response.status_code) in operation["responses"], (
            f"{path}: {response.status_code} {response.text}"
        )
        described = self._resolved(operation["responses"][str(response.status_code)])
        if "content" in described:
            self._conform(response.json(), described["content"]["application/json"]["schema"])
        else:
            assert response.content == b"", f"{path}: a body where none is described"
        asked = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if asked and response.is_success and response.request.content:
            self._conform(httpx.Response(200, content=response.request.content).json(), asked["schema"])

    def _operation(self, method: str, path: str) -> Mapping[str, Any] | None:
        literal_first = sorted(self.operations.values(), key=lambda row: row[1].count("{"))
        for its_method, template, operation in literal_first:
            pattern = re.sub(r"\{\w+\}", "[^/]+", template)
            if its_method == method and re.fullmatch(pattern, path.partition("?")[0]):
                return operation
        return None

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            for name in part["$ref"].removeprefix("#/").split("/"):
                part = self.description[name] if name in self.description else part[name]
        return part

    def _conform(self, value: object, schema: Mapping[str, Any]) -> None:
        whole = {**schema, "components": self.description["components"]}
        Draft202012Validator(whole).validate(value)


class Api:
    """A client of one tenant; each answer is checked against the description unless the contract is left out."""

    def __init__(self, tenant: LocalTenant, http: httpx.Client, contract: Contract | None, scope: str) -> None:
        self.tenant = tenant
        self.contract = contract
        self.http = http
        self.token = self.sign_in(scope).json()["access_token"]

    def sign_in(self, scope: str, **claims: Any) -> httpx.Response:
        whole = {"iss": self.tenant.client_id, "sub": self.tenant.service_account, "iat": NOW, "exp": NOW + 3600}
        return self.ask_token(
            grant_type=BEARER,
            assertion=jwt.encode({**whole, **claims}, signing_key(self.tenant.private_key), algorithm="RS256"),
            scope=scope,
        )

    def ask_token(self, **fields: str) -> httpx.Response:
        client = {"client_id": self.tenant.client_id, "client_secret": self.tenant.client_secret}
        response = self.http.post(self.tenant.token_url, data={**client, **fields})
        if self.contract is not None:
            self.contract.check(response, "/token")
        return response

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        response = self.http.request(method, self.tenant.endpoint + path, json=body, headers=headers, **more)
        if self.contract is not None:
            self.contract.check(response, path)
        return response

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """Send, insist on success, return the JSON value of the answer (None without one)."""
        response = self.send(method, path, body)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        """Send, insist on a refusal, return its status, code and description."""
        response = self.send(method, path, body)
        assert response.is_error, f"{method} {path}: {response.status_code} {response.text}"
        envelope = response.json()
        return response.status_code, envelope["code"], envelope["description"]

    def make_bot(self, **over: Any) -> int:
        bot_id: int = self.done("POST", "/bots", bot_body(**over))["botId"]
        return bot_id

    def listed(self, path: str, name: str) -> list[Any]:
        """Return all rows of a list, page after page."""
        rows: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.send("GET", path, params={"cursor": cursor} if cursor else {}).json()
            rows += page[name]
            cursor = page["responseMetaData"]["nextCursor"]
        return rows


@functools.cache
def signing_key(pem: str) -> rsa.RSAPrivateKey:
    """Load a key without the slow proof that it is one."""
    key = load_pem_private_key(pem.encode(), password=None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def bot_body(**over: Any) -> dict[str, Any]:
    """Return the least that a bot needs, with `over` in place of, or beside it."""
    least = {"botName": "Help Desk", "photoUrl": "https://static.example.com/bot.png", "description": "Answers"}
    return {**least, "administrators": [ADMIN], **over}


def menu_body(**over: Any) -> dict[str, Any]:
    """Return a rich menu of one area."""
    area = {
        "action": {"type": "message", "label": "New", "text": "new", "postback": "ticket.new"},
        "bounds": {"x": 0, "y": 0, "width": 2500, "height": 843},
    }
    return {"richmenuName": "main", "size": {"width": 2500, "height": 843}, "areas": [area], **over}


@pytest.fixture(scope="session")
def contract() -> Contract:
    return Contract(yaml.safe_load(DESCRIPTION.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


Begin = Callable[..., Api]


@pytest.fixture
def begin(contract: Contract, private_key: str) -> Iterator[Begin]:
    """Start tenants with the settings that a test asks for; all of them end with the test."""
    with ExitStack() as ending:

        def _begin(*, scope: str = "bot", loose: bool = False, data: Path | None = None, **settings: Any) -> Api:
            whole = Settings(private_key=private_key, **settings)
            tenant = start(data=data, settings=whole, clock=lambda: NOW)
            ending.enter_context(tenant)
            http = ending.enter_context(httpx.Client(timeout=20, trust_env=False, verify=NO_TLS))
            return Api(tenant, http, None if loose else contract, scope)

        yield _begin


@pytest.fixture
def api(begin: Begin) -> Api:
    return begin()
