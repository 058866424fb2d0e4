"""The preview: menus, what can be pressed in them, and what that does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lwdeploy.views.preview import PreviewArea
from tests.unit.views.preview_projects import CANTEEN, COPY, LINK, MESSAGE, MUTE, POSTBACK, bot, menu, shown
from tests.unit.views.preview_tree import rules


def test_every_area_is_a_button_that_says_its_label_and_points_to_what_it_does() -> None:
    """Areas are real buttons with a name for screen readers."""
    root = shown(bot("a", menu("main", MESSAGE, MUTE)))
    presses = root.all("button", class_="press")
    assert [(each["type"], each["aria-label"]) for each in presses] == [
        ("button", "1: New ticket"),
        ("button", "2: no label"),
    ]
    by_id = {each["id"]: each for each in root.walk() if "id" in each.attributes}
    assert [by_id[each["aria-describedby"]].one("code").text for each in presses] == ["ticket.new", MUTE["uri"]]


def test_areas_lie_over_the_picture_where_the_menu_has_them() -> None:
    """Areas that meet in pixels meet on the page."""
    areas = tuple(
        PreviewArea(x=x, y=843, width=width, height=843, action=LINK) for x, width in ((0, 833), (833, 1667))
    )
    root = shown(bot("a", menu(height=1686, areas=areas)))
    known = rules(root)
    assert [known[each.classes[1]] for each in root.all("button", class_="press")] == [
        "left:0%;top:50%;width:33.32%;height:50%",
        "left:33.32%;top:50%;width:66.68%;height:50%",
    ]
    assert known[root.one("div", class_="over").classes[1]] == "aspect-ratio:2500/1686"


EFFECTS: list[tuple[Mapping[str, Any], str, str]] = [
    (MESSAGE, "I need help", "The bot's server gets this text, with the postback ticket.new"),
    ({**MESSAGE, "postback": ""}, "I need help", "The bot's server gets this text."),
    ({"type": "message", "label": {"default": "Order"}}, "Order", "The bot's server gets this text."),
    (POSTBACK, "What is my status?", "The bot's server gets the postback status=1"),
    (
        {**POSTBACK, "displayText": {}},
        "",
        "Nothing shows in the chat. The bot's server gets the postback status=1",
    ),
    (LINK, "", "Opens the page https://portal.example.com/a?b=1&c"),
    (COPY, "", "Puts on the clipboard: desk@example.com"),
    ({"type": "camera"}, "", "An action of the type camera, which this preview does not know."),
]


@pytest.mark.parametrize(("deed", "says", "note"), EFFECTS)
def test_an_effect_is_the_users_bubble_if_there_is_one_and_what_happens_besides(
    deed: Mapping[str, Any], says: str, note: str
) -> None:
    """Each type of action tells what the user says, what opens, and what the bot's server gets."""
    told = shown(bot("a", menu("main", deed))).one("div", class_="effect")
    assert [each.text for each in told.all("p", class_="says")] == ([says] if says else [])
    assert told.one("p", class_="note").text == note


def test_a_persistent_menu_is_a_list_of_buttons() -> None:
    """A persistent menu's buttons are shown by their labels."""
    root = shown(CANTEEN)
    listed = root.one("div", class_="persistent").all("button")
    assert [each.one("bdi").text for each in listed] == ["New ticket", "Order"]
    assert root.one("article").one("h3").text == "Persistent menu"
    assert root.one("nav").one("small").text == "persistent menu"


def test_a_missing_label_is_a_warning_on_the_button_in_the_table_and_in_the_counts() -> None:
    """Nobody overlooks an area that says nothing on a PC."""
    root = shown(bot("a", menu("main", MESSAGE, MUTE)))
    words = "no label: a PC shows the service's default text"
    assert root.all("button")[1].one("span", class_="warning").text == words
    assert root.one("table").one("span", class_="warning").text == words
    assert root.one("nav").one("span", class_="warning").text == "1 warning"
    assert root.one("p", class_="summary").text.endswith("· 1 warning")


def test_of_several_menus_one_can_be_chosen_by_who_gets_it_the_default_first() -> None:
    """The menu that most people see is the one shown first."""
    vip, main, draft = menu("vip", users=("a", "b")), menu("main", users=("c",)), menu("draft")
    root = shown(bot("a", vip, main, draft, default="main"))
    chooser = root.one("section").one("fieldset")
    assert [each["value"] for each in chooser.all("input")] == ["main", "vip", "draft"]
    assert [each.text for each in chooser.all("span")] == ["main default + 1 user", "vip 2 users", "draft nobody"]
    assert [each["data-menu"] for each in root.all("div", class_="menu")] == ["main", "vip", "draft"]


def test_a_single_menu_needs_no_chooser() -> None:
    """Nothing is offered to choose where there is no choice."""
    assert shown(bot("a", menu())).one("section").all("fieldset") == []


def test_who_gets_a_menu_is_told_and_that_nobody_does_is_a_warning() -> None:
    """A menu names its audience, and one without any is marked."""
    root = shown(bot("a", menu("main"), menu("vip", users=("taro",)), menu("draft")))
    main, vip, draft = root.all("article")
    assert "Everybody gets it who has no menu of their own." in main.text
    assert main.one("span", class_="tag").text == "default"
    assert "Given to 1 user: taro" in vip.text
    assert vip.all("span", class_="tag") == []
    assert draft.one("span", class_="warning").text.startswith("Nobody gets this menu")
    assert root.one("nav").one("span", class_="warning").text == "1 warning"
