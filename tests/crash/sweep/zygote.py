"""A process that has everything loaded and no threads: each run of lwdeploy is a fork of it.

A fork is a process like any other, with an id to be killed by, and begins within milliseconds.

    zygote.py SOCKET    one connection for each run: a line of JSON comes in (`Errand`), a line with the
                        process id goes out at once, and one with the exit code when it has ended. A run
                        that `warms` is no fork: it leaves behind what every run makes for itself first
"""

from __future__ import annotations

import gc
import importlib
import io
import json
import os
import select
import signal
import socket
import sys
import threading
import traceback
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import pytest

from lwdeploy.cli.main import main
from tests.crash.sweep.inject import inject
from tests.support.swift import spare_keys_and_certificates

__all__ = ["serve"]

_SLOW = (
    *("api.client", "commands.apply", "commands.state", "commands.plan", "planning.diff", "manifests.validate"),
    *("cli.applying", "cli.previewing", "cli.simulating", "cli.stating", "cli.trashing", "pictures.inspection"),
)


def serve(path: str) -> None:
    """Fork at each request until the parent is gone."""
    _load()
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno())
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        _Zygote(listener, reader).loop()


class _Zygote:
    def __init__(self, listener: socket.socket, woken: socket.socket) -> None:
        self._listener = listener
        self._woken = woken
        self._running: dict[int, socket.socket] = {}

    def loop(self) -> None:
        while True:
            ready, _, _ = select.select([self._listener, self._woken, sys.stdin], [], [])
            if sys.stdin in ready:
                return  # nothing is ever written there: it was closed
            if self._woken in ready:
                self._woken.recv(4096)
                self._reap()
            if self._listener in ready:
                self._begin(self._listener.accept()[0])

    def _begin(self, asked: socket.socket) -> None:
        with asked.makefile("r") as lines:
            errand = json.loads(lines.readline())
        if errand["warms"]:
            with asked:
                asked.sendall(f"{os.getpid()}\n{_warmed(errand)}\n".encode())
            return
        pid = os.fork()
        if pid == 0:
            for each in (self._listener, self._woken, asked, *self._running.values()):
                each.close()
            _run(errand)
        self._running[pid] = asked
        asked.sendall(f"{pid}\n".encode())

    def _reap(self) -> None:
        for pid in list(self._running):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                asked = self._running.pop(pid)
                with asked:
                    asked.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _load() -> None:
    """Load all that an apply or a rebuild loads on its way, once for all runs; nothing may start a thread."""
    for name in _SLOW:
        importlib.import_module(f"lwdeploy.{name}")
    spare_keys_and_certificates(pytest.MonkeyPatch())


def _warmed(errand: dict[str, Any]) -> int:
    """Do one run right here: all that is made once in a process is then there in every fork of this one."""
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        patch.chdir(errand["cwd"])
        for name, value in errand["env"].items():
            patch.setenv(name, value)
        code = _main(errand["argv"])
    assert threading.active_count() == 1, "a thread is left, and no fork is safe any more"
    gc.collect()
    gc.freeze()
    return code


def _run(errand: dict[str, Any]) -> NoReturn:
    """Be one run of lwdeploy."""
    code = 70
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _speak_to(Path(errand["out"]), Path(errand["err"]))
        os.environ.update(errand["env"])
        os.chdir(errand["cwd"])
        gc.disable()  # it ends before it has made much
        inject(errand["injected"])
        code = _main(errand["argv"])
    except BaseException:  # noqa: BLE001 - a fork must never get back into the loop of its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _speak_to(out: Path, err: Path) -> None:
    for path, number, name in ((out, 1, "stdout"), (err, 2, "stderr")):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
        setattr(sys, name, io.TextIOWrapper(io.FileIO(number, "w", closefd=False), write_through=True))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))


def _main(argv: list[str]) -> int:
    try:
        main(argv)
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("main returned")


if __name__ == "__main__":
    serve(sys.argv[1])
