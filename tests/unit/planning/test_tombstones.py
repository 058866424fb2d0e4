"""A bot that is to go: deleted without --prune, under every guard; afterwards its document does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.tenant import Guards, Limits
from lwdeploy.core.types import Action, Desired, Resource
from lwdeploy.planning.codec import decode, encode
from lwdeploy.planning.model import Plan
from tests.unit.planning.builders import (
    bot,
    bot_spec,
    desired_of,
    domain_of,
    entry,
    found,
    live_of,
    menu_of,
    plan_of,
    root,
    row,
    state_of,
)

WHY = "replaced by the portal"


def removing(*resources: Resource, names: tuple[str, ...] = ("helpdesk",), whole: bool = True) -> Desired:
    """Give what manifests declare that say of some bots that they are to go."""
    return replace(desired_of(*resources, whole=whole), removed={root(name): WHY for name in names})


def planned(desired: Desired, *owned: str, **over: Any) -> Plan:
    """Plan for a tenant with the bots that are owned; `over` are terms, and `protect` of the first bot."""
    protect = over.pop("protect", False)
    rows = [row(str(number), f"Bot {each}") for number, each in enumerate(owned, start=1)]
    names = {each: bot_spec(f"Bot {each}") for each in owned}
    entries = {
        root(each): entry(rows[number].remote_id, names[each], protect=protect and number == 0)
        for number, each in enumerate(owned)
    }
    declared = [each for each in desired.resources if each.address.name in owned]
    live = live_of(
        *(found(each, entries[each.address].remote_id) for each in declared),
        listed=rows,
        missing=over.pop("missing", ()),
    )
    return plan_of(desired, live, state_of(entries), **over)


def steps(plan: Plan) -> dict[str, Action]:
    return {str(each.address): each.action for each in plan.steps}


def guards(plan: Plan) -> list[str]:
    return [each.guard for each in plan.refusals]


def test_an_owned_bot_that_is_to_go_is_deleted_without_prune_and_the_plan_says_why() -> None:
    plan = planned(removing(bot("sales", bot_spec("Bot sales"))), "helpdesk", "sales")
    (step,) = plan.steps
    assert (str(step.address), step.action, step.remote_id) == ("bot/helpdesk", Action.DELETE, "1")
    assert step.reason == "removed: replaced by the portal"
    assert plan.refusals == ()
    assert plan.retained == ()


def test_the_reason_of_the_document_is_told_where_pruning_would_delete_the_bot_as_well() -> None:
    plan = planned(removing(bot("sales", bot_spec("Bot sales"))), "helpdesk", "sales", "travel", prune=True)
    assert {str(each.address): each.reason for each in plan.steps} == {
        "bot/helpdesk": "removed: replaced by the portal",
        "bot/travel": "no manifest declares it any more",
    }


def test_what_belonged_to_a_bot_that_is_to_go_needs_no_step_of_its_own() -> None:
    state = state_of({root(): entry("1"), domain_of(): entry("10000002"), menu_of(): entry("persistentmenu")})
    plan = plan_of(removing(), live_of(listed=[row("1")]), state)
    assert steps(plan) == {"bot/helpdesk": Action.DELETE}


def test_a_bot_that_is_gone_already_is_forgotten() -> None:
    plan = planned(removing(), "helpdesk", missing=[root()])
    assert steps(plan) == {"bot/helpdesk": Action.FORGET}
    assert plan.steps[0].reason == "already gone from the tenant"


@pytest.mark.parametrize("owned", [(), ("sales",)], ids=["no state of any bot", "another bot"])
def test_a_key_that_nobody_owns_is_noted_and_changes_nothing(owned: tuple[str, ...]) -> None:
    plan = planned(removing(*(bot(each, bot_spec(f"Bot {each}")) for each in owned)), *owned)
    assert plan.empty
    assert (plan.refusals, plan.warnings) == ((), ())
    assert plan.notes == (
        "bot/helpdesk: is to be removed, and no such bot is owned: nothing to do, its document can go",
    )


def test_a_bot_that_goes_now_is_not_noted() -> None:
    assert planned(removing(), "helpdesk").notes == ()


def test_without_a_state_there_is_nothing_to_remove() -> None:
    plan = plan_of(removing(), live_of(listed=[row("1", "Help Desk")]), None)
    assert plan.empty
    assert plan.refusals == ()
    assert len(plan.notes) == 1


def test_removing_counts_against_the_number_of_deletes() -> None:
    one, two = planned(removing(), "helpdesk"), planned(removing(names=("helpdesk", "sales")), "helpdesk", "sales")
    assert guards(one) == guards(two) == []
    strict = Guards(max_deletes=1, max_delete_percent=100)
    assert guards(planned(removing(names=("helpdesk", "sales")), "helpdesk", "sales", guards=strict)) == ["delete"]


def test_removing_counts_against_the_share_of_deletes() -> None:
    owned = [f"b{number}" for number in range(10)]
    kept = [bot(each, bot_spec(f"Bot {each}")) for each in owned[2:]]
    strict = Guards(max_deletes=5, max_delete_percent=10)
    assert guards(planned(removing(*kept, names=("b0", "b1")), *owned, guards=strict)) == ["delete"]


def test_protection_that_is_remembered_refuses_to_remove() -> None:
    assert guards(planned(removing(), "helpdesk", protect=True)) == ["protect"]
    assert guards(planned(removing(), "helpdesk", protect=True, allowed={"protect": 1})) == []


def test_a_new_bot_of_the_same_name_is_no_forgotten_rename_of_a_bot_that_is_to_go() -> None:
    new = bot("desk", bot_spec("Bot helpdesk"))
    assert guards(planned(desired_of(new), "helpdesk")) == ["create"]
    assert guards(planned(removing(new), "helpdesk")) == []


def test_a_part_of_the_project_removes_what_it_names_and_nothing_else() -> None:
    plan = planned(removing(whole=False), "helpdesk", "sales")
    assert steps(plan) == {"bot/helpdesk": Action.DELETE}
    assert plan.retained == ()


def test_the_others_without_a_manifest_are_still_retained() -> None:
    assert planned(removing(), "helpdesk", "sales").retained == ("bot/sales",)


def test_a_project_that_removes_its_last_bots_is_no_empty_tree() -> None:
    names = ("helpdesk", "sales")
    assert guards(planned(removing(names=names), *names, prune=True)) == []


def test_a_project_that_declares_nothing_and_removes_one_bot_is_an_empty_tree_to_prune() -> None:
    assert guards(planned(removing(), "helpdesk", "sales", prune=True)) == ["empty"]


def test_a_full_tenant_lets_a_new_bot_wait_for_the_place_of_the_one_that_is_to_go() -> None:
    plan = planned(removing(bot("desk")), "helpdesk", limits=Limits(bots=1))
    assert [str(each.address) for each in plan.steps] == ["bot/helpdesk", "bot/desk"]
    assert plan.steps[1].depends_on == (root(),)
    assert plan.refusals == ()


def test_notes_survive_the_plan_file_and_are_part_of_its_digest() -> None:
    plan = planned(removing())
    assert decode(json.loads(json.dumps(encode(plan)))) == plan
    assert plan.digest != planned(desired_of()).digest
