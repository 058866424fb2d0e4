"""What the client takes from the machine: clocks, sleep and randomness, all replaceable."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Timing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Clocks, sleep and randomness of one client.

    `clock` is monotonic, `wall` counts seconds since 1970, `random` gives 0 <= x < 1. `sleep` may raise
    (an interruption): the error passes through the client untouched, with nothing in flight.
    """

    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    sleep: Callable[[float], object] = time.sleep
    random: Callable[[], float] = random.random
