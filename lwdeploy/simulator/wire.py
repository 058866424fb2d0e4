"""What goes over the wire: a request as it came, an answer to send, and the refusal of one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

__all__ = ["Answer", "ApiError", "Event", "Request", "encode", "invalid", "missing", "not_allowed", "parse_json"]

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def encode(value: object) -> bytes:
    """Write a JSON value compactly, as the service does."""
    return _ENCODER.encode(value).encode()


class ApiError(Exception):
    """A refusal, in the envelope of the resource API (reference section 2.7)."""

    def __init__(self, status: int, code: str, description: str, *, allow: str = "") -> None:
        super().__init__(f"{status} {code}: {description}")
        self.status = status
        self.code = code
        self.description = description
        self.allow = allow


def invalid(path: str, why: str) -> ApiError:
    """Refuse a value; the description starts with the field's path."""
    return ApiError(400, "INVALID_PARAMETER", f"{path} {why}")


def not_allowed(method: str, *, allow: Iterable[str]) -> ApiError:
    """Refuse a method and name the ones that the path has."""
    return ApiError(405, "METHOD_NOT_ALLOWED", f"{method} is not allowed here", allow=", ".join(sorted(allow)))


def missing(what: str) -> ApiError:
    """Say that a resource is not there."""
    return ApiError(404, "NOT_FOUND", f"{what} not found")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A callback to be sent for a bot once the change that caused it is committed."""

    bot_id: int
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A status with a JSON value, raw bytes, or nothing."""

    status: int
    content: object = None
    raw: bytes | None = None
    media_type: str = "application/json; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    events: tuple[Event, ...] = ()

    def body(self) -> bytes:
        """Return the bytes of the body, none for an answer without content."""
        if self.raw is not None:
            return self.raw
        return b"" if self.content is None else encode(self.content)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request, whole; `segments` are the parts of the path, each percent-decoded once."""

    method: str
    path: str
    segments: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    body: bytes
    origin: str

    def parameters(self) -> dict[str, str]:
        """Return the query, the last value of each key."""
        if not self.query:
            return {}
        return {key: values[-1] for key, values in parse_qs(self.query, keep_blank_values=True).items()}


def parse_json(body: bytes) -> Any:
    """Read a JSON body whatever its Content-Type says; what is no JSON is INVALID_PARAMETER."""
    try:
        value = json.loads(body, parse_constant=_no_constant)
        if b"\\u" in body:
            encode(value)
    except (ValueError, RecursionError) as error:
        raise invalid("body", "is not valid JSON") from error
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
