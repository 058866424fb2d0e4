"""Runs lwdeploy in a process that kills itself with SIGKILL at a given place.

doomed.py OPERATION NTH before|after ARGV...   around the NTH request of an operation
doomed.py disk NTH before|half|after ARGV...   around the NTH file that is written: half written, and the rename
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from lwdeploy.api.wire import Wire
from lwdeploy.cli.main import main

PLACES = {
    "anything": r".*",  # token requests and those to the storage host too
    "createBot": r"POST .*/bots",
    "patchBot": r"PATCH .*/bots/\d+",
    "deleteBot": r"DELETE .*/bots/\d+",
    "registerBotDomain": r"POST .*/domains/\d+",
    "addBotDomainMember": r"POST .*/members",
    "setPersistentMenu": r"POST .*/persistentmenu",
}


class Doom:
    """Counts what passes a place, and ends this process at the `nth`."""

    def __init__(self, nth: int) -> None:
        self._left = nth
        self._lock = threading.Lock()

    def comes(self) -> bool:
        """Count one; tell whether it is the one."""
        with self._lock:
            self._left -= 1
            return self._left == 0


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("survived SIGKILL")


def at_request(operation: str, doom: Doom, moment: str) -> None:
    exchange = Wire.exchange

    def doomed(self: Wire, request: Any) -> Any:
        mine = bool(re.fullmatch(PLACES[operation], f"{request.method} {request.url}")) and doom.comes()
        if mine and moment == "before":
            die()
        answer = exchange(self, request)
        if mine:
            die()
        return answer

    setattr(Wire, "exchange", doomed)  # noqa: B010 - a method is not assigned to for mypy


def at_file(doom: Doom, moment: str) -> None:
    write, replace = os.write, os.replace

    def half(descriptor: int, content: Any) -> int:
        if doom.comes():
            write(descriptor, bytes(content)[: len(content) // 2])
            die()
        return write(descriptor, content)

    def rename(*arguments: Any, **options: Any) -> None:
        mine = doom.comes()
        if mine and moment == "before":
            die()
        replace(*arguments, **options)
        if mine:
            die()

    patched: dict[str, Callable[..., Any]] = {"write": half} if moment == "half" else {"replace": rename}
    for name, call in patched.items():
        setattr(os, name, call)


if __name__ == "__main__":
    what, nth, when, *argv = sys.argv[1:]
    if what == "disk":
        at_file(Doom(int(nth)), when)
    else:
        at_request(what, Doom(int(nth)), when)
    main(argv)
