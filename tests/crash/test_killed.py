"""A run that is killed with SIGKILL, wherever that is, leaves nothing that the next run does not put right."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS, MARKED, expect_whole
from tests.support.project import Project, Run, least

DOOMED = [sys.executable, str(Path(__file__).with_name("doomed.py"))]
KILLED = -signal.SIGKILL


def _killed(project: Project, place: str, nth: int, moment: str, *flags: str) -> Run:
    ran = project.process(place, str(nth), moment, "apply", "--auto-approve", *flags, program=DOOMED)
    assert ran.code == KILLED, ran
    return ran


REQUESTS = [
    ("createBot", 1),
    ("createBot", 3),
    ("createBot", 4),
    ("patchBot", 1),
    ("patchBot", 3),
    ("registerBotDomain", 1),
    ("registerBotDomain", 4),
    ("addBotDomainMember", 1),
    ("setPersistentMenu", 1),
]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("operation", "nth"), REQUESTS)
def test_killed_at_a_request_of_the_first_apply(
    four: Project, tenant: LocalTenant, operation: str, nth: int, moment: str
) -> None:
    """Killed around any write of a first apply, the next one completes it: no orphan, no duplicate."""
    _killed(four, operation, nth, moment)
    again = four.run("apply", "--auto-approve")
    assert again.code == 0, again
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize("moment", ["before", "half", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_killed_while_the_state_is_written(four: Project, tenant: LocalTenant, nth: int, moment: str) -> None:
    """Killed inside any write of the state or of its backup, the next run finds all that was begun."""
    _killed(four, "disk", nth, moment)
    again = four.run("apply", "--auto-approve")
    assert again.code == 0, again
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("place", ["patchBot", "deleteBot", "createBot", "disk"])
def test_killed_during_a_later_apply(four: Project, tenant: LocalTenant, place: str, moment: str) -> None:
    """Killed around an update, a delete, a create or the record of them, the next run ends it."""
    tenant.make_bots(1, name="Somebody's")
    assert four.run("state", "init").code == 0
    four.apply()
    four.drop("cafeteria")
    four.bot("payroll", **least("Payroll", policy={"joinChatRoom": False}, callback={"enabled": False}))
    four.bot("helpdesk", **least("Helpdesk") | {"description": "Something new"})
    four.bot("parking", **least("Parking"))
    _killed(four, place, 1, moment, "--prune")
    again = four.run("apply", "--auto-approve", "--prune")
    assert again.code == 0, again
    expect_whole(four, tenant, "helpdesk", "payroll", "travel", "parking", unmanaged=("Somebody's 1",))


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("place", "nth"), [("patchBot", 1), ("patchBot", 3), ("registerBotDomain", 1), ("disk", 1)]
)
def test_killed_while_putting_a_killed_run_right(
    four: Project, tenant: LocalTenant, place: str, nth: int, moment: str
) -> None:
    """Bots that are known by nothing but their marks are recorded before they are named."""
    _killed(four, "disk", 1, "before")
    assert not four.state_path.exists()
    assert all(MARKED.fullmatch(name) for name in names(tenant))
    _killed(four, place, nth, moment)
    again = four.run("apply", "--auto-approve")
    assert again.code == 0, again
    expect_whole(four, tenant, *KEYS)


def test_killed_twice_in_a_row(four: Project, tenant: LocalTenant) -> None:
    """A run that puts a killed one right may be killed too."""
    _killed(four, "createBot", 2, "after")
    _killed(four, "patchBot", 2, "before")
    _killed(four, "registerBotDomain", 3, "after")
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize(
    ("operation", "nth"), [("createBot", 2), ("patchBot", 1), ("patchBot", 3), ("registerBotDomain", 2)]
)
def test_killed_from_outside_when_a_request_shows(
    four: Project, tenant: LocalTenant, operation: str, nth: int
) -> None:
    """Killed by somebody else at a moment that nobody chose, the next run completes the apply."""
    tenant.add_fault(Fault(kind="delay", operation=operation, seconds=0.1, commit=True))
    process = four.start("apply", "--auto-approve")
    deadline = time.monotonic() + 60
    while len(tenant.log(operation)) < nth and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.kill()
    process.communicate(timeout=30)
    tenant.clear_faults()
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


def test_a_create_that_arrives_after_its_run_was_killed(four: Project, tenant: LocalTenant) -> None:
    """A create that the service carries out only when its run is long dead becomes no second bot."""
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=3, nth=1))
    process = four.start("apply", "--auto-approve")
    deadline = time.monotonic() + 60
    while len(names(tenant)) < len(KEYS) - 1:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.kill()
    process.communicate(timeout=30)
    first = four.run("apply", "--auto-approve", "--format", "json")
    assert first.code in {0, 5}, first  # 5: it arrived while this very run was at work
    sent = first.json["calls"].get("createBot", 0) if first.code == 0 else 0
    while len(tenant.log("createBot")) < len(KEYS) + sent:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    second = four.run("apply", "--auto-approve")
    assert second.code == 0, second
    expect_whole(four, tenant, *KEYS)


def test_a_killed_run_keeps_nobody_waiting(four: Project, tenant: LocalTenant) -> None:
    """The lease of a killed run is gone with it, and nothing has to be unlocked by hand."""
    _killed(four, "patchBot", 1, "after")
    again = four.run("apply", "--auto-approve", "--lock-timeout", "0")
    assert again.code == 0, again
    assert writes(tenant).count("createBot") == len(KEYS)
