"""JSON Schema 2020-12 as our schemas mean it: whole numbers, whole patterns, and the place of a repeated entry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

__all__ = ["first_repeated", "is_regex", "validator_of"]


def validator_of(schema: Mapping[str, Any]) -> Validator:
    """Make the validator of an inlined schema."""
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer)
    keywords: dict[str, Callable[..., Any]] = {"uniqueItems": _unique, "pattern": _pattern}
    formats = FormatChecker(formats=())
    formats.checks("regex")(lambda value: not isinstance(value, str) or is_regex(value))
    made: Validator = extend(Draft202012Validator, keywords, type_checker=types)(  # type: ignore[no-untyped-call]
        schema, format_checker=formats
    )
    return made


def _is_integer(_checker: Any, value: Any) -> bool:
    """`1.0` is no integer here: what is written as a fraction was meant as something else."""
    return isinstance(value, int) and not isinstance(value, bool)


def _unique(_validator: Any, _wanted: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
    """As the original, but at the place of the repeated entry, and in linear time."""
    index = first_repeated(value) if isinstance(value, list) else None
    if index is not None:
        yield ValidationError("repeated", validator="uniqueItems", path=[index], instance=value[index])


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and re.fullmatch(pattern, value) is None:
        yield ValidationError("does not match", validator="pattern", instance=value)


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
