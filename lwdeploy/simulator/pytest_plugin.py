"""The fixture `local_tenant` for other people's test suites.

pytest loads this module wherever lwdeploy is installed, so it imports nothing but pytest until a test asks
for a tenant.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lwdeploy.simulator import LocalTenant

__all__ = ["local_tenant", "local_tenant_settings", "pytest_configure"]

_MARKER = "local_tenant(**settings): what the fixture local_tenant starts with, beside local_tenant_settings"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def local_tenant_settings() -> Mapping[str, Any]:
    """Return fields of `lwdeploy.simulator.Settings`; override it to set them for a module or a suite."""
    return {}


@pytest.fixture
def local_tenant(
    request: pytest.FixtureRequest, local_tenant_settings: Mapping[str, Any]
) -> "Iterator[LocalTenant]":
    """A LINE WORKS tenant of your own for one test, kept in memory and empty but for a few users."""
    try:
        from lwdeploy.simulator import Settings, start  # noqa: PLC0415  slow to load, and an extra
    except ImportError as error:
        pytest.fail(f"local_tenant needs {error.name}: pip install 'lwdeploy[local]'", pytrace=False)
    marked = [mark.kwargs for mark in request.node.iter_markers("local_tenant")]
    settings = dict(local_tenant_settings)
    for each in reversed(marked):  # the closest mark has the last word
        settings |= each
    with start(data=None, settings=Settings(**settings)) as tenant:
        yield tenant
