"""Strict reading of request bodies: small checks that compose into the description of a body.

A check takes a value, its path and the rules in force, and returns the value as it will be stored. What does
not fit is INVALID_PARAMETER, what is too long EXCEEDED_LENGTH_LIMIT_OF_PARAM (reference section 2.7); both
name the field.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lwdeploy.simulator.wire import ApiError, invalid

__all__ = [
    "LANGUAGES",
    "Check",
    "Rules",
    "array",
    "boolean",
    "integer",
    "localized",
    "number",
    "record",
    "refined",
    "text",
    "variant",
]

LANGUAGES = ("ja_JP", "ko_KR", "en_US", "zh_CN", "zh_TW")  # section 2.10

_INT64 = 2**63
_NOTHING: Mapping[str, "Check"] = {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """How strictly bodies are read: what the switches of the tenant say."""

    refuse_surplus: bool = False
    refuse_null: bool = False
    utf16: bool = False

    def length(self, value: str) -> int:
        """Count a text in the unit in force."""
        return len(value.encode("utf-16-le", "surrogatepass")) // 2 if self.utf16 else len(value)


Check = Callable[[object, str, Rules], Any]


def _too_long(path: str, longest: int) -> ApiError:
    return ApiError(400, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", f"Maximum {path} length is {longest}")


def text(
    *,
    longest: int | None = None,
    one_of: Collection[str] | None = None,
    schemes: Collection[str] = (),
    empty: bool = True,
    one_line: bool = False,
) -> Check:
    """Check a text; `schemes` asks for an absolute URL of one of them, `one_line` makes newlines blanks."""

    def check(value: object, path: str, rules: Rules) -> str:
        if not isinstance(value, str):
            raise invalid(path, "must be a string")
        if not value and not empty:
            raise invalid(path, "must not be empty")
        if one_of is not None and value not in one_of:
            raise invalid(path, f"must be one of {', '.join(one_of)}")
        if longest is not None and rules.length(value) > longest:
            raise _too_long(path, longest)
        if value and schemes and not _is_url(value, schemes):
            raise invalid(path, f"must be a URL with {' or '.join(schemes)}")
        return re.sub(r"\r\n|\r|\n", " ", value) if one_line else value

    return check


def _is_url(value: str, schemes: Collection[str]) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in schemes and not re.search(r"[\s\x00-\x1f]", value)


def boolean(value: object, path: str, _rules: Rules) -> bool:
    """Check a true or false; 0, 1 and texts are neither."""
    if not isinstance(value, bool):
        raise invalid(path, "must be a boolean")
    return value


def integer(*, least: int = -_INT64, most: int = _INT64 - 1, one_of: Collection[int] | None = None) -> Check:
    """Check a whole number; 2500.0 is one, true is not."""

    def check(value: object, path: str, _rules: Rules) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(path, "must be an integer")
        if one_of is not None and value not in one_of:
            raise invalid(path, f"must be one of {', '.join(map(str, one_of))}")
        if not least <= value <= most:
            raise invalid(path, f"must be between {least} and {most}")
        return value

    return check


def number(value: object, path: str, _rules: Rules) -> float:
    """Check a number, whole or not."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise invalid(path, "must be a number")
    return value


def array(element: Check, *, least: int = 0, most: int | None = None, unique: bool = False) -> Check:
    """Check a list, each element, how many there are, and (`unique`) that none is there twice."""

    def check(value: object, path: str, rules: Rules) -> list[Any]:
        if not isinstance(value, list):
            raise invalid(path, "must be an array")
        if most is not None and len(value) > most:
            raise _too_long(path, most)
        if len(value) < least:
            raise invalid(path, f"must have at least {least} element{'s' if least > 1 else ''}")
        checked = [element(entry, f"{path}[{index}]", rules) for index, entry in enumerate(value)]
        if unique and any(entry in checked[:index] for index, entry in enumerate(checked)):
            raise invalid(path, "must not repeat a value")
        return checked

    return check


def record(
    *,
    required: Mapping[str, Check] = _NOTHING,
    optional: Mapping[str, Check] = _NOTHING,
    closed: bool = False,
) -> Check:
    """Check an object; unknown fields are dropped, or refused by the rules in force or when `closed`."""
    known = {**required, **optional}

    def check(value: object, path: str, rules: Rules) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid(path or "body", "must be an object")
        prefix = f"{path}." if path else ""
        _refuse_surplus(value.keys() - known.keys(), prefix, refuse=closed or rules.refuse_surplus)
        for name in required:
            if value.get(name) is None:
                raise invalid(f"{prefix}{name}", "is required")
        found: dict[str, Any] = {}
        for name, inner in known.items():
            if name not in value or (value[name] is None and not rules.refuse_null):
                continue
            found[name] = inner(value[name], f"{prefix}{name}", rules)
        return found

    return check


def _refuse_surplus(surplus: Collection[str], prefix: str, *, refuse: bool) -> None:
    if surplus and refuse:
        raise invalid(f"{prefix}{min(surplus)}", "is not a known parameter")


def variant(discriminator: str, shapes: Mapping[str, Check]) -> Check:
    """Check an object whose shape is chosen by one of its fields."""
    kind = text(one_of=tuple(shapes))

    def check(value: object, path: str, rules: Rules) -> Any:
        if not isinstance(value, dict):
            raise invalid(path, "must be an object")
        if discriminator not in value:
            raise invalid(f"{path}.{discriminator}", "is required")
        return shapes[kind(value[discriminator], f"{path}.{discriminator}", rules)](value, path, rules)

    return check


def localized(field: str, inner: Check) -> Check:
    """Check a list of {language, field} objects."""
    return array(record(required={"language": text(one_of=LANGUAGES), field: inner}))


def refined(first: Check, *then: Check) -> Check:
    """Check a value, then what was checked once more: for rules across its fields."""

    def check(value: object, path: str, rules: Rules) -> Any:
        checked = first(value, path, rules)
        for more in then:
            checked = more(checked, path, rules)
        return checked

    return check
