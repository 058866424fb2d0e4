"""One tenant for all tests of the kinds; each test begins with it empty."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwdeploy.simulator import SWITCHES, LocalTenant, Settings, start
from tests.kinds.deployment import Deployment


@pytest.fixture(scope="module")
def shared_tenant(private_key: str) -> Iterator[LocalTenant]:
    with start(data=None, settings=Settings(private_key=private_key)) as tenant:
        yield tenant


@pytest.fixture(scope="module")
def shared_deployment(shared_tenant: LocalTenant) -> Iterator[Deployment]:
    with Deployment(shared_tenant) as made:
        yield made


@pytest.fixture
def deployment(shared_deployment: Deployment) -> Iterator[Deployment]:
    """A project on an empty tenant; the readings that a test chose end with it."""
    shared_deployment.begin()
    yield shared_deployment
    for switch in SWITCHES:
        shared_deployment.tenant.choose(switch.name, switch.default)
