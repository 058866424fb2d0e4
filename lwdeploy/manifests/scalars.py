"""What a word without quotes means, where all YAML readers agree; where they do not, that it is refused.

YAML 1.1 (PyYAML, many tools) and YAML 1.2 (editors, Go tools) read `no`, `012` or `12:30` differently. Only
`true`, `false`, `null`, plain decimal integers and plain decimal fractions are taken for anything but text.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Scalar", "plain_scalar"]

Scalar = tuple[Any, str]
"""A value and an empty text, or the text as written and the reason why it is refused."""

_CONSTANTS = {"true": True, "false": False, "null": None, "": None}
_SWITCHES = frozenset({"yes", "no", "on", "off", "y", "n"})
_CASED = frozenset({"true", "false", "null"})
_NUMERIC = frozenset("0123456789+-.~=")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_FRACTION = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_SURPRISES = (
    (re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt\s].*)?"), "some YAML readers make a date of it"),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?"),
        "some YAML readers take it for a number in base 60",
    ),
    (re.compile(r"[-+]?0x[0-9a-fA-F_]+"), "some YAML readers take it for a hexadecimal number"),
    (re.compile(r"[-+]?0b[01_]+"), "some YAML readers take it for a binary number"),
    (
        re.compile(r"[-+]?0o?[0-7_]+"),
        "some YAML readers take it for an octal number, others for a decimal one",
    ),
    (re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)"), "YAML readers take it for a number that is none"),
    (
        re.compile(r"[-+]?(\.[0-9_]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?"),
        "YAML readers do not agree whether it is a number, and which",
    ),
    (re.compile(r"~"), "YAML readers take it for null"),
    (re.compile(r"="), "some YAML readers give it a meaning of its own"),
)


def plain_scalar(text: str) -> Scalar:
    """Read a scalar that stands without quotes."""
    if text in _CONSTANTS:
        return _CONSTANTS[text], ""
    if text[0] in _NUMERIC:
        return _number(text)
    return text, _word(text.lower(), text) if len(text) <= 5 else ""


def _word(lower: str, text: str) -> str:
    if lower in _SWITCHES:
        return "some YAML readers take it for true or false, others for text"
    return f"only {lower} in lower case is read alike everywhere" if lower in _CASED and lower != text else ""


def _number(text: str) -> Scalar:
    if _INTEGER.fullmatch(text):
        return int(text), ""
    if _FRACTION.fullmatch(text):
        value = float(text)
        # `1.10` would silently become 1.1, which matters where a version was meant.
        return (value, "") if repr(value) == text else (text, f"YAML readers take it for {value!r}")
    reasons = (why for pattern, why in _SURPRISES if pattern.fullmatch(text))
    return text, next(reasons, "")
