"""No test reaches another machine."""

from __future__ import annotations

import socket

import pytest

from tests.support.project import Project


@pytest.mark.parametrize("host", ["192.0.2.1", "www.worksapis.com", "2001:db8::1"])
def test_the_barrier_holds(host: str) -> None:
    """An address of another machine is neither looked up nor connected to."""
    with pytest.raises(AssertionError, match="loopback only"):
        socket.create_connection((host, 443), timeout=1)


def test_the_settings_of_the_caller_are_gone(project: Project) -> None:
    """What the caller has in the environment reaches no test."""
    assert set(project.env) == {
        "LWDEPLOY_CLIENT_ID",
        "LWDEPLOY_CLIENT_SECRET",
        "LWDEPLOY_SERVICE_ACCOUNT",
        "LWDEPLOY_PRIVATE_KEY",
    }
    assert project.run("plan", env={"LWDEPLOY_TENANT": "nowhere"}).code == 1
    assert project.run("plan").code == 0
