"""A state as bytes and back: sorted, indented JSON with a checksum; equal states give equal bytes.

The checksum is there for what JSON alone does not notice: a hand edit, two versions merged line by line
by a version control system, a flipped bit. Editing is not the way to correct a state; rebuilding it is.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, TypeVar

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import dumps
from lwdeploy.core.errors import Corrupt
from lwdeploy.core.types import State, StateEntry

__all__ = ["FORMAT_VERSION", "decode", "encode"]

FORMAT_VERSION = 1

T = TypeVar("T")


class _MalformedError(Exception):
    """The bytes are not a state; the message completes the sentence "it cannot be used: ..."."""


def encode(state: State) -> bytes:
    """Give the bytes to store. Raises ValueError or TypeError for values that JSON does not have."""
    body = _to_json(state)
    text = dumps({**body, "checksum": _checksum(body)}, indent=1)
    # A lone surrogate has no UTF-8 form; its backslash form inside a JSON string is its JSON escape.
    return f"{text}\n".encode("utf-8", "backslashreplace")


def decode(stored: bytes, *, place: str, advice: str) -> State:
    """Read a state back; raises Corrupt, naming `place`, for anything that `encode` did not write.

    `advice` says how this backend gets a former version back; a newer format has an advice of its own.
    """
    try:
        document = _Fields(_parse(stored), "it")
        _refuse_newer(document.take("format_version", int), place)
        return _state(document)
    except (_MalformedError, RecursionError) as error:
        raise Corrupt(f"the state in {place} cannot be used: {error}", advice=advice) from error


def _to_json(state: State) -> dict[str, Any]:
    ordered = sorted(state.entries.items(), key=lambda pair: (pair[0].path, pair[0].kind))
    return {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "tenant": dict(state.tenant),
        "project": state.project,
        "entries": [_entry_to_json(address, entry) for address, entry in ordered],
        "users": dict(state.users),
        "plans": list(state.plans),
    }


def _entry_to_json(address: Address, entry: StateEntry) -> dict[str, Any]:
    return {
        "kind": address.kind,
        "path": list(address.path),
        "remote_id": entry.remote_id,
        "applied": dict(entry.applied),
        "observed": dict(entry.observed),
        "protect": entry.protect,
        **({"fixed": True} if entry.fixed else {}),
    }


def _checksum(body: dict[str, Any]) -> str:
    """Digest in pure ASCII, where every spelling of one string is the same."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode("ascii")).hexdigest()


class _Fields:
    """The fields of one JSON object, each taken out once, so that what is left over is noticed."""

    def __init__(self, value: Any, where: str) -> None:
        if not isinstance(value, dict):
            raise _MalformedError(f"{where} is not a JSON object")
        self.left: dict[str, Any] = dict(value)
        self.where = where

    def take(self, name: str, kind: type[T]) -> T:
        """Give a field; its type must be exactly `kind` (a bool is no int)."""
        if name not in self.left:
            raise _MalformedError(f"{self.where} has no field {name!r}")
        return _exactly(self.left.pop(name), kind, f"field {name!r} of {self.where}")

    def done(self) -> None:
        """Refuse fields that nobody took."""
        if self.left:
            raise _MalformedError(f"{self.where} has an unknown field {min(self.left)!r}")


def _exactly(value: Any, kind: type[T], where: str) -> T:
    if type(value) is not kind:
        raise _MalformedError(f"{where} is {type(value).__name__}, not {kind.__name__}")
    return value


def _parse(stored: bytes) -> Any:
    try:
        return json.loads(stored.decode(), object_pairs_hook=_unique, parse_constant=_finite, parse_float=_finite)
    except ValueError as error:
        raise _MalformedError(f"it is torn or is not JSON ({error})") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _MalformedError("an object in it has the same field twice")
    return fields


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _MalformedError(f"it holds the number {text}")
    return number


def _refuse_newer(version: int, place: str) -> None:
    if version > FORMAT_VERSION:
        raise Corrupt(
            f"the state in {place} has format {version}; this lwdeploy reads up to {FORMAT_VERSION}",
            advice="It was written by a newer lwdeploy. Run that version, or a later one.",
        )
    if version != FORMAT_VERSION:
        raise _MalformedError(f"format {version} was never in use")


def _state(document: _Fields) -> State:
    checksum = document.take("checksum", str)
    if checksum != _checksum({"format_version": FORMAT_VERSION, **document.left}):
        raise _MalformedError("its checksum is wrong: something other than lwdeploy changed it")
    state = State(
        lineage=document.take("lineage", str),
        serial=document.take("serial", int),
        tenant=document.take("tenant", dict),
        project=document.take("project", str),
        entries=_entries(document.take("entries", list)),
        users={k: _exactly(v, str, f"user {k!r}") for k, v in document.take("users", dict).items()},
        plans=tuple(_exactly(each, str, "a plan digest") for each in document.take("plans", list)),
    )
    document.done()
    return state


def _entries(rows: list[Any]) -> dict[Address, StateEntry]:
    entries = dict(_entry(row, f"entry {number}") for number, row in enumerate(rows, start=1))
    if len(entries) != len(rows):
        raise _MalformedError("an address occurs twice")
    return entries


def _entry(row: Any, where: str) -> tuple[Address, StateEntry]:
    """Read one entry. The kind is not looked up: one that this version does not know is kept as it is."""
    fields = _Fields(row, where)
    path = fields.take("path", list)
    if len(path) < 2:
        raise _MalformedError(f"the path of {where} is too short")
    segments = tuple(_exactly(each, str, f"the path of {where}") for each in path)
    address = Address(kind=fields.take("kind", str), path=segments)
    entry = StateEntry(
        remote_id=fields.take("remote_id", str),
        applied=fields.take("applied", dict),
        observed=fields.take("observed", dict),
        protect=fields.take("protect", bool),
        fixed=fields.take("fixed", bool) if "fixed" in fields.left else False,
    )
    fields.done()
    return address, entry
