"""A run of the product, cut into its requests: what it asks next follows from the answers that it had.

Nothing of the product is written again here. `live.read`, `make_plan`, `apply`, the adapters and the state with
its lease run as they are, over a client and a place that answer from a list of answers. Where the list ends, the
run is left, and what it was about to ask is its next step. The same answers always lead to the same step, so a run
is known by the answers it had: it can be continued from anywhere, in any order, as often as needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.api.call import Call
from lwdeploy.core.errors import LwdeployError, OutcomeUnknown, Rejected, StateError
from lwdeploy.core.kind import Access, Adapters
from lwdeploy.core.types import ApplyReport, Desired
from lwdeploy.kinds import kinds_by_name
from lwdeploy.live.read import RootReader, read
from lwdeploy.planning.model import Plan
from lwdeploy.planning.plan import make_plan
from lwdeploy.reconcile.apply import apply
from lwdeploy.reconcile.engine import Engine
from lwdeploy.reconcile.precondition import refuse
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.holder import Holder
from lwdeploy.state.remote import RemoteStore
from lwdeploy.state.remote_lease import TTL
from tests.model.world import LOST, MOVED, Answer, Bot, Failure, Request, Rules, World, perform
from tests.unit.planning.builders import terms_of

__all__ = ["PLACE", "PROJECT", "Answers", "Ended", "Here", "Program", "Strand", "resume", "run"]

PROJECT = "acme"
PLACE = "the model"
KINDS = kinds_by_name()

Strand = tuple[str, ...]
"""A line of work inside a run: the run itself, or what it does with one bot beside others."""

Answers = Mapping[Strand, tuple[Answer, ...]]


class Pending(BaseException):
    """Leaves a run where the answers end; no handler of the product must catch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One run: who it is, what it wants, and whether it works on its bots side by side."""

    name: str
    desired: Desired
    side_by_side: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended: its exit code, whether its plan was empty, and why it was no success."""

    exit_code: int
    empty: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """Where a run stands: what it asks next on each strand, or how it ended; and its plan once it is made."""

    asks: Mapping[Strand, Request] = field(default_factory=dict)
    ended: Ended | None = None
    plan: Plan | None = None


class Replay:
    """Answers requests from a list, and notes what is asked beyond it."""

    def __init__(self, answers: Answers, *, phase: str) -> None:
        self._answers = answers
        self._used: Counter[Strand] = Counter()
        self._begun: Counter[Strand] = Counter()
        self._slept: dict[Strand, float] = {}
        self._drawn: Counter[Strand] = Counter()
        self.strand: Strand = (phase,)
        self.asks: dict[Strand, Request] = {}

    def ask(self, request: Request) -> Answer:
        """Give the answer to a request, or leave the run."""
        given, used = self._answers.get(self.strand, ()), self._used[self.strand]
        if self.left:
            raise Pending
        if used == len(given):
            self.asks[self.strand] = request
            raise Pending
        self._used[self.strand] += 1
        return given[used]

    @property
    def left(self) -> bool:
        """Whether this strand, or one that it waits for, has come to the end of its answers."""
        return any(each[: len(self.strand)] == self.strand for each in self.asks)

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Work on a strand of its own."""
        above = self.strand
        self._begun[above] += 1
        self.strand = (*above, str(self._begun[above]))
        try:
            yield
        finally:
            self.strand = above

    def clock(self) -> float:
        """Give seconds that pass only where the run sleeps: a run that is held up does not notice it."""
        return sum(self._slept.get(self.strand[:length], 0.0) for length in range(len(self.strand) + 1))

    def sleep(self, seconds: float) -> None:
        """Pass time."""
        self._slept[self.strand] = self._slept.get(self.strand, 0.0) + seconds

    def wait(self, seconds: float) -> None:
        """Pass so much time that whoever showed no sign of life in it counts as dead."""
        self.sleep(max(seconds, TTL))

    def draw(self) -> str:
        """Give text that no other draw gives."""
        self._drawn[self.strand] += 1
        return "-".join((*self.strand, str(self._drawn[self.strand])))


class Undisturbed(Replay):
    """Answers every request at once, from a world that nobody else changes."""

    def __init__(self, world: World, rules: Rules, *, phase: str) -> None:
        super().__init__({}, phase=phase)
        self.world = world
        self._rules = rules

    def ask(self, request: Request) -> Answer:
        self.world, answer = perform(self.world, request, self._rules)
        return answer


class Strands(Executor):
    """Does at once whatever it is given, each on a strand of its own."""

    def __init__(self, replay: Replay, *, side_by_side: bool) -> None:
        self._replay = replay
        self._side_by_side = side_by_side

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self._replay.left and not self._side_by_side:
            future.set_exception(Pending())
            return future
        with self._replay.branch():
            try:
                future.set_result(fn(*args, **kwargs))
            except (LwdeployError, Pending) as error:
                future.set_exception(error)
        return future


class ModelClient:
    """The client of the API, as adapters know it."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def send(self, call: Call) -> Any:
        answer = self._ask(call)
        if call.operation == "createBot":
            return {"botId": answer}
        if call.operation == "getBot":
            assert isinstance(answer, Bot)
            return {"botId": answer.remote_id, "botName": answer.name, "description": answer.description}
        return None

    def pages(self, call: Call, *, key: str) -> list[dict[str, Any]]:
        answer: Any = self._ask(call)
        if key == "bots":
            return [{"botId": remote_id, "botName": name} for remote_id, name in answer]
        return [{"domainId": each, "visible": True} for each in answer]

    def _ask(self, call: Call) -> Answer:
        body = tuple(sorted((name, str(value)) for name, value in (call.json or {}).items()))
        answer = self._replay.ask(Request(call.operation, call.params.get("botId", ""), body))
        if answer == LOST:
            raise OutcomeUnknown("no answer came", operation=call.operation)
        if isinstance(answer, Failure):
            raise Rejected("no", operation=call.operation, status=answer.status)
        return answer


class ModelBlobs:
    """The place for state, as the store knows it."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay

    def describe(self) -> str:
        return PLACE

    def get(self, name: str) -> Blob | None:
        answer: Any = self._replay.ask(Request("get", name))
        if answer is None:
            return None
        content, version = answer
        return Blob(content=content, version=version)

    def put(self, name: str, content: bytes, *, expected: str | None) -> str:
        return str(self._swap(Request("put", name, content=content, expected=expected)))

    def delete(self, name: str, *, expected: str) -> None:
        self._swap(Request("drop", name, expected=expected))

    def names(self, prefix: str) -> tuple[str, ...]:
        raise AssertionError(f"no run of the model looks into {prefix}")

    def _swap(self, request: Request) -> Answer:
        answer = self._replay.ask(request)
        if answer == LOST:
            raise StateError("no answer came: it may have been stored")
        if answer == MOVED:
            raise Moved("somebody else wrote")
        return answer


def resume(program: Program, answers: Answers, plan: Plan | None = None) -> Here:
    """Run a program as far as the answers go. `plan` spares what led to it; `answers` may then lack that part."""
    if plan is None:
        here = _planned(program, Replay(answers, phase="plan"))
        if here.plan is None:
            return here
        plan = here.plan
    return _applied(program, plan, Replay(answers, phase="apply"))


def run(program: Program, world: World, rules: Rules) -> tuple[World, Ended]:
    """Run a program to its end, with nothing in its way."""
    replay = Undisturbed(world, rules, phase="plan")
    here = _planned(program, replay)
    if here.plan is not None:
        replay = Undisturbed(replay.world, rules, phase="apply")
        here = _applied(program, here.plan, replay)
    assert here.ended is not None
    return replay.world, here.ended


def _planned(program: Program, replay: Replay) -> Here:
    try:
        plan = _plan(program, replay)
        refuse(plan)
    except Pending:
        return Here(asks=replay.asks)
    except LwdeployError as error:
        return Here(ended=Ended(exit_code=error.exit_code, why=str(error)))
    return Here(plan=plan)


def _applied(program: Program, plan: Plan, replay: Replay) -> Here:
    try:
        report = apply(plan, engine=_engine(program, replay))
    except Pending:
        return Here(asks=replay.asks, plan=plan)
    except LwdeployError as error:
        return Here(ended=Ended(exit_code=error.exit_code, why=str(error)), plan=plan)
    return Here(ended=_told(plan, report), plan=plan)


def _told(plan: Plan, report: ApplyReport) -> Ended:
    wrong = [f"{each.address} {each.status}: {each.error}" for each in report.outcomes if each.error]
    why = "; ".join(wrong) or str(report.failure or "")
    return Ended(exit_code=0 if report.complete else 7, empty=plan.empty, why=why)


def _plan(program: Program, replay: Replay) -> Plan:
    """Read and plan, as `lwdeploy plan` does."""
    state = _store(program, replay).read()
    live = read(
        desired=program.desired,
        state=state,
        reader=_reader(replay),
        project=PROJECT,
        pool=Strands(replay, side_by_side=False),
        progress=lambda _done, _of: None,
    )
    terms = terms_of(backend=PLACE, project=PROJECT)
    return make_plan(desired=program.desired, live=live, state=state, kinds=KINDS, terms=terms)


def _reader(replay: Replay) -> RootReader:
    access = Access(client=ModelClient(replay), project=PROJECT)
    return RootReader(adapters=Adapters.of(KINDS.values(), access), kinds=KINDS)


def _store(program: Program, replay: Replay) -> RemoteStore:
    return RemoteStore(
        ModelBlobs(replay),
        clock=replay.clock,
        sleep=replay.wait,
        nonce=lambda: program.name,
        pulse=lambda _beat: nullcontext(),
    )


def _engine(program: Program, replay: Replay) -> Engine:
    reader = _reader(replay)
    return Engine(
        adapters=reader.adapters,
        kinds=KINDS,
        reader=reader,
        store=_store(program, replay),
        holder=Holder(host=program.name, pid=1, user="model", since=""),
        clock=replay.clock,
        sleep=replay.sleep,
        nonce=lambda: f"{program.name}-{replay.draw()}",
        lineage=lambda: program.name,
        stopping=lambda: False,
        progress=lambda _outcome: None,
        lock_timeout=TTL + 10,
        pool=lambda _workers: Strands(replay, side_by_side=program.side_by_side),
    )
