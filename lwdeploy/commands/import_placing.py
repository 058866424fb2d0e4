"""Puts files into a project all or nothing: written and flushed beside it first, then moved in one by one.

A run that is stopped between two moves leaves whole files only, each the old or the new one, and another run makes
the same files and moves what is missing.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lwdeploy.core.errors import UserError

__all__ = ["STAGING", "different", "drop", "place", "staged"]

STAGING = Path(".lwdeploy") / "import"
"""Where files are made, below the root of the project: in the same file system, where no loader looks."""


@contextmanager
def staged(root: Path) -> Iterator[Path]:
    """Give an empty folder to make files in; it is gone after the block, and what a stopped run left before it."""
    folder = root / STAGING
    with _explained(root):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files below a folder, over those that are there, and make sure that they are on the disk."""
    with _explained(folder):
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())


def drop(folder: Path, names: Iterable[str]) -> None:
    """Take files below a folder away again."""
    for name in names:
        (folder / name).unlink()


def different(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Give the names of files that are in `folder` already and hold something else, sorted."""
    return tuple(name for name, content in sorted(files.items()) if _holds_other(folder / name, content))


def _holds_other(path: Path, content: bytes) -> bool:
    with _explained(path):
        try:
            return path.read_bytes() != content
        except FileNotFoundError:
            return path.is_symlink()
        except (IsADirectoryError, NotADirectoryError):
            return True


def place(
    names: Iterable[str], *, source: Path, target: Path, moved: Callable[[str], None] = lambda _name: None
) -> None:
    """Move files from one folder to the other, in this order, over those that are there; `moved` is told each."""
    folders = set()
    with _explained(target):
        for name in names:
            path = Path(os.path.realpath(target / name))  # where a link leads to, the link stays
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():
                (source / name).chmod(stat.S_IMODE(path.stat().st_mode))
            (source / name).replace(path)
            folders.add(path.parent)
            moved(name)
        for folder in sorted(folders):
            _flush(folder)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{error.filename or place} cannot be written: {error.strerror or error}",
            advice="No file is half written. Once that is mended, run it again.",
        ) from error
