"""Whether a document is valid, as fast as Python goes: one closure for each keyword of our schemas.

jsonschema takes a quarter of a second for 300 bots, and as long again to be imported. Documents are nearly
always valid, so this says yes to those, and jsonschema is asked only for the reasons of a no. It knows the
keywords that our schemas use and refuses any other; a test compares both on arbitrary documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence, Sized
from typing import Any

__all__ = ["Check", "Unsupported", "acceptor", "first_repeated", "is_regex"]

Check = Callable[[Any], bool]

# Annotations, and keywords that the check of their neighbour reads.
_SILENT = frozenset(
    {"$schema", "$id", "title", "description", "examples", "patternErrorMessage", "then", "else", "properties"}
)
_TYPES: Mapping[str, Check] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


class Unsupported(ValueError):
    """A schema uses a keyword that has no check here."""


def acceptor(schema: Any) -> Check:
    """Compile an inlined schema. The check never raises, whatever it is given."""
    if isinstance(schema, bool):
        return lambda _value: schema
    checks = [_check(keyword, schema) for keyword in schema if keyword not in _SILENT]
    if "properties" in schema and "additionalProperties" not in schema:
        checks.append(_properties(schema))
    return lambda value: all(check(value) for check in checks)


def _check(keyword: str, schema: Mapping[str, Any]) -> Check:
    maker = _MAKERS.get(keyword)
    if maker is None:
        raise Unsupported(keyword)
    return maker(schema)


def _type(schema: Mapping[str, Any]) -> Check:
    wanted = schema["type"]
    if isinstance(wanted, str):
        return _TYPES[wanted]
    kinds = [_TYPES[name] for name in wanted]
    return lambda value: any(check(value) for check in kinds)


def _properties(schema: Mapping[str, Any]) -> Check:
    known = {name: acceptor(below) for name, below in schema.get("properties", {}).items()}
    other = acceptor(schema.get("additionalProperties", True))

    def check(value: Any) -> bool:
        return not isinstance(value, dict) or all(known.get(name, other)(each) for name, each in value.items())

    return check


def _required(schema: Mapping[str, Any]) -> Check:
    names = frozenset(schema["required"])
    return lambda value: not isinstance(value, dict) or names <= value.keys()


def _names(schema: Mapping[str, Any]) -> Check:
    check = acceptor(schema["propertyNames"])
    return lambda value: not isinstance(value, dict) or all(check(name) for name in value)


def _items(schema: Mapping[str, Any]) -> Check:
    check = acceptor(schema["items"])
    return lambda value: not isinstance(value, list) or all(check(each) for each in value)


def _unique(_schema: Mapping[str, Any]) -> Check:
    return lambda value: not isinstance(value, list) or first_repeated(value) is None


def _condition(schema: Mapping[str, Any]) -> Check:
    chosen = acceptor(schema["if"])
    then, otherwise = acceptor(schema.get("then", True)), acceptor(schema.get("else", True))
    return lambda value: then(value) if chosen(value) else otherwise(value)


def _all(schema: Mapping[str, Any]) -> Check:
    checks = [acceptor(each) for each in schema["allOf"]]
    return lambda value: all(check(value) for check in checks)


def _enum(schema: Mapping[str, Any]) -> Check:
    allowed = schema.get("enum", [schema.get("const")])
    return lambda value: isinstance(value, str) and value in allowed


def _pattern(schema: Mapping[str, Any]) -> Check:
    # Anchored patterns, all of them; `fullmatch` keeps `$` from taking a line end for the end.
    matches = re.compile(schema["pattern"]).fullmatch
    return lambda value: not isinstance(value, str) or matches(value) is not None


def _format(schema: Mapping[str, Any]) -> Check:
    if schema["format"] != "regex":
        return lambda _value: True
    return lambda value: not isinstance(value, str) or is_regex(value)


def _size(keyword: str, kind: type[Sized], *, least: bool) -> Callable[[Mapping[str, Any]], Check]:
    def make(schema: Mapping[str, Any]) -> Check:
        bound = schema[keyword]
        if least:
            return lambda value: not isinstance(value, kind) or len(value) >= bound
        return lambda value: not isinstance(value, kind) or len(value) <= bound

    return make


def _bound(keyword: str, inside: Callable[[Any, Any], bool]) -> Callable[[Mapping[str, Any]], Check]:
    number = _TYPES["number"]

    def make(schema: Mapping[str, Any]) -> Check:
        bound = schema[keyword]
        return lambda value: not number(value) or inside(value, bound)

    return make


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Check]] = {
    "type": _type,
    "additionalProperties": _properties,
    "required": _required,
    "propertyNames": _names,
    "items": _items,
    "uniqueItems": _unique,
    "if": _condition,
    "allOf": _all,
    "enum": _enum,
    "const": _enum,
    "pattern": _pattern,
    "format": _format,
    "minLength": _size("minLength", str, least=True),
    "maxLength": _size("maxLength", str, least=False),
    "minItems": _size("minItems", list, least=True),
    "maxItems": _size("maxItems", list, least=False),
    "minProperties": _size("minProperties", dict, least=True),
    "maxProperties": _size("maxProperties", dict, least=False),
    "minimum": _bound("minimum", lambda value, bound: value >= bound),
    "maximum": _bound("maximum", lambda value, bound: value <= bound),
    "exclusiveMinimum": _bound("exclusiveMinimum", lambda value, bound: value > bound),
}


def first_repeated(values: Sequence[Any]) -> int | None:
    """Give the index of the first value that stands in the list before; 1 and `1` are different values."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        written = json.dumps(value, sort_keys=True)
        if written in seen:
            return index
        seen.add(written)
    return None


def is_regex(text: str) -> bool:
    """Whether a text is a regular expression."""
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return True
