"""Where the state of a case is kept, and what can happen to it there behind everybody's back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

__all__ = ["BACKENDS", "TAMPERED", "FilePlace", "Place", "open_place"]

BACKENDS: Mapping[str, frozenset[str]] = {"file": frozenset({"request", "store", "state", "audit"})}
"""Where the state can be kept, and what is counted there."""

TAMPERED = ("vanished", "torn", "newer", "lost")
"""What can become of a state: only proof that there was one is left; half of it; a later version's; nothing."""


class Place(Protocol):
    """The place of one case; `made` and `copied` give those of other folders."""

    def made(self, folder: Path) -> Place:
        """Give the place of a work that is prepared in `folder`; nothing is there yet."""
        ...

    def copied(self, folder: Path) -> Place:
        """Give the place of a case whose folder is a copy of the one of this work, with a copy of its state."""
        ...

    def spec(self) -> Mapping[str, Any]:
        """Give what the Tenant document says of it."""
        ...

    def tamper(self, how: str) -> Callable[[], None]:
        """Do something to the state; give what puts it back."""
        ...

    def break_lease(self) -> None:
        """Take the lease from whoever holds it."""
        ...

    def clear(self) -> None:
        """Remove what is not in the folder of the case."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """The default: a file in the project."""

    folder: Path

    def made(self, folder: Path) -> FilePlace:
        return FilePlace(folder=folder)

    def copied(self, folder: Path) -> FilePlace:
        return FilePlace(folder=folder)

    def spec(self) -> Mapping[str, Any]:
        return {}

    def tamper(self, how: str) -> Callable[[], None]:
        path = self._state / "acme.json"
        before = path.read_bytes() if path.exists() else None
        if how == "lost":
            shutil.rmtree(self._state, ignore_errors=True)
        elif before is not None:
            _tampered(path, before, how)

        def put_back() -> None:
            if before is not None:
                path.write_bytes(before)

        return put_back

    def break_lease(self) -> None:
        (self._state / "acme.json.lock").unlink(missing_ok=True)

    def clear(self) -> None:
        """Do nothing: everything is in the folder."""

    @property
    def _state(self) -> Path:
        return self.folder / "project" / ".lwdeploy" / "state"


def _tampered(path: Path, before: bytes, how: str) -> None:
    if how == "vanished":
        path.unlink()
    elif how == "torn":
        path.write_bytes(before[: len(before) // 2])
    else:
        path.write_bytes(newer(before))


def newer(stored: bytes) -> bytes:
    """Give a state as a later version of lwdeploy might have written it."""
    content = json.loads(stored)
    return json.dumps({**content, "format_version": content["format_version"] + 1}).encode()


@contextmanager
def open_place(backend: str, folder: Path) -> Iterator[Place]:
    """Give places of one sort, with all that has to run for them as long as the block lasts."""
    del backend
    yield FilePlace(folder=folder)
