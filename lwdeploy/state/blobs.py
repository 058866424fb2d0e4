"""What a remote place must be able to do so that a state can be kept there: swap named byte strings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from lwdeploy.core.errors import StateError

__all__ = ["Blob", "Blobs", "Moved"]


class Moved(StateError):
    """A blob is not (or not any more) the version that was expected: somebody else wrote. Nothing was stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """The content of a name, and a version that changes whenever the content was written."""

    content: bytes = field(repr=False)
    version: str


class Blobs(Protocol):
    """Named byte strings of some kilobytes (pictures: up to 4 MB) in one place that many machines use at once.

    Names are relative paths of `a-z0-9._-` and `/`. Every method raises only errors of the `StateError` branch,
    with what to do next; none shows credentials. A read that begins after a write has ended shows that write.
    """

    def describe(self) -> str:
        """Name kind and place, always in the same words and without credentials: plans are bound to them."""
        ...

    def get(self, name: str) -> Blob | None:
        """Give a blob, or None when there is none of this name. Never locks, never waits for anybody."""
        ...

    def put(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Store `content` if the stored version is `expected` (None: there is no blob); give the new version.

        Atomic and durable: whoever reads sees the old or the new content. Raises Moved, having stored nothing,
        when the version is another one. Where an answer was lost, it looks before it says so: after any other
        error the old or the new content is stored as a whole, and only `get` tells which.
        """
        ...

    def delete(self, name: str, *, expected: str) -> None:
        """Remove a blob of version `expected`, Moved when it is another one; a missing blob is a success."""
        ...

    def names(self, prefix: str) -> tuple[str, ...]:
        """Give the names that begin with `prefix`, sorted."""
        ...
