"""A person at a terminal: a process on a pseudo-terminal, read and typed to."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from types import TracebackType
from typing import Self

from tests.support.project import Project

__all__ = ["SECONDS", "Terminal"]

SECONDS = 60.0


class Terminal:
    """One command on a terminal of its own; a context manager."""

    def __init__(self, project: Project, *argv: str, env: dict[str, str] | None = None) -> None:
        self._master, slave = pty.openpty()
        streams = {"stdin": slave, "stdout": slave, "stderr": slave}
        self.process: subprocess.Popen[str] = project.start(
            *argv, env={"TERM": "xterm", "COLUMNS": "120", **(env or {})}, start_new_session=True, **streams
        )
        os.close(slave)
        self.seen = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=SECONDS)
        os.close(self._master)

    def wait_for(self, text: str) -> None:
        """Read until a text shows; fail when it does not in time."""
        deadline = time.monotonic() + SECONDS
        while text not in self.seen:
            assert self._read(deadline), f"{text!r} never came: {self.seen}"

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._master, f"{text}\n".encode())

    def end(self) -> int:
        """Read to the end and give the exit code."""
        deadline = time.monotonic() + SECONDS
        while self._read(deadline):
            pass
        return self.process.wait(timeout=SECONDS)

    def _read(self, deadline: float) -> bool:
        """Read what there is; False at the end, or when the time is over."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, deadline - time.monotonic()))
        try:
            part = os.read(self._master, 65536) if ready else b""
        except OSError:  # the other side is closed
            part = b""
        self.seen += part.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(part)
