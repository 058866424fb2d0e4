"""Running git: ends in every case, and takes along what it has started."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from lwdeploy.state.git_run import run

_LONG = 60.0


@pytest.fixture
def git(tmp_path: Path) -> dict[str, str]:
    """Give an environment whose git is a shell script: `git SCRIPT`."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\neval "$1"\n')
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}", "OWN": "1"}


def test_input_output_words_and_status_are_handed_on(tmp_path: Path, git: dict[str, str]) -> None:
    """What goes in and comes out is bytes; the environment is exactly the given one; there is no terminal."""
    ran = run(
        ["cat; env | grep -c OWN; tty >&2; pwd -P; exit 3"], env=git, cwd=tmp_path, seconds=_LONG, given=b"\0\xff"
    )
    assert (ran.code, ran.out) == (3, f"\0\xff1\n{tmp_path.resolve()}\n".encode("latin-1"))
    assert ran.words == "not a tty\n"
    assert not ran.late


def test_what_git_leaves_running_is_not_waited_for(tmp_path: Path, git: dict[str, str]) -> None:
    """An ssh connection that stays open for the next time holds no pipe of ours."""
    ran = run(["sleep 1000 & echo $!"], env=git, cwd=tmp_path, seconds=_LONG)
    os.kill(int(ran.out), signal.SIGKILL)
    assert (ran.code, ran.late) == (0, False)


def test_after_the_time_limit_git_and_its_children_are_ended(tmp_path: Path, git: dict[str, str]) -> None:
    """A transport that hangs is a process of its own: it goes with git."""
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    script = f"(exec sleep 1000) > {alive} & exec sleep 1000 > {alive}"
    ran = run([script], env=git, cwd=tmp_path, seconds=0.5)
    assert (ran.code, ran.late) == (-signal.SIGTERM, True)
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # comes when nobody has it open for writing any more
    os.close(reader)


def test_a_git_that_is_ended_may_clean_up_first(tmp_path: Path, git: dict[str, str]) -> None:
    """Asked to end, git removes its lock files; killed at once it would leave them."""
    script = f"trap 'rm {tmp_path}/lock; exit 7' TERM; touch {tmp_path}/lock; while :; do sleep 0.05; done"
    ran = run([script], env=git, cwd=tmp_path, seconds=0.5)
    assert (ran.late, (tmp_path / "lock").exists()) == (True, False)


def test_a_git_that_does_not_listen_is_killed(
    tmp_path: Path, git: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a grace nothing is asked any more."""
    monkeypatch.setattr("lwdeploy.state.git_run.GRACE", 0.1)
    ran = run(["trap '' TERM; while :; do sleep 0.05; done"], env=git, cwd=tmp_path, seconds=0.5)
    assert (ran.code, ran.late) == (-signal.SIGKILL, True)


@pytest.mark.parametrize("trap", ["", "trap '' TERM; "], ids=["listening", "deaf"])
def test_an_interruption_ends_git_before_it_is_passed_on(
    tmp_path: Path, git: dict[str, str], monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    """Ctrl-C does not leave a git behind that goes on pushing."""
    monkeypatch.setattr("lwdeploy.state.git_run.GRACE", 0.2)
    started = tmp_path / "started"
    os.mkfifo(started)

    def interrupt() -> None:
        started.read_text()
        while sum(isinstance(each, threading.Timer) for each in threading.enumerate()) < 2:
            pass  # until it is being waited for
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        run(
            [f"{trap}echo $$ > {tmp_path}/pid; echo > {started}; exec sleep 1000"],
            env=git,
            cwd=tmp_path,
            seconds=_LONG,
        )
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
