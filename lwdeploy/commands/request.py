"""What every command gets from the command line and from the surroundings, frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.core.types import Outcome
from lwdeploy.planning.model import Plan

__all__ = ["LOCK_TIMEOUT", "Request", "Terminal"]

LOCK_TIMEOUT = 70.0
"""Seconds: the time to live of a lease (60 s) and ten more."""


class Terminal(Protocol):
    """How a command speaks while it runs; everything else is in what it returns."""

    def reading(self, done: int, total: int) -> None:
        """Tell how many bots have been read."""
        ...

    def diagnostics(self, found: tuple[Diagnostic, ...]) -> None:
        """Show findings that do not stop the command."""
        ...

    def plan(self, plan: Plan) -> None:
        """Show a plan before it is applied."""
        ...

    def confirm(self, question: str, *, otherwise: str) -> bool:
        """Ask a person; raises UserError with `otherwise` as its advice where there is no terminal."""
        ...

    def applying(self, total: int) -> AbstractContextManager[None]:
        """Stand around an apply of `total` steps: from here on, being asked to stop finishes what is in flight."""
        ...

    def outcome(self, outcome: Outcome) -> None:
        """Tell one outcome; called from any thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The surroundings and the flags that several commands share.

    `files` are the `-f` values, `targets` addresses as text, `allow` the numbered overrides by guard, and
    `reason` says why they are given.
    `verify_images` and `verify_users` ask to read what no list shows.
    `stopping` tells whether a person or the machine asked to stop.
    """

    cwd: Path
    env: Mapping[str, str]
    stdin: Callable[[], bytes]
    stopping: Callable[[], bool] = lambda: False
    files: tuple[str, ...] = ()
    tenant: str | None = None
    targets: tuple[str, ...] = ()
    prune: bool = False
    allow: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""
    verify_images: bool = False
    verify_users: bool = False
    lock_timeout: float = LOCK_TIMEOUT
    auto_approve: bool = False
