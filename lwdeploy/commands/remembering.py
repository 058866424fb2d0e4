"""The state changed by hand: what was decided holds only for the state that was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from lwdeploy.commands.request import Request
from lwdeploy.core.errors import StateError
from lwdeploy.core.types import State
from lwdeploy.state.holder import Holder
from lwdeploy.state.store import Store

__all__ = ["still"]


@contextmanager
def still(state: State, store: Store, request: Request) -> Iterator[None]:
    """Hold the lease while the block writes. Raises StateError when the state is not `state` any more.

    The lease is not held while a person thinks: others need not wait, and what they record is noticed here.
    """
    holder = Holder.here(request.env, now=datetime.now(UTC))
    with store.lease(holder=holder, timeout=request.lock_timeout) as lease:
        now = store.read()
        if now is None or (now.lineage, now.serial) != (state.lineage, state.serial):
            raise StateError(
                f"The state in {store.describe()} was written by another run meanwhile; nothing was recorded",
                advice="Run the command again: it looks anew.",
            )
        lease.check()
        yield
