"""The record of every write that is sent: a line before it leaves, and a line when it is known how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from lwdeploy.core.address import Address

__all__ = ["Audit", "NoAudit"]


class Audit(Protocol):
    """Keeps the record. May be used from any thread; what is done inside `about` concerns that address."""

    def about(self, address: Address) -> AbstractContextManager[None]:
        """Say what the writes of this thread are about, as long as the block lasts."""
        ...

    def sending(self, operation: str, ids: Mapping[str, str]) -> int:
        """Record durably that a write is about to leave; give its number. `ids` are the ids in its path."""
        ...

    def answered(self, number: int, status: int, *, sent: bool = True, usable: bool = True) -> None:
        """Record how a write ended: its HTTP status, 0 where no answer came.

        `sent` is false where nothing can have left, `usable` where the answer tells nothing.
        """
        ...


class NoAudit:
    """Keeps no record."""

    @contextmanager
    def about(self, address: Address) -> Iterator[None]:
        """Take note of nothing."""
        del address
        yield

    def sending(self, operation: str, ids: Mapping[str, str]) -> int:
        """Take note of nothing."""
        del operation, ids
        return 0

    def answered(self, number: int, status: int, *, sent: bool = True, usable: bool = True) -> None:
        """Take note of nothing."""
