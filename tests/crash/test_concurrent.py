"""Two applies at a time: one works, the other waits or says who is in the way."""

from __future__ import annotations

import time

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project, settle


def _wait_for(tenant: LocalTenant, operation: str, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(tenant.log(operation)) < count:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_second_apply_is_told_who_holds_the_lease(four: Project, tenant: LocalTenant) -> None:
    """With --lock-timeout 0 the second apply ends with 6, names the first, and writes nothing."""
    four.apply()
    four.bot("parking", botName="Parking", description="Parking answers", pic={"primary": ["admin@example.com"]})
    tenant.clear_log()
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=4, nth=1))
    first = four.start("apply", "--auto-approve")
    _wait_for(tenant, "listBots", 2)
    second = four.run("apply", "--auto-approve", "--lock-timeout", "0")
    assert second.code == 6, second
    assert f"process {first.pid}" in second.err
    assert "--lock-timeout" in second.err
    assert settle(first).code == 0
    assert writes(tenant) == ["createBot", "patchBot"]
    expect_whole(four, tenant, *KEYS, "parking")


def test_the_second_apply_waits_and_finds_its_plan_stale(four: Project, tenant: LocalTenant) -> None:
    """Who waited for the lease does not run a plan from before: each bot is made once."""
    tenant.add_fault(Fault(kind="delay", operation="patchBot", seconds=2, nth=1))
    first = four.start("apply", "--auto-approve")
    _wait_for(tenant, "createBot", len(KEYS))
    second = four.start("apply", "--auto-approve")
    assert settle(first).code == 0
    waited = settle(second)
    assert waited.code in {0, 5}, waited
    assert writes(tenant).count("createBot") == len(KEYS)
    assert writes(tenant).count("registerBotDomain") == len(KEYS)
    expect_whole(four, tenant, *KEYS)


def test_two_applies_at_the_same_moment(four: Project, tenant: LocalTenant) -> None:
    """Whichever comes first, each bot is made, named and registered once."""
    both = [four.start("apply", "--auto-approve") for _ in range(2)]
    ended = sorted(settle(each).code for each in both)
    assert ended in ([0, 0], [0, 5]), ended
    assert writes(tenant).count("createBot") == len(KEYS)
    assert sum("botName" in each.body for each in tenant.log("patchBot")) == len(KEYS)
    assert writes(tenant).count("registerBotDomain") == len(KEYS)
    expect_whole(four, tenant, *KEYS)
