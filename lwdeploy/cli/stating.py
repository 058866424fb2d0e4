"""`lwdeploy state ...`."""

from __future__ import annotations

from typing import Any

import click

from lwdeploy.cli.main import cli
from lwdeploy.cli.options import Surroundings, allow_flag, format_flag, project_flags, request_of
from lwdeploy.core.guards import REBUILD_GUARDS

__all__ = ["state"]


@cli.group()
def state() -> None:
    """What lwdeploy remembers of a tenant."""


@state.command("init")
@project_flags
@click.pass_obj
def init(context: Surroundings, /, **flags: Any) -> None:
    """Make an empty state: the first use in a tenant that has bots already."""
    from lwdeploy.commands import state as command  # noqa: PLC0415

    shown = command.init(request_of(**flags))
    context.screen().note(f"Made an empty state in {shown.backend}")


@state.command("list")
@project_flags
@click.pass_obj
def list_(context: Surroundings, /, **flags: Any) -> None:
    """List addresses and remote ids."""
    from lwdeploy.commands import state as command  # noqa: PLC0415
    from lwdeploy.views.state import state_list  # noqa: PLC0415

    context.screen().lines(state_list(command.load(request_of(**flags)).state))


@state.command("show")
@click.argument("address", required=False)
@project_flags
@format_flag("text", "json")
@click.pass_obj
def show(context: Surroundings, /, *, address: str | None, form: str, **flags: Any) -> None:
    """Show all that is remembered, or of ADDRESS alone (remote_id is a bot's id)."""
    from lwdeploy.commands import state as command  # noqa: PLC0415
    from lwdeploy.core.canonical import dumps  # noqa: PLC0415
    from lwdeploy.views.state import state_json, state_lines  # noqa: PLC0415

    shown = command.load(request_of(**flags), address=address)
    screen = context.screen()
    if form == "json":
        screen.data(dumps(state_json(shown.state, backend=shown.backend, address=address), indent=2))
    else:
        screen.lines(state_lines(shown.state, backend=shown.backend, address=address))


@state.command("rebuild")
@project_flags
@allow_flag(*REBUILD_GUARDS)
@click.option(
    "--auto-approve", is_flag=True, envvar="LWDEPLOY_AUTO_APPROVE", help="Do not ask; see --allow adopt=N."
)
@format_flag("text", "json")
@click.pass_obj
def rebuild(context: Surroundings, /, *, form: str, **flags: Any) -> None:
    """Find the objects of a lost state in the tenant again, and record them."""
    from lwdeploy.commands import rebuild as command  # noqa: PLC0415
    from lwdeploy.core.canonical import dumps  # noqa: PLC0415
    from lwdeploy.views.rebuild import rebuilt_json, rebuilt_lines  # noqa: PLC0415

    screen = context.screen()
    found = command.run(request_of(**flags), screen)
    if form == "json":
        screen.data(dumps(rebuilt_json(found), indent=2))
    else:
        screen.lines(rebuilt_lines(found))
    screen.note(f"Recorded {len(found.candidates)} bots. Next: lwdeploy plan")


@state.command("unlock")
@project_flags
@click.option(
    "--force",
    is_flag=True,
    envvar="LWDEPLOY_FORCE",
    help="Take the lease away at once: look for no sign of life, and do not ask.",
)
@click.pass_obj
def unlock(context: Surroundings, /, *, force: bool, **flags: Any) -> None:
    """Show who holds the lease, and take it away from a run that is dead."""
    from lwdeploy.commands import unlock as command  # noqa: PLC0415

    screen = context.screen()
    if command.run(request_of(**flags), screen, force=force):
        screen.note("The lease is taken away. Next: lwdeploy plan")
