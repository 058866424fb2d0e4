"""`lwdeploy import`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lwdeploy.cli.main import cli
from lwdeploy.cli.options import Surroundings, format_flag, request_of, speech_flags, tenant_flag

__all__ = ["import_"]


@cli.command("import")
@speech_flags
@tenant_flag
@click.option(
    "--bot",
    "bots",
    multiple=True,
    envvar="LWDEPLOY_BOT",
    metavar="ID",
    help="Only the bot with this id. Repeatable. [default: all]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="LWDEPLOY_OUT",
    metavar="DIR",
    help="Folder to write to. [default: the folder of lwdeploy.yaml, else here]",
)
@click.option(
    "--dry-run",
    is_flag=True,
    envvar="LWDEPLOY_DRY_RUN",
    help="Read, and tell what would be written. Writes nothing.",
)
@format_flag("text", "json")
@click.pass_obj
def import_(
    context: Surroundings,
    /,
    *,
    form: str,
    bots: tuple[str, ...],
    out: Path | None,
    tenant: str | None,
    dry_run: bool,
) -> int:
    """Write the manifests of the tenant's bots, and prove by a plan that they say what is there. Reads only."""
    from lwdeploy.commands import importing as command  # noqa: PLC0415
    from lwdeploy.core.canonical import dumps  # noqa: PLC0415
    from lwdeploy.kinds import kinds_by_name  # noqa: PLC0415
    from lwdeploy.planning.sealing import sealed  # noqa: PLC0415
    from lwdeploy.views.imported import import_json, import_lines  # noqa: PLC0415
    from lwdeploy.views.plan_text import plan_lines  # noqa: PLC0415

    screen = context.screen()
    made: Any = command.run(request_of(tenant=tenant), screen, bots=bots, out=out, dry=dry_run)
    if form == "json":
        screen.data(dumps(import_json(made), indent=2))
    else:
        screen.lines(import_lines(made))
        if made.plan is not None:
            screen.lines(plan_lines(sealed(made.plan, kinds=kinds_by_name())))
    if made.problem is not None:
        raise made.problem
    return 0 if made.dry or made.proven else 1
