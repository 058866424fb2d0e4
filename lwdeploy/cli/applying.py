"""`lwdeploy apply`, once its arguments are read: carries out, shows, and writes the report whatever happens."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from lwdeploy.cli.main import unheard
from lwdeploy.cli.options import Surroundings
from lwdeploy.cli.stopping import deaf, interruptible
from lwdeploy.cli.terminal import Screen
from lwdeploy.commands import apply as command
from lwdeploy.commands.overtaken import Overtaken
from lwdeploy.commands.recording import Recording
from lwdeploy.commands.request import Request
from lwdeploy.commands.resuming import Resume
from lwdeploy.core.canonical import dumps
from lwdeploy.core.errors import Interrupted, LwdeployError, UserError
from lwdeploy.core.types import Action, ApplyReport, Status
from lwdeploy.views.report import report_lines
from lwdeploy.views.stale import stale_lines

__all__ = ["carry_out", "exit_code_of"]


def carry_out(
    context: Surroundings,
    request: Request,
    *,
    planfile: Path | None,
    form: str,
    report: Path | None,
    audit: Path | None,
) -> int:
    """Apply, and give the exit code. The report file tells of every end that the process lives to see."""
    _refuse_same_file(request.cwd, planfile, report, audit)
    screen = context.screen(show=form == "text")
    recording = Recording(
        resume=Resume(request=request, planfile=planfile),
        run=secrets.token_hex(8),
        now=lambda: datetime.now(UTC),
        report=None if report is None else request.cwd / report,
        audit=audit,
    )
    recording.begin()
    ending = _Ending(recording, screen, json=form == "json")
    with interruptible(recording.stopped):
        try:
            applied = _applied(request, screen, planfile=planfile, recording=recording)
        except Overtaken as error:
            return ending.overtaken(error)
        except BaseException as error:
            ending.failed(error)
            raise
        return ending.declined() if applied.report is None else ending.ended(applied.report)


def _refuse_same_file(cwd: Path, *named: Path | None) -> None:
    files = [(cwd / each).resolve() for each in named if each is not None]
    if len(files) != len(set(files)):
        raise UserError("PLANFILE, --report and --audit name the same file", advice="Give each a file of its own.")


def _applied(request: Request, screen: Screen, *, planfile: Path | None, recording: Recording) -> command.Applied:
    try:
        if planfile is None:
            return command.run(request, screen, recording=recording)
        if request.targets or request.prune or request.allow or request.reason:
            raise click.UsageError(
                "A saved plan is carried out as it is: --target, --prune, --allow, --reason belong to plan."
            )
        return command.run_saved(request, screen, path=planfile, recording=recording)
    finally:
        screen.settle()


class _Ending:
    """Tells how a run ended: in the report file first, then on stdout."""

    def __init__(self, recording: Recording, screen: Screen, *, json: bool) -> None:
        self._recording = recording
        self._screen = screen
        self._json = json

    def ended(self, report: ApplyReport) -> int:
        """Tell of a run that got as far as a report of its own."""
        code = exit_code_of(report)
        document = self._recording.ended(report, exit_code=code)
        self._write(document)
        try:
            if self._json:
                self._data(document)
            else:
                self._screen.lines(report_lines(report, resume=self._recording.resume))
        except OSError as error:
            unheard(error, self._screen)  # the exit code still tells what became of the tenant
        return code

    def declined(self) -> int:
        """Tell of a plan that a person did not approve."""
        self.failed(UserError("The plan was not approved: nothing was changed."))
        self._screen.note("Nothing was changed.")
        return UserError.exit_code

    def overtaken(self, error: Overtaken) -> int:
        """Tell of a stale plan, and what would be planned now."""
        self._screen.error(error)
        for line in stale_lines(error.stale):
            self._screen.note(line.text, line.style)
        self.failed(error)
        return error.exit_code

    def failed(self, error: BaseException) -> None:
        """Tell of a run that ended by an error; its own words on stderr are those of whoever catches it."""
        told = _ours(error)
        stale = error.stale if isinstance(error, Overtaken) else None
        document = self._recording.failed(told, stale=stale)
        self._write(document)
        if self._json and isinstance(error, LwdeployError | KeyboardInterrupt | click.ClickException):
            try:
                self._data(document)
            except OSError as problem:
                unheard(problem, self._screen)

    def _data(self, document: Mapping[str, Any]) -> None:
        self._screen.data(dumps(document, indent=2))

    def _write(self, document: Mapping[str, Any]) -> None:
        """Write the report. A disk that takes it no more is told of, and changes nothing of how the run ended."""
        try:
            with deaf():
                self._recording.write(document)
        except UserError as error:
            self._screen.error(error)


def _ours(error: BaseException) -> LwdeployError:
    """Give any end in the words of the report. What an unexpected error says may be anything: it is left out."""
    if isinstance(error, LwdeployError):
        return error
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Interrupted("The run was interrupted", advice="Apply again to go on.")
    if isinstance(error, click.ClickException):
        return UserError(error.format_message())
    if isinstance(error, OSError):
        return UserError(f"The output cannot be written: {error.strerror or error}")
    return LwdeployError(
        f"unexpected {type(error).__name__}",
        advice="This is a mistake in lwdeploy: please report it, with what is on stderr. Then plan again.",
    )


def exit_code_of(report: ApplyReport) -> int:
    """Give the exit code of an apply that had begun."""
    if report.complete:
        return 0
    if report.interrupted:
        return Interrupted.exit_code
    untouched = {Status.FAILED, Status.NOT_STARTED}
    begun = [
        each
        for each in report.outcomes
        if each.action is Action.CREATE and each.address.is_root and each.remote_id
    ]
    if begun or any(each.status not in untouched for each in report.outcomes):
        return 7
    return report.failure.exit_code if report.failure else 1
