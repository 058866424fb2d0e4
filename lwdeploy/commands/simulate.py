"""`simulate`: serves the local tenant for lwdeploy and for other clients, until it is told to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lwdeploy.core.errors import UserError

__all__ = ["Options", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to serve: see `lwdeploy simulate --help`."""

    port: int
    data: Path | None
    credentials: Path | None
    rate_limit: str
    rate_window: float
    plan: str
    host: str
    domains: tuple[int, ...] = field(default_factory=tuple)


def run(options: Options, *, announce: Callable[[Any], None]) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is told the running tenant once it accepts connections."""
    try:
        from lwdeploy import simulator  # noqa: PLC0415  an extra: not everybody has it
    except ImportError as error:
        raise UserError(
            "The local tenant needs parts that are not installed",
            advice="Install them: pip install 'lwdeploy[local]'",
        ) from error
    defaults = simulator.Settings()
    settings = simulator.Settings(
        plan=options.plan,  # type: ignore[arg-type]  # the command line takes its words only
        rate_limit=options.rate_limit,  # type: ignore[arg-type]
        rate_window_seconds=options.rate_window,
        host=options.host,
        domains=options.domains or defaults.domains,
    )
    try:
        simulator.serve(
            data=options.data,
            port=options.port,
            credentials_file=options.credentials,
            settings=settings,
            announce=announce,
        )
    except simulator.DataFileError as error:
        raise UserError(str(error), advice="Stop the other one, or name another --data.") from error
    except OSError as error:
        raise UserError(
            f"The local tenant cannot serve: {error.strerror or error}",
            advice="Name another --port, or 0 for any.",
        ) from error
