"""A clock that jumps instead of waiting."""

from __future__ import annotations

import threading
import time

from lwdeploy.api.timing import Timing

__all__ = ["Haste"]


class Haste:
    """Time for a client that never sleeps: every wait moves the clock ahead by its length."""

    def __init__(self) -> None:
        self.waited: list[float] = []
        self._ahead = 0.0
        self._lock = threading.Lock()

    def timing(self) -> Timing:
        """Give the clocks, sleep and randomness of one client."""
        return Timing(clock=self._clock, wall=time.time, sleep=self._sleep, random=lambda: 0.0)

    def _clock(self) -> float:
        return time.monotonic() + self._ahead

    def _sleep(self, seconds: float) -> None:
        with self._lock:
            self.waited.append(seconds)
            self._ahead += seconds
