"""The flags that several commands share. Every flag may also be set as LWDEPLOY_<FLAG>."""

from __future__ import annotations

import math
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from lwdeploy.core.guards import PLAN_GUARDS

__all__ = [
    "Seconds",
    "Surroundings",
    "allow_flag",
    "apply_flags",
    "format_flag",
    "lock_flag",
    "project_flags",
    "request_of",
    "speech_flags",
    "target_flag",
    "tenant_flag",
    "verify_flags",
]

LONGEST_REASON = 500
"""Characters: a sentence or two, which stand in every line of the audit log."""

_NUMBER = re.compile(r"[0-9]{1,9}")
_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Seconds(click.FloatRange):
    """A number of seconds that a clock can reach."""

    name = "seconds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take finite numbers only."""
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return seconds


class Surroundings:
    """How the run speaks: what the group's flags say, and the same flags after the command's name."""

    def __init__(self) -> None:
        self.colour = not os.environ.get("NO_COLOR")
        self.quiet = False

    def no_colour(self) -> None:
        """Leave colours out."""
        self.colour = False

    def hush(self) -> None:
        """Show no progress."""
        self.quiet = True

    def explain_requests(self) -> None:
        """Log every request on stderr."""
        import logging  # noqa: PLC0415

        logging.basicConfig(format="%(name)s %(message)s", stream=sys.stderr)
        logging.getLogger("lwdeploy").setLevel(logging.DEBUG)

    def screen(self, *, show: bool = True) -> Any:
        """Give the terminal; loaded late, because --help needs none."""
        from lwdeploy.cli.terminal import Screen  # noqa: PLC0415

        return Screen(colour=self.colour, quiet=self.quiet, show=show)


def speech_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that say how to speak; they are taken before and after the command's name."""
    flags: list[_Decorator] = [
        _speech(
            "--no-color", does=Surroundings.no_colour, env="NO_COLOR", says="No colours. NO_COLOR does the same."
        ),
        _speech("-q", "--quiet", does=Surroundings.hush, env="QUIET", says="No progress on stderr."),
        _speech(
            "-v", "--verbose", does=Surroundings.explain_requests, env="VERBOSE", says="Log requests on stderr."
        ),
    ]
    return _decorate(command, flags)


def _speech(*names: str, does: Callable[[Surroundings], None], env: str, says: str) -> _Decorator:
    def act(context: click.Context, _option: click.Parameter, wanted: bool) -> None:  # noqa: FBT001  click's shape
        if wanted:
            does(context.ensure_object(Surroundings))

    return click.option(
        *names, is_flag=True, envvar=f"LWDEPLOY_{env}", help=says, callback=act, expose_value=False
    )


def project_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags of every command that works on a project."""
    flags: list[_Decorator] = [
        click.option(
            "-f",
            "--file",
            "files",
            multiple=True,
            type=click.Path(),  # so that the variable is split at the path separator and not at blanks
            envvar="LWDEPLOY_FILE",
            metavar="PATH",
            help="File, folder, glob or - for standard input. Repeatable. [default: the folder of lwdeploy.yaml]",
        ),
        tenant_flag,
    ]
    return _decorate(speech_flags(command), flags)


def tenant_flag(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flag that names the tenant."""
    text = "Tenant to work on; `local` always exists."
    return click.option("-t", "--tenant", envvar="LWDEPLOY_TENANT", help=text)(command)


def target_flag(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --target."""
    return click.option(
        "--target",
        "targets",
        multiple=True,
        envvar="LWDEPLOY_TARGET",
        metavar="ADDRESS",
        help="Only this bot (bot/helpdesk), with all that hangs on it. Repeatable.",
    )(command)


def verify_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that ask to read what no list shows."""
    flags: list[_Decorator] = [
        click.option(
            "--verify-images",
            is_flag=True,
            envvar="LWDEPLOY_VERIFY_IMAGES",
            help="Download the pictures of rich menus and compare them. Needs the scope bot.message.",
        ),
        click.option(
            "--verify-users",
            is_flag=True,
            envvar="LWDEPLOY_VERIFY_USERS",
            help="Read back which rich menu each user has: one call for every user.",
        ),
    ]
    return _decorate(command, flags)


def lock_flag(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --lock-timeout."""
    return click.option(
        "--lock-timeout",
        type=Seconds(min=0),
        envvar="LWDEPLOY_LOCK_TIMEOUT",
        metavar="SECONDS",
        default=70.0,
        show_default=True,
        help="How long to wait for another run.",
    )(command)


def apply_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that shape a plan."""
    flags: list[_Decorator] = [
        target_flag,
        click.option(
            "--prune", is_flag=True, envvar="LWDEPLOY_PRUNE", help="Delete owned bots that no manifest declares."
        ),
        verify_flags,
    ]
    return _decorate(allow_flag(*PLAN_GUARDS)(_reason_flag(command)), flags)


def _reason_flag(command: Callable[..., Any]) -> Callable[..., Any]:
    def told(_context: click.Context, _option: click.Parameter, value: str) -> str:
        words = " ".join(value.split())
        if len(words) > LONGEST_REASON:
            raise click.BadParameter(f"more than {LONGEST_REASON} characters")
        return words

    return click.option(
        "--reason",
        default="",
        envvar="LWDEPLOY_REASON",
        metavar="TEXT",
        callback=told,
        help="Why guards are overridden: kept in the plan, the report and the audit log.",
    )(command)


def allow_flag(*guards: str) -> _Decorator:
    """Add --allow, the numbered overrides of these guards."""

    def numbered(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> Mapping[str, int]:
        found = {}
        for each in (part for value in values for part in re.split(r"[,\s]+", value.strip())):
            guard, _, number = each.partition("=")
            if guard not in guards or not _NUMBER.fullmatch(number):
                raise click.BadParameter(f"{each!r} is not GUARD=N; guards are {', '.join(guards)}")
            found[guard] = int(number)
        return found

    return click.option(
        "--allow",
        multiple=True,
        envvar="LWDEPLOY_ALLOW",
        metavar="GUARD=N",
        callback=numbered,
        help=f"Let a guard pass N objects. Guards: {', '.join(guards)}. Repeatable.",
    )


def format_flag(*formats: str) -> _Decorator:
    """Add --format with the given choices; the first is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        envvar="LWDEPLOY_FORMAT",
        help="What stdout gets.",
    )


def _decorate(command: Callable[..., Any], flags: list[_Decorator]) -> Callable[..., Any]:
    for flag in reversed(flags):
        command = flag(command)
    return command


def request_of(**flags: Any) -> Any:
    """Make the request of a command from its flags and the surroundings."""
    from lwdeploy.cli.stopping import stopping  # noqa: PLC0415
    from lwdeploy.commands.request import Request  # noqa: PLC0415  --help must not wait for it

    return Request(cwd=Path.cwd(), env=dict(os.environ), stdin=sys.stdin.buffer.read, stopping=stopping, **flags)
