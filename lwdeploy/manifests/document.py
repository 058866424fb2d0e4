"""What a manifest file holds: documents, and the place of every value in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from lwdeploy.core.diagnostics import Diagnostic, Severity, SourceRef
from lwdeploy.manifests.text import excerpt, printable

__all__ = ["LEAF", "Document", "Place", "Source"]


class Place(NamedTuple):
    """Where one value stands, in lines and columns from 1.

    A named tuple and no dataclass, because one is made for every value of every file. `line` and `column`
    are the value's own, except that a mapping or a list under a key is said to be at its key.
    """

    line: int
    column: int
    key_line: int
    key_column: int
    children: Mapping[str, Place]


LEAF: Mapping[str, Place] = MappingProxyType({})
"""The children of a value that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file as it was read: its name in messages, its folder, its lines without their ends."""

    name: str
    folder: Path
    lines: Sequence[str] = ()

    def finding(
        self,
        rule: str,
        message: str,
        *,
        line: int = 0,
        column: int = 0,
        fix: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """Give the diagnostic for a place in this file, with the line as excerpt; safe to print."""
        shown = excerpt(self.lines[line - 1], column) if 0 < line <= len(self.lines) else ""
        where = SourceRef(file=self.name, line=line, column=column)
        return Diagnostic(
            rule=rule,
            message=printable(message),
            source=where,
            fix=printable(fix),
            severity=severity,
            excerpt=shown,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """One YAML document of this project: plain data, and the place of every value.

    `broken` documents end where the YAML does: they are known by kind and name, and not judged further.
    `flaws` are the places of what the loader already reported; whoever finds something there as well keeps
    silent, because it is the same mistake.
    """

    data: Mapping[str, Any]
    source: Source
    root: Place
    broken: bool = False
    flaws: frozenset[tuple[int, int]] = field(default_factory=frozenset)

    @property
    def file(self) -> str:
        """The name of the file in messages."""
        return self.source.name

    @property
    def kind(self) -> str:
        """The document's kind, or empty when it has none."""
        return _text(self.data.get("kind"))

    @property
    def name(self) -> str:
        """The document's key, or empty when it has none."""
        metadata = self.data.get("metadata")
        return _text(metadata.get("name")) if isinstance(metadata, dict) else ""

    @property
    def spec(self) -> Mapping[str, Any]:
        """The document's spec, empty when it is no mapping."""
        spec = self.data.get("spec")
        return spec if isinstance(spec, dict) else {}

    def place(self, path: Sequence[str]) -> Place:
        """Give the place of a path, or the nearest place above it."""
        place = self.root
        for segment in path:
            below = place.children.get(segment)
            if below is None:
                break
            place = below
        return place

    def at(self, path: Sequence[str]) -> SourceRef:
        """Give the place of a path, or the nearest place above it, as people read it."""
        place = self.place(path)
        return SourceRef(file=self.file, line=place.line, column=place.column)

    def finding(
        self,
        rule: str,
        message: str,
        *,
        path: Sequence[str],
        fix: str,
        at_key: bool = False,
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """Give the diagnostic for a value, or for the key that it stands under."""
        place = self.place(path)
        line, column = (place.key_line, place.key_column) if at_key else (place.line, place.column)
        return self.source.finding(rule, message, line=line, column=column, fix=fix, severity=severity)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
