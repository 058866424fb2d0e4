"""A saved plan: it and nothing else, once, on the tenant and the state that it was made for."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import Console, names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import MakeTenant, Project, least


@pytest.fixture
def planned(four: Project) -> Project:
    """The four bots, with a saved plan to make them."""
    saved = four.run("plan", "--out", "plan.json")
    assert saved.code == 0
    assert stat.S_IMODE((four.root / "plan.json").stat().st_mode) == 0o600
    return four


def test_a_saved_plan_is_what_runs(planned: Project, tenant: LocalTenant) -> None:
    """A saved plan is shown as it was, asks nothing, and makes what it says."""
    assert planned.run("show", "plan.json").out == planned.run("plan").out
    assert planned.run("show", "plan.json", "--format", "json").json["summary"]["add"] == 9
    applied = planned.run("apply", "plan.json")
    assert applied.code == 0, applied
    expect_whole(planned, tenant, *KEYS)


def test_a_plan_is_the_same_every_time(four: Project) -> None:
    """Two plans of the same tenant are equal to the last byte."""
    assert four.run("plan", "--format", "json").out == four.run("plan", "--format", "json").out
    seeded = [four.process("plan", "--format", "json", env={"PYTHONHASHSEED": seed}).out for seed in ("1", "2")]
    assert seeded[0] == seeded[1]


def test_a_plan_runs_once(planned: Project, tenant: LocalTenant) -> None:
    """The second run of a plan is refused with 5."""
    assert planned.run("apply", "plan.json").code == 0
    tenant.clear_log()
    again = planned.run("apply", "plan.json")
    assert again.code == 5, again
    assert "Plan again" in again.err
    assert writes(tenant) == []


def test_an_update_plan_runs_once(four: Project, tenant: LocalTenant) -> None:
    """A plan that ran is refused even when the tenant looks as before it again."""
    four.apply()
    bot_id = four.ids()["bot/payroll"]
    four.bot("payroll", **least("Payroll", domains=[{"name": "tokyo", "visible": True}]) | {"description": "New"})
    four.run("plan", "--out", "plan.json")
    assert four.run("apply", "plan.json").code == 0
    Console(tenant).do("PATCH", f"/bots/{bot_id}", {"description": "Payroll answers"})
    again = four.run("apply", "plan.json")
    assert again.code == 5
    assert "has run already" in again.err


def test_a_changed_manifest_makes_the_plan_stale(planned: Project, tenant: LocalTenant) -> None:
    """A file that is not as it was planned is named."""
    planned.bot("payroll", **least("Payments"))
    ran = planned.run("apply", "plan.json")
    assert ran.code == 5
    assert "bots/payroll.yaml" in ran.err
    assert writes(tenant) == []


def test_a_deleted_manifest_makes_the_plan_stale(planned: Project, tenant: LocalTenant) -> None:
    """A file that is gone is named."""
    planned.drop("payroll")
    ran = planned.run("apply", "plan.json")
    assert ran.code == 5
    assert "bots/payroll.yaml" in ran.err
    assert writes(tenant) == []


def test_a_plan_of_creates_sees_that_the_bot_was_begun(planned: Project, tenant: LocalTenant) -> None:
    """Two plans from the same empty tenant: the second is stale once the first ran."""
    planned.run("plan", "--out", "other.json")
    assert planned.run("apply", "other.json").code == 0
    assert planned.run("apply", "plan.json").code == 5
    expect_whole(planned, tenant, *KEYS)


@pytest.mark.parametrize(
    "path", [("changes", 0, "desired", "botName", "default"), ("allowed", "delete"), ("tenant",)]
)
def test_a_tampered_plan_is_refused(planned: Project, tenant: LocalTenant, path: tuple[str | int, ...]) -> None:
    """A plan whose content does not match its digest is not the plan that was approved."""
    place = planned.root / "plan.json"
    content = json.loads(place.read_text(encoding="utf-8"))
    target = content
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = 99 if path[0] == "allowed" else "Evil"
    place.write_text(json.dumps(content), encoding="utf-8")
    ran = planned.run("apply", "plan.json")
    assert ran.code == 5
    assert "digest" in ran.err
    assert tenant.log() == () or writes(tenant) == []


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", "not json", '{"format_version": 99}', '{"format_version": 1}']
)
def test_what_is_no_plan(planned: Project, tenant: LocalTenant, content: str) -> None:
    """A file that is no plan is told so, without a traceback."""
    (planned.root / "plan.json").write_text(content, encoding="utf-8")
    for command in ("apply", "show"):
        ran = planned.run(command, "plan.json")
        assert ran.code == 1, ran
        assert "lwdeploy plan --out" in ran.err
    assert writes(tenant) == []


def test_a_refused_plan_is_refused_when_it_is_saved(four: Project, tenant: LocalTenant) -> None:
    """A plan that must not run can be looked at and not be run."""
    tenant.make_bots(1)
    assert four.run("plan", "--out", "plan.json").code == 4
    assert four.run("apply", "plan.json").code == 4
    assert writes(tenant) == []


def test_a_plan_runs_only_with_its_state(planned: Project, tenant: LocalTenant, tmp_path: Path) -> None:
    """A plan names its state: with another one it is refused, and nothing is written."""
    elsewhere = Project.found(tmp_path / "elsewhere", tenant)
    for key in KEYS:
        source = planned.root / "bots" / f"{key}.yaml"
        elsewhere.write(f"bots/{key}.yaml").write_bytes(source.read_bytes())
    (elsewhere.root / "lwdeploy.yaml").write_bytes((planned.root / "lwdeploy.yaml").read_bytes())
    (elsewhere.root / "plan.json").write_bytes((planned.root / "plan.json").read_bytes())
    ran = elsewhere.run("apply", "plan.json")
    assert ran.code == 1, ran
    assert "state" in ran.err
    assert writes(tenant) == []


def test_a_plan_does_not_survive_a_rebuilt_state(four: Project, tenant: LocalTenant) -> None:
    """A state of another history is not the one that the plan was made against."""
    four.apply()
    four.bot("parking", **least("Parking"))
    four.run("plan", "--out", "plan.json")
    four.state_path.unlink()
    gone = four.run("apply", "plan.json")
    assert gone.code == 1
    assert "state rebuild" in gone.err
    assert four.run("state", "rebuild", "--auto-approve", "--allow", "adopt=4").code == 0
    tenant.clear_log()
    ran = four.run("apply", "plan.json")
    assert ran.code == 1, ran
    assert "made anew" in ran.err
    assert writes(tenant) == []


def test_an_older_copy_of_the_state_is_noticed(four: Project, tenant: LocalTenant) -> None:
    """A state that is older than the plan was restored from somewhere: nothing runs on it."""
    four.apply()
    old = four.state_path.read_bytes()
    four.bot("parking", **least("Parking"))
    four.apply()
    four.bot("kitchen", **least("Kitchen"))
    four.run("plan", "--out", "plan.json")
    four.state_path.write_bytes(old)
    tenant.clear_log()
    ran = four.run("apply", "plan.json")
    assert ran.code == 1, ran
    assert "older" in ran.err
    assert writes(tenant) == []


def test_a_state_of_another_tenant_is_not_used(
    four: Project, make_tenant: MakeTenant, tmp_path: Path, private_key: str
) -> None:
    """State is bound to its service account: with another one nothing is even read."""
    four.apply()
    other = make_tenant(private_key=private_key)
    env = Project.found(tmp_path / "other", other).env
    ran = four.run("plan", env=env)
    assert ran.code == 1
    assert "belongs to another tenant" in ran.err
    assert names(other) == []
    assert other.log() == ()


def test_the_flags_of_a_plan_are_in_the_plan(planned: Project) -> None:
    """A saved plan takes no flag that would make it another plan."""
    for flag in (("--prune",), ("--target", "bot/payroll"), ("--allow", "delete=1"), ("--reason", "so")):
        ran = planned.run("apply", "plan.json", *flag)
        assert ran.code == 1
        assert "belong to plan" in ran.err


def test_a_saved_plan_of_no_changes(four: Project, tenant: LocalTenant) -> None:
    """An empty plan can be applied, and writes nothing."""
    four.apply()
    four.run("plan", "--out", "plan.json")
    before = four.state_path.read_bytes()
    tenant.clear_log()
    ran = four.run("apply", "plan.json")
    assert ran.code == 0, ran
    assert writes(tenant) == []
    assert four.state_path.read_bytes() == before
