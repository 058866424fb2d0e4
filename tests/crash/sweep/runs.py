"""Runs of lwdeploy as processes that begin at once: forks of one process that has everything loaded."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.project import PROCESS_SECONDS, Project, Run

__all__ = ["Running", "Runs", "scratch"]

_ROOT = Path(__file__).parents[3]
_MEMORY = Path("/dev/shm")  # noqa: S108 - one file system of Linux that forgets
_MEASURED = ("COVERAGE_", "COV_")  # what is measured is slower, and killed processes leave torn measurements


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A run that has begun; `pid` is the process to kill or to stop."""

    pid: int
    asked: socket.socket
    out: Path
    err: Path

    def wait(self) -> Run:
        """Wait for its end, for a bounded time. The code of a killed run is that of its signal, negative."""
        with self.asked, self.asked.makefile("r") as lines:
            code = lines.readline()
        assert code, "the process that runs are forked of has ended"
        texts = (path.read_text(encoding="utf-8", errors="replace") for path in (self.out, self.err))
        return Run(code=int(code), **dict(zip(("out", "err"), texts, strict=True)))


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder that goes with the block, in memory where there is any: a slow disk tells nothing here."""
    with tempfile.TemporaryDirectory(prefix="sweep-", dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


class Runs:
    """Starts runs; a context manager. Any thread may start some, and any number may be under way."""

    def __init__(self, folder: Path, *, workers: int = 1, without: str | None = None) -> None:
        self._socket = str(folder / "zygote")
        self._always = {"workers": workers, "without": without}
        self._number = count()
        self._warm: set[str] = set()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_MEASURED)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.sweep.zygote", self._socket],
            cwd=_ROOT,
            env=kept,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=PROCESS_SECONDS)

    def warm(self, project: Project, *argv: str, said: Path) -> None:
        """Do a run once so that others begin sooner; a second time does nothing."""
        if argv[0] not in self._warm:
            self._warm.add(argv[0])
            self._start(project, argv, said=said, warms=True).wait()

    def start(self, project: Project, *argv: str, said: Path, **injected: Any) -> Running:
        """Start a run in the folder of a project; what it says goes to new files in the folder `said`."""
        return self._start(project, argv, said=said, injected={**self._always, **injected})

    def _start(self, project: Project, argv: Sequence[str], *, said: Path, **errand: Any) -> Running:
        name = f"{next(self._number):06}"
        out, err = said / f"{name}.out", said / f"{name}.err"
        for path in (out, err):
            path.touch()
        whole = {
            "argv": argv,
            "cwd": str(project.root),
            "env": project.env,
            "out": str(out),
            "err": str(err),
            "warms": False,
            **errand,
        }
        asked = socket.socket(socket.AF_UNIX)
        asked.settimeout(PROCESS_SECONDS)
        asked.connect(self._socket)
        asked.sendall(f"{json.dumps(whole)}\n".encode())
        return Running(pid=int(_line(asked)), asked=asked, out=out, err=err)

    def run(self, project: Project, *argv: str, said: Path, **injected: Any) -> Run:
        """Start a run and wait for its end."""
        return self.start(project, *argv, said=said, **injected).wait()


def _line(asked: socket.socket) -> str:
    """Read one line and not a byte more: the next one comes at the end of the run."""
    line = b""
    while not line.endswith(b"\n"):
        more = asked.recv(1)
        assert more, "the process that runs are forked of has ended"
        line += more
    return line.decode()
