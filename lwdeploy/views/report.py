"""How an apply ended: as text, and in the form of `schemas/report.schema.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from lwdeploy.core.types import ApplyReport, Outcome, Status
from lwdeploy.views.line import Line, Style, printable

__all__ = ["outcome_line", "report_json", "report_lines"]

FORMAT_VERSION = 1
_STYLES: Mapping[Status, Style] = {
    Status.DONE: Style.GOOD,
    Status.FAILED: Style.ERROR,
    Status.UNKNOWN: Style.ERROR,
    Status.NOT_STARTED: Style.WARNING,
    Status.NOT_TAKEN: Style.WARNING,
}


def outcome_line(outcome: Outcome) -> Line:
    """Give the one line of an outcome."""
    remote = f" ({outcome.remote_id})" if outcome.remote_id and outcome.address.is_root else ""
    error = f": {printable(outcome.error)}" if outcome.error else ""
    text = f"  {outcome.status}: {outcome.action} {outcome.address}{remote}{error}"
    return Line(text, _STYLES[outcome.status])


def report_lines(report: ApplyReport) -> Iterator[Line]:
    """Give what did not end well, with what to do next (once for a row of the same), and a line that counts."""
    bad = [outcome for outcome in report.outcomes if outcome.status is not Status.DONE]
    for outcome, following in zip_longest(bad, bad[1:]):
        yield outcome_line(outcome)
        repeated = following is not None and (following.status, following.advice) == (
            outcome.status,
            outcome.advice,
        )
        if outcome.advice and not repeated:
            yield Line(f"      next: {printable(outcome.advice)}")
    if report.failure is not None:
        yield Line(f"Stopped: {printable(report.failure.message)}", Style.ERROR)
        if report.failure.advice:
            yield Line(f"      next: {printable(report.failure.advice)}")
    if report.interrupted:
        yield Line(
            "Interrupted: what was in flight is finished and recorded. Apply again to go on.", Style.WARNING
        )
    counts = ", ".join(f"{report.count(status)} {status}" for status in Status if report.count(status))
    yield Line(f"Apply: {counts or 'nothing to do'}.", Style.BOLD if bad else Style.GOOD)


def report_json(report: ApplyReport, *, tenant: str, digest: str, calls: Mapping[str, int]) -> dict[str, Any]:
    """Give the whole report as data; `calls` counts what was sent, by operation."""
    return {
        "format_version": FORMAT_VERSION,
        "tenant": tenant,
        "plan_digest": digest,
        "complete": report.complete,
        "interrupted": report.interrupted,
        "failure": None if report.failure is None else report.failure.message,
        "state_serial": report.serial,
        "summary": {status.value.replace(" ", "_"): report.count(status) for status in Status},
        "calls": dict(calls),
        "outcomes": [_outcome_json(outcome) for outcome in report.outcomes],
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "address": str(outcome.address),
        "action": outcome.action.value,
        "status": outcome.status.value.replace(" ", "_"),
        "remote_id": outcome.remote_id,
        "error": outcome.error,
        "advice": outcome.advice,
    }
