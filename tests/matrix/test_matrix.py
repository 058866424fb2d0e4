"""lwdeploy does its main job whatever the API turns out to do where its documentation is silent.

The number of mixes is `MATRIX_SEEDS`, a few by default:
`MATRIX_SEEDS=200 pytest -n auto tests/matrix -k mix` is the long run.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.simulator import SWITCHES, LocalTenant
from tests.matrix.job import Job
from tests.support.console import Console
from tests.support.project import MakeTenant, Project, least

SEEDS = range(int(os.environ.get("MATRIX_SEEDS", "4")))
# What lwdeploy never calls: messages, callbacks, attachments, rich menus. A bot that has them is still its own.
BESIDE = frozenset(
    {
        "callback-message-filter",
        "delete-linked-menu",
        "image-file-id",
        "message-without-registration",
        "raw-upload",
    }
)
READINGS = [
    (switch.name, reading) for switch in SWITCHES if switch.name not in BESIDE for reading in switch.readings[1:]
]
READINGS_BESIDE = [
    (switch.name, reading) for switch in SWITCHES if switch.name in BESIDE for reading in switch.readings
]


def job(make_tenant: MakeTenant, folder: Path, switches: dict[str, str], **settings: Any) -> Job:
    tenant = make_tenant(switches=switches, **settings)
    return Job(project=Project.found(folder / "project", tenant), tenant=tenant)


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
    menu_id = tenant.make_richmenu(bot_id)
    console = Console(tenant)
    console.do("POST", f"/bots/{bot_id}/richmenus/{menu_id}/set-default")
    console.do(
        "POST", f"/bots/{bot_id}/users/admin@example.com/messages", {"content": {"type": "text", "text": "x"}}
    )


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
    firsts = [(switch.name, switch.default) for switch in SWITCHES if switch.name not in BESIDE]
    every = [(switch.name, reading) for switch in SWITCHES for reading in switch.readings]
    assert sorted([*firsts, *READINGS, *READINGS_BESIDE]) == sorted(every)
