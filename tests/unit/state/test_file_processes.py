"""The file backend among real processes: races, locks that die with their holder, kills, full disks."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lwdeploy.core.errors import Locked
from lwdeploy.core.types import State
from lwdeploy.state.codec import decode
from lwdeploy.state.file import FileStore
from lwdeploy.state.holder import Holder

_CHILD = str(Path(__file__).with_name("child.py"))
_LONG = 60.0  # bounds a hang; nothing waits for it to pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


@pytest.fixture
def store(path: Path) -> FileStore:
    return FileStore(path, clock=time.monotonic, sleep=time.sleep)


def _run(*arguments: str) -> str:
    command = [sys.executable, _CHILD, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LONG).stdout


@contextmanager
def _holding(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds the lease."""
    command = [sys.executable, _CHILD, "hold", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def test_of_processes_that_write_at_once_none_loses_a_write(store: FileStore, path: Path) -> None:
    store.write(State(lineage="x"), expected_serial=None)
    commands = [[sys.executable, _CHILD, "race", str(path), name, "20"] for name in "abcd"]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait(timeout=_LONG) for process in processes] == [0, 0, 0, 0]
    final = store.read()
    assert final is not None
    assert final.serial == 81
    assert sorted(final.plans) == sorted(f"{name}-{number}" for name in "abcd" for number in range(20))


def test_a_lease_held_by_another_process_is_told_with_process_and_job(
    store: FileStore, path: Path, holder: Holder
) -> None:
    with _holding(path) as process:
        with pytest.raises(Locked) as raised, store.lease(holder=holder, timeout=0):
            raise AssertionError("two runs hold one lease")
        assert f"process {process.pid}" in raised.value.message
        assert "https://ci.example.com/jobs/1" in raised.value.message
        assert store.read() is None


def test_a_killed_holder_costs_the_next_run_no_waiting(store: FileStore, path: Path, holder: Holder) -> None:
    with _holding(path) as process:
        process.kill()
        process.wait(timeout=_LONG)
        with store.lease(holder=holder, timeout=0) as lease:
            lease.check()


def test_whoever_waits_gets_the_lease_when_its_holder_ends(path: Path, holder: Holder) -> None:
    waited: list[float] = []
    with _holding(path) as process:

        def end_the_holder(seconds: float) -> None:
            waited.append(seconds)
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=_LONG)

        store = FileStore(path, clock=time.monotonic, sleep=end_the_holder)
        with store.lease(holder=holder, timeout=_LONG) as lease:
            lease.check()
    assert len(waited) == 1


def test_a_write_killed_anywhere_leaves_the_old_or_the_new_state(tmp_path: Path) -> None:
    reports = [line.split(" ", 4) for line in _run("killed", str(tmp_path)).splitlines()]
    for former, moment, step, end, place in reports:
        where = f"{former} former versions, {end} {moment} step {step}"
        store = FileStore(Path(place), clock=time.monotonic, sleep=time.sleep)
        found = store.read()
        old = None if former == "0" else State(lineage="x", serial=int(former), plans=("old",))
        new = State(lineage="x", serial=int(former) + 1, plans=("new",))
        assert found in ([old, new] if end == "killed" else [new]), where
        _assert_backup_is_whole(Path(place))
        following = store.write(found or new, expected_serial=found.serial if found else None)
        assert store.read() == following, where
    assert sum(end == "killed" for _, _, _, end, _ in reports) > 100
    assert sum(end == "done" for _, _, _, end, _ in reports) == 9


def _assert_backup_is_whole(path: Path) -> None:
    backup = path.with_name("state.json.backup")
    if backup.exists():
        decode(backup.read_bytes(), place="backup", advice="")


@pytest.mark.parametrize(
    ("program", "words"),
    [("full", ("File too large", "Make room")), ("forbidden", ("Permission denied", "Let this user"))],
)
def test_a_write_that_cannot_be_leaves_the_state_as_it_was(
    store: FileStore, path: Path, program: str, words: tuple[str, str]
) -> None:
    stored = store.write(State(lineage="x"), expected_serial=None)
    path.with_name("state.json.write-lock").unlink()
    told = _run(program, str(path))
    assert str(path) in told
    assert all(each in told for each in words)
    assert store.read() == stored
    assert not path.with_name("state.json.tmp").exists()
    assert store.write(replace(stored, plans=("next",)), expected_serial=1).serial == 2
