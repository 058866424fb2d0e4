"""Pacing waits for the quota and for nothing else."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from lwdeploy.api.pacing import Pacing
from lwdeploy.core.tenant import Limits

if TYPE_CHECKING:
    from tests.unit.api.conftest import FakeTime


def said(limit: int, remaining: int, reset: float | str) -> dict[str, str]:
    return {
        "ratelimit-limit": str(limit),
        "ratelimit-remaining": str(remaining),
        "ratelimit-reset": str(reset),
    }


def paced(time: FakeTime, **limits: float | None) -> Pacing:
    return Pacing(limits=Limits(**limits), timing=time.timing)  # type: ignore[arg-type]


def test_without_numbers_there_is_no_pacing(time: FakeTime) -> None:
    """No headers and no setting: nothing waits, rooms neither."""
    pacing = paced(time)
    for _ in range(1000):
        pacing.acquire("createChannel")
        pacing.observe("createChannel", {})
    assert time.slept == []


def test_a_burst_up_to_the_share_is_not_slowed(time: FakeTime) -> None:
    """60 a minute at 0.8: 48 at once, the 49th a minute after the first."""
    pacing = paced(time, calls_per_minute=60, share=0.8)
    for _ in range(48):
        pacing.acquire("getBot")
    assert time.slept == []
    pacing.acquire("getBot")
    assert time.slept == [60.0]


def test_no_minute_holds_more_than_the_share(time: FakeTime) -> None:
    """A sliding minute: two bursts on both sides of a boundary are one burst too many."""
    pacing = paced(time, calls_per_minute=10, share=1.0)
    moments = []
    for index in range(40):
        pacing.acquire("getBot")
        moments.append(time.now)
        time.now += index % 3
    for first, later in zip(moments, moments[10:], strict=False):
        assert later - first >= 60


def test_operations_do_not_share_a_bucket(time: FakeTime) -> None:
    """The limit is per operation (reference 2.6)."""
    pacing = paced(time, calls_per_minute=1, share=1.0)
    pacing.acquire("getBot")
    pacing.acquire("listBots")
    assert time.slept == []


def test_rooms_have_a_limit_of_their_own(time: FakeTime) -> None:
    """Ten rooms a minute on every plan (reference 2.6)."""
    pacing = paced(time, calls_per_minute=240, share=1.0)
    for _ in range(10):
        pacing.acquire("createChannel")
    assert time.slept == []
    pacing.acquire("createChannel")
    assert time.slept == [60.0]


def test_half_of_it_after_half_an_hour(time: FakeTime) -> None:
    """The number is a peak (reference 2.6)."""
    pacing = paced(time, calls_per_minute=10, share=1.0)
    time.now += 30 * 60
    for _ in range(6):
        pacing.acquire("getBot")
    assert time.slept == [60.0]


def test_the_server_share_is_left_to_others(time: FakeTime) -> None:
    """At limit * (1 - share) remaining, wait for the reset; then go on."""
    pacing = paced(time, share=0.8)
    pacing.acquire("getBot")
    pacing.observe("getBot", said(10, 3, 20))
    pacing.acquire("getBot")
    assert time.slept == []
    pacing.acquire("getBot")
    assert time.slept == [20.5]
    pacing.observe("getBot", said(10, 9, 60))
    for _ in range(7):
        pacing.acquire("getBot")
    assert len(time.slept) == 1
    pacing.acquire("getBot")
    assert len(time.slept) == 2


def test_half_of_the_server_share_after_half_an_hour(time: FakeTime) -> None:
    """The peak of the server's number is halved too."""
    pacing = paced(time, share=1.0)
    time.now += 30 * 60
    pacing.acquire("getBot")
    pacing.observe("getBot", said(10, 6, 30))
    pacing.acquire("getBot")
    assert time.slept == []
    pacing.acquire("getBot")
    assert time.slept == [30.5]


def test_answers_that_overtake_each_other_do_not_add_calls(time: FakeTime) -> None:
    """Of one window only the lowest number counts; a word about an old window is ignored."""
    pacing = paced(time, share=1.0)
    pacing.observe("getBot", said(10, 1, 30))
    pacing.observe("getBot", said(10, 9, 30))
    pacing.acquire("getBot")
    pacing.acquire("getBot")
    assert time.slept == [30.5]
    pacing.observe("getBot", said(10, 9, 60))
    pacing.observe("getBot", said(10, 0, 1))
    pacing.acquire("getBot")
    assert time.slept == [30.5]


def test_a_server_that_stops_talking_is_not_paced_for_ever(time: FakeTime) -> None:
    """After the last announced window nothing is known, so nothing waits."""
    pacing = paced(time, share=0.5)
    pacing.observe("getBot", said(4, 0, 10))
    for _ in range(20):
        pacing.acquire("getBot")
    assert time.slept == [10.5]


@pytest.mark.parametrize(("limit", "share"), [(1, 0.1), (3, 0.001), (1, 1.0)])
def test_a_tiny_allowance_is_still_one_call(time: FakeTime, limit: int, share: float) -> None:
    """Rounding down to nothing would wait for ever."""
    pacing = paced(time, calls_per_minute=limit, share=share)
    pacing.acquire("getBot")
    pacing.observe("getBot", said(limit, limit, 60))
    pacing.acquire("getBot")
    assert sum(time.slept) == 60.0


def test_share_is_not_lost_to_binary_fractions(time: FakeTime) -> None:
    """0.29 of 100 is 29 calls, not 28."""
    pacing = paced(time, calls_per_minute=100, share=0.29)
    for _ in range(29):
        pacing.acquire("getBot")
    assert time.slept == []


def test_a_hold_closes_the_operation_for_everybody(time: FakeTime) -> None:
    """After a 429 the other threads wait too; a shorter hold does not shorten a longer one."""
    pacing = paced(time)
    pacing.hold("getBot", 30)
    pacing.hold("getBot", 5)
    pacing.acquire("listBots")
    assert time.slept == []
    pacing.acquire("getBot")
    assert time.slept == [30.0]


def test_sixteen_threads_stay_within_the_allowance(time: FakeTime) -> None:
    """The count is exact under threads, and a waiter sleeps as often as windows pass, not in a loop."""
    pacing = paced(time, calls_per_minute=50, share=1.0)
    moments: list[float] = []

    def work() -> None:
        for _ in range(10):
            pacing.acquire("getBot")
            moments.append(time.now)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(moments) == 160
    assert moments.count(1000.0) <= 50
    assert len(time.slept) <= 3 * 16 * 2
