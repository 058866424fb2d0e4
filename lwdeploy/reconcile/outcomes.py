"""How a step ended that did not end well, with what to do next. Pure."""

from __future__ import annotations

from lwdeploy.core.errors import LwdeployError, OutcomeUnknown
from lwdeploy.core.types import Change, Outcome, Status

__all__ = ["failed", "not_started"]

_ADVICE = {
    Status.FAILED: "Correct the cause and apply again: what is done stays done.",
    Status.UNKNOWN: "Plan again: the next run looks at the tenant before it writes.",
    Status.NOT_STARTED: "Apply again once the cause is gone.",
}


def failed(step: Change, error: LwdeployError, *, remote_id: str | None = None) -> Outcome:
    """Give the outcome of a step that raised."""
    status = Status.UNKNOWN if isinstance(error, OutcomeUnknown) else Status.FAILED
    return Outcome(
        address=step.address,
        action=step.action,
        status=status,
        remote_id=remote_id or step.remote_id,
        error=error.message,
        advice=error.advice or _ADVICE[status],
    )


def not_started(step: Change, why: str) -> Outcome:
    """Give the outcome of a step that was never begun."""
    return Outcome(
        address=step.address,
        action=step.action,
        status=Status.NOT_STARTED,
        remote_id=step.remote_id,
        error=why,
        advice=_ADVICE[Status.NOT_STARTED],
    )
