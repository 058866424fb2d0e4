"""Says at the end how many states were visited, and the shortest way to what a missing precaution breaks."""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what the searches of the model saw."""
    lines = [
        value
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == "model"
    ]
    if lines:
        terminalreporter.section("every order of steps")
        for line in lines:
            terminalreporter.write_line(line)
