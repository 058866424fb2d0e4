"""What all tests share: no network but loopback, no settings from outside, and a project with a tenant."""

from __future__ import annotations

import ipaddress
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lwdeploy.simulator import LocalTenant, Settings, start
from tests.support.four import write_four
from tests.support.haste import Haste
from tests.support.keys import new_private_key
from tests.support.project import MakeTenant, Project
from tests.support.recorder import Recorder
from tests.support.swift import spare_keys_and_certificates

if TYPE_CHECKING:
    from tests.unit.state.git.world import World
    from tests.unit.state.object.service import Service
    from tests.unit.state.postgres.server import Server

_OUTSIDE = re.compile(r"LWDEPLOY_.*|GITHUB_.*|CI|CI_.*|NO_COLOR|FORCE_COLOR|COLUMNS|.*_PROXY|.*_proxy")

_barrier = pytest.MonkeyPatch()


class LeftTheMachineError(AssertionError):
    """A test tried to reach another machine."""


def _require_loopback(address: object) -> None:
    """Let through unix sockets and loopback addresses; names count as other machines unless they are ours."""
    host = address[0] if isinstance(address, tuple) else None
    if host in {None, "localhost", ""}:
        return
    try:
        inside = ipaddress.ip_address(str(host)).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise LeftTheMachineError(f"tests reach loopback only, not {host}")


def pytest_configure() -> None:
    """Close the network and forget the caller's settings, for fixtures of every scope alike."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A job in the background ignores Ctrl-C, and so would every program that a test starts and interrupts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def _connect(self: socket.socket, address: Any) -> None:
        _require_loopback(address)
        connect(self, address)

    def _look_up(host: Any, *rest: Any, **named: Any) -> Any:
        _require_loopback((host.decode() if isinstance(host, bytes) else host,))
        return look_up(host, *rest, **named)

    _barrier.setattr(socket.socket, "connect", _connect)
    _barrier.setattr(socket, "getaddrinfo", _look_up)
    for name in [each for each in os.environ if _OUTSIDE.fullmatch(each)]:
        _barrier.delenv(name)


def pytest_unconfigure() -> None:
    """Give back what was taken."""
    _barrier.undo()


_KEYS_AND_CERTIFICATES = Path("tests", "unit", "api").parts
"""The folder of the tests that are about keys and certificates themselves."""


@pytest.fixture(autouse=True)
def swift(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs inside this process begin at once: the check of one and the same key was half of most of them."""
    folder = request.path.relative_to(request.config.rootpath).parts[: len(_KEYS_AND_CERTIFICATES)]
    if folder != _KEYS_AND_CERTIFICATES:
        spare_keys_and_certificates(monkeypatch)


@pytest.fixture(scope="session")
def object_service() -> Iterator[Service]:
    """An S3 service, one for all tests of a process; each test has a bucket of its own."""
    from tests.unit.state.object.service import serving  # noqa: PLC0415  slow to load, and few tests need it

    with serving() as started:
        yield started


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """A PostgreSQL server, one for all tests of a process; each test has a schema of its own."""
    from tests.unit.state.postgres.server import running  # noqa: PLC0415

    with running() as started:
        yield started


@pytest.fixture(scope="session")
def git_template(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A git remote and a checkout of it, to be copied."""
    from tests.unit.state.git.world import World  # noqa: PLC0415

    return World(tmp_path_factory.mktemp("world")).build()


@pytest.fixture(scope="session")
def private_key() -> str:
    return new_private_key()


@pytest.fixture
def make_tenant(private_key: str) -> Iterator[MakeTenant]:
    """Start tenants with the settings that a test asks for; all of them end with the test."""
    with ExitStack() as ending:

        def make(*, data: Path | None = None, **settings: Any) -> LocalTenant:
            return ending.enter_context(
                start(data=data, settings=Settings(**{"private_key": private_key} | settings))
            )

        yield make


@pytest.fixture
def tenant(make_tenant: MakeTenant) -> LocalTenant:
    """An empty tenant that answers over HTTP, as a remote one would."""
    return make_tenant()


@pytest.fixture
def project(tmp_path: Path, tenant: LocalTenant) -> Project:
    """An empty project whose only tenant is `tenant`."""
    return Project.found(tmp_path / "project", tenant)


@pytest.fixture
def recorded(tenant: LocalTenant, project: Project) -> Iterator[Recorder]:
    """What goes over the wire between the project and its tenant."""
    with Recorder(tenant.port) as recorder:
        manifest = project.root / "lwdeploy.yaml"
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace(f":{tenant.port}/", f":{recorder.port}/"), encoding="utf-8")
        yield recorder


@pytest.fixture
def four(project: Project) -> Project:
    """The project with four bots: all registered, two for selected members, one with a menu."""
    return write_four(project)


@pytest.fixture
def haste(monkeypatch: pytest.MonkeyPatch) -> Haste:
    """Let all waits for the tenant pass at once, in runs inside this process, and count their seconds."""
    made = Haste()
    monkeypatch.setattr("lwdeploy.api.client.Timing", made.timing)
    monkeypatch.setattr("lwdeploy.commands.apply.time", made)
    return made
