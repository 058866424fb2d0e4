"""The person's side: data on stdout, everything else on stderr, colours only where they are wanted."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from lwdeploy.cli.stopping import graceful
from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.core.errors import LwdeployError, UserError
from lwdeploy.core.types import Outcome, Status
from lwdeploy.planning.model import Plan
from lwdeploy.views.diagnostics import diagnostic_lines
from lwdeploy.views.imported import counted
from lwdeploy.views.line import Line, Style, printable
from lwdeploy.views.plan_text import plan_lines
from lwdeploy.views.report import outcome_line

__all__ = ["Screen", "unhear"]

_COLOURS: Mapping[Style, str] = {
    Style.PLAIN: "",
    Style.ADD: "green",
    Style.CHANGE: "yellow",
    Style.DELETE: "red",
    Style.DRIFT: "magenta",
    Style.DIM: "dim",
    Style.ERROR: "bold red",
    Style.WARNING: "yellow",
    Style.GOOD: "green",
    Style.BOLD: "bold",
}
WORTH_A_WORD = 10.0
"""Seconds from which on a wait is told beforehand."""
EVERY_LINE_UP_TO = 40
"""Steps of an apply up to which a log gets a line for each; beyond, one for each tenth."""


def unhear(descriptor: int) -> None:
    """Send what is still to come on a standard stream nowhere, so that the interpreter can flush it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


class _Console(Console):
    """A console that leaves the decision about a lost reader to its owner."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class Screen:
    """Implements the commands' `Terminal` on two streams.

    `quiet` leaves out progress; `colour` False stands for --no-color and NO_COLOR.
    """

    def __init__(self, *, colour: bool, quiet: bool, show: bool = True) -> None:
        self._out = _Console(highlight=False, soft_wrap=True, no_color=not colour, emoji=False, markup=False)
        self._err = _Console(
            stderr=True, highlight=False, soft_wrap=True, no_color=not colour, emoji=False, markup=False
        )
        self._deaf = False
        self._quiet = quiet
        self._show = show
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._done = self._total = 0

    def lines(self, lines: Iterable[Line]) -> None:
        """Write lines to stdout. Raises OSError when nobody can take them."""
        for line in lines:
            self._out.print(Text(printable(line.text), style=_COLOURS[line.style]))

    def data(self, text: str) -> None:
        """Write machine-readable text to stdout as it is."""
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()

    def note(self, text: str, style: Style = Style.PLAIN) -> None:
        """Write a line to stderr. When nobody reads it any more, the run goes on without a word."""
        if self._deaf:
            return
        try:
            self._err.print(Text(printable(text), style=_COLOURS[style]))
        except OSError:
            self._deaf = True
            unhear(2)

    def step(self, text: str) -> None:
        """Say on stderr what was just done; with `quiet` nobody wants to know."""
        if not self._quiet:
            self.note(text)

    def error(self, error: LwdeployError) -> None:
        """Write an error and what to do about it to stderr."""
        first, *rest = error.message.split("\n")
        self.note(f"Error: {first}", Style.ERROR)
        for line in rest:
            self.note(line, Style.ERROR)
        for line in error.advice.split("\n") if error.advice else ():
            self.note(f"  {line}")

    def reading(self, done: int, total: int) -> None:
        """Show how far the reading is."""
        if self._quiet or not self._err.is_terminal:
            return
        if self._progress is None:
            self._begin("Reading", total)
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done)
        if done == total:
            self.settle()

    def importing(self, done: int, total: int, *, left: float) -> None:
        """Show how far the reading of an import is and how long it will take; a log gets a line for each tenth."""
        if self._quiet:
            return
        told = f"{_duration(left)} left"
        if not self._err.is_terminal:
            if done == 1 or (total > EVERY_LINE_UP_TO and done < total and done % (total // 10) == 0):
                self.note(f"Reading {counted(total, 'bot')}: {done} done, {told}")
            return
        if self._progress is None:
            self._begin("Reading", total, guess=False)
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done, description=told)
        if done == total:
            self.settle()

    def expecting(self, total: int, seconds: float) -> None:
        """Say how long reading will take, where somebody would wait for it."""
        if not self._quiet and seconds >= WORTH_A_WORD:
            shown = f"{round(seconds)} s" if seconds < 90 else f"{round(seconds / 60)} min"
            self.note(f"Reading {total} bots, about {shown}")

    def diagnostics(self, found: tuple[Diagnostic, ...]) -> None:
        """Show warnings on stderr."""
        for line in diagnostic_lines(found):
            self.note(line.text, line.style)

    def plan(self, plan: Plan) -> None:
        """Show a plan: on stdout, unless stdout is kept for a machine."""
        for line in plan_lines(plan):
            if self._show:
                self.lines([line])
            else:
                self.note(line.text, line.style)

    def confirm(self, question: str, *, otherwise: str) -> bool:
        """Ask on the terminal; only the whole word yes is a yes."""
        if not (sys.stdin.isatty() and self._err.is_terminal):
            raise UserError("There is no terminal to ask on, and nothing was changed", advice=otherwise)
        for line in f"{question} Only 'yes' is taken.".split("\n"):
            self.note(line)
        self._err.print("> ", end="")
        return sys.stdin.readline().strip() == "yes"

    @contextmanager
    def applying(self, total: int) -> Iterator[None]:
        """Show the progress of an apply, and let being asked to stop finish what is in flight."""
        self._done, self._total = 0, total
        if total and not self._quiet and self._err.is_terminal:
            self._begin("Applying", total)
        with graceful():
            try:
                yield
            finally:
                self.settle()

    def outcome(self, outcome: Outcome) -> None:
        """Count one outcome, and show it where it is wanted."""
        with self._lock:
            self._done += 1
            done = self._done
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done)
        elif not self._quiet and self._worth_a_line(done, outcome):
            line = outcome_line(outcome)
            self.note(f"[{done}/{self._total}]{line.text[1:]}", line.style)
        if done == self._total:
            self.settle()

    def _worth_a_line(self, done: int, outcome: Outcome) -> bool:
        if self._total <= EVERY_LINE_UP_TO or outcome.status is not Status.DONE:
            return True
        return done == self._total or done % (self._total // 10) == 0

    def _begin(self, words: str, total: int, *, guess: bool = True) -> None:
        """Show a bar; with what the pace so far makes a `guess` of, or with what is told."""
        self._progress = Progress(
            TextColumn(words),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn() if guess else TextColumn("{task.description}"),
            console=self._err,
            transient=True,
        )
        self._progress.start()
        self._progress.add_task("", total=total)

    def settle(self) -> None:
        """Take the progress bar away; whatever is written next stands alone."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def _duration(seconds: float) -> str:
    """Give a time as people say it."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min"
