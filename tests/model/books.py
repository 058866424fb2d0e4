"""What was worked out once: places where runs can stand, and worlds; both are numbers from then on."""

from __future__ import annotations

from tests.model.promises import Promises
from tests.model.steps import Answers, Here, Program, Strand, resume
from tests.model.world import Answer, Request, Rules, World, perform

__all__ = ["Atlas", "Book"]


class Book:
    """All places where the runs of one program can stand."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.here: list[Here] = []
        self._answers: list[Answers] = []
        self._places: dict[object, int] = {}
        self._after: dict[tuple[int, Strand, Answer], int] = {}
        self.start = self._place(resume(program, {}), {})

    def after(self, place: int, strand: Strand, answer: Answer) -> int:
        """Give the place that an answer leads to.

        What led to a plan is forgotten once the plan is made: runs with equal plans go on alike.
        """
        key = (place, strand, answer)
        if key not in self._after:
            had, plan = self._answers[place], self.here[place].plan
            answers = {**had, strand: (*had.get(strand, ()), answer)}
            here = resume(self.program, answers, plan)
            self._after[key] = self._place(here, {} if plan is None and here.plan is not None else answers)
        return self._after[key]

    def _place(self, here: Here, answers: Answers) -> int:
        key = (here.plan and here.plan.digest, tuple(sorted(answers.items(), key=lambda each: each[0])))
        if key not in self._places:
            self._places[key] = len(self.here)
            self.here.append(here)
            self._answers.append(answers)
        return self._places[key]


class Atlas:
    """All worlds, and where requests lead from them."""

    def __init__(self, rules: Rules, promises: Promises) -> None:
        self._rules = rules
        self._promises = promises
        self.worlds: list[World] = []
        self._numbers: dict[World, int] = {}
        self._after: dict[tuple[int, Request], tuple[int, Answer, str]] = {}

    def number(self, world: World) -> int:
        """Give the number of a world."""
        if world not in self._numbers:
            self._numbers[world] = len(self.worlds)
            self.worlds.append(world)
        return self._numbers[world]

    def after(self, number: int, request: Request) -> tuple[int, Answer, str]:
        """Give the world that a request leads to, the answer to it, and the promise that is broken with it."""
        key = (number, request)
        if key not in self._after:
            before = self.worlds[number]
            now, answer = perform(before, request, self._rules)
            broken = self._promises.after(request, before, now) if request.writes else ""
            self._after[key] = (self.number(now), answer, broken)
        return self._after[key]
