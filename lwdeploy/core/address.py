"""How a managed object is called, everywhere: in plans, state, reports and on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

__all__ = ["Address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The name of one managed object; comparable, sortable and printable, and the only key anywhere.

    `kind` is the resource kind (`bot_domain`), `path` its printed segments
    (`("bot", "helpdesk", "domain", "head-office")`). A root object has two segments, a child more.
    """

    kind: str
    path: tuple[str, ...]

    def __str__(self) -> str:
        return "/".join(self.path)

    def __lt__(self, other: Address) -> bool:
        return (self.path, self.kind) < (other.path, other.kind)

    @property
    def name(self) -> str:
        """The key that the manifest gave the root object, e.g. `helpdesk`."""
        return self.path[1]

    @property
    def root(self) -> Address:
        """The address of the root object that this one belongs to (itself, for a root)."""
        return Address(kind=self.path[0], path=self.path[:2])

    @property
    def is_root(self) -> bool:
        """Whether the object stands by itself."""
        return len(self.path) == 2

    @classmethod
    def top(cls, kind: str, name: str) -> Self:
        """Give the address of a root object; its first segment is its kind."""
        return cls(kind=kind, path=(kind, name))

    def child(self, kind: str, *segments: str) -> Address:
        """Give the address of an object below this one."""
        return Address(kind=kind, path=(*self.path, *segments))

    def moved(self, *, old: Address, new: Address) -> Address:
        """Give this address with the root `old` replaced by the root `new`; unchanged outside `old`."""
        if self.root != old:
            return self
        return Address(kind=self.kind, path=(*new.path, *self.path[2:]))
