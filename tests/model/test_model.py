"""Two runs in every order of their steps: what is promised holds in every state, and each precaution is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.model.cases import CASES, FULL, searched
from tests.model.without import PRECAUTIONS

WHOLE = os.environ.get("MODEL_SEARCH") == "full"

MISSED = {
    # Without it, where: the promise that is broken first.
    "mark": ("two runs, one is killed", "two bots are named Help Desk"),
    "record": ("one run, all mishaps", "two bots are named Help Desk"),
    "swap": ("two runs, one is killed", "two bots are named Help Desk"),
    "serial": ("two runs, one is killed", "two bots are named Help Desk"),
    "look": ("one run, a lost answer is settled by it", "at the end the tenant has"),
    "cleanup": ("one run, all mishaps", "at the end the tenant has"),
    "fence": ("two commits, one bot made", "was recorded and is deleted"),
}


@pytest.mark.parametrize("name", CASES)
def test_no_order_of_steps_breaks_a_promise(name: str, record_property: Callable[[str, object], None]) -> None:
    """Never two bots of one name, nothing named before it is recorded, and one more run puts everything right."""
    case = CASES[name]
    done = searched(replace(case, mishaps=FULL, rules=replace(case.rules, late=True)) if _widened(name) else case)
    record_property("model", f"{name:42} {done.states:9} states, {done.ends} ends, {done.worlds} worlds")
    assert done.found is None, str(done.found)
    assert not done.cut
    assert done.ends


def _widened(name: str) -> bool:
    return WHOLE and not CASES[name].at_once


@pytest.mark.parametrize("precaution", MISSED)
def test_without_a_precaution_the_search_finds_what_breaks(
    precaution: str, record_property: Callable[[str, object], None]
) -> None:
    """The shortest way to the damage is shown."""
    name, broken = MISSED[precaution]
    done = searched(CASES[name], taken_out=precaution, duplicates_only=broken.startswith("two bots"))
    assert done.found is not None
    record_property("model", f"without {precaution}: {done.found}")
    assert broken in done.found.what
    assert done.found.trace


def test_every_precaution_is_missed() -> None:
    assert set(MISSED) == set(PRECAUTIONS)


def test_a_search_that_is_bounded_says_that_it_was_cut() -> None:
    done = searched(CASES["one run, all mishaps"], most=50)
    assert done.cut
    assert done.found is None
