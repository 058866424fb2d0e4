"""Real repositories: one world for each test, and scratch folders of its own that must be gone at the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.state.git.server import GitServer, serve
from tests.unit.state.git.world import World


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's temporary files are."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def world(tmp_path: Path, git_template: World, temporary: Path) -> World:
    """Give a world whose runs have temporary files of their own."""
    assert temporary.is_dir()
    return git_template.copy(tmp_path)


@pytest.fixture
def server(world: World) -> Iterator[GitServer]:
    """The same remote over HTTP; the checkout's origin is there."""
    with serve(world.folder) as git:
        world.git("remote", "set-url", "origin", git.url())
        yield git
