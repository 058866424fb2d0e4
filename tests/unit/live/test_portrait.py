"""Everything that there is of one bot is read, whoever made it; half of it is nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.errors import Unavailable
from lwdeploy.core.kind import Adapters
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Resource, StateEntry
from lwdeploy.live.portrait import portray
from tests.unit.planning.builders import KINDS, bot_spec, domain_of, entry, menu, registration, root, user_link_of
from tests.unit.reconcile.world import Rig, down

TARO = "taro@example.com"


class Asked:
    """The adapter of a kind that shows only what is wanted, as the one of users' menus; keeps what it is asked."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.wanted: list[Mapping[Address, Resource]] = []

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        self.wanted.append(wanted)
        found = {
            address: LiveResource(kind=self.kind, remote_id=str(each.derived_id), spec={"of": parent.remote_id})
            for address, each in wanted.items()
        }
        return Seen(resources=found)

    def write(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a portrait is only looked at")

    delete = write


@pytest.fixture
def rig() -> Rig:
    """Give a tenant with one bot that has two registrations and a menu."""
    made = Rig()
    made.world.add_bot(bot_spec())
    for each in (registration(), registration(domain="kyoto"), menu()):
        made.world.put("1", each)
    return made


def portrait(rig: Rig, entries: Mapping[Address, StateEntry] | None = None, **adapters: Any) -> list[LiveResource]:
    known = Adapters(roots=rig.adapters.roots, children={**rig.adapters.children, **adapters})
    return list(portray(root(), remote_id="1", adapters=known, kinds=KINDS, entries=entries or {}))


def test_the_bot_comes_first_and_then_all_that_is_below_it(rig: Rig) -> None:
    found = portrait(rig)
    assert [(each.kind, each.remote_id) for each in found] == [
        ("bot", "1"),
        ("bot_domain", "10000002"),
        ("bot_domain", "10000003"),
        ("persistent_menu", "persistentmenu"),
    ]
    assert found[0].spec["botName"] == {"default": "Help Desk"}


def test_what_is_owned_has_its_address_and_all_else_has_none(rig: Rig) -> None:
    entries = {root(): entry("1"), domain_of(): entry("10000002"), domain_of("sales"): entry("10000003")}
    found = {each.remote_id: each.address for each in portrait(rig, entries)}
    assert found == {"1": root(), "10000002": domain_of(), "10000003": None, "persistentmenu": None}


def test_what_no_call_lists_is_looked_for_as_it_is_remembered(rig: Rig) -> None:
    entries = {user_link_of(TARO): entry(TARO), root().child("rich_menu", "rich-menu", "main"): entry("40001")}
    asked = {kind: Asked(kind) for kind in ("rich_menu", "user_rich_menu")}
    found = portrait(rig, entries, **asked)
    assert [(each.remote_id, each.address, each.spec) for each in found if each.kind == "user_rich_menu"] == [
        (TARO, user_link_of(TARO), {"of": "1"})
    ]


def test_what_the_service_cannot_have_beside_what_was_found_is_not_asked_for(rig: Rig) -> None:
    """Without a rich menu nobody was given one; with one there is no persistent menu."""
    asked = {kind: Asked(kind) for kind in ("user_rich_menu", "persistent_menu", "rich_menu")}
    portrait(rig, {user_link_of(TARO): entry(TARO)}, **asked)
    assert asked["user_rich_menu"].wanted == []
    assert asked["persistent_menu"].wanted != []
    asked["persistent_menu"].wanted.clear()
    portrait(rig, {root().child("rich_menu", "rich-menu", "main"): entry("40001")}, **asked)
    assert asked["persistent_menu"].wanted == []


def test_sets_of_people_are_wanted_of_everything_that_has_some(rig: Rig) -> None:
    """An adapter reads members only where they are wanted: that costs calls of its own."""
    asked = Asked("bot_domain")
    portrait(rig, {domain_of(): entry("10000002")}, bot_domain=asked)
    first, second = asked.wanted
    assert first == {}
    assert [(each.derived_id, each.spec) for each in second.values()] == [("10000002", {"members": []})]


def test_an_object_is_wanted_under_no_key_that_a_mark_could_have(rig: Rig) -> None:
    """Else a menu that another one has replaced, under the same key, would not be shown."""
    asked = Asked("rich_menu")
    portrait(rig, {root().child("rich_menu", "rich-menu", "main"): entry("40001")}, rich_menu=asked)
    assert [str(each) for each in asked.wanted[1]] == ["bot/helpdesk/rich-menu/id 40001"]


def test_objects_come_in_the_order_of_their_ids(rig: Rig) -> None:
    asked = Asked("rich_menu")
    known = {root().child("rich_menu", "rich-menu", key): entry(key) for key in ("10", "9", "11")}
    found = portrait(rig, known, rich_menu=asked)
    assert [each.remote_id for each in found if each.kind == "rich_menu"] == ["9", "10", "11"]


def test_of_a_bot_that_is_gone_there_is_nothing(rig: Rig) -> None:
    rig.world.hidden.add("1")
    assert portrait(rig) == []
    assert "read bot_domain of 1" not in rig.world.log


def test_a_read_that_fails_leaves_no_half_picture(rig: Rig) -> None:
    rig.world.fail("read persistent_menu of 1", down())
    with pytest.raises(Unavailable):
        portrait(rig)


def test_only_reads_are_sent(rig: Rig) -> None:
    portrait(rig)
    assert rig.world.writes() == []
