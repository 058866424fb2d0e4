"""The published description of the API, and whether an exchange over the wire agrees with it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from jsonschema import Draft202012Validator

from tests.support.recorder import Exchange

__all__ = ["Description", "described", "sent_file"]

_FILE = Path(__file__).parents[1] / "remote" / "lineworks-bot-openapi.yaml"
_METHODS = {"get", "post", "put", "patch", "delete"}
_BASES = ("/v1.0", "/oauth2/v2.0")
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_STORED = "/k/emsg/"
_PART = re.compile(rb'Content-Disposition: form-data; name="Filedata"; filename="[^"\r\n]+"')


@functools.cache
def described() -> Description:
    """Give the description of this folder."""
    return Description(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


class Description:
    """Checks exchanges. Requests must be exactly what is described, answers may hold more."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content
        self._operations = sorted(
            (
                (method.upper(), path, {**operation, "parameters": self._parameters(methods, operation)})
                for path, methods in content["paths"].items()
                for method, operation in methods.items()
                if method in _METHODS
            ),
            key=lambda row: row[1].count("{"),
        )

    def check(self, exchange: Exchange) -> str:
        """Fail unless request and answer are as described; give the operation's name.

        The storage host is described in words only: what goes there counts as `uploadAttachment` and
        `downloadAttachment`.
        """
        if exchange.path.startswith(_STORED):
            return _check_stored(exchange)
        operation, values = self._find(exchange)
        self._check_parameters(exchange, operation, values)
        self._check_headers(exchange, operation)
        self._check_body(exchange, operation)
        self._check_answer(exchange, operation)
        name: str = operation["operationId"]
        return name

    def _parameters(self, methods: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        both = [*methods.get("parameters", []), *operation.get("parameters", [])]
        return [self._resolved(each) for each in both]

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            found: Any = self._content
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def _find(self, exchange: Exchange) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        base = next((each for each in _BASES if exchange.path.startswith(f"{each}/")), None)
        assert base is not None, f"{exchange.path} is below no server"
        for method, template, operation in self._operations:
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            found = re.fullmatch(pattern, exchange.path.removeprefix(base))
            if method == exchange.method and found:
                return operation, found.groupdict()
        raise AssertionError(f"{exchange.method} {exchange.path} is not described")

    def _check_parameters(
        self, exchange: Exchange, operation: Mapping[str, Any], values: Mapping[str, str]
    ) -> None:
        query = {name: given[-1] for name, given in parse_qs(exchange.query, keep_blank_values=True).items()}
        for parameter in operation["parameters"]:
            given = {"path": values, "query": query}.get(parameter["in"], {})
            if parameter["name"] in given:
                self._conform(
                    _typed(given[parameter["name"]], self._resolved(parameter["schema"])), parameter["schema"]
                )
            else:
                assert not parameter.get("required"), f"{exchange.path}: {parameter['name']} is missing"
        known = {each["name"] for each in operation["parameters"] if each["in"] == "query"}
        assert set(query) <= known, f"{exchange.path}: {set(query) - known} are not described"

    def _check_headers(self, exchange: Exchange, operation: Mapping[str, Any]) -> None:
        if operation.get("security") == []:
            assert "authorization" not in exchange.headers
        else:
            _check_token(exchange)

    def _check_body(self, exchange: Exchange, operation: Mapping[str, Any]) -> None:
        asked = self._resolved(operation.get("requestBody", {}))
        if not exchange.body:
            assert not asked.get("required"), f"{exchange.method} {exchange.path}: a body is required"
            return
        assert asked, f"{exchange.method} {exchange.path}: a body where none is described"
        kind = exchange.headers["content-type"].partition(";")[0]
        schema = asked["content"][kind]["schema"]
        value = _form(exchange.body) if kind == _FORM else json.loads(exchange.body)
        self._conform(value, {"allOf": [schema], "unevaluatedProperties": False})

    def _check_answer(self, exchange: Exchange, operation: Mapping[str, Any]) -> None:
        where = f"{exchange.method} {exchange.path}: {exchange.status}"
        assert str(exchange.status) in operation["responses"], where
        answer = self._resolved(operation["responses"][str(exchange.status)])
        if "Location" in answer.get("headers", {}):
            assert urlsplit(exchange.answer_headers["location"]).netloc, where
        if not exchange.answer:
            return
        assert "content" in answer, f"{where}: a body where none is described"
        assert exchange.answer_headers["content-type"].startswith(_JSON), where
        self._conform(json.loads(exchange.answer), answer["content"][_JSON]["schema"])

    def _conform(self, value: object, schema: Mapping[str, Any]) -> None:
        Draft202012Validator({**schema, "components": self._content["components"]}).validate(value)

    def serialised(self) -> Iterator[str]:
        """Give the operations that must not run in parallel on one bot."""
        return (each["operationId"] for _, _, each in self._operations if each.get("x-serialize-per"))


def _typed(text: str, schema: Mapping[str, Any]) -> object:
    """Read a parameter as what its schema says it is."""
    return int(text) if schema.get("type") == "integer" and text.isdigit() else text


def _form(body: bytes) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}


def _check_token(exchange: Exchange) -> None:
    assert re.fullmatch(r"Bearer \S+", exchange.headers.get("authorization", ""))


# --- the storage host (reference 3.6)


def _check_stored(exchange: Exchange) -> str:
    """Bytes go there as the one part of a form, and come from there; both with the token."""
    _check_token(exchange)
    assert exchange.method in {"GET", "POST"}
    if exchange.method == "GET":
        assert (exchange.body, exchange.status) == (b"", 200)
        return "downloadAttachment"
    assert sent_file(exchange)
    assert exchange.status == 200
    assert not exchange.answer or json.loads(exchange.answer)["fileId"]
    return "uploadAttachment"


def sent_file(exchange: Exchange) -> bytes:
    """Give the file of an upload; fail unless the part `Filedata` is all that there is (RFC 7578)."""
    kind, _, boundary = exchange.headers["content-type"].partition("; boundary=")
    assert (kind, bool(boundary)) == ("multipart/form-data", True)
    before, part, after = exchange.body.split(b"--" + boundary.encode())
    assert (before, part[:2], part[-2:], after) == (b"", b"\r\n", b"\r\n", b"--\r\n")
    head, _, content = part[2:-2].partition(b"\r\n\r\n")
    assert any(_PART.fullmatch(line) for line in head.split(b"\r\n")), head
    return content
