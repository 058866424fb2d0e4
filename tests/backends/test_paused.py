"""A run whose machine stood still: it wakes up after another one has done the work, and must do no harm."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import names, writes
from tests.support.four import MARKED, expect_whole
from tests.support.haste import Haste
from tests.support.places import SPACE, Place
from tests.support.project import Project, Run, settle

PAUSED = [sys.executable, str(Path(__file__).with_name("paused.py"))]
CREATE, NAME, REGISTER = r"POST .*/bots", r"PATCH .*/bots/\d+", r"POST .*/domains/\d+"
TTL_AND_MORE = 70.0


@contextmanager
def stopped(
    project: Project, place: str, moment: str, nth: int, *, seconds: float
) -> Iterator[subprocess.Popen[str]]:
    """Give an apply that stands still at a place, and see it dead at the end."""
    process = project.start(place, moment, str(nth), str(seconds), "apply", "--auto-approve", program=PAUSED)
    try:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), process.communicate()
        yield process
    finally:
        process.kill()
        process.wait()


def woken(process: subprocess.Popen[str]) -> Run:
    process.send_signal(signal.SIGCONT)
    return settle(process)


def take_over(project: Project, *, force: bool) -> None:
    """Do the work of a run that stands still: by force, or after its lease has ended by itself."""
    if force:
        assert project.run("state", "unlock", "--force").code == 0
        project.apply("--lock-timeout", "0")
    else:
        project.apply()


WHOLE = ("helpdesk", "payroll")


@pytest.mark.parametrize(
    ("at", "moment", "force", "seconds"),
    [
        (CREATE, "after", True, 0.0),
        ("state.write", "after", False, TTL_AND_MORE),
        (REGISTER, "after", True, 6.0),
    ],
    ids=["created-forced", "recorded-expired", "registered-forced"],
)
@pytest.mark.parametrize("place", ["git"], indirect=True)
@pytest.mark.usefixtures("lease_haste")
def test_a_run_that_stood_still_names_registers_and_records_nothing(
    project: Project, tenant: LocalTenant, place: Place, at: str, moment: str, *, force: bool, seconds: float
) -> None:
    _expect_harmless(project, tenant, place, at, moment, force=force, seconds=seconds)


@pytest.mark.parametrize("place", ["object", "postgres"], indirect=True)
@pytest.mark.usefixtures("lease_haste")
def test_so_it_is_in_every_sort_of_place(project: Project, tenant: LocalTenant, place: Place) -> None:
    _expect_harmless(project, tenant, place, "state.write", "after", force=False, seconds=TTL_AND_MORE)


def _expect_harmless(
    project: Project,
    tenant: LocalTenant,
    place: Place,
    at: str,
    moment: str,
    *,
    force: bool,
    seconds: float,
) -> None:
    with stopped(project, at, moment, 1, seconds=seconds) as process:
        take_over(project, force=force)
        done, bots = place.stored(), names(tenant)
        tenant.clear_log()
        ended = woken(process)
    assert ended.code in {6, 7}, ended
    assert re.search("no longer holds the lease|somebody else wrote the state", ended.err + ended.out)
    assert "Traceback" not in ended.err
    on_their_way = {CREATE: ["createBot"], REGISTER: ["registerBotDomain"]}.get(at, [])
    assert writes(tenant) in ([], on_their_way)  # of the other bot, when everything stood still
    assert place.stored() == done
    strays = [name for name in names(tenant) if MARKED.fullmatch(name)]
    assert sorted([*bots, *strays]) == names(tenant)
    assert len(strays) <= 1
    project.apply()
    expect_whole(project, tenant, *WHOLE)


@pytest.mark.parametrize("place", ["git"], indirect=True)
def test_a_create_that_was_on_its_way_is_a_marked_stray_and_the_next_run_removes_it(
    project: Project, tenant: LocalTenant, place: Place, lease_haste: Haste
) -> None:
    """What stood still between the check and the send can only make a bot that nobody sees and everybody knows."""
    with stopped(project, CREATE, "before", 1, seconds=TTL_AND_MORE) as process:
        project.apply()
        tenant.clear_log()
        ended = woken(process)
    assert sum(lease_haste.waited) >= 60
    assert ended.code in {6, 7}, ended
    assert 1 <= writes(tenant).count("createBot") == len(writes(tenant)) <= 2  # each bot has a thread of its own
    strays = [name for name in names(tenant) if MARKED.fullmatch(name)]
    assert len(strays) == writes(tenant).count("createBot")
    project.apply()
    expect_whole(project, tenant, *WHOLE)
    assert place.blobs(SPACE).get("lease.json") is None


@pytest.mark.parametrize("place", ["git"], indirect=True)
@pytest.mark.usefixtures("lease_haste")
def test_a_name_that_was_on_its_way_arrives_and_nothing_after_it(
    project: Project, tenant: LocalTenant, place: Place
) -> None:
    """The bot is recorded by then: its name is given twice, and no second bot is named."""
    with stopped(project, NAME, "before", 1, seconds=TTL_AND_MORE) as process:
        project.apply()
        done = place.stored()
        tenant.clear_log()
        ended = woken(process)
    assert ended.code in {6, 7}, ended
    assert "no longer holds the lease" in ended.err + ended.out
    assert set(writes(tenant)) == {"patchBot"}
    assert len(writes(tenant)) <= len(WHOLE)
    assert place.stored() == done
    expect_whole(project, tenant, *WHOLE)
