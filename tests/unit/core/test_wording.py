"""Texts and actions on their way back to the words of a manifest."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.actions import ActionForm, action_from_manifest, action_to_manifest, essential_action
from lwdeploy.core.live import LiveResource
from lwdeploy.core.localized import collapsed, localized, spoken
from lwdeploy.core.wording import Names, Wording

LIVE = LiveResource(kind="bot", remote_id="1", spec={"a": 1})


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        ({"default": "a"}, "a"),
        ({"default": ""}, ""),
        ({"ja_JP": "b", "default": "a"}, {"default": "a", "ja_JP": "b"}),
        ({"ja_JP": "b"}, {"ja_JP": "b"}),
        ({}, {}),
    ],
)
def test_a_text_stands_alone_where_there_is_only_the_default(texts: dict[str, str], written: Any) -> None:
    assert collapsed(texts) == written
    if written:
        assert localized(written) == texts


def test_the_default_is_written_first_and_the_languages_follow_in_their_order() -> None:
    assert list(collapsed({"zh_TW": "c", "en_US": "b", "default": "a"})) == ["default", "en_US", "zh_TW"]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"default": "a", "ja_JP": ""}, {"default": "a"}),
        ({"default": "", "ko_KR": "c", "ja_JP": "b"}, {"default": "b", "ja_JP": "b", "ko_KR": "c"}),
        ({"default": "", "ja_JP": ""}, {}),
        ({}, {}),
    ],
)
def test_what_is_said_are_the_texts_that_there_are_with_a_default(
    texts: dict[str, str], said: dict[str, str]
) -> None:
    assert spoken(texts) == said


ACTION = {
    "copyText": "c",
    "data": "d",
    "displayText": {"default": "x", "ja_JP": "y"},
    "label": {"default": "l"},
    "postback": "p",
    "text": {"default": "t"},
    "type": "message",
    "uri": "u",
}
FORM = ActionForm(fields={}, needed={}, limits={})


def test_an_action_is_written_with_its_type_first_and_comes_back_as_it_was() -> None:
    written = action_to_manifest(ACTION)
    assert list(written) == ["type", "label", "text", "data", "displayText", "postback", "uri", "copyText"]
    assert (written["label"], written["displayText"]) == ("l", {"default": "x", "ja_JP": "y"})
    assert action_from_manifest(written, form=FORM) == ACTION
    assert action_to_manifest({"type": "uri", "uri": "u"}) == {"type": "uri", "uri": "u"}


def test_an_action_whose_texts_have_no_default_gets_one() -> None:
    shown = {"type": "uri", "uri": "", "label": {"ja_JP": "新"}}
    assert essential_action(shown) == {"label": {"default": "新", "ja_JP": "新"}, "type": "uri", "uri": ""}
    assert essential_action(ACTION) == ACTION


def test_a_kind_that_has_no_manifest_form_writes_nothing_and_remarks_nothing() -> None:
    wording = Wording()
    assert wording.to_manifest([LIVE], Names()) == {}
    assert wording.essential(LIVE.spec) == LIVE.spec
    assert list(wording.remarks(LIVE)) == []
