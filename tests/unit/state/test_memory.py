"""The backend for tests fails when it was told to, and only then."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwdeploy.core.errors import Locked, StateError
from lwdeploy.core.types import State
from lwdeploy.state.holder import Holder
from lwdeploy.state.memory import MemoryStore, WriteFault


def test_a_fault_hits_the_write_of_its_number_and_stores_nothing(state: State) -> None:
    store = MemoryStore(faults={2: WriteFault(error=StateError("disk full"))})
    first = store.write(state, expected_serial=None)
    with pytest.raises(StateError, match="disk full"):
        store.write(first, expected_serial=1)
    assert store.read() == first
    assert store.write(first, expected_serial=1).serial == 2
    assert store.writes == 3


def test_a_lost_answer_leaves_the_new_state_stored(state: State) -> None:
    store = MemoryStore(faults={1: WriteFault(error=StateError("connection cut"), stored=True)})
    with pytest.raises(StateError, match="connection cut"):
        store.write(state, expected_serial=None)
    read = store.read()
    assert read is not None
    assert read.serial == 1


def test_what_was_given_away_is_no_way_into_the_store() -> None:
    store = MemoryStore()
    tenant = {"endpoint": "here"}
    store.write(State(lineage="x", tenant=tenant), expected_serial=None)
    tenant["endpoint"] = "there"
    read = store.read()
    assert read is not None
    assert read.tenant == {"endpoint": "here"}


def test_two_stores_are_two_places() -> None:
    assert MemoryStore().describe() != MemoryStore().describe()


def test_a_holder_that_goes_while_another_gives_up_is_not_named(holder: Holder, waiter: Holder) -> None:
    ticks = iter([0.0, 0.0, 1.0])

    def clock() -> float:
        tick = next(ticks)
        if tick:
            store.break_lease()
        return tick

    store = MemoryStore(clock=clock)
    with (
        store.lease(holder=holder, timeout=0),
        pytest.raises(Locked, match="in use by another run"),
        store.lease(holder=waiter, timeout=0),
    ):
        raise AssertionError("two runs hold one lease")


def test_a_lease_is_taken_away_from_the_holder_that_was_looked_at_only(holder: Holder) -> None:
    store = MemoryStore()
    with store.lease(holder=holder, timeout=0):
        seen = store.held()
        assert seen is not None
        with pytest.raises(Locked, match="another run"):
            store.unlock(replace(seen, token="other"))
        store.unlock(seen)
        assert store.held() is None
