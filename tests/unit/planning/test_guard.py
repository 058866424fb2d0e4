"""What a plan may not do without somebody saying so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.guards import PLAN_GUARDS
from lwdeploy.core.tenant import Guards
from lwdeploy.core.types import Action, Change, Consequence, Lifecycle, Proof, State
from lwdeploy.planning.guard import Crowd, Facts, check
from lwdeploy.planning.model import Refusal
from lwdeploy.planning.order import Quota
from tests.unit.planning.builders import domain_of, entry, rich_menu_of, root, state_of

SOMEBODYS = (("8", "Old"),)
ROOM = Quota(live=5, peak=5, after=5, limit=300)


def delete(name: str, **over: Any) -> Change:
    return Change(address=root(name), action=Action.DELETE, remote_id=f"id-{name}", **over)


def replaced(remote_id: str, **over: Any) -> Change:
    """Give the delete of a rich menu that another one has taken the place of."""
    return Change(
        address=root().child("rich_menu", "rich-menu", f"replaced:{remote_id}"),
        action=Action.DELETE,
        remote_id=remote_id,
        proof=Proof.MARK,
        replaced_by=rich_menu_of(),
        **over,
    )


def owning(count: int) -> State:
    return state_of({root(f"b{number}"): entry(str(number)) for number in range(count)})


def checked(
    changes: Sequence[Change] = (),
    *,
    consequences: Sequence[Consequence] = (),
    max_deletes: int = 100,
    percent: int = 100,
    **over: Any,
) -> tuple[Refusal, ...]:
    guards = Guards(max_deletes=max_deletes, max_delete_percent=percent)
    whole = {"guards": guards, "state": state_of(), "quota": ROOM}
    return check(changes, consequences=consequences, facts=Facts(**{**whole, **over}))


def one(refusals: tuple[Refusal, ...]) -> Refusal:
    assert len(refusals) == 1
    return refusals[0]


def test_a_plan_without_anything_to_fear_is_not_refused() -> None:
    assert checked([Change(address=root(), action=Action.UPDATE)]) == ()


def test_every_guard_with_a_number_is_a_word_of_the_command_line() -> None:
    assert PLAN_GUARDS == ("create", "delete", "protect", "recreate", "unmanaged")


# --- no state


def test_without_a_state_nothing_is_created_in_a_tenant_that_has_bots() -> None:
    found = checked([Change(address=root(), action=Action.CREATE)], state=None, unmanaged=SOMEBODYS)
    refusal = one(found)
    assert (refusal.guard, refusal.exit_class) == ("state", "ambiguous")
    assert refusal.message == (
        "there is no state, and the tenant has 1 bot(s): the 1 bot(s) to create may be among them"
    )
    assert "state init" in refusal.advice
    assert "state rebuild" in refusal.advice


@pytest.mark.parametrize(
    ("change", "state", "unmanaged"),
    [
        (Change(address=root(), action=Action.CREATE), None, ()),
        (Change(address=root(), action=Action.CREATE), state_of(), SOMEBODYS),
        (Change(address=root(), action=Action.ADOPT), None, SOMEBODYS),
        (Change(address=domain_of(), action=Action.CREATE), None, SOMEBODYS),
    ],
    ids=["only our own bots", "a state", "no create", "a child"],
)
def test_a_tenant_of_our_own_a_state_or_nothing_to_create_needs_no_beginning(
    change: Change, state: State | None, unmanaged: tuple[tuple[str, str], ...]
) -> None:
    assert checked([change], state=state, unmanaged=unmanaged) == ()


# --- quota


def test_too_many_bots_are_refused_with_the_counts_and_the_unmanaged_ones() -> None:
    quota = Quota(live=300, peak=301, after=301, limit=300, crowded=301)
    refusal = one(checked(quota=quota, unmanaged=(("8", "Old"), ("9", "Older"))))
    assert (refusal.guard, refusal.exit_class) == ("quota", "quota")
    assert refusal.message == (
        "the tenant takes 300 bots; it has 300 (2 of them unmanaged) and would have 301\n"
        "Unmanaged bots (2):\n  8  Old\n  9  Older"
    )


def test_too_many_bots_of_our_own_are_refused_without_a_list() -> None:
    refusal = one(checked(quota=Quota(live=300, peak=301, after=301, limit=300, crowded=301)))
    assert "\n" not in refusal.message


@pytest.mark.parametrize("over", [{}, {"allowed": dict.fromkeys(PLAN_GUARDS, 99)}], ids=["plain", "overridden"])
def test_a_bot_that_would_have_more_menus_than_it_takes_is_refused_and_nothing_overrides_it(
    over: dict[str, Any],
) -> None:
    crowd = Crowd(root=root(), word="rich-menu", live=999, count=1001, most=1000)
    refusal = one(checked(crowds=(crowd,), **over))
    assert (refusal.guard, refusal.exit_class) == ("quota", "quota")
    assert refusal.message == (
        "bot/helpdesk: a bot takes 1000 objects of kind rich-menu; it has 999 and would have 1001 for a moment, "
        "because what is replaced goes last"
    )
    assert refusal.advice


# --- deletes


@pytest.mark.parametrize(("count", "refused"), [(1, False), (2, False), (3, True)])
def test_more_deletes_than_the_guard_takes_are_refused(count: int, *, refused: bool) -> None:
    found = checked([delete(f"b{number}") for number in range(count)], max_deletes=2)
    assert bool(found) is refused


def test_a_refused_delete_names_everything_and_the_way_out() -> None:
    refusal = one(checked([delete("a"), delete("b")], max_deletes=1))
    assert refusal.message == "2 deletes, and the guard maxDeletes takes 1: bot/a, bot/b"
    assert refusal.advice == "If every one of them is meant: --allow delete=2"


@pytest.mark.parametrize(("allowed", "refused"), [(1, True), (2, False), (3, False)])
def test_an_override_takes_as_many_deletes_as_its_number_says(allowed: int, *, refused: bool) -> None:
    found = checked([delete("a"), delete("b")], max_deletes=1, allowed={"delete": allowed})
    assert bool(found) is refused


def test_deletes_of_registrations_count_like_those_of_bots() -> None:
    child = Change(address=domain_of(), action=Action.DELETE, remote_id="10000002")
    assert one(checked([child, delete("a")], max_deletes=1)).guard == "delete"


def test_the_leftover_of_an_interrupted_create_is_not_counted() -> None:
    assert checked([delete("stray:9", proof=Proof.MARK)], max_deletes=0) == ()


def test_a_menu_that_another_one_has_taken_the_place_of_is_not_counted() -> None:
    assert checked([replaced("m1"), replaced("m2")], max_deletes=0) == ()


def test_a_menu_of_ours_that_nobody_declares_counts_like_any_delete() -> None:
    """Only what was replaced is provably of no use: of a key that nobody knows, somebody may still think."""
    stray = root().child("rich_menu", "rich-menu", "stray:m1")
    found = checked([Change(address=stray, action=Action.DELETE, proof=Proof.MARK)], max_deletes=0)
    assert one(found).guard == "delete"


def test_forgetting_is_not_deleting() -> None:
    assert checked([Change(address=root(), action=Action.FORGET)], max_deletes=0) == ()


@pytest.mark.parametrize(
    ("owned", "count", "refused"),
    [(9, 9, False), (10, 1, False), (10, 2, True), (20, 2, False), (20, 3, True), (29, 3, True)],
)
def test_from_ten_owned_bots_a_share_is_guarded_too(owned: int, count: int, *, refused: bool) -> None:
    found = checked([delete(f"b{number}") for number in range(count)], percent=10, state=owning(owned))
    assert bool(found) is refused


def test_a_share_is_told_in_numbers() -> None:
    refusal = one(checked([delete("b0"), delete("b1")], percent=10, state=owning(10)))
    assert refusal.message == "2 of 10 owned bots would be deleted, and maxDeletePercent takes 10 %"
    assert refusal.advice == "If every one of them is meant: --allow delete=2"


def test_a_numbered_override_of_deletes_stands_for_the_share_too() -> None:
    assert checked([delete("b0"), delete("b1")], percent=10, state=owning(10), allowed={"delete": 2}) == ()


def test_the_share_counts_bots_and_neither_registrations_nor_leftovers() -> None:
    state = owning(10)
    child = Change(address=domain_of("b0"), action=Action.DELETE, remote_id="10000002")
    assert checked([child, child, delete("stray:9", proof=Proof.MARK)], percent=10, state=state) == ()


def test_without_a_state_there_is_no_share() -> None:
    assert checked([delete("a")], percent=0, state=None) == ()


# --- empty tree


def test_an_empty_tree_that_would_prune_everything_is_refused() -> None:
    refusal = one(checked(empty_tree=True))
    assert (refusal.guard, refusal.exit_class) == ("empty", "unsafe")


# --- protect


def test_a_protected_bot_is_not_deleted() -> None:
    refusal = one(checked([delete("a", lifecycle=Lifecycle(protect=True))]))
    assert (refusal.guard, refusal.message) == ("protect", "protected and to be deleted: bot/a")
    assert refusal.advice == "Apply lifecycle.protect: false first, or say --allow protect=1"


def test_protection_is_remembered_when_the_manifest_is_gone() -> None:
    state = state_of({root("a"): entry("1", protect=True), root("b"): entry("2")})
    assert one(checked([delete("a"), delete("b")], state=state)).message == "protected and to be deleted: bot/a"


def test_a_protected_bot_s_menu_is_not_deleted() -> None:
    change = Change(address=rich_menu_of(), action=Action.DELETE, lifecycle=Lifecycle(protect=True))
    assert one(checked([change])).message == "protected and to be deleted: bot/helpdesk/rich-menu/main"


def test_a_protected_bot_s_menu_may_be_replaced_and_the_old_one_goes() -> None:
    """Replacing is the only way to change a menu, and protection never stopped a change."""
    changes = [
        Change(address=rich_menu_of(), action=Action.REPLACE, lifecycle=Lifecycle(protect=True)),
        replaced("m1", lifecycle=Lifecycle(protect=True)),
    ]
    state = state_of({rich_menu_of(): entry("m1", protect=True)})
    assert checked(changes, state=state) == ()


def test_a_protected_bot_may_be_changed_and_forgotten() -> None:
    changes = [
        Change(address=root("a"), action=action, lifecycle=Lifecycle(protect=True))
        for action in (Action.UPDATE, Action.FORGET, Action.ADOPT, Action.NOOP)
    ]
    assert checked(changes) == ()


@pytest.mark.parametrize(("allowed", "refused"), [(0, True), (1, True), (2, False)])
def test_protection_is_overridden_by_number(allowed: int, *, refused: bool) -> None:
    changes = [delete(name, lifecycle=Lifecycle(protect=True)) for name in ("a", "b")]
    assert bool(checked(changes, allowed={"protect": allowed})) is refused


# --- recreate, botId


def test_a_remembered_bot_that_is_gone_is_not_made_anew_without_a_word() -> None:
    refusal = one(checked(recreated=(root("a"), root("b"))))
    assert refusal.guard == "recreate"
    assert refusal.message == "remembered, but gone from the tenant: bot/a, bot/b"
    assert refusal.advice == "Somebody deleted it. To make it anew: --allow recreate=2"


@pytest.mark.parametrize(("allowed", "refused"), [(1, True), (2, False)])
def test_recreating_is_overridden_by_number(allowed: int, *, refused: bool) -> None:
    assert bool(checked(recreated=(root("a"), root("b")), allowed={"recreate": allowed})) is refused


def test_a_bot_id_that_the_tenant_does_not_have_is_refused_and_nothing_overrides_it() -> None:
    refusal = one(checked(unbound=(root("a"),), allowed=dict.fromkeys(PLAN_GUARDS, 99)))
    assert (refusal.guard, refusal.exit_class) == ("botId", "ambiguous")
    assert refusal.message == "bot/a: the tenant has no bot with the botId that the manifest names"


@pytest.mark.parametrize(
    ("terms", "refused"),
    [
        ({}, False),
        ({"allowed": {"create": 2}}, True),
        ({"allowed": {"create": 2}, "reason": "the desk moved"}, False),
    ],
    ids=["nothing overridden", "no reason", "a reason"],
)
def test_a_tenant_can_want_to_know_why_a_guard_is_overridden(terms: dict[str, Any], *, refused: bool) -> None:
    found = checked(guards=Guards(require_reason=True), **terms)
    assert [each.guard for each in found] == (["reason"] if refused else [])
    assert all("overridden (create=2)" in each.message for each in found)


# --- consequences


def losing(*domains: str, name: str = "helpdesk", refused: bool = False) -> Consequence:
    return Consequence(address=root(name), summary="lost", kind="bot_domain", objects=domains, refused=refused)


OWNED = state_of({root(): entry("7"), domain_of(): entry("10000002")})


def test_what_a_side_effect_destroys_and_we_own_counts_as_a_delete() -> None:
    refusal = one(checked(consequences=[losing("10000002")], state=OWNED, max_deletes=0))
    assert refusal.message == ("1 deletes, and the guard maxDeletes takes 0: bot/helpdesk bot_domain 10000002")


def test_what_a_side_effect_destroys_and_nobody_owns_needs_its_own_word() -> None:
    refusal = one(checked(consequences=[losing("10000001")], state=OWNED, max_deletes=0))
    assert refusal.guard == "unmanaged"
    assert refusal.message == (
        "objects that lwdeploy does not own would be destroyed: bot/helpdesk bot_domain 10000001"
    )
    assert refusal.advice == "If that is meant: --allow unmanaged=1"


@pytest.mark.parametrize(("allowed", "refused"), [(0, True), (1, True), (2, False)])
def test_losing_unmanaged_objects_is_overridden_by_number(allowed: int, *, refused: bool) -> None:
    found = checked(consequences=[losing("1", "2")], state=OWNED, allowed={"unmanaged": allowed})
    assert bool(found) is refused


def test_a_registration_of_another_bot_in_the_same_domain_is_not_ours() -> None:
    found = checked(consequences=[losing("10000002", name="sales")], state=OWNED)
    assert one(found).guard == "unmanaged"


def test_what_the_plan_deletes_itself_is_counted_once() -> None:
    child = Change(address=domain_of(), action=Action.DELETE, remote_id="10000002")
    assert checked([child], consequences=[losing("10000002")], state=OWNED, max_deletes=1) == ()


def test_without_a_state_everything_that_is_lost_is_somebody_s() -> None:
    found = checked(consequences=[losing("10000002")], state=None, max_deletes=0)
    assert one(found).guard == "unmanaged"


def test_a_consequence_without_objects_is_only_told() -> None:
    assert checked(consequences=[losing()], max_deletes=0) == ()


def test_what_the_service_does_not_take_is_refused_and_nothing_overrides_it() -> None:
    refusal = one(checked(consequences=[losing(refused=True)], allowed=dict.fromkeys(PLAN_GUARDS, 99)))
    assert (refusal.guard, refusal.message) == ("service", "bot/helpdesk: lost")


# --- look-alikes


def test_a_create_that_looks_like_a_bot_without_manifest_is_refused() -> None:
    refusal = one(checked(look_alikes={root("desk"): root("helpdesk")}))
    assert refusal.guard == "create"
    assert refusal.message == "bot/desk looks like bot/helpdesk, which has no manifest any more"
    assert refusal.advice == (
        "Renamed: add below `spec:`, bot/desk:\n  renamedFrom: helpdesk\nTruly new: --allow create=1"
    )


def test_the_line_to_add_names_its_place_and_is_read_alike_everywhere() -> None:
    place = SourceRef(file="bots/desk.yaml", line=4, column=1)
    create = Change(address=root("desk"), action=Action.CREATE, source=place)
    refusal = one(checked([create], look_alikes={root("desk"): root("12")}))
    assert 'add below `spec:`, bots/desk.yaml:4:1:\n  renamedFrom: "12"\n' in refusal.advice


@pytest.mark.parametrize(("allowed", "refused"), [(1, True), (2, False)])
def test_a_look_alike_is_overridden_by_number(allowed: int, *, refused: bool) -> None:
    alike = {root("a"): root("x"), root("b"): root("y")}
    assert bool(checked(look_alikes=alike, allowed={"create": allowed})) is refused


def test_all_reasons_are_told_at_once() -> None:
    found = checked([delete("a"), delete("b")], max_deletes=1, empty_tree=True, recreated=(root("c"),))
    assert [each.guard for each in found] == ["empty", "delete", "recreate"]
