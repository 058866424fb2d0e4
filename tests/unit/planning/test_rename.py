"""A new key that takes over what state remembers of an old one."""

from __future__ import annotations

import pytest

from lwdeploy.core.types import Resource, State
from lwdeploy.planning.rename import follow_renames, renames_of
from tests.unit.planning.builders import (
    bot,
    default_link,
    default_link_of,
    domain_of,
    entry,
    registration,
    rich_menu,
    rich_menu_of,
    root,
    state_of,
)

OLD = state_of({root(): entry("5"), domain_of(): entry("10000002"), root("other"): entry("6")})
DESK = bot("desk", renamed_from="helpdesk")


def entries(state: State | None) -> dict[str, str]:
    return {} if state is None else {str(address): each.remote_id for address, each in state.entries.items()}


def followed(*resources: Resource, state: State | None) -> dict[str, str]:
    return entries(follow_renames(state, renames_of(resources, state=state)))


def test_a_renamed_key_takes_over_the_entries_of_the_old_one_and_of_its_children() -> None:
    assert followed(DESK, state=OLD) == {"bot/desk": "5", "bot/desk/domain/osaka": "10000002", "bot/other": "6"}


def test_only_bots_are_renamed_and_their_children_follow() -> None:
    assert renames_of([DESK, registration("desk")], state=OLD) == {root("desk"): root()}


@pytest.mark.parametrize(
    ("resources", "state"),
    [
        ([bot("desk", renamed_from="helpdesk"), bot()], OLD),
        ([DESK], state_of({root("desk"): entry("6"), root(): entry("5")})),
        ([DESK], state_of({root("other"): entry("6")})),
        ([bot("desk")], OLD),
        ([DESK], state_of()),
    ],
    ids=["the old key is still declared", "the new key is recorded", "unknown old key", "no word of it", "empty"],
)
def test_without_a_rename_to_follow_state_stays_as_it_is(resources: list[Resource], state: State) -> None:
    assert followed(*resources, state=state) == entries(state)


def test_a_registration_follows_its_id_and_a_rich_menu_its_key() -> None:
    """A menu's id follows from nothing: what is declared without one is not called by any."""
    state = state_of({root(): entry("5"), rich_menu_of(): entry("m1"), domain_of(): entry("10000002")})
    resources = [bot(), rich_menu(), rich_menu(key="other"), registration(domain="osaka")]
    assert renames_of(resources, state=state) == {}
    assert followed(*resources, state=state) == entries(state)


def test_a_rich_menu_of_another_key_does_not_take_over_the_old_one_s_entry() -> None:
    state = state_of({root(): entry("5"), rich_menu_of(): entry("m1")})
    assert renames_of([bot(), rich_menu(key="other")], state=state) == {}


def test_a_registration_that_changed_its_name_still_takes_its_entry_along() -> None:
    odd = domain_of(domain="old-name")
    state = state_of({root(): entry("5"), odd: entry("10000002"), rich_menu_of(): entry("m1")})
    resources = [bot(), registration(domain="osaka"), rich_menu()]
    assert renames_of(resources, state=state) == {domain_of(): odd}
    assert followed(*resources, state=state)["bot/helpdesk/domain/osaka"] == "10000002"


def test_an_entry_whose_address_means_another_id_now_makes_room_under_its_own_id() -> None:
    state = state_of({root(): entry("5"), domain_of(): entry("10000009")})
    resources = [bot(), registration(domain="osaka")]
    assert entries(follow_renames(state, renames_of(resources, state=state))) == {
        "bot/helpdesk": "5",
        "bot/helpdesk/domain/id 10000009": "10000009",
    }


def test_the_rich_menus_of_a_renamed_bot_go_with_it() -> None:
    state = state_of({root(): entry("5"), rich_menu_of(): entry("m1"), default_link_of(): entry("default")})
    resources = [DESK, rich_menu("desk"), default_link("desk")]
    assert followed(*resources, state=state) == {
        "bot/desk": "5",
        "bot/desk/rich-menu/main": "m1",
        "bot/desk/default-rich-menu": "default",
    }


def test_the_order_in_which_a_bot_and_its_child_were_renamed_does_not_matter() -> None:
    odd = domain_of(domain="old-name")
    state = state_of({odd: entry("10000002"), root(): entry("5"), rich_menu_of(): entry("m1")})
    resources = [DESK, registration("desk"), rich_menu("desk")]
    assert followed(*resources, state=state) == {
        "bot/desk": "5",
        "bot/desk/domain/osaka": "10000002",
        "bot/desk/rich-menu/main": "m1",
    }


def test_without_a_state_there_is_nothing_to_take_over() -> None:
    assert renames_of([DESK], state=None) == {}
    assert follow_renames(None, {}) is None


def test_a_rename_keeps_what_state_knows_beside_the_entries() -> None:
    state = state_of(OLD.entries, users={"taro@example.com": "id"}, plans=("sha256:1",))
    moved = follow_renames(state, renames_of([DESK], state=state))
    assert moved is not None
    assert (moved.users, moved.plans, moved.serial) == (state.users, state.plans, state.serial)
