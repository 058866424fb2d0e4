"""Everything that can happen at a position: who strikes, how, and what must be true of the runs after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

from tests.crash.sweep import meanwhile
from tests.crash.sweep.stage import Position, Scene
from tests.crash.sweep.works import Work

__all__ = ["TROUBLES", "Trouble"]

FOR_GOOD = 1_000_000
SKEW = 600.0
_PATIENCE, _SLOW = 0.25, 0.4
"""Seconds after which a run gives an answer up, and those that the answer takes."""

Fault = Mapping[str, Any]
Injected = Callable[[Position, Scene], Mapping[str, Any]]


# At a read nothing is done: being killed before it, in it or after it is the same for everybody else, and so are
# an answer that was lost and one that never was. All 5xx are one to a read, and all waits that a 429 asks for.


def _any(_: object) -> bool:
    return True


def _write(position: Position) -> bool:
    return position.writes and position.what != "issueToken"


def _list(position: Position) -> bool:
    return position.what.startswith("list")


def _writes_file(position: Position) -> bool:
    return position.what.startswith("write")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One sort of trouble.

    `seam` says which positions are meant (`Rehearsal.positions`), `at` at which of them it can happen, `works` in
    which works. Who strikes: the tenant with `faults`; the run itself with what is `injected` into it; at the
    moment of the commit, before the answer, `commit` kills or stops the run, or starts others beside it; it says
    `itself` where the run stops by itself.
    `meantime` is what happens while the run is stopped.

    Afterwards: `then` happens before the next run, and `later` after it, followed by one more. `next_faults` meet
    the next run, followed by one more too. `more` is what the next runs are allowed besides. A trouble `settles`
    when a run that ends with 0 has to leave nothing to be put right, and `doubles` when a request arrives once
    more than it was sent. `lost` is how a state that cannot be read has to be got back: `rebuild` or `restore`.
    An answer that is `told` from others by the client alone is the same trouble at all requests that are alike, so
    the two works that send every operation meet it, and the others do not.
    """

    name: str
    seam: str = "request"
    at: Callable[[Position], bool] = _any
    works: Callable[[Work], bool] = _any
    faults: tuple[Fault, ...] = ()
    injected: Injected = lambda _position, _scene: {}
    commit: str = ""
    meantime: Callable[[Scene], None] | None = None
    others: tuple[tuple[str, ...], ...] = ()
    flags: tuple[str, ...] = ()
    then: Callable[[Scene], None] | None = None
    later: Callable[[Scene], None] | None = None
    next_faults: tuple[Fault, ...] = ()
    more: tuple[str, ...] = ()
    kills: bool = False
    doubles: bool = False
    told: bool = False
    settles: bool = True
    lost: str = ""

    @property
    def alone(self) -> bool:
        """Whether the run has its time of day to itself, so that its waits may pass at once."""
        return not self.others


# --- killed


def _deed(deed: str) -> Injected:
    """Have the run do something to itself at the n-th request."""
    return lambda position, scene: {
        "request": {"nth": position.nth, "deed": deed, "file": str(scene.beside / "late.json")}
    }


def _killed() -> Iterator[Trouble]:
    lag = ({"kind": "lagging_list", "operation": "listBots", "times": FOR_GOOD},)
    yield Trouble(name="killed-before-send", injected=_deed("kill before"), kills=True)
    yield Trouble(name="killed-after-commit", at=_write, commit="kill", kills=True)
    yield Trouble(name="killed-after-answer", at=_write, injected=_deed("kill after"), kills=True)
    yield Trouble(
        name="killed-delivered-late",
        at=_write,
        injected=_deed("kill, late"),
        kills=True,
        later=meanwhile.deliver,
    )
    yield Trouble(name="killed-twice", at=_write, commit="kill", kills=True, then=meanwhile.killed_again)
    yield Trouble(name="killed-then-lists-lag", at=_write, commit="kill", kills=True, next_faults=lag)


# --- answers


def _once(name: str, *, at: Callable[[Position], bool] = _any, settles: bool = True, **fault: Any) -> Trouble:
    told = fault["kind"] in {"status", "html_200", "truncated_json", "cut_mid_body", "expired_token"}
    return Trouble(name=name, at=at, faults=({**fault, "times": 1},), settles=settles, told=told)


def _lost() -> Iterator[Trouble]:
    def impatient(_position: Position, _scene: Scene) -> Mapping[str, Any]:
        return {"impatient": _PATIENCE}

    slow = {"kind": "delay", "seconds": _SLOW, "times": 1}
    yield _once("cut-before-commit", kind="cut_before_commit")
    yield _once("cut-after-commit", at=_write, kind="commit_then_cut")
    yield _once("cut-in-the-answer", kind="cut_mid_body")
    yield _once("truncated", kind="truncated_json")
    yield _once("html", kind="html_200")
    yield _once("html-committed", at=_write, kind="html_200", commit=True)
    yield Trouble(name="timeout-committed", faults=({**slow, "commit": True},), injected=impatient)
    yield Trouble(
        name="timeout-delivered-late",
        at=_write,
        faults=(slow,),
        injected=impatient,
        settles=False,
        then=lambda _scene: time.sleep(_SLOW),
    )
    yield Trouble(name="lost-delivered-late", at=_write, injected=_deed("late"), later=meanwhile.deliver)
    for name, deed in (("delivered-twice", "twice"), ("delivered-twice-second-answer", "twice, second answer")):
        yield Trouble(name=name, at=_write, injected=_deed(deed), doubles=True, settles=False)


def _refused() -> Iterator[Trouble]:
    for name, headers in (
        ("429-with-reset", {"RateLimit-Reset": "7"}),
        ("429-without-header", {}),
        ("429-reset-in-the-past", {"RateLimit-Reset": "1000000000"}),
        ("429-huge-reset", {"RateLimit-Reset": "90000"}),
        ("429-http-date", {"Retry-After": formatdate(time.time() + 5, usegmt=True)}),
    ):
        yield _once(name, at=_write if headers else _any, kind="status", status=429, headers=headers)
    yield Trouble(
        name="429-for-good", at=_write, told=True, faults=({"kind": "status", "status": 429, "times": FOR_GOOD},)
    )
    for status in (500, 502, 503, 504):
        body = "<html>Bad gateway</html>" if status == 502 else None
        yield _once(f"{status}", at=_any if status == 502 else _write, kind="status", status=status, body=body)
        yield _once(f"{status}-committed", at=_write, kind="status", status=status, body=body, commit=True)
    yield Trouble(name="503-for-good", faults=({"kind": "status", "status": 503, "times": FOR_GOOD},))


def _lists() -> Iterator[Trouble]:
    yield _once("short-pages", at=_list, kind="short_pages")
    yield _once("repeated-ids", at=_list, kind="repeated_ids")
    yield _once("cursor-loop", at=_list, kind="cursor_loop")
    yield _once("list-lags-create", at=_list, kind="lagging_list", settles=False)
    yield _once("list-lags-delete", at=_list, kind="lingering_list", settles=False)
    for name, kind in (("create", "lagging_list"), ("delete", "lingering_list")):
        fault = {"kind": kind, "times": FOR_GOOD}
        yield Trouble(name=f"lists-lag-{name}-for-the-run", at=_list, faults=(fault,), settles=False)
    lost = {"kind": "commit_then_cut", "times": 1}
    lagging = {"kind": "lagging_list", "operation": "listBots", "times": FOR_GOOD, "nth": 1}
    yield Trouble(name="cut-after-commit-lists-lag", at=_write, faults=(lost, lagging), settles=False)


def _tokens_and_clocks() -> Iterator[Trouble]:
    yield _once("token-expired", kind="expired_token")
    yield Trouble(name="token-revoked", faults=({"kind": "status", "status": 401, "times": FOR_GOOD},))
    for name, skew in (("ahead", SKEW), ("behind", -SKEW)):
        yield Trouble(
            name=f"clock-ten-minutes-{name}",
            told=True,
            at=lambda position: position.writes,
            faults=({"kind": "status", "status": 429, "headers": {"Retry-After": _in_five()}, "times": 1},),
            injected=_skewed(skew),
        )


def _skewed(skew: float) -> Injected:
    return lambda position, _scene: {"skew": skew, "skew_since": position.nth}


def _in_five() -> str:
    return formatdate(time.time() + 5, usegmt=True)


# --- the state


def _of_store(deed: str) -> Injected:
    return lambda position, _scene: {"state": {"nth": position.nth, "deed": deed}}


def _stops(position: Position, scene: Scene) -> Mapping[str, Any]:
    return {"state": {"nth": position.nth, "deed": "stop", "file": str(scene.stopped)}}


def _on_disk(folder: str, deed: str) -> Injected:
    return lambda position, _scene: {"disk": {"folder": folder, "nth": position.nth, "deed": deed}}


def _state() -> Iterator[Trouble]:
    yield Trouble(name="killed-before-state-write", seam="store", injected=_of_store("kill before"), kills=True)
    yield Trouble(name="killed-after-state-write", seam="store", injected=_of_store("kill after"), kills=True)
    yield Trouble(name="state-write-refused", seam="store", injected=_of_store("refuse"))
    yield Trouble(name="state-write-answer-lost", seam="store", injected=_of_store("lost"))
    yield Trouble(
        name="lease-lost-at-state-write",
        seam="store",
        injected=_stops,
        commit="itself",
        meantime=meanwhile.overtake_blindly,
        settles=False,
    )
    for folder in ("state", "audit"):
        yield from _disk(folder)


def _telling(work: Work) -> bool:
    """Tell whether a work writes files in a way that no other one does: the first ones, and all others."""
    return work.name in {"first", "mixed"}


def _disk(folder: str) -> Iterator[Trouble]:
    for deed in ("kill before", "kill half", "kill after"):
        at = _writes_file if deed == "kill half" else _any
        name = f"{folder}-{deed.replace('kill', 'killed').replace(' ', '-')}"
        injected = _on_disk(folder, deed)
        yield Trouble(name=f"{name}-file", seam=folder, at=at, works=_telling, injected=injected, kills=True)
    for deed in ("full", "full, from then on", "read only, from then on", "broken"):
        name = f"{folder}-disk-{deed.replace(',', '').replace(' ', '-')}"
        yield Trouble(name=name, seam=folder, works=_telling, injected=_on_disk(folder, deed))


def _tampered() -> Iterator[Trouble]:
    for how in ("vanished", "torn", "newer", "lost"):
        lost = "restore" if how == "newer" else "rebuild"
        yield Trouble(
            name=f"state-{how}",
            at=_write,
            commit="stop",
            meantime=meanwhile.tampered(how),
            settles=False,
            lost=lost,
        )
        yield Trouble(
            name=f"killed-state-{how}",
            at=_write,
            commit="kill",
            kills=True,
            then=meanwhile.tampered(how),
            settles=False,
            lost=lost,
        )


# --- others


def _others() -> Iterator[Trouble]:
    allowed = ("--allow", "recreate=3", "--allow", "create=3")
    yield Trouble(name="console-edit", commit="stop", meantime=meanwhile.edit, settles=False)
    yield Trouble(name="console-delete", commit="stop", meantime=meanwhile.delete, settles=False, more=allowed)
    yield Trouble(
        name="lease-lost-another-run", at=_write, commit="stop", meantime=meanwhile.overtake, settles=False
    )
    yield Trouble(
        name="other-project",
        at=_write,
        works=_has_room,
        commit="stop",
        meantime=meanwhile.neighbour,
        settles=False,
    )
    yield Trouble(name="two-runs", at=_write, commit="start", others=((),))
    yield Trouble(name="five-runs", at=_write, commit="start", others=((),) * 4)
    yield from _disjoint()


def _has_room(work: Work) -> bool:
    return work.name in {"create", "mixed", "first"}


def _targets(*keys: str) -> tuple[str, ...]:
    return tuple(each for key in keys for each in ("--target", f"bot/{key}"))


def _disjoint() -> Iterator[Trouble]:
    """Runs of other bots of the same project: two halves of it, or five parts."""
    two = (
        _targets("alpha", "charlie", "foxtrot", "hotel", "india", "lima"),
        _targets("bravo", "delta", "echo", "golf", "juliett", "kilo"),
    )
    five = (
        _targets("alpha", "bravo", "charlie"),
        _targets("delta", "echo"),
        _targets("foxtrot", "golf", "hotel"),
        _targets("india", "juliett"),
        _targets("kilo", "lima"),
    )
    for name, parts in (("two", two), ("five", five)):
        yield Trouble(
            name=f"{name}-runs-of-other-bots",
            at=_write,
            works=lambda work: work.name == "create",
            commit="start",
            flags=parts[0],
            others=parts[1:],
        )


TROUBLES: Mapping[str, Trouble] = {
    trouble.name: trouble
    for some in (_killed, _lost, _refused, _lists, _tokens_and_clocks, _state, _tampered, _others)
    for trouble in some()
}
