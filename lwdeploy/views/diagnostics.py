"""Findings as people read them: place, what, the offending line with a caret, what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from lwdeploy.core.diagnostics import Diagnostic, Severity
from lwdeploy.views.line import Line, Style, printable

__all__ = ["diagnostic_lines", "diagnostics_json"]

FORMAT_VERSION = 1
_STYLES = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING}


def diagnostic_lines(diagnostics: Iterable[Diagnostic]) -> Iterator[Line]:
    """Give the lines of all findings, in their order, and a last line that counts them."""
    counts = dict.fromkeys(Severity, 0)
    for each in diagnostics:
        counts[each.severity] += 1
        yield from _one(each)
    if any(counts.values()):
        yield Line(f"{_many(counts[Severity.ERROR], 'error')}, {_many(counts[Severity.WARNING], 'warning')}")


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _one(each: Diagnostic) -> Iterator[Line]:
    head = f"{each.source}: {each.severity}[{each.rule}] {printable(each.message)}"
    yield Line(head, _STYLES[each.severity])
    if each.excerpt:
        yield from _excerpt(each)
    if each.fix:
        yield Line(f"      fix: {printable(each.fix)}")
    yield Line("")


def _excerpt(each: Diagnostic) -> Iterator[Line]:
    number = str(each.source.line)
    yield Line(f"  {number:>5} | {printable(each.excerpt)}", Style.DIM)
    column = min(each.source.column, len(each.excerpt) + 1)
    if column:
        before = each.excerpt[: column - 1]
        yield Line(f"        | {' ' * _width(before)}^", Style.DIM)


def _width(text: str) -> int:
    """Count terminal cells: East Asian wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in printable(text)
    )


def diagnostics_json(diagnostics: Iterable[Diagnostic], *, documents: int, skipped: int) -> dict[str, Any]:
    """Give the findings in the form of `schemas/diagnostics.schema.json`."""
    found = list(diagnostics)
    return {
        "format_version": FORMAT_VERSION,
        "documents": documents,
        "skipped": skipped,
        "valid": not any(each.severity is Severity.ERROR for each in found),
        "diagnostics": [
            {
                "rule": each.rule,
                "severity": each.severity.value,
                "message": each.message,
                "fix": each.fix,
                "file": each.source.file,
                "line": each.source.line,
                "column": each.source.column,
            }
            for each in found
        ],
    }
