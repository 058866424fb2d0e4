"""Interrupts work on rich menus at a request, lets the next runs end it, and says what went wrong meanwhile."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lwdeploy.simulator import Fault, LocalTenant
from tests.crash.menu_watch import Film, has_default, has_menu, has_persistent
from tests.crash.menu_work import THEIRS, Rehearsal, apply, staged
from tests.support.menu_life import menus_of
from tests.support.project import Project, Run

__all__ = ["FAULTS", "KILLS", "KINDS", "Try", "attempt"]

_DOOMED = [sys.executable, str(Path(__file__).with_name("doomed.py"))]
_FOR_GOOD = 1_000_000

_BAD: Mapping[str, Mapping[str, Any]] = {
    "cut before commit": {"kind": "cut_before_commit"},
    "commit, then cut": {"kind": "commit_then_cut"},
    "429": {"kind": "status", "status": 429},
    "500": {"kind": "status", "status": 500},
    "503": {"kind": "status", "status": 503},
}
FAULTS: Mapping[str, Mapping[str, Any]] = {
    **{name: {**fault, "times": 1} for name, fault in _BAD.items()},
    **{f"{name}, from then on": {**fault, "times": _FOR_GOOD} for name, fault in _BAD.items()},
}
"""What the tenant does at one request, or at it and all that come after it in the same run."""

KILLS: Mapping[str, str] = {"killed before": "before", "killed after": "after"}
KINDS = (*FAULTS, *KILLS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One interruption: at the `nth` request of the work (from 1), of one kind."""

    nth: int
    kind: str


def attempt(rehearsal: Rehearsal, one: Try, folder: Path) -> list[str]:
    """Interrupt the work, end it, and give everything that is wrong; nothing is, if all is well."""
    work, film = rehearsal.work, Film()
    place = folder / f"{one.nth}"
    with staged(work, rehearsal.folder, place, private_key=rehearsal.private_key) as (project, tenant):
        theirs = _theirs(tenant)
        with tenant.watch(film):
            first = _interrupted(project, tenant, rehearsal, one)
            later = [apply(work, project)]
            while later[-1].code != 0 and len(later) < work.again:
                later.append(apply(work, project))
            planned = project.run("plan", "--detailed-exitcode")
        wrong = [
            *_of_runs(first, later, planned),
            *_of_film(film, rehearsal),
            *_of_end(tenant, rehearsal),
            *(["somebody's menu was changed"] if _theirs(tenant) != theirs else []),
        ]
    shutil.rmtree(place)
    operation = rehearsal.operations[one.nth - 1]
    return [f"{work.name}: {one.kind} at {one.nth} {operation}: {each}" for each in wrong]


def _interrupted(project: Project, tenant: LocalTenant, rehearsal: Rehearsal, one: Try) -> Run:
    if one.kind in KILLS:
        command = ("anything", str(one.nth), KILLS[one.kind], "apply", "--auto-approve", *rehearsal.work.flags)
        ran = project.process(*command, program=_DOOMED)
        assert ran.code == -signal.SIGKILL, ran
        return ran
    tenant.add_fault(Fault(nth=one.nth, **FAULTS[one.kind]))
    ran = apply(rehearsal.work, project)
    tenant.clear_faults()
    return ran


def _theirs(tenant: LocalTenant) -> list[Any]:
    """Give the menu that somebody made by hand, with ids, and with the bytes of its picture."""
    stored = [
        each for bot in tenant.snapshot()["bots"] for each in bot["richmenus"] if each["richmenuName"] == THEIRS
    ]
    seen = [each for each in menus_of(tenant)["rich"] if each["name"] == THEIRS] if stored else []
    return [*stored, *seen]


def _of_runs(first: Run, later: Sequence[Run], planned: Run) -> Iterator[str]:
    for ran in (first, *later, planned):
        if "Traceback" in ran.err or "mistake in lwdeploy" in ran.out + ran.err:
            yield f"our own mistake: {ran.out}{ran.err}"
    if later[-1].code != 0 or any("takes no second picture" not in ran.out for ran in later[:-1]):
        yield f"the next runs ended with {[ran.code for ran in later]}: {later[-1].out}{later[-1].err}"
    if planned.code != 0:
        yield f"the plan afterwards is not empty: {planned.out}{planned.err}"


def _of_film(film: Film, rehearsal: Rehearsal) -> Iterator[str]:
    work = rehearsal.work
    if work.takes_away:
        seen = [each for each in film.gaps(has_menu)[:1] if each != work.takes_away]
        yield from _first("users have no menu", seen)
    if work.takes_away == "deleteDefaultRichmenu":
        yield from _first("no persistent menu", film.gaps(has_persistent))
    else:
        yield from _first("no default menu with a picture", film.gaps(has_default))
        yield from _first("a user's own menu is not shown", film.in_the_dark())
    if work.theirs:
        yield from _first("somebody's menu is not there", film.touched(THEIRS))


def _first(what: str, moments: Sequence[str]) -> Iterator[str]:
    """Say what was wrong first, and how often in all."""
    if moments:
        yield f"{what} after {moments[0]} (in all after {len(moments)} requests)"


def _of_end(tenant: LocalTenant, rehearsal: Rehearsal) -> Iterator[str]:
    bots = len(tenant.snapshot()["bots"])
    if bots != 1:
        yield f"there are {bots} bots"
        return
    found = menus_of(tenant)
    for part, wanted in rehearsal.goal.items():
        if found[part] != wanted:
            yield f"{part} is {found[part]}, not {wanted}"
