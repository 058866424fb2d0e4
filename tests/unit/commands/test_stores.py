"""The clock by which a lease is judged goes on while the machine sleeps."""

from __future__ import annotations

import time

import pytest

from lwdeploy.commands.stores import lease_clock


def test_the_clock_of_a_lease_counts_the_time_that_the_machine_was_asleep() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= lease_clock() <= time.clock_gettime(time.CLOCK_BOOTTIME)


def test_where_there_is_no_such_clock_the_monotonic_one_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME")
    before = time.monotonic()
    assert before <= lease_clock() <= time.monotonic()
