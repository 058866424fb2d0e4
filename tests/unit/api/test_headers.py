"""Rate-limit headers are read in every spelling, and nonsense is passed over."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.api.headers import WINDOW, RateLimit, rate_limit, reset_seconds, server_time

WALL = 1_800_000_000.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("12", 12.0),
        (" 12 ", 12.0),
        ("1.5", 1.5),
        ("0", 0.0),
        ("-5", 0.0),
        ("59, 3600;w=3600", 59.0),
        ("30;w=60", 30.0),
        ("86400", WINDOW),
        ("1800000020", 20.0),
        ("1800000020500", 20.5),
        ("1799999000", 0.0),
        ("Fri, 15 Jan 2027 08:00:30 GMT", 30.0),
        ("Fri, 15 Jan 2021 08:00:30 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("12abc", None),
        ("\u00b2", None),
        ("9" * 400, None),
    ],
)
def test_reset_takes_seconds_epochs_and_dates(value: str, seconds: float | None) -> None:
    """Seconds, epoch in s or ms, HTTP dates; past is zero, huge is one window, garbage is nothing."""
    assert reset_seconds({"ratelimit-reset": value}, wall=WALL) == seconds


def test_an_older_or_another_spelling_is_used_when_the_first_is_no_use() -> None:
    """X-RateLimit-Reset and Retry-After stand in for a missing or broken RateLimit-Reset."""
    assert reset_seconds({"ratelimit-reset": "?", "x-ratelimit-reset": "7"}, wall=WALL) == 7
    assert reset_seconds({"retry-after": "9"}, wall=WALL) == 9
    assert reset_seconds({"ratelimit-reset": "5", "retry-after": "9"}, wall=WALL) == 5
    assert reset_seconds({}, wall=WALL) is None


def test_the_allowance_is_read_from_either_spelling() -> None:
    """Limit and remaining are needed; a missing reset is one window."""
    seen = rate_limit({"x-ratelimit-limit": "60", "ratelimit-remaining": "59"}, wall=WALL)
    assert seen == RateLimit(limit=60, remaining=59, reset=WINDOW)


@pytest.mark.parametrize(("limit", "remaining"), [("0", "0"), ("-1", "1"), ("x", "1"), ("60", "x"), ("60", "-1")])
def test_a_senseless_allowance_is_none(limit: str, remaining: str) -> None:
    """Pacing by nonsense would stop the run."""
    assert rate_limit({"ratelimit-limit": limit, "ratelimit-remaining": remaining}, wall=WALL) is None


def test_more_left_than_there_are_is_all_of_them() -> None:
    """Remaining is bounded by limit."""
    seen = rate_limit({"ratelimit-limit": "10", "ratelimit-remaining": "99"}, wall=WALL)
    assert seen is not None
    assert seen.remaining == 10


@given(st.text() | st.from_regex(r"[0-9.,;:+-]{0,30}") | st.floats().map(str) | st.integers().map(str))
def test_no_text_at_all_breaks_the_reading(text: str) -> None:
    """Whatever a header holds: None, or seconds within one window."""
    seconds = reset_seconds({"ratelimit-reset": text, "x-ratelimit-reset": text}, wall=WALL)
    assert seconds is None or (math.isfinite(seconds) and 0 <= seconds <= WINDOW)
    seen = rate_limit({"ratelimit-limit": text, "ratelimit-remaining": text}, wall=WALL)
    assert seen is None or 0 <= seen.remaining <= seen.limit
    server_time({"date": text})


@given(st.floats(min_value=0, max_value=60))
def test_seconds_come_through_as_they_are(value: float) -> None:
    """Plain decimal seconds within the window are not changed."""
    text = f"{value:.6f}"
    assert reset_seconds({"ratelimit-reset": text}, wall=WALL) == float(text)
