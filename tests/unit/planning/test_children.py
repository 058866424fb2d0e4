"""What only objects below a bot have: links to one another, leftovers of replacements, a limit per bot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import UNKNOWN, Action, Change, Lifecycle, Mark, Proof
from lwdeploy.planning.children import beside, covers, crowds, leftovers, linked, points_elsewhere, superseded_by
from lwdeploy.planning.model import Beside
from tests.unit.planning.builders import (
    KINDS,
    bot,
    default_link,
    default_link_of,
    desired_of,
    domain_of,
    entry,
    menu,
    rich_menu,
    rich_menu_of,
    rich_shown,
    root,
    user_link,
    user_link_of,
)

MAIN, OTHER = rich_menu_of(), rich_menu_of(key="other")


def shown(remote_id: str, address: Address | None = MAIN) -> LiveResource:
    return LiveResource(kind="rich_menu", remote_id=remote_id, spec=rich_shown(), address=address)


def change(action: Action, remote_id: str | None = None, address: Address = MAIN, **over: Any) -> Change:
    return Change(address=address, action=action, remote_id=remote_id, **over)


# --- what a manifest covers


@pytest.mark.parametrize("kind", ["bot_domain", "rich_menu", "default_rich_menu", "user_rich_menu"])
def test_a_list_that_is_spelled_out_covers_its_kind_for_its_bot_alone(kind: str) -> None:
    desired = desired_of(bot(), bot("sales"), scopes=[(root(), kind)])
    assert covers(desired, root(), KINDS[kind])
    assert not covers(desired, root("sales"), KINDS[kind])
    assert not any(covers(desired, root(), other) for name, other in KINDS.items() if name != kind)


@pytest.mark.parametrize("kind", ["rich_menu", "default_rich_menu", "user_rich_menu"])
def test_a_persistent_menu_covers_the_rich_ones_of_its_bot(kind: str) -> None:
    """The service takes only one sort."""
    desired = desired_of(bot(), menu(), bot("sales"))
    assert covers(desired, root(), KINDS[kind])
    assert not covers(desired, root("sales"), KINDS[kind])


def test_rich_menus_cover_the_persistent_one() -> None:
    assert covers(desired_of(bot(), rich_menu()), root(), KINDS["persistent_menu"])
    assert not covers(desired_of(bot(), rich_menu("sales")), root(), KINDS["persistent_menu"])


def test_links_alone_cover_nothing() -> None:
    desired = desired_of(bot(), default_link(), user_link())
    assert not any(covers(desired, root(), kind) for kind in KINDS.values())


# --- links


@pytest.mark.parametrize("action", [Action.NOOP, Action.ADOPT, Action.UPDATE])
def test_a_link_has_the_id_of_a_menu_that_stays(action: Action) -> None:
    assert linked(default_link(), {MAIN: change(action, "m1")}).spec == {"richmenuId": "m1"}


@pytest.mark.parametrize("action", [Action.CREATE, Action.REPLACE])
def test_a_link_to_a_menu_that_is_still_to_be_made_is_unknown(action: Action) -> None:
    assert linked(default_link(), {MAIN: change(action, "m1")}).spec == {"richmenuId": UNKNOWN}


def test_a_link_to_what_has_no_id_or_is_not_planned_is_unknown() -> None:
    assert linked(default_link(), {MAIN: change(Action.NOOP)}).spec == {"richmenuId": UNKNOWN}
    assert linked(default_link(), {}).spec == {"richmenuId": UNKNOWN}


def test_a_link_keeps_everything_else_that_it_says() -> None:
    odd = replace(default_link(), spec={"richmenuId": UNKNOWN, "note": "x"})
    found = linked(odd, {MAIN: change(Action.NOOP, "m1")})
    assert found == replace(odd, spec={"richmenuId": "m1", "note": "x"})


# --- what is replaced


def below(*superseded: LiveResource, **over: Any) -> dict[Address, Seen]:
    return {root(): Seen(superseded=superseded, **over)}


def test_a_new_menu_replaces_the_remembered_one() -> None:
    found = superseded_by(MAIN, below(shown("m1"), shown("m2")), entry=entry("m1"))
    assert found == shown("m1")


def test_without_a_remembered_one_a_new_menu_replaces_the_newest() -> None:
    seen = below(shown("m1"), shown("m2"))
    assert superseded_by(MAIN, seen, entry=None) == shown("m2")
    assert superseded_by(MAIN, seen, entry=entry("m9")) == shown("m2")


def test_a_new_menu_replaces_no_other_one_s_leftovers() -> None:
    assert superseded_by(MAIN, below(shown("m1", OTHER), shown("m2", None)), entry=entry("m1")) is None
    assert superseded_by(MAIN, {root("sales"): Seen(superseded=(shown("m1"),))}, entry=None) is None
    assert superseded_by(MAIN, {}, entry=None) is None


# --- leftovers


def left(seen: dict[Address, Seen], *changes: Change) -> list[Change]:
    return list(leftovers(seen, changes={each.address: each for each in changes}))


def test_what_is_superseded_is_deleted_after_what_took_its_place() -> None:
    (delete,) = left(below(shown("m1")), change(Action.NOOP, "m2"))
    assert str(delete.address) == "bot/helpdesk/rich-menu/replaced:m1"
    assert (delete.address.kind, delete.action, delete.remote_id) == ("rich_menu", Action.DELETE, "m1")
    assert (delete.proof, delete.replaced_by, delete.before) == (Proof.STATE, MAIN, rich_shown())
    assert delete.reason == "replaced by bot/helpdesk/rich-menu/main"


def test_what_is_superseded_at_an_address_that_is_declared_no_more_is_a_delete_like_any_other() -> None:
    """It may have been retained on purpose."""
    (delete,) = left(below(shown("m1")))
    assert (delete.replaced_by, delete.cleanup) == (None, False)


def test_a_leftover_is_proven_by_its_mark_where_it_carries_one_and_else_by_the_state() -> None:
    """Only what the state remembers is ours without a mark."""
    mark = str(Mark(project="acme", key="k", nonce="n"))
    named = [replace(shown("m1"), facts={"name": name}) for name in (mark, "Theirs", "")]
    proofs = [left(below(each), change(Action.REPLACE, "m1"))[0].proof for each in named]
    assert proofs == [Proof.MARK, Proof.STATE, Proof.STATE]


@pytest.mark.parametrize("address", [MAIN, None], ids=["an unknown address", "no address"])
def test_what_is_ours_under_a_key_that_nobody_knows_is_a_delete_like_any_other(address: Address | None) -> None:
    (delete,) = left(below(shown("m1", address)))
    assert str(delete.address) == "bot/helpdesk/rich-menu/stray:m1"
    assert (delete.action, delete.remote_id, delete.proof) == (Action.DELETE, "m1", Proof.MARK)
    assert (delete.replaced_by, delete.cleanup) == (None, False)
    assert delete.reason == "carries this project's mark, and no manifest declares it"


def test_a_menu_that_gives_its_place_to_a_new_one_is_deleted_afterwards() -> None:
    """It is as wanted but for its picture, which the service does not let be changed."""
    seen = below(resources={MAIN: shown("m1"), root(): LiveResource(kind="bot", remote_id="7", spec={})})
    (delete,) = left(seen, change(Action.REPLACE, "m1"))
    assert (delete.remote_id, delete.replaced_by) == ("m1", MAIN)


@pytest.mark.parametrize("action", [Action.NOOP, Action.UPDATE, Action.ADOPT, Action.FORGET])
def test_a_menu_that_stays_is_not_deleted(action: Action) -> None:
    assert left(below(resources={MAIN: shown("m1")}), change(action, "m1")) == []


def test_a_menu_that_replaces_a_superseded_one_is_not_given_up_itself() -> None:
    seen = below(shown("m1"), resources={MAIN: shown("m2")})
    assert [each.remote_id for each in left(seen, change(Action.REPLACE, "m1"))] == ["m1"]


def test_a_bot_that_retains_what_it_replaces_deletes_nothing_of_it() -> None:
    kept = Lifecycle(retain_replaced=True)
    assert left(below(shown("m1")), change(Action.REPLACE, "m1", lifecycle=kept)) == []
    given_up = below(resources={MAIN: shown("m1")})
    assert left(given_up, change(Action.REPLACE, "m1", lifecycle=kept)) == []


def test_retaining_replaced_menus_retains_no_strays() -> None:
    kept = Lifecycle(retain_replaced=True)
    found = left(below(shown("m1", None)), change(Action.REPLACE, "m1", lifecycle=kept))
    assert [each.remote_id for each in found] == ["m1"]


def test_every_bot_is_rid_of_its_own_leftovers() -> None:
    sales = rich_menu_of("sales")
    seen = {**below(shown("m1")), root("sales"): Seen(superseded=(shown("m1", sales),))}
    found = left(seen, change(Action.NOOP, "m2"), change(Action.NOOP, "m3", sales))
    assert [str(each.address) for each in found] == [
        "bot/helpdesk/rich-menu/replaced:m1",
        "bot/sales/rich-menu/replaced:m1",
    ]


# --- links that somebody else has set


def link(target: str, address: Address | None = None) -> LiveResource:
    return LiveResource(
        kind="default_rich_menu",
        remote_id="default",
        spec={"richmenuId": target},
        address=default_link_of() if address is None else address,
    )


OURS = {
    root(): Seen(
        resources={MAIN: shown("m1"), domain_of(): replace(shown("m4"), kind="bot_domain")},
        superseded=(shown("m2"),),
        unmanaged=(shown("m3", None),),
    )
}


@pytest.mark.parametrize(("target", "elsewhere"), [("m1", False), ("m2", False), ("m3", True), ("m4", True)])
def test_a_link_is_somebody_s_when_it_points_to_none_of_our_menus(target: str, *, elsewhere: bool) -> None:
    assert points_elsewhere(link(target), OURS, kind=KINDS["default_rich_menu"]) is elsewhere


def test_a_link_of_a_bot_whose_menus_were_not_read_is_left_alone() -> None:
    assert points_elsewhere(link("m1"), {}, kind=KINDS["default_rich_menu"])


def test_a_link_that_was_not_looked_at_is_believed_to_be_ours() -> None:
    """Before it is taken away, its adapter looks."""
    seen = {root(): replace(OURS[root()], unread=frozenset({"user_rich_menu"}))}
    theirs = replace(link("m3", user_link_of()), kind="user_rich_menu")
    assert not points_elsewhere(theirs, seen, kind=KINDS["user_rich_menu"])
    assert points_elsewhere(theirs, OURS, kind=KINDS["user_rich_menu"])


def test_what_is_no_link_points_nowhere() -> None:
    assert not points_elsewhere(shown("m1"), OURS, kind=KINDS["rich_menu"])
    unmanaged = replace(link("m3"), address=None)
    assert not points_elsewhere(unmanaged, OURS, kind=KINDS["default_rich_menu"])


# --- what is nobody's


def test_what_is_nobody_s_is_named_by_bot_and_kind_and_age() -> None:
    theirs = [replace(shown(each, None), facts={"name": f"Menu {each}"}) for each in ("10", "9")]
    osaka = LiveResource(kind="bot_domain", remote_id="10000002", spec={})
    seen = {
        root("sales"): Seen(unmanaged=(osaka,)),
        root(): Seen(unmanaged=(*theirs, osaka), superseded=(shown("1"),)),
    }
    assert [(each.root, each.kind, each.remote_id, each.name) for each in beside(seen, consequences=())] == [
        ("bot/helpdesk", "bot_domain", "10000002", ""),
        ("bot/helpdesk", "rich_menu", "9", "Menu 9"),
        ("bot/helpdesk", "rich_menu", "10", "Menu 10"),
        ("bot/sales", "bot_domain", "10000002", ""),
    ]


def test_bots_with_nothing_but_our_own_have_nothing_beside() -> None:
    assert list(beside({root(): OURS[root()], root("sales"): Seen()}, consequences=())) == [
        Beside(root="bot/helpdesk", kind="rich_menu", remote_id="m3")
    ]


# --- a limit per bot


def crowd(count: int, *changes: Change, name: str = "helpdesk") -> list[tuple[int, int]]:
    """Give (live, count) of every crowd in a bot that has `count` rich menus."""
    seen = {root(name): Seen(facts={"rich_menu": {"count": count}, "bot": {}, "persistent_menu": {}})}
    return [(each.live, each.count) for each in crowds(seen, changes=changes, kinds=KINDS)]


@pytest.mark.parametrize(("count", "told"), [(999, []), (1000, [(1000, 1001)]), (1001, [(1001, 1002)])])
def test_a_menu_too_many_makes_a_crowd(count: int, told: list[tuple[int, int]]) -> None:
    assert crowd(count, change(Action.CREATE)) == told


def test_replacing_needs_room_for_both_because_deletes_come_last() -> None:
    changes = (change(Action.REPLACE, "m1"), change(Action.DELETE, "m1", MAIN.root.child("rich_menu", "x", "y")))
    assert crowd(1000, *changes) == [(1000, 1001)]


def test_a_bot_with_too_many_menus_already_may_change_and_shrink() -> None:
    changes = (change(Action.UPDATE, "m1"), change(Action.DELETE, "m2", OTHER), change(Action.NOOP, "m3"))
    assert crowd(1001, *changes) == []


def test_only_menus_of_the_same_bot_and_kind_make_a_crowd() -> None:
    others = (
        change(Action.CREATE, address=rich_menu_of("sales")),
        change(Action.CREATE, address=user_link_of()),
        change(Action.CREATE, address=root()),
    )
    assert crowd(1000, *others) == []


def test_a_crowd_says_which_bot_has_too_many_of_what() -> None:
    seen = {root(): Seen(facts={"rich_menu": {"count": 1000}})}
    (told,) = crowds(seen, changes=[change(Action.CREATE)], kinds=KINDS)
    assert (told.root, told.word, told.most) == (root(), "rich-menu", 1000)


def test_a_kind_without_a_limit_is_never_crowded() -> None:
    seen = {root(): Seen(facts={"bot_domain": {"count": 9999}})}
    assert list(crowds(seen, changes=[change(Action.CREATE, address=domain_of())], kinds=KINDS)) == []
