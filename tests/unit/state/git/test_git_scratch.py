"""Scratch folders: private, gone in the end, swept when their run is dead, and nobody else's touched."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lwdeploy.state import git_scratch
from lwdeploy.state.git_scratch import Scratch
from lwdeploy.state.oslock import OsLock


def test_a_scratch_folder_is_private_and_goes_when_it_is_closed(temporary: Path) -> None:
    """Only this user can look inside; closing twice is harmless."""
    scratch = Scratch()
    assert scratch.path.parent == temporary
    assert scratch.path.stat().st_mode & 0o777 == 0o700
    scratch.close()
    scratch.close()
    assert list(temporary.iterdir()) == []


def test_a_scratch_folder_goes_with_the_program(temporary: Path) -> None:
    """A program that ends without closing leaves nothing."""
    program = "from lwdeploy.state.git_scratch import Scratch; scratch = Scratch(); print(scratch.path)"
    env = {**os.environ, "TMPDIR": str(temporary)}
    said = subprocess.run(
        [sys.executable, "-c", program], env=env, check=True, capture_output=True, text=True
    ).stdout
    assert said.startswith(str(temporary))
    assert list(temporary.iterdir()) == []


def test_a_folder_that_nobody_holds_is_swept_and_one_that_is_held_stays(temporary: Path) -> None:
    """The lock tells the dead from the living, at any age."""
    dead = temporary / "lwdeploy-git-dead"
    (dead / "git" / "objects").mkdir(parents=True)
    held = temporary / "lwdeploy-git-held"
    held.mkdir()
    lock = OsLock.attempt(held / "lock")
    assert lock is not None
    scratch = Scratch()
    assert sorted(temporary.iterdir()) == sorted([held, scratch.path])
    lock.release()


def test_what_is_not_a_folder_of_this_user_is_not_swept(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that somebody laid, a file and somebody else's folder stay as they are."""
    precious = temporary / "precious"
    precious.mkdir()
    (temporary / "lwdeploy-git-link").symlink_to(precious)
    (temporary / "lwdeploy-git-file").touch()
    (temporary / "lwdeploy-git-folder").mkdir()
    before = sorted(temporary.rglob("*"))
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    Scratch().close()
    assert sorted(temporary.rglob("*")) == before


@pytest.mark.parametrize("swept", [True, False], ids=["gone", "held"])
def test_a_folder_that_another_run_sweeps_before_it_is_locked_is_given_up(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, *, swept: bool
) -> None:
    """Between making and locking a folder another run may take it for a dead one: then there is another folder."""
    first = temporary / "lwdeploy-git-first"
    made = iter([first, temporary / "lwdeploy-git-second"])
    locks = []

    def make(prefix: str) -> str:
        assert prefix == "lwdeploy-git-"
        folder = next(made)
        if folder != first or not swept:
            folder.mkdir()
        if folder == first and not swept:
            locks.append(OsLock.attempt(folder / "lock"))
        return str(folder)

    monkeypatch.setattr(tempfile, "mkdtemp", make)
    assert git_scratch.Scratch().path.name == "lwdeploy-git-second"
    assert len(locks) == (not swept)
