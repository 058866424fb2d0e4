"""lwdeploy does its main job whatever the API turns out to do where its documentation is silent.

The number of mixes is `MATRIX_SEEDS`, a few by default:
`MATRIX_SEEDS=200 pytest -n auto tests/matrix -k mix` is the long run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.simulator import SWITCHES, Fault, LocalTenant
from lwdeploy.simulator.users import identify
from tests.matrix.job import Job
from tests.support.console import Console
from tests.support.menu_life import HANAKO, TARO, main_menu, menus_of, rich, user_menu, write_bot
from tests.support.menu_pictures import picture
from tests.support.project import MakeTenant, Project, least

SEEDS = range(int(os.environ.get("MATRIX_SEEDS", "4")))
# What lwdeploy never does: messages, callbacks, uploads in another form. A bot that has them is still its own.
BESIDE = frozenset({"callback-message-filter", "message-without-registration", "raw-upload"})
# What the job never meets: somebody who has left, a menu without a picture; they have tests of their own.
APART = frozenset({"missing-user", "absent-image"})
READINGS = [
    (switch.name, reading)
    for switch in SWITCHES
    if switch.name not in BESIDE | APART
    for reading in switch.readings[1:]
]
READINGS_APART = [
    (switch.name, reading) for switch in SWITCHES if switch.name in APART for reading in switch.readings
]
READINGS_BESIDE = [
    (switch.name, reading) for switch in SWITCHES if switch.name in BESIDE for reading in switch.readings
]


def job(make_tenant: MakeTenant, folder: Path, switches: dict[str, str], **settings: Any) -> Job:
    tenant = make_tenant(switches=switches, **settings)
    project = Project.found(folder / "project", tenant)
    return Job(project=project, tenant=tenant, twice=frozenset(_in_two_runs(switches)))


def _in_two_runs(switches: Mapping[str, str]) -> Iterator[str]:
    """Give the step in which lwdeploy finds out that a menu must be replaced; from then on it knows."""
    if switches.get("second-image") == "refused":
        yield "change"
    elif switches.get("second-image-languages") == "kept":
        yield "shrink"


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("plan", ["free", "standard"])
def test_the_job_is_done_under_the_likeliest_readings(make_tenant: MakeTenant, tmp_path: Path, plan: str) -> None:
    """These are the first reading of every switch, on either plan."""
    job(make_tenant, tmp_path, {}, plan=plan).run()


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize(("name", "reading"), READINGS, ids=lambda word: word)
def test_the_job_is_done_under_every_other_reading(
    make_tenant: MakeTenant, tmp_path: Path, name: str, reading: str
) -> None:
    plan = "free" if name == "free-plan-bots" else "standard"
    job(make_tenant, tmp_path, {name: reading}, plan=plan).run()


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize(("name", "reading"), READINGS_BESIDE, ids=lambda word: word)
def test_a_bot_is_made_and_left_alone_under_readings_of_what_lwdeploy_does_not_call(
    make_tenant: MakeTenant, tmp_path: Path, name: str, reading: str
) -> None:
    """Somebody's rich menu and message on it are no reason for a change."""
    tenant = make_tenant(switches={name: reading})
    project = Project.found(tmp_path / "project", tenant)
    project.bot("helpdesk", **least("Help Desk", domains=[{"name": "tokyo", "visible": True}]))
    project.apply()
    use(tenant)
    project.expect_settled(tenant)


def use(tenant: LocalTenant) -> None:
    """Give the only bot a default menu, and let it say something."""
    bot_id = tenant.snapshot()["bots"][0]["botId"]
    menu_id = tenant.make_richmenu(bot_id, picture=picture("compact-theirs.png"))
    console = Console(tenant)
    console.do("POST", f"/bots/{bot_id}/richmenus/{menu_id}/set-default")
    console.do(
        "POST", f"/bots/{bot_id}/users/admin@example.com/messages", {"content": {"type": "text", "text": "x"}}
    )


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize(("name", "reading"), READINGS_APART, ids=lambda word: word)
def test_menus_are_brought_to_an_end_after_what_went_wrong(
    make_tenant: MakeTenant, tmp_path: Path, name: str, reading: str
) -> None:
    """One user has left, a picture is not bound: all others get theirs, and the next run does what is left."""
    tenant = make_tenant(switches={name: reading}, strict_directory=True)
    project = Project.found(tmp_path / "project", tenant)
    leave_half_done(project, tenant)
    tenant.clear_faults()
    users = {"main": [TARO], "vip": [HANAKO]}
    write_bot(project, rich("main", "vip", default="main", users=users))
    project.apply()
    project.expect_settled(tenant)
    seen = menus_of(tenant)
    assert [sorted(each["pictures"]) for each in seen["rich"]] == [["default", "ja_JP"], ["default"]]
    assert seen["default"] == seen["users"][identify(TARO)] != seen["users"][identify(HANAKO)]


def leave_half_done(project: Project, tenant: LocalTenant) -> None:
    """Let a run of a bot with two menus end with a user who has left, and with a picture that was not bound."""
    main_menu(project)
    user_menu(project)
    users = {"main": [TARO, "gone@example.com"], "vip": [HANAKO]}
    write_bot(project, rich("main", "vip", default="main", users=users))
    tenant.add_fault(Fault(kind="status", status=403, operation="setRichmenuImage", nth=2))
    ran = project.run("apply", "--auto-approve", "--format", "json")
    assert ran.code == 7, ran
    ended = {each["address"].partition("/rich-menu")[2]: each["status"] for each in ran.json["outcomes"]}
    assert ended["-user/gone@example.com"] == ended["/vip"] == "failed"
    assert ended["-user/taro@example.com"] == ended["/main"] == "done"


@pytest.mark.usefixtures("haste")
@pytest.mark.parametrize("seed", SEEDS)
def test_the_job_is_done_under_a_mix_of_all_readings(make_tenant: MakeTenant, tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - repeatable on purpose
    switches = {switch.name: drawn.choice(switch.readings) for switch in SWITCHES}
    try:
        job(make_tenant, tmp_path, switches).run()
    except AssertionError as error:
        error.add_note(f"seed {seed}: {switches}")
        raise


def test_every_reading_of_every_switch_has_its_run() -> None:
    """The first readings are those of the likeliest; nothing is in two places."""
    firsts = [(switch.name, switch.default) for switch in SWITCHES if switch.name not in BESIDE | APART]
    every = [(switch.name, reading) for switch in SWITCHES for reading in switch.readings]
    assert sorted([*firsts, *READINGS, *READINGS_APART, *READINGS_BESIDE]) == sorted(every)
