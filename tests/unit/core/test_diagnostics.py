"""Findings sort as people read: by file, line, column, then rule."""

from __future__ import annotations

import itertools

import pytest

from lwdeploy.core.diagnostics import Diagnostic, Severity, SourceRef


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SourceRef(file="bots.yaml", line=12, column=7), "bots.yaml:12:7"),
        (SourceRef(file="bots.yaml"), "bots.yaml"),
        (SourceRef(file="<stdin>", line=1, column=1), "<stdin>:1:1"),
    ],
)
def test_a_place_prints_as_editors_read_it(source: SourceRef, words: str) -> None:
    assert str(source) == words


def _finding(file: str, line: int, column: int, rule: str, message: str = "") -> Diagnostic:
    return Diagnostic(rule=rule, message=message, source=SourceRef(file=file, line=line, column=column))


_IN_ORDER = [
    _finding("a.yaml", 0, 0, "LW099"),
    _finding("a.yaml", 2, 9, "LW099"),
    _finding("a.yaml", 10, 1, "LW099"),
    _finding("a.yaml", 10, 3, "LW001", "a"),
    _finding("a.yaml", 10, 3, "LW001", "b"),
    _finding("a.yaml", 10, 3, "LW002", "a"),
    _finding("b.yaml", 1, 1, "LW001"),
]


def test_findings_sort_by_place_then_rule_then_message_from_every_order() -> None:
    for shuffled in itertools.permutations(_IN_ORDER):
        assert sorted(shuffled, key=lambda finding: finding.sort_key) == _IN_ORDER


def test_a_finding_is_an_error_unless_it_says_otherwise() -> None:
    assert _finding("a.yaml", 1, 1, "LW001").severity is Severity.ERROR
    assert [str(each) for each in Severity] == ["error", "warning"]
