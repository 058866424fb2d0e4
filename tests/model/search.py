"""Every order of the steps of some runs, with every place for a few mishaps: a breadth-first search over states.

A state is the world, where each run stands, what is still under way to the service, and which mishaps are left.
To send and to be answered is one step, to lose the answer is another one: what was sent then never arrives, or at
any later moment. Between any two steps of one run, any number of steps of the other may come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.model.books import Atlas, Book
from tests.model.promises import Promises
from tests.model.steps import Program, Strand
from tests.model.world import LOST, Answer, Lag, Request, Rules, World, listed

__all__ = ["Found", "Mishaps", "Searched", "search"]

OVER = -1
"""Where a run stands that has ended or was killed."""


class Mishaps(NamedTuple):
    """How many there may be of each: runs killed, answers lost, lists out of date."""

    kills: int = 0
    losses: int = 0
    lags: int = 0


class Point(NamedTuple):
    """A state of everything; worlds and the places of runs by their numbers."""

    world: int
    runs: tuple[int, ...]
    under_way: tuple[Request, ...]
    left: Mishaps


class Step(NamedTuple):
    """A way from one state to the next, and the promise that is broken on it (empty: none)."""

    label: str
    to: Point
    broken: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A promise that was broken, and the shortest way there."""

    what: str
    trace: tuple[str, ...]

    def __str__(self) -> str:
        steps = "\n".join(f"  {number:3}  {step}" for number, step in enumerate(self.trace, start=1))
        return f"{self.what}\n{steps}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search saw: states, ends (nothing moves any more), places of runs, worlds; `cut` at its bound."""

    states: int
    ends: int
    places: int
    worlds: int
    cut: bool
    found: Found | None


def search(
    first: World,
    programs: Sequence[Program],
    *,
    mishaps: Mishaps,
    promises: Promises,
    rules: Rules,
    victims: Container[int],
    most: int,
) -> Searched:
    """Visit every state that can be reached from a world, at `most` so many; stop at the first broken promise.

    Mishaps befall only the runs whose numbers are among the `victims`.
    """
    books = [Book(program) for program in programs]
    atlas = Atlas(rules, promises)
    work = _Search(books=books, atlas=atlas, promises=promises, rules=rules, victims=victims)
    start = Point(atlas.number(first), tuple(book.start for book in books), (), mishaps)
    found = work.from_(start, most=most)
    return Searched(
        states=len(work.came),
        ends=work.ends,
        places=sum(len(book.here) for book in books),
        worlds=len(atlas.worlds),
        cut=found is None and len(work.came) >= most,
        found=found,
    )


@dataclass(slots=True, kw_only=True)
class _Search:
    """`came` holds, for every state that was seen, the one before it."""

    books: Sequence[Book]
    atlas: Atlas
    promises: Promises
    rules: Rules
    victims: Container[int]
    came: dict[Point, Point | None] = field(default_factory=dict)
    ends: int = 0

    def from_(self, start: Point, *, most: int) -> Found | None:
        self.came[start] = None
        waiting = deque([start])
        while waiting and len(self.came) < most:
            point = waiting.popleft()
            for step in self._steps(point):
                if step.broken:
                    return Found(what=step.broken, trace=(*self._trace(point), step.label))
                if step.to not in self.came:
                    self.came[step.to] = point
                    waiting.append(step.to)
            broken = self._at_rest(point)
            if broken:
                return Found(what=broken, trace=self._trace(point))
        return None

    def _trace(self, point: Point) -> tuple[str, ...]:
        """Give the steps from the start; only here it matters how they are called."""
        labels: list[str] = []
        before = self.came[point]
        while before is not None:
            labels.append(next(step.label for step in self._steps(before) if step.to == point))
            point, before = before, self.came[before]
        return tuple(reversed(labels))

    def _at_rest(self, point: Point) -> str:
        if point.under_way or any(place != OVER for place in point.runs):
            return ""
        self.ends += 1
        return self.promises.at_rest(self.atlas.worlds[point.world])

    def _steps(self, point: Point) -> Iterator[Step]:
        for number, place in enumerate(point.runs):
            if place != OVER:
                yield from self._killed(point, number)
                for strand, request in self.books[number].here[place].asks.items():
                    yield from self._asked(point, number, strand, request)
        for index, request in enumerate(point.under_way):
            rest = point._replace(under_way=point.under_way[:index] + point.under_way[index + 1 :])
            world, _, broken = self.atlas.after(point.world, request)
            yield Step(f"arrives late: {request}", self._in(rest, world), broken)

    def _killed(self, point: Point, number: int) -> Iterator[Step]:
        """Kill a run before it sends what it is about to send, or while that is under way."""
        if not point.left.kills or number not in self.victims:
            return
        book = self.books[number]
        left = point.left._replace(kills=point.left.kills - 1)
        dead = point._replace(runs=_with(point.runs, number, OVER), left=left)
        yield Step(f"{book.program.name} is killed", dead)
        for request in book.here[point.runs[number]].asks.values():
            if self.rules.can_lose(request):
                sent = dead._replace(under_way=(*dead.under_way, request))
                yield Step(f"{book.program.name} is killed, having sent {request}", sent)

    def _asked(self, point: Point, number: int, strand: Strand, request: Request) -> Iterator[Step]:
        name = self.books[number].program.name
        world, answer, broken = self.atlas.after(point.world, request)
        following, at_end = self._answered(point, number, strand, answer)
        yield Step(f"{name}: {request}", self._in(following, world), broken or at_end)
        if number not in self.victims:
            return
        if point.left.losses and self.rules.can_lose(request):
            left = point.left._replace(losses=point.left.losses - 1)
            following, at_end = self._answered(point, number, strand, LOST)
            yield Step(f"{name}: {request}; it is lost", following._replace(left=left), at_end)
            sent = following._replace(under_way=(*point.under_way, request), left=left)
            done = self._in(following, world)._replace(left=left)
            late = self.rules.late
            yield Step(f"{name}: {request}; no answer comes", sent if late else done, broken or at_end)
        if point.left.lags and request.operation == "listBots":
            yield from self._lagging(point, number, strand, request)

    def _lagging(self, point: Point, number: int, strand: Strand, request: Request) -> Iterator[Step]:
        world = self.atlas.worlds[point.world]
        left = point.left._replace(lags=point.left.lags - 1)
        for lag in Lag:
            rows = listed(world, lag)
            if rows != listed(world):
                following, at_end = self._answered(point, number, strand, rows)
                label = f"{self.books[number].program.name}: {request}, which {lag}"
                yield Step(label, following._replace(left=left), at_end)

    def _answered(self, point: Point, number: int, strand: Strand, answer: Answer) -> tuple[Point, str]:
        """Give a run an answer; tell what its end breaks, if that is its end."""
        book = self.books[number]
        place = book.after(point.runs[number], strand, answer)
        ended = book.here[place].ended
        if ended is None:
            return point._replace(runs=_with(point.runs, number, place)), ""
        return point._replace(runs=_with(point.runs, number, OVER)), self.promises.at_end(ended)

    def _in(self, point: Point, world: int) -> Point:
        """Put another world in; a swap of a version that is gone for good is forgotten: it will be refused."""
        if world == point.world:
            return point
        if not point.under_way:
            return point._replace(world=world)
        now = {each.name: each.version for each in self.atlas.worlds[world].stored}
        swaps = self.rules.swap
        alive = [each for each in point.under_way if _may_matter(each, now.get(each.target), swaps=swaps)]
        return point._replace(world=world, under_way=tuple(alive))


def _may_matter(request: Request, version: str | None, *, swaps: bool) -> bool:
    return request.of_tenant or not swaps or request.expected == version


def _with(runs: tuple[int, ...], number: int, place: int) -> tuple[int, ...]:
    return (*runs[:number], place, *runs[number + 1 :])
