"""The views of a tenant report: the same facts as text, data and a page; and no name does anything on the page."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.planning.tenant_report import BotShown, CallbackShown, MenuShown, Ownership
from lwdeploy.views.line import plain
from lwdeploy.views.tenant_html import page
from lwdeploy.views.tenant_json import tenant_json
from lwdeploy.views.tenant_text import tenant_lines
from tests.unit.planning.tenants import GONE, full, report, shown
from tests.unit.views.preview_tree import Node, tree
from tests.unit.views.test_preview_safety import HOSTILE, shape

SOUND = """\
Tenant acme (project 7f3a91c2)
The status is derived, the API does not tell it: a bot that is registered in a domain counts as Public, \
any other as Preparing.

1  Help Desk  [Public]  not managed
    PIC:         taro@example.com
    vice PIC:    taro@example.com
    policy:      one-to-one only, allowed in all domains
    callback:    off
    domain:      tokyo: visible, everybody

1 bot of 300: 1 Public, 0 Preparing; 0 managed, 1 not; 0 bots to look at.
"""
FULL = """\
    PIC:         taro@example.com, u-2 (in the directory no more), Help Desk
    vice PIC:    u-2 (in the directory no more)
    policy:      may join group rooms, allowed in Help Desk, osaka
    callback:    https://bots.example.com/a (query not shown)
    told:        events message; users send text
"""


def text_of(*bots: BotShown, **over: Any) -> str:
    return plain(tenant_lines(report(*bots, **over)))


def test_a_sound_tenant_as_text() -> None:
    assert text_of(shown()) == SOUND


def test_a_bot_with_everything_as_text() -> None:
    told = text_of(full())
    assert FULL in told
    assert "    rich menu:   Help Desk (default, 2 areas, ja_JP)\n" in told
    assert "    rich menu:   40002 (1 area, project Help Desk)\n" in told
    assert "7  Help Desk  [Public]  bot/helpdesk (by its botId, not recorded yet)\n" in told
    assert "    A person in charge is in the directory no more: 7\n" in told


def test_what_could_not_be_known_is_said_in_every_view() -> None:
    unknown: dict[str, Any] = {"unchecked": "no scope", "notes": ("no state",)}
    one = report(shown(), **unknown)
    for told in (text_of(shown(), **unknown), page(one)):
        assert "no scope" in told
        assert "no state" in told
    assert tenant_json(one)["directory"] == {"checked": False, "reason": "no scope"}


def test_many_bots_of_one_finding_are_named_as_far_as_people_read() -> None:
    bots = tuple(shown(str(number), f"Bot {number}", vice=()) for number in range(1, 15))
    assert "No vice person in charge: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, and 2 more\n" in text_of(*bots)
    links = tree(page(report(*bots))).one("ul", class_="findings").one("p", class_="links")
    assert [each["href"] for each in links.all("a")] == [f"#bot-{number}" for number in range(1, 15)]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_changes_the_elements_of_the_page(text: str) -> None:
    """Markup in a name stays text: elements and attributes are those of a harmless tenant."""

    def drawn(said: str) -> Node:
        bot = full(said)
        twin = shown("8", said, persistent=({"default": said}, {"ja_JP": said}), vice=())
        return tree(page(report(bot, twin, tenant=said, project=said, notes=(said,), unchecked=said)))

    assert shape(drawn(text)) == shape(drawn("harmless"))


def test_a_page_brings_everything_along_and_runs_nothing_but_its_own_script() -> None:
    root = tree(page(report(full(), shown("8"))))
    assert not [each for each in root.walk() if {"src", "style", "srcset", "onclick"} & set(each.attributes)]
    assert all(each["href"].startswith("#") for each in root.walk() if "href" in each.attributes)
    (policy,) = (each["content"] for each in root.all("meta") if each.attributes.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "url(" not in "".join(each.text for each in root.all("style"))


def test_a_page_is_in_sections_with_headings_and_a_table_with_headers() -> None:
    root = tree(page(report(full(), shown("8"))))
    assert [each.text for each in root.all("h1")] == ["acme tenant report"]
    headed = [each["aria-labelledby"] for each in root.all("section")]
    assert headed == [each["id"] for each in root.all("h2")] == ["attention", "hosts", "bots"]
    table = root.one("table", class_="bots")
    head, body = table.one("thead"), table.one("tbody")
    assert [each["scope"] for each in head.all("th")] == ["col"] * 7
    assert [each.one("th")["scope"] for each in body.all("tr")] == ["row", "row"]
    assert [cell["data-title"] for cell in body.all("tr")[0].all("td")] == [each.text for each in head.all("th")][
        1:
    ]
    meter = root.one("meter")
    assert (meter["max"], meter["value"], meter["aria-label"]) == ("300", "2", "2 of 300 bots are used")


def test_each_link_leads_to_a_row_and_what_is_wrong_stands_in_it() -> None:
    bots = shown("8", registrations=(), primary=(), vice=()), shown("9", "Other", primary=(GONE,))
    root = tree(page(report(*bots)))
    ids = {each["id"] for each in root.walk() if "id" in each.attributes}
    assert {each["href"].removeprefix("#") for each in root.all("a")} <= ids
    first, second = root.one("table", class_="bots").one("tbody").all("tr")
    assert [each.text for each in first.all("span", class_="warning")] == [
        "registered in no domain",
        "No vice person in charge",
    ]
    assert "nobody" in first.text
    assert "left" in [each.text for each in second.all("span", class_="warning")]
    assert (first["data-status"], first["data-managed"]) == ("Preparing", "no")


def test_a_row_is_found_by_every_name_person_and_host() -> None:
    (row,) = tree(page(report(full("Desk")))).one("table", class_="bots").one("tbody").all("tr")
    assert {"7", "Desk", "u-1", "Yamada Taro", "taro@example.com", "bot/helpdesk"} <= set(
        row["data-find"].split("\n")
    )


def test_a_tenant_without_bots_and_one_whose_bots_call_nobody() -> None:
    empty = tree(page(report()))
    assert "This tenant has no bots." in empty.one("main").text
    assert "Nothing was found." in empty.one("main").text
    assert not empty.all("table")
    odd = shown(callback=CallbackShown(enabled=True), owner=Ownership(projects=("0badcafe",)))
    told = text_of(odd)
    assert "callback:    on, without an address\n" in told
    assert "lwdeploy project 0badcafe" in told
    assert "events none" in told


def test_equal_reports_give_equal_pages() -> None:
    menu = MenuShown(remote_id="40001", name="main", areas=1)
    assert page(report(full(), shown(rich=(menu,)))) == page(report(full(), shown(rich=(menu,))))
