"""A folder for the time of one run: gone when the run ends, and swept away by the next one when it was killed."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

from lwdeploy.state.oslock import OsLock

__all__ = ["Scratch"]

_PREFIX = "lwdeploy-git-"
_LOCK = "lock"


class Scratch:
    """An empty folder among the temporary files of the system, for this user only, until `close`.

    Raises OSError when there is no room. The lock in it dies with its process: that is how another run knows
    what is left over.
    """

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.path, lock = _make()
        self._end = weakref.finalize(self, _remove, self.path, lock)  # at the latest when the program ends

    def close(self) -> None:
        """Remove the folder. May be called again."""
        self._end()


def _make() -> tuple[Path, OsLock]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        with suppress(FileNotFoundError):
            lock = OsLock.attempt(folder / _LOCK)
            if lock is not None:
                return folder, lock
        # Another run came between and sweeps the folder away, as one that nobody holds.


def _remove(folder: Path, lock: OsLock) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()


def _sweep(place: Path) -> None:
    """Remove the folders of runs that are dead. What cannot be removed is somebody else's business."""
    for folder in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if _is_own(folder):
                lock = OsLock.attempt(folder / _LOCK)
                if lock is not None:
                    _remove(folder, lock)


def _is_own(folder: Path) -> bool:
    found = folder.lstat()  # not through a link that somebody has laid there
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
