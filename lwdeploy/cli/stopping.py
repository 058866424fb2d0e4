"""Ctrl-C and SIGTERM. The first one: finish and record what is in flight, start nothing. The second: stop now."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["graceful", "stopping"]

_ASKED = threading.Event()  # a signal handler has no arguments of its own: this is its one word to the run


def stopping() -> bool:
    """Tell whether the run was asked to stop."""
    return _ASKED.is_set()


def _handle(_number: int, _frame: FrameType | None) -> None:
    if _ASKED.is_set():
        # What is in flight carries its mark in the tenant: the next run finds it.
        os._exit(130)
    _ASKED.set()
    # Not through sys.stderr: the main thread may be inside one of its writes.
    os.write(2, b"\nStopping: finishing what is in flight. Once more: stop now.\n")


@contextmanager
def graceful() -> Iterator[None]:
    """Catch both signals while the block lasts."""
    _ASKED.clear()
    former = {number: signal.signal(number, _handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
