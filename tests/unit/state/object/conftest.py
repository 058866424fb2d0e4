"""An S3 service that lives as long as the tests of this folder, and an empty bucket for each of them."""

from __future__ import annotations

import os
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lwdeploy.state.object import ObjectBlobs
from lwdeploy.state.object_place import ObjectPlace
from tests.unit.state.contract import MakeBlobs
from tests.unit.state.object.service import Service

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime

SECRET = "canary-of-the-key"


@pytest.fixture
def service(object_service: Service) -> Service:
    return object_service


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give this process keys, and nothing else that AWS tools would find on this machine."""
    for name in [each for each in os.environ if each.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@pytest.fixture
def bucket(service: Service) -> str:
    name = f"bots-{uuid.uuid4().hex}"
    service.make_bucket(name)
    return name


@pytest.fixture
def place(service: Service, bucket: str) -> dict[str, str]:
    return {"bucket": bucket, "prefix": "team/prod", "endpoint": service.endpoint}


@pytest.fixture
def make_blobs(place: dict[str, str], time: FakeTime) -> MakeBlobs:
    def make() -> ObjectBlobs:
        return opened(ObjectPlace(**place), time)  # type: ignore[arg-type] # only its texts are given

    return make


def opened(place: ObjectPlace, time: FakeTime) -> ObjectBlobs:
    return ObjectBlobs(
        place, environ=os.environ, clock=time.clock, sleep=time.sleep, nonce=lambda: uuid.uuid4().hex
    )
