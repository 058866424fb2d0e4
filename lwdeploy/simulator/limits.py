"""What the tenant has room for: bots by plan, calls by window (reference sections 2.6 and 4)."""

import math
from dataclasses import dataclass

from lwdeploy.simulator.clock import Clock
from lwdeploy.simulator.operations import Operation, Tenant
from lwdeploy.simulator.settings import Settings
from lwdeploy.simulator.wire import ApiError

__all__ = ["Allowance", "RateWindows", "bot_limit", "require_room_for_bot"]

_FREE_BOTS = 10
_PER_WINDOW = {"free": 60, "standard": 240, "advanced": 240}


def bot_limit(tenant: Tenant) -> int:
    """Return how many bots the tenant may hold."""
    free = tenant.settings.plan == "free" and tenant.readings["free-plan-bots"] == "ten"
    return min(tenant.settings.bot_limit, _FREE_BOTS) if free else tenant.settings.bot_limit


def require_room_for_bot(tenant: Tenant) -> None:
    """Refuse one more bot than the tenant may hold."""
    if tenant.store.count("SELECT count(*) FROM bots") >= bot_limit(tenant):
        raise ApiError(400, "EXCEEDED_NUMBER_LIMIT_OF_BOT", "Maximum number of bots exceeded")


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What one call found in its window."""

    limit: int
    used: int
    reset: int

    @property
    def granted(self) -> bool:
        """Whether the call is within the limit."""
        return self.used <= self.limit

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the rate headers, the oddly spelt counter included."""
        return (
            ("RateLimit-Ssed", str(self.used)),
            ("RateLimit-Limit", str(self.limit)),
            ("RateLimit-Remaining", str(max(0, self.limit - self.used))),
            ("RateLimit-Reset", str(self.reset)),
        )


class RateWindows:
    """Counts calls in a fixed window per operation, opened by the first call after the last one's end.

    The windows are as long as the settings say, the numbers in them are those of a minute: a test that scales
    the window down sees real refusals without waiting. Call it from one thread only.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._limit = _PER_WINDOW.get(settings.rate_limit)
        self._seconds = settings.rate_window_seconds
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def count(self, operation: Operation) -> Allowance | None:
        """Count one call; None when no limits are simulated."""
        if self._limit is None:
            return None
        now = self._clock.now()
        opened, used = self._windows.get(operation.name, (now, 0))
        if now >= opened + self._seconds:
            opened, used = now, 0
        self._windows[operation.name] = (opened, used + 1)
        left = opened + self._seconds - now
        return Allowance(limit=operation.per_minute or self._limit, used=used + 1, reset=max(1, math.ceil(left)))
