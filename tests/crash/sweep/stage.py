"""Works prepared once, and put up again for each case as a copy: a project, its tenant, its state."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from lwdeploy.simulator import LocalTenant, LogEntry, Settings, start
from tests.crash.sweep.places import Place
from tests.crash.sweep.runs import Runs
from tests.crash.sweep.works import THEIRS, Work
from tests.support.menu_life import menus_in
from tests.support.project import Project, Run

__all__ = ["Position", "Rehearsal", "Scene", "Workshop", "ours", "shown"]


_WHOLE: Mapping[str, Any] = {"without": None}  # rehearsals are held with every part of lwdeploy in its place
_BOT = re.compile(r"/v1\.0/bots/(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The n-th request, write of the state, or operation on a file of an undisturbed run, from 1.

    `before` are the requests about the same bot that came before a request.
    """

    nth: int
    what: str
    writes: bool = True
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What an undisturbed run of a work did: its positions by what is counted, and what the tenant has then.

    Counted are requests (`request`), writes through the `Store` (`store`), and operations on files in the folders
    of the state and of the audit log (`state`, `audit`).
    """

    work: Work
    positions: Mapping[str, tuple[Position, ...]]
    goal: Mapping[str, Any]
    creates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One case on stage.

    `said` is the folder for what runs say, `beside` for what nobody looks into. `theirs` are the bots of others as
    they left them, `by_hand` the writes that somebody else sent, `undo` what puts a state back.
    """

    work: Work
    project: Project
    tenant: LocalTenant
    runs: Runs
    place: Place
    folder: Path
    said: Path
    beside: Path
    theirs: list[Any] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    undo: list[Callable[[], None]] = field(default_factory=list)
    reports: Iterator[int] = field(default_factory=count)

    def apply(self, *more: str, **injected: Any) -> Run:
        """Carry the work out, or what is left of it."""
        return self.runs.run(self.project, *self.argv(*more), said=self.said, **injected)

    def argv(self, *more: str) -> tuple[str, ...]:
        """Give the command that carries the work out."""
        report = f"report-{next(self.reports)}.json"  # runs beside each other may not share one
        return ("apply", "--auto-approve", "--report", report, *self.work.flags, *more)

    def run(self, *argv: str, **injected: Any) -> Run:
        """Run another command."""
        return self.runs.run(self.project, *argv, said=self.said, **injected)

    @property
    def stopped(self) -> Path:
        """Where a run leaves a sign when it has stopped by itself."""
        return self.beside / "stopped"

    @property
    def slept(self) -> Path:
        """What tells a run that stands still how long it did."""
        return self.beside / "slept"

    def mine(self) -> list[dict[str, Any]]:
        """Give the bots that are not somebody else's."""
        return [each for each in shown(self.tenant) if not _is_theirs(each)]

    def others(self) -> list[dict[str, Any]]:
        """Give the bots of others, to the byte."""
        return [each for each in shown(self.tenant) if _is_theirs(each)]


class Workshop:
    """Prepares works and puts cases of them up, all below one folder and with state in one sort of place."""

    def __init__(self, folder: Path, *, runs: Runs, place: Place, private_key: str) -> None:
        self.runs = runs
        self._folder = folder
        self._place = place
        self._private_key = private_key
        self._held: dict[str, Rehearsal] = {}
        self._places: dict[str, Place] = {}
        self._cases = 0

    def rehearsal(self, work: Work) -> Rehearsal:
        """Give what an undisturbed run does; the first time, prepare the work and do it."""
        if work.name not in self._held:
            self._held[work.name] = self._rehearse(work)
        return self._held[work.name]

    @contextmanager
    def staged(self, work: Work) -> Iterator[Scene]:
        """Give the work as it stands before it is done, in a folder of its own that goes with the block."""
        self._cases += 1
        folder = self._folder / f"{work.name}-{self._cases}"
        shutil.copytree(self._ready(work), folder)
        place = self._places[work.name].copied(folder)
        with self._open(work, folder, place) as scene:
            scene.theirs.extend(scene.others())
            yield scene
        place.clear()
        shutil.rmtree(folder)

    def _ready(self, work: Work) -> Path:
        return self._folder / f"ready-{work.name}"

    @contextmanager
    def _open(self, work: Work, folder: Path, place: Place) -> Iterator[Scene]:
        settings = Settings(**{"private_key": self._private_key, **work.settings})
        said, beside = folder / "said", folder / "beside"
        with start(data=folder / "tenant.sqlite3", settings=settings) as tenant:
            project = Project.found(folder / "project", tenant, **work.spec, **place.spec())
            place.settle(project)
            yield Scene(
                work=work,
                project=project,
                tenant=tenant,
                runs=self.runs,
                place=place,
                folder=folder,
                said=said,
                beside=beside,
            )

    def _rehearse(self, work: Work) -> Rehearsal:
        ready = self._ready(work)
        for name in ("said", "beside"):
            (ready / name).mkdir(parents=True)
        place = self._places[work.name] = self._place.made(ready)
        with self._open(work, ready, place) as scene:
            _prepare(work, scene)
        shutil.rmtree(ready / "said")
        (ready / "said").mkdir()
        with self.staged(work) as scene:
            # With the state in a file, whatever the place: clients of other places start threads of their own.
            project = Project.found(scene.project.root, scene.tenant, **work.spec)
            for argv in (("plan", *work.flags), scene.argv()):
                self.runs.warm(project, *argv, said=scene.said)
        with self.staged(work) as scene:
            record = scene.beside / "record.json"
            ran = scene.apply(record=str(record), **_WHOLE)
            assert ran.code == 0, ran
            log = scene.tenant.log()
            recorded = json.loads(record.read_text(encoding="utf-8"))
            assert scene.run("plan", "--detailed-exitcode", *work.flags, **_WHOLE).code == 0
            return Rehearsal(
                work=work,
                positions={
                    "request": tuple(_requests(log)),
                    "store": _numbered(recorded["state"]),
                    **{folder: _numbered(_on_disk(recorded["disk"], folder)) for folder in ("state", "audit")},
                },
                goal=ours(scene.tenant),
                creates=sum(each.operation == "createBot" for each in log),
            )


def _requests(log: Sequence[LogEntry]) -> Iterator[Position]:
    before: dict[str, tuple[str, ...]] = {}
    for nth, each in enumerate(log, start=1):
        found = _BOT.match(each.path)
        yield Position(
            nth=nth,
            what=each.operation,
            writes=each.method != "GET",
            before=before.get(found[1], ()) if found else (),
        )
        if found:
            before[found[1]] = (*before.get(found[1], ()), each.operation)


def _on_disk(recorded: list[list[str]], folder: str) -> list[str]:
    return [f"{operation} {name}" for where, operation, name in recorded if where == folder]


def _numbered(whats: list[str]) -> tuple[Position, ...]:
    return tuple(Position(nth=nth, what=what) for nth, what in enumerate(whats, start=1))


def _prepare(work: Work, scene: Scene) -> None:
    """Bring the project and the tenant to where the work begins."""
    work.lay(scene.project, scene.tenant)
    if work.bots:
        assert scene.run("state", "init", **_WHOLE).code == 0
    if work.before is not None:
        work.before(scene.project)
        ran = scene.run("apply", "--auto-approve", **_WHOLE)
        assert ran.code == 0, ran
    work.after(scene.project)
    shutil.rmtree(scene.project.root / ".lwdeploy" / "audit", ignore_errors=True)


# --- what the tenant has


def shown(tenant: LocalTenant) -> list[dict[str, Any]]:
    """Give all bots with all that hangs on them, to the byte."""
    bots: list[dict[str, Any]] = tenant.snapshot()["bots"]
    return bots


def _is_theirs(bot: Mapping[str, Any]) -> bool:
    return str(bot["botName"]).startswith(THEIRS)


def ours(tenant: LocalTenant) -> dict[str, list[Any]]:
    """Give everything that is not somebody else's, by the name of its bot, told without ids."""
    told: dict[str, list[Any]] = {}
    for bot in shown(tenant):
        if not _is_theirs(bot):
            told.setdefault(bot["botName"], []).append(_told(tenant, bot))
    return told


def _told(tenant: LocalTenant, bot: Mapping[str, Any]) -> dict[str, Any]:
    menus = menus_in(tenant, bot)
    with_ids = {"botId", "richmenus", "userRichmenus", "defaultRichmenuId", "persistentMenu", "domains"}
    domains = [{**each, "members": sorted(each["members"])} for each in bot["domains"]]
    return {**{name: value for name, value in bot.items() if name not in with_ids}, "domains": domains, **menus}
