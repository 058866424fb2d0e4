"""The one tree of errors. The type tells what may be done next; the message tells a person.

    LwdeployError
    |-- UserError             the call or the project is wrong; exit 1
    |   `-- InvalidManifests  findings with file, line and column; exit 3
    |-- PlanRefused           a plan that must not run; exit 4
    |   |-- UnsafePlan        a guard said no
    |   |-- StalePlan         the tenant, the state or the files moved; exit 5
    |   |-- AmbiguousMatch    more than one object could be meant
    |   `-- QuotaExceeded     more bots than the tenant takes
    |-- RemoteError           the tenant answered, or did not
    |   |-- Rejected          it said no; never retried
    |   |   `-- Unchangeable  it does not let this object be changed: it must be replaced
    |   |-- Throttled         it said later; the client has waited as long as it may
    |   |-- Unavailable       it gave no answer, and nothing can have changed
    |   `-- OutcomeUnknown    it gave no answer, and something may have changed; never repeated blindly
    |-- StateError            what we remember cannot be read or written
    |   |-- Locked            somebody else holds the lease; exit 6
    |   |-- Corrupt           unreadable, torn or of a newer format
    |   `-- LineageMismatch   it belongs to another tenant or to another history
    `-- Interrupted           a person or the machine asked to stop; exit 130

No error carries a request body, a token or a key. Nothing of the HTTP library leaves `lwdeploy.api`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lwdeploy.core.diagnostics import Diagnostic

__all__ = [
    "AmbiguousMatch",
    "Corrupt",
    "Interrupted",
    "InvalidManifests",
    "LineageMismatch",
    "Locked",
    "LwdeployError",
    "OutcomeUnknown",
    "PlanRefused",
    "QuotaExceeded",
    "Rejected",
    "RemoteError",
    "StalePlan",
    "StateError",
    "Throttled",
    "Unavailable",
    "Unchangeable",
    "UnsafePlan",
    "UserError",
]


class LwdeployError(Exception):
    """Root of everything that lwdeploy raises on purpose.

    `message` says what happened and why, `advice` what to do next (may be empty).
    """

    exit_code = 1

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}\n{self.advice}" if self.advice else self.message


class UserError(LwdeployError):
    """The command line, the environment or the project asks for something that cannot be done."""


class InvalidManifests(UserError):
    """Manifests have errors; every one of them is in `diagnostics`, sorted."""

    exit_code = 3

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(f"{len(diagnostics)} problem(s) in the manifests")
        self.diagnostics = diagnostics


class PlanRefused(LwdeployError):
    """What was asked for is understood and must not run like this."""

    exit_code = 4


class UnsafePlan(PlanRefused):
    """A guard refuses the plan; the message names the guard and the flag that overrides it."""


class StalePlan(PlanRefused):
    """Something that the plan depends on is no longer as it was when the plan was made."""

    exit_code = 5


class AmbiguousMatch(PlanRefused):
    """Identity cannot be decided without a person."""


class QuotaExceeded(PlanRefused):
    """The tenant would have more bots than it takes at some moment of the apply."""


class RemoteError(LwdeployError):
    """The tenant's answer to one operation, or the lack of it.

    `operation` is the operationId (`createBot`), `status` the HTTP status or 0 without an answer,
    `code` the service's own error code or empty.
    """

    def __init__(self, message: str, *, operation: str, status: int = 0, code: str = "", advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.operation = operation
        self.status = status
        self.code = code


class Rejected(RemoteError):
    """The tenant refused the request: repeating it would be refused again. Nothing was changed."""

    @property
    def is_gone(self) -> bool:
        """Whether the object does not exist; API 1.0 had a code for bots that 2.0 may still use."""
        return self.status == 404 or self.code == "NONEXISTENT_BOT"


class Unchangeable(Rejected):
    """The tenant does not let an object be changed in place. Nothing was changed; a new one can take its place."""


class Throttled(RemoteError):
    """Still over the rate limit after the longest wait that was allowed. Nothing was changed."""


class Unavailable(RemoteError):
    """No usable answer, and nothing can have been changed by asking."""


class OutcomeUnknown(RemoteError):
    """A write was sent and no usable answer came back: it may or may not have happened."""


class StateError(LwdeployError):
    """The state cannot be read, or cannot be written."""


class Locked(StateError):
    """Another run holds the lease, and did not let go in time."""

    exit_code = 6


class Corrupt(StateError):
    """The stored state is torn, of a newer format, or not a state at all."""


class LineageMismatch(StateError):
    """The state belongs to another tenant, or to another history of this one."""


class Interrupted(LwdeployError):
    """The run was asked to stop."""

    exit_code = 130
