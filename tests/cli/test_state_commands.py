"""What is remembered: made, listed, shown to the next step of a pipeline, lost, and found again."""

from __future__ import annotations

import json

import pytest

from lwdeploy.commands.session import Session, read_state
from lwdeploy.core.types import State
from lwdeploy.simulator import LocalTenant
from tests.support.console import Console, names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project, least


def test_first_use_of_a_tenant_that_has_bots(four: Project, tenant: LocalTenant) -> None:
    """With bots of others there and no state, every create waits for state init."""
    tenant.make_bots(2, name="Somebody's")
    refused = four.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "lwdeploy state init" in refused.out + refused.err
    made = four.run("state", "init")
    assert made.code == 0
    assert "acme.json" in made.err
    assert writes(tenant) == []
    four.apply()
    expect_whole(four, tenant, *KEYS, unmanaged=("Somebody's 1", "Somebody's 2"))
    again = four.run("state", "init")
    assert again.code == 1
    assert "already" in again.err


def test_list_and_show(four: Project) -> None:
    """The list pairs addresses with ids; show ADDRESS --format json hands one id on."""
    four.apply()
    ids = four.ids()
    listed = dict(line.split() for line in four.run("state", "list").out.splitlines())
    assert listed == ids
    one = four.run("state", "show", "bot/payroll", "--format", "json").json
    assert one["format_version"] == 1
    assert (one["address"], one["kind"], one["remote_id"]) == ("bot/payroll", "bot", ids["bot/payroll"])
    assert one["applied"]["botName"]["default"] == "Payroll"
    assert ids["bot/payroll"] in four.run("state", "show", "bot/payroll").out
    unknown = four.run("state", "show", "bot/nobody")
    assert unknown.code == 1
    assert "bot/payroll" in unknown.err


@pytest.mark.parametrize("command", ["list", "show"])
def test_before_there_is_a_state(four: Project, command: str) -> None:
    """Without a state the two ways to get one are named."""
    ran = four.run("state", command)
    assert ran.code == 1
    assert "lwdeploy state init" in ran.err


def _lose(project: Project) -> None:
    for path in project.state_path.parent.iterdir():
        path.unlink()


def test_a_lost_state(four: Project, tenant: LocalTenant) -> None:
    """Losing the state costs one confirmed rebuild: no bot is made twice, none is touched."""
    four.apply()
    ids = four.ids()
    _lose(four)
    tenant.clear_log()
    for command in (("plan",), ("apply", "--auto-approve")):
        ran = four.run(*command)
        assert ran.code == 4
        assert "lwdeploy state rebuild" in ran.out + ran.err
    assert writes(tenant) == []

    asked = four.run("state", "rebuild")
    assert asked.code == 1
    assert "--auto-approve" in asked.err
    unnumbered = four.run("state", "rebuild", "--auto-approve")
    assert unnumbered.code == 4
    assert "--allow adopt=4" in unnumbered.err
    assert not four.state_path.exists()

    rebuilt = four.run("state", "rebuild", "--auto-approve", "--allow", "adopt=4")
    assert rebuilt.code == 0, rebuilt
    for key in KEYS:
        assert f"bot/{key} = bot {ids[f'bot/{key}']}: same name" in rebuilt.out
    assert writes(tenant) == []
    assert four.ids() == ids
    expect_whole(four, tenant, *KEYS)


def test_a_state_whose_file_vanished(four: Project, tenant: LocalTenant) -> None:
    """A file that is gone beside its backup is a lost state and never an empty one."""
    four.apply()
    four.state_path.unlink()
    tenant.clear_log()
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "list")):
        ran = four.run(*command)
        assert ran.code == 1
        assert "is gone" in ran.err
        assert "state rebuild" in ran.err
    assert writes(tenant) == []
    assert four.run("state", "rebuild", "--auto-approve", "--allow", "adopt=4").code == 0
    four.apply()
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"format_version": 99}'])
def test_a_damaged_state(four: Project, tenant: LocalTenant, damage: str) -> None:
    """A damaged state stops everything, names the backup, and can be rebuilt."""
    four.apply()
    four.state_path.write_text(damage, encoding="utf-8")
    tenant.clear_log()
    ran = four.run("apply", "--auto-approve")
    assert ran.code == 1
    assert str(four.state_path) in ran.err
    assert "Traceback" not in ran.err
    assert writes(tenant) == []


def test_a_state_that_was_edited_by_hand(four: Project) -> None:
    """The state's checksum notices a hand that was in it."""
    four.apply()
    content = json.loads(four.state_path.read_text(encoding="utf-8"))
    content["entries"][0]["remote_id"] = "2000999"
    four.state_path.write_text(json.dumps(content), encoding="utf-8")
    ran = four.run("plan")
    assert ran.code == 1
    assert "cannot be used" in ran.err


def test_two_bots_of_one_name_are_not_guessed_at(four: Project, tenant: LocalTenant) -> None:
    """When a manifest could mean two bots, rebuild records nothing and lists both."""
    four.apply()
    _lose(four)
    tenant.make_bots(1, body={"botName": "Payroll"})
    ran = four.run("state", "rebuild", "--auto-approve", "--allow", "adopt=9")
    assert ran.code == 4
    assert ran.err.count("bot/payroll = bot ") == 2
    assert "spec.botId" in ran.err
    assert not four.state_path.exists()


def test_a_bot_bound_by_its_id_needs_no_confirmation(project: Project, tenant: LocalTenant) -> None:
    """What the manifest proves is recorded without a number."""
    [bot_id] = tenant.make_bots(1, body={"botName": "Help Desk"})
    project.bot("helpdesk", botId=bot_id, botName="Help Desk")
    rebuilt = project.run("state", "rebuild", "--auto-approve")
    assert rebuilt.code == 0, rebuilt
    assert "proven by botId" in rebuilt.out
    project.expect_settled(tenant)


def test_rebuild_leaves_a_state_that_works(four: Project) -> None:
    """A readable state is not rebuilt."""
    four.apply()
    before = four.state_path.read_bytes()
    ran = four.run("state", "rebuild", "--auto-approve", "--allow", "adopt=4")
    assert ran.code == 1
    assert four.state_path.read_bytes() == before


def test_a_rebuilt_state_shows_what_differs(four: Project, tenant: LocalTenant) -> None:
    """A field that changed while the state was lost is a difference in the next plan."""
    four.apply()
    bot_id = four.ids()["bot/payroll"]
    _lose(four)
    Console(tenant).do("PATCH", f"/bots/{bot_id}", {"description": "By hand"})
    four.run("state", "rebuild", "--auto-approve", "--allow", "adopt=4")
    planned = four.run("plan")
    assert 'description.default: "By hand" -> "Payroll answers"' in planned.out
    four.apply()
    assert names(tenant) == sorted(key.title() for key in KEYS)
    expect_whole(four, tenant, *KEYS)


def test_the_state_path_of_the_tenant(project: Project, tenant: LocalTenant) -> None:
    """A Tenant names where its state is kept, from the manifest's folder on."""
    elsewhere = Project.found(project.root.parent / "named", tenant, state={"file": {"path": "kept/acme.json"}})
    elsewhere.bot("helpdesk", **least("Help Desk"))
    elsewhere.apply()
    assert (elsewhere.root / "kept" / "acme.json").exists()
    assert not elsewhere.state_path.exists()


def test_in_ci_a_real_tenant_names_its_state(four: Project, tenant: LocalTenant) -> None:
    """With CI set, a state on the job's disk has to be asked for by name."""
    ran = four.run("plan", env={"CI": "true"})
    assert ran.code == 1
    assert "state: {file: {path: ...}}" in ran.err
    assert tenant.log() == ()


def test_a_first_state_that_another_run_makes_meanwhile_is_taken(
    project: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two first runs at once: the one that looked at the place too early looks again before it refuses."""
    project.bot("helpdesk", **least("Helpdesk"))
    looks: list[object] = []

    def overtaken(session: Session) -> State | None:
        looks.append(state := read_state(session))
        if len(looks) == 1:
            assert project.process("apply", "--auto-approve").code == 0
        return state

    monkeypatch.setattr("lwdeploy.commands.plan.read_state", overtaken)
    planned = project.run("plan", "--detailed-exitcode")
    assert planned.code == 0, planned
    assert [each is None for each in looks] == [True, False]
    assert names(tenant) == ["Helpdesk"]
