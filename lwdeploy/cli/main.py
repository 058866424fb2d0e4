"""The command line: argv in, exit code out."""

from __future__ import annotations

import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from lwdeploy import __version__
from lwdeploy.cli.options import (
    Surroundings,
    apply_flags,
    format_flag,
    lock_flag,
    project_flags,
    request_of,
    speech_flags,
)
from lwdeploy.core.errors import InvalidManifests, LwdeployError

__all__ = ["cli", "main", "refuse_shown", "show_plan", "unheard"]

EXIT_CODES = """\b
Exit codes:
  0  done, or nothing to do               4  refused: guard, quota, ambiguity
  1  error                                5  the plan is stale
  2  changes present                      6  locked by another run
     (drift, plan --detailed-exitcode)    7  partly applied
  3  manifests are invalid              130  interrupted
"""


@click.group(context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="lwdeploy")
@speech_flags
@click.pass_context
def cli(context: click.Context, /) -> None:
    """Bots-as-code for LINE WORKS: validate, plan and apply a tenant's bots from YAML."""
    context.ensure_object(Surroundings)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.pass_obj
def init(context: Surroundings, /, *, folder: Path) -> None:
    """Write a commented starter project into FOLDER (default: here)."""
    from lwdeploy.commands import init as command  # noqa: PLC0415

    written = command.run(folder)
    screen = context.screen()
    for path in written:
        screen.note(f"wrote {path}")
    enter = "" if folder.resolve() == Path.cwd() else f"cd {folder}, "
    screen.note(f"Next: {enter}lwdeploy validate, lwdeploy plan, lwdeploy apply")


@cli.command()
@project_flags
@format_flag("text", "json")
@click.pass_obj
def validate(context: Surroundings, /, *, form: str, **flags: Any) -> int:
    """Check the manifests offline: all findings of all files in one run."""
    from lwdeploy.commands import validate as command  # noqa: PLC0415
    from lwdeploy.core.canonical import dumps  # noqa: PLC0415
    from lwdeploy.core.diagnostics import Severity  # noqa: PLC0415
    from lwdeploy.views.diagnostics import diagnostic_lines, diagnostics_json  # noqa: PLC0415

    found = command.run(request_of(**flags))
    screen = context.screen()
    if form == "json":
        content = diagnostics_json(found.diagnostics, documents=found.documents, skipped=found.skipped)
        screen.data(dumps(content, indent=2))
    else:
        screen.lines(diagnostic_lines(found.diagnostics))
    bad = any(each.severity is Severity.ERROR for each in found.diagnostics)
    if not bad:
        skipped = f", {found.skipped} of other kinds skipped" if found.skipped else ""
        screen.note(f"Valid: {found.documents} documents{skipped}, checked for {', '.join(found.tenants)}")
    return 3 if bad else 0


@cli.command()
@project_flags
@apply_flags
@format_flag("text", "json")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), envvar="LWDEPLOY_OUT", help="Save the plan."
)
@click.option("--detailed-exitcode", is_flag=True, envvar="LWDEPLOY_DETAILED_EXITCODE", help="Exit 2 on changes.")
@click.pass_obj
def plan(context: Surroundings, /, *, form: str, out: Path | None, detailed_exitcode: bool, **flags: Any) -> int:
    """Show what apply would do. Reads only: works with the scope bot.read."""
    from lwdeploy.commands import plan as command  # noqa: PLC0415
    from lwdeploy.reconcile.precondition import refuse  # noqa: PLC0415

    screen = context.screen()
    made = command.run(request_of(**flags), screen, out=out)
    show_plan(screen, made, form=form)
    refuse_shown(made, refuse)
    return 2 if detailed_exitcode and not made.empty else 0


def refuse_shown(made: Any, refuse: Any) -> None:
    """Raise the refusals of a plan that was just shown: the reasons need not be printed twice."""
    try:
        refuse(made)
    except LwdeployError as error:
        error.message, error.advice = "The plan is refused; see above.", ""
        raise


def show_plan(screen: Any, made: Any, *, form: str) -> None:
    """Show a plan as it may be kept: with secrets in addresses hashed."""
    from lwdeploy.core.canonical import dumps  # noqa: PLC0415
    from lwdeploy.kinds import kinds_by_name  # noqa: PLC0415
    from lwdeploy.planning.codec import encode  # noqa: PLC0415
    from lwdeploy.planning.sealing import sealed  # noqa: PLC0415
    from lwdeploy.views.plan_text import plan_lines  # noqa: PLC0415

    shown = sealed(made, kinds=kinds_by_name())
    if form == "json":
        screen.data(dumps(encode(shown), indent=2))
    else:
        screen.lines(plan_lines(shown))


@cli.command()
@click.argument("planfile", type=click.Path(path_type=Path), required=False)
@project_flags
@apply_flags
@format_flag("text", "json")
@click.option("--auto-approve", is_flag=True, envvar="LWDEPLOY_AUTO_APPROVE", help="Do not ask.")
@lock_flag
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="LWDEPLOY_REPORT",
    help="Write how the run ended to this file, whatever happens.",
)
@click.option(
    "--audit",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="LWDEPLOY_AUDIT",
    help="Append every write to this file. [default: .lwdeploy/audit/TENANT.jsonl in the project]",
)
@click.pass_obj
def apply(
    context: Surroundings,
    /,
    *,
    planfile: Path | None,
    form: str,
    report: Path | None,
    audit: Path | None,
    **flags: Any,
) -> int:
    """Bring the tenant to what the manifests say; or carry out PLANFILE, and nothing else."""
    from lwdeploy.cli.applying import carry_out  # noqa: PLC0415

    request = request_of(**flags)
    return carry_out(context, request, planfile=planfile, form=form, report=report, audit=audit)


@cli.command()
@click.argument("kind", required=False)
@click.pass_obj
def schema(context: Surroundings, /, *, kind: str | None) -> None:
    """Print the JSON Schema of KIND, or the one for every kind."""
    from lwdeploy.commands import schema as command  # noqa: PLC0415

    context.screen().data(command.run(kind))


@cli.command()
@click.argument("rule", required=False)
@click.pass_obj
def explain(context: Surroundings, /, *, rule: str | None) -> None:
    """Say what a RULE is about, or list all rules."""
    from lwdeploy.commands import explain as command  # noqa: PLC0415

    screen = context.screen()
    if rule is None:
        screen.data("\n".join(f"{each.id}  {each.severity:<7}  {each.title}" for each in command.all_rules()))
    else:
        found = command.run(rule)
        screen.data(f"{found.id} ({found.severity}): {found.title}\n\n{found.explain}")


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit with its code. A user's mistake never shows a traceback."""
    from lwdeploy.cli import (  # noqa: F401, PLC0415  they add their commands
        drifting,
        importing,
        previewing,
        showing,
        simulating,
        stating,
        trashing,
    )

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names come in every script, terminals do not
    sys.exit(_run(argv, Surroundings()))


def _run(argv: list[str] | None, surroundings: Surroundings) -> int:
    try:
        return int(cli.main(args=argv, prog_name="lwdeploy", standalone_mode=False, obj=surroundings) or 0)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 1  # click's own 2 means changes here
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("Interrupted.\n")
        return 130
    except LwdeployError as error:
        return _failed(error, surroundings.screen())
    except OSError as error:
        return unheard(error, surroundings.screen())


def unheard(error: OSError, screen: Any) -> int:
    """Say that stdout takes nothing; a reader that has gone needs no words. Commands catch all other OSErrors."""
    from lwdeploy.cli.terminal import unhear  # noqa: PLC0415

    if not isinstance(error, BrokenPipeError):
        screen.note(f"Error: the output cannot be written: {error.strerror or error}")
    unhear(1)
    return 1


def _failed(error: LwdeployError, screen: Any) -> int:
    if isinstance(error, InvalidManifests):
        screen.diagnostics(error.diagnostics)
    else:
        screen.error(error)
    return error.exit_code
