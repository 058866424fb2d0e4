"""The object backend: what stands in the bucket, the proof before the first write, long lists."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Blob
from lwdeploy.state.object import ObjectBlobs
from lwdeploy.state.object_place import ObjectPlace
from tests.unit.state.contract import MakeBlobs
from tests.unit.state.object.conftest import opened
from tests.unit.state.object.proxy import Answer, Forward, Proxy, error_page, proxying
from tests.unit.state.object.service import Service

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime


@pytest.fixture
def proxy(service: Service) -> Iterator[Proxy]:
    with proxying(service.port) as started:
        yield started


@pytest.fixture
def blobs(proxy: Proxy, bucket: str, time: FakeTime) -> ObjectBlobs:
    return opened(ObjectPlace(bucket=bucket, endpoint=proxy.endpoint), time)


def test_what_stands_in_the_bucket_is_the_content_and_blanks(
    make_blobs: MakeBlobs, service: Service, bucket: str
) -> None:
    make_blobs().put("state.json", b'{"serial": 1}', expected=None)
    stored = service.stored(f"{bucket}/team/prod/state.json")
    assert stored is not None
    assert json.loads(stored) == {"serial": 1}
    assert stored.rstrip() == b'{"serial": 1}'
    assert len(stored) == 13 + 129


def test_content_that_somebody_put_there_by_hand_is_taken_as_it_is(
    make_blobs: MakeBlobs, service: Service, bucket: str
) -> None:
    service.place(f"{bucket}/team/prod/state.json", b"by hand\n")
    found = make_blobs().get("state.json")
    assert found is not None
    assert found.content == b"by hand\n"
    make_blobs().put("state.json", b"2", expected=found.version)


def test_a_deleted_blob_leaves_an_object_that_says_so(
    make_blobs: MakeBlobs, service: Service, bucket: str
) -> None:
    blobs = make_blobs()
    blobs.delete("lease.json", expected=blobs.put("lease.json", b"{}", expected=None))
    stored = service.stored(f"{bucket}/team/prod/lease.json")
    assert stored is not None
    assert stored.startswith(b"# Deleted by lwdeploy.")


def test_an_object_that_somebody_took_away_by_hand_is_not_there(
    make_blobs: MakeBlobs, service: Service, bucket: str
) -> None:
    blobs = make_blobs()
    version = blobs.put("x", b"1", expected=None)
    service.remove(f"{bucket}/team/prod/x")
    assert make_blobs().get("x") is None
    make_blobs().delete("x", expected=version)
    assert service.stored(f"{bucket}/team/prod/x") is None


def test_an_object_that_vanishes_during_a_delete_is_deleted(
    blobs: ObjectBlobs, proxy: Proxy, service: Service, bucket: str
) -> None:
    version = blobs.put("x", b"1", expected=None)
    proxy.reset()

    def vanish(forward: Forward) -> Answer:
        service.remove(f"{bucket}/x")
        return forward()

    proxy.faults["PUT", 1] = vanish
    blobs.delete("x", expected=version)
    assert blobs.get("x") is None


def test_names_are_only_those_of_blobs_however_a_deleted_one_looks_in_the_list(
    make_blobs: MakeBlobs, service: Service, bucket: str
) -> None:
    blobs = make_blobs()
    blobs.delete("gone", expected=blobs.put("gone", b"1", expected=None))
    blobs.put("as-long", b"x" * (len(b"# Deleted by lwdeploy. Leave this object here.\n")), expected=None)
    service.place(f"{bucket}/team/prod/Not-Ours", b"x")
    service.place(f"{bucket}/team/production", b"x")
    assert service.stored(f"{bucket}/team/prod/PROBE") is not None
    assert blobs.names("") == ("as-long",)


def test_more_names_than_one_page_holds_are_all_given(
    make_blobs: MakeBlobs, service: Service, bucket: str
) -> None:
    service.place_many(bucket, (f"team/prod/trash/{number:04}" for number in range(1100)))
    assert make_blobs().names("trash/") == tuple(f"trash/{number:04}" for number in range(1100))


def test_a_list_that_breaks_after_its_first_page_is_never_given_in_part(
    blobs: ObjectBlobs, proxy: Proxy, service: Service, bucket: str
) -> None:
    service.place_many(bucket, (f"{number:04}" for number in range(1001)))
    proxy.faults["GET", 2] = lambda _: None
    assert len(blobs.names("")) == 1001
    assert proxy.count("GET") == 4


def test_nothing_is_asked_before_it_is_needed(bucket: str, time: FakeTime) -> None:
    blobs = opened(ObjectPlace(bucket=bucket, endpoint="http://127.0.0.1:1"), time)
    assert blobs.describe() == f"object s3://{bucket} at http://127.0.0.1:1"


def test_conditions_are_proven_once_before_the_first_write_and_never_by_a_reader(
    blobs: ObjectBlobs, proxy: Proxy, bucket: str, time: FakeTime
) -> None:
    blobs.get("x")
    blobs.names("")
    assert proxy.count("PUT") == 0
    blobs.put("x", b"1", expected=None)
    assert [path for method, path in proxy.seen if method == "PUT"] == [f"/{bucket}/PROBE"] * 3 + [f"/{bucket}/x"]
    proxy.reset()
    blobs.put("y", b"1", expected=None)
    assert proxy.count("PUT") == 1
    proxy.reset()
    opened(ObjectPlace(bucket=bucket, endpoint=proxy.endpoint), time).put("z", b"1", expected=None)
    assert [path for method, path in proxy.seen if method == "PUT"] == [f"/{bucket}/PROBE"] * 2 + [f"/{bucket}/z"]


@pytest.mark.parametrize("header", ["If-None-Match", "If-Match"])
def test_a_service_that_ignores_a_condition_is_found_out_before_anything_is_stored(
    blobs: ObjectBlobs, proxy: Proxy, service: Service, bucket: str, header: str
) -> None:
    def ignoring(forward: Forward) -> Answer:
        if header.lower() in proxy.headers[-1]:
            return Answer(status=200, headers=(("ETag", '"whatever"'),))
        return forward()

    proxy.faults["PUT", 0] = ignoring
    for attempt in (
        lambda: blobs.put("x", b"1", expected=None),
        lambda: blobs.put("x", b"1", expected='"e"'),
        lambda: blobs.delete("x", expected='"e"'),
    ):
        with pytest.raises(
            StateError, match=f"the service ignores {header} on a PUT; nothing was stored"
        ) as raised:
            attempt()
        assert "overwrite each other" in raised.value.advice
    assert all(path == f"/{bucket}/PROBE" for method, path in proxy.seen if method == "PUT")
    assert service.stored(f"{bucket}/x") is None


def test_a_service_that_does_not_know_conditions_is_told_as_such(blobs: ObjectBlobs, proxy: Proxy) -> None:
    proxy.faults["PUT", 0] = lambda _: error_page(501, "NotImplemented", "A header you provided ...")
    with pytest.raises(StateError, match="does not know conditional puts") as raised:
        blobs.put("x", b"1", expected=None)
    assert "Keep the state in a service that honours" in raised.value.advice


def test_the_proof_outlives_a_lost_answer(blobs: ObjectBlobs, proxy: Proxy) -> None:
    def lost(forward: Forward) -> None:
        forward()

    proxy.faults["PUT", 1] = proxy.faults["PUT", 3] = lost
    version = blobs.put("x", b"1", expected=None)
    assert blobs.get("x") == Blob(content=b"1", version=version)


def test_each_put_says_what_it_expects_and_asks_for_no_multipart(blobs: ObjectBlobs, proxy: Proxy) -> None:
    version = blobs.put("x", b"1", expected=None)
    blobs.put("x", bytes(6_000_000), expected=version)
    assert proxy.headers[-1]["if-match"] == version
    assert all(
        each.get("if-none-match") == "*" or "if-match" in each
        for each, (method, _) in zip(proxy.headers, proxy.seen, strict=True)
        if method == "PUT"
    )
    assert {method for method, _ in proxy.seen} == {"GET", "PUT"}


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch, time: FakeTime) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "lwdeploy.state.object_bucket")
    with pytest.raises(StateError, match="needs obstore") as raised:
        opened(ObjectPlace(bucket="bots"), time)
    assert "pip install 'lwdeploy[object]'" in raised.value.advice
