"""Plays one case: the work with its trouble, the next runs, and a look at everything."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.simulator import Fault
from tests.crash.sweep.runs import Running
from tests.crash.sweep.stage import Position, Rehearsal, Scene, Workshop
from tests.crash.sweep.troubles import Trouble
from tests.crash.sweep.verdict import Verdict, look
from tests.support.console import writes
from tests.support.project import Run

__all__ = ["Case", "play"]

_SECONDS = 60.0
_POLL = 0.002
_SETTLED = frozenset({0, 5})
_UNREADABLE = frozenset({1, 4})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One trouble at one position of one work."""

    rehearsal: Rehearsal
    trouble: Trouble
    position: Position

    def __str__(self) -> str:
        return f"{self.rehearsal.work.name}:{self.trouble.name}:{self.position.nth}"


def play(case: Case, workshop: Workshop) -> Verdict:
    """Play a case and give everything that is wrong in the end."""
    with workshop.staged(case.rehearsal.work) as scene:
        acted = _Play(case=case, scene=scene)
        acted.act()
        return look(scene, case.rehearsal, runs=acted.runs, found=acted.wrong, exact=not acted.rebuilt)


@dataclass(slots=True, kw_only=True)
class _Play:
    case: Case
    scene: Scene
    runs: list[Run] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    rebuilt: bool = False
    idle: bool = False

    def act(self) -> None:
        trouble, scene = self.case.trouble, self.scene
        first = self._first()
        if trouble.kills != (first.code == -signal.SIGKILL):
            self.wrong.append(f"the first run ended with {first.code}")
        if first.code == 0 and trouble.settles:
            self._expect_whole()
        if trouble.then is not None:
            trouble.then(scene)
        if trouble.lost:
            self._recover()
        for fault in trouble.next_faults:
            scene.tenant.add_fault(Fault(**fault))
        self._next(last=not trouble.next_faults)
        scene.tenant.clear_faults()
        if trouble.later is not None:
            trouble.later(scene)
        if trouble.later is not None or trouble.next_faults:
            self._next()
        self._plan()

    # --- the run that the trouble meets

    def _first(self) -> Run:
        trouble, scene, position = self.case.trouble, self.scene, self.case.position
        for fault in trouble.faults:
            # A fault that names its operation counts from the moment of the first one on.
            scene.tenant.add_fault(Fault(**{"nth": position.nth, **fault}))
        injected = {**trouble.injected(position, scene), "haste": trouble.alone, "slept": str(scene.slept)}
        watcher = _Watcher(self)
        with watcher.watching():
            argv = self.scene.argv(*trouble.flags)
            watcher.running = scene.runs.start(scene.project, *argv, said=scene.said, **injected)
            ran = self._watched(watcher) if trouble.commit else watcher.running.wait()
        scene.tenant.clear_faults()
        self.runs.append(ran)
        if trouble.doubles:
            scene.by_hand.append(position.what)
        return ran

    def _watched(self, watcher: _Watcher) -> Run:
        """Wait for the run, and do meanwhile what is to be done while it stands still."""
        trouble = self.case.trouble
        assert watcher.running is not None
        watcher.may_strike.set()
        if trouble.commit in {"stop", "itself"}:
            assert watcher.stands_still(), "the position was never reached"
            try:
                if trouble.meantime is not None:
                    trouble.meantime(self.scene)
            finally:
                os.kill(watcher.running.pid, signal.SIGCONT)
        ran = watcher.running.wait()
        if trouble.commit == "start" and not watcher.struck.is_set():
            watcher.start_others()
        others = [each.wait() for each in watcher.others]
        self.runs += others
        for each in (ran, *others) if others else ():
            if each.code not in _SETTLED:
                self.wrong.append(f"one of the runs ended with {each.code}: {each.err[-300:]}")
        return ran

    def _expect_whole(self) -> None:
        """A run that ends with 0 has made everything, and leaves nothing for the next one."""
        rehearsal = self.case.rehearsal
        sent = writes(self.scene.tenant).count("createBot")
        again = look(self.scene, rehearsal, runs=[], found=[], exact=True)
        self.wrong += [f"the run ended with 0, and yet: {each}" for each in again.wrong]
        if sent > rehearsal.creates and self.case.trouble.faults:
            attempts = sum(each.outcome == "ok" for each in self.scene.tenant.log("createBot"))
            if attempts > rehearsal.creates:
                self.wrong.append(f"{attempts} bots were created, not {rehearsal.creates}")

    # --- the runs after it

    def _next(self, *, last: bool = True) -> None:
        argv = self.scene.argv(*self.case.trouble.more)
        ran = self.scene.run(*argv)
        self.runs.append(ran)
        report = json.loads((self.scene.project.root / argv[argv.index("--report") + 1]).read_bytes())
        self.idle = ran.code == 0 and report["complete"] and report["outcomes"] == []
        if last and ran.code != 0:
            self.wrong.append(f"the next run ended with {ran.code}: {ran.out[-500:]}{ran.err[-500:]}")

    def _recover(self) -> None:
        """Insist that a run without its state writes nothing, and get the state back."""
        scene, before = self.scene, len(writes(self.scene.tenant))
        ran = scene.apply()
        self.runs.append(ran)
        if ran.code == 0:
            return  # nothing was there that a state could remember, or the run wrote it after all
        if ran.code not in _UNREADABLE:
            self.wrong.append(f"without its state a run ended with {ran.code}: {ran.err[-300:]}")
        if len(writes(scene.tenant)) != before:
            self.wrong.append("without its state a run wrote to the tenant")
        if self.case.trouble.lost == "restore":
            scene.undo[-1]()
            return
        self.rebuilt = True
        ran = scene.run("state", "rebuild", "--auto-approve", "--allow", "adopt=99")
        self.runs.append(ran)
        if ran.code != 0:
            self.wrong.append(f"state rebuild ended with {ran.code}: {ran.out[-300:]}{ran.err[-500:]}")

    def _plan(self) -> None:
        """Insist that there is nothing more to do; a run that found nothing to do has said it already."""
        if self.idle:
            return
        planned = self.scene.run("plan", "--detailed-exitcode", *self.scene.work.flags)
        self.runs.append(planned)
        if planned.code != 0:
            self.wrong.append(
                f"the plan afterwards ended with {planned.code}: {planned.out[-500:]}{planned.err[-500:]}"
            )


class _Watcher:
    """Strikes at the commit of the n-th request, before its answer leaves."""

    def __init__(self, playing: _Play) -> None:
        self._case = playing.case
        self._scene = playing.scene
        self._seen = 0
        self.running: Running | None = None
        self.others: list[Running] = []
        self.struck = threading.Event()
        self.may_strike = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        if self._case.trouble.commit in {"", "itself"}:
            yield
            return
        with self._scene.tenant.watch(self._told):
            yield

    def _told(self, _operation: str, _menus: Mapping[int, Any]) -> None:
        self._seen += 1
        if self._seen != self._case.position.nth or self.struck.is_set():
            return
        assert self.may_strike.wait(_SECONDS)
        assert self.running is not None
        commit = self._case.trouble.commit
        if commit == "start":
            self.start_others()
        else:
            os.kill(self.running.pid, signal.SIGKILL if commit == "kill" else signal.SIGSTOP)
        self.struck.set()

    def stands_still(self) -> bool:
        """Wait until the run has stopped."""
        if self._case.trouble.commit == "stop":
            return self.struck.wait(_SECONDS)
        deadline = time.monotonic() + _SECONDS
        while not self._scene.stopped.exists() and time.monotonic() < deadline:
            time.sleep(_POLL)
        return self._scene.stopped.exists()

    def start_others(self) -> None:
        scene = self._scene
        for flags in self._case.trouble.others:
            argv = scene.argv(*flags)
            self.others.append(scene.runs.start(scene.project, *argv, said=scene.said, haste=False))
