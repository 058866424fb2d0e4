"""The tenant's clock: real time plus what a test has added to it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "iso"]


class Clock:
    """Tells the time in seconds since the epoch.

    `now` ages everything that the tenant keeps (tokens, upload addresses, rate windows) and can be moved
    ahead with `advance`; `wall` never moves by hand, so that assertions signed by clients with a clock of
    their own stay valid.
    """

    def __init__(self, base: Callable[[], float] = time.time) -> None:
        self._base = base
        self._ahead = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the tenant's time."""
        return self._base() + self._ahead

    def wall(self) -> float:
        """Return the time of day as clients know it."""
        return self._base()

    def advance(self, seconds: float) -> float:
        """Move the tenant's time ahead and return it; going back is refused, as no real clock does it."""
        if seconds < 0:
            raise ValueError(f"a clock only goes ahead, got {seconds!r} seconds")
        with self._lock:
            self._ahead += seconds
        return self.now()


def iso(moment: float) -> str:
    """Write a moment as the API does: UTC, milliseconds, a Z at the end."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
