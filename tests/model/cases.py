"""What is searched: who runs with what in mind, in which world, and how much may go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lwdeploy.core.types import Desired, State
from lwdeploy.planning.match import mark_key
from lwdeploy.state.codec import encode
from lwdeploy.state.remote import STATE
from tests.model.promises import Promises
from tests.model.search import Mishaps, Searched, search
from tests.model.steps import PROJECT, Program, run
from tests.model.without import without
from tests.model.world import SOMEBODY, Bot, Rules, Stored, World
from tests.unit.planning.builders import IDENTITY, bot, desired_of, registration, root

__all__ = ["CASES", "FULL", "Case", "searched"]

FULL = Mishaps(kills=1, losses=1, lags=1)
"""What the large search allows, all of it in one history."""

_NAMES = MappingProxyType({"help": "Help Desk", "pay": "Payroll"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One search. `wants` are the keys that each run declares; the runs after it all want `keys`.

    `begun` is a key whose bot an earlier run left under its mark, `made` are keys that exist and are recorded.
    """

    keys: tuple[str, ...]
    wants: tuple[tuple[str, ...], ...]
    mishaps: Mishaps = field(default_factory=Mishaps)
    rules: Rules = field(default_factory=Rules)
    first_use: bool = False
    side_by_side: bool = False
    at_once: bool = False
    begun: str = ""
    made: tuple[str, ...] = ()


_ONE, _TWO = ("help",), ("help", "pay")

CASES: Mapping[str, Case] = MappingProxyType(
    {
        "one run, all mishaps": Case(keys=_TWO, wants=(_TWO,), mishaps=FULL),
        "one run, both bots side by side": Case(
            keys=_TWO, wants=(_TWO,), mishaps=Mishaps(kills=1), side_by_side=True
        ),
        "one run, a lost answer is settled by it": Case(
            keys=_TWO,
            wants=(_TWO,),
            mishaps=Mishaps(losses=1),
            rules=Rules(loses_state=False, late=False),
            at_once=True,
        ),
        "one run, what was lost arrives late": Case(
            keys=_TWO, wants=(_TWO,), mishaps=Mishaps(losses=1), rules=Rules(loses_state=False), at_once=True
        ),
        "two runs, one is killed": Case(keys=_TWO, wants=(_TWO, _TWO), mishaps=Mishaps(kills=1)),
        "two runs, a lost answer": Case(
            keys=_ONE, wants=(_ONE, _ONE), mishaps=Mishaps(losses=1), rules=Rules(loses_state=False, late=False)
        ),
        "two runs, a list out of date": Case(keys=_ONE, wants=(_ONE, _ONE), mishaps=Mishaps(lags=1)),
        "two runs, first use": Case(keys=_ONE, wants=(_ONE, _ONE), mishaps=Mishaps(kills=1), first_use=True),
        "two runs, one bot begun": Case(keys=_ONE, wants=(_ONE, _ONE), mishaps=Mishaps(kills=1), begun="help"),
        "two commits, the other lacks a bot": Case(keys=_TWO, wants=(_TWO, _ONE)),
        "two commits, one bot made": Case(keys=_TWO, wants=(_TWO, _ONE), mishaps=Mishaps(kills=1), made=("help",)),
    }
)


def searched(case: Case, *, taken_out: str = "", duplicates_only: bool = False, most: int = 10**9) -> Searched:
    """Search a case to its end, with one precaution taken out of the product if one is named."""
    rules = replace(case.rules, swap=taken_out != "swap")
    with without():
        first = _first(case, rules)
    following = tuple(Program(name=name, desired=_desired(case.keys)) for name in "yz")
    promises = Promises(
        names={key: _NAMES[key] for key in case.keys},
        others=() if case.first_use else (SOMEBODY,),
        next_runs=following,
        rules=rules,
        at_once=case.at_once,
        duplicates_only=duplicates_only,
    )
    programs = [
        Program(name=name, desired=_desired(keys), side_by_side=case.side_by_side)
        for name, keys in zip("ab", case.wants, strict=False)
    ]
    with without(taken_out):
        return search(
            first,
            programs,
            mishaps=case.mishaps,
            promises=promises,
            rules=rules,
            victims=_victims(case),
            most=most,
        )


def _victims(case: Case) -> range:
    """Give the runs that mishaps befall: of runs that are alike the first one is as good as any."""
    alike = len(set(case.wants)) == 1 and sum(case.mishaps) == 1
    return range(1 if alike else len(case.wants))


def _first(case: Case, rules: Rules) -> World:
    if case.first_use:
        return World()
    state = State(lineage="model", serial=1, tenant=IDENTITY, project=PROJECT)
    world = World(bots=(SOMEBODY,), stored=(Stored(STATE, encode(state)),))
    if case.made:
        world, _ = run(Program(name="x", desired=_desired(case.made)), world, rules)
    if case.begun:
        mark = f"lwdeploy {PROJECT} {mark_key(root(case.begun))} x"
        begun = Bot("150", mark, "d", (), mark)
        world = world._replace(bots=(*world.bots, begun))
    return world


def _desired(keys: tuple[str, ...]) -> Desired:
    specs = {key: {"botName": {"default": _NAMES[key]}, "description": {"default": "d"}} for key in keys}
    return desired_of(*(each for key in keys for each in (bot(key, specs[key]), registration(key, "head-office"))))
