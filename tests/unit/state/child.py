"""Programs that the tests of the file backend run as processes of their own.

child.py race PATH NAME COUNT   write COUNT plan digests, each by read, write, and again when beaten
child.py hold PATH              take the lease, say so, keep it until standard input ends
child.py full PATH              write a state that is larger than this process may make a file
child.py forbidden PATH         write a state as a user who may not
child.py killed FOLDER          write again and again, each time killed at the next place
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lwdeploy.core.errors import StateError
from lwdeploy.core.types import State
from lwdeploy.state.file import FileStore
from lwdeploy.state.holder import Holder

STEPS = ("mkdir", "open", "ftruncate", "write", "pwrite", "fsync", "close", "replace", "unlink")
"""Everything of `os` through which the file backend changes the disk."""


def _store(path: Path) -> FileStore:
    return FileStore(path, clock=time.monotonic, sleep=time.sleep)


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def race(path: Path, name: str, count: str) -> None:
    store = _store(path)
    done = 0
    while done < int(count):
        current = _read(path)
        following = replace(current, plans=(*current.plans, f"{name}-{done}"))
        try:
            store.write(following, expected_serial=current.serial)
        except StateError as error:
            if "somebody else wrote" not in error.message:
                raise
        else:
            done += 1


def hold(path: Path) -> None:
    holder = Holder.here({"CI_JOB_URL": "https://ci.example.com/jobs/1"}, now=datetime.now(UTC))
    with _store(path).lease(holder=holder, timeout=30):
        _say("held")
        sys.stdin.read()


def _read(path: Path) -> State:
    current = _store(path).read()
    assert current is not None
    return current


def _write_large(path: Path, current: State) -> None:
    try:
        _store(path).write(replace(current, plans=("x" * 100_000,)), expected_serial=current.serial)
    except StateError as error:
        _say(str(error))


def full(path: Path) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    _write_large(path, _read(path))


def forbidden(path: Path) -> None:
    current = _read(path)
    path.parent.chmod(0o555)
    if os.geteuid() == 0:
        os.seteuid(65534)
    try:
        _write_large(path, current)
    finally:
        os.seteuid(os.getuid())
        path.parent.chmod(0o700)


class Killer:
    """Kills this process at the n-th step: before it, after it, or with half of a write done."""

    def __init__(self, step: int, moment: str) -> None:
        self.left = step
        self.moment = moment

    def arm(self) -> None:
        for name in STEPS:
            setattr(os, name, self._armed(getattr(os, name)))

    def _armed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left:
                return call(*arguments, **options)
            if self.moment == "half" and call.__name__ == "write":
                call(arguments[0], arguments[1][: len(arguments[1]) // 2])
            if self.moment == "after":
                call(*arguments, **options)
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError("survived SIGKILL")

        return step


def _write_killed(path: Path, step: int, moment: str) -> bool:
    """Write the next state in a process that is killed at `step`; whether it came that far."""
    process = os.fork()
    if process:
        _, status = os.waitpid(process, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, status
        return os.WIFSIGNALED(status)
    try:
        store = _store(path)
        current = store.read()
        Killer(step, moment).arm()
        if current is None:
            store.write(State(lineage="x", plans=("new",)), expected_serial=None)
        else:
            store.write(replace(current, plans=("new",)), expected_serial=current.serial)
    except BaseException:  # noqa: BLE001 - whatever happens, the fork must not go on with the sweep
        os._exit(1)
    os._exit(0)


def killed(folder: Path) -> None:
    for former in (0, 1, 2):
        for moment in ("before", "half", "after"):
            step = 0
            reached = True
            while reached:
                step += 1
                path = folder / f"{former}-{moment}-{step:02}" / "state" / "state.json"
                for serial in range(former):
                    _store(path).write(
                        State(lineage="x", serial=serial, plans=("old",)), expected_serial=serial or None
                    )
                reached = _write_killed(path, step, moment)
                _say(f"{former} {moment} {step} {'killed' if reached else 'done'} {path}")


if __name__ == "__main__":
    programs: dict[str, Callable[..., None]] = {
        "race": race,
        "hold": hold,
        "full": full,
        "forbidden": forbidden,
        "killed": killed,
    }
    program, place, *rest = sys.argv[1:]
    programs[program](Path(place), *rest)
