"""What a menu's button does: from the manifest's words to the API's, and back, with nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.core.actions import (
    ActionForm,
    action_from_api,
    action_from_manifest,
    action_to_api,
    bad_links,
    missing_fields,
    surplus_fields,
    texts_of,
    too_long,
)
from lwdeploy.core.localized import LANGUAGES

FORM = ActionForm(
    fields={"message": frozenset({"text", "postback"}), "postback": frozenset({"data", "displayText"})},
    needed={"postback": ("data",)},
    limits={"label": 5, "data": 5},
)
JOINED = ActionForm(fields={}, needed={}, limits={}, joined_lines=True)


def sent(action: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is sent for an action that a manifest declares."""
    return action_to_api(action_from_manifest(action, form=FORM))


# --- between manifest and API


def test_a_bare_text_is_sent_as_the_field_of_its_name() -> None:
    assert sent({"type": "message", "label": "New", "text": "new", "postback": "a=1"}) == {
        "type": "message",
        "label": "New",
        "text": "new",
        "postback": "a=1",
    }


@pytest.mark.parametrize(
    ("name", "array"), [("label", "i18nLabels"), ("text", "i18nTexts"), ("displayText", "i18nDisplayTexts")]
)
def test_translations_are_sent_in_the_array_that_belongs_to_their_field(name: str, array: str) -> None:
    made = sent({"type": "message", name: {"default": "New", "ko_KR": "새", "ja_JP": "新"}})
    assert made == {
        "type": "message",
        name: "New",
        array: [{"language": "ja_JP", name: "新"}, {"language": "ko_KR", name: "새"}],
    }


@pytest.mark.parametrize("name", ["postback", "data", "uri", "copyText"])
def test_what_is_no_text_for_people_is_sent_as_it_is(name: str) -> None:
    assert sent({"type": "x", name: "a\nb"}) == {"type": "x", name: "a\nb"}


def test_a_text_without_a_default_is_sent_as_translations_only() -> None:
    assert sent({"type": "message", "label": {"ja_JP": "新"}}) == {
        "type": "message",
        "i18nLabels": [{"language": "ja_JP", "label": "新"}],
    }


def test_what_is_empty_is_not_there_in_either_form() -> None:
    """The service shows an empty field and an absent one alike."""
    empty = {"type": "uri", "label": {"default": "", "ja_JP": ""}, "text": "", "uri": "", "postback": ""}
    shown: dict[str, Any] = {
        "type": "uri",
        "label": "",
        "i18nLabels": [],
        "text": None,
        "uri": "",
        "postback": None,
    }
    assert action_from_manifest(empty, form=FORM) == {"type": "uri"}
    assert action_from_api(shown, form=FORM) == {"type": "uri"}


def test_the_canonical_form_is_sorted() -> None:
    made = action_from_manifest({"uri": "b", "type": "uri", "label": {"ja_JP": "新", "default": "a"}}, form=FORM)
    assert list(made) == ["label", "type", "uri"]
    assert list(made["label"]) == ["default", "ja_JP"]


def test_an_action_that_the_service_shows_without_a_type_is_read_all_the_same() -> None:
    assert action_from_api({"label": "New"}, form=FORM) == {"type": None, "label": {"default": "New"}}


def test_a_translation_is_read_where_there_is_no_text_without_one() -> None:
    shown = {"type": "message", "i18nLabels": [{"language": "ja_JP", "label": "新"}]}
    assert action_from_api(shown, form=FORM) == {"type": "message", "label": {"ja_JP": "新"}}


@pytest.mark.parametrize(("form", "kept"), [(FORM, "a\r\nb"), (JOINED, "a b")])
def test_line_breaks_are_kept_unless_the_menu_joins_lines(form: ActionForm, kept: str) -> None:
    written = {"type": "message", "label": {"default": "a\r\nb", "ja_JP": "a\r\nb"}}
    expected = {"type": "message", "label": {"default": kept, "ja_JP": kept}}
    assert action_from_manifest(written, form=form) == expected
    assert action_from_api(action_to_api(expected), form=form) == expected


TEXTS = st.text(max_size=3) | st.dictionaries(st.sampled_from(["default", *LANGUAGES]), st.text(max_size=3))
WRITTEN = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "postback", "uri", "copy"])},
    optional={
        **dict.fromkeys(("label", "text", "displayText"), TEXTS),
        **dict.fromkeys(("postback", "data", "uri", "copyText"), st.text(max_size=3)),
    },
)


@given(action=WRITTEN)
def test_every_action_comes_back_from_the_api_as_it_was_declared(action: dict[str, Any]) -> None:
    declared = action_from_manifest(action, form=FORM)
    assert action_from_api(action_to_api(declared), form=FORM) == declared


# --- texts and findings


def test_texts_are_given_with_their_paths_as_the_manifest_writes_them() -> None:
    action = {"label": "a", "text": {"default": "b", "ja_JP": "c"}}
    assert list(texts_of(action, "label")) == [("label", "a")]
    assert list(texts_of(action, "text")) == [("text.default", "b"), ("text.ja_JP", "c")]
    assert list(texts_of(action, "displayText")) == []


def placed(*actions: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"actions.{index}", action) for index, action in enumerate(actions)]


def test_what_a_type_needs_is_missing_when_it_is_absent_or_empty() -> None:
    rows = placed({"type": "postback"}, {"type": "postback", "data": ""}, {"type": "postback", "data": "a"})
    found = list(missing_fields(rows, form=FORM))
    assert [each.path for each in found] == ["actions.0", "actions.1"]
    assert {each.message for each in found} == {"an action of type postback needs data"}


@pytest.mark.parametrize("action", [{}, {"type": "hologram"}])
def test_a_type_that_nobody_knows_lacks_nothing(action: dict[str, Any]) -> None:
    assert list(missing_fields(placed(action), form=FORM)) == []


def test_a_label_is_never_surplus_and_fields_of_other_types_always_are() -> None:
    found = surplus_fields(placed({"type": "message", "label": "a", "uri": "b", "data": "c"}), form=FORM)
    assert [each.path for each in found] == ["actions.0.data", "actions.0.uri"]


def test_what_is_no_field_of_any_action_is_not_our_business() -> None:
    """The schema has said so already."""
    assert list(surplus_fields(placed({"type": "message", "chatBarText": "a"}), form=FORM)) == []


def test_every_language_and_every_field_that_is_too_long_is_told() -> None:
    action = {"label": {"default": "12345", "ja_JP": "123456"}, "data": "1234567"}
    found = list(too_long(placed(action), form=FORM))
    assert [(each.path, each.fix) for each in found] == [
        ("actions.0.label.ja_JP", "shorten it by 1"),
        ("actions.0.data", "shorten it by 2"),
    ]


def test_characters_that_take_two_units_count_twice() -> None:
    assert list(too_long(placed({"data": "🤖🤖"}), form=FORM)) == []
    assert len(list(too_long(placed({"data": "🤖🤖🤖"}), form=FORM))) == 1


@pytest.mark.parametrize("uri", ["http://a.example", "https://a.example/?a=b#c"])
def test_links_of_the_web_are_good(uri: str) -> None:
    assert list(bad_links(placed({"uri": uri}, {"uri": ""}, {}))) == []


@pytest.mark.parametrize("uri", ["tel:1", "a.example", "https://", "https://a.example/a b", "//a.example"])
def test_other_links_are_not(uri: str) -> None:
    (found,) = bad_links(placed({"uri": uri}))
    assert found.path == "actions.0.uri"
