"""Ctrl-C and SIGTERM. The first one: finish and record what is in flight, start nothing. The second: stop now."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

__all__ = ["deaf", "graceful", "interruptible", "stopping"]

_ASKED = threading.Event()  # a signal handler has no arguments of its own: this is its one word to the run
_BOTH = (signal.SIGINT, signal.SIGTERM)


def stopping() -> bool:
    """Tell whether the run was asked to stop."""
    return _ASKED.is_set()


class _Interrupt:
    """The handler around a whole command: whatever is under way is left, as by Ctrl-C."""

    def __init__(self, last_words: Callable[[], None]) -> None:
        self.last_words = last_words

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt


@contextmanager
def interruptible(last_words: Callable[[], None]) -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does while the block lasts.

    `last_words` is called when a second signal inside `graceful` is about to end the process at once; it must wait
    for no lock. Ctrl-C stays ignored where it was: a shell does that to jobs in the background.
    """
    _ASKED.clear()
    heard = [number for number in _BOTH if signal.getsignal(number) is not signal.SIG_IGN]
    with _handling(_Interrupt(last_words), heard):
        yield


@contextmanager
def graceful() -> Iterator[None]:
    """Catch both signals while the block lasts."""
    _ASKED.clear()
    around = (signal.getsignal(number) for number in _BOTH)
    last_words = [each.last_words for each in around if isinstance(each, _Interrupt)][:1]

    def handle(_number: int, _frame: FrameType | None) -> None:
        if _ASKED.is_set():
            _end(last_words)
        _ASKED.set()
        # Not through sys.stderr: the main thread may be inside one of its writes.
        os.write(2, b"\nStopping: finishing what is in flight. Once more: stop now.\n")

    with _handling(handle, _BOTH):
        yield


@contextmanager
def deaf() -> Iterator[None]:
    """Ignore both signals while the block lasts: for the moment in which a run writes how it ended."""
    with _handling(lambda _number, _frame: None, _BOTH):
        yield


def _end(last_words: list[Callable[[], None]]) -> None:
    """End the process. What is in flight carries its mark in the tenant: the next run finds it."""
    try:
        while last_words:
            with suppress(Exception):
                last_words.pop()()  # taken out first: a third signal does not wait for them
    finally:
        os._exit(130)


@contextmanager
def _handling(handler: Any, numbers: Any) -> Iterator[None]:
    former = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, each in former.items():
            signal.signal(number, each)
