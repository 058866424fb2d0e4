"""`lwdeploy drift`, `lwdeploy adopt` and `lwdeploy forget`."""

from __future__ import annotations

from typing import Any

import click

from lwdeploy.cli.main import cli
from lwdeploy.cli.options import (
    Surroundings,
    allow_flag,
    format_flag,
    lock_flag,
    project_flags,
    request_of,
    target_flag,
    verify_flags,
)
from lwdeploy.core.guards import FORGET_GUARDS

__all__ = ["adopt", "drift", "forget"]


@cli.command()
@project_flags
@target_flag
@verify_flags
@format_flag("text", "json")
@click.option(
    "--read-unmanaged",
    is_flag=True,
    envvar="LWDEPLOY_READ_UNMANAGED",
    help="Ask every unmanaged bot for its age and persons in charge: one call for each.",
)
@click.option(
    "--accept",
    multiple=True,
    envvar="LWDEPLOY_ACCEPT",
    metavar="ADDRESS[:FIELD]",
    help="Write the tenant's value into the manifest. Repeatable.",
)
@lock_flag
@click.pass_obj
def drift(
    context: Surroundings, /, *, form: str, read_unmanaged: bool, accept: tuple[str, ...], **flags: Any
) -> int:
    """Show what moved in the tenant since lwdeploy looked last. Exit 2 when something did. Reads only."""
    request, screen = request_of(**flags), context.screen()
    if accept:
        others = {"--format": form != "text", "--target": request.targets, "--read-unmanaged": read_unmanaged}
        for name in (name for name, given in others.items() if given):
            raise click.UsageError(f"--accept does not go with {name}")
        return _accept(request, screen, accept)
    from lwdeploy.commands import drift as command  # noqa: PLC0415
    from lwdeploy.core.canonical import dumps  # noqa: PLC0415
    from lwdeploy.views.drift import drift_json, drift_lines  # noqa: PLC0415

    found = command.run(request, screen, read_unmanaged=read_unmanaged)
    if form == "json":
        screen.data(dumps(drift_json(found), indent=2))
    else:
        screen.lines(drift_lines(found))
    return 2 if found.drifted else 0


def _accept(request: Any, screen: Any, accept: tuple[str, ...]) -> int:
    from lwdeploy.commands import accepting  # noqa: PLC0415

    done = accepting.run(request, screen, accept=accept)
    for each in done.fields:
        screen.note(f"accepted {each}")
    for each in done.files:
        screen.note(f"wrote {each}")
    for each in done.notes:
        screen.note(each)
    screen.note("Next: look at the difference, then lwdeploy plan")
    return 0


@cli.command()
@click.argument("address")
@click.argument("remote_id", metavar="ID")
@project_flags
@click.option("--auto-approve", is_flag=True, envvar="LWDEPLOY_AUTO_APPROVE", help="Do not ask.")
@lock_flag
@click.pass_obj
def adopt(context: Surroundings, /, *, address: str, remote_id: str, **flags: Any) -> None:
    """Record the object ID of the tenant as the one that ADDRESS means. The tenant is not written to."""
    from lwdeploy.commands import adopting as command  # noqa: PLC0415

    screen = context.screen()
    done = command.run(request_of(**flags), screen, address=address, remote_id=remote_id)
    screen.note(f"Recorded {', '.join(done)}. Next: lwdeploy plan" if done else "Nothing was recorded.")


@cli.command()
@click.argument("address")
@project_flags
@allow_flag(*FORGET_GUARDS)
@click.option("--auto-approve", is_flag=True, envvar="LWDEPLOY_AUTO_APPROVE", help="Do not ask.")
@lock_flag
@click.pass_obj
def forget(context: Surroundings, /, *, address: str, **flags: Any) -> None:
    """Drop ADDRESS from what is remembered, with all that hangs on it. The tenant keeps it as it is. Offline."""
    from lwdeploy.commands import forgetting as command  # noqa: PLC0415

    screen = context.screen()
    gone = command.run(request_of(**flags), screen, address=address)
    screen.note(f"Forgotten: {', '.join(gone)}" if gone else "Nothing was forgotten.")
