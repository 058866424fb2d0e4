"""A PostgreSQL server that lives as long as the tests of this folder, and an empty schema for each of them."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING

import pytest

from lwdeploy.state.postgres import PostgresBlobs
from tests.unit.state.contract import MakeBlobs
from tests.unit.state.postgres.server import Server

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime


@pytest.fixture
def server(postgres_server: Server) -> Server:
    return postgres_server


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the caller's environment says of PostgreSQL."""
    for name in [each for each in os.environ if each.startswith("PG")]:
        monkeypatch.delenv(name)


@pytest.fixture
def schema() -> str:
    return f"s{uuid.uuid4().hex}"


@pytest.fixture
def place(server: Server, schema: str) -> dict[str, str]:
    return {"dsn": server.dsn(), "space": "production", "schema": schema}


@pytest.fixture
def make_blobs(place: dict[str, str], time: FakeTime) -> MakeBlobs:
    def make() -> PostgresBlobs:
        return opened(place["dsn"], time, schema=place["schema"])

    return make


def opened(dsn: str, time: FakeTime, *, space: str = "production", schema: str = "lwdeploy") -> PostgresBlobs:
    return PostgresBlobs(
        dsn,
        space=space,
        schema=schema,
        clock=time.clock,
        sleep=time.sleep,
        nonce=lambda: uuid.uuid4().hex,
    )
