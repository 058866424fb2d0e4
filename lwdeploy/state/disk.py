"""Bytes on a local disk: replaced as a whole and durably, and failures told in words."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lwdeploy.core.errors import StateError

__all__ = ["beside", "explained", "put"]

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_CANNOT_SYNC_FOLDERS = frozenset({errno.EINVAL, errno.ENOTSUP})


def beside(path: Path, suffix: str) -> Path:
    """Name a file in the same folder: only there is a rename atomic."""
    return path.with_name(path.name + suffix)


def put(path: Path, content: bytes) -> None:
    """Replace a file so that it holds the old or the new content at every instant, power cuts included.

    Only one caller at a time per path: the name of the temporary file is fixed, so that a killed run
    leaves at most one, which the next one removes. The file is readable for its owner only.
    """
    temporary = beside(path, ".tmp")
    temporary.unlink(missing_ok=True)
    try:
        _create(temporary, content)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _create(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    """Make a rename durable. Some network file systems cannot, and say so: there it is their business."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC_FOLDERS:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def explained(doing: str, path: Path) -> Iterator[None]:
    """Turn a failure of the operating system inside the block into StateError with path and advice."""
    try:
        yield
    except OSError as error:
        message = f"cannot {doing} {path}: {error.strerror or error}"
        raise StateError(message, advice=_advice(error)) from error


def _advice(error: OSError) -> str:
    if error.errno in _FULL:
        return "Make room there and run again. No file was left half written."
    if error.errno in _FORBIDDEN:
        return "Let this user read and write there, or keep the state in another place."
    return "Check that the path is right and that its file system works. No file was left half written."
