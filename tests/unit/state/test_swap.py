"""A swap over a network that loses answers; see `lwdeploy.state.swap`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Moved
from lwdeploy.state.swap import PATIENCE, Patience, RefusedError, Seen, Unanswered, again, settle

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime

LOST = Unanswered("no answer", advice="Look at the cable.")
UNSENT = Unanswered("no way there", sent=False)
REFUSED = RefusedError()

OLD = Seen(version="old")
OURS = Seen(version="ours", ours=True)
THEIRS = Seen(version="theirs")


@dataclass
class Script:
    """Gives or raises one thing after the other, and the last one for ever."""

    turns: list[object]
    calls: int = field(default=0)

    def __call__(self) -> object:
        turn = self.turns[min(self.calls, len(self.turns) - 1)]
        self.calls += 1
        if isinstance(turn, Exception):
            raise turn
        return turn


@pytest.fixture
def patience(time: FakeTime) -> Patience:
    return Patience(clock=time.clock, sleep=time.sleep)


def _settle(send: Callable[[], object], look: Callable[[], object], patience: Patience) -> str:
    return settle(send, look, expected="old", patience=patience, place="x")  # type: ignore[arg-type] # scripts


@pytest.mark.parametrize(
    ("sends", "looks", "asked"),
    [
        (["new"], [], (1, 0)),
        ([LOST], [OURS], (1, 1)),
        ([REFUSED], [OURS], (1, 1)),
        ([LOST, "new"], [OLD], (2, 1)),
        ([REFUSED, "new"], [OLD], (2, 1)),
        ([UNSENT, "new"], [], (2, 0)),
        ([UNSENT, LOST, REFUSED], [OLD, OURS], (3, 2)),
    ],
)
def test_a_swap_ends_when_it_is_known_to_be_stored(
    patience: Patience, sends: list[object], looks: list[object], asked: tuple[int, int]
) -> None:
    send, look = Script(sends), Script(looks)
    assert _settle(send, look, patience) in {"new", "ours"}
    assert (send.calls, look.calls) == asked


def test_a_deletion_that_is_done_has_no_version(patience: Patience) -> None:
    assert _settle(Script([LOST]), Script([Seen(version=None, ours=True)]), patience) == ""


@pytest.mark.parametrize("sends", [[REFUSED], [UNSENT, REFUSED]])
@pytest.mark.parametrize("found", [THEIRS, Seen(version=None)])
def test_moved_is_said_where_nothing_of_ours_can_have_been_stored(
    patience: Patience, sends: list[object], found: Seen
) -> None:
    with pytest.raises(Moved, match="somebody else wrote x; nothing was stored"):
        _settle(Script(sends), Script([found]), patience)


@pytest.mark.parametrize("sends", [[LOST], [LOST, REFUSED], [LOST, UNSENT, REFUSED]])
def test_moved_is_not_said_after_a_lost_answer(patience: Patience, sends: list[object]) -> None:
    with pytest.raises(StateError, match="somebody else wrote x: it may have been stored before that") as raised:
        _settle(Script(sends), Script([*[OLD] * (len(sends) - sends.count(UNSENT) - 1), THEIRS]), patience)
    assert not isinstance(raised.value, Moved)


@pytest.mark.parametrize(
    ("sends", "words"),
    [
        ([LOST], "no answer; the write to x may have been stored"),
        ([LOST, REFUSED], "no answer; the write to x may have been stored"),
        ([LOST, UNSENT], "no answer; the write to x may have been stored"),
        ([UNSENT], "no way there"),
        ([REFUSED], "x is so busy that no write came through; nothing was stored"),
    ],
)
def test_whoever_gives_up_says_what_is_known(
    patience: Patience, time: FakeTime, sends: list[object], words: str
) -> None:
    send = Script(sends)
    with pytest.raises(StateError) as raised:
        _settle(send, Script([OLD]), patience)
    assert raised.value.message == words
    assert not isinstance(raised.value, Moved)
    assert send.calls == 5
    assert sum(time.slept) < PATIENCE


def test_a_look_that_fails_after_a_lost_answer_says_so(patience: Patience) -> None:
    with pytest.raises(StateError) as raised:
        _settle(Script([LOST]), Script([StateError("denied", advice="Ask.")]), patience)
    assert raised.value.message == "denied; the write to x may have been stored"
    assert raised.value.advice == "Ask."


def test_a_look_that_fails_after_a_refusal_claims_nothing(patience: Patience) -> None:
    with pytest.raises(StateError) as raised:
        _settle(Script([REFUSED]), Script([StateError("denied")]), patience)
    assert raised.value.message == "denied"


def test_what_cannot_pass_is_not_sent_again(patience: Patience) -> None:
    send = Script([StateError("denied")])
    with pytest.raises(StateError, match="denied"):
        _settle(send, Script([OLD]), patience)
    assert send.calls == 1


def test_a_read_is_repeated_while_nobody_answers(patience: Patience) -> None:
    read = Script([LOST, REFUSED, UNSENT, LOST, "found"])
    assert again(read, patience) == "found"
    assert read.calls == 5


@pytest.mark.parametrize(("turn", "words"), [(LOST, "no answer"), (REFUSED, "too busy to be read")])
def test_a_read_that_is_never_answered_is_an_error(patience: Patience, turn: Exception, words: str) -> None:
    with pytest.raises(StateError, match=words):
        again(Script([turn]), patience)


def test_patience_ends_with_the_time_when_each_try_takes_long(time: FakeTime) -> None:
    def slow() -> Iterator[None]:
        for _ in Patience(clock=time.clock, sleep=time.sleep).tries():
            time.now += 9.9
            yield

    assert sum(1 for _ in slow()) == 2
    assert time.now < 1000.0 + PATIENCE + 9.9
