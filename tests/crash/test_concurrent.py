"""Two applies at a time: one works, the other says who is in the way. For those that wait see the sweep."""

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
