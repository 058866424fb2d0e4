"""Removed documents on the command line: with all of the project, with a part of it, and beside mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from lwdeploy.simulator import LocalTenant
from tests.support.console import names, writes
from tests.support.project import Project, least

ROOT = Path(__file__).resolve().parents[2]
PLAN = json.loads((ROOT / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def bots(project: Project) -> Project:
    """Give a project whose bots `helpdesk`, `payroll` and `travel` exist; the first two are to go."""
    for key in ("helpdesk", "payroll", "travel"):
        project.bot(key, **least(key.title()))
    project.apply()
    for key in ("helpdesk", "payroll"):
        project.drop(key)
        project.define("Removed", key, reason=f"No {key} any more")
    return project


def test_a_part_of_the_project_removes_what_its_files_name(bots: Project, tenant: LocalTenant) -> None:
    """-f works like for bots: other Removed documents are as if they were not there."""
    bots.apply("-f", "bots/travel.yaml")
    assert names(tenant) == ["Helpdesk", "Payroll", "Travel"]
    bots.apply("-f", "shared/payroll.yaml")
    assert names(tenant) == ["Helpdesk", "Travel"]
    bots.apply("-f", "shared")
    assert names(tenant) == ["Travel"]
    bots.expect_settled(tenant)


def test_a_target_may_be_a_bot_that_is_to_go(bots: Project, tenant: LocalTenant) -> None:
    bots.apply("--target", "bot/travel")
    assert names(tenant) == ["Helpdesk", "Payroll", "Travel"]
    bots.apply("--target", "bot/helpdesk")
    assert names(tenant) == ["Payroll", "Travel"]
    unknown = bots.run("plan", "--target", "bot/nobody")
    assert unknown.code == 1
    assert "bot/helpdesk, bot/payroll, bot/travel" in unknown.err


def test_all_of_them_need_the_number_of_deletes(bots: Project, tenant: LocalTenant) -> None:
    refused = bots.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "--allow delete=2" in refused.out + refused.err
    assert names(tenant) == ["Helpdesk", "Payroll", "Travel"]
    bots.apply("--allow", "delete=2")
    assert names(tenant) == ["Travel"]


def test_a_document_that_has_done_its_work_is_noted_in_plans_that_fit_their_format(
    bots: Project, tenant: LocalTenant
) -> None:
    bots.apply("--allow", "delete=2")
    planned = bots.run("plan", "--format", "json", "--detailed-exitcode")
    assert planned.code == 0
    assert [each.message for each in Draft202012Validator(PLAN).iter_errors(planned.json)] == []
    assert [note.partition(":")[0] for note in planned.json["notes"]] == ["bot/helpdesk", "bot/payroll"]
    text = bots.run("plan").out
    assert "bot/helpdesk: is to be removed, and no such bot is owned" in text
    bots.expect_settled(tenant)


def test_a_saved_plan_that_removes_runs_and_a_changed_document_makes_it_stale(
    bots: Project, tenant: LocalTenant
) -> None:
    """What was approved is what runs, with the reason that was approved."""
    assert bots.run("plan", "--allow", "delete=2", "--out", "the.plan").code == 0
    bots.define("Removed", "helpdesk", reason="Another reason")
    assert bots.run("apply", "the.plan").code == 5
    assert names(tenant) == ["Helpdesk", "Payroll", "Travel"]
    assert bots.run("plan", "--allow", "delete=2", "--out", "the.plan").code == 0
    assert bots.run("apply", "the.plan").code == 0
    assert names(tenant) == ["Travel"]


def test_a_bot_that_is_declared_and_removed_is_a_mistake_with_both_places(
    bots: Project, tenant: LocalTenant
) -> None:
    bots.bot("helpdesk", **least("Helpdesk"))
    tenant.clear_log()
    ran = bots.run("apply", "--auto-approve", "--allow", "delete=9")
    assert ran.code == 3
    assert "LW032" in ran.err
    assert "shared/helpdesk.yaml" in ran.err
    assert "bots/helpdesk.yaml" in ran.err
    assert writes(tenant) == []


def test_a_rename_of_what_is_to_go_is_a_mistake(bots: Project) -> None:
    bots.bot("desk", **least("Helpdesk", renamedFrom="helpdesk"))
    ran = bots.run("validate")
    assert ran.code == 3
    assert "LW031" in ran.out
