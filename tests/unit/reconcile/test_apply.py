"""An apply that goes well: what is done, in which order, and what is remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.errors import AmbiguousMatch, PlanRefused, QuotaExceeded, UnsafePlan
from lwdeploy.core.kind import Written
from lwdeploy.core.live import LiveResource
from lwdeploy.core.tenant import Guards, Limits
from lwdeploy.core.types import Action, ApplyReport, Change, Origin, Resource, Spec, Status
from lwdeploy.planning.model import Refusal
from tests.unit.planning.builders import (
    JIRO,
    JIRO_ID,
    TARO,
    TARO_ID,
    bot,
    bot_spec,
    domain_of,
    entry,
    marked,
    menu,
    registration,
    root,
)
from tests.unit.reconcile.world import FakeAdapter, Rig, statuses


@pytest.fixture
def rig() -> Rig:
    return Rig()


def applied(rig: Rig, *resources: Resource, **terms: Any) -> ApplyReport:
    """Plan and apply; then a second plan must find nothing to do."""
    report = rig.apply(rig.plan(*resources, **terms))
    assert report.complete, report
    again = rig.plan(*resources, **terms)
    assert again.empty, again.steps
    return report


def deployed(*resources: Resource, **terms: Any) -> Rig:
    rig = Rig()
    applied(rig, *resources, **terms)
    return rig


# --- create


def test_a_bot_is_reserved_recorded_named_and_only_then_registered(rig: Rig) -> None:
    applied(rig, bot(), registration(), menu())
    rig = Rig()
    rig.apply(rig.plan(bot(), registration(), menu()))
    assert [event for event in rig.world.log if not event.startswith("read")] == [
        "lease",
        "list",
        "reserve bot/helpdesk",
        "record bot/helpdesk",
        "write bot/helpdesk",
        "write bot/helpdesk/domain/osaka",
        "write bot/helpdesk/persistent-menu",
        "record bot/helpdesk bot/helpdesk/domain/osaka bot/helpdesk/persistent-menu",
    ]


def test_a_bot_carries_its_mark_until_its_id_is_recorded(rig: Rig) -> None:
    plan = rig.plan(bot())
    seen: list[list[str]] = []
    rig.world.hooks["write bot/helpdesk"] = lambda: seen.append(rig.world.names())
    rig.apply(plan)
    assert seen == [[marked("helpdesk", "n0")]]
    assert rig.world.names() == ["helpdesk"]


def test_naming_sends_only_the_name(rig: Rig) -> None:
    applied(rig, bot())
    assert rig.world.sent == [("bot/helpdesk", ["botName.default"])]


def test_after_the_first_apply_state_knows_everything_that_was_applied(rig: Rig) -> None:
    report = applied(rig, bot(), registration())
    state = rig.store.read()
    assert state is not None
    assert (state.lineage, state.project, state.serial) == ("fresh", "acme", report.serial)
    assert state.entries[root()] == entry("1", bot().spec)
    assert state.entries[domain_of()] == entry("10000002", registration().spec)
    assert len(state.plans) == 1


def test_every_outcome_is_told_as_it_happens_and_reported_in_the_order_of_the_plan(rig: Rig) -> None:
    report = applied(rig, bot("b"), bot("a"), registration("b"))
    assert [str(each.address) for each in report.outcomes] == ["bot/a", "bot/b", "bot/b/domain/osaka"]
    assert sorted(str(each.address) for each in rig.told) == sorted(str(each.address) for each in report.outcomes)
    assert {each.remote_id for each in report.outcomes if each.address.is_root} == {"1", "2"}


def test_the_bots_of_a_wave_are_all_recorded_before_any_of_them_is_named() -> None:
    rig = Rig()
    rig.apply(rig.plan(*(bot(name) for name in "abcde")), wave=2)
    kinds = [event.split()[0] for event in rig.world.log if not event.startswith(("read", "list", "lease"))]
    wave = ["reserve", "reserve", "record", "write", "write", "record"]
    assert kinds == [*wave, *wave, "reserve", "record", "write", "record"]
    assert rig.plan(*(bot(name) for name in "abcde")).empty


def test_a_stray_makes_room_before_anything_is_created(rig: Rig) -> None:
    """Even where nobody knows that the tenant is full."""
    applied(rig, bot("a"))
    stray = rig.world.add_bot(bot_spec(marked("a", "n9")))
    rig.apply(rig.plan(bot("a"), bot("b")))
    done = [event.split()[0] for event in rig.world.log if event.startswith(("delete", "reserve"))]
    assert done == ["delete", "reserve"]
    assert stray not in rig.world.bots
    assert rig.plan(bot("a"), bot("b")).empty


# --- nothing to do


def test_an_empty_plan_takes_no_lease_and_writes_nothing() -> None:
    rig = deployed(bot())
    serial = rig.store.read()
    report = rig.apply(rig.plan(bot()))
    assert report == ApplyReport(outcomes=())
    assert rig.world.log == []
    assert rig.store.read() == serial


def test_a_plan_that_only_records_sends_nothing_but_reads(rig: Rig) -> None:
    rig.world.add_bot(bot().spec, bot_id="7")
    applied(rig, bot(bind="7"))
    assert rig.world.sent == []
    assert rig.entries == {"bot/helpdesk": "7"}


# --- update, delete, forget, adopt, rename


def test_an_update_writes_only_what_differs() -> None:
    rig = deployed(bot(), registration())
    rig.world.sent.clear()
    applied(rig, bot(spec=bot_spec("helpdesk", description={"default": "New"})), registration())
    assert rig.world.sent == [("bot/helpdesk", ["description.default"])]


def test_drift_is_written_back() -> None:
    rig = deployed(bot())
    rig.world.bots["1"]["botName"]["default"] = "Moved"
    plan = rig.plan(bot())
    assert plan.changes[0].diffs[0].origin is Origin.DRIFT
    assert rig.apply(plan).complete
    assert rig.world.names() == ["helpdesk"]


def test_a_deleted_bot_and_its_children_leave_the_state() -> None:
    rig = deployed(bot("a"), bot("b"), registration("b"))
    applied(rig, bot("a"), prune=True)
    assert rig.world.names() == ["a"]
    assert rig.entries == {"bot/a": "1"}


def test_a_registration_that_left_its_list_is_deleted_and_forgotten() -> None:
    rig = deployed(bot(), registration())
    scopes = [(root(), "bot_domain")]
    assert rig.apply(rig.plan(bot(), scopes=scopes)).complete
    assert rig.world.writes()[-2:] == ["delete bot_domain 10000002 of 1", "record bot/helpdesk"]
    assert rig.plan(bot(), scopes=scopes).empty


def test_forgetting_leaves_the_object_as_it_is() -> None:
    rig = deployed(bot(), registration())
    applied(rig, bot())
    assert len(rig.world.children) == 1
    assert rig.entries == {"bot/helpdesk": "1"}


def test_a_renamed_bot_keeps_its_id_and_takes_its_children_along() -> None:
    rig = deployed(bot(), registration())
    rig.world.sent.clear()
    applied(rig, bot("desk", bot().spec, renamed_from="helpdesk"), registration("desk"))
    assert rig.world.sent == []
    assert rig.entries == {"bot/desk": "1", "bot/desk/domain/osaka": "10000002"}


def test_a_renamed_bot_that_drops_a_registration_is_settled_after_one_apply() -> None:
    rig = deployed(bot(), registration())
    moved = bot("desk", bot().spec, renamed_from="helpdesk")
    scopes = [(root("desk"), "bot_domain")]
    assert rig.apply(rig.plan(moved, scopes=scopes)).complete
    assert rig.plan(moved, scopes=scopes).empty
    assert rig.world.children == {}


def test_a_renamed_bot_that_changes_is_moved_and_changed_at_once() -> None:
    rig = deployed(bot(), registration())
    applied(rig, bot("desk", renamed_from="helpdesk"), registration("desk"))
    assert rig.world.names() == ["desk"]
    assert set(rig.entries) == {"bot/desk", "bot/desk/domain/osaka"}


def test_protection_is_recorded_without_a_write_to_the_tenant() -> None:
    rig = deployed(bot())
    rig.world.sent.clear()
    applied(rig, bot(protect=True))
    state = rig.store.read()
    assert state is not None
    assert state.entries[root()].protect
    assert rig.world.sent == []


def test_a_begun_bot_of_a_killed_run_is_named_and_recorded(rig: Rig) -> None:
    rig.world.add_bot({**bot().spec, "botName": {"default": marked("helpdesk")}})
    applied(rig, bot(), registration())
    assert rig.world.names() == ["helpdesk"]
    assert rig.entries["bot/helpdesk"] == "1"


def test_of_two_begun_bots_one_is_named_and_the_other_removed(rig: Rig) -> None:
    for nonce in ("a", "b"):
        rig.world.add_bot({**bot().spec, "botName": {"default": marked("helpdesk", nonce)}})
    applied(rig, bot())
    assert list(rig.world.bots) == ["1"]


def test_a_gone_bot_is_made_anew_with_its_children_when_that_is_allowed() -> None:
    rig = deployed(bot(), registration())
    rig.world.bots.clear()
    rig.world.children.clear()
    report = rig.apply(rig.plan(bot(), registration(), allowed={"recreate": 1}))
    assert report.complete
    assert rig.entries["bot/helpdesk"] == "2"
    assert rig.plan(bot(), registration()).empty


def test_a_gone_bot_is_made_anew_beside_the_leftover_of_an_interrupted_create() -> None:
    """The leftover was known when the plan was made: it is no sign of another run."""
    rig = deployed(bot())
    rig.world.bots.clear()
    rig.world.add_bot({**bot().spec, "botName": {"default": marked("helpdesk", "late")}})
    plan = rig.plan(bot(), allowed={"recreate": 1})
    assert {each.action for each in plan.changes} <= {Action.CREATE, Action.DELETE, Action.UPDATE}
    assert rig.apply(plan).complete
    assert rig.world.names() == ["helpdesk"]
    assert rig.plan(bot()).empty


# --- slots


def test_a_full_tenant_deletes_before_it_creates() -> None:
    rig = deployed(bot("old"), limits=Limits(bots=1))
    rig.apply(rig.plan(bot("new"), prune=True, limits=Limits(bots=1)))
    assert [event for event in rig.world.writes() if "record" not in event] == [
        "lease",
        "delete bot 1",
        "reserve bot/new",
        "write bot/new",
    ]
    assert rig.world.names() == ["new"]


def test_what_others_wait_for_is_done_in_a_wave_of_its_own_before_the_rest() -> None:
    rig = deployed(bot("a"), bot("b"), bot("c"), limits=Limits(bots=3))
    wanted = [bot("x"), bot("y"), bot("c", bot_spec("C"))]
    rig.apply(rig.plan(*wanted, prune=True, limits=Limits(bots=3)))
    order = [event for event in rig.world.writes() if event.split()[0] in {"delete", "reserve"}]
    assert sorted(order[:2]) == ["delete bot 1", "delete bot 2"]
    assert sorted(order[2:]) == ["reserve bot/x", "reserve bot/y"]
    assert rig.plan(*wanted, prune=True, limits=Limits(bots=3)).empty


# --- users, rewritten fields


def test_logins_that_showed_themselves_are_remembered_and_used() -> None:
    rig = Rig()
    rig.world.learns = {TARO: TARO_ID}
    wanted = registration(spec={"members": [TARO], "permission": "selected"})
    rig.apply(rig.plan(bot(), wanted))
    state = rig.store.read()
    assert state is not None
    assert state.users == {TARO: TARO_ID}
    rig.world.children["1", "bot_domain", "10000002"]["members"] = [TARO_ID]
    assert rig.plan(bot(), wanted).empty


class Asked(FakeAdapter):
    """Keeps what it was told about users."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.world, "bot_domain")
        self.users: list[dict[str, str]] = []

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        self.users.append(dict(users))
        return super().write(change, parent_id=parent_id, live=live, users=users)


def test_what_one_step_learns_the_next_step_of_the_same_bot_knows(rig: Rig) -> None:
    rig.world.learns = {TARO: TARO_ID}
    asked = Asked(rig)
    plan = rig.plan(bot(), registration(domain="head-office"), registration(domain="osaka"))
    children = {**rig.adapters.children, "bot_domain": asked}
    rig.apply(plan, adapters=replace(rig.adapters, children=children))
    assert asked.users == [{}, {TARO: TARO_ID}]


def test_what_the_service_is_known_to_rewrite_is_taken_as_written() -> None:
    """A login comes back as a user id, a picture under another address."""
    rig = Rig()
    ids = {TARO: TARO_ID, JIRO: JIRO_ID}

    def rewritten(spec: Spec) -> Spec:
        shown = dict(spec)
        if "pic" in spec:
            shown["pic"] = {"primary": sorted(ids.get(each, each) for each in spec["pic"]["primary"])}
        if "photoUrl" in spec:
            shown["photoUrl"] = {"default": "https://cdn.example.com/1"}
        return shown

    rig.world.rewrites = rewritten
    spec = bot_spec("helpdesk", pic={"primary": [JIRO, TARO]}, photoUrl={"default": "https://example.com/a.png"})
    applied(rig, bot(spec=spec))


def test_what_the_service_does_not_take_is_reported_and_shown_by_the_next_plan(rig: Rig) -> None:
    def deaf(spec: Spec) -> Spec:
        return {**spec, "description": {"default": "fixed"}} if "description" in spec else spec

    rig.world.rewrites = deaf
    report = rig.apply(rig.plan(bot(), registration()))
    assert statuses(report) == {"bot/helpdesk": "not taken", "bot/helpdesk/domain/osaka": "done"}
    assert report.outcomes[0].error == ("the service answered success but shows other values: description.default")
    assert not report.complete
    assert [diff.path for diff in rig.plan(bot(), registration()).changes[0].diffs] == ["description.default"]


def test_a_field_that_is_not_shown_at_all_was_not_taken(rig: Rig) -> None:
    rig.world.rewrites = lambda spec: {name: value for name, value in spec.items() if name != "description"}
    report = rig.apply(rig.plan(bot()))
    assert statuses(report) == {"bot/helpdesk": "not taken"}
    state = rig.store.read()
    assert state is not None
    assert state.entries[root()].observed == {"botName": {"default": "helpdesk"}}


def test_what_is_not_there_when_it_is_read_back_was_not_taken(rig: Rig) -> None:
    rig.world.hooks["write bot/helpdesk/persistent-menu"] = rig.world.children.clear
    plan = rig.plan(bot(), registration(), menu())
    report = rig.apply(plan)
    assert statuses(report)["bot/helpdesk/domain/osaka"] == "not taken"


def test_ignored_fields_that_differ_are_not_called_refused() -> None:
    rig = deployed(bot())
    rig.world.bots["1"]["description"]["default"] = "theirs"
    applied(rig, bot(spec=bot_spec("New", description={"default": "ours"}), ignore=("description",)))
    assert rig.world.bots["1"]["description"]["default"] == "theirs"


# --- refused plans


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        ({"guards": Guards(max_deletes=0)}, UnsafePlan),
        ({"limits": Limits(bots=1)}, QuotaExceeded),
    ],
    ids=["guard", "quota"],
)
def test_a_refused_plan_is_not_run(terms: dict[str, Any], error: type[PlanRefused]) -> None:
    rig = deployed(bot("old"))
    plan = rig.plan(bot("new"), bot("newer"), prune=True, **terms)
    with pytest.raises(error):
        rig.apply(plan)
    assert rig.world.log == []


def test_all_refusals_are_told_and_the_first_decides_the_exit_code(rig: Rig) -> None:
    rig.world.add_bot(bot("others").spec)
    plan = rig.plan(bot("a"), bot("b"), limits=Limits(bots=1))
    with pytest.raises(AmbiguousMatch) as caught:
        rig.apply(plan)
    assert caught.value.message.startswith("[state] there is no state")
    assert "\n[quota] the tenant takes 1 bots" in caught.value.message
    assert "state init" in caught.value.advice


def test_a_refusal_without_advice_leaves_no_empty_line(rig: Rig) -> None:
    plan = rig.plan(bot())
    told = replace(
        plan, refusals=(Refusal(guard="a", message="no"), Refusal(guard="b", message="no", advice="go"))
    )
    with pytest.raises(UnsafePlan) as caught:
        rig.apply(told)
    assert caught.value.advice == "go"


def test_a_report_counts_by_status(rig: Rig) -> None:
    report = applied(rig, bot("a"), bot("b"))
    assert report.count(Status.DONE) == 2
    assert not report.interrupted
    assert report.failure is None
