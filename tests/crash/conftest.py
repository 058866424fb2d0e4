"""Runs that are quick enough to be many, and the table at the end of a full sweep of interruptions."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

from tests.support.swift import spare_keys_and_certificates

pytest.register_assert_rewrite("tests.crash.menu_work", "tests.crash.menu_sweep")


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs inside this process begin at once."""
    spare_keys_and_certificates(monkeypatch)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was interrupted how often, and what came of it, when all of it was asked for."""
    if os.environ.get("CRASH_SWEEP") != "full":
        return
    rows = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "sweep"
    ]
    if rows:
        terminalreporter.section("interruptions of work on rich menus")
        for line in _table(rows):
            terminalreporter.write_line(line)


def _table(rows: list[Any]) -> list[str]:
    """Give one line for each work, each kind of trouble, and all."""
    runs: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    places: dict[str, int] = {}
    for work, kind, requests, tried, wrong in rows:
        places[work] = requests
        for key in (work, kind, "all"):
            runs[key] += tried
            bad[key] += wrong
    head = f"{'':32} {'requests':>8} {'runs':>6} {'failed':>6}"
    works = [f"{work:32} {places[work]:8} {runs[work]:6} {bad[work]:6}" for work in places]
    kinds = [f"{kind:32} {'':8} {runs[kind]:6} {bad[kind]:6}" for kind in runs if kind not in {*places, "all"}]
    return [head, *works, "", *kinds, "", f"{'all':32} {sum(places.values()):8} {runs['all']:6} {bad['all']:6}"]
