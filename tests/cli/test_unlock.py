"""`state unlock` on the command line, and reading beside a run that holds the lease."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project, least, settle


@pytest.fixture
def at_work(four: Project, tenant: LocalTenant) -> Iterator[subprocess.Popen[str]]:
    """An apply in a CI job that holds the lease, stopped before its first write was answered."""
    four.apply()
    four.bot("parking", **least("Parking"))
    tenant.clear_log()
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=3))
    job = {"CI_JOB_URL": "https://ci.example.com/jobs/1", "GITLAB_USER_LOGIN": "taro"}
    process = four.start("apply", "--auto-approve", env=job)
    deadline = time.monotonic() + 60
    while len(tenant.log("listBots")) < 2:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGSTOP)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=30)


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
def test_a_lock_of_a_living_process_is_shown_and_stays(
    four: Project, at_work: subprocess.Popen[str], force: tuple[str, ...]
) -> None:
    """Who, where, which job, since when, and that only the end of that process ends its lock."""
    ran = four.run("state", "unlock", *force)
    assert ran.code == 6, ran
    assert f"process {at_work.pid}" in ran.err
    assert "taro on " in ran.err
    assert "https://ci.example.com/jobs/1" in ran.err
    assert " s ago" in ran.err
    assert "it dies with its process" in ran.err
    assert "End that process" in ran.err
    assert at_work.poll() is None


def test_a_killed_process_leaves_nothing_to_unlock(four: Project, at_work: subprocess.Popen[str]) -> None:
    """Its lock went with it."""
    at_work.kill()
    at_work.wait(timeout=30)
    ran = four.run("state", "unlock")
    assert ran.code == 0, ran
    assert "Nobody holds the lease" in ran.err
    assert str(four.state_path) in ran.err


def test_nothing_is_sent_and_nothing_made_to_look_at_a_lease(four: Project, tenant: LocalTenant) -> None:
    """Before the first apply there is no lock, and looking makes none."""
    assert four.run("state", "unlock").code == 0
    assert tenant.log() == ()
    assert not four.state_path.parent.exists()


def test_reads_never_wait_for_a_lease(four: Project, tenant: LocalTenant, at_work: subprocess.Popen[str]) -> None:
    """Plans, drifts and states are shown while another run holds the lease, and do not hold it up."""
    planned = four.run("plan", "--detailed-exitcode")
    assert planned.code == 2, planned
    assert "+ bot/parking  create" in planned.out
    for command in (("state", "list"), ("state", "show", "bot/travel"), ("validate",)):
        assert four.run(*command).code == 0
    assert four.run("plan", "--out", "the.plan").code == 0
    assert at_work.poll() is None
    lock = four.state_path.with_name("acme.json.lock").read_text(encoding="utf-8")
    assert f'"pid": {at_work.pid}' in lock
    at_work.send_signal(signal.SIGCONT)
    assert settle(at_work).code == 0
    assert writes(tenant) == ["createBot", "patchBot"]
    tenant.clear_faults()
    assert four.run("apply", "the.plan").code == 5
    expect_whole(four, tenant, *KEYS, "parking")
