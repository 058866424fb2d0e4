"""Blobs in memory: the Blobs protocol with faults that can be ordered, for what stands on it."""

from __future__ import annotations

import itertools
import threading
from dataclasses import dataclass, field

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Blob, Moved


@dataclass
class MemoryBlobs:
    """One place. The next `lost` writes take effect and lose their answers, the next `down` ones fail.

    `reads` counts the looks; the next `unread` of them fail.
    """

    stored: dict[str, Blob] = field(default_factory=dict)
    lost: int = 0
    down: int = 0
    reads: int = 0
    unread: int = 0

    def __post_init__(self) -> None:
        self._versions = itertools.count(1)
        self._mutex = threading.Lock()

    def describe(self) -> str:
        return "blobs in memory"

    def get(self, name: str) -> Blob | None:
        self.reads += 1
        if self.unread:
            self.unread -= 1
            raise StateError("the place cannot be reached")
        return self.stored.get(name)

    def put(self, name: str, content: bytes, *, expected: str | None) -> str:
        with self._mutex:
            self._fail()
            self._expect(name, expected)
            self.stored[name] = Blob(content=content, version=f"v{next(self._versions)}")
            if self.lost:
                self.lost -= 1
                raise StateError("the answer was lost")
            return self.stored[name].version

    def delete(self, name: str, *, expected: str) -> None:
        with self._mutex:
            self._fail()
            if name in self.stored:
                self._expect(name, expected)
                del self.stored[name]

    def names(self, prefix: str) -> tuple[str, ...]:
        return tuple(sorted(name for name in self.stored if name.startswith(prefix)))

    def _fail(self) -> None:
        if self.down:
            self.down -= 1
            raise StateError("the place cannot be reached")

    def _expect(self, name: str, expected: str | None) -> None:
        found = self.stored.get(name)
        if (None if found is None else found.version) != expected:
            raise Moved(f"{name} is another version")
