"""Findings, reports and states as text and as data."""

from __future__ import annotations

import json

import pytest

from lwdeploy.core.diagnostics import Diagnostic, Severity, SourceRef
from lwdeploy.core.errors import StateError
from lwdeploy.core.types import Action, ApplyReport, Outcome, Status
from lwdeploy.views.diagnostics import diagnostic_lines, diagnostics_json
from lwdeploy.views.line import plain, printable
from lwdeploy.views.report import outcome_line, report_json, report_lines
from lwdeploy.views.state import state_json, state_lines, state_list
from tests.unit.planning.builders import bot, domain_of, entry, root, state_of


def finding(excerpt: str = "  photoUrl: http://a", column: int = 13, **over: object) -> Diagnostic:
    whole = {
        "rule": "LW043",
        "message": "photoUrl is no https URL",
        "source": SourceRef(file="bots.yaml", line=7, column=column),
        "fix": "write https://host/path",
        "excerpt": excerpt,
    }
    return Diagnostic(**{**whole, **over})  # type: ignore[arg-type]


# --- findings


def test_a_finding_shows_its_place_its_line_a_caret_and_the_fix() -> None:
    assert plain(diagnostic_lines([finding()])) == (
        "bots.yaml:7:13: error[LW043] photoUrl is no https URL\n"
        "      7 |   photoUrl: http://a\n"
        "        |             ^\n"
        "      fix: write https://host/path\n"
        "\n"
        "1 error, 0 warnings\n"
    )


@pytest.mark.parametrize(
    ("excerpt", "column", "cells"),
    [("日本: x", 5, 6), ("e\u0301: x", 4, 2), ("\ta: x", 2, 6), ("abc", 99, 3), ("x", 1, 0)],
    ids=["wide", "combining", "tab", "behind the end", "first"],
)
def test_the_caret_stands_below_what_it_means(excerpt: str, column: int, cells: int) -> None:
    caret = next(line for line in plain(diagnostic_lines([finding(excerpt, column)])).splitlines() if "^" in line)
    assert caret == f"        | {' ' * cells}^"


def test_a_finding_about_a_whole_file_has_neither_line_nor_caret() -> None:
    whole = finding("", source=SourceRef(file="bots.yaml"), fix="")
    assert plain(diagnostic_lines([whole])) == (
        "bots.yaml: error[LW043] photoUrl is no https URL\n\n1 error, 0 warnings\n"
    )


def test_a_finding_about_a_whole_line_has_no_caret() -> None:
    assert "^" not in plain(diagnostic_lines([finding(column=0)]))


def test_errors_and_warnings_are_counted_apart() -> None:
    warning = finding(severity=Severity.WARNING)
    text = plain(diagnostic_lines([finding(), warning, warning]))
    assert text.endswith("1 error, 2 warnings\n")
    assert "warning[LW043]" in text


def test_no_finding_prints_nothing() -> None:
    assert plain(diagnostic_lines([])) == ""


def test_findings_are_data_too_and_warnings_leave_a_project_valid() -> None:
    made = diagnostics_json([finding(severity=Severity.WARNING)], documents=3, skipped=1)
    assert (made["format_version"], made["documents"], made["skipped"], made["valid"]) == (1, 3, 1, True)
    assert made["diagnostics"] == [
        {
            "rule": "LW043",
            "severity": "warning",
            "message": "photoUrl is no https URL",
            "fix": "write https://host/path",
            "file": "bots.yaml",
            "line": 7,
            "column": 13,
        }
    ]
    assert diagnostics_json([finding()], documents=1, skipped=0)["valid"] is False
    assert json.loads(json.dumps(made)) == made


def test_what_a_terminal_would_act_upon_is_shown_as_a_code() -> None:
    assert printable("a\x1b[31m\n日\u202e ") == "a\\u001b[31m\\u000a日\\u202e "


# --- reports


def outcome(status: Status = Status.DONE, **over: object) -> Outcome:
    whole = {"address": root(), "action": Action.UPDATE, "status": status, "remote_id": "7"}
    return Outcome(**{**whole, **over})  # type: ignore[arg-type]


def test_an_outcome_is_one_line() -> None:
    assert outcome_line(outcome()).text == "  done: update bot/helpdesk (7)"
    child = outcome(Status.FAILED, address=domain_of(), error="HTTP 400\nno")
    assert outcome_line(child).text == "  failed: update bot/helpdesk/domain/osaka: HTTP 400\\u000ano"


def test_a_good_report_is_its_last_line() -> None:
    report = ApplyReport(outcomes=(outcome(), outcome(address=root("b"))), serial=2)
    assert plain(report_lines(report)) == "Apply: 2 done.\n"
    assert plain(report_lines(ApplyReport(outcomes=()))) == "Apply: nothing to do.\n"


def test_a_bad_report_says_what_and_what_next() -> None:
    report = ApplyReport(
        outcomes=(
            outcome(),
            outcome(Status.UNKNOWN, error="no answer", advice="Plan again."),
            outcome(Status.NOT_STARTED),
        ),
        interrupted=True,
        failure=StateError("the disk is full", advice="Make room."),
    )
    text = plain(report_lines(report))
    assert "  unknown: update bot/helpdesk (7): no answer\n      next: Plan again.\n" in text
    assert "  not started: update bot/helpdesk (7)\n" in text
    assert "Stopped: the disk is full\n      next: Make room.\n" in text
    assert "Interrupted: " in text
    assert text.endswith("Apply: 1 done, 1 unknown, 1 not started.\n")


def test_a_failure_without_advice_is_told_without_one() -> None:
    report = ApplyReport(outcomes=(), failure=StateError("the disk is full"))
    assert plain(report_lines(report)).startswith("Stopped: the disk is full\nApply:")


def test_a_report_is_data_too() -> None:
    report = ApplyReport(
        outcomes=(outcome(Status.NOT_TAKEN, error="x", advice="y"),), serial=3, failure=StateError("full")
    )
    made = report_json(report, tenant="acme", digest="sha256:0", calls={"patchBot": 1})
    assert made["summary"] == {"done": 0, "failed": 0, "unknown": 0, "not_started": 0, "not_taken": 1}
    assert made["outcomes"] == [
        {
            "address": "bot/helpdesk",
            "action": "update",
            "status": "not_taken",
            "remote_id": "7",
            "error": "x",
            "advice": "y",
            "resume": "",
        }
    ]
    assert (made["complete"], made["failure"], made["calls"]) == (False, "full", {"patchBot": 1})
    assert json.loads(json.dumps(made)) == made
    good = report_json(ApplyReport(outcomes=()), tenant="acme", digest="", calls={})
    assert (good["complete"], good["failure"]) == (True, None)


# --- states


STATE = state_of({root(): entry("7", bot().spec, protect=True), domain_of(): entry("10000002")})


def test_a_state_lists_addresses_and_ids_in_columns() -> None:
    assert plain(state_list(STATE)) == ("bot/helpdesk               7\nbot/helpdesk/domain/osaka  10000002\n")
    assert plain(state_list(state_of())) == ""


def test_a_state_shows_what_was_applied() -> None:
    assert plain(state_lines(STATE, backend="file a.json", address=None)) == (
        "file a.json, lineage 7f3a91c2, serial 4\n"
        "bot/helpdesk  7  protected\n"
        '    botName.default: "helpdesk"\n'
        '    description.default: "About helpdesk"\n'
        "bot/helpdesk/domain/osaka  10000002\n"
    )


def test_one_entry_is_shown_alone() -> None:
    assert plain(state_lines(STATE, backend="x", address=str(domain_of()))) == (
        "bot/helpdesk/domain/osaka  10000002\n"
    )


def test_a_pipeline_takes_a_bot_s_id_from_the_data() -> None:
    made = state_json(STATE, backend="x", address="bot/helpdesk")
    assert (made["format_version"], made["remote_id"], made["protect"]) == (1, "7", True)


def test_the_whole_state_is_data_too() -> None:
    made = state_json(STATE, backend="x", address=None)
    assert list(made["resources"]) == ["bot/helpdesk", "bot/helpdesk/domain/osaka"]
    assert (made["lineage"], made["serial"], made["project"]) == ("7f3a91c2", 4, "acme")
    assert json.loads(json.dumps(made)) == made
