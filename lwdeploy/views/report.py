"""How an apply ended: as text, and in the form of `schemas/report.schema.json`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from lwdeploy.core.types import ApplyReport, Outcome, Status
from lwdeploy.views.line import Line, Style, printable
from lwdeploy.views.stale import Stale, stale_json

__all__ = ["Course", "outcome_line", "report_json", "report_lines"]

FORMAT_VERSION = 1
_STYLES: Mapping[Status, Style] = {
    Status.DONE: Style.GOOD,
    Status.FAILED: Style.ERROR,
    Status.UNKNOWN: Style.ERROR,
    Status.NOT_STARTED: Style.WARNING,
    Status.NOT_TAKEN: Style.WARNING,
}


def _no_command(_outcome: Outcome) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a report tells of a run besides the outcomes: when, where it is audited, and how to go on.

    `ended` is false in a report that is written while the run is at work. `resume` gives the command that goes on
    with one change, empty where nothing is left to do; `resume_all` goes on with all of them.
    """

    run: str = ""
    begun_at: str = ""
    ended_at: str | None = None
    ended: bool = True
    exit_code: int | None = None
    audit: str | None = None
    resume: Callable[[Outcome], str] = field(default=_no_command)
    resume_all: str = ""
    stale: Stale | None = None


def outcome_line(outcome: Outcome) -> Line:
    """Give the one line of an outcome."""
    remote = f" ({outcome.remote_id})" if outcome.remote_id and outcome.address.is_root else ""
    error = f": {printable(outcome.error)}" if outcome.error else ""
    text = f"  {outcome.status}: {outcome.action} {outcome.address}{remote}{error}"
    return Line(text, _STYLES[outcome.status])


def report_lines(report: ApplyReport, *, resume: Callable[[Outcome], str] = _no_command) -> Iterator[Line]:
    """Give what did not end well, with what to do next (once for a row of the same), and a line that counts."""
    bad = [outcome for outcome in report.outcomes if outcome.status is not Status.DONE]
    for outcome, following in zip_longest(bad, bad[1:]):
        yield outcome_line(outcome)
        repeated = following is not None and _next(following, resume) == _next(outcome, resume)
        if not repeated:
            yield from (Line(f"      next: {printable(each)}") for each in _next(outcome, resume)[1:] if each)
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


def _next(outcome: Outcome, resume: Callable[[Outcome], str]) -> tuple[str, str, str]:
    return (outcome.status.value, outcome.advice, resume(outcome))


def report_json(
    report: ApplyReport,
    *,
    tenant: str | None,
    digest: str | None,
    reason: str = "",
    calls: Mapping[str, int],
    course: Course | None = None,
) -> dict[str, Any]:
    """Give the whole report as data.

    `calls` counts what was sent, by operation; `reason` is why the plan overrides guards.
    """
    course = course or Course()
    return {
        "format_version": FORMAT_VERSION,
        "run": course.run,
        "phase": "ended" if course.ended else "begun",
        "begun_at": course.begun_at,
        "ended_at": course.ended_at,
        "exit_code": course.exit_code,
        "tenant": tenant,
        "plan_digest": digest,
        "reason": reason,
        "complete": course.ended and report.complete,
        "interrupted": report.interrupted,
        "failure": None if report.failure is None else report.failure.message,
        "advice": "" if report.failure is None else report.failure.advice,
        "stale": None if course.stale is None else stale_json(course.stale),
        "audit": course.audit,
        "resume": course.resume_all,
        "state_serial": report.serial,
        "summary": {status.value.replace(" ", "_"): report.count(status) for status in Status},
        "calls": dict(calls),
        "outcomes": [_outcome_json(outcome, resume=course.resume(outcome)) for outcome in report.outcomes],
    }


def _outcome_json(outcome: Outcome, *, resume: str) -> dict[str, Any]:
    return {
        "address": str(outcome.address),
        "action": outcome.action.value,
        "status": outcome.status.value.replace(" ", "_"),
        "remote_id": outcome.remote_id,
        "error": outcome.error,
        "advice": outcome.advice,
        "resume": resume,
    }
