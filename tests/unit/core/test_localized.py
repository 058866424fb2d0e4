"""A text in several languages is one map in manifests and an array in the API, and nothing gets lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.core.localized import (
    DEFAULT,
    LANGUAGES,
    from_array,
    localized,
    one_line,
    text_length,
    to_array,
)


def test_a_bare_text_is_the_default_and_a_map_is_sorted() -> None:
    assert localized("Help") == {"default": "Help"}
    texts = localized({"ja_JP": "ヘルプ", "default": "Help"})
    assert list(texts) == ["default", "ja_JP"]


@pytest.mark.parametrize("array", [None, []])
def test_what_the_service_shows_names_every_language(array: list[dict[str, str]] | None) -> None:
    assert from_array("Help", array, field="botName") == {DEFAULT: "Help", **dict.fromkeys(LANGUAGES, "")}


def test_a_translation_without_text_is_no_translation() -> None:
    array: list[dict[str, str | None]] = [{"language": "ja_JP", "botName": None}, {"language": "ko_KR"}]
    assert from_array("Help", array, field="botName") == from_array("Help", None, field="botName")


def test_an_array_holds_only_languages_with_text_in_order() -> None:
    texts = {"zh_TW": "幫助", "default": "Help", "en_US": "", "ja_JP": "ヘルプ"}
    assert to_array(texts, field="botName") == [
        {"language": "ja_JP", "botName": "ヘルプ"},
        {"language": "zh_TW", "botName": "幫助"},
    ]


@given(base=st.text(), texts=st.dictionaries(st.sampled_from(LANGUAGES), st.text()))
def test_what_is_sent_comes_back(base: str, texts: dict[str, str]) -> None:
    array = to_array({DEFAULT: base, **texts}, field="botName")
    shown = from_array(base, array, field="botName")
    assert shown == {DEFAULT: base, **dict.fromkeys(LANGUAGES, ""), **texts}


@pytest.mark.parametrize("text", ["a\r\nb", "a\nb", "a\rb"])
def test_a_line_break_of_any_sort_becomes_one_blank(text: str) -> None:
    assert one_line(text) == "a b"


@pytest.mark.parametrize(("text", "length"), [("", 0), ("help", 4), ("ヘルプ", 3), ("😀", 2), ("\ud83d", 1)])
def test_a_text_is_counted_in_utf16_units(text: str, length: int) -> None:
    assert text_length(text) == length
