"""From rich menu to rich menu there is no moment without one, wherever a run is cut off; the next one ends it.

A sample of all interruptions runs by default. All of them, every request of every work with every kind of trouble:
`CRASH_SWEEP=full pytest -n auto tests/crash/test_menu_gap.py`; that takes a while and ends with a table.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.menu_sweep import FAULTS, KINDS, Try, attempt
from tests.crash.menu_work import WORK, Rehearsal, rehearse

FULL = os.environ.get("CRASH_SWEEP") == "full"
SURE = "commit, then cut"  # the cruellest: done, and nobody knows
OTHERS = tuple(kind for kind in FAULTS if kind != SURE)
UPLOADS = frozenset({"createAttachment", "uploadContent"})
EVERYWHERE = frozenset({"issueToken", "listBots", "getBot", "listRichmenus"})
MAIN = "replace"
UNSAMPLED = ("create with the bot", "picture, files bound once", "replace, picture refused")
SAMPLED = tuple(name for name in WORK if name not in UNSAMPLED)

Record = Callable[[str, object], None]
Rehearse = Callable[[str], Rehearsal]


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory, private_key: str) -> Iterator[Rehearse]:
    """Give the rehearsal of a work, held once in every process of the tests."""
    held: dict[str, Rehearsal] = {}

    def give(name: str) -> Rehearsal:
        if name not in held:
            held[name] = rehearse(WORK[name], tmp_path_factory.mktemp("work"), private_key=private_key)
        return held[name]

    yield give
    held.clear()


def _run(rehearsed: Rehearsal, tries: list[Try], folder: Path, record: Record) -> None:
    """Make all the attempts, and only then fail with everything that was wrong in any of them."""
    found = {one: attempt(rehearsed, one, folder) for one in tries}
    for kind in sorted({one.kind for one in tries}):
        mine = [one for one in tries if one.kind == kind]
        bad = sum(bool(found[one]) for one in mine)
        record("sweep", [rehearsed.work.name, kind, len(rehearsed.operations), len(mine), bad])
    wrong = [each for told in found.values() for each in told]
    assert wrong == [], "\n".join(wrong)


def _nth(rehearsed: Rehearsal, operation: str) -> int:
    return rehearsed.operations.index(operation) + 1


def _sample(rehearsed: Rehearsal) -> list[Try]:
    """Take every write to a menu with the cruellest trouble, and all operations with the others in turn."""
    operations = rehearsed.operations
    writes = [
        nth
        for nth, (each, writes) in enumerate(zip(operations, rehearsed.writes, strict=True), start=1)
        if writes and each not in UPLOADS | EVERYWHERE
    ]
    beside = UPLOADS if rehearsed.work.name == MAIN else UPLOADS | EVERYWHERE
    firsts = [_nth(rehearsed, each) for each in dict.fromkeys(operations) if each not in beside]
    places = sorted({*writes, *firsts, *(_nth(rehearsed, each) for each in UPLOADS & set(operations))})
    turn = SAMPLED.index(rehearsed.work.name)
    cruel = [Try(nth=nth, kind=SURE) for nth in writes]
    return cruel + [Try(nth=nth, kind=OTHERS[(turn + at) % len(OTHERS)]) for at, nth in enumerate(places)]


def _tries(rehearsed: Rehearsal, choice: str) -> list[Try]:
    if choice == "a sample":
        return _sample(rehearsed)
    return [Try(nth=nth, kind=choice) for nth in range(1, len(rehearsed.operations) + 1)]


SAMPLE = [(name, "a sample") for name in SAMPLED]  # for the tenant, killed is as good as cut from then on
ALL = [(name, kind) for name in WORK for kind in KINDS]


@pytest.mark.usefixtures("haste", "swift")
@pytest.mark.parametrize(("name", "choice"), ALL if FULL else SAMPLE)
def test_no_gap(name: str, choice: str, rehearsal: Rehearse, tmp_path: Path, record_property: Record) -> None:
    """Whatever happens at a request, nobody is left without a menu, and the next run ends the work."""
    rehearsed = rehearsal(name)
    _run(rehearsed, _tries(rehearsed, choice), tmp_path, record_property)


def test_the_sample_leaves_nothing_out(rehearsal: Rehearse) -> None:
    """Every sort of trouble is in it, every operation of the main work, and every write of the others."""
    for name in SAMPLED:
        rehearsed = rehearsal(name)
        hit = {rehearsed.operations[one.nth - 1] for one in _sample(rehearsed)}
        assert set(rehearsed.operations) - hit <= (set() if name == MAIN else EVERYWHERE)
    assert {one.kind for one in _sample(rehearsal(MAIN))} == set(FAULTS)
