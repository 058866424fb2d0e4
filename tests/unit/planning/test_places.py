"""In which order the changes of one bot run, and which of them wait for which: every arrow of the drawing."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.types import Action, Change, FieldDiff
from lwdeploy.planning.order import order
from tests.unit.planning.builders import (
    HERE,
    JIRO,
    KINDS,
    TARO,
    default_link_of,
    domain_of,
    menu_of,
    rich_menu_of,
    root,
    user_link_of,
)

BOT, MAIN, OTHER = root(), rich_menu_of(), rich_menu_of(key="other")
A, Z = rich_menu_of(key="a"), rich_menu_of(key="z")
DEFAULT, USER, MENU = default_link_of(), user_link_of(), menu_of()


def change(address: Address, action: Action = Action.CREATE, remote_id: str | None = None, **over: Any) -> Change:
    return Change(address=address, action=action, remote_id=remote_id, source=HERE, **over)


def link(address: Address, target: Address, action: Action = Action.UPDATE) -> Change:
    return change(address, action, refers={"richmenuId": target})


def unlink(address: Address, target: str) -> Change:
    return change(address, Action.DELETE, before={"richmenuId": target})


def cleanup(remote_id: str, of: Address = MAIN) -> Change:
    address = BOT.child("rich_menu", "rich-menu", f"replaced:{remote_id}")
    return change(address, Action.DELETE, remote_id, replaced_by=of)


def ordered(*changes: Change) -> list[str]:
    """Give the order, which must be the same however the changes come."""
    found = {tuple(map(name, order(each, live=1, limit=300, kinds=KINDS).changes)) for each in orders(changes)}
    assert len(found) == 1
    return list(found.pop())


def orders(changes: tuple[Change, ...]) -> list[tuple[Change, ...]]:
    return list(permutations(changes)) if len(changes) < 6 else [changes, changes[::-1]]


def name(each: Change) -> str:
    return f"{each.action} {'/'.join(each.address.path[2:]) or 'bot'}"


def waits(of: Change, *beside: Change) -> list[str]:
    """Give what one change of a plan waits for."""
    found = order([*beside, of], live=1, limit=300, kinds=KINDS).changes
    (mine,) = [each for each in found if each.address == of.address]
    return ["/".join(each.path[2:]) or "bot" for each in mine.depends_on]


# --- the whole drawing


def test_everything_of_one_bot_runs_in_the_order_of_the_drawing() -> None:
    assert ordered(
        change(MENU, Action.DELETE, "persistentmenu"),
        cleanup("m1"),
        change(OTHER, Action.DELETE, "m2"),
        link(USER, A),
        change(A),
        link(DEFAULT, MAIN),
        change(MAIN, Action.REPLACE, "m1"),
        change(domain_of()),
        change(BOT, Action.UPDATE),
    ) == [
        "update bot",
        "create domain/osaka",
        "replace rich-menu/main",
        "update default-rich-menu",
        "create rich-menu/a",
        "update rich-menu-user/taro@example.com",
        "delete rich-menu/other",
        "delete rich-menu/replaced:m1",
        "delete persistent-menu",
    ]


# --- bot, registrations


@pytest.mark.parametrize("child", [MAIN, DEFAULT, USER, MENU, domain_of()], ids=str)
@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE, Action.DELETE])
def test_everything_below_a_bot_waits_for_it_to_be_written(child: Address, action: Action) -> None:
    assert waits(change(child, action), change(BOT, Action.UPDATE)) == ["bot"]
    assert waits(change(child, action), change(BOT, Action.ADOPT)) == []


def test_forgetting_waits_for_nothing() -> None:
    beside = (change(BOT, Action.UPDATE), link(DEFAULT, MAIN), change(MAIN))
    assert waits(change(OTHER, Action.FORGET, "m1"), *beside) == []


def test_registrations_come_before_menus() -> None:
    assert ordered(change(MAIN), change(domain_of()), change(MENU)) == [
        "create domain/osaka",
        "create rich-menu/main",
        "create persistent-menu",
    ]


LIMITED = change(domain_of(), Action.UPDATE, diffs=(FieldDiff(path="permission", old="selected", new="all"),))
ROOMS = FieldDiff(path="policy.joinChatRoom", old=False, new=True)


def test_a_registration_that_must_be_opened_first_comes_before_its_bot_which_waits_for_it() -> None:
    """The service lets a bot into rooms only when nobody is left out of it."""
    bot = change(BOT, Action.UPDATE, diffs=(ROOMS,))
    assert ordered(LIMITED, bot, change(MAIN)) == ["update domain/osaka", "update bot", "create rich-menu/main"]
    assert waits(LIMITED, bot) == []
    assert waits(bot, LIMITED) == ["domain/osaka"]


def test_another_bot_does_not_wait_for_it() -> None:
    bot = change(BOT, Action.UPDATE, diffs=(ROOMS,))
    assert waits(change(root("sales"), Action.UPDATE), bot, LIMITED) == []


# --- the default comes at once


def test_the_menu_that_is_to_be_the_default_comes_first_and_the_default_at_once() -> None:
    """From then on people have a menu."""
    assert ordered(change(A), link(DEFAULT, Z), change(Z), change(MAIN)) == [
        "create rich-menu/z",
        "update default-rich-menu",
        "create rich-menu/a",
        "create rich-menu/main",
    ]


def test_a_default_waits_for_the_menu_that_it_points_to_and_for_no_other() -> None:
    assert waits(link(DEFAULT, Z), change(A), change(Z)) == ["rich-menu/z"]


def test_a_default_that_points_to_a_menu_that_stays_waits_for_nothing() -> None:
    assert waits(link(DEFAULT, Z), change(A), change(Z, Action.NOOP, "m1")) == []


@pytest.mark.parametrize("action", [Action.NOOP, Action.ADOPT, Action.FORGET])
def test_a_default_that_is_not_written_puts_no_menu_first(action: Action) -> None:
    assert ordered(change(A), change(Z), link(DEFAULT, Z, action))[:2] != [
        "create rich-menu/z",
        "create rich-menu/a",
    ]
    assert ordered(change(A), change(Z)) == ["create rich-menu/a", "create rich-menu/z"]


# --- users


def test_users_come_after_all_menus() -> None:
    assert ordered(link(USER, A, Action.CREATE), unlink(user_link_of(JIRO), "m1"), change(A), change(Z)) == [
        "create rich-menu/a",
        "create rich-menu/z",
        f"delete rich-menu-user/{JIRO}",
        f"create rich-menu-user/{TARO}",
    ]


def test_a_user_waits_for_the_menu_that_he_is_given_and_for_no_other() -> None:
    assert waits(link(USER, A), change(A, Action.REPLACE, "m1"), change(Z), link(DEFAULT, Z)) == ["rich-menu/a"]


# --- deletes


def test_what_was_replaced_goes_after_its_successor_and_all_links() -> None:
    beside = (change(MAIN, Action.REPLACE, "m1"), link(DEFAULT, MAIN), link(USER, MAIN))
    assert ordered(cleanup("m1"), *beside)[-1] == "delete rich-menu/replaced:m1"
    assert waits(cleanup("m1"), *beside) == [
        "default-rich-menu",
        "rich-menu/main",
        f"rich-menu-user/{TARO}",
    ]


def test_what_was_replaced_does_not_wait_for_the_successor_of_another_one() -> None:
    assert waits(cleanup("m1"), change(MAIN, Action.REPLACE, "m1"), change(A)) == ["rich-menu/main"]


def test_a_leftover_whose_successor_is_there_already_waits_for_nothing() -> None:
    assert waits(cleanup("m1"), change(MAIN, Action.NOOP, "m2")) == []


def test_a_menu_that_is_not_declared_any_more_goes_after_the_links_have_let_go() -> None:
    beside = (link(DEFAULT, MAIN), unlink(USER, "m2"))
    assert ordered(change(A, Action.DELETE, "m2"), *beside)[-1] == "delete rich-menu/a"
    assert waits(change(A, Action.DELETE, "m2"), *beside) == ["default-rich-menu", f"rich-menu-user/{TARO}"]


@pytest.mark.parametrize("action", [Action.NOOP, Action.ADOPT, Action.FORGET])
def test_a_menu_to_delete_does_not_wait_for_links_that_are_not_written(action: Action) -> None:
    assert waits(change(A, Action.DELETE, "m2"), link(DEFAULT, MAIN, action)) == []


def test_of_all_menus_that_go_the_default_one_is_the_last_and_the_link_goes_before_it() -> None:
    """As long as any is left, it is the one that people see."""
    assert ordered(
        change(A, Action.DELETE, "m1"), unlink(DEFAULT, "m1"), change(Z, Action.DELETE, "m2"), unlink(USER, "m2")
    ) == [
        f"delete rich-menu-user/{TARO}",
        "delete rich-menu/z",
        "delete default-rich-menu",
        "delete rich-menu/a",
    ]


def test_a_menu_that_goes_waits_for_the_link_that_points_to_it() -> None:
    assert waits(change(A, Action.DELETE, "m1"), unlink(DEFAULT, "m1")) == ["default-rich-menu"]


def test_nothing_waits_for_what_runs_after_it() -> None:
    """The default goes after the menus that are not the default."""
    found = order(
        [change(Z, Action.DELETE, "m2"), change(A, Action.DELETE, "m1"), unlink(DEFAULT, "m1")],
        live=1,
        limit=300,
        kinds=KINDS,
    ).changes
    places = {each.address: place for place, each in enumerate(found)}
    late = [
        (str(each.address), str(other))
        for each in found
        for other in each.depends_on
        if places[other] > places[each.address]
    ]
    assert late == []


# --- persistent menus


def test_a_persistent_menu_comes_after_everything_of_the_rich_ones() -> None:
    """The service takes none beside them."""
    beside = (change(MAIN, Action.DELETE, "m1"), unlink(DEFAULT, "m1"), unlink(USER, "m1"))
    assert ordered(change(MENU), *beside)[-1] == "create persistent-menu"
    assert waits(change(MENU), *beside) == ["rich-menu/main"]


def test_a_persistent_menu_goes_after_the_rich_ones_are_there() -> None:
    """The service deletes it by itself; until then it is the menu that people have."""
    beside = (change(MAIN), link(DEFAULT, MAIN, Action.CREATE))
    assert ordered(change(MENU, Action.DELETE, "persistentmenu"), *beside)[-1] == "delete persistent-menu"
    assert waits(change(MENU, Action.DELETE, "persistentmenu"), *beside) == ["rich-menu/main"]


def test_a_persistent_menu_waits_for_no_rich_menu_that_stays() -> None:
    assert waits(change(MENU), change(MAIN, Action.NOOP, "m1"), change(A, Action.FORGET, "m2")) == []


# --- between bots


def test_no_change_waits_for_a_change_of_another_bot() -> None:
    theirs = [change(root("sales"), Action.UPDATE), change(rich_menu_of("sales")), change(menu_of("sales"))]
    mine = [change(MAIN), link(DEFAULT, MAIN), cleanup("m1"), change(MENU)]
    found = order([*theirs, *mine], live=1, limit=300, kinds=KINDS).changes
    assert all(other.root == each.address.root for each in found for other in each.depends_on)


def test_bots_come_one_after_the_other_whole_with_their_deletes() -> None:
    theirs = change(rich_menu_of("sales"), Action.DELETE, "m1")
    assert [
        each.address.name
        for each in order(
            [theirs, change(root("sales"), Action.UPDATE), change(MENU), cleanup("m1")],
            live=1,
            limit=300,
            kinds=KINDS,
        ).changes
    ] == ["helpdesk", "helpdesk", "sales", "sales"]
