"""Where the rest of the program looks at pictures and has them drawn. Loads Pillow only when there is one."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from functools import cache, cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from lwdeploy.core.canonical import dumps
from lwdeploy.core.errors import UserError
from lwdeploy.core.picture import Picture, Source
from lwdeploy.pictures.sfnt import FONT_MAGIC

if TYPE_CHECKING:
    from lwdeploy.pictures.fonts import Fonts

__all__ = ["Desk"]

_LARGEST = 16 << 20  # a menu takes a picture of 1 MB (reference 3.5)
_LARGEST_FONT = 128 << 20  # one with all of Chinese, Japanese and Korean has some 20 MB
_PIECE = 1 << 20
_ADDRESS = re.compile(r"(?:https?|data|s3|gs):", re.IGNORECASE)
_KEPT = 32  # drawn pictures of some 100 KB each


class Desk:
    """Looks at local pictures and fonts and draws pictures, and remembers them; may be used by several threads.

    Names without a folder to start from are relative to `cwd`. Fonts are searched in `font_folders`, where the
    machine keeps them when None.
    """

    def __init__(self, cwd: Path, *, font_folders: Sequence[Path] | None = None) -> None:
        self._cwd = cwd
        self._font_folders = font_folders
        self._inspecting = Lock()
        self._seen = cache(self._look)
        self._drawn = lru_cache(maxsize=_KEPT)(self._draw)
        self._troubles = cache(self._trouble)

    def look(self, name: str, *, folder: Path) -> Picture:
        """Look at the file `name` relative to `folder`; never raises for what is wrong with it."""
        if "\0" in name:
            return Picture(file=name, problem="no file's name can have a NUL character")
        if _ADDRESS.match(name):
            return Picture(file=name, problem="it is an address, and files are uploaded; download it first")
        return self._seen(_relative(folder / name, self._cwd))

    def trouble(self, recipe: Mapping[str, Any]) -> str:
        """Say why a recipe cannot be drawn here and, on the next line, what to do; empty when it can."""
        return self._troubles(dumps(dict(recipe)))

    def content(self, source: Source) -> bytes:
        """Give the bytes of a picture: those of a file, or what a recipe draws.

        Raises UserError where the file cannot be read or the recipe cannot be drawn.
        """
        if "draw" in source:
            return self._drawn(dumps(dict(source["draw"])))
        return self._bytes(str(source.get("file", "")))

    def _look(self, file: str) -> Picture:
        size = 0
        try:
            path = self._cwd / file
            size = _size(path)
            with path.open("rb") as stream:
                return self._picture(file, stream, size)
        except _Unreadable as error:
            return Picture(file=file, size=size, problem=str(error))
        except (OSError, ValueError) as error:
            return Picture(file=file, problem=_in_words(error))

    def _picture(self, file: str, stream: BinaryIO, size: int) -> Picture:
        if stream.read(4) in FONT_MAGIC:
            _limit(size, _LARGEST_FONT)
            return Picture(file=file, size=size, digest=_digest_of(stream))
        _limit(size, _LARGEST)
        stream.seek(0)
        content = stream.read(_LARGEST)
        from lwdeploy.pictures.inspection import inspected  # noqa: PLC0415 - loads Pillow

        with self._inspecting:  # warnings are switched off for all threads meanwhile
            seen = inspected(content)
        if seen.problem:
            return Picture(file=file, size=size, problem=seen.problem)
        return Picture(
            file=file,
            digest=f"sha256:{hashlib.sha256(content).hexdigest()}",
            size=len(content),
            format=seen.format,
            width=seen.width,
            height=seen.height,
            odd=seen.odd,
        )

    def _bytes(self, file: str) -> bytes:
        try:
            path = self._cwd / file
            _limit(_size(path), _LARGEST)
            return path.read_bytes()
        except _Unreadable as error:
            raise _no_content(file, str(error)) from error
        except (OSError, ValueError) as error:
            raise _no_content(file, _in_words(error)) from error

    @cached_property
    def _fonts(self) -> Fonts:
        from lwdeploy.pictures.fonts import Fonts  # noqa: PLC0415 - not needed for files

        return Fonts(self._font_folders)

    def _draw(self, recipe: str) -> bytes:
        from lwdeploy.pictures.drawing import draw  # noqa: PLC0415 - loads Pillow

        return draw(json.loads(recipe), cwd=self._cwd, fonts=self._fonts)

    def _trouble(self, recipe: str) -> str:
        from lwdeploy.pictures.drawing import require_drawable  # noqa: PLC0415 - loads Pillow

        try:
            require_drawable(json.loads(recipe), cwd=self._cwd, fonts=self._fonts)
        except UserError as error:
            return f"{error.message}\n{error.advice}".strip()
        return ""


class _Unreadable(Exception):
    """Why a file that is there is not read."""


def _relative(path: Path, cwd: Path) -> str:
    """Give the name of a file relative to `cwd`, with slashes; the whole name where it is on another drive."""
    try:
        return Path(os.path.relpath(path, cwd)).as_posix()
    except ValueError:
        return path.as_posix()


def _size(path: Path) -> int:
    """Give the size of an ordinary file that is not empty."""
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise _Unreadable("it is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise _Unreadable("it is no ordinary file")
    if not found.st_size:
        raise _Unreadable("it is empty")
    return found.st_size


def _limit(size: int, largest: int) -> None:
    if size > largest:
        raise _Unreadable(f"it has {size / (1 << 20):.1f} MiB, and nothing above {largest >> 20} MiB is read")


def _digest_of(stream: BinaryIO) -> str:
    """Give the digest of a whole file without having all of it in memory."""
    stream.seek(0)
    found = hashlib.sha256()
    while piece := stream.read(_PIECE):
        found.update(piece)
    return f"sha256:{found.hexdigest()}"


def _in_words(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "permission to read it is denied"
    return (getattr(error, "strerror", None) or "no file can have this name").lower()


def _no_content(file: str, why: str) -> UserError:
    return UserError(
        f"{file} cannot be read: {why}", advice="Put it back as it was when the plan was made, or plan again."
    )
