"""A write whose answer is lost is settled in the same run, or in the next: bots, registrations, fixed menus."""

from __future__ import annotations

import pytest

from lwdeploy.simulator import Fault, FaultKind
from tests.kinds.deployment import ADMIN, HANAKO, TARO, Deployment, least

BEFORE = {
    "helpdesk": least(
        domains=[
            {"name": "osaka", "permission": "selected", "members": [TARO], "visible": True},
            {"name": "kyoto"},
        ],
        menus={"persistent": {"actions": [{"type": "message", "label": "New"}]}},
    ),
    "old": least(botName="Old", description="Else"),
}
AFTER = {
    "helpdesk": least(
        botName={"default": "Help", "ja_JP": "窓口"},
        domains=[{"name": "osaka", "permission": "selected", "members": [HANAKO, ADMIN], "visible": False}],
        menus={"persistent": {"actions": []}},
    ),
    "new": least(
        botName="New",
        description="Newer",
        domains=[{"name": "tokyo", "permission": "selected", "members": [TARO]}],
        menus={"persistent": {"actions": [{"type": "message", "label": "New"}]}},
    ),
}
WRITES = [
    "createBot",
    "patchBot",
    "deleteBot",
    "registerBotDomain",
    "patchBotDomain",
    "deleteBotDomain",
    "addBotDomainMember",
    "deleteBotDomainMember",
    "setPersistentMenu",
    "deletePersistentMenu",
]
LOSSES: list[FaultKind] = ["cut_before_commit", "commit_then_cut"]


@pytest.mark.parametrize("operation", WRITES)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_of_any_write_is_settled_in_the_same_run(
    deployment: Deployment, operation: str, loss: FaultKind
) -> None:
    deployment.deploy(BEFORE)
    deployment.tenant.add_fault(Fault(kind=loss, operation=operation, nth=1))
    deployment.deploy(AFTER)
    assert loss in {entry.outcome for entry in deployment.tenant.log(operation)}
    again = deployment.plan(AFTER)
    assert again.empty, [each.diffs for each in again.steps]
    assert len(deployment.tenant.snapshot()["bots"]) == len(AFTER)


@pytest.mark.parametrize("loss", LOSSES)
def test_both_answers_of_a_create_lost_leave_one_bot_after_the_next_run(
    deployment: Deployment, loss: FaultKind
) -> None:
    deployment.tenant.add_fault(Fault(kind=loss, operation="createBot", times=2))
    deployment.apply(deployment.plan({"helpdesk": least()}))
    deployment.tenant.clear_faults()
    again = deployment.plan({"helpdesk": least()})
    if not again.empty:
        deployment.apply(again)
    assert deployment.plan({"helpdesk": least()}).empty
    assert [each["botName"] for each in deployment.tenant.snapshot()["bots"]] == ["Help Desk"]


def test_a_create_that_is_answered_without_an_id_is_looked_for(deployment: Deployment) -> None:
    deployment.tenant.add_fault(
        Fault(kind="status", status=201, body="{}", operation="createBot", nth=1, commit=True)
    )
    deployment.deploy({"helpdesk": least()})
    assert deployment.plan({"helpdesk": least()}).empty
    assert len(deployment.tenant.snapshot()["bots"]) == 1
