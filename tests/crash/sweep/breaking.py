"""The five things that keep lwdeploy from making duplicates and orphans, each taken out by itself.

For testing the sweep: without any one of them, it has to find something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.api.call import call
from lwdeploy.core.canonical import canonical
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Change, Mark, State
from lwdeploy.kinds.bot import spec
from lwdeploy.kinds.bot.adapter import BotAdapter
from lwdeploy.live import read
from lwdeploy.planning.match import Identity, identify
from lwdeploy.reconcile import apply, recover

__all__ = ["PARTS", "take_out"]


def _mark(patch: pytest.MonkeyPatch) -> None:
    """Create bots under their names at once."""

    def named(self: BotAdapter, change: Change, *, mark: Mark) -> LiveResource:
        del mark
        body = spec.to_body(change.desired, paths=list(spec.declared_paths(change.desired)), live={})
        answer = self._client.send(call("createBot", json=body))
        return LiveResource(kind="bot", remote_id=str(answer["botId"]), spec=canonical(change.desired))

    patch.setattr(BotAdapter, "reserve", named)


def _lookup(patch: pytest.MonkeyPatch) -> None:
    """Send a create again when its answer is lost, without a look."""
    patch.setattr(recover, "_look", lambda *_, **__: None)


def _record(patch: pytest.MonkeyPatch) -> None:
    """Name bots before their ids are recorded."""
    patch.setattr(apply._Apply, "_record_marked", lambda *_: None)


def _swap(patch: pytest.MonkeyPatch) -> None:
    """Write the state over whatever is there."""

    def over(state: State, *, current: State | None, **_: Any) -> State:
        return replace(state, serial=max(state.serial, current.serial if current else 0) + 1)

    for place in ("file", "remote", "memory"):
        patch.setattr(f"lwdeploy.state.{place}.successor", over)


def _strays(patch: pytest.MonkeyPatch) -> None:
    """Leave alone what interrupted creates have left behind."""

    def without(*args: Any, **named: Any) -> Identity:
        return replace(identify(*args, **named), strays=())

    patch.setattr(read, "identify", without)


PARTS: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = {
    "mark": _mark,
    "lookup": _lookup,
    "record": _record,
    "swap": _swap,
    "strays": _strays,
}


def take_out(part: str, patch: pytest.MonkeyPatch) -> None:
    """Take one part out of the lwdeploy of this process."""
    PARTS[part](patch)
