"""The object backend among lost answers, stray copies, conflicts, delays and services in trouble."""

from __future__ import annotations

import time as real_time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state import object_bucket
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.object import ObjectBlobs
from lwdeploy.state.object_place import ObjectPlace
from lwdeploy.state.swap import PATIENCE
from tests.unit.state.object.conftest import SECRET, opened
from tests.unit.state.object.proxy import Answer, Fault, Forward, Proxy, error_page, proxying
from tests.unit.state.object.service import Service

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime


def cut_before(_forward: Forward) -> None:
    """Lose the request."""


def cut_after(forward: Forward) -> None:
    """Lose the answer."""
    forward()


def answered(status: int, code: str, *, done: bool = False) -> Fault:
    """Answer with an error, after the request was carried out or instead of it."""

    def fault(forward: Forward) -> Answer:
        if done:
            forward()
        return error_page(status, code)

    return fault


def twice(forward: Forward) -> Answer:
    """Deliver the request twice and hand on the second answer."""
    forward()
    return forward()


def late(forward: Forward) -> Answer:
    """Carry the request out at once and answer too late."""
    answer = forward()
    real_time.sleep(0.8)
    return answer


def halved(forward: Forward) -> Answer:
    """End the answer in the middle of its body."""
    answer = forward()
    return Answer(status=answer.status, headers=answer.headers, body=answer.body, cut=len(answer.body) // 2)


LOST = {
    "cut before": cut_before,
    "cut after": cut_after,
    "500 before": answered(500, "InternalError"),
    "500 after": answered(500, "InternalError", done=True),
    "503 before": answered(503, "SlowDown"),
    "503 after": answered(503, "ServiceUnavailable", done=True),
    "429": answered(429, "TooManyRequests"),
    "request timeout": answered(400, "RequestTimeout"),
    "409 conflict": answered(409, "ConditionalRequestConflict"),
    "409 aborted": answered(409, "OperationAborted"),
    "a proxy's page": lambda _: Answer(status=502, body=b"<html>Bad Gateway</html>"),
    "delivered twice": twice,
    "late": late,
}


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    with proxying(service.port) as started:
        yield started


@pytest.fixture
def blobs(proxy: Proxy, bucket: str, time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> ObjectBlobs:
    """Give a handle that has proven the service already and waits half a second for answers."""
    monkeypatch.setattr(object_bucket, "_ANSWER", timedelta(seconds=0.5))
    made = opened(ObjectPlace(bucket=bucket, endpoint=proxy.endpoint), time)
    made.put("warm", b"up", expected=None)
    proxy.reset()
    return made


@pytest.fixture
def other(service: Service, bucket: str, time: FakeTime) -> ObjectBlobs:
    """Give a handle to the same place that nothing happens to."""
    return opened(ObjectPlace(bucket=bucket, endpoint=service.endpoint), time)


@pytest.mark.parametrize("name", LOST)
def test_a_first_put_whose_answer_is_lost_is_settled_and_stored_once(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy, name: str
) -> None:
    proxy.faults["PUT", 1] = LOST[name]
    version = blobs.put("x", b"1", expected=None)
    assert proxy.count("PUT") in {1, 2}
    assert other.get("x") == Blob(content=b"1", version=version)
    assert blobs.put("x", b"2", expected=version) != version


@pytest.mark.parametrize("name", LOST)
def test_a_swap_whose_answer_is_lost_is_settled_and_stored_once(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy, name: str
) -> None:
    former = other.put("x", b"1", expected=None)
    proxy.faults["PUT", 1] = LOST[name]
    version = blobs.put("x", b"2", expected=former)
    assert other.get("x") == Blob(content=b"2", version=version)
    with pytest.raises(Moved):
        other.put("x", b"3", expected=former)


@pytest.mark.parametrize("name", LOST)
def test_a_delete_whose_answer_is_lost_is_settled(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy, name: str
) -> None:
    former = other.put("x", b"1", expected=None)
    proxy.faults["PUT", 1] = LOST[name]
    blobs.delete("x", expected=former)
    assert other.get("x") is None


@pytest.mark.parametrize("lost", ["cut before", "500 before", "409 conflict"])
def test_a_put_that_did_not_arrive_is_beaten_by_whoever_wrote_meanwhile(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy, lost: str
) -> None:
    former = other.put("x", b"1", expected=None)

    def overtaken(forward: Forward) -> Answer | None:
        other.put("x", b"theirs", expected=former)
        return LOST[lost](forward)

    proxy.faults["PUT", 1] = overtaken
    with pytest.raises(StateError, match="somebody else wrote x in object s3://") as raised:
        blobs.put("x", b"ours", expected=former)
    # Of a conflict it is known that nothing was stored; after a lost answer nobody can know.
    assert isinstance(raised.value, Moved) == (lost == "409 conflict")
    assert ("it may have been stored" in raised.value.message) == (lost != "409 conflict")
    found = other.get("x")
    assert found is not None
    assert found.content == b"theirs"


def test_a_put_that_was_stored_and_written_over_does_not_claim_that_nothing_was_stored(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy
) -> None:
    def built_upon(forward: Forward) -> None:
        forward()
        found = other.get("x")
        assert found is not None
        other.put("x", found.content + b" and theirs", expected=found.version)

    proxy.faults["PUT", 1] = built_upon
    with pytest.raises(StateError, match="it may have been stored") as raised:
        blobs.put("x", b"ours", expected=None)
    assert not isinstance(raised.value, Moved)
    found = other.get("x")
    assert found is not None
    assert found.content == b"ours and theirs"


def test_a_stray_copy_of_an_old_put_does_nothing_when_it_arrives_late(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy
) -> None:
    strays: list[Forward] = []

    def held_back(forward: Forward) -> None:
        strays.append(forward)

    for expected in (None, "former"):
        proxy.reset()
        proxy.faults["PUT", 1] = held_back
        former = None if expected is None else other.put("y", b"1", expected=None)
        name = "x" if expected is None else "y"
        version = blobs.put(name, b"2", expected=former)
        other.delete(name, expected=version)
        assert strays.pop()().status == 412
        assert other.get(name) is None


def test_a_read_is_repeated_until_it_is_answered(blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy) -> None:
    version = other.put("x", b"content", expected=None)
    for number, fault in enumerate((cut_before, halved, late, answered(500, "InternalError")), start=1):
        proxy.faults["GET", number] = fault
    assert blobs.get("x") == Blob(content=b"content", version=version)
    assert proxy.count("GET") == 5


def test_a_list_is_repeated_until_it_is_answered(blobs: ObjectBlobs, proxy: Proxy) -> None:
    for number, fault in enumerate((cut_before, halved, answered(503, "SlowDown")), start=1):
        proxy.faults["GET", number] = fault
    assert blobs.names("") == ("warm",)


def test_a_write_that_is_never_answered_says_that_it_may_have_been_stored(
    blobs: ObjectBlobs, proxy: Proxy, time: FakeTime
) -> None:
    proxy.faults["PUT", 0] = cut_before
    begun = time.now
    with pytest.raises(StateError, match=r"gave no answer.* write to x in object .* may have been") as raised:
        blobs.put("x", b"1", expected=None)
    assert not isinstance(raised.value, Moved)
    assert raised.value.advice
    assert time.now - begun <= PATIENCE
    assert SECRET not in str(raised.value)


def test_a_write_after_which_nothing_can_be_looked_up_says_so_too(blobs: ObjectBlobs, proxy: Proxy) -> None:
    proxy.faults["PUT", 1] = cut_after
    proxy.faults["GET", 0] = lambda forward: cut_before(forward) if proxy.count("GET") > 1 else forward()
    with pytest.raises(StateError, match="may have been stored"):
        blobs.put("x", b"1", expected=None)


def test_a_service_that_always_reports_conflicts_stores_nothing_and_is_said_to_be_busy(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy
) -> None:
    proxy.faults["PUT", 0] = answered(409, "ConditionalRequestConflict")
    with pytest.raises(StateError, match=r"so busy.*nothing was stored"):
        blobs.put("x", b"1", expected=None)
    assert other.get("x") is None


def test_a_service_that_does_not_answer_is_given_up_in_bounded_time(blobs: ObjectBlobs, proxy: Proxy) -> None:
    proxy.faults["GET", 0] = late
    begun = real_time.monotonic()
    with pytest.raises(StateError, match=r"gave no answer: it took too long"):
        blobs.get("x")
    assert real_time.monotonic() - begun < 20


def test_a_large_upload_gets_more_time_than_a_small_one(
    blobs: ObjectBlobs, other: ObjectBlobs, proxy: Proxy
) -> None:
    proxy.faults["PUT", 1] = late
    blobs.put("large", bytes(400_000), expected=None)
    assert proxy.count("PUT") == 1
    proxy.reset()
    proxy.faults["PUT", 1] = late
    blobs.put("small", b"1", expected=None)
    assert proxy.count("GET") == 2
    assert other.names("") == ("large", "small", "warm")
