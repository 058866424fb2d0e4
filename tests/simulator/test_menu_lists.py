"""Lists of rich menus: order, pages, and lists that lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lwdeploy.simulator import Fault
from tests.simulator.conftest import menu_body

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin

_ORDERS = pytest.mark.parametrize("order", ["oldest-first", "newest-first"])


def pages(api: Api, bot_id: int, *, count: int) -> list[list[str]]:
    """Return the ids of each page, from the first to the last."""
    found: list[list[str]] = []
    cursor = ""
    while True:
        asked = {"count": count, "cursor": cursor}
        page = api.send("GET", f"/bots/{bot_id}/richmenus", params=asked).json()
        found.append([menu["richmenuId"] for menu in page["richmenus"]])
        cursor = page["responseMetaData"]["nextCursor"]
        if not cursor:
            return found


def listed(api: Api, bot_id: int) -> list[str]:
    return [menu for page in pages(api, bot_id, count=100) for menu in page]


def made(api: Api, count: int) -> tuple[int, list[str]]:
    """Return a new bot and the ids of its rich menus."""
    bot_id = api.make_bot()
    return bot_id, [api.tenant.make_richmenu(bot_id) for _ in range(count)]


def in_order(order: str, menus: list[str]) -> list[str]:
    return menus if order == "oldest-first" else menus[::-1]


@_ORDERS
def test_more_than_a_hundred_menus_come_in_pages_each_menu_once(begin: Begin, order: str) -> None:
    """Pages are filled to their count, follow each other in order, and end with the last menu."""
    api = begin(switches={"menu-order": order})
    bot_id, menus = made(api, 230)
    others = made(api, 3)[1]
    found = pages(api, bot_id, count=100)
    assert [len(page) for page in found] == [100, 100, 30]
    assert [menu for page in found for menu in page] == in_order(order, menus)
    assert not set(others) & set(listed(api, bot_id))


@_ORDERS
def test_a_lagging_list_of_menus_lacks_the_newest_in_either_order(begin: Begin, order: str) -> None:
    """What is not there yet is what was made last, on whichever page it would be."""
    api = begin(switches={"menu-order": order})
    bot_id, menus = made(api, 5)
    api.tenant.add_fault(Fault(kind="lagging_list", operation="listRichmenus", rows=1))
    assert listed(api, bot_id) == in_order(order, menus[:-1])
    assert [menu for page in pages(api, bot_id, count=2) for menu in page] == in_order(order, menus[:-1])


@_ORDERS
def test_a_lingering_list_still_has_the_deleted_and_already_the_new(begin: Begin, order: str) -> None:
    """A menu that is listed can be gone already: by its id it is not found, and the next list is without it."""
    api = begin(switches={"menu-order": order})
    bot_id, menus = made(api, 3)
    assert listed(api, bot_id) == in_order(order, menus)
    api.done("DELETE", f"/bots/{bot_id}/richmenus/{menus[1]}")
    new = api.tenant.make_richmenu(bot_id)
    api.tenant.add_fault(Fault(kind="lingering_list", operation="listRichmenus", nth=1))
    assert listed(api, bot_id) == in_order(order, [*menus, new])
    assert api.refused("GET", f"/bots/{bot_id}/richmenus/{menus[1]}")[0] == 404
    assert listed(api, bot_id) == in_order(order, [menus[0], menus[2], new])


def test_a_list_that_was_never_asked_for_has_nothing_that_lingers(begin: Begin) -> None:
    """Only what a client could have seen lingers."""
    api = begin()
    bot_id, menus = made(api, 2)
    api.done("DELETE", f"/bots/{bot_id}/richmenus/{menus[0]}")
    api.tenant.add_fault(Fault(kind="lingering_list"))
    assert listed(api, bot_id) == menus[1:]


def test_rows_of_a_lingering_list_are_as_they_are_now(begin: Begin) -> None:
    """Only deletions lag: what was changed since shows its new self."""
    api = begin()
    first, second = api.tenant.make_bots(2)
    api.done("GET", "/bots")
    api.done("DELETE", f"/bots/{first}")
    api.done("PATCH", f"/bots/{second}", {"botName": "renamed"})
    api.tenant.add_fault(Fault(kind="lingering_list"))
    assert [bot["botName"] for bot in api.done("GET", "/bots")["bots"]] == ["unmanaged 1", "renamed"]


def test_a_stale_list_of_menus_knows_neither_the_new_nor_the_deletion(api: Api) -> None:
    """It is the list as it was when it was last asked for."""
    bot_id, menus = made(api, 2)
    assert listed(api, bot_id) == menus
    api.done("DELETE", f"/bots/{bot_id}/richmenus/{menus[0]}")
    made_later = api.done("POST", f"/bots/{bot_id}/richmenus", menu_body())["richmenuId"]
    api.tenant.add_fault(Fault(kind="stale_list", operation="listRichmenus", nth=1))
    assert listed(api, bot_id) == menus
    assert listed(api, bot_id) == [menus[1], made_later]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "short_pages", "rows": 2}, [[0, 1], [2, 3], [4]]),
        ({"kind": "repeated_ids"}, [[0, 1, 2, 3, 4, 4]]),
    ],
    ids=lambda value: value.get("kind") if isinstance(value, dict) else None,
)
def test_other_faults_of_lists_strike_menus_too(
    begin: Begin, fault: dict[str, Any], expected: list[list[int]]
) -> None:
    """Short pages still lead to the end, and a row can come twice."""
    api = begin(loose=True)
    bot_id, menus = made(api, 5)
    api.tenant.add_fault(Fault(operation="listRichmenus", **fault))
    assert [[menus.index(menu) for menu in page] for page in pages(api, bot_id, count=100)] == expected


@_ORDERS
def test_a_cursor_of_menus_can_lead_back_to_the_first_page(begin: Begin, order: str) -> None:
    """Who follows it sees the first page again, and never an end."""
    api = begin(switches={"menu-order": order})
    bot_id, menus = made(api, 3)
    api.tenant.add_fault(Fault(kind="cursor_loop", operation="listRichmenus"))
    cursor = api.done("GET", f"/bots/{bot_id}/richmenus?count=2")["responseMetaData"]["nextCursor"]
    again = api.send("GET", f"/bots/{bot_id}/richmenus", params={"count": 2, "cursor": cursor}).json()
    assert [menu["richmenuId"] for menu in again["richmenus"]] == in_order(order, menus)[:2]
    assert again["responseMetaData"]["nextCursor"] == cursor
