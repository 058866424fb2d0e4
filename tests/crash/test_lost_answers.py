"""A write whose answer is lost is looked up, and settled in the same run."""

from __future__ import annotations

from collections import Counter
from itertools import cycle

import pytest

from lwdeploy.simulator import Fault, FaultKind, LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.haste import Haste
from tests.support.project import Project, least

DONE: tuple[FaultKind, ...] = ("commit_then_cut", "cut_mid_body", "truncated_json")
FIRST = ("createBot", "patchBot", "registerBotDomain", "addBotDomainMember", "setPersistentMenu")
WHOLE = Counter(createBot=4, patchBot=4, registerBotDomain=4, addBotDomainMember=2, setPersistentMenu=1)
ALLOWED = {"Helpdesk": 1, "Payroll": 1, "Travel": 0, "Cafeteria": 0}


def _allowed(tenant: LocalTenant) -> dict[str, int]:
    """Give how many members each bot's registrations allow."""
    bots = tenant.snapshot()["bots"]
    return {bot["botName"]: sum(len(each["members"]) for each in bot["domains"]) for bot in bots}


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize(("operation", "kind"), list(zip(FIRST, cycle(DONE), strict=False)))
def test_a_write_that_was_done_is_not_sent_again(
    four: Project, tenant: LocalTenant, operation: str, kind: FaultKind
) -> None:
    """The answer is lost, the work was done: the run sees it, goes on, and names and registers nothing twice."""
    tenant.add_fault(Fault(kind=kind, operation=operation, nth=1))
    applied = four.run("apply", "--auto-approve")
    assert applied.code == 0, applied
    assert Counter(writes(tenant)) == WHOLE
    assert _allowed(tenant) == ALLOWED
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("operation", ["createBot", "addBotDomainMember"])
def test_a_write_that_was_not_done_is_sent_once_more(four: Project, tenant: LocalTenant, operation: str) -> None:
    """The connection is cut before the work: the run sees that, and sends the request a second time."""
    tenant.add_fault(Fault(kind="cut_before_commit", operation=operation, nth=1))
    applied = four.run("apply", "--auto-approve")
    assert applied.code == 0, applied
    assert Counter(writes(tenant)) == WHOLE + Counter([operation])
    assert _allowed(tenant) == ALLOWED
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("operation", ["createBot", "addBotDomainMember"])
def test_every_answer_to_an_operation_is_lost(four: Project, tenant: LocalTenant, operation: str) -> None:
    """Even when no answer to an operation ever comes, nothing is made, named or registered twice."""
    tenant.add_fault(Fault(kind="commit_then_cut", operation=operation))
    applied = four.run("apply", "--auto-approve")
    tenant.clear_faults()
    assert applied.code == 0, applied
    assert Counter(writes(tenant)) == WHOLE
    assert _allowed(tenant) == ALLOWED
    expect_whole(four, tenant, *KEYS)


LATER = (
    "deleteBot",
    "patchBot",
    "patchBotDomain",
    "deleteBotDomain",
    "deleteBotDomainMember",
    "deletePersistentMenu",
)


def _change_everything(four: Project) -> None:
    """Change the four bots so that every kind of write but the creating ones is needed once."""
    tokyo = {"name": "tokyo", "visible": True}
    four.drop("cafeteria")
    four.bot(
        "helpdesk",
        **least("Helpdesk", domains=[{**tokyo, "permission": "selected", "members": ["hanako@example.com"]}]),
    )
    four.bot("payroll", **least("Payroll", domains=[]) | {"description": "Something new"})
    four.bot(
        "travel", **least("Travel", domains=[{**tokyo, "visible": False}], menus={"persistent": {"actions": []}})
    )


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize(
    ("operation", "kind"), list(zip(LATER, cycle(["commit_then_cut", "cut_before_commit"]), strict=False))
)
def test_a_lost_answer_to_an_update_or_a_delete(
    four: Project, tenant: LocalTenant, operation: str, kind: FaultKind
) -> None:
    """Updates and deletes are settled in the same run too."""
    four.apply()
    _change_everything(four)
    tenant.clear_log()
    tenant.add_fault(Fault(kind=kind, operation=operation, nth=1))
    applied = four.run("apply", "--auto-approve", "--prune", "--allow", "delete=3")
    assert applied.code == 0, applied
    again = {operation} if kind == "cut_before_commit" else set()
    assert Counter(writes(tenant)) == Counter([*LATER, "addBotDomainMember"]) + Counter(again)
    assert _allowed(tenant) == {"Helpdesk": 1, "Payroll": 0, "Travel": 0}
    expect_whole(four, tenant, "helpdesk", "payroll", "travel")


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("kind", ["commit_then_cut", "cut_before_commit"])
def test_a_create_whose_answer_and_list_are_both_lost(four: Project, tenant: LocalTenant, kind: FaultKind) -> None:
    """When the tenant cannot even be looked at, the bot counts as unknown, and the next run settles it."""
    tenant.add_fault(Fault(kind=kind, operation="createBot", nth=2))
    tenant.add_fault(Fault(kind="status", status=503, operation="listBots", nth=3, times=10))
    applied = four.run("apply", "--auto-approve", "--format", "json")
    tenant.clear_faults()
    assert applied.code == 7, applied
    [unknown] = [each for each in applied.json["outcomes"] if each["status"] == "unknown"]
    assert unknown["action"] == "create"
    assert "createBot" in unknown["error"]
    assert unknown["advice"]
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


def test_a_list_that_lags_behind_a_lost_create(four: Project, tenant: LocalTenant, haste: Haste) -> None:
    """A create that the list does not show yet is waited for before it is sent again."""
    tenant.add_fault(Fault(kind="commit_then_cut", operation="createBot", nth=4))
    tenant.add_fault(Fault(kind="lagging_list", operation="listBots", nth=3, rows=1))
    applied = four.run("apply", "--auto-approve")
    assert applied.code == 0, applied
    assert writes(tenant).count("createBot") == len(KEYS)
    assert haste.waited
    expect_whole(four, tenant, *KEYS)


@pytest.mark.usefixtures("haste")
def test_a_list_that_lags_too_long(four: Project, tenant: LocalTenant) -> None:
    """A create that shows only after it was sent again is a marked stray, which the next run removes."""
    tenant.add_fault(Fault(kind="commit_then_cut", operation="createBot", nth=4))
    tenant.add_fault(Fault(kind="lagging_list", operation="listBots", nth=3, rows=1, times=3))
    assert four.run("apply", "--auto-approve").code == 0
    assert writes(tenant).count("createBot") == len(KEYS) + 1
    assert len(names(tenant)) == len(KEYS) + 1
    planned = four.run("plan")
    assert planned.code == 0, planned
    assert "left unnamed by an interrupted create" in planned.out
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)
