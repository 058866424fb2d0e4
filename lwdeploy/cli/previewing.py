"""`lwdeploy preview`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lwdeploy.cli.main import cli
from lwdeploy.cli.options import Surroundings, project_flags, request_of

__all__ = ["preview"]


@cli.command()
@project_flags
@click.option(
    "--target",
    "targets",
    multiple=True,
    envvar="LWDEPLOY_TARGET",
    metavar="ADDRESS",
    help="Only this bot (bot/helpdesk). Repeatable.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LWDEPLOY_PREVIEW_OUT",
    default="preview",
    show_default=True,
    help="Folder to write to.",
)
@click.pass_obj
def preview(context: Surroundings, /, *, out: Path, **flags: Any) -> None:
    """Draw the menus: a page of all bots, and every rich menu with its areas, in every language. Offline."""
    from lwdeploy.commands import preview as command  # noqa: PLC0415

    screen = context.screen()
    drawn = command.run(request_of(**flags), out=out)
    screen.diagnostics(drawn.diagnostics)
    for name in drawn.changed:
        screen.step(f"wrote {out / name}")
    for name in drawn.removed:
        screen.step(f"removed {out / name}")
    kept = len(drawn.files) - len(drawn.changed)
    screen.note(f"Preview: {out / 'index.html'} ({len(drawn.files)} files, {kept} unchanged)")
