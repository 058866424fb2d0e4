"""Desired, live and state to a plan."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.live import Live, Seen
from lwdeploy.core.tenant import Guards, Limits
from lwdeploy.core.types import Action, Change, Desired, Origin, Proof, State, StateEntry
from lwdeploy.planning.codec import with_digest
from lwdeploy.planning.model import Plan, StateRef
from tests.unit.planning.builders import (
    bot,
    bot_spec,
    desired_of,
    domain_of,
    entry,
    found,
    live_of,
    marked,
    menu,
    menu_of,
    plan_of,
    registration,
    root,
    row,
    state_of,
)


def only(plan: Plan) -> Change:
    assert len(plan.changes) == 1
    return plan.changes[0]


def actions(plan: Plan) -> dict[str, Action]:
    return {str(change.address): change.action for change in plan.changes}


def refused(plan: Plan) -> list[str]:
    return [refusal.guard for refusal in plan.refusals]


def settled(*, spec: Mapping[str, Any] | None = None) -> tuple[Live, State]:
    """Give a tenant and a state in which bot 7 is the help desk, as applied."""
    resource = bot(spec=spec)
    return live_of(found(resource, "7")), state_of({root(): entry("7", resource.spec)})


# --- what is done to a declared object


def test_what_is_declared_and_not_there_is_created() -> None:
    change = only(plan_of(desired_of(bot())))
    assert (change.action, change.remote_id, change.proof) == (Action.CREATE, None, Proof.NONE)
    assert change.desired == bot().spec
    assert change.diffs == ()


def test_a_child_to_create_knows_its_id_from_its_parent() -> None:
    plan = plan_of(desired_of(bot(), registration()))
    assert [change.remote_id for change in plan.changes] == [None, "10000002"]


def test_what_is_as_declared_and_recorded_stays() -> None:
    live, state = settled()
    plan = plan_of(desired_of(bot()), live, state)
    assert only(plan).action is Action.NOOP
    assert plan.empty
    assert plan.steps == ()


def test_what_differs_is_updated_with_the_whole_former_spec() -> None:
    live, state = settled()
    change = only(plan_of(desired_of(bot(spec=bot_spec("New"))), live, state))
    assert (change.action, change.remote_id, change.proof) == (Action.UPDATE, "7", Proof.STATE)
    assert [diff.path for diff in change.diffs] == ["botName.default", "description.default"]
    assert change.before == bot().spec


def test_an_object_that_exists_and_is_as_declared_is_adopted() -> None:
    live = live_of(found(bot(bind="7"), "7"), proofs={root(): Proof.BOT_ID})
    change = only(plan_of(desired_of(bot(bind="7")), live))
    assert (change.action, change.proof) == (Action.ADOPT, Proof.BOT_ID)


def test_a_child_that_exists_is_proven_by_its_parent_until_it_is_recorded() -> None:
    live, state = settled()
    with_child = live_of(*live.resources.values(), found(registration(), "10000002"))
    desired = desired_of(bot(), registration())
    assert plan_of(desired, with_child, state).changes[1].proof is Proof.DERIVED
    recorded = state_of({**state.entries, domain_of(): entry("10000002", registration().spec)})
    assert plan_of(desired, with_child, recorded).changes[1].proof is Proof.STATE


@pytest.mark.parametrize("protect", [True, False])
def test_a_change_of_protection_alone_is_recorded(*, protect: bool) -> None:
    live, state = settled()
    before = state_of({root(): entry("7", state.entries[root()].applied, protect=not protect)})
    assert only(plan_of(desired_of(bot(protect=protect)), live, before)).action is Action.ADOPT


def test_a_begun_bot_is_named_and_said_to_be_begun() -> None:
    shown = {**bot().spec, "botName": {"default": marked("helpdesk")}}
    live = live_of(found(bot(), "7", shown), proofs={root(): Proof.MARK})
    change = only(plan_of(desired_of(bot()), live))
    assert (change.action, change.proof) == (Action.UPDATE, Proof.MARK)
    assert change.reason == "begun by an interrupted run: it carries this project's mark"
    assert [diff.path for diff in change.diffs] == ["botName.default"]


def test_bots_begun_by_the_first_run_ever_are_no_reason_to_refuse_the_next_one() -> None:
    """Killed before it wrote any state: the tenant holds nothing but what is provably ours."""
    shown = {**bot().spec, "botName": {"default": marked("helpdesk")}}
    live = live_of(found(bot(), "7", shown), proofs={root(): Proof.MARK})
    plan = plan_of(desired_of(bot(), bot("sales")), live)
    assert actions(plan) == {"bot/helpdesk": Action.UPDATE, "bot/sales": Action.CREATE}
    assert refused(plan) == []


def test_ignored_fields_are_left_alone_on_what_exists_and_set_at_creation() -> None:
    resource = bot(spec=bot_spec("New"), ignore=("botName", "description"))
    live, state = settled()
    assert only(plan_of(desired_of(resource), live, state)).action is Action.NOOP
    assert only(plan_of(desired_of(resource))).desired == resource.spec


def test_a_field_that_is_not_declared_any_more_is_said_to_be_left() -> None:
    live, state = settled(spec=bot_spec("helpdesk", policy={"joinChatRoom": True}))
    change = only(plan_of(desired_of(bot()), live, state))
    assert change.action is Action.NOOP
    assert change.notes == ("policy.joinChatRoom is no longer managed and keeps its value",)


def test_drift_is_written_back_and_said_to_be_drift() -> None:
    _, state = settled()
    live = live_of(found(bot(), "7", bot_spec("Moved", description=bot().spec["description"])))
    (diff,) = only(plan_of(desired_of(bot()), live, state)).diffs
    assert (diff.path, diff.origin) == ("botName.default", Origin.DRIFT)


# --- what is not declared any more


def test_an_owned_bot_without_manifest_is_retained_unless_pruned() -> None:
    live, state = settled()
    plan = plan_of(desired_of(), live, state)
    assert plan.changes == ()
    assert plan.retained == ("bot/helpdesk",)


def test_prune_deletes_an_owned_bot_without_manifest() -> None:
    live, state = settled()
    plan = plan_of(desired_of(bot("sales")), live, state, prune=True)
    assert actions(plan) == {"bot/sales": Action.CREATE, "bot/helpdesk": Action.DELETE}
    change = plan.changes[-1]
    assert (change.remote_id, change.proof, change.before) == ("7", Proof.STATE, bot().spec)
    assert plan.retained == ()


def test_prune_never_deletes_what_is_not_owned() -> None:
    live = live_of(found(bot(), "7"), listed=[row("7"), row("8")])
    plan = plan_of(desired_of(bot()), live, state_of({root(): entry("7", bot().spec)}), prune=True)
    assert actions(plan) == {"bot/helpdesk": Action.NOOP}
    assert plan.unmanaged == (("8", "somebody's"),)


def test_prune_forgets_a_bot_that_is_gone() -> None:
    _, state = settled()
    plan = plan_of(desired_of(bot("sales")), live_of(missing=[root()]), state, prune=True)
    assert actions(plan)["bot/helpdesk"] is Action.FORGET


def test_a_part_of_the_project_says_nothing_about_the_rest() -> None:
    live, state = settled()
    plan = plan_of(desired_of(bot("sales"), whole=False), live, state, prune=True)
    assert actions(plan) == {"bot/sales": Action.CREATE}
    assert plan.retained == ()


def test_nothing_declared_and_prune_is_refused_as_an_empty_tree() -> None:
    live, state = settled()
    assert "empty" in refused(plan_of(desired_of(), live, state, prune=True))


def test_an_empty_tree_without_prune_or_without_owned_bots_is_no_danger() -> None:
    live, state = settled()
    assert refused(plan_of(desired_of(), live, state)) == []
    assert refused(plan_of(desired_of(), live_of(), state_of(), prune=True)) == []


def with_registration() -> tuple[Live, State]:
    live, state = settled()
    child = registration()
    return (
        live_of(*live.resources.values(), found(child, "10000002")),
        state_of({**state.entries, domain_of(): entry("10000002", child.spec)}),
    )


def test_a_registration_that_left_the_list_is_deleted_without_prune() -> None:
    live, state = with_registration()
    change = plan_of(desired_of(bot(), scopes=[(root(), "bot_domain")]), live, state).changes[1]
    assert (change.action, change.remote_id) == (Action.DELETE, "10000002")
    assert change.before == registration().spec


def test_a_registration_whose_whole_list_is_gone_is_forgotten_and_kept() -> None:
    live, state = with_registration()
    change = plan_of(desired_of(bot()), live, state).changes[1]
    assert (change.action, change.address) == (Action.FORGET, domain_of())


def test_a_registration_that_left_the_list_and_is_not_seen_is_deleted_all_the_same() -> None:
    """Only a list tells what is registered, and one that lags would make a stranger's of it."""
    live, _ = settled()
    _, state = with_registration()
    change = plan_of(desired_of(bot(), scopes=[(root(), "bot_domain")]), live, state).changes[1]
    assert (change.action, change.remote_id) == (Action.DELETE, "10000002")
    assert change.reason == "taken out of the manifest; no list shows it, and lists may lag"


def test_a_menu_that_left_the_list_and_the_tenant_is_forgotten() -> None:
    """Of a menu the service itself says that it is not there."""
    live, state = settled()
    address = root().child("persistent_menu", "persistent-menu")
    state = replace(state, entries={**state.entries, address: StateEntry(remote_id="persistentmenu")})
    change = plan_of(desired_of(bot(), scopes=[(root(), "persistent_menu")]), live, state).changes[1]
    assert (change.action, change.reason) == (Action.FORGET, "already gone from the tenant")


def test_the_children_of_a_pruned_bot_go_with_it() -> None:
    live, state = with_registration()
    plan = plan_of(desired_of(bot("sales")), live, state, prune=True)
    assert set(actions(plan)) == {"bot/sales", "bot/helpdesk"}


# --- renaming


def test_a_renamed_bot_takes_its_children_along_and_nothing_is_deleted() -> None:
    live, state = with_registration()
    moved = [bot("desk", bot().spec, renamed_from="helpdesk"), registration("desk")]
    seen = live_of(found(moved[0], "7"), found(moved[1], "10000002"))
    plan = plan_of(desired_of(*moved, scopes=[(root("desk"), "bot_domain")]), seen, state, prune=True)
    assert actions(plan) == {"bot/desk": Action.ADOPT, "bot/desk/domain/osaka": Action.NOOP}
    assert plan.changes[0].moved_from == root()
    assert plan.changes[0].reason == "renamed from bot/helpdesk"
    assert plan.retained == ()
    assert live.resources


def test_a_registration_that_left_the_list_of_a_renamed_bot_is_deleted_too() -> None:
    """Otherwise the next plan would have something to do."""
    _, state = with_registration()
    moved = bot("desk", bot().spec, renamed_from="helpdesk")
    left = registration("desk")
    seen = live_of(found(moved, "7"), found(left, "10000002"))
    plan = plan_of(desired_of(moved, scopes=[(root("desk"), "bot_domain")]), seen, state)
    assert actions(plan) == {"bot/desk": Action.ADOPT, "bot/desk/domain/osaka": Action.DELETE}


def test_what_a_renamed_bot_loses_by_side_effect_is_its_own() -> None:
    _, state = with_registration()
    spec = bot_spec("helpdesk", policy={"allowedDomains": [10000001]})
    moved = bot("desk", spec, renamed_from="helpdesk")
    shown = {**spec, "policy": {"allowedDomains": "all"}}
    seen = live_of(found(moved, "7", shown, registered=[10000002]))
    plan = plan_of(desired_of(moved), seen, state, guards=Guards(max_deletes=0))
    assert refused(plan) == ["delete"]


def test_renamed_from_is_harmless_once_it_has_been_applied() -> None:
    spec = bot().spec
    live = live_of(found(bot("desk", spec), "7"))
    desired = desired_of(bot("desk", spec, renamed_from="helpdesk"))
    assert plan_of(desired, live, state_of({root("desk"): entry("7", spec)})).empty


# --- what is gone, what cannot be bound


def test_a_remembered_bot_that_is_gone_is_made_anew_only_when_allowed() -> None:
    _, state = settled()
    live = live_of(proofs={root(): Proof.STATE}, missing=[root()])
    plan = plan_of(desired_of(bot()), live, state)
    assert actions(plan) == {"bot/helpdesk": Action.CREATE}
    assert refused(plan) == ["recreate"]
    assert refused(plan_of(desired_of(bot()), live, state, allowed={"recreate": 1})) == []


def test_a_bot_id_that_nobody_has_is_refused() -> None:
    live = live_of(proofs={root(): Proof.BOT_ID}, missing=[root()])
    assert refused(plan_of(desired_of(bot(bind="99")), live, state_of())) == ["botId"]


def test_a_begun_bot_that_is_gone_is_simply_created() -> None:
    live = live_of(proofs={root(): Proof.MARK}, missing=[root()])
    plan = plan_of(desired_of(bot()), live, state_of())
    assert (only(plan).action, refused(plan)) == (Action.CREATE, [])


def test_a_bot_to_create_is_not_said_to_be_begun_already() -> None:
    """The begun one is gone: the plan must not claim that it carries on with it."""
    live = live_of(proofs={root(): Proof.MARK}, missing=[root()])
    assert only(plan_of(desired_of(bot()), live, state_of())).reason == ""


# --- strays


def test_the_leftover_of_an_interrupted_create_is_removed() -> None:
    stray = row("9", marked("helpdesk", "b"))
    live, state = settled()
    seen = live_of(*live.resources.values(), listed=[*live.listed, stray], strays=(stray,))
    plan = plan_of(desired_of(bot()), seen, state, guards=Guards(max_deletes=0))
    change = plan.changes[-1]
    assert change.stray
    assert (str(change.address), change.remote_id) == ("bot/stray:9", "9")
    assert change.before == {"botName": {"default": stray.name}}
    assert refused(plan) == []
    assert plan.unmanaged == ()


def test_a_part_of_the_project_leaves_leftovers_alone() -> None:
    stray = row("9", marked("helpdesk", "b"))
    live = live_of(listed=[stray], strays=(stray,))
    assert plan_of(desired_of(whole=False), live, state_of()).empty


# --- look-alikes and namesakes


def test_a_new_key_with_the_name_of_an_owned_bot_without_manifest_is_refused() -> None:
    live, state = settled()
    plan = plan_of(desired_of(bot("desk", bot_spec("helpdesk", description={"default": "x"}))), live, state)
    assert refused(plan) == ["create"]


def test_a_new_key_with_all_but_the_name_of_an_owned_bot_is_refused() -> None:
    live, state = settled()
    renamed = {**bot().spec, "botName": {"default": "Another"}}
    assert refused(plan_of(desired_of(bot("desk", renamed)), live, state)) == ["create"]


def test_a_forgotten_rename_is_noticed_before_prune_destroys_the_bot() -> None:
    live, state = settled()
    assert "create" in refused(plan_of(desired_of(bot("desk", bot().spec)), live, state, prune=True))


def test_a_new_key_that_looks_like_nothing_is_no_look_alike() -> None:
    live, state = settled()
    assert refused(plan_of(desired_of(bot("desk", bot_spec("Desk"))), live, state)) == []


def test_a_look_alike_that_is_gone_from_the_tenant_is_none() -> None:
    _, state = settled()
    assert refused(plan_of(desired_of(bot("desk", bot().spec)), live_of(), state)) == []


def test_a_part_of_the_project_knows_no_look_alikes() -> None:
    live, state = settled()
    assert refused(plan_of(desired_of(bot("desk", bot().spec), whole=False), live, state)) == []


def test_a_bot_to_create_with_the_name_of_somebody_s_bot_is_told() -> None:
    live = live_of(listed=[row("8", "helpdesk"), row("9", "helpdesk")])
    plan = plan_of(desired_of(bot()), live, state_of())
    (warning,) = plan.warnings
    assert warning == (
        "bot/helpdesk: the tenant has an unmanaged bot of the same name, 8, 9; "
        "if it is this one, bind it with spec.botId"
    )
    assert refused(plan) == []


# --- quota, warnings, estimate, references


def test_the_quota_counts_everybody_s_bots_and_the_highest_moment() -> None:
    live = live_of(listed=[row(str(number)) for number in range(299)])
    plan = plan_of(desired_of(bot("a"), bot("b")), live, state_of())
    assert (plan.quota.live, plan.quota.peak, plan.quota.after) == (299, 301, 301)
    assert refused(plan) == ["quota"]


def test_the_number_of_the_tenant_takes_the_place_of_300() -> None:
    assert refused(plan_of(desired_of(bot("a"), bot("b")), limits=Limits(bots=1))) == ["quota"]


@pytest.mark.parametrize(("warn_bots", "told"), [(None, 0), (2, 0), (1, 1)])
def test_more_bots_than_a_free_plan_takes_are_a_warning(warn_bots: int | None, told: int) -> None:
    plan = plan_of(desired_of(bot("a"), bot("b")), limits=Limits(warn_bots=warn_bots))
    assert len(plan.warnings) == told
    assert refused(plan) == []


def test_the_caller_s_warnings_come_first() -> None:
    plan = plan_of(desired_of(bot("a"), bot("b")), limits=Limits(warn_bots=1), warnings=("beware",))
    assert plan.warnings[0] == "beware"
    assert len(plan.warnings) == 2


def test_a_plan_of_nothing_costs_nothing() -> None:
    live, state = settled()
    estimate = plan_of(desired_of(bot()), live, state).estimate
    assert (estimate.calls, estimate.seconds) == (0, 0.0)


def test_the_estimate_counts_the_writes_and_reads_of_an_apply() -> None:
    """Create: one list before, POST, PATCH, registration, and both read back."""
    assert plan_of(desired_of(bot(), registration())).estimate.calls == 6


def test_the_estimate_of_an_update_reads_before_and_after() -> None:
    live, state = settled()
    assert plan_of(desired_of(bot(spec=bot_spec("New"))), live, state).estimate.calls == 3


def test_the_estimate_of_a_deletion_does_not_read_back() -> None:
    live, state = settled()
    assert plan_of(desired_of(bot("x")), live, state, prune=True).estimate.calls == 4 + 2


def test_a_pace_makes_the_estimate_wait_whole_minutes() -> None:
    bots = [bot(f"b{number:03}") for number in range(101)]
    paced = plan_of(desired_of(*bots), limits=Limits(calls_per_minute=60, share=0.8)).estimate
    free = plan_of(desired_of(*bots)).estimate
    assert paced.seconds - free.seconds == pytest.approx(120.0)


def test_a_share_of_next_to_nothing_still_sends_one_call_a_minute() -> None:
    paced = plan_of(desired_of(bot()), limits=Limits(calls_per_minute=1, share=0.01)).estimate
    assert paced.seconds < 60


def test_a_plan_names_the_state_it_was_made_against() -> None:
    assert plan_of(desired_of()).state == StateRef(backend="memory")
    assert plan_of(desired_of(), None, state_of()).state == StateRef(
        backend="memory", lineage="7f3a91c2", serial=4
    )


def test_a_plan_carries_the_digest_of_its_content() -> None:
    plan = plan_of(desired_of(bot()))
    assert plan.digest == with_digest(plan).digest
    assert plan.digest != plan_of(desired_of(bot("other"))).digest


def test_consequences_of_every_change_are_in_the_plan() -> None:
    live, state = settled()
    plan = plan_of(desired_of(bot("x")), live, state, prune=True)
    assert [str(each.address) for each in plan.consequences] == ["bot/helpdesk"]


def test_a_menu_is_refused_where_the_service_would_not_take_it() -> None:
    live, state = settled()
    seen = Seen(facts={"persistent_menu": {"richmenus": {"m1": "main"}}})
    plan = plan_of(desired_of(bot(), menu()), live_of(*live.resources.values(), below={root(): seen}), state)
    assert refused(plan) == ["service"]
    assert actions(plan)[str(menu_of())] is Action.CREATE


# --- determinism


PROGRAM = """
from tests.unit.planning.test_plan import large
print(large().digest)
"""


def large() -> Plan:
    """Give a plan in which everything occurs that has an order."""
    names = [f"b{number}" for number in range(6)]
    declared = [
        *(bot(name, bot_spec(name, policy={"allowedDomains": [10000001]})) for name in names),
        *(registration(name, domain) for name in names for domain in ("osaka", "head-office")),
        *(menu(name) for name in names),
    ]
    olds = [f"old{number}" for number in range(4)]
    shown = {"policy": {"allowedDomains": "all"}, **bot_spec("moved")}
    live = live_of(
        *(found(bot(name, shown), name[1:], shown, registered=[10000001, 10000002]) for name in names[:3]),
        *(found(bot(name), name[3:] + "00") for name in olds),
        proofs={root(name): Proof.STATE for name in names[:3]},
    )
    entries: dict[Address, StateEntry] = {root(name): entry(name[1:], bot_spec(name)) for name in names[:3]}
    entries |= {domain_of(name, "kyoto"): entry("10000003") for name in names}
    entries |= {root(name): entry(name[3:] + "00", bot_spec(name)) for name in olds}
    desired = Desired(
        resources=tuple(declared),
        scopes=frozenset((root(name), kind) for name in names for kind in ("bot_domain", "persistent_menu")),
        files={"b.yaml": "sha256:1", "a.yaml": "sha256:2"},
    )
    return plan_of(desired, live, state_of(entries), prune=True, limits=Limits(bots=8))


def test_the_same_values_give_the_same_plan_under_every_hash_seed() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("0", "1", "4711")
    }
    assert digests == {large().digest}
