"""Running git: without questions, with a time limit, and with an end even when git has left something running."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from lwdeploy.core.errors import StateError

__all__ = ["GRACE", "Ran", "run"]

GRACE = 5.0
"""Seconds that git gets to clean up when it is ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run of git ended. `words`: what it said to people, credentials perhaps. `late`: it was ended."""

    code: int
    out: bytes = field(repr=False)
    words: str = field(repr=False)
    late: bool = False


def run(
    args: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    seconds: float,
    given: bytes = b"",
) -> Ran:
    """Run git in a folder with exactly this environment, giving it some bytes, and end it after `seconds`.

    Raises StateError when it cannot be started. Input and output are files: an ssh connection that git leaves
    open for the next time would keep a pipe open, and us waiting.
    """
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(given)
        stdin.seek(0)
        try:
            # A session of its own: ssh and credential helpers find no terminal to ask on, and Ctrl-C is for us.
            process = subprocess.Popen(  # noqa: S603  our own arguments, without a shell
                ["git", *args],  # noqa: S607  the one on the user's PATH
                env=dict(env),
                cwd=cwd,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        except OSError as error:
            raise _not_started(error, cwd) from error
        late = _wait(process, seconds)
        return Ran(
            code=process.returncode, out=_all(stdout), words=_all(stderr).decode(errors="replace"), late=late
        )


def _not_started(error: OSError, cwd: Path) -> StateError:
    if isinstance(error, FileNotFoundError) and str(error.filename) != str(cwd):
        return StateError(
            "the state is kept in a git repository, and there is no program `git`",
            advice="Install git 2.31 or newer (apt-get install git), or put it on the PATH.",
        )
    return StateError(
        f"cannot run git in {cwd}: {error.strerror}",
        advice="The state is kept in the git repository of that folder.",
    )


def _wait(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for a process; tell whether it had to be ended. It does not outlive this call, however that ends."""
    late = threading.Event()
    timers = [
        threading.Timer(seconds, _end, args=(process, signal.SIGTERM, late)),
        threading.Timer(seconds + GRACE, _end, args=(process, signal.SIGKILL, late)),
    ]
    try:
        for timer in timers:
            timer.daemon = True
            timer.start()
        process.wait()
    finally:
        for timer in timers:
            timer.cancel()
        if process.returncode is None:  # a signal told us to stop
            _end(process, signal.SIGTERM, late)
            with suppress(subprocess.TimeoutExpired):
                process.wait(GRACE)
            _end(process, signal.SIGKILL, late)
            process.wait()
    return late.is_set()


def _end(process: subprocess.Popen[bytes], number: signal.Signals, late: threading.Event) -> None:
    """End git and what it has started: its transport is a process of its own.

    Asked first, git removes its lock files, which may be those of a remote on this machine.
    """
    if process.returncode is None:  # not waited for, so that the number is still its own
        late.set()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def _all(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read()
