"""A lost state: everything is found again, whichever way the service works, and nothing is left to do."""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path

import pytest

from lwdeploy.simulator import SWITCHES, LocalTenant
from lwdeploy.simulator.settings import ALL_SCOPES
from tests.support.console import Console, writes
from tests.support.life import grow
from tests.support.project import MakeTenant, Project, least
from tests.test_formats import fits

BEYOND = tuple(each for each in ALL_SCOPES if each.startswith("bot"))
ROUNDS = [
    {name: reading for name, reading in found if reading is not None}
    for found in (
        [(switch.name, reading) for switch, reading in zip(SWITCHES, row, strict=True)]
        for row in zip_longest(*(switch.readings[1:] for switch in SWITCHES))
    )
]
"""Every reading that is not the default, in as few tenants as there can be: one reading of a switch in each."""


def settled(project: Project) -> None:
    """Apply until nothing is left to do: some readings take more than one."""
    for _ in range(3):
        project.run("apply", "--auto-approve")
        if project.run("plan", "--detailed-exitcode").code == 0:
            return
    raise AssertionError(project.run("plan").out)


def lose(project: Project) -> None:
    for path in project.state_path.parent.iterdir():
        path.unlink()


def rebuilt(project: Project, tenant: LocalTenant, *argv: str) -> str:
    """Lose the state, rebuild it without a write, and insist that then nothing is left to do."""
    before = project.ids()
    lose(project)
    tenant.clear_log()
    ran = project.run("state", "rebuild", "--auto-approve", "--allow", "adopt=3", *argv)
    assert ran.code == 0, ran
    assert writes(tenant) == []
    assert project.ids() == before
    planned = project.run("plan", "--detailed-exitcode", "--verify-users")
    assert planned.code == 0, planned.out
    return ran.out


@pytest.mark.parametrize("readings", [{}, *ROUNDS], ids=lambda readings: f"{len(readings)}-readings")
def test_all_kinds_are_found_again_under_every_reading(
    make_tenant: MakeTenant, tmp_path: Path, readings: dict[str, str]
) -> None:
    """Without a look into the directory, so that people can only be counted."""
    tenant = make_tenant(scopes=BEYOND, switches=readings)
    lost = Project.found(tmp_path / "lost", tenant)
    grow(lost)
    settled(lost)
    rebuilt(lost, tenant)
    lost.expect_settled(tenant)


def test_each_bot_and_each_object_below_it_says_what_proves_it(project: Project, tenant: LocalTenant) -> None:
    """With the directory, people are who they are said to be, and nothing is taken on trust."""
    grow(project)
    project.apply()
    told = fits("rebuild", json.loads(rebuilt(project, tenant, "--format", "json")))
    proofs = {each["address"]: each["proof"] for bot in told["bots"] for each in bot["objects"]}
    assert proofs["bot/frontdesk"] is None
    assert proofs["bot/frontdesk/rich-menu/day"] == "mark"
    assert proofs["bot/frontdesk/default-rich-menu"] == "derived"
    assert proofs["bot/frontdesk/rich-menu-user/jiro@example.com"] == "derived"
    assert proofs["bot/helpdesk/domain/tokyo"] == "derived"
    assert told["people"] == {"known": 3, "reason": ""}
    assert not [each for bot in told["bots"] for each in bot["objects"] if each["open"] or each["trusted"]]


def test_what_was_changed_since_is_found_all_the_same_and_shown_by_the_next_plan(
    project: Project, tenant: LocalTenant
) -> None:
    """A bot that was renamed in the console is known by all the rest; a field that moved stays open."""
    project.bot("helpdesk", **least("Help Desk", callback={"url": "https://bots.example.com/a"}))
    project.bot("payroll", **least("Payroll"))
    project.bot("travel", **least("Travel"))
    project.apply()
    ids = project.ids()
    console = Console(tenant)
    console.do("PATCH", f"/bots/{ids['bot/travel']}", {"botName": "Renamed too"})
    console.do("PATCH", f"/bots/{ids['bot/helpdesk']}", {"botName": "Renamed"})
    console.do(
        "PATCH", f"/bots/{ids['bot/payroll']}", {"description": "Edited", "administrators": ["taro@example.com"]}
    )
    tenant.make_bots(1, name="Somebody's")
    lose(project)
    ran = project.run("state", "rebuild", "--auto-approve", "--allow", "adopt=3")
    assert ran.code == 0, ran
    assert project.ids() == ids
    assert f"bot/helpdesk = bot {ids['bot/helpdesk']}: the same but for its name" in ran.out
    assert "bot/payroll: description.default is not known to be equal, the next plan shows it" in ran.out
    moved = {
        (change["address"], diff["path"])
        for change in project.run("plan", "--format", "json").json["changes"]
        for diff in change["diffs"]
    }
    assert moved == {
        ("bot/helpdesk", "botName.default"),
        ("bot/payroll", "description.default"),
        ("bot/payroll", "pic.primary"),
        ("bot/travel", "botName.default"),
    }


def test_of_two_bots_that_look_alike_each_is_told_with_its_differences(
    project: Project, tenant: LocalTenant
) -> None:
    """Whoever has to choose sees what for and what against."""
    project.bot("payroll", **least("Payroll", domains=[{"name": "tokyo", "visible": True}]))
    project.apply()
    lose(project)
    [twin] = tenant.make_bots(1, body={"botName": "Payroll", "description": "Another one"})
    ran = project.run("state", "rebuild", "--auto-approve", "--allow", "adopt=2")
    assert ran.code == 4
    ours, theirs = ran.err.split(f"bot/payroll = bot {twin}: same name")
    assert "bot/payroll/domain/tokyo: by its place" in ours
    assert "description.default is not known to be equal" not in ours
    assert "description.default is not known to be equal" in theirs
    assert "bot/payroll/domain/tokyo: is not there" in theirs


def test_a_manifest_that_several_bots_fit_but_for_their_names_stands_in_nobodys_way(
    project: Project, tenant: LocalTenant
) -> None:
    """Its bot may never have been made: nothing could be chosen by, and the others are found again."""
    project.bot("payroll", **least("Payroll"))
    project.apply()
    ids = project.ids()
    lose(project)
    tenant.make_bots(2, name="Clone", body={"description": "New answers"})
    project.bot("new", **least("New"))
    ran = project.run("state", "rebuild", "--auto-approve", "--allow", "adopt=1")
    assert ran.code == 0, ran
    assert project.ids() == ids
    assert "+ bot/new  create" in project.run("plan").out
