"""A part of the sweep in every run of the tests; `make crash` is all of it. And the sweep itself is tested.

A case that fails here is played again by itself with `python -m tests.crash.sweep --case WORK:TROUBLE:POSITION`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.sweep.breaking import PARTS
from tests.crash.sweep.places import FilePlace
from tests.crash.sweep.plan import one_of, positions_of
from tests.crash.sweep.play import Case, play
from tests.crash.sweep.runs import Runs, scratch
from tests.crash.sweep.stage import Workshop
from tests.crash.sweep.troubles import TROUBLES
from tests.crash.sweep.works import WORKS

CATCHES = {
    "mark": ("killed-after-commit", "createBot"),
    "lookup": ("cut-after-commit", "createBot"),
    "record": ("killed-after-answer", "patchBot"),
    "swap": ("lease-lost-at-state-write", "write"),
    "strays": ("killed-delivered-late", "createBot"),
}
"""What finds that a part is missing: a trouble, and the request or write of the state that it meets."""


TOLD = ("429-http-date", "502", "html-committed", "token-expired")


def _workshop(folder: Path, runs: Runs, private_key: str) -> Workshop:
    return Workshop(folder, runs=runs, place=FilePlace(folder=folder), private_key=private_key)


@pytest.fixture(scope="module")
def workshop(private_key: str) -> Iterator[Workshop]:
    with scratch() as folder, Runs(folder) as runs:
        yield _workshop(folder, runs, private_key)


def _sample() -> dict[str, list[str]]:
    """Give troubles by work, in turn; of those that only the client tells from each other, some."""
    chosen = [name for name, trouble in TROUBLES.items() if not trouble.told or name in TOLD]
    anywhere = [name for name in chosen if TROUBLES[name].works(WORKS["first"])]
    return {"mixed": anywhere[::3], "first": [each for at, each in enumerate(anywhere) if at % 3]}


@pytest.mark.parametrize("work", ["first", "mixed"])
def test_whatever_happens_the_next_run_ends_it(work: str, workshop: Workshop) -> None:
    """One position of each trouble: no orphan, no duplicate, nothing of others touched, nothing left to do."""
    troubles = _sample()[work]
    found = {
        name: play(one_of(workshop.rehearsal(WORKS[work]), TROUBLES[name]), workshop).wrong for name in troubles
    }
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _catching(part: str, workshop: Workshop) -> Case:
    name, what = CATCHES[part]
    rehearsal, trouble = workshop.rehearsal(WORKS["first"]), TROUBLES[name]
    position = next(each for each in positions_of(rehearsal, trouble) if each.what == what)
    return Case(rehearsal=rehearsal, trouble=trouble, position=position)


@pytest.mark.parametrize("part", PARTS)
def test_without_one_of_its_parts_lwdeploy_fails_the_sweep(part: str, private_key: str) -> None:
    """The same case is all right with it: see the test after this one."""
    with scratch() as folder, Runs(folder, without=part) as runs:
        workshop = _workshop(folder, runs, private_key)
        assert play(_catching(part, workshop), workshop).wrong


@pytest.mark.parametrize("part", PARTS)
def test_with_all_of_its_parts_it_passes(part: str, workshop: Workshop) -> None:
    assert play(_catching(part, workshop), workshop).wrong == ()


def test_every_operation_meets_every_trouble_that_it_can_meet(workshop: Workshop) -> None:
    """What is left out because it is like another position leaves no operation of a work out."""
    for work in ("first", "mixed"):
        rehearsal = workshop.rehearsal(WORKS[work])
        for trouble in TROUBLES.values():
            every = {each.what for each in rehearsal.positions[trouble.seam] if trouble.at(each)}
            assert {each.what for each in positions_of(rehearsal, trouble)} == every
