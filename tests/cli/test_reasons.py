"""Why a guard was overridden: asked for where the tenant wants it, and kept wherever the write is told of."""

from __future__ import annotations

import json

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import names
from tests.support.project import Project, least

WHY = "Two bots of the old office\tare gone"
TOLD = "Two bots of the old office are gone"


@pytest.fixture
def gone(project: Project, tenant: LocalTenant) -> Project:
    """Give a project that two bots are to leave, in a tenant where every override needs a reason."""
    for key in ("helpdesk", "payroll", "travel"):
        project.bot(key, **least(key.title()))
    project.apply()
    for key in ("helpdesk", "payroll"):
        project.drop(key)
    strict = Project.found(project.root, tenant, guards={"requireReason": True})
    return Project(root=strict.root, env=project.env)


def test_an_override_without_a_reason_is_refused_where_the_tenant_wants_one(
    gone: Project, tenant: LocalTenant
) -> None:
    """The refusal names the flag, nothing is sent, and with a reason the very same call goes through."""
    flags = ("--prune", "--allow", "delete=2")
    refused = gone.run("apply", "--auto-approve", *flags)
    assert refused.code == 4
    assert "--reason TEXT" in refused.out
    assert len(names(tenant)) == 3
    gone.apply(*flags, "--reason", WHY)
    assert names(tenant) == ["Travel"]
    gone.expect_settled(tenant)


def test_a_reason_stands_in_plan_report_and_audit_log(gone: Project) -> None:
    """It is asked for when the plan is made, and the saved plan takes it along."""
    flags = ("--prune", "--allow", "delete=2")
    planned = gone.run("plan", *flags, "--reason", WHY, "--out", "the.plan")
    assert planned.code == 0, planned
    assert f"Overridden: delete=2 ({TOLD})" in planned.out
    ran = gone.run("apply", "the.plan", "--format", "json")
    assert ran.code == 0, ran
    assert ran.json["reason"] == TOLD
    lines = (gone.root / ".lwdeploy" / "audit" / "acme.jsonl").read_text(encoding="utf-8").splitlines()
    sent = [each for each in map(json.loads, lines) if each["event"] == "sent"]
    assert [each["reason"] for each in sent if each["operation"] == "deleteBot"] == [TOLD, TOLD]
    assert {each["reason"] for each in sent if each["operation"] != "deleteBot"} == {""}


def test_a_plan_that_overrides_nothing_needs_no_reason(gone: Project) -> None:
    """The guard is about overrides only; without any, the plan is refused for its deletes alone."""
    refused = gone.run("plan", "--prune", "--format", "json")
    assert [each["guard"] for each in refused.json["refusals"]] == ["delete"]
    assert gone.run("plan").code == 0


@pytest.mark.parametrize("reason", ["x" * 501, "あ" * 501])
def test_a_reason_that_is_too_long_is_refused_before_anything_is_read(
    gone: Project, tenant: LocalTenant, reason: str
) -> None:
    tenant.clear_log()
    refused = gone.run("plan", "--reason", reason)
    assert (refused.code, tenant.log()) == (1, ())
    assert "500 characters" in refused.err
