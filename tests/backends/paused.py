"""Runs lwdeploy in a process that stops itself with SIGSTOP at a given place, as if its machine stood still.

paused.py PLACE before|after NTH SECONDS ARGV...

PLACE is a request (`POST .*/bots`, as a pattern for method and URL) or `state.write`. The process goes on with
SIGCONT, and its clock for the lease then says that SECONDS have passed.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from lwdeploy.api.wire import Wire
from lwdeploy.cli.main import main
from lwdeploy.commands import stores
from lwdeploy.state.remote import RemoteStore


class Pause:
    """Counts what passes, and stops the process at the `nth`."""

    def __init__(self, nth: int, seconds: float) -> None:
        self._left = nth
        self._seconds = seconds
        self._ahead = 0.0
        self._lock = threading.Lock()
        self._clock = stores.lease_clock

    def clock(self) -> float:
        return self._clock() + self._ahead

    def comes(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGSTOP)
                self._ahead = self._seconds

    def around(self, call: Callable[..., Any], moment: str, *, mine: Callable[..., bool]) -> Callable[..., Any]:
        def paused(*arguments: Any, **named: Any) -> Any:
            if mine(*arguments) and moment == "before":
                self.comes()
            answer = call(*arguments, **named)
            if mine(*arguments) and moment == "after":
                self.comes()
            return answer

        return paused


if __name__ == "__main__":
    place, moment, nth, seconds, *argv = sys.argv[1:]
    pause = Pause(int(nth), float(seconds))
    setattr(stores, "lease_clock", pause.clock)  # noqa: B010 - mypy takes no other function in its place
    if place == "state.write":
        setattr(RemoteStore, "write", pause.around(RemoteStore.write, moment, mine=lambda *_: True))  # noqa: B010
    else:
        asked = pause.around(
            Wire.exchange,
            moment,
            mine=lambda _, request: bool(re.fullmatch(place, f"{request.method} {request.url}")),
        )
        setattr(Wire, "exchange", asked)  # noqa: B010
    main(argv)
