"""A clock that jumps instead of waiting."""

from __future__ import annotations

import threading
import time

from lwdeploy.api.timing import Timing

__all__ = ["Haste"]


class Haste:
    """Time for a run that never sleeps: every wait moves the clock ahead by its length.

    Stands for the client's `Timing`, and for as much of the module `time` as an apply uses.
    """

    def __init__(self) -> None:
        self.waited: list[float] = []
        self._ahead = 0.0
        self._lock = threading.Lock()

    def timing(self) -> Timing:
        """Give the clocks, sleep and randomness of one client."""
        return Timing(clock=self.monotonic, wall=time.time, sleep=self.sleep, random=lambda: 0.0)

    def monotonic(self) -> float:
        """Give the seconds of a clock that never goes back."""
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float) -> None:
        """Let the seconds have passed."""
        with self._lock:
            self.waited.append(seconds)
            self._ahead += seconds
