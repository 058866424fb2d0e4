"""A line of output with the name of its style, so that a view stays text and a terminal may colour it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Line", "Style", "plain", "printable"]


class Style(StrEnum):
    """What a line is about. Meaning is never told by colour alone: every line also says it in text."""

    PLAIN = "plain"
    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    DRIFT = "drift"
    DIM = "dim"
    ERROR = "error"
    WARNING = "warning"
    GOOD = "good"
    BOLD = "bold"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its line end."""

    text: str
    style: Style = Style.PLAIN


def plain(lines: Iterable[Line]) -> str:
    """Give the lines as text that ends with a line end."""
    return "".join(f"{line.text}\n" for line in lines)


_ACTED_UPON = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # invisible, but they make one sign of several in many scripts and in emoji


def printable(text: str) -> str:
    """Give a text that a terminal shows and does not act upon: names come from anywhere."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(each if _shows(each) else f"\\u{ord(each):04x}" for each in text)


def _shows(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in _ACTED_UPON
