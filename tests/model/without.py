"""The product with one of its precautions taken out, to see that the search misses it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.live import Live, LiveResource
from lwdeploy.core.types import Change, Mark, State, StateEntry
from lwdeploy.kinds.bot.adapter import BotAdapter
from lwdeploy.live.read import read
from lwdeploy.reconcile.ledger import Ledger
from lwdeploy.state import remote
from lwdeploy.state.codec import decode
from lwdeploy.state.remote import RemoteStore
from tests.model import steps

__all__ = ["PRECAUTIONS", "without"]


def _mark(patch: pytest.MonkeyPatch) -> None:
    """Create bots under their names."""
    whole = BotAdapter.reserve

    def reserve(self: BotAdapter, change: Change, *, mark: Mark) -> LiveResource:
        del mark
        named: Any = change.desired["botName"]["default"]
        return whole(self, change, mark=named)

    patch.setattr(BotAdapter, "reserve", reserve)


def _look(patch: pytest.MonkeyPatch) -> None:
    """Send a create again without having looked what became of the first one."""
    patch.setattr("lwdeploy.reconcile.recover.LOOKS", ())


def _record(patch: pytest.MonkeyPatch) -> None:
    """Name bots before their ids are recorded."""
    patch.setattr(Ledger, "reserved", lambda _self, _bots: None)


def _fence(patch: pytest.MonkeyPatch) -> None:
    """Delete strays without having moved the state on."""
    whole = Ledger.reserved

    def reserved(self: Ledger, bots: Mapping[Address, StateEntry]) -> None:
        if bots:
            whole(self, bots)

    patch.setattr(Ledger, "reserved", reserved)


def _serial(patch: pytest.MonkeyPatch) -> None:
    """Write the state whatever has become of it since it was read."""
    whole = RemoteStore.write

    def write(self: RemoteStore, state: State, *, expected_serial: int | None) -> State:
        del expected_serial
        current = self.read()
        return whole(self, state, expected_serial=None if current is None else current.serial)

    patch.setattr(RemoteStore, "write", write)


def _cleanup(patch: pytest.MonkeyPatch) -> None:
    """Leave strays where they are."""

    def without_strays(**how: Any) -> Live:
        return replace(read(**how), strays=())

    patch.setattr(steps, "read", without_strays)


def _swap(_patch: pytest.MonkeyPatch) -> None:
    """Nothing here: the place for state swaps without comparing (`Rules.swap`)."""


PRECAUTIONS: Mapping[str, Callable[[pytest.MonkeyPatch], None]] = MappingProxyType(
    {
        "mark": _mark,
        "look": _look,
        "record": _record,
        "swap": _swap,
        "serial": _serial,
        "cleanup": _cleanup,
        "fence": _fence,
    }
)


@contextmanager
def without(precaution: str = "") -> Iterator[None]:
    """Take one precaution out of the product as long as the block lasts; none if none is named.

    A state is decoded once: searches meet the same few over and over.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remote, "decode", cache(decode))
        if precaution:
            PRECAUTIONS[precaution](patch)
        yield
