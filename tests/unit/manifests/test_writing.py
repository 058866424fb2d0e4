"""What is written is what our own strict reader and every other one read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.manifests.document import Source
from lwdeploy.manifests.reading import Read, read
from lwdeploy.manifests.writing import block_lines, flow_text, manifest_text, quoted_text
from tests.property.strategies import NASTY, bounded

SHIFTY = (
    "no",
    "On",
    "y",
    "n",
    "~",
    "",
    "null",
    "True",
    "012",
    "0o7",
    "1e5",
    "12:30",
    "2026-01-05",
    "1_000",
    "<<",
    "=",
)
AWKWARD = (
    "a: b",
    "# a",
    "- a",
    "{a}",
    "[a]",
    "a #b",
    "'a'",
    '"a"',
    "a\nb",
    " a ",
    "!a",
    "&a",
    "*a",
    "%a",
    "@a",
    "\u3000",
    "a\tb",
)


def reread(text: str) -> Read:
    (made,) = read(text, Source(name="bots.yaml", folder=Path()))
    return made


def written(value: Any, **over: Any) -> str:
    return manifest_text({"spec": value}, **over)


@pytest.mark.parametrize("word", [*SHIFTY, *AWKWARD, *(each for each in NASTY if each != "\ufeff")])
def test_a_text_stays_a_text_for_every_reader(word: str) -> None:
    """As a value, as an entry of a list, and as a key."""
    document = {"a": word, "b": [word], "c": {word or "d": word}}
    text = manifest_text(document)
    made = reread(text)
    assert (made.data, made.findings) == (document, [])
    assert yaml.safe_load(text) == document


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]).filter(lambda each: each not in "\ufeff\ufffe\uffff")
)
VALUES = st.recursive(
    TEXTS | st.booleans() | st.integers(-(10**17), 10**17),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS.filter(bool), inner, max_size=3),
    max_leaves=10,
)


@bounded(150)
@given(document=st.dictionaries(TEXTS.filter(bool), VALUES, min_size=1, max_size=3))
def test_any_document_comes_back_as_it_was(document: dict[str, Any]) -> None:
    text = manifest_text(document, head=["of two", "lines"])
    made = reread(text)
    assert (made.data, made.findings) == (document, [])
    assert yaml.safe_load(text) == document


def test_a_control_character_is_found_by_the_reader_and_not_swallowed() -> None:
    made = reread(written({"botName": "bell\a"}))
    assert made.data == {"spec": {"botName": "bell\a"}}
    assert [each.rule for each in made.findings] == ["LW006"]


@pytest.mark.parametrize("text", ["\u202eksed pleh", "two\nlines \u2066x\u2069", "back\\\u202dslash", "'\u202a'"])
def test_what_turns_the_order_of_a_line_round_is_written_as_an_escape(text: str) -> None:
    """Whoever reviews the file sees what is there, and no reader sees anything else."""
    document = {"a": text, "b": [text], text: "c"}
    lines = block_lines(document), [flow_text([text])], [quoted_text(text.replace("\n", ""), "'")]
    for written in ("\n".join(each) for each in (manifest_text(document).splitlines(), *lines)):
        assert not set(written) & set("\u202a\u202d\u202e\u2066\u2069")
        assert "\\u20" in written
    assert yaml.safe_load(manifest_text(document)) == document
    assert yaml.safe_load("\n".join(block_lines(document))) == document
    assert yaml.safe_load(quoted_text(text.replace("\n", ""), "'")) == text.replace("\n", "")


def test_keys_stay_in_their_order_and_lists_stand_below_their_keys() -> None:
    shown = written({"b": ["x", {"z": 1, "y": "t"}], "a": []})
    assert shown == "spec:\n  b:\n    - x\n    - z: 1\n      y: t\n  a: []\n"


def test_numbers_stand_in_one_line() -> None:
    assert written({"x": 0, "y": -1, "width": 2}) == "spec: {x: 0, y: -1, width: 2}\n"


def test_what_stands_twice_is_written_twice() -> None:
    """An anchor would be read, and nobody would understand it."""
    shared = ["taro@example.com"]
    assert written({"primary": shared, "vice": shared}).count("taro") == 2


def test_long_texts_are_not_broken() -> None:
    assert written("a b " * 100).count("\n") == 1


def test_comments_stand_on_top_and_above_their_fields_as_deep_as_these() -> None:
    spec = {"callback": {"enabled": False, "url": "https://a.example"}}
    comments = {("spec", "callback", "url"): "one", ("spec",): "two"}
    assert written(spec, head=["first", ""], comments=comments) == (
        "# first\n#\n# two\nspec:\n  callback:\n    enabled: false\n    # one\n    url: https://a.example\n"
    )


def test_a_comment_stays_a_comment_whatever_it_says() -> None:
    text = written({"a": "b"}, head=["line\nkind: Removed"], comments={("spec", "a"): "x\u2028y: z"})
    assert yaml.safe_load(text) == {"spec": {"a": "b"}}
    assert text.count("\n") == 4
