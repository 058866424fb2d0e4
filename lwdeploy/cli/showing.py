"""`lwdeploy show`: the tenant as it is, or a saved plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lwdeploy.cli.main import cli, show_plan
from lwdeploy.cli.options import Surroundings, format_flag, project_flags, request_of
from lwdeploy.core.errors import UserError

__all__ = ["show"]


@cli.command()
@click.argument("planfile", type=click.Path(path_type=Path), required=False)
@project_flags
@format_flag("text", "json", "html")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="LWDEPLOY_SHOW_OUT",
    help="Write the report to this file instead of stdout.",
)
@click.pass_obj
def show(context: Surroundings, /, *, planfile: Path | None, form: str, out: Path | None, **flags: Any) -> None:
    """Show the whole tenant: every bot, whoever made it, and what needs attention. Or a saved plan, PLANFILE."""
    if planfile is not None:
        _saved(context, planfile, form=form, out=out)
        return
    from lwdeploy.commands import tenant_report as command  # noqa: PLC0415

    screen = context.screen()
    report = command.run(request_of(**flags), screen)
    if out is not None:
        command.save(_text(report, form=form), Path.cwd() / out)
        screen.note(f"wrote {out}")
    elif form == "text":
        from lwdeploy.views.tenant_text import tenant_lines  # noqa: PLC0415

        screen.lines(tenant_lines(report))
    else:
        screen.data(_text(report, form=form))


def _saved(context: Surroundings, planfile: Path, *, form: str, out: Path | None) -> None:
    from lwdeploy.commands.apply import load_plan  # noqa: PLC0415

    if form == "html" or out is not None:
        raise UserError(
            "A saved plan is shown as text or JSON, on stdout",
            advice="--format html and --out are for the report of a tenant: leave PLANFILE out.",
        )
    show_plan(context.screen(), load_plan(planfile), form=form)


def _text(report: Any, *, form: str) -> str:
    if form == "html":
        from lwdeploy.views.tenant_html import page  # noqa: PLC0415

        return page(report)
    if form == "json":
        from lwdeploy.core.canonical import dumps  # noqa: PLC0415
        from lwdeploy.views.tenant_json import tenant_json  # noqa: PLC0415

        return dumps(tenant_json(report), indent=2) + "\n"
    from lwdeploy.views.line import plain  # noqa: PLC0415
    from lwdeploy.views.tenant_text import tenant_lines  # noqa: PLC0415

    return plain(tenant_lines(report))
