"""What is read of the tenant, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.errors import AmbiguousMatch, Unavailable
from lwdeploy.core.live import Live, LiveResource, Seen
from lwdeploy.core.types import Action, Desired, Proof, Resource
from lwdeploy.kinds.rich_menu.spec import mark_of, to_body
from lwdeploy.live.read import RootReader, read
from tests.unit.planning.builders import (
    KINDS,
    TARO,
    bot,
    default_link,
    default_link_of,
    desired_of,
    domain_of,
    entry,
    marked,
    menu,
    menu_of,
    registration,
    rich_menu,
    rich_menu_of,
    root,
    user_link,
    user_link_of,
)
from tests.unit.reconcile.world import FakeAdapter, Rig, down


@pytest.fixture
def rig() -> Rig:
    return Rig()


def rooted(rig: Rig, name: str = "helpdesk") -> str:
    """Make a bot that state remembers, and give its id."""
    bot_id = rig.world.add_bot(bot(name).spec)
    rig.remember({root(name): entry(bot_id)})
    return bot_id


def test_the_list_is_complete_and_only_what_is_managed_is_read_in_full(rig: Rig) -> None:
    rig.world.add_bot(bot("others").spec)
    bot_id = rooted(rig)
    live = rig.live(desired_of(bot()))
    assert [each.name for each in live.listed] == ["others", "helpdesk"]
    assert rig.world.log == ["list", f"read bot {bot_id}"]
    assert live.resources[root()].address == root()
    assert live.proofs == {root(): Proof.STATE}


def test_nothing_declared_reads_only_the_list(rig: Rig) -> None:
    rig.world.add_bot(bot("others").spec)
    assert rig.live(desired_of()).resources == {}
    assert rig.world.log == ["list"]


def test_of_a_bot_only_the_kinds_that_are_declared_or_spelled_out_are_read(rig: Rig) -> None:
    bot_id = rooted(rig)
    rig.live(desired_of(bot(), registration()))
    assert rig.world.log[1:] == [f"read bot {bot_id}", f"read bot_domain of {bot_id}"]
    rig.world.log.clear()
    rig.live(desired_of(bot(), scopes=[(root(), "persistent_menu"), (root(), "bot")]))
    assert rig.world.log[1:] == [f"read bot {bot_id}", f"read persistent_menu of {bot_id}"]


def test_children_get_the_address_of_the_manifest_that_means_them(rig: Rig) -> None:
    bot_id = rooted(rig)
    rig.world.put(bot_id, registration())
    rig.world.put(bot_id, menu())
    live = rig.live(desired_of(bot(), registration(), menu()))
    assert set(live.resources) == {root(), domain_of(), menu_of()}
    assert {address: each.address for address, each in live.resources.items()} == {
        address: address for address in live.resources
    }
    assert live.below[root()].unmanaged == ()


def test_children_that_nobody_declares_are_kept_as_unmanaged(rig: Rig) -> None:
    bot_id = rooted(rig)
    rig.world.put(bot_id, registration())
    live = rig.live(desired_of(bot(), registration(domain="head-office")))
    assert set(live.resources) == {root()}
    assert [each.remote_id for each in live.below[root()].unmanaged] == ["10000002"]


def test_an_owned_child_that_left_its_list_is_still_read_as_ours(rig: Rig) -> None:
    bot_id = rig.world.add_bot(bot().spec)
    rig.world.put(bot_id, registration())
    rig.remember({root(): entry(bot_id), domain_of(): entry("10000002")})
    live = rig.live(desired_of(bot(), scopes=[(root(), "bot_domain")]))
    assert domain_of() in live.resources


def test_an_owned_child_of_a_renamed_bot_that_left_its_list_is_still_read_as_ours(rig: Rig) -> None:
    bot_id = rig.world.add_bot(bot().spec)
    rig.world.put(bot_id, registration())
    rig.remember({root(): entry(bot_id), domain_of(): entry("10000002")})
    moved = bot("desk", renamed_from="helpdesk")
    live = rig.live(desired_of(moved, scopes=[(root("desk"), "bot_domain")]))
    assert domain_of("desk") in live.resources


def test_what_the_list_lacks_is_asked_for_by_its_id(rig: Rig) -> None:
    """A list may lag behind."""
    bot_id = rooted(rig)
    rig.world.unlisted.add(bot_id)
    live = rig.live(desired_of(bot()))
    assert live.listed == ()
    assert root() in live.resources
    assert live.missing == frozenset()


def test_what_neither_the_list_nor_a_read_shows_is_gone(rig: Rig) -> None:
    rig.remember({root(): entry("99")})
    live = rig.live(desired_of(bot(), registration()))
    assert live.missing == {root()}
    assert live.resources == {}
    assert rig.world.log == ["list", "read bot 99"]


def test_a_bot_that_the_list_lacks_is_not_forgotten_when_it_is_to_be_pruned(rig: Rig) -> None:
    """Forgotten while it lives, it would be an orphan for ever."""
    bot_id = rooted(rig, "old")
    rig.world.unlisted.add(bot_id)
    plan = rig.plan(bot("new"), prune=True)
    assert {str(each.address): each.action for each in plan.changes}["bot/old"] is Action.DELETE


def test_marks_are_found_in_the_list_and_leftovers_are_strays(rig: Rig) -> None:
    for nonce in ("a", "b"):
        rig.world.add_bot({"botName": {"default": marked("helpdesk", nonce)}})
    live = rig.live(desired_of(bot()))
    assert live.proofs == {root(): Proof.MARK}
    assert [each.remote_id for each in live.strays] == ["2"]
    assert live.resources[root()].remote_id == "1"


def test_progress_is_told_bot_by_bot(rig: Rig) -> None:
    entries = {root(name): entry(rig.world.add_bot(bot(name).spec)) for name in ("a", "b", "c")}
    rig.remember(entries)
    told: list[tuple[int, int]] = []
    read_with(rig, desired_of(bot("a"), bot("b"), bot("c")), told)
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_read_that_fails_ends_all_of_it(rig: Rig) -> None:
    """Nothing is planned on half a picture."""
    entries = {root(name): entry(rig.world.add_bot(bot(name).spec)) for name in ("a", "b")}
    rig.remember(entries)
    rig.world.fail("read bot 1", down())
    with pytest.raises(Unavailable):
        read_with(rig, desired_of(bot("a"), bot("b")), [])


def test_a_list_that_fails_ends_all_of_it(rig: Rig) -> None:
    rig.world.fail("list", down())
    with pytest.raises(Unavailable):
        rig.live(desired_of(bot()))


def test_an_ambiguous_match_reads_nothing_in_full(rig: Rig) -> None:
    with pytest.raises(AmbiguousMatch):
        rig.live(desired_of(bot("a", bind="1"), bot("b", bind="1")))
    assert rig.world.log == ["list"]


# --- rich menus and links


MENUS = (rich_menu(), default_link(), user_link())
RICH = [(root(), kind) for kind in ("rich_menu", "default_rich_menu", "user_rich_menu")]


class Asked(FakeAdapter):
    """Shows nothing and keeps what was wanted of it."""

    def __init__(self, rig: Rig, kind: str) -> None:
        super().__init__(rig.world, kind)
        self.wanted: dict[Address, Resource] = {}
        self.parents: list[LiveResource] = []

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        self.wanted |= wanted
        self.parents.append(parent)
        return Seen(unread=frozenset({self._kind}))


def asked(rig: Rig, desired: Desired) -> Asked:
    """Read with an adapter of rich menus that is only asked."""
    adapter = Asked(rig, "rich_menu")
    children = {**rig.adapters.children, "rich_menu": adapter}
    reader = RootReader(adapters=replace(rig.adapters, children=children), kinds=KINDS)
    read_with(rig, desired, [], reader=reader)
    return adapter


def remembering(rig: Rig, **entries: Any) -> str:
    """Make the help desk, remember it and some of its children, and give its id."""
    bot_id = rig.world.add_bot(bot().spec)
    known = {"menu": rich_menu_of(), "default": default_link_of(), "user": user_link_of()}
    rig.remember({root(): entry(bot_id), **{known[name]: each for name, each in entries.items()}})
    return bot_id


def test_what_has_no_id_by_nature_is_looked_for_under_the_remembered_one(rig: Rig) -> None:
    remembering(rig, menu=entry("m1"))
    adapter = asked(rig, desired_of(bot(), rich_menu(), rich_menu(key="other")))
    assert {address.path[-1]: each.derived_id for address, each in adapter.wanted.items()} == {
        "main": "m1",
        "other": None,
    }
    assert adapter.wanted[rich_menu_of()].spec == rich_menu().spec


def test_what_is_remembered_under_the_former_key_of_a_bot_is_looked_for_too(rig: Rig) -> None:
    remembering(rig, menu=entry("m1"))
    moved = (bot("desk", renamed_from="helpdesk"), rich_menu("desk"))
    assert asked(rig, desired_of(*moved)).wanted[rich_menu_of("desk")].derived_id == "m1"


def test_an_id_that_follows_from_the_manifest_is_stronger_than_a_remembered_one(rig: Rig) -> None:
    bot_id = rig.world.add_bot(bot().spec)
    rig.world.put(bot_id, registration())
    rig.remember({root(): entry(bot_id), domain_of(): entry("10000009")})
    live = rig.live(desired_of(bot(), registration()))
    assert live.resources[domain_of()].remote_id == "10000002"


def test_an_owned_menu_that_left_its_list_is_looked_for_by_its_id_and_wants_nothing(rig: Rig) -> None:
    remembering(rig, menu=entry("m1", rich_menu().spec))
    left = asked(rig, desired_of(bot(), scopes=RICH)).wanted[rich_menu_of()]
    assert (left.derived_id, left.spec) == ("m1", {})


def test_an_owned_menu_that_has_to_give_way_is_looked_for_too(rig: Rig) -> None:
    """The manifest has a persistent menu and not a word about rich ones."""
    remembering(rig, menu=entry("m1"))
    assert asked(rig, desired_of(bot(), menu())).wanted.keys() == {rich_menu_of()}


def test_an_owned_menu_that_is_only_forgotten_is_not_looked_for(rig: Rig) -> None:
    remembering(rig, menu=entry("m1"))
    assert asked(rig, desired_of(bot())).parents == []


def test_children_are_read_with_what_their_bot_shows(rig: Rig) -> None:
    bot_id = remembering(rig)
    (parent,) = asked(rig, desired_of(bot(), rich_menu())).parents
    assert (parent.remote_id, parent.spec) == (bot_id, bot().spec)


def test_what_no_call_lists_is_believed_to_be_as_it_was_written_last(rig: Rig) -> None:
    remembering(rig, user=entry(TARO, {"richmenuId": "m1"}, observed={}))
    live = rig.live(desired_of(bot(), *MENUS))
    assert live.resources[user_link_of()] == LiveResource(
        kind="user_rich_menu", remote_id=TARO, spec={"richmenuId": "m1"}, address=user_link_of()
    )
    assert live.below[root()].resources[user_link_of()] == live.resources[user_link_of()]
    assert live.below[root()].unread == {"user_rich_menu"}


def test_what_no_call_lists_and_nobody_remembers_is_not_there(rig: Rig) -> None:
    remembering(rig)
    assert user_link_of() not in rig.live(desired_of(bot(), *MENUS)).resources


def test_what_was_looked_at_is_not_believed_any_more(rig: Rig) -> None:
    remembering(rig, user=entry(TARO, {"richmenuId": "m1"}))
    rig.world.menus.users = True
    assert user_link_of() not in rig.live(desired_of(bot(), *MENUS)).resources


def test_only_kinds_that_were_not_read_are_believed(rig: Rig) -> None:
    remembering(rig, menu=entry("m1", rich_menu().spec), default=entry("default", {"richmenuId": "m1"}))
    live = rig.live(desired_of(bot(), *MENUS))
    assert not {rich_menu_of(), default_link_of()} & set(live.resources)


def test_a_user_that_left_its_list_is_believed_to_have_the_menu_still(rig: Rig) -> None:
    remembering(rig, user=entry(TARO, {"richmenuId": "m1"}))
    assert user_link_of() in rig.live(desired_of(bot(), scopes=RICH)).resources


def test_a_user_that_is_only_forgotten_is_not_believed(rig: Rig) -> None:
    remembering(rig, user=entry(TARO, {"richmenuId": "m1"}))
    assert user_link_of() not in rig.live(desired_of(bot())).resources


def test_of_a_bot_that_is_gone_nothing_is_believed(rig: Rig) -> None:
    remembering(rig, user=entry(TARO, {"richmenuId": "m1"}))
    rig.world.bots.clear()
    live = rig.live(desired_of(bot(), *MENUS))
    assert live.resources == {}
    assert live.missing == {root()}


def test_what_was_found_below_a_bot_is_kept_with_it(rig: Rig) -> None:
    bot_id = remembering(rig)
    for name in (str(mark_of(rich_menu_of(), rich_menu(label="Old").spec, project="acme")), "Theirs"):
        rig.world.menus.add(bot_id, to_body(rich_menu(label="Old").spec, name=name))
    seen = rig.live(desired_of(bot(), *MENUS)).below[root()]
    assert [(each.remote_id, each.address) for each in seen.superseded] == [("m1", rich_menu_of())]
    assert [each.remote_id for each in seen.unmanaged] == ["m2"]
    assert seen.facts["rich_menu"] == {"count": 2, "default": ""}
    assert set(seen.facts) >= {"bot", "rich_menu"}


def read_with(
    rig: Rig, desired: Desired, told: list[tuple[int, int]], *, reader: RootReader | None = None
) -> Live:
    with ThreadPoolExecutor(max_workers=1) as pool:
        return read(
            desired=desired,
            state=rig.store.read(),
            reader=reader or rig.reader,
            project="acme",
            pool=pool,
            progress=lambda done, total: told.append((done, total)),
        )
