"""What a 4xx means, and what the reader can do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lwdeploy.api.replies import Reply
from lwdeploy.api.retry import Subject
from lwdeploy.api.wording import envelope
from lwdeploy.core.errors import Rejected

__all__ = ["refused_call", "refused_token"]

_UNAUTHORIZED = (
    "The token was renewed once and refused again. Tick the {scope} for this app in the Developer "
    "Console; check that client ID, service account and private key belong to that same app, and that the "
    "clock of this machine is right."
)
_FORBIDDEN = (
    "The token is good but not for this: tick the {scope} for this app in the Developer Console, and "
    "check that the service account belongs to this tenant."
)
_ELSE = "Nothing was changed by this request. Repeating it as it is would be refused again."

_CREDENTIALS = "Check the client ID and the client secret: both come from the app's page in the Developer Console."
_GRANT = (
    "Check the service account and the private key (both of the same app as the client ID), and the clock of "
    "this machine."
)
_HINTS = {
    "invalid_client": _CREDENTIALS,
    "invalid_grant": _GRANT,
    "invalid_scope": "Tick the {scope} for this app in the Developer Console.",
    "unauthorized_client": "Check that the app has a service account, and that the client ID is of that app.",
    "access_denied": "Tick the {scope} for this app in the Developer Console.",
}


def refused_call(
    call: Subject, reply: Reply, *, scope: str, sent: Any = None, secrets: Iterable[str] = ()
) -> Rejected:
    """Give the error of a call that the tenant refused; `scope` is what it needs, `sent` the body it had."""
    said = envelope(reply.value, sent=sent, secrets=secrets)
    advice = {401: _UNAUTHORIZED, 403: _FORBIDDEN}.get(reply.status, _ELSE)
    return Rejected(
        f"{call} was refused: HTTP {reply.status}{f' {said}' if str(said) else ''}",
        operation=call.operation,
        status=reply.status,
        code=said.code,
        advice=advice.format(scope=_named(scope)),
    )


def refused_token(reply: Reply, *, scope: str, skew: float | None, secrets: Iterable[str] = ()) -> Rejected:
    """Give the error of a token request that was refused; `skew` is how far this clock is ahead."""
    said = envelope(reply.value, fields=("error", "error_description"), secrets=secrets)
    hint = _HINTS.get(said.code, f"{_CREDENTIALS} {_GRANT}").format(scope=_named(scope))
    if skew is not None and abs(skew) > 120:
        side = "ahead of" if skew > 0 else "behind"
        hint = f"The clock of this machine is {abs(skew):.0f} s {side} the server's: set it right. {hint}"
    return Rejected(
        f"issueToken was refused: HTTP {reply.status}{f' {said}' if str(said) else ''}",
        operation="issueToken",
        status=reply.status,
        code=said.code,
        advice=hint,
    )


def _named(scope: str) -> str:
    names = [f"`{each}`" for each in scope.split()]
    return f"{'scope' if len(names) == 1 else 'scopes'} {' and '.join(names)}"
