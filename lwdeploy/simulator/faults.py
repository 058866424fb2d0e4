"""Bad days by rule: which request of which operation goes wrong, and how."""

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from lwdeploy.simulator.wire import Answer

__all__ = ["FAULT_KINDS", "Fault", "FaultKind", "Faults"]

FaultKind = Literal[
    "cut_before_commit",
    "commit_then_cut",
    "cut_mid_body",
    "delay",
    "slow_drip",
    "status",
    "html_200",
    "truncated_json",
    "expired_token",
    "stale_list",
    "lagging_list",
    "lingering_list",
    "short_pages",
    "repeated_ids",
    "cursor_loop",
]
FAULT_KINDS: tuple[str, ...] = get_args(FaultKind)

_CODES = {
    400: ("INVALID_PARAMETER", "Invalid request"),
    401: ("UNAUTHORIZED", "Authentication failed."),
    403: ("FORBIDDEN", "Not allowed api"),
    404: ("NOT_FOUND", "Not found"),
    429: ("TOO_MANY_REQUESTS", "API rate limit exceeded"),
}
_HTML = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Please wait.</h1></body></html>"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One rule.

    It looks at the requests of `operation` (None: of all) since it was added and goes off at the `nth` of
    them (from 1), or with `probability` drawn from `seed`, or, with neither, at each; `times` limits how
    often, and is 1 with `nth`. What goes wrong is `kind`:

    - cut_before_commit: the connection drops, nothing was done; commit_then_cut: it was done, no answer
      comes; cut_mid_body: it was done, half of the answer comes.
    - delay: `seconds` pass before the work (with `commit`: after it); slow_drip: the body takes `seconds` to
      come.
    - status: `status` with `headers` and `body` (none: the usual envelope); html_200: a web page instead of
      an answer. With `commit` the work was done nevertheless, as behind a gateway that gave up waiting.
    - truncated_json: done, and the JSON ends half way. expired_token: the token is ended, 401.
    - stale_list: the answer of the last equal request again (empty when there was none); lagging_list: the
      newest `rows` rows are not there yet; lingering_list: rows that were deleted since the last equal
      request are still there; short_pages: at most `rows` rows a page; repeated_ids: the last row comes
      twice; cursor_loop: nextCursor leads back to the first page.
    """

    kind: FaultKind
    operation: str | None = None
    nth: int | None = None
    probability: float | None = None
    seed: int = 0
    times: int | None = None
    seconds: float = 0.0
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    body: str | None = None
    commit: bool = False
    rows: int = 1

    def __post_init__(self) -> None:
        if self.kind not in FAULT_KINDS:
            raise ValueError(f"no fault is called {self.kind!r}; there are {', '.join(FAULT_KINDS)}")
        if self.nth is not None and self.probability is not None:
            raise ValueError("a fault has either nth or probability")
        if self.nth is not None and self.nth < 1:
            raise ValueError(f"nth counts from 1, got {self.nth}")
        if not 100 <= self.status <= 599:
            raise ValueError(f"{self.status} is not an HTTP status")

    def answer(self) -> Answer:
        """Return the answer of a `status` or `html_200` fault."""
        if self.kind == "html_200":
            return Answer(status=200, raw=_HTML, media_type="text/html; charset=UTF-8")
        code, description = _CODES.get(self.status, ("INTERNAL_SERVER_ERROR", "Internal server error"))
        content = {"code": code, "description": description} if self.body is None else None
        raw = None if self.body is None else self.body.encode()
        named = {name.lower(): value for name, value in self.headers.items()}
        media_type = named.get("content-type", "application/json; charset=UTF-8")
        headers = tuple((name, value) for name, value in self.headers.items() if name.lower() != "content-type")
        return Answer(status=self.status, content=content, raw=raw, media_type=media_type, headers=headers)


class _Rule:
    """A fault with what it has seen so far."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0
        self._fired = 0
        self._random = random.Random(fault.seed)  # noqa: S311 - repeatable on purpose
        self._times = fault.times if fault.times is not None else 1 if fault.nth is not None else None

    def strikes(self, operation: str) -> bool:
        """Look at one request; True when the fault goes off at it."""
        if self.fault.operation not in (None, operation):
            return False
        self._seen += 1
        if self._times is not None and self._fired >= self._times:
            return False
        if self.fault.nth is not None and self._seen < self.fault.nth:
            return False
        if self.fault.probability is not None and self._random.random() >= self.fault.probability:
            return False
        self._fired += 1
        return True


class Faults:
    """The rules in force; any thread may add to them."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Put a rule in force from the next request on."""
        with self._lock:
            self._rules.append(_Rule(fault))

    def clear(self) -> None:
        """Drop all rules."""
        with self._lock:
            self._rules.clear()

    def rules(self) -> tuple[Fault, ...]:
        """Return the rules in force."""
        with self._lock:
            return tuple(rule.fault for rule in self._rules)

    def strike(self, operation: str) -> tuple[Fault, ...]:
        """Return what goes wrong with this request, in the order of the rules, each kind once."""
        if not self._rules:
            return ()
        with self._lock:
            struck = [rule.fault for rule in self._rules if rule.strikes(operation)]
        return tuple({fault.kind: fault for fault in reversed(struck)}.values())[::-1]
