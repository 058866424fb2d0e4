"""`lwdeploy state trash ...`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lwdeploy.cli.options import Surroundings, project_flags, request_of
from lwdeploy.cli.stating import state

__all__ = ["trash"]


@state.group("trash")
def trash() -> None:
    """What was saved of bots before lwdeploy deleted them."""


@trash.command("list")
@project_flags
@click.pass_obj
def list_(context: Surroundings, /, **flags: Any) -> None:
    """List the deleted bots, the newest first: name, time, who, why."""
    from lwdeploy.commands import trash as command  # noqa: PLC0415
    from lwdeploy.views.trash import trash_lines  # noqa: PLC0415

    found = command.listing(request_of(**flags))
    screen = context.screen()
    screen.lines(trash_lines((each.name, each.when, str(each.holder.user), each.reason) for each in found.kept))
    for error in found.damaged:
        screen.error(error)
    if not found.kept and not found.damaged:
        screen.note(f"Nothing was deleted that {found.backend} knows of.")


@trash.command("show")
@click.argument("name")
@project_flags
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LWDEPLOY_OUT",
    help="Folder to write the manifest and its pictures to.",
)
@click.pass_obj
def show(context: Surroundings, /, *, name: str, out: Path | None, **flags: Any) -> None:
    """Print the manifest that makes the deleted bot NAME anew; with --out, write it with its pictures."""
    from lwdeploy.commands import trash as command  # noqa: PLC0415

    request = request_of(**flags)
    kept = command.show(request, name=name)
    screen = context.screen()
    if out is None:
        screen.data(kept.manifest)
        if kept.pictures:
            screen.note(f"It names {len(kept.pictures)} pictures: --out FOLDER writes them beside it.")
        return
    for path in command.write(kept, out):
        screen.note(f"wrote {path}")
