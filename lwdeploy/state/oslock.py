"""A lock of the operating system on a file: it dies with its process, however that dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Self

__all__ = ["OsLock"]

_CLOSED = -1


class OsLock:
    """A lock that is held until `release`, against other processes and other locks of this one alike.

    The file stays in place when the lock goes: deleting it would let two processes lock two files of the
    same name. Whatever text it holds is a note to those who wait.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def attempt(cls, path: Path) -> Self | None:
        """Take the lock, or give None when somebody else has it. Never waits."""
        with ExitStack() as stack:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            stack.callback(os.close, descriptor)
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                # Between opening and locking, the file may have been deleted and made anew.
                if _is_at(descriptor, path):
                    stack.pop_all()
                    return cls(path, descriptor)
        return None

    @property
    def is_held(self) -> bool:
        """Whether the lock still keeps others out: not after `release`, nor when the file was exchanged."""
        return self._descriptor != _CLOSED and _is_at(self._descriptor, self.path)

    def note(self, text: str) -> None:
        """Leave a text for those who wait; they may see it half written."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)

    def release(self) -> None:
        """Let go."""
        descriptor, self._descriptor = self._descriptor, _CLOSED
        os.close(descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
