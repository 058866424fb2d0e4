"""`simulate`: serves the local tenant for lwdeploy and for other clients, until it is told to stop."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lwdeploy.core.errors import UserError
from lwdeploy.core.tenant import PlanName

__all__ = ["Options", "list_switches", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to serve: see `lwdeploy simulate --help`."""

    port: int
    data: Path | None
    credentials: Path | None
    log: Path | None
    rate_limit: Literal["off"] | PlanName
    rate_window: float
    plan: PlanName
    host: str
    token_lifetime: int
    refresh_rotation: bool
    strict_directory: bool
    domains: tuple[int, ...]
    switches: tuple[str, ...]
    callback_routes: tuple[str, ...]


def run(options: Options, *, announce: Callable[[Any], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is told the running tenant once it accepts connections."""
    with _told_apart(options):
        from lwdeploy.simulator import Settings, serve  # noqa: PLC0415  an extra: not everybody has it

        settings = Settings(
            plan=options.plan,
            rate_limit=options.rate_limit,
            rate_window_seconds=options.rate_window,
            host=options.host,
            domains=options.domains or Settings().domains,
            token_seconds=options.token_lifetime,
            refresh_rotation=options.refresh_rotation,
            strict_directory=options.strict_directory,
            switches=_pairs("--switch", "NAME=READING", options.switches),
            callback_routes=_pairs("--callback-route", "ORIGIN=URL", options.callback_routes),
            log_file=options.log,
        )
        serve(
            data=options.data,
            port=options.port,
            credentials_file=options.credentials,
            settings=settings,
            announce=announce,
        )


def list_switches() -> str:
    """Describe every switch: its readings, what they are about, and what is known of it."""
    from lwdeploy.simulator import SWITCHES  # noqa: PLC0415  not for --help

    return "\n".join(
        f"{each.name} = {each.default} (default) | {' | '.join(each.readings[1:])}\n"
        f"    {each.meaning}\n"
        f"    Source: {each.source}.\n"
        for each in SWITCHES
    )


def _pairs(flag: str, form: str, written: Iterable[str]) -> dict[str, str]:
    found = {}
    for each in written:
        name, sign, value = each.partition("=")
        if not sign:
            raise UserError(f"{flag} {each!r} is not {form}", advice="See: lwdeploy simulate --help")
        found[name] = value
    return found


@contextmanager
def _told_apart(options: Options) -> Iterator[None]:
    """Turn what a caller can mend into an error that says how."""
    try:
        from lwdeploy.simulator import DataFileError, UnknownReadingError, start  # noqa: F401, PLC0415  as above
    except ImportError as error:
        raise UserError(
            "The local tenant needs parts that are not installed",
            advice="Install them: pip install 'lwdeploy[local]'",
        ) from error
    try:
        yield
    except UnknownReadingError as error:
        raise UserError(f"--switch: {error}", advice="See: lwdeploy simulate --list-switches") from error
    except DataFileError as error:
        raise UserError(str(error), advice="Stop the other one, or name another --data.") from error
    except OSError as error:
        raise UserError(
            f"The local tenant cannot serve: {error.strerror or error}", advice=_advice(error, options)
        ) from error


def _advice(error: OSError, options: Options) -> str:
    if error.filename is not None:
        return f"Look at {error.filename}: --data, --log and --credentials need a folder that can be written to."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"No address of this machine is {options.host}: name another --host."
    return "Name another --port, or 0 for any."
