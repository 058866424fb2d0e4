"""What only the file backend promises: modes, the backup, and failures told with path and advice."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lwdeploy.core.errors import Locked, StateError
from lwdeploy.core.types import State
from lwdeploy.state.codec import decode
from lwdeploy.state.file import FileStore
from lwdeploy.state.holder import Holder

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".lwdeploy" / "state.json"


@pytest.fixture
def store(path: Path, time: FakeTime) -> FileStore:
    return FileStore(path, clock=time.clock, sleep=time.sleep)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _decoded(path: Path) -> State:
    return decode(path.read_bytes(), place="", advice="")


@pytest.mark.usefixtures("open_umask")
def test_files_are_for_their_owner_only(store: FileStore, path: Path, state: State, holder: Holder) -> None:
    with store.lease(holder=holder, timeout=0):
        store.write(store.write(state, expected_serial=None), expected_serial=1)
    assert _mode(path.parent) == 0o700
    assert {each.name: _mode(each) for each in path.parent.iterdir()} == dict.fromkeys(
        ("state.json", "state.json.backup", "state.json.lock", "state.json.write-lock"), 0o600
    )


def test_the_place_is_named_by_its_absolute_path(
    path: Path, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    monkeypatch.chdir(path.parent)
    relative = FileStore(Path("state.json"), clock=time.clock, sleep=time.sleep)
    assert relative.describe() == f"file {path.resolve()}"


def test_a_link_to_the_state_stays_a_link(path: Path, time: FakeTime, state: State, tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(path)
    FileStore(link, clock=time.clock, sleep=time.sleep).write(state, expected_serial=None)
    assert link.is_symlink()
    assert _decoded(path).serial == 1


def test_the_former_version_is_kept_as_backup(store: FileStore, path: Path, state: State) -> None:
    backup = path.with_name("state.json.backup")
    first = store.write(state, expected_serial=None)
    assert _decoded(backup) == first
    second = store.write(first, expected_serial=1)
    store.write(second, expected_serial=2)
    assert _decoded(backup) == second


def test_advice_names_the_backup_where_there_is_one(store: FileStore, path: Path, state: State) -> None:
    backup = path.with_name("state.json.backup")
    store.write(state, expected_serial=None)
    path.write_bytes(b"")
    with pytest.raises(StateError, match=r"cp .*state.json.backup .*state.json"):
        store.read()
    backup.unlink()
    with pytest.raises(StateError) as raised:
        store.read()
    assert "backup" not in raised.value.advice


def test_a_restored_backup_is_a_state(store: FileStore, path: Path, state: State) -> None:
    store.write(state, expected_serial=None)
    path.unlink()
    path.write_bytes(path.with_name("state.json.backup").read_bytes())
    restored = store.read()
    assert restored is not None
    assert store.write(restored, expected_serial=1).serial == 2


def test_a_rebuild_keeps_what_it_found(store: FileStore, path: Path, state: State) -> None:
    store.write(state, expected_serial=None)
    path.write_bytes(b"torn")
    store.rebuild(replace(state, lineage="new"))
    assert path.with_name("state.json.damaged").read_bytes() == b"torn"


def test_a_file_left_by_a_killed_write_does_not_disturb(store: FileStore, path: Path, state: State) -> None:
    path.parent.mkdir()
    leftover = path.with_name("state.json.tmp")
    leftover.write_bytes(b"half")
    leftover.chmod(0o444)
    assert store.read() is None
    store.write(state, expected_serial=None)
    assert not leftover.exists()


def test_a_first_write_seen_half_way_is_no_vanished_state(
    store: FileStore, path: Path, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = store.write(state, expected_serial=None)
    content = path.read_bytes()
    path.unlink()
    exists = Path.exists

    def appear(looked_at: Path) -> bool:
        path.write_bytes(content)
        return exists(looked_at)

    monkeypatch.setattr(Path, "exists", appear)
    assert store.read() == written


def _failing(number: int) -> Callable[..., Any]:
    def fail(*_arguments: object, **_options: object) -> Any:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("name", ["write", "fsync", "replace", "open"])
@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "Make room"),
        (errno.EDQUOT, "Make room"),
        (errno.EROFS, "Let this user"),
        (errno.EIO, "Check that"),
    ],
)
def test_a_failing_disk_leaves_the_former_state_and_says_what_to_do(
    store: FileStore,
    path: Path,
    state: State,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    number: int,
    advice: str,
) -> None:
    stored = store.write(store.write(state, expected_serial=None), expected_serial=1)
    with monkeypatch.context() as broken:
        broken.setattr(os, name, _failing(number))
        with pytest.raises(StateError, match=advice) as raised:
            store.write(stored, expected_serial=2)
    assert str(path) in raised.value.message
    assert os.strerror(number) in raised.value.message
    assert store.read() == stored
    assert not path.with_name("state.json.tmp").exists()


def test_the_first_failure_is_told_even_when_the_clean_up_fails_too(
    store: FileStore, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store.write(state, expected_serial=None)

    def fill_up(_descriptor: int, _content: memoryview) -> int:
        monkeypatch.setattr(os, "unlink", _failing(errno.EIO))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", fill_up)
    with pytest.raises(StateError, match=os.strerror(errno.ENOSPC)):
        store.write(stored, expected_serial=1)
    assert store.read() == stored


def test_content_is_durable_before_its_name_and_the_name_before_the_end(
    store: FileStore, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store.write(state, expected_serial=None)
    steps: list[str] = []
    sync, rename = os.fsync, os.replace

    def noted_sync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "content")
        sync(descriptor)

    def noted_replace(old: Path, new: Path) -> None:
        steps.append(new.name)
        rename(old, new)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(os, "replace", noted_replace)
    store.write(stored, expected_serial=1)
    assert steps == ["content", "state.json.backup", "folder", "content", "state.json", "folder"]


def _break_folder_sync(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    sync = os.fsync

    def sync_files_only(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync_files_only)


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_folders_still_works(
    store: FileStore, state: State, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    _break_folder_sync(monkeypatch, number)
    assert store.write(state, expected_serial=None).serial == 1


def test_a_rename_that_may_not_last_is_an_error(
    store: FileStore, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_folder_sync(monkeypatch, errno.EIO)
    with pytest.raises(StateError, match=os.strerror(errno.EIO)):
        store.write(state, expected_serial=None)


def test_a_place_that_cannot_be_is_an_error_in_every_method(
    tmp_path: Path, time: FakeTime, state: State, holder: Holder
) -> None:
    (tmp_path / "file").touch()
    store = FileStore(tmp_path / "file" / "state.json", clock=time.clock, sleep=time.sleep)
    with pytest.raises(StateError, match="cannot read the state from"):
        store.read()
    with pytest.raises(StateError, match="cannot lock"):
        store.write(state, expected_serial=None)
    with pytest.raises(StateError, match="cannot lock"):
        store.rebuild(state)
    with pytest.raises(StateError, match="cannot lock"), store.lease(holder=holder, timeout=0):
        raise AssertionError("a lease on a place that cannot be")


def test_a_folder_in_place_of_the_state_is_an_error(store: FileStore, path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(StateError, match="cannot read the state from"):
        store.read()


def test_a_disk_too_full_for_the_note_gives_no_lease(
    store: FileStore, holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(os, "pwrite", _failing(errno.ENOSPC))
        with pytest.raises(StateError, match="Make room"), store.lease(holder=holder, timeout=0):
            raise AssertionError("a lease that nobody can read")
    with store.lease(holder=holder, timeout=0) as lease:
        lease.check()


def test_an_unreadable_note_still_keeps_others_out(store: FileStore, path: Path, holder: Holder) -> None:
    with store.lease(holder=holder, timeout=0):
        path.with_name("state.json.lock").write_bytes(b'{"host": \xff')
        with (
            pytest.raises(Locked, match="in use by another run"),
            store.lease(holder=holder, timeout=0),
        ):
            raise AssertionError("two runs hold one lease")


def test_a_lock_file_exchanged_while_locking_is_not_taken_for_the_lock(
    store: FileStore, path: Path, holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock
    lock_file = path.with_name("state.json.lock")
    removed: list[Path] = []

    def remove_once_then_lock(descriptor: int, operation: int) -> None:
        if not removed:
            lock_file.unlink()
            removed.append(lock_file)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", remove_once_then_lock)
    with store.lease(holder=holder, timeout=1) as lease:
        lease.check()
    assert removed


def test_a_lock_that_cannot_be_looked_at_is_an_error(
    store: FileStore, holder: Holder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store.lease(holder=holder, timeout=0) as lease:
        monkeypatch.setattr(Path, "stat", _failing(errno.EACCES))
        with pytest.raises(StateError, match=r"cannot check .*state.json.lock"):
            lease.check()


def test_a_writer_that_never_ends_is_waited_for_only_so_long(
    store: FileStore, path: Path, state: State, time: FakeTime
) -> None:
    store.write(state, expected_serial=None)
    with path.with_name("state.json.write-lock").open() as stopped:
        fcntl.flock(stopped, fcntl.LOCK_EX)
        with pytest.raises(Locked, match=r"has been writing the state .* for 30 s"):
            store.write(state, expected_serial=1)
    assert sum(time.slept) == pytest.approx(30, abs=1)


def test_a_lock_of_a_living_process_cannot_be_taken_away(tmp_path: Path, time: FakeTime, holder: Holder) -> None:
    """It dies with its process, and with nothing else."""
    store = FileStore(tmp_path / "state.json", clock=time.clock, sleep=time.sleep)
    with store.lease(holder=holder, timeout=0) as lease:
        held = store.held()
        assert held is not None
        with pytest.raises(Locked, match="alive"):
            store.unlock(held)
        lease.check()
