"""docs/simulator.md says what is: its tables are those of the code, its suites pass.

`REWRITE_DOCS=1 pytest tests/simulator/test_docs_page.py` writes the table of the switches anew. What its console
block shows is compared by tests/test_docs.py.
"""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest
from starlette.routing import Route

from lwdeploy.simulator import FAULT_KINDS, SWITCHES, LocalTenant, LogEntry, Settings
from lwdeploy.simulator.control import Control
from tests.simulator.test_plugin import suite

PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"
BETWEEN = re.compile(r"(?<=<!-- switches -->\n).*?(?=<!-- end of switches -->)", re.DOTALL)
SUITES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def section(title: str) -> str:
    return next(part for part in re.split(r"^## ", text(), flags=re.MULTILINE) if part.startswith(title))


def first_cells(title: str) -> set[str]:
    """Give the words in backquotes of the first column of a section's tables."""
    return {word for cell in re.findall(r"^\| (`.*?) \|", section(title), re.MULTILINE) for word in ticked(cell)}


def ticked(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def table() -> str:
    rows = [
        f"| `{each.name}` | **{each.default}**, {', '.join(each.readings[1:])} | {each.meaning} | {each.source} |"
        for each in SWITCHES
    ]
    return "\n".join(
        ["| switch | readings, default first | what it is about | what is known |", "|---|---|---|---|", *rows, ""]
    )


def test_the_table_of_the_switches_is_the_registry() -> None:
    if os.environ.get("REWRITE_DOCS"):
        PAGE.write_text(BETWEEN.sub(lambda _: table(), text()), encoding="utf-8")
    assert BETWEEN.findall(text()) == [table()]


def test_every_fault_is_explained() -> None:
    assert first_cells("Bad days") == set(FAULT_KINDS)


def test_every_setting_is_explained() -> None:
    assert first_cells("In a pytest suite") == {field.name for field in fields(Settings)}


def test_every_call_of_the_control_api_is_listed(local_tenant: LocalTenant) -> None:
    control = Control(
        local_tenant._tenant,
        local_tenant._identity,
        faults=local_tenant._faults,
        log=local_tenant._requests,
        callbacks=local_tenant._callbacks,
    )
    served = {
        f"{method} {re.sub(r':int', '', route.path)}"
        for route in control.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert first_cells("From other languages") == served


def test_what_the_log_holds_is_said() -> None:
    told = re.sub(r"\s+", " ", section("From other languages"))
    assert "its number, time, method, path, query, operation, status, outcome and body" in told
    assert [field.name for field in fields(LogEntry)][1:] == [
        "time", "method", "path", "query", "operation", "status", "outcome", "body",
    ]  # fmt: skip


@pytest.mark.parametrize("content", SUITES, ids=["fixture", "watching", "callbacks"])
def test_the_suites_that_it_shows_pass(content: str, tmp_path: Path) -> None:
    ran = suite(tmp_path, content)
    assert ran.returncode == 0, ran.stdout + ran.stderr
