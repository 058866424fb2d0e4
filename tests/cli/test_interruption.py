"""Ctrl-C: the first one lets what is in flight be finished and recorded, the second stops at once."""

from __future__ import annotations

import signal
import subprocess
import time

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import names
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project, settle

EXTRA = 28


def _reach(tenant: LocalTenant, process: subprocess.Popen[str], operation: str) -> None:
    """Wait until the process waits for an answer to its first `operation`."""
    deadline = time.monotonic() + 60
    while not tenant.log(operation):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def number(request: pytest.FixtureRequest) -> signal.Signals:
    number: signal.Signals = request.param
    return number


def test_one_signal_finishes_what_is_in_flight(four: Project, tenant: LocalTenant, number: signal.Signals) -> None:
    """After one signal nothing new is begun, what was begun is named and recorded, and the exit is 130."""
    for number_ in range(1, EXTRA + 1):
        four.bot(
            f"extra-{number_}", botName=f"Extra {number_}", description="x", pic={"primary": ["admin@example.com"]}
        )
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=0.3))
    process = four.start("apply", "--auto-approve", "--format", "json")
    _reach(tenant, process, "createBot")
    process.send_signal(number)
    ran = settle(process)
    tenant.clear_faults()
    assert ran.code == 130, ran
    assert "Stopping" in ran.err
    report = ran.json
    assert report["interrupted"]
    assert report["summary"]["failed"] == report["summary"]["unknown"] == 0
    made = names(tenant)
    assert 0 < len(made) < EXTRA + len(KEYS)
    assert not any(name.startswith("lwdeploy ") for name in made)
    done = {each["address"] for each in report["outcomes"] if each["status"] == "done"}
    left = {each["address"] for each in report["outcomes"] if each["status"] == "not_started"}
    assert done | left == {each["address"] for each in report["outcomes"]}
    assert set(four.ids()) == done
    assert four.run("apply", "--auto-approve").code == 0
    assert sorted(names(tenant)) == sorted(
        [*(key.title() for key in KEYS), *(f"Extra {number_}" for number_ in range(1, EXTRA + 1))]
    )
    four.expect_settled(tenant)


def test_two_signals_stop_at_once(four: Project, tenant: LocalTenant, number: signal.Signals) -> None:
    """After two signals the process is gone before any answer comes, and the next run puts all right."""
    tenant.add_fault(Fault(kind="delay", operation="patchBot", seconds=5, commit=True))
    process = four.start("apply", "--auto-approve")
    _reach(tenant, process, "createBot")
    deadline = time.monotonic() + 60
    while all(name.startswith("lwdeploy ") for name in names(tenant)):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(number)
    assert process.stderr is not None
    while "Stopping" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(number)
    assert settle(process).code == 130
    assert tenant.log("patchBot") == ()  # not one answer had been given
    tenant.clear_faults()
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


def test_a_signal_while_the_tenant_is_read(four: Project, tenant: LocalTenant) -> None:
    """A signal before the first write leaves the tenant untouched."""
    tenant.add_fault(Fault(kind="delay", operation="listBots", seconds=3, nth=1))
    process = four.start("apply", "--auto-approve")
    _reach(tenant, process, "issueToken")
    process.send_signal(signal.SIGINT)
    assert settle(process).code == 130
    assert names(tenant) == []
