"""What is read of the tenant, and what is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lwdeploy.core.errors import AmbiguousMatch, Unavailable
from lwdeploy.core.live import Live
from lwdeploy.core.types import Action, Desired, Proof
from lwdeploy.live.read import read
from tests.unit.planning.builders import (
    bot,
    desired_of,
    domain_of,
    entry,
    marked,
    menu,
    menu_of,
    registration,
    root,
)
from tests.unit.reconcile.world import Rig, down


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


def read_with(rig: Rig, desired: Desired, told: list[tuple[int, int]]) -> Live:
    with ThreadPoolExecutor(max_workers=1) as pool:
        return read(
            desired=desired,
            state=rig.store.read(),
            reader=rig.reader,
            project="acme",
            pool=pool,
            progress=lambda done, total: told.append((done, total)),
        )
