"""A plan runs only on what it was made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.errors import Corrupt, LineageMismatch, StalePlan, StateError, Unavailable, UnsafePlan
from lwdeploy.core.tenant import Limits
from lwdeploy.core.types import Action, Proof, Resource
from lwdeploy.kinds.rich_menu.spec import mark_of, to_body
from lwdeploy.planning.codec import with_digest
from lwdeploy.planning.model import Plan
from tests.unit.planning.builders import (
    TARO,
    bot,
    bot_spec,
    default_link,
    domain_of,
    entry,
    marked,
    menu,
    registration,
    rich_menu,
    root,
    user_link,
)
from tests.unit.reconcile.test_apply import deployed
from tests.unit.reconcile.world import Rig, down, refused, statuses

NEW = bot_spec("New")


@pytest.fixture
def rig() -> Rig:
    return Rig()


def stale(rig: Rig, plan: Plan) -> str:
    """Insist that a plan is stale and that nothing was written; give what it says."""
    before = rig.store.read()
    with pytest.raises(StalePlan) as caught:
        rig.apply(plan)
    assert [event for event in rig.world.writes() if event != "lease"] == []
    assert rig.store.read() == before
    return caught.value.message


# --- the state


def test_a_plan_made_with_another_backend_is_not_run(rig: Rig) -> None:
    plan = rig.plan(bot(), backend="file state/production.json")
    with pytest.raises(LineageMismatch) as caught:
        rig.apply(plan)
    assert caught.value.message == (
        "The plan was made with the state in file state/production.json, and this run uses memory"
    )


def test_a_plan_made_before_there_was_a_state_is_stale_once_there_is_one(rig: Rig) -> None:
    plan = rig.plan(bot())
    rig.remember({})
    assert stale(rig, plan) == "A state was made after this plan"


def test_a_state_that_vanished_is_an_error_and_never_an_empty_state() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("b"))
    rig.store.memory.tamper(None)
    with pytest.raises(StateError, match="is gone"):
        rig.apply(plan)


def test_a_state_that_the_store_knows_nothing_of_is_an_error_too() -> None:
    """As on another machine, where no state was ever stored."""
    rig = deployed(bot("a"))
    plan = rig.plan(bot("b"))
    elsewhere = Rig()
    with pytest.raises(StateError) as caught:
        elsewhere.apply(plan)
    assert caught.value.message == "The state in memory is gone: the plan was made against serial 2"


def test_a_state_of_another_lineage_is_refused(rig: Rig) -> None:
    rig.remember({})
    other = deployed(bot("a"))
    with pytest.raises(LineageMismatch, match="made anew after this plan"):
        rig.apply(other.plan(bot("b")))


def test_an_older_state_than_the_plan_s_is_an_error() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("b"))
    newer = with_digest(replace(plan, state=replace(plan.state, serial=plan.state.serial + 1)))
    with pytest.raises(StateError) as caught:
        rig.apply(newer)
    assert caught.value.message == "The state is older (serial 2) than the plan (serial 3)"


def test_a_damaged_state_stops_the_run() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("b"))
    rig.store.memory.tamper(b"{")
    with pytest.raises(Corrupt):
        rig.apply(plan)


def test_a_plan_runs_once() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("b"))
    rig.apply(plan)
    assert stale(rig, plan) == "This plan has run already; a plan runs once"


def test_a_plan_that_repaired_drift_runs_once_too() -> None:
    """Otherwise it would undo the same change again, long after it was approved."""
    rig = deployed(bot("a"))
    rig.world.bots["1"]["botName"]["default"] = "Moved"
    plan = rig.plan(bot("a"))
    assert rig.apply(plan).complete
    rig.world.bots["1"]["botName"]["default"] = "Moved"
    assert stale(rig, plan) == "This plan has run already; a plan runs once"


def test_another_run_on_other_bots_does_not_make_a_plan_stale() -> None:
    rig = deployed(bot("a"), bot("b"))
    plan = rig.plan(bot("a", NEW), bot("b"))
    rig.apply(rig.plan(bot("a"), bot("b", bot_spec("B"))))
    assert rig.apply(plan).complete


def test_a_bot_that_another_run_made_meanwhile_makes_a_plan_stale(rig: Rig) -> None:
    rig.remember({})
    plan, same = rig.plan(bot("a")), rig.plan(bot("a"), bot("b"))
    rig.apply(same)
    assert stale(rig, plan) == "Another run changed bot/a after this plan"


def test_an_address_that_means_another_bot_meanwhile_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a", NEW))
    state = rig.store.read()
    assert state is not None
    moved = replace(state, entries={root("a"): entry("99")})
    rig.store.memory.write(moved, expected_serial=state.serial)
    assert stale(rig, plan) == "Another run changed bot/a after this plan"


# --- the tenant


def move(rig: Rig, name: str, value: str) -> None:
    rig.world.bots["1"][name]["default"] = value


def test_a_field_to_change_that_moved_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a", NEW))
    move(rig, "botName", "Theirs")
    assert stale(rig, plan) == (
        'The tenant is not as the plan saw it:\n  bot/a: botName.default was "a", is "Theirs" now'
    )


def test_a_field_that_the_plan_leaves_alone_may_move() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a", bot_spec("New", description=bot("a").spec["description"])))
    move(rig, "description", "Theirs")
    rig.apply(plan)
    assert rig.world.names() == ["New"]


def test_a_field_that_appeared_or_disappeared_is_told_as_nothing() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a", NEW))
    del rig.world.bots["1"]["botName"]["default"]
    assert 'botName.default was "a", is (nothing) now' in stale(rig, plan)


def test_the_query_of_a_moved_callback_is_not_told() -> None:
    old, new, theirs = (f"https://bots.example.com/?token=canary-{word}" for word in ("old", "new", "theirs"))
    rig = deployed(bot("a", bot_spec("a", callback={"url": old})))
    plan = rig.plan(bot("a", bot_spec("a", callback={"url": new})))
    rig.world.bots["1"]["callback"]["url"] = theirs
    assert "canary" not in stale(rig, plan)


def test_everything_that_moved_is_told_at_once() -> None:
    rig = deployed(bot("a"), bot("b"))
    plan = rig.plan(bot("a", NEW), bot("b", bot_spec("B")))
    move(rig, "botName", "Theirs")
    del rig.world.bots["2"]
    assert stale(rig, plan) == (
        "The tenant is not as the plan saw it:\n"
        '  bot/a: botName.default was "a", is "Theirs" now\n'
        "  bot/b: was deleted meanwhile"
    )


def test_a_child_to_create_that_was_made_meanwhile_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a"), registration("a"))
    rig.world.put("1", registration("a"))
    assert stale(rig, plan).endswith("bot/a/domain/osaka: was made meanwhile")


def test_rich_menus_that_stand_beside_a_menu_to_create_do_not_make_it_made_by_anybody() -> None:
    """They are facts of the kind, and no menu: whether the service takes ours then, it says itself."""
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a"), menu("a"))
    rig.world.facts["1", "persistent_menu"] = {"richmenus": {"m1": "main"}}
    assert rig.apply(plan).complete


def test_a_child_to_delete_that_is_gone_already_is_no_obstacle() -> None:
    rig = deployed(bot("a"), registration("a"))
    plan = rig.plan(bot("a"), scopes=[(root("a"), "bot_domain")])
    rig.world.children.clear()
    assert rig.apply(plan).complete
    assert str(domain_of("a")) not in rig.entries


def test_a_bot_to_delete_that_is_gone_already_is_no_obstacle() -> None:
    rig = deployed(bot("a"), bot("b"))
    plan = rig.plan(bot("b"), prune=True)
    del rig.world.bots["1"]
    assert rig.apply(plan).complete
    assert rig.entries == {"bot/b": "2"}


def test_a_leftover_that_got_a_name_meanwhile_is_somebody_s() -> None:
    rig = deployed(bot("a"))
    rig.world.add_bot({"botName": {"default": marked("a")}}, bot_id="9")
    plan = rig.plan(bot("a"))
    rig.world.bots["9"]["botName"]["default"] = "Somebody's now"
    assert stale(rig, plan).endswith("bot/stray:9: does not carry the mark any more, so it is somebody's")


def recorded(rig: Rig, key: str, remote_id: str) -> None:
    """Let another run, which still holds an older plan, record a bot under a key."""
    state = rig.store.memory.read()
    assert state is not None
    entries = {**state.entries, root(key): entry(remote_id)}
    rig.store.memory.write(replace(state, entries=entries), expected_serial=state.serial)


def test_a_leftover_that_another_run_has_recorded_meanwhile_is_in_use() -> None:
    """The run that makes it may know a key that this one does not, and has not named it yet."""
    rig = deployed(bot("a"))
    rig.world.add_bot({"botName": {"default": marked("b")}}, bot_id="9")
    plan = rig.plan(bot("a"))
    recorded(rig, "b", "9")
    assert "bot/stray:9 is bot/b by now" in stale(rig, plan)
    assert "9" in rig.world.bots


def test_before_a_leftover_goes_the_state_moves_on_so_that_nobody_can_record_it_any_more() -> None:
    """What a run that lost its lease records in the last moment counts: the leftover stays."""
    rig = deployed(bot("a"))
    rig.world.add_bot({"botName": {"default": marked("b")}}, bot_id="9")
    plan = rig.plan(bot("a"))
    rig.world.hooks["read bot 9"] = lambda: recorded(rig, "b", "9")
    report = rig.apply(plan)
    assert "somebody else wrote the state" in str(report.failure)
    assert statuses(report) == {"bot/stray:9": "not started"}
    assert "9" in rig.world.bots


def test_a_leftover_that_is_gone_already_is_no_obstacle() -> None:
    rig = deployed(bot("a"))
    rig.world.add_bot({"botName": {"default": marked("a")}}, bot_id="9")
    plan = rig.plan(bot("a"))
    del rig.world.bots["9"]
    assert rig.apply(plan).complete


def test_a_bot_to_record_that_is_gone_meanwhile_makes_a_plan_stale(rig: Rig) -> None:
    rig.world.add_bot(bot("a").spec, bot_id="7")
    plan = rig.plan(bot("a", bind="7"))
    rig.world.bots.clear()
    assert "was deleted meanwhile" in stale(rig, plan)


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, True), (2, False)])
def test_a_list_that_has_grown_until_the_new_bots_do_not_fit_makes_a_plan_stale(
    rig: Rig, more: int, *, fits: bool
) -> None:
    plan = rig.plan(bot("a"), limits=Limits(bots=2))
    for number in range(more):
        rig.world.add_bot(bot_spec(f"theirs {number}"))
    if fits:
        assert rig.apply(plan).complete
    else:
        assert stale(rig, plan).endswith("the tenant has 2 bots, the plan saw 0: the new ones would not fit")


def test_a_bot_that_another_run_has_begun_makes_a_plan_stale(rig: Rig) -> None:
    plan = rig.plan(bot("a"))
    rig.world.add_bot({"botName": {"default": marked("a", "theirs")}}, bot_id="9")
    assert stale(rig, plan).endswith("bot/a: bot 9 was begun for it by another run")


@pytest.mark.parametrize("name", [marked("b"), marked("a", project="other"), "a"])
def test_other_bots_that_appeared_are_nobody_s_business(rig: Rig, name: str) -> None:
    plan = rig.plan(bot("a"))
    rig.world.add_bot({"botName": {"default": name}}, bot_id="9")
    assert rig.apply(plan).complete


def test_a_read_of_the_preconditions_that_fails_stops_before_any_write() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a", NEW))
    rig.world.fail("read bot 1", down())
    with pytest.raises(Unavailable, match="does not answer"):
        rig.apply(plan)
    assert rig.world.writes() == ["lease"]


def test_without_a_bot_to_create_the_list_is_not_read_again() -> None:
    rig = deployed(bot("a"))
    rig.apply(rig.plan(bot("a", NEW)))
    assert rig.world.asked("list") == 0


# --- old knowledge


def aged(rig: Rig, seconds: float) -> tuple[Callable[[], None], Plan]:
    """Give a hook that lets time pass while bot/a is written, and the plan of a, then b, in waves of one."""
    plan = rig.plan(bot("a", bot_spec("A")), bot("b", bot_spec("B")), registration("b"))

    def pass_time() -> None:
        rig.time.now += seconds

    return pass_time, plan


@pytest.mark.parametrize(("seconds", "reads"), [(5.0, 2), (5.1, 3)])
def test_a_bot_is_read_again_when_that_is_longer_ago_than_five_seconds(seconds: float, reads: int) -> None:
    rig = deployed(bot("a"), bot("b"))
    rig.world.hooks["write bot/a"], plan = aged(rig, seconds)
    assert rig.apply(plan, wave=1).complete
    assert rig.world.asked("read bot 2") == reads


def test_a_bot_that_moved_while_others_were_written_fails_alone() -> None:
    rig = deployed(bot("a"), bot("b"))
    pass_time, plan = aged(rig, 6.0)

    def meanwhile() -> None:
        pass_time()
        rig.world.bots["2"]["botName"]["default"] = "Theirs"

    rig.world.hooks["write bot/a"] = meanwhile
    report = rig.apply(plan, wave=1)
    assert statuses(report) == {"bot/a": "done", "bot/b": "failed", "bot/b/domain/osaka": "failed"}
    assert report.outcomes[1].error == 'Changed since the plan: bot/b: botName.default was "b", is "Theirs" now'
    assert report.outcomes[1].advice == "Plan again."
    assert rig.world.names() == ["A", "Theirs"]


def test_a_bot_that_cannot_be_read_again_fails_alone() -> None:
    rig = deployed(bot("a"), bot("b"))
    rig.world.hooks["write bot/a"], plan = aged(rig, 6.0)
    rig.world.fail("read bot 2", None, refused())
    report = rig.apply(plan, wave=1)
    assert statuses(report) == {"bot/a": "done", "bot/b": "failed", "bot/b/domain/osaka": "failed"}


def test_a_new_bot_is_not_read_before_its_naming_however_long_it_took(rig: Rig) -> None:
    plan = rig.plan(bot("a"))

    def pass_time() -> None:
        rig.time.now += 60

    rig.world.hooks["reserve bot/a"] = pass_time
    assert rig.apply(plan).complete
    assert rig.world.asked("read bot 1") == 1


def test_what_a_deletion_destroys_is_not_looked_at_twice_within_five_seconds() -> None:
    rig = deployed(bot("a"), bot("b"))
    rig.apply(rig.plan(bot("b"), prune=True))
    assert rig.world.asked("read bot 1") == 1


# --- what the state owns


def test_a_plan_of_another_project_is_not_run_on_this_state() -> None:
    rig = deployed(bot("a"))
    plan = with_digest(replace(rig.plan(bot("a"), bot("b")), project="another"))
    with pytest.raises(LineageMismatch, match="The plan is of project 'another', the state of project 'acme'"):
        rig.apply(plan)


def test_a_protected_bot_is_not_deleted_by_a_plan_that_leaves_the_guard_out() -> None:
    """As a plan file would be that somebody edited."""
    rig = deployed(bot("a"), bot("b"))
    plan = rig.plan(bot("b"), prune=True)
    state = rig.store.read()
    assert state is not None
    entries = {address: replace(each, protect=True) for address, each in state.entries.items()}
    rig.store.memory.write(replace(state, entries=entries), expected_serial=state.serial)
    with pytest.raises(UnsafePlan, match="bot/a is protected"):
        rig.apply(plan)


def protecting(rig: Rig, address: Address) -> None:
    """Let the state remember that an object is protected, as another run would have written it."""
    state = rig.store.read()
    assert state is not None
    entries = {**state.entries, address: replace(state.entries[address], protect=True)}
    rig.store.memory.write(replace(state, entries=entries), expected_serial=state.serial)


def edited(plan: Plan, step: str, **over: Any) -> Plan:
    """Give a plan in which somebody changed one step, and made the digest anew."""
    changes = tuple(replace(each, **over) if str(each.address) == step else each for each in plan.changes)
    assert changes != plan.changes
    return with_digest(replace(plan, changes=changes))


def test_a_protected_bot_is_not_deleted_by_a_plan_that_calls_it_replaced() -> None:
    """Only what another object has taken the place of may go although it is protected."""
    rig = deployed(bot("a"), bot("b"))
    plan = edited(rig.plan(bot("b"), prune=True), "bot/a", replaced_by=root("a"))
    protecting(rig, root("a"))
    with pytest.raises((UnsafePlan, StalePlan)):
        rig.apply(plan)
    assert rig.world.names() == ["a", "b"]


def test_a_protected_menu_is_not_deleted_by_a_plan_that_calls_it_replaced_and_replaces_nothing() -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), scopes=RICH)
    plan = edited(plan, "bot/a/rich-menu/main", replaced_by=MENUS[0].address)
    protecting(rig, MENUS[0].address)
    with pytest.raises((UnsafePlan, StalePlan)):
        rig.apply(plan)
    assert rig.world.menus.labels() == ["New"]


def test_a_protected_menu_is_not_deleted_by_a_plan_that_calls_it_a_stray() -> None:
    """A menu carries our mark for good: that it is ours says nothing about whether it may go."""
    rig = deployed(bot("a"), *MENUS)
    stray = root("a").child("rich_menu", "rich-menu", "stray:m1")
    plan = edited(rig.plan(bot("a"), scopes=RICH), "bot/a/rich-menu/main", address=stray, proof=Proof.MARK)
    protecting(rig, MENUS[0].address)
    with pytest.raises((UnsafePlan, StalePlan)):
        rig.apply(plan)
    assert rig.world.menus.labels() == ["New"]


@pytest.mark.parametrize(
    "over",
    [
        {"action": Action.DELETE, "proof": Proof.STATE, "remote_id": "9"},
        {"action": Action.DELETE, "proof": Proof.BOT_ID, "remote_id": "9"},
        {"action": Action.FORGET, "proof": Proof.STATE, "remote_id": "9"},
        {"action": Action.UPDATE, "proof": Proof.STATE, "remote_id": "9"},
        {"action": Action.DELETE, "proof": Proof.STATE, "address": root("theirs")},
    ],
    ids=["delete", "delete by botId", "forget", "update", "delete at another address"],
)
def test_a_plan_that_was_edited_to_mean_what_the_state_does_not_own_is_not_run(over: dict[str, Any]) -> None:
    rig = deployed(bot("a"))
    rig.world.add_bot(bot_spec("theirs"), bot_id="9")
    plan = edited(rig.plan(bot("a", NEW)), "bot/a", **over)
    assert stale(rig, plan).startswith("The state does not own what the plan means by bot/")
    assert rig.world.names() == ["a", "theirs"]


@pytest.mark.parametrize("now", [{}, {root("a"): entry("9")}], ids=["forgotten", "another one adopted"])
def test_what_hangs_on_a_bot_that_the_state_means_no_more_is_not_touched(now: dict[Address, Any]) -> None:
    """The bot itself stays as it is in the plan: no step of its own could tell."""
    rig = deployed(bot("a"))
    rig.world.add_bot(bot_spec("theirs"), bot_id="9")
    plan = rig.plan(bot("a"), registration("a"))
    assert [str(step.address) for step in plan.steps] == ["bot/a/domain/osaka"]
    state = rig.store.read()
    assert state is not None
    rig.store.memory.write(replace(state, entries=now), expected_serial=state.serial)
    assert stale(rig, plan) == "The state does not own what the plan means by bot/a"


def test_a_protected_menu_is_replaced_by_a_plan_that_does_replace_it() -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), *NEWER)
    protecting(rig, MENUS[0].address)
    assert rig.apply(plan).complete
    assert rig.world.menus.labels() == ["Newer"]


def test_what_only_a_mark_makes_ours_must_carry_it(rig: Rig) -> None:
    """A stray that somebody has named meanwhile is somebody's."""
    rig.world.bots["7"] = bot_spec(marked("helpdesk"))
    plan = rig.plan(bot())
    rig.world.bots["7"] = bot_spec("Somebody's")
    assert "bot/helpdesk: carries no mark of project acme" in stale(rig, plan)


# --- rich menus and links


MENUS = [rich_menu("a"), default_link("a"), user_link(name="a")]
NEWER = [rich_menu("a", label="Newer"), *MENUS[1:]]
RICH = [(root("a"), kind) for kind in ("rich_menu", "default_rich_menu", "user_rich_menu")]
REPLACED = "bot/a/rich-menu/replaced:m1"


def made_by_another_run(rig: Rig, resource: Resource) -> str:
    mark = mark_of(resource.address, resource.spec, project="acme")
    return rig.world.menus.add("1", to_body(resource.spec, name=str(mark)))


def renamed(rig: Rig, name: str, *, menu_id: str = "m1") -> None:
    rig.world.menus.of["1"][menu_id].body["richmenuName"] = name


def test_a_menu_to_create_that_another_run_has_made_meanwhile_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a"), MENUS[0])
    made_by_another_run(rig, MENUS[0])
    assert stale(rig, plan).endswith("bot/a/rich-menu/main: was made meanwhile")


def test_a_menu_to_put_in_the_place_of_another_that_was_made_meanwhile_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), *NEWER)
    made_by_another_run(rig, NEWER[0])
    assert stale(rig, plan).endswith("bot/a/rich-menu/main: was made meanwhile")


def test_the_menu_that_is_to_make_room_was_not_made_meanwhile() -> None:
    """But for its picture, it is the very menu that is wanted."""
    rig = deployed(bot("a"), *MENUS)
    rig.world.menus.fixed = True
    other = [rich_menu("a", image="sha256:b"), *MENUS[1:]]
    rig.apply(rig.plan(bot("a"), *other))
    assert rig.apply(rig.plan(bot("a"), *other)).complete


def test_a_menu_to_delete_or_to_replace_that_is_gone_already_is_no_obstacle() -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), *NEWER)
    rig.world.menus.forget("1", "m1")
    rig.world.menus.linked("1", "default_rich_menu")["default"] = "m1"
    assert rig.apply(plan).complete
    assert rig.world.menus.labels() == ["Newer"]


def test_a_default_to_change_that_was_changed_meanwhile_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), *NEWER)
    rig.world.menus.linked("1", "default_rich_menu")["default"] = "m9"
    assert 'bot/a/default-rich-menu: richmenuId was "m1", is "m9" now' in stale(rig, plan)


def test_a_default_that_somebody_has_set_meanwhile_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"), MENUS[0])
    plan = rig.plan(bot("a"), *MENUS[:2])
    rig.world.menus.linked("1", "default_rich_menu")["default"] = "m9"
    assert stale(rig, plan).endswith("bot/a/default-rich-menu: was made meanwhile")


def test_a_default_to_take_away_that_points_elsewhere_meanwhile_makes_a_plan_stale() -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), MENUS[0], scopes=RICH[:2])
    rig.world.menus.linked("1", "default_rich_menu")["default"] = "m9"
    assert stale(rig, plan).endswith("bot/a/default-rich-menu: points to another object now")


@pytest.mark.parametrize("moved", [True, False], ids=["gone", "as it was"])
def test_a_default_to_take_away_that_is_gone_or_as_it_was_is_no_obstacle(*, moved: bool) -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), MENUS[0], scopes=RICH[:2])
    if moved:
        rig.world.menus.linked("1", "default_rich_menu").clear()
    assert rig.apply(plan).complete


@pytest.mark.parametrize(
    ("old", "edited_to", "said"),
    [
        (menu("a"), menu("a", label="By hand"), "bot/a/persistent-menu: actions was ["),
        (
            registration("a"),
            registration("a", spec={"permission": "all", "visible": False}),
            "bot/a/domain/osaka: visible was true, is false now",
        ),
    ],
    ids=["menu", "registration"],
)
def test_what_is_to_go_and_was_edited_meanwhile_makes_a_plan_stale(
    old: Resource, edited_to: Resource, said: str
) -> None:
    """The plan showed what would go; somebody's edit was not in it."""
    rig = deployed(bot("a"), old)
    plan = rig.plan(bot("a"), scopes=[(root("a"), old.address.kind)])
    assert [step.action for step in plan.steps] == [Action.DELETE]
    rig.world.put("1", edited_to)
    assert said in stale(rig, plan)


def test_fields_of_what_is_to_go_that_are_not_read_again_make_no_plan_stale() -> None:
    """A plan that looked at pictures or members knows more than the look before the first write."""
    rig = deployed(bot("a"), registration("a"))
    plan = rig.plan(bot("a"), scopes=[(root("a"), "bot_domain")])
    [step] = plan.steps
    plan = edited(plan, str(step.address), before={**step.before, "members": [TARO]})
    assert rig.apply(plan).complete


def test_users_that_are_not_looked_at_make_no_plan_stale() -> None:
    rig = deployed(bot("a"), *MENUS)
    plan = rig.plan(bot("a"), *NEWER)
    rig.world.menus.linked("1", "user_rich_menu").clear()
    assert rig.apply(plan).complete
    assert rig.world.menus.linked("1", "user_rich_menu") == {TARO: "m2"}


def test_users_that_are_looked_at_and_moved_make_a_plan_stale() -> None:
    rig = deployed(bot("a"), *MENUS)
    rig.world.menus.users = True
    plan = rig.plan(bot("a"), *NEWER)
    rig.world.menus.linked("1", "user_rich_menu").clear()
    assert f"bot/a/rich-menu-user/{TARO}: was deleted meanwhile" in stale(rig, plan)


@pytest.mark.parametrize("name", ["Theirs", "lwdeploy other k n", ""])
def test_a_replaced_menu_that_carries_no_mark_of_ours_any_more_is_not_deleted(name: str) -> None:
    rig = deployed(bot("a"), *MENUS)
    made_by_another_run(rig, NEWER[0])
    plan = rig.plan(bot("a"), *NEWER)
    renamed(rig, name)
    assert stale(rig, plan).endswith(f"{REPLACED}: carries no mark of project acme")


@pytest.mark.parametrize("name", ["Theirs", "lwdeploy other k n"])
def test_a_plan_that_was_edited_to_delete_somebody_s_menu_is_not_run(name: str) -> None:
    """Whoever calls it a leftover has to find our mark on it."""
    rig = deployed(bot("a"), *MENUS)
    theirs = rig.world.menus.add("1", {"richmenuName": name, "areas": [{"action": {"label": "x"}}]})
    plan = rig.plan(bot("a"), *NEWER)
    told = stale(rig, edited(plan, REPLACED, remote_id=theirs))
    assert told.endswith(f"{REPLACED}: carries no mark of project acme")


def test_a_menu_of_ours_that_somebody_gave_another_name_can_still_be_replaced() -> None:
    """It is remembered: that is a stronger proof than its mark."""
    rig = deployed(bot("a"), *MENUS)
    renamed(rig, "Theirs")
    assert rig.apply(rig.plan(bot("a"), *NEWER, scopes=RICH)).complete
    assert rig.world.menus.labels() == ["Newer"]


def test_a_menu_of_ours_that_nobody_declares_is_deleted_as_long_as_it_carries_our_mark() -> None:
    rig = deployed(bot("a"), *MENUS)
    stray = made_by_another_run(rig, rich_menu("a", "gone", label="Gone"))
    plan = rig.plan(bot("a"), *MENUS)
    assert str(plan.steps[0].address) == f"bot/a/rich-menu/stray:{stray}"
    assert rig.apply(plan).complete
    assert rig.world.menus.labels() == ["New"]
    again = made_by_another_run(rig, rich_menu("a", "gone", label="Gone"))
    plan = rig.plan(bot("a"), *MENUS)
    renamed(rig, "Theirs", menu_id=again)
    assert stale(rig, plan).endswith(f"bot/a/rich-menu/stray:{again}: carries no mark of project acme")


def test_links_are_read_again_with_their_bot_when_that_is_long_ago() -> None:
    rig = deployed(bot("0"), bot("a"), *MENUS)
    bot_id = rig.entries["bot/a"]

    def meanwhile() -> None:
        rig.time.now += 6.0
        rig.world.menus.linked(bot_id, "default_rich_menu")["default"] = "m9"

    plan = rig.plan(bot("0", bot_spec("Zero")), bot("a"), *NEWER)
    rig.world.hooks["write bot/0"] = meanwhile
    report = rig.apply(plan, wave=1)
    assert statuses(report)["bot/0"] == "done"
    assert statuses(report)["bot/a/rich-menu/main"] == "failed"
    assert rig.world.menus.labels(bot_id) == ["New"]
