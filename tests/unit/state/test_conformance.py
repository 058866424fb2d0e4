"""What every state backend promises; see `lwdeploy.state.store`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lwdeploy.core.errors import Corrupt, LineageMismatch, Locked, StateError
from lwdeploy.core.types import State
from lwdeploy.state.holder import Holder
from lwdeploy.state.waiting import POLL

if TYPE_CHECKING:
    from tests.unit.state.conftest import Backend


def test_nothing_stored_reads_as_none(backend: Backend) -> None:
    assert backend.open().read() is None


def test_what_was_written_is_read_with_the_next_serial(backend: Backend, state: State) -> None:
    written = backend.open().write(state, expected_serial=None)
    assert written == replace(state, serial=1)
    assert backend.open().read() == written


def test_every_write_moves_the_serial_by_one(backend: Backend, state: State) -> None:
    store = backend.open()
    first = store.write(state, expected_serial=None)
    second = store.write(replace(first, users={}), expected_serial=1)
    assert (second.serial, second.users) == (2, {})
    assert store.read() == second


def test_every_handle_describes_the_place_alike(backend: Backend, state: State) -> None:
    before = backend.open().describe()
    backend.open().write(state, expected_serial=None)
    assert backend.open().describe() == before


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (None, "expected no state, found serial 2"),
        (1, "expected serial 1, found serial 2"),
        (3, "expected serial 3, found serial 2"),
    ],
)
def test_a_write_that_expects_another_serial_stores_nothing(
    backend: Backend, state: State, expected: int | None, words: str
) -> None:
    store = backend.open()
    stored = store.write(store.write(state, expected_serial=None), expected_serial=1)
    with pytest.raises(StateError, match=words) as raised:
        backend.open().write(replace(state, plans=()), expected_serial=expected)
    assert "somebody else wrote" in raised.value.message
    assert raised.value.advice
    assert store.read() == stored


def test_a_write_that_expects_a_state_where_none_is_stores_nothing(backend: Backend, state: State) -> None:
    with pytest.raises(StateError, match="expected serial 4, found no state"):
        backend.open().write(state, expected_serial=4)
    assert backend.open().read() is None


def test_a_state_of_another_lineage_is_never_replaced(backend: Backend, state: State) -> None:
    stored = backend.open().write(state, expected_serial=None)
    with pytest.raises(LineageMismatch, match="7f3a91c2"):
        backend.open().write(replace(stored, lineage="other"), expected_serial=1)
    assert backend.open().read() == stored


def test_of_many_that_write_at_once_one_wins_each_serial(backend: Backend, state: State) -> None:
    backend.open().write(replace(state, plans=()), expected_serial=None)
    won: list[str] = []

    def compete(name: str) -> None:
        store = backend.open()
        wins = 0
        while wins < 5:
            current = store.read()
            assert current is not None
            digest = f"{name}-{wins}"
            try:
                store.write(replace(current, plans=(*current.plans, digest)), expected_serial=current.serial)
            except StateError:
                continue  # beaten, or out of the patience that passes with each poll of the fake clock
            else:
                won.append(digest)
                wins += 1

    threads = [threading.Thread(target=compete, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    final = backend.open().read()
    assert final is not None
    assert final.serial == 16
    assert sorted(final.plans) == sorted(won)
    assert len(set(won)) == 15


def _cut(stored: bytes) -> bytes:
    return stored[: len(stored) // 2]


def _edit(stored: bytes) -> bytes:
    return stored.replace(b"2000001", b"2000009")


def _exchange(_stored: bytes) -> bytes:
    return b'{"apiVersion": "v1"}'


@pytest.mark.parametrize("change", [_cut, _edit, _exchange, lambda _stored: b""])
def test_a_damaged_state_is_corrupt_with_advice_and_is_not_written_over(
    backend: Backend, state: State, change: Callable[[bytes], bytes]
) -> None:
    stored = backend.open().write(state, expected_serial=None)
    backend.damage(change)
    with pytest.raises(Corrupt, match="lwdeploy state rebuild") as raised:
        backend.open().read()
    assert backend.open().describe() in raised.value.message
    for expected in (None, 1):
        with pytest.raises(Corrupt):
            backend.open().write(stored, expected_serial=expected)


def test_a_state_of_a_newer_format_is_refused(backend: Backend, state: State) -> None:
    backend.open().write(state, expected_serial=None)
    backend.damage(lambda stored: stored.replace(b'"format_version": 1', b'"format_version": 2'))
    with pytest.raises(Corrupt, match="newer lwdeploy"):
        backend.open().read()


def test_a_vanished_state_is_an_error_and_never_an_empty_state(backend: Backend, state: State) -> None:
    backend.open().write(state, expected_serial=None)
    backend.vanish()
    with pytest.raises(StateError, match="is gone") as raised:
        backend.open().read()
    assert "lwdeploy state rebuild" in raised.value.advice
    with pytest.raises(StateError, match="is gone"):
        backend.open().write(state, expected_serial=None)


def test_a_vanished_state_can_be_rebuilt(backend: Backend, state: State) -> None:
    backend.open().write(state, expected_serial=None)
    backend.vanish()
    rebuilt = backend.open().rebuild(replace(state, lineage="new", serial=0))
    assert rebuilt.serial == 1
    assert backend.open().read() == rebuilt


def test_a_damaged_state_can_be_rebuilt_and_written_on(backend: Backend, state: State) -> None:
    backend.open().write(state, expected_serial=None)
    backend.damage(_cut)
    rebuilt = backend.open().rebuild(replace(state, lineage="new"))
    assert backend.open().read() == rebuilt
    assert backend.open().write(rebuilt, expected_serial=1).serial == 2


def test_a_good_or_absent_state_is_not_rebuilt(backend: Backend, state: State) -> None:
    with pytest.raises(StateError, match="not damaged"):
        backend.open().rebuild(state)
    stored = backend.open().write(state, expected_serial=None)
    with pytest.raises(StateError, match="not damaged"):
        backend.open().rebuild(replace(state, lineage="new"))
    assert backend.open().read() == stored


def test_a_value_that_json_does_not_have_is_refused_before_anything_is_stored(
    backend: Backend, state: State
) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        backend.open().write(replace(state, tenant={"x": float("nan")}), expected_serial=None)
    assert backend.open().read() is None


def test_the_lease_keeps_others_out_and_names_its_holder(backend: Backend, holder: Holder, waiter: Holder) -> None:
    with backend.open().lease(holder=holder, timeout=0) as lease:
        lease.check()
        lease.beat()
        with (
            pytest.raises(Locked, match=r"taro on runner-7.*4711.*2026-01-05T09:00:00Z"),
            backend.open().lease(holder=waiter, timeout=0),
        ):
            raise AssertionError("two runs hold one lease")
        lease.check()


def test_waiting_for_the_lease_ends_with_the_timeout(backend: Backend, holder: Holder, waiter: Holder) -> None:
    with backend.open().lease(holder=holder, timeout=0):
        start = backend.time.now
        with pytest.raises(Locked), backend.open().lease(holder=waiter, timeout=5):
            raise AssertionError("two runs hold one lease")
        assert 5 <= backend.time.now - start <= 5 + POLL


def test_the_lease_is_free_again_after_its_block_even_one_that_failed(
    backend: Backend, holder: Holder, waiter: Holder
) -> None:
    with pytest.raises(RuntimeError), backend.open().lease(holder=holder, timeout=0):
        raise RuntimeError
    with backend.open().lease(holder=waiter, timeout=0) as lease:
        lease.check()
    assert backend.time.slept == []


def test_a_lease_is_over_with_its_block(backend: Backend, holder: Holder) -> None:
    with backend.open().lease(holder=holder, timeout=0) as lease:
        pass
    with pytest.raises(Locked, match="no longer holds"):
        lease.check()


def test_the_loss_of_a_lease_is_noticed(backend: Backend, holder: Holder, waiter: Holder) -> None:
    with backend.open().lease(holder=holder, timeout=0) as lost:
        backend.break_lease()
        with pytest.raises(Locked, match="no longer holds"):
            lost.check()
        with backend.open().lease(holder=waiter, timeout=0) as won:
            with pytest.raises(Locked):
                lost.beat()
            won.check()


def test_whoever_lost_the_lease_does_not_let_it_go_for_others(
    backend: Backend, holder: Holder, waiter: Holder
) -> None:
    with ExitStack() as later:
        with backend.open().lease(holder=holder, timeout=0):
            backend.break_lease()
            won = later.enter_context(backend.open().lease(holder=waiter, timeout=0))
        won.check()
        with pytest.raises(Locked), backend.open().lease(holder=holder, timeout=0):
            raise AssertionError("two runs hold one lease")


def test_readers_and_writers_need_no_lease(backend: Backend, state: State, holder: Holder) -> None:
    with backend.open().lease(holder=holder, timeout=0):
        stored = backend.open().write(state, expected_serial=None)
        assert backend.open().read() == stored


def test_a_lease_alone_does_not_look_like_a_vanished_state(backend: Backend, holder: Holder) -> None:
    with backend.open().lease(holder=holder, timeout=0):
        pass
    assert backend.open().read() is None


# --- who has the lease


def test_nobody_is_said_to_have_a_lease_that_nobody_has(backend: Backend, holder: Holder) -> None:
    assert backend.open().held() is None
    with backend.open().lease(holder=holder, timeout=0):
        pass
    assert backend.open().held() is None


def test_whoever_has_the_lease_is_said_without_waiting(backend: Backend, holder: Holder) -> None:
    with backend.open().lease(holder=holder, timeout=0):
        held = backend.open().held()
        assert held is not None
        assert held.holder == holder
    assert backend.time.slept == []


def test_only_here_does_a_lease_die_with_its_holder(backend: Backend) -> None:
    store = backend.open()
    assert store.lease_dies_with_holder is (store.describe().split()[0] in {"file", "memory"})


def test_a_lease_that_is_gone_needs_no_unlocking(backend: Backend, holder: Holder) -> None:
    store = backend.open()
    with store.lease(holder=holder, timeout=0):
        held = store.held()
    assert held is not None
    store.unlock(held)
    assert store.held() is None


# --- what is kept


def test_what_was_kept_is_found_by_its_name(backend: Backend) -> None:
    assert backend.open().kept() == ()
    backend.open().keep("b.json", b"first")
    backend.open().keep("a.json", b"second")
    backend.open().keep("b.json", b"third")
    assert backend.open().kept() == ("a.json", "b.json")
    assert backend.open().kept_content("b.json") == b"third"
    assert backend.open().kept_content("c.json") is None
    assert backend.open().read() is None
