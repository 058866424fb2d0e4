"""A project whose state is kept in a real place, one for each sort of place."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.haste import Haste
from tests.support.places import NAMES, Place, opened, started
from tests.support.project import Project, least


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of this machine's AWS or PostgreSQL settings count."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "PG"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture(params=NAMES)
def place(
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> Iterator[Place]:
    """A place of the test's own. Only the server that it needs is started."""
    folder = tmp_path / "place"
    folder.mkdir()
    with opened(request.param, folder, serving=request.getfixturevalue) as place:
        yield place


@pytest.fixture
def scratch(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's temporary files are: not those of a server, which outlives it."""
    assert place.state
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def project(place: Place, tenant: LocalTenant, scratch: Path) -> Project:
    """Two registered bots that are declared, and a state in the place."""
    assert scratch.is_dir()
    project = started(place, tenant)
    for key in ("helpdesk", "payroll"):
        project.bot(key, **least(key.title(), domains=[{"name": "tokyo", "visible": True}]))
    return project


class StillHaste(Haste):
    """Haste whose time passes in waits only: what a lease waits for does not depend on this machine."""

    def monotonic(self) -> float:
        return sum(self.waited)


@pytest.fixture
def lease_haste(monkeypatch: pytest.MonkeyPatch) -> Haste:
    """Let all waits for a lease pass at once, in runs inside this process."""
    made = StillHaste()
    monkeypatch.setattr("lwdeploy.commands.stores.time", made)
    monkeypatch.setattr("lwdeploy.commands.stores.lease_clock", made.monotonic)
    return made
