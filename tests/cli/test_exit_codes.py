"""Every exit code of the command line, each from a situation that a user meets."""

from __future__ import annotations

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import Console, writes
from tests.support.project import Project, least


def test_0_nothing_to_do(four: Project, tenant: LocalTenant) -> None:
    """A done apply, and a plan without changes, end with 0."""
    assert four.run("apply", "--auto-approve").code == 0
    assert four.run("plan", "--detailed-exitcode").code == 0
    assert four.run("validate").code == 0
    assert "createBot" in writes(tenant)


def test_0_a_plan_with_changes_is_no_error(four: Project) -> None:
    """Without --detailed-exitcode a plan ends with 0, whatever it would do."""
    assert four.run("plan").code == 0


@pytest.mark.parametrize(
    "argv",
    [
        ("plan", "--no-such-flag"),
        ("no-such-command",),
        ("plan", "-t", "nowhere"),
        ("apply", "no-such-plan.json"),
        ("state", "show", "bot/nobody"),
        ("plan", "--target", "bot/nobody"),
        ("plan", "--allow", "delete=many"),
        ("explain", "LW999"),
        ("schema", "Robot"),
        ("show", "no-such-plan.json"),
    ],
    ids=" ".join,
)
def test_1_a_wrong_call(four: Project, tenant: LocalTenant, argv: tuple[str, ...]) -> None:
    """A call that cannot be meant ends with 1, says why on stderr, and sends no write."""
    ran = four.run(*argv)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err
    assert "Traceback" not in ran.err
    assert writes(tenant) == []


def test_1_missing_credentials_are_named(four: Project, tenant: LocalTenant) -> None:
    """A missing credential is told by the name of its variable."""
    ran = four.run("plan", env={"LWDEPLOY_PRIVATE_KEY": ""})
    assert ran.code == 1
    assert "LWDEPLOY_PRIVATE_KEY" in ran.err
    assert tenant.log() == ()


def test_2_changes_present(four: Project) -> None:
    """With --detailed-exitcode changes are 2."""
    assert four.run("plan", "--detailed-exitcode").code == 2


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--auto-approve"), ("state", "list")])
def test_3_invalid_manifests(four: Project, tenant: LocalTenant, command: tuple[str, ...]) -> None:
    """Invalid manifests are 3, with every finding at its place, and nothing is sent."""
    four.bot("helpdesk", **least("Help Desk", colour="red"))
    four.bot("payroll", **least("Payroll", pic={"ref": "nobody"}))
    ran = four.run(*command)
    assert ran.code == 3
    said = ran.out + ran.err
    assert "bots/helpdesk.yaml:" in said
    assert "colour" in said
    assert "bots/payroll.yaml:" in said
    assert "nobody" in said
    assert tenant.log() == ()


@pytest.mark.parametrize("command", [("plan",), ("plan", "--detailed-exitcode"), ("apply", "--auto-approve")])
def test_4_refused(four: Project, tenant: LocalTenant, command: tuple[str, ...]) -> None:
    """A refused plan is 4, with or without --detailed-exitcode."""
    tenant.make_bots(1)
    ran = four.run(*command)
    assert ran.code == 4
    assert "lwdeploy state init" in ran.out + ran.err
    assert "lwdeploy state rebuild" in ran.out + ran.err
    assert writes(tenant) == []


def test_4_two_manifests_for_one_bot(project: Project, tenant: LocalTenant) -> None:
    """An ambiguous identity is refused before anything is planned."""
    [bot_id] = tenant.make_bots(1)
    project.bot("one", **least("One", botId=bot_id))
    project.apply()
    project.drop("one")
    project.bot("two", **least("Two", botId=bot_id))
    project.bot("one", **least("One", botId=bot_id + 1))
    ran = project.run("apply", "--auto-approve", "--prune")
    assert ran.code in {3, 4}
    assert "patchBot" not in writes(tenant)[1:]


def test_5_the_tenant_moved_after_the_plan(four: Project, tenant: LocalTenant) -> None:
    """A saved plan whose field somebody changed is 5, and names that field."""
    four.apply()
    bot_id = four.ids()["bot/payroll"]
    four.bot("payroll", **least("Payroll") | {"description": "Something new"})
    assert four.run("plan", "--out", "plan.json").code == 0
    Console(tenant).do("PATCH", f"/bots/{bot_id}", {"description": "By hand"})
    tenant.clear_log()
    ran = four.run("apply", "plan.json")
    assert ran.code == 5
    assert 'bot/payroll: description.default was "Payroll answers", is "By hand" now' in ran.err
    assert writes(tenant) == []
