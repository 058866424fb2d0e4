"""What stands at the state's ref: one commit without parents, its files, and the writes that led to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lwdeploy.core.errors import StateError

__all__ = ["NOTHING", "Change", "Tip", "message", "parse_files", "writes_in"]

README = "README.md"
README_TEXT = b"""# State of lwdeploy

This branch is written by lwdeploy alone. Every write replaces its only commit.
Do not edit it, do not merge it, do not protect it against forced pushes by lwdeploy.
What it holds can be made anew from the tenant: `lwdeploy state rebuild`.
"""

REMEMBERED = 32
"""How many writes a commit names: so many may come after one whose answer was lost, and it is still known."""

_WRITES = re.compile(rb"^lwdeploy-writes:((?: [0-9a-f]{16})+)$", re.MULTILINE)
_SKIP = "[skip ci]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """A commit of ours (empty: there is no ref). `writes` is newest first, `files` maps paths to blob ids."""

    commit: str
    writes: tuple[str, ...]
    files: Mapping[str, str]

    def holds(self, written: list[str]) -> bool:
        """Tell whether one of these writes led to this commit."""
        return not set(written).isdisjoint(self.writes)

    def writes_with(self, write: str) -> tuple[str, ...]:
        """Give the writes that the next commit names."""
        return (write, *self.writes)[:REMEMBERED]

    def follows(self, former: Tip) -> bool:
        """Tell whether all the writes between a former tip and this one are known."""
        if not former.commit:
            return len(self.writes) < REMEMBERED
        return former.writes[0] in self.writes


NOTHING = Tip(commit="", writes=(), files={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A swap of one file: from blob `expected` (None: there is none) to `content` (None: remove it)."""

    path: str
    content: bytes | None
    expected: str | None

    def fits(self, tip: Tip) -> bool:
        """Tell whether the tip is what this change expects."""
        return tip.files.get(self.path) == self.expected

    def is_done(self, tip: Tip) -> bool:
        """Tell whether there is nothing to do: what is to be removed is not there."""
        return self.content is None and self.path not in tip.files

    def files(self, tip: Tip, blobs: Mapping[str, str]) -> dict[str, str]:
        """Give the files after the change; `blobs` are the new ones. Raises StateError for a file below a file."""
        after = {path: blob for path, blob in tip.files.items() if path != self.path} | dict(blobs)
        for path in blobs:
            for other in after:
                if other.startswith(f"{path}/") or path.startswith(f"{other}/"):
                    raise StateError(
                        f"git cannot keep {path!r} beside {other!r}: one would be a file and a folder at once",
                        advice="Give the tenant another folder in its state: {git: {folder: ...}}.",
                    )
        return after


def message(change: Change, writes: tuple[str, ...]) -> bytes:
    """Word a commit. Most CI systems look for the marker in the whole text, some in its beginning only."""
    verb = "remove" if change.content is None else "write"
    return f"lwdeploy: {verb} {change.path} {_SKIP}\n\nlwdeploy-writes: {' '.join(writes)}\n\n{_SKIP}\n".encode()


def writes_in(commit: bytes) -> tuple[str, ...]:
    """Read the writes from a commit object; empty when it is not one of ours: something else has made it."""
    header, _, text = commit.partition(b"\n\n")
    found = _WRITES.search(text)
    if found is None or re.search(rb"^parent ", header, re.MULTILINE):
        return ()
    return tuple(found[1].decode().split())


def parse_files(listed: bytes) -> dict[str, str]:
    """Read what `git ls-tree -r -z` gives: paths and blob ids."""
    lines = [line.partition("\t") for line in listed.decode(errors="surrogateescape").split("\0") if line]
    return {path: head.split()[2] for head, _, path in lines}
