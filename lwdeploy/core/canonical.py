"""Canonical form of JSON-like values, and digests that do not depend on hash seeds or key order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

__all__ = ["ABSENT", "JSON", "canonical", "digest", "dumps", "get_path", "leaves", "nested"]

JSON = Any  # a value that json.dumps takes; spelled out where a door is narrow


class _Absent:
    """The value of a field that is not there, where None would be a value of its own."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"

    def __bool__(self) -> bool:
        return False


ABSENT = _Absent()


def canonical(value: Any) -> Any:
    """Give `value` with every mapping sorted by key and every tuple made a list."""
    if isinstance(value, dict):
        return {key: canonical(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [canonical(each) for each in value]
    return value


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Write a JSON value in canonical form: sorted keys, no escaping of non-ASCII text."""
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=indent, separators=separators)


def digest(value: Any) -> str:
    """Give `sha256:<64 hex digits>` of the canonical form of a JSON value."""
    return "sha256:" + hashlib.sha256(dumps(value).encode("utf-8", "surrogatepass")).hexdigest()


def leaves(spec: Any, prefix: str = "") -> dict[str, Any]:
    """Flatten nested mappings into `{"a.b": leaf}`; lists are leaves, an empty mapping has none."""
    if not isinstance(spec, dict):
        return {prefix: spec}
    flat: dict[str, Any] = {}
    for key in sorted(spec):
        flat |= leaves(spec[key], f"{prefix}.{key}" if prefix else str(key))
    return flat


def nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Give what `leaves` flattened: `{"a.b": leaf}` as nested mappings, in canonical form."""
    spec: dict[str, Any] = {}
    for path, value in flat.items():
        target = spec
        *groups, leaf = path.split(".")
        for group in groups:
            target = target.setdefault(group, {})
        target[leaf] = value
    return dict(canonical(spec))


def get_path(spec: Any, path: str) -> Any:
    """Give the value at a dotted path, or ABSENT."""
    for key in path.split("."):
        if not isinstance(spec, dict) or key not in spec:
            return ABSENT
        spec = spec[key]
    return spec
