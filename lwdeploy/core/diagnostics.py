"""What is wrong with a manifest, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Diagnostic", "Severity", "SourceRef"]


class Severity(StrEnum):
    """How bad a finding is: an error stops the run with exit 3, a warning is only printed."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SourceRef:
    """A place in a file as people count: line and column from 1; 0 means the file as a whole.

    `file` is relative to the working directory where possible, `<stdin>` for standard input.
    """

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: rule id (`LW012`), message (what and why), fix (what to do), and the place.

    `excerpt` is the offending line of the file without its line end, or empty where there is none.
    Messages and excerpts never carry control characters: views may print them as they are.
    """

    rule: str
    message: str
    source: SourceRef
    fix: str = ""
    severity: Severity = Severity.ERROR
    excerpt: str = ""

    @property
    def sort_key(self) -> tuple[SourceRef, str, str]:
        """The order in which people read findings: by file, line, column, then rule."""
        return (self.source, self.rule, self.message)
