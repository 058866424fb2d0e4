"""One swap of one file: pushed until it is stored, or until it is certain that it must not be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Moved
from lwdeploy.state.git_place import Failed, Place
from lwdeploy.state.git_tip import Change, Tip
from lwdeploy.state.waiting import Sleep

__all__ = ["Swap"]

_TRIES = 40
"""Pushes that may be beaten by writes of other names: each of those was somebody else's success."""

_STUCK = 3
"""Pushes in a row that fail although nobody else wrote."""

_LONGEST_PAUSE = 2.0


class Swap:
    """One change on its way. Every push is made over one exact commit: at most one of them can be stored."""

    def __init__(self, place: Place, change: Change, *, sleep: Sleep, nonce: Callable[[], str]) -> None:
        self._place = place
        self._change = change
        self._sleep = sleep
        self._nonce = nonce
        self._written: list[str] = []
        self._doubtful = False  # whether a push over the present tip may be stored although we were not told
        self._stuck = 0

    def carry_out(self) -> Tip:
        """Bring the change about and give a commit that holds it. Raises Moved, having stored nothing.

        What is known from before is good enough to try on: if it is outdated, the push fails and tells so.
        """
        tip = self._place.last
        if tip is None or not self._change.fits(tip):
            tip = self._place.fetch()
        for attempt in range(_TRIES):
            if self._change.is_done(tip):
                return tip
            self._require_fit(tip)
            made, failed = self._push(tip)
            if failed is None:
                return made
            now = self._look(failed)
            if now.holds(self._written):
                return made  # stored, and the answer was lost
            self._judge(failed, tip, now)
            tip = now
            self._pause(attempt)
        raise StateError(
            f"others write to {self._place.name} all the time: {_TRIES} tries were all beaten; nothing was stored",
            advice="Run again, or give each tenant a branch of its own.",
        )

    def _push(self, tip: Tip) -> tuple[Tip, Failed | None]:
        self._written.append(hashlib.sha256(self._nonce().encode()).hexdigest()[:16])
        made = self._place.commit(tip, self._change, self._written[-1])
        failed = self._place.push(made, over=tip)
        self._doubtful |= failed is not None and not failed.refused
        return made, failed

    def _look(self, failed: Failed) -> Tip:
        try:
            return self._place.fetch()
        except StateError as error:
            raise self._given_up(failed) from error

    def _judge(self, failed: Failed, former: Tip, now: Tip) -> None:
        """Raise unless another push may be stored."""
        if now.commit != former.commit:
            if self._doubtful and not now.follows(former):
                raise self._given_up(failed)
            # Whatever was pushed over the former commit can never be stored from now on.
            self._doubtful, self._stuck = False, 0
            return
        self._stuck += 1
        if self._stuck == _STUCK or not failed.problem.passing:
            raise self._given_up(failed)

    def _given_up(self, failed: Failed) -> StateError:
        error = failed.problem.error
        end = "the write may have been stored, or may still be" if self._doubtful else "nothing was stored"
        return StateError(f"{error.message}; {end}", advice=error.advice)

    def _require_fit(self, tip: Tip) -> None:
        if not self._change.fits(tip):
            raise Moved(
                f"somebody else wrote {self._change.path} in {self._place.name}; nothing was stored",
                advice="Plan again, then apply that plan.",
            )

    def _pause(self, attempt: int) -> None:
        """Wait for a random time that grows: runs that beat each other must not meet again."""
        share = int(self._written[-1], 16) / 16 ** len(self._written[-1])
        shortest = 0.5 if self._stuck else 0.05
        self._sleep(share * min(_LONGEST_PAUSE, shortest * 2**attempt))
