"""What the service says is shown only after it was made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.api.wording import LONGEST, envelope, harmless


def test_the_envelope_is_read() -> None:
    """Code and description of reference 2.7."""
    said = envelope({"code": "BAD_REQUEST", "description": 'Cannot find "a@example.com"', "more": 1})
    assert str(said) == 'BAD_REQUEST: Cannot find "a@example.com"'


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "text",
        {},
        {"code": 5},
        {"code": "two words"},
        {"code": "x" * 65},
        {"code": ""},
        {"message": "no"},
    ],
)
def test_anything_else_is_not_echoed(body: object) -> None:
    """An error page or a body of another shape may hold anything."""
    assert str(envelope(body)) == ""


def test_a_description_that_is_no_text_is_left_out() -> None:
    """The code alone is still worth showing."""
    assert str(envelope({"code": "X", "description": {"a": 1}})) == "X"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\x1b[31mc\u202ed\u200be", "a b [31mc d e"),
        ('bad {"botName": "secret"} body', "bad [...]"),
        ('bad [{"x": 1}] body', "bad [...]"),
        ('bad {\\"x\\": 1}', "bad [...]"),
        ("no Bearer abc.def here", "no [...] here"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln bad", "token [...] bad"),
        ("key -----BEGIN PRIVATE KEY----- MIIE", "key [...]"),
        ("bad https://host/path?key=1&b=2 url", "bad https://host/path?[...] url"),
        ("the value XYZZY", "the value [...]"),
        ("url https://h/s3cret/ no", "url [...] no"),
        ("user taro@example.com unknown", "user taro@example.com unknown"),
    ],
)
def test_what_was_sent_and_what_is_secret_is_cut_out(text: str, shown: str) -> None:
    """Reflected JSON, URLs with queries, tokens, keys, and values of the request that are not plain ids."""
    sent = {"callbackUrl": "https://h/s3cret/", "administrators": ["taro@example.com"]}
    assert harmless(text, sent=sent, secrets=("XYZZY",)) == shown


@given(st.text(max_size=600))
def test_it_is_one_short_printable_line(text: str) -> None:
    """Nothing can move a cursor, break a log line or fill a screen."""
    shown = harmless(text)
    assert len(shown) <= LONGEST + 3
    assert shown.isprintable()


@given(st.text(min_size=1, max_size=30).filter(str.strip), st.text(max_size=30), st.text(max_size=30))
def test_a_secret_is_never_in_it(secret: str, before: str, after: str) -> None:
    """Wherever the service quotes it."""
    canary = f"<{secret}>"
    assert canary not in harmless(before + canary + after, secrets=(canary,))
