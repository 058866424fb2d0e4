"""The preview: what people see of their bots."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from lwdeploy.views.preview import page
from lwdeploy.views.preview_project import languages
from tests.unit.views.preview_projects import (
    ALERTS,
    CANTEEN,
    COPY,
    JPEG,
    LINK,
    MESSAGE,
    MUTE,
    PNG,
    PNG_JA,
    POSTBACK,
    bot,
    menu,
    project,
    shown,
)
from tests.unit.views.preview_tree import rules, translations, tree


def test_every_bot_is_in_the_list_and_has_its_section_in_the_order_of_the_project() -> None:
    """List and sections follow the project, so a page of a changed project differs only where it changed."""
    root = shown(bot("helpdesk", menu()), CANTEEN, ALERTS)
    keys = ["helpdesk", "canteen", "alerts"]
    assert [link["data-key"] for link in root.one("nav").all("a")] == keys
    assert [section["data-key"] for section in root.all("section")] == keys


@pytest.mark.parametrize("key", ["helpdesk", "a b/c&d", "ヘルプ", 'q"<'])
def test_a_link_of_the_list_leads_to_the_section_without_the_script(key: str) -> None:
    """A bot's link is the address of its section, whatever signs its key has."""
    root = shown(bot(key))
    assert unquote(root.one("nav").one("a")["href"]) == f"#{root.one('section')['id']}"


def test_ids_are_unique_and_everything_that_is_referred_to_is_there() -> None:
    """A press finds exactly one effect, and a section exactly one heading."""
    root = shown(
        bot("a", menu("m", MESSAGE, LINK), menu("n", COPY)), CANTEEN, bot("b", menu(), persistent=(LINK,))
    )
    ids = [each["id"] for each in root.walk() if "id" in each.attributes]
    referred = [
        each[name]
        for each in root.walk()
        for name in ("aria-describedby", "aria-labelledby")
        if name in each.attributes
    ]
    assert len(ids) == len(set(ids))
    assert len(referred) == len(set(referred))
    assert len(referred) == 3 + 7
    assert set(referred) <= set(ids)


def test_the_search_finds_a_bot_by_its_key_and_by_its_name_in_every_language() -> None:
    """Whoever knows one of a bot's names finds it."""
    (entry,) = shown(bot()).one("nav").all("li")
    assert entry["data-find"].split("\n") == ["helpdesk", "Help Desk", "ヘルプデスク"]


def test_a_phone_shows_the_name_its_initial_and_the_description_as_a_greeting() -> None:
    """The phone is headed by the bot's name and opens with its description."""
    screen = shown(bot("helpdesk", menu())).one("div", class_="screen")
    assert screen.one("div", class_="bar").one("strong").text == "Help Desk"
    assert screen.one("div", class_="bar").one("span", class_="avatar").text == "H"
    assert screen.one("p", class_="greeting").text == "Answers."


@pytest.mark.parametrize(
    ("name", "initial"),
    [(' "quoted"', "Q"), ("<b>", "<"), ("ヘルプ", "ヘ"), ("🎉 party", "🎉"), ("\u202eevil", "E"), ("--", "?")],
)
def test_the_initial_is_the_first_sign_of_a_name_that_shows_by_itself(name: str, initial: str) -> None:
    """Spaces, quotes and invisible signs are no initials."""
    assert shown(bot(name={"default": name})).all("span", class_="avatar")[0].text == initial


def test_a_bot_without_a_description_greets_nobody() -> None:
    """Where there is no description there is no empty bubble."""
    assert shown(bot(description={"default": ""})).all("p", class_="greeting") == []


def test_a_bot_without_a_name_is_called_by_its_key() -> None:
    """A bot can always be told from the others."""
    assert shown(bot(name={})).one("h2").text == "helpdesk"


def test_a_bot_without_a_menu_says_so_and_has_nothing_to_press() -> None:
    """An absent menu is told, in the phone and in the list."""
    root = shown(ALERTS)
    assert root.one("p", class_="none").text == "This bot has no menu."
    assert root.one("nav").one("small").text == "no menu"
    assert root.all("button") == []


def test_a_project_without_bots_says_so() -> None:
    """An empty project gives a page that says so."""
    assert shown().one("main").text == "This project has no bots."


def test_the_top_counts_bots_by_their_sort_of_menu() -> None:
    """The first line of the page sums the project up."""
    root = shown(bot("a", menu()), bot("b", menu()), CANTEEN, ALERTS)
    assert root.one("p", class_="summary").text == (
        "4 bots · 2 with rich menus · 1 with a persistent menu · 1 without a menu"
    )


def test_registrations_and_people_are_named() -> None:
    """Where a bot is registered and who may use it stands beside the phone."""
    facts = shown(bot(registrations=("head-office", "osaka"), users=("taro@example.com",))).one("dl")
    assert [each.text for each in facts.all("div")] == [
        "Registered inhead-office, osaka",
        "Open totaro@example.com",
    ]


def test_many_people_are_behind_their_number() -> None:
    """More than six names are folded, and none is lost."""
    people = tuple(f"user{number}@example.com" for number in range(7))
    (folded,) = shown(bot("a", menu(users=people))).all("details")
    assert folded.one("summary").text == "7 in all"
    assert [each.text for each in folded.all("bdi")] == list(people)
    assert shown(bot("a", menu(users=people[:6]))).all("details") == []


def test_the_languages_are_those_that_occur_anywhere_the_default_first() -> None:
    """A language of any one text, label or picture can be chosen, and no other."""
    talker = bot(
        "a",
        menu("main", {"type": "postback", "data": "1", "displayText": {"default": "x", "zh_TW": "y"}}),
        menu("two", {"type": "message", "text": {"default": "x", "zh_CN": "y"}}, pictures={"en_US": PNG}),
        description={"default": "x", "fr_FR": "", "ja_JP": "y"},
    )
    other = bot("b", persistent=({"type": "copy", "label": {"default": "x", "ko_KR": "y"}},), name={"th_TH": "z"})
    found = ("default", "en_US", "ja_JP", "ko_KR", "th_TH", "zh_CN", "zh_TW")
    assert languages(project(talker, other)) == found
    radios = [each for each in shown(talker, other).all("input") if each.attributes.get("name") == "lang"]
    assert tuple(each["value"] for each in radios) == found


def test_the_choice_of_a_language_is_written_in_that_language() -> None:
    """People find their language without reading English, and screen readers say it right."""
    labels = shown(bot()).one("form").all("label")
    spoken = [(span.text, span.attributes.get("lang")) for span in (each.one("span") for each in labels)]
    assert spoken[:2] == [("Default", None), ("日本語", "ja-JP")]


def test_texts_stand_on_the_page_in_the_default_language_with_their_translations_beside() -> None:
    """The page is complete in its default language, and the script finds each translation."""
    root = shown(bot("helpdesk", menu("main", MESSAGE)))
    (bubble,) = root.one("p", class_="says").all("bdi")
    assert (bubble.text, bubble["lang"]) == ("I need help", "")
    assert translations(root)[int(bubble["data-text"])] == {"ja_JP": "助けてください"}
    button = root.all("button")[0]
    assert translations(root)[int(button["data-name"])] == {"ja_JP": "新規", "ko_KR": "새 티켓"}


def test_equal_translations_are_on_the_page_once_whatever_their_order() -> None:
    """Bots that say the same share their translations."""
    label = {"default": "x", "ja_JP": "y", "ko_KR": "z"}
    deeds = ({**COPY, "label": label}, {**COPY, "label": dict(reversed(label.items()))})
    root = shown(bot("a", menu("main", *deeds), name={"default": "A"}))
    assert translations(root) == [{"ja_JP": "y", "ko_KR": "z"}]


def test_a_text_that_no_language_changes_has_no_translation_to_look_for() -> None:
    """An empty translation is none: the default stays."""
    root = shown(bot(name={"default": "Help", "ja_JP": "", "ko_KR": ""}))
    assert translations(root) == []
    assert not [each for each in root.walk() if "data-text" in each.attributes]


def test_a_picture_is_on_the_page_once_however_often_it_is_shown() -> None:
    """Bots and languages share a picture with the same content."""
    pictures = {"default": PNG, "ja_JP": PNG_JA, "ko_KR": PNG}
    text = page(project(bot("a", menu(pictures=pictures)), bot("b", menu(pictures=pictures), menu("x"))))
    assert (text.count(PNG), text.count(PNG_JA)) == (1, 1)
    first, second, third = tree(text).all("div", class_="picture")
    assert first.classes == second.classes == third.classes


def test_a_picture_of_a_language_is_found_where_its_translations_are() -> None:
    """A language switch finds its picture as it finds its texts."""
    root = shown(bot("a", menu(pictures={"default": PNG, "ja_JP": JPEG})))
    picture = root.one("div", class_="picture")
    assert picture.attributes["role"] == "img"
    named = translations(root)[int(picture["data-class"])]
    assert rules(root)[picture.classes[1]] == f'background-image:url("{PNG}")'
    assert rules(root)[named["ja_JP"].split()[1]] == f'background-image:url("{JPEG}")'


def test_a_menu_without_a_picture_is_blank_and_can_be_pressed() -> None:
    """A picture that is not there yet does not keep a menu from being tried."""
    root = shown(bot("a", menu(pictures={})))
    assert root.one("div", class_="picture").classes == ["picture", "blank"]
    assert len(root.all("button", class_="press")) == 1


def test_what_the_script_moves_is_hidden_without_it_and_everything_else_is_there() -> None:
    """Without the script no control is dead and no content hidden."""
    root = shown(bot("a", menu(), menu("two", users=("x",))), CANTEEN)
    moved = [each for box in root.all(class_="needs-script") for each in box.walk()]
    assert all(any(each is other for other in moved) for each in root.all("input"))
    assert not [each for each in root.walk() if "hidden" in each.attributes]


def test_equal_projects_give_equal_bytes_whatever_the_order_of_their_maps() -> None:
    """A pull request shows a change of the page only for a change of the project."""

    def turned(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: turned(value[key]) for key in reversed(list(value))}
        return tuple(turned(each) for each in value) if isinstance(value, tuple) else value

    one = bot("a", menu("main", MESSAGE, POSTBACK, pictures={"default": PNG, "ja_JP": PNG_JA, "ko_KR": JPEG}))
    areas = tuple(replace(area, action=turned(area.action)) for area in one.rich[0].areas)
    other = replace(
        one,
        name=turned(one.name),
        rich=(replace(one.rich[0], pictures=turned(one.rich[0].pictures), areas=areas),),
    )
    assert page(project(one)) == page(project(one)) == page(project(other))


def test_a_full_tenant_makes_a_page_of_sane_size_in_sane_time() -> None:
    """300 bots with 3,000 areas fit a page, and equal places are written once."""
    deeds = (MESSAGE, POSTBACK, LINK, COPY, MUTE)
    bots = [bot(f"bot-{number}", menu("main", *deeds), menu("vip", *deeds)) for number in range(300)]
    started = time.perf_counter()
    text = page(project(*bots))
    assert time.perf_counter() - started < 10
    assert len(text) < 6_000_000
    assert text.count("left:") == len(deeds)


def test_a_page_says_what_made_it() -> None:
    """A page can be told from somebody else's, so that a preview replaces only a preview."""
    assert shown().one("footer").text.startswith("Made by lwdeploy from the manifests.")
