"""The flags that several commands share. Every flag may also be set as LWDEPLOY_<FLAG>."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from lwdeploy.core.guards import GUARDS

__all__ = ["apply_flags", "format_flag", "project_flags", "request_of"]

_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def project_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags of every command that works on a project."""
    flags: list[_Decorator] = [
        click.option(
            "-f",
            "--file",
            "files",
            multiple=True,
            envvar="LWDEPLOY_FILE",
            metavar="PATH",
            help="File, folder, glob or - for standard input. Repeatable. [default: the folder of lwdeploy.yaml]",
        ),
        click.option("-t", "--tenant", envvar="LWDEPLOY_TENANT", help="Tenant to work on; `local` always exists."),
    ]
    return _decorate(command, flags)


def apply_flags(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that shape a plan."""
    flags: list[_Decorator] = [
        click.option(
            "--target",
            "targets",
            multiple=True,
            envvar="LWDEPLOY_TARGET",
            metavar="ADDRESS",
            help="Only this bot (bot/helpdesk), with all that hangs on it. Repeatable.",
        ),
        click.option(
            "--prune", is_flag=True, envvar="LWDEPLOY_PRUNE", help="Delete owned bots that no manifest declares."
        ),
        click.option(
            "--allow",
            multiple=True,
            envvar="LWDEPLOY_ALLOW",
            metavar="GUARD=N",
            callback=_allowed,
            help=f"Let a guard pass N objects. Guards: {', '.join(GUARDS)}. Repeatable.",
        ),
    ]
    return _decorate(command, flags)


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


def _allowed(_context: click.Context, _option: click.Parameter, values: tuple[str, ...]) -> Mapping[str, int]:
    found = {}
    for value in values:
        for each in re.split(r"[,\s]+", value.strip()):
            guard, _, number = each.partition("=")
            if guard not in GUARDS or not number.isdecimal():
                raise click.BadParameter(f"{each!r} is not GUARD=N; guards are {', '.join(GUARDS)}")
            found[guard] = int(number)
    return found


def request_of(**flags: Any) -> Any:
    """Make the request of a command from its flags and the surroundings."""
    from lwdeploy.cli.stopping import stopping  # noqa: PLC0415
    from lwdeploy.commands.request import Request  # noqa: PLC0415  --help must not wait for it

    return Request(cwd=Path.cwd(), env=dict(os.environ), stdin=sys.stdin.buffer.read, stopping=stopping, **flags)
