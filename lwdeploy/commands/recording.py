"""What is kept of one apply while it runs, and the report file, which is truthful from its first moment on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lwdeploy.commands.audit import AuditFile
from lwdeploy.commands.resuming import Resume
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import dumps
from lwdeploy.core.errors import Interrupted, LwdeployError, UserError
from lwdeploy.core.types import ApplyReport, Change, Outcome, Status
from lwdeploy.planning.model import Plan
from lwdeploy.reconcile.outcomes import not_started
from lwdeploy.state.disk import put
from lwdeploy.views.report import Course, report_json
from lwdeploy.views.stale import Stale

__all__ = ["Recording"]

_BEGUN = "the run has not told how it ended"
_UNTOLD = "a write was sent for it, and the run ended before it was told what became of it"
_NOTHING_SENT = "nothing was sent for it"
_LOOK = "Plan again: the next run looks at the tenant before it writes."


class Recording:
    """What a run has done so far, told from any thread, and the file that says so.

    `report` and `audit` are the files that were asked for; without `report` none is written. Nothing in here
    waits for a lock, so that a signal handler may ask for the report at any moment.
    """

    def __init__(
        self,
        *,
        resume: Resume,
        run: str,
        now: Callable[[], datetime],
        report: Path | None = None,
        audit: Path | None = None,
    ) -> None:
        self.run = run
        self.now = now
        self.audit = audit
        self._report = report
        self._resume = resume
        self._begun_at = _told(now())
        self._plan: Plan | None = None
        self._audit: AuditFile | None = None
        self._calls: Callable[[], Mapping[str, int]] = dict
        self._known_calls: Mapping[str, int] = {}
        self._outcomes: dict[Address, Outcome] = {}

    # --- told while the run is at work

    def begin(self) -> None:
        """Write that the run has begun. Raises UserError when the report cannot be written."""
        self.write(self._begun())

    def plan(self, plan: Plan) -> None:
        """Take note of the plan: from here on it is not known of any step what becomes of it."""
        self._plan = plan
        self._resume = self._resume.knowing(plan)
        self.write(self._begun())

    def counting(self, calls: Callable[[], Mapping[str, int]]) -> None:
        """Take note of how the calls are counted."""
        self._calls = calls

    def audited(self, audit: AuditFile) -> None:
        """Take note of where the writes are recorded."""
        self._audit = audit
        self._known_calls = self._calls()

    def outcome(self, outcome: Outcome) -> None:
        """Take note of one outcome; called from any thread."""
        self._outcomes[outcome.address] = outcome
        self._known_calls = self._calls()

    # --- asked at its end

    def ended(self, report: ApplyReport, *, exit_code: int) -> dict[str, Any]:
        """Give the report of a run that ended with one."""
        return self._document(report, exit_code=exit_code, calls=self._calls())

    def failed(self, error: LwdeployError, *, stale: Stale | None = None) -> dict[str, Any]:
        """Give the report of a run that ended without one of its own."""
        report = self._as_far_as_known(error)
        return self._document(report, exit_code=error.exit_code, calls=self._calls(), stale=stale)

    def stopped(self) -> None:
        """Let nothing leave any more, and write what is known at this very moment; for a signal handler."""
        if self._audit is not None:
            self._audit.close_gate()
        error = Interrupted("The run was stopped at once: what was in flight is not known", advice=_LOOK)
        report = self._as_far_as_known(error)
        self.write(self._document(report, exit_code=error.exit_code, calls=self._known_calls))

    def write(self, document: Mapping[str, Any]) -> None:
        """Put the report into its file, as a whole. Raises UserError when that cannot be."""
        if self._report is None:
            return
        path = self._report
        try:
            if path.exists() and not path.is_file():
                raise UserError(f"The report cannot be written to {path}: it is no regular file")
            put(Path(os.path.realpath(path)), _bytes(document))
        except OSError as error:
            raise UserError(
                f"The report cannot be written to {path}: {error.strerror or error}",
                advice="Name another file with --report.",
            ) from error

    def resume(self, outcome: Outcome) -> str:
        """Give the command that goes on with one change."""
        return self._resume.after(outcome)

    # --- how

    def _begun(self) -> dict[str, Any]:
        unknown = tuple(_outcome(step, Status.UNKNOWN, error=_BEGUN) for step in self._steps)
        return self._document(ApplyReport(outcomes=unknown), exit_code=None, calls={})

    def _as_far_as_known(self, error: LwdeployError) -> ApplyReport:
        told = self._outcomes.copy()
        outcomes = tuple(told.get(step.address) or self._untold(step) for step in self._steps)
        return ApplyReport(outcomes=outcomes, interrupted=isinstance(error, Interrupted), failure=error)

    def _untold(self, step: Change) -> Outcome:
        touched = self._audit.touched if self._audit is not None else frozenset()
        if step.address in touched:
            return _outcome(step, Status.UNKNOWN, error=_UNTOLD)
        return not_started(step, _NOTHING_SENT)

    @property
    def planned(self) -> Plan | None:
        """The plan, once it is known."""
        return self._plan

    @property
    def _steps(self) -> tuple[Change, ...]:
        return self._plan.steps if self._plan is not None else ()

    def _document(
        self,
        report: ApplyReport,
        *,
        exit_code: int | None,
        calls: Mapping[str, int],
        stale: Stale | None = None,
    ) -> dict[str, Any]:
        ended = exit_code is not None
        look = not ended or stale is not None or any(each.status is Status.UNKNOWN for each in report.outcomes)
        done = ended and report.complete
        course = Course(
            run=self.run,
            begun_at=self._begun_at,
            ended_at=_told(self.now()) if ended else None,
            ended=ended,
            exit_code=exit_code,
            audit=None if self._audit is None else _shown(self._audit.path, self._resume.request.cwd),
            resume=self._resume.after,
            resume_all="" if done else self._resume.everything(look=look),
            stale=stale,
        )
        plan = self._plan
        return report_json(
            report,
            tenant=None if plan is None else plan.tenant,
            digest=None if plan is None else plan.digest,
            reason="" if plan is None else plan.reason,
            calls=calls,
            course=course,
        )


def _outcome(step: Change, status: Status, *, error: str) -> Outcome:
    return Outcome(
        address=step.address,
        action=step.action,
        status=status,
        remote_id=step.remote_id,
        error=error,
        advice=_LOOK,
    )


def _shown(path: Path, cwd: Path) -> str:
    return str(path.relative_to(cwd) if path.is_relative_to(cwd) else path)


def _bytes(document: Mapping[str, Any]) -> bytes:
    # A lone surrogate has no UTF-8 form; its backslash form inside a JSON string is its JSON escape.
    return f"{dumps(document, indent=2)}\n".encode("utf-8", "backslashreplace")


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
