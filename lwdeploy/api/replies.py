"""From bytes to meaning: an exchange is either a usable reply or trouble."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.api.wire import Answer, Failure

__all__ = ["Reply", "Trouble", "understand"]

# A gateway says 408 when the service behind it was too slow, which may have worked on all the same.
_REFUSALS = frozenset(range(400, 500)) - {408}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A conclusive answer: 2xx with its JSON value (None for an empty body), or a 4xx refusal."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    value: Any = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Anything else; `sent` is False when the server cannot have seen the request, `status` 0 without one."""

    reason: str
    sent: bool
    status: int = 0


def understand(answer: Answer | Failure) -> Reply | Trouble:
    """Sort an exchange. The status line of a refusal is conclusive, whatever became of its body."""
    if isinstance(answer, Failure):
        return Trouble(reason=answer.reason, sent=answer.sent)
    value, problem = _decode(answer)
    if answer.status in _REFUSALS:
        return Reply(status=answer.status, headers=answer.headers, value=None if problem else value)
    if not 200 <= answer.status < 300:
        kind = "a redirect, which is not followed" if 300 <= answer.status < 400 else f"HTTP {answer.status}"
        return Trouble(reason=kind, sent=True, status=answer.status)
    if problem:
        return Trouble(reason=problem, sent=True, status=answer.status)
    return Reply(status=answer.status, headers=answer.headers, value=value)


def _decode(answer: Answer) -> tuple[Any, str]:
    if answer.cut:
        return None, answer.cut
    if not answer.body.strip():
        return None, ""
    try:
        return json.loads(answer.body), ""
    except (ValueError, RecursionError):
        page = answer.body.lstrip()[:1] == b"<"
        return None, "an HTML page instead of JSON" if page else "an answer that is not whole JSON"
