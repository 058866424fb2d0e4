"""The fixture `local_tenant` for other people's test suites."""

from collections.abc import Iterator

import pytest

from lwdeploy.simulator import LocalTenant, start

__all__ = ["local_tenant"]


@pytest.fixture
def local_tenant() -> Iterator[LocalTenant]:
    """A LINE WORKS tenant of your own for one test, kept in memory and empty but for a few users."""
    with start(data=None) as tenant:
        yield tenant
