"""What a state in a place that many machines share adds: proof of existence, a lease that beats, a trash."""

from __future__ import annotations

import threading

import pytest

from lwdeploy.core.errors import Corrupt, Locked, StateError
from lwdeploy.core.types import State
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.holder import Holder
from lwdeploy.state.remote import RemoteStore
from lwdeploy.state.remote_lease import BEAT_EVERY, TTL, RemoteLease, Ticket, every
from tests.unit.state.conftest import RemoteBackend
from tests.unit.state.memory_blobs import MemoryBlobs


@pytest.fixture
def place() -> RemoteBackend:
    return RemoteBackend()


class Moving(MemoryBlobs):
    """Blobs that somebody else writes right after they were looked at."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def get(self, name: str) -> Blob | None:
        found = super().get(name)
        if name == self._name:
            self.stored[name] = Blob(content=b"theirs", version="theirs")
            self._name = ""
        return found


def store_on(blobs: MemoryBlobs, place: RemoteBackend) -> RemoteStore:
    return RemoteStore(blobs, clock=place.time.clock, sleep=place.time.sleep, nonce=lambda: "n", pulse=every)


def test_a_swap_that_somebody_else_won_stores_nothing(place: RemoteBackend, state: State) -> None:
    blobs = Moving("state.json")
    with pytest.raises(StateError, match="somebody else wrote the state in blobs in memory"):
        store_on(blobs, place).write(state, expected_serial=None)
    assert blobs.stored["state.json"].content == b"theirs"


def test_the_first_write_may_end_between_two_looks(place: RemoteBackend, state: State) -> None:
    """A reader that saw no state, and then the proof that there is one, looks again."""
    written = place.open().write(state, expected_serial=None)

    class Late(MemoryBlobs):
        looks = 0

        def get(self, name: str) -> Blob | None:
            self.looks += name == "state.json"
            return None if name == "state.json" and self.looks == 1 else super().get(name)

    assert store_on(Late(stored=place.blobs.stored), place).read() == written


def test_a_second_proof_of_existence_is_not_needed(place: RemoteBackend, state: State) -> None:
    place.blobs.put("exists", b"x", expected=None)
    place.blobs.put("state.json", b"", expected=None)
    del place.blobs.stored["state.json"]
    with pytest.raises(StateError, match="is gone"):
        place.open().write(state, expected_serial=None)
    del place.blobs.stored["exists"]
    blobs = Moving("exists")
    assert store_on(blobs, place).write(state, expected_serial=None).serial == 1


def test_a_rebuild_keeps_what_was_damaged_aside_each_time(place: RemoteBackend, state: State) -> None:
    store = place.open()
    store.write(state, expected_serial=None)
    for broken in (b"first", b"second"):
        place.damage(lambda _stored, broken=broken: broken)  # type: ignore[misc]  # a default binds the value
        with pytest.raises(Corrupt):
            store.read()
        assert store.rebuild(state) == store.read()
        assert place.blobs.stored["state.damaged.json"].content == broken


# --- the lease


def test_a_holder_that_shows_signs_of_life_is_waited_for(
    place: RemoteBackend, holder: Holder, waiter: Holder
) -> None:
    with place.open().lease(holder=holder, timeout=0) as lease:
        former = place.time.sleep

        def alive(seconds: float) -> None:
            former(seconds)
            lease.beat()

        waiting = RemoteStore(place.blobs, clock=place.time.clock, sleep=alive, nonce=lambda: "w")
        with pytest.raises(Locked, match="taro on runner-7"), waiting.lease(holder=waiter, timeout=3 * TTL):
            raise AssertionError("two runs hold one lease")


def test_a_holder_that_stood_still_for_one_ttl_loses_its_lease(
    place: RemoteBackend, holder: Holder, waiter: Holder
) -> None:
    """No clock of another machine is asked: what counts is how long we have seen no change."""
    with place.open().lease(holder=holder, timeout=0) as lost:
        began = place.time.now
        with place.open().lease(holder=waiter, timeout=TTL + 10) as won:
            assert TTL <= place.time.now - began <= TTL + 4
            with pytest.raises(Locked, match="no longer holds"):
                lost.check()
            with pytest.raises(Locked):
                lost.beat()
            won.check()


def test_a_lease_that_was_taken_in_the_same_moment_is_waited_for(place: RemoteBackend, holder: Holder) -> None:
    blobs = Moving("lease.json")
    with pytest.raises(Locked, match="another run"), store_on(blobs, place).lease(holder=holder, timeout=0):
        raise AssertionError("two runs hold one lease")


def test_a_check_looks_only_when_the_last_sign_of_life_is_old(place: RemoteBackend, holder: Holder) -> None:
    with place.open().lease(holder=holder, timeout=0) as lease:
        before = place.blobs.stored["lease.json"].version
        place.time.now += BEAT_EVERY
        lease.check()
        assert place.blobs.stored["lease.json"].version == before
        place.time.now += BEAT_EVERY
        lease.check()
        assert place.blobs.stored["lease.json"].version != before


def test_a_lease_that_was_taken_away_is_noticed_by_a_look_within_seconds(
    place: RemoteBackend, holder: Holder, waiter: Holder
) -> None:
    """Looking is not renewing: nothing is written, and a place that is out of reach for a moment is borne."""
    with place.open().lease(holder=holder, timeout=0) as lease:
        version = place.blobs.stored["lease.json"].version
        place.time.now += 6
        place.blobs.unread = 1
        lease.check()
        lease.check()
        assert place.blobs.stored["lease.json"].version == version
        held = place.open().held()
        assert held is not None
        place.open().unlock(held)
        lease.check()  # looked at this very second
        place.time.now += 6
        with place.open().lease(holder=waiter, timeout=0) as won:
            for _ in range(2):
                with pytest.raises(Locked, match="no longer holds"):
                    lease.check()
            won.check()


def test_a_look_of_two_threads_is_one_look(place: RemoteBackend, holder: Holder) -> None:
    """Whoever waited for the look of another thread does not look again, and learns what that one saw."""
    with place.open().lease(holder=holder, timeout=0) as lease:
        assert isinstance(lease, RemoteLease)
        place.time.now += 6
        looks = place.blobs.reads
        with lease._mutex:
            threads = [threading.Thread(target=lease.check) for _ in range(2)]
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join()
        assert place.blobs.reads == looks + 1


def test_a_place_that_cannot_be_reached_is_borne_by_a_beat_and_not_by_a_check(
    place: RemoteBackend, holder: Holder
) -> None:
    with place.open().lease(holder=holder, timeout=0) as lease:
        place.blobs.down = 1
        lease.beat()
        place.time.now += TTL / 2
        place.blobs.down = 1
        with pytest.raises(StateError, match="cannot be reached"):
            lease.check()
        place.time.now += TTL
        place.blobs.down = 1
        with pytest.raises(StateError, match="cannot be reached"):
            lease.beat()
        lease.beat()


def test_a_beat_whose_answer_was_lost_is_found_again(place: RemoteBackend, holder: Holder) -> None:
    with place.open().lease(holder=holder, timeout=0) as lease:
        place.blobs.lost = 1
        lease.beat()
        lease.beat()
        lease.check()


@pytest.mark.parametrize("unread", [0, 1], ids=["in reach again", "still out of reach"])
def test_a_beat_that_was_stored_unseen_does_not_end_the_lease(
    place: RemoteBackend, holder: Holder, unread: int
) -> None:
    """Neither the answer to a sign of life came nor the look after it: the next one meets a version of our own."""
    with place.open().lease(holder=holder, timeout=0) as lease:
        place.blobs.lost = place.blobs.unread = 1
        lease.beat()
        place.blobs.unread = unread
        lease.beat()
        lease.beat()
        place.time.now += TTL / 2
        lease.check()
    assert place.open().held() is None


def test_a_lease_that_another_run_took_is_not_taken_for_our_lost_beat(
    place: RemoteBackend, holder: Holder, waiter: Holder
) -> None:
    with place.open().lease(holder=holder, timeout=0) as lease:
        theirs = Ticket(holder=waiter, token="theirs")
        place.blobs.stored["lease.json"] = Blob(content=theirs.to_json(), version="theirs")
        place.blobs.down = 1
        lease.beat()
        with pytest.raises(Locked):
            lease.beat()
        assert place.blobs.stored["lease.json"].version == "theirs"
    assert place.blobs.stored["lease.json"].version == "theirs"


def test_a_lease_that_is_gone_is_not_taken_for_our_lost_beat(place: RemoteBackend, holder: Holder) -> None:
    with place.open().lease(holder=holder, timeout=0) as lease:
        del place.blobs.stored["lease.json"]
        place.blobs.down = 1
        lease.beat()
        with pytest.raises(Locked):
            lease.beat()


def test_a_lease_that_cannot_be_given_back_ends_by_itself(place: RemoteBackend, holder: Holder) -> None:
    with place.open().lease(holder=holder, timeout=0):
        place.blobs.down = 1
    assert place.open().held() is not None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"holder": {}}', b'{"holder": {"host": 1}, "x": 2}'])
def test_what_is_no_ticket_is_not_taken_for_one(content: bytes) -> None:
    assert Ticket.from_json(content) is None


def test_a_ticket_of_an_unknown_holder_still_keeps_others_out(place: RemoteBackend, waiter: Holder) -> None:
    place.blobs.stored["lease.json"] = Blob(content=b"?", version="v")
    held = place.open().held()
    assert held is not None
    assert held.holder is None
    with pytest.raises(Locked, match="another run"), place.open().lease(holder=waiter, timeout=0):
        raise AssertionError("the lease was taken")


def test_a_lease_is_unlocked_only_while_its_holder_shows_no_sign_of_life(
    place: RemoteBackend, holder: Holder
) -> None:
    store = place.open()
    with store.lease(holder=holder, timeout=0) as lease:
        seen = store.held()
        assert seen is not None
        assert seen.holder == holder
        lease.beat()
        with pytest.raises(Locked, match="alive"):
            store.unlock(seen)
        again = store.held()
        assert again is not None
        store.unlock(again)
        assert store.held() is None


def test_the_pulse_beats_until_the_block_ends() -> None:
    beaten = threading.Event()
    with every(beaten.set, seconds=0.001):
        assert beaten.wait(10)
    assert not [each for each in threading.enumerate() if each.name == "lease"]


def test_a_pulse_ends_when_the_lease_is_lost() -> None:
    lost = threading.Event()

    def beat() -> None:
        lost.set()
        raise Locked("gone")

    with every(beat, seconds=0.001):
        assert lost.wait(10)


def test_a_lease_can_be_asked_for_from_the_store_s_own_pulse(place: RemoteBackend, holder: Holder) -> None:
    """The thread that beats is at an end when the block is."""
    with store_on(place.blobs, place).lease(holder=holder, timeout=0) as lease:
        assert isinstance(lease, RemoteLease)
    assert place.blobs.get("lease.json") is None


# --- the trash


def test_what_is_kept_is_there_for_everybody(place: RemoteBackend) -> None:
    place.open().keep("b.json", b"1")
    place.open().keep("a.json", b"2")
    place.open().keep("a.json", b"2")
    place.open().keep("b.json", b"3")
    assert place.open().kept() == ("a.json", "b.json")
    assert [place.open().kept_content(name) for name in ("a.json", "b.json", "c.json")] == [b"2", b"3", None]


def test_a_blob_that_moved_is_an_error_of_its_own() -> None:
    assert issubclass(Moved, StateError)
