"""What the rate-limit headers of an answer say (reference 2.6), however they are spelt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

__all__ = ["WINDOW", "RateLimit", "rate_limit", "reset_seconds", "server_time"]

WINDOW = 60.0
"""Seconds of one rate window (reference 2.6); no wait that a header asks for is longer."""

_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,18}(?:\.[0-9]{1,9})?)\s*(?:[,;].*)?", re.DOTALL)
_RESET = ("ratelimit-reset", "x-ratelimit-reset", "retry-after")
_EPOCH = 1e8  # a number this large is a date, not a wait: three years of seconds
_MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """The allowance of one operation: calls per window, calls left, seconds until it is full again."""

    limit: int
    remaining: int
    reset: float


def rate_limit(headers: Mapping[str, str], *, wall: float) -> RateLimit | None:
    """Read the allowance from lower-case headers; None unless limit and remaining are both sensible."""
    limit, remaining = _count(headers, "limit"), _count(headers, "remaining")
    if not limit or remaining is None:
        return None
    reset = reset_seconds(headers, wall=wall)
    return RateLimit(limit=limit, remaining=min(remaining, limit), reset=WINDOW if reset is None else reset)


def reset_seconds(headers: Mapping[str, str], *, wall: float) -> float | None:
    """Give the seconds until the window resets, 0 <= x <= WINDOW; None when no header says it.

    Takes seconds, seconds or milliseconds since 1970, and an HTTP date; what is neither is passed over.
    """
    for name in _RESET:
        seconds = _delay(headers.get(name, ""), wall=wall)
        if seconds is not None:
            return min(max(seconds, 0.0), WINDOW)
    return None


def server_time(headers: Mapping[str, str]) -> float | None:
    """Give the server's clock in seconds since 1970, from its Date header."""
    return _date(headers.get("date", ""))


def _count(headers: Mapping[str, str], what: str) -> int | None:
    for name in (f"ratelimit-{what}", f"x-ratelimit-{what}"):
        number = _number(headers.get(name, ""))
        if number is not None and number >= 0:
            return int(number)
    return None


def _delay(text: str, *, wall: float) -> float | None:
    number = _number(text)
    if number is None:
        moment = _date(text)
        return None if moment is None else moment - wall
    if number >= _MILLISECONDS:
        return number / 1000 - wall
    return number - wall if number >= _EPOCH else number


def _number(text: str) -> float | None:
    found = _NUMBER.fullmatch(text)
    return None if found is None else float(found[1])


def _date(text: str) -> float | None:
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
