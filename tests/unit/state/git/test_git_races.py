"""Processes of their own: races, and kills at any moment."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lwdeploy.state.blobs import Moved
from tests.unit.state.git.server import FETCH, PUSH, Fault, GitServer
from tests.unit.state.git.world import World

_CHILD = str(Path(__file__).with_name("child.py"))
_LONG = 240.0  # bounds a hang; nothing waits for it to pass


@contextmanager
def child(world: World, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, _CHILD, arguments[0], str(world.checkout), *arguments[1:]]
    env = {**os.environ, **world.env, "TMPDIR": str(world.folder / "tmp")}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _together(world: World, commands: list[tuple[str, ...]]) -> None:
    """Run programs at the same time, all to a good end."""
    if commands:
        with child(world, *commands[0]) as process:
            _together(world, commands[1:])
            assert process.wait(timeout=_LONG) == 0


@pytest.mark.parametrize("count", [2, 5])
def test_of_runs_that_write_one_blob_at_once_none_loses_a_write(world: World, count: int) -> None:
    """Every write that was reported is there, once, in the order of the swaps."""
    _together(world, [("race", "state.json", who, "3") for who in "abcde"[:count]])
    found = world.blobs().get("state.json")
    assert found is not None
    words = found.content.decode().split()
    assert sorted(words) == sorted(f"{who}{number}" for who in "abcde"[:count] for number in range(3))
    for who in "abcde"[:count]:
        assert [word for word in words if word[0] == who] == [f"{who}{number}" for number in range(3)]


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("count", [2, 5])
def test_runs_that_write_different_blobs_never_beat_each_other(world: World, count: int) -> None:
    """A run that is beaten by other names only goes on until it is through, over HTTP as well."""
    _together(world, [("alone", f"tenant-{who}/state.json", "4") for who in "abcde"[:count]])
    blobs = world.blobs()
    assert len(blobs.names("")) == count
    assert {found.content for name in blobs.names("") if (found := blobs.get(name))} == {b"3"}
    assert world.git("rev-list", "--all", "--count", "--not", "main", at=world.remote).strip() == "1"


def test_a_run_that_is_killed_at_any_moment_leaves_the_old_or_the_new_content(world: World) -> None:
    """Whatever was reported as stored is stored, nothing is torn, and the next run goes on without a word."""
    for round_ in range(8):
        with child(world, "count", "state.json") as process:
            assert process.stdout is not None
            reported = int(process.stdout.readline())
            time.sleep(0.011 * round_)  # another moment each time; whichever it is, the rule holds
            process.kill()
            rest = [int(line) for line in process.stdout]
        reported = max([reported, *rest])
        found = world.blobs().get("state.json")
        assert found is not None
        assert int(found.content) >= reported
    assert world.git("fsck", "--strict", "--no-dangling", at=world.remote) == ""


def test_a_killed_runs_scratch_folder_is_swept_by_the_next_one(world: World, temporary: Path) -> None:
    """What a killed run could not remove is removed by the next run; what a living run uses is not."""
    living = world.blobs()
    living.get("a")
    (used,) = temporary.iterdir()
    with child(world, "count", "state.json") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
        assert len(list(temporary.iterdir())) == 2
    third = world.blobs()
    third.get("a")
    assert used in temporary.iterdir()
    assert len(list(temporary.iterdir())) == 2
    third.close()
    living.close()
    assert list(temporary.iterdir()) == []


def test_a_run_that_is_killed_in_the_middle_of_a_push_has_stored_all_or_nothing(
    world: World, server: GitServer
) -> None:
    """The push of a dead run may still come through: then its content is there, and the old version is Moved."""
    before = world.blobs().put("state.json", b"0", expected=None)
    server.faults.append((PUSH, Fault.HOLD))
    with child(world, "count", "state.json") as process:
        assert server.arrived.wait(_LONG)
        process.send_signal(signal.SIGKILL)
        process.wait()
    found = world.blobs().get("state.json")
    assert found is not None
    assert (found.content, found.version) == (b"0", before)
    server.go.set()
    assert server.done.wait(_LONG)
    found = world.blobs().get("state.json")
    assert found is not None
    assert found.content == b"1"
    with pytest.raises(Moved):
        world.blobs().put("state.json", b"2", expected=before)
    world.blobs().put("state.json", b"2", expected=found.version)


def test_a_run_that_is_killed_in_the_middle_of_a_fetch_changes_nothing(world: World, server: GitServer) -> None:
    """A read that was killed leaves neither the remote nor the checkout in another state."""
    before = world.blobs().put("state.json", b"0", expected=None)
    tip = world.tip()
    server.faults.append((FETCH, Fault.HOLD))
    with child(world, "get", "state.json") as process:
        assert server.arrived.wait(_LONG)
        process.kill()
    server.go.set()
    found = world.blobs().get("state.json")
    assert found is not None
    assert (found.version, world.tip()) == (before, tip)
    assert not list((world.checkout / ".git").rglob("*.lock"))


def test_ctrl_c_in_the_middle_of_a_push_ends_git_as_well(world: World, server: GitServer, temporary: Path) -> None:
    """A run that is interrupted takes its git along, and its scratch folder."""
    server.faults.append((PUSH, Fault.HOLD))
    with child(world, "count", "state.json") as process:
        assert server.arrived.wait(_LONG)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=_LONG) != 0
    assert list(temporary.iterdir()) == []
    assert not re.search(re.escape(str(temporary)), _environments())


def _environments() -> str:
    """Give the environments of all processes that we may look at, where the system shows them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found.append(path.read_text(errors="replace"))
        except OSError:
            continue
    return "\n".join(each for each in found if "lwdeploy-git-" in each)
