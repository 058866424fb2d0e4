"""The protocol between lwdeploy and the place where its state is kept."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Protocol

from lwdeploy.core.errors import LineageMismatch, StateError
from lwdeploy.core.types import State
from lwdeploy.state.holder import Holder

__all__ = ["Held", "Lease", "Store", "successor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease that somebody has: who, where that can be told, and what proves that it is still the same one."""

    holder: Holder | None
    token: str


class Lease(Protocol):
    """The right to change one tenant, held by one run at a time.

    It only keeps honest runs apart: what protects the state itself is the swap on the serial.
    """

    def check(self) -> None:
        """Raise Locked when the lease was lost. To be called before every step that cannot be undone."""
        ...

    def beat(self) -> None:
        """Tell the others that the holder is alive; raises Locked like `check`.

        To be called at least every 30 s; a backend whose lease dies with its holder has nothing to tell.
        """
        ...


class Store(Protocol):
    """One place that keeps one state.

    Any number of runs, threads and machines may use the same place at the same time. Every method raises
    only errors of the `StateError` branch.
    """

    @property
    def lease_dies_with_holder(self) -> bool:
        """Whether a lease ends with the process that has it, so that there is nothing to take away."""
        ...

    def describe(self) -> str:
        """Name the backend and the place, always in the same words: plans are bound to them."""
        ...

    def read(self) -> State | None:
        """Give the stored state, or None when nothing was ever stored here. Never locks, never waits.

        Raises Corrupt for a state that is torn, foreign or of a newer format, and StateError for one that
        is known to have existed and is gone.
        """
        ...

    def write(self, state: State, *, expected_serial: int | None) -> State:
        """Swap the stored state for `state` with the next serial, and give it as stored.

        Nothing is stored unless the stored state has `expected_serial` (None: nothing was ever stored) and
        the same lineage; otherwise StateError says that somebody else wrote. After any other error the
        stored state is the former or the new one as a whole: only `read` tells which.
        """
        ...

    def rebuild(self, state: State) -> State:
        """Store `state` where `read` raises because the stored one is damaged or gone; give it as stored.

        What is left of the old one is kept aside where the backend can. Refuses with StateError when the
        stored state can be read or none was ever stored: that is what `write` is for.
        """
        ...

    def lease(self, *, holder: Holder, timeout: float) -> AbstractContextManager[Lease]:
        """Hold the lease inside a `with` block; raises Locked, naming the holder, after `timeout` seconds.

        With a timeout of 0 there is one attempt. Readers are never kept out.
        """
        ...

    def held(self) -> Held | None:
        """Say who has the lease, or None when nobody has. Never waits."""
        ...

    def unlock(self, held: Held) -> None:
        """Take the lease away from the holder that `held` showed, for a run that is known to be dead.

        Raises Locked when the holder has shown a sign of life since, or cannot be made to let go.
        """
        ...

    def keep(self, name: str, content: bytes) -> None:
        """Save something durably, out of the way of the state. `name` is a plain file name."""
        ...

    def kept(self) -> tuple[str, ...]:
        """Give the names of what was saved, sorted."""
        ...

    def kept_content(self, name: str) -> bytes | None:
        """Give what was saved under a name, or None."""
        ...


def successor(state: State, *, current: State | None, expected_serial: int | None, place: str) -> State:
    """Give the state to store in place of `current`, or raise because `current` is not what was expected."""
    if current is None and expected_serial is None:
        return replace(state, serial=state.serial + 1)
    if current is None or current.serial != expected_serial:
        raise StateError(_moved(current, expected_serial, place), advice="Plan again, then apply that plan.")
    if current.lineage != state.lineage:
        raise LineageMismatch(
            f"the state in {place} has lineage {current.lineage}, this run has {state.lineage}",
            advice="The state was rebuilt or exchanged meanwhile. Plan again, then apply that plan.",
        )
    return replace(state, serial=current.serial + 1)


def _moved(current: State | None, expected_serial: int | None, place: str) -> str:
    found = "no state" if current is None else f"serial {current.serial}"
    expected = "no state" if expected_serial is None else f"serial {expected_serial}"
    return f"somebody else wrote the state in {place}: expected {expected}, found {found}; nothing was stored"
