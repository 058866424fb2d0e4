"""`lwdeploy simulate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lwdeploy.cli.main import cli
from lwdeploy.cli.options import Surroundings

__all__ = ["simulate"]

_FILE = click.Path(path_type=Path, dir_okay=False)


@cli.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    envvar="LWDEPLOY_PORT",
    help="Port to serve on; 0 takes a free one.",
    show_default=True,
)
@click.option(
    "--list-switches",
    is_flag=True,
    envvar="LWDEPLOY_LIST_SWITCHES",
    help="Print what the API's documentation leaves open, with the readings to choose from, and end.",
)
@click.option("--data", type=_FILE, envvar="LWDEPLOY_DATA", help="SQLite file that keeps the tenant; else memory.")
@click.option(
    "--credentials",
    type=_FILE,
    envvar="LWDEPLOY_CREDENTIALS",
    help="Env file with LWDEPLOY_* variables, written when the server is ready.",
)
@click.option(
    "--log", type=_FILE, envvar="LWDEPLOY_LOG", help="File to which every request is appended as a JSON line."
)
@click.option(
    "--rate-limit",
    type=click.Choice(["off", "free", "standard", "advanced"]),
    default="off",
    envvar="LWDEPLOY_RATE_LIMIT",
    show_default=True,
    help="Calls a minute: none, 60, 240, 240.",
)
@click.option(
    "--rate-window",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    envvar="LWDEPLOY_RATE_WINDOW",
    show_default=True,
    metavar="SECONDS",
    help="Length of that minute.",
)
@click.option(
    "--plan",
    type=click.Choice(["free", "standard", "advanced"]),
    default="standard",
    envvar="LWDEPLOY_PLAN",
    show_default=True,
    help="How many bots fit: 10 or 300.",
)
@click.option(
    "--host", default="127.0.0.1", envvar="LWDEPLOY_HOST", show_default=True, help="Address to listen on."
)
@click.option(
    "--domain",
    "domains",
    type=click.IntRange(1),
    multiple=True,
    envvar="LWDEPLOY_DOMAIN",
    help="Id of a domain of a new tenant. Repeatable.",
)
@click.option(
    "--token-lifetime",
    type=click.IntRange(1),
    default=86400,
    envvar="LWDEPLOY_TOKEN_LIFETIME",
    show_default=True,
    metavar="SECONDS",
    help="How long an access token is valid.",
)
@click.option(
    "--refresh-rotation",
    is_flag=True,
    envvar="LWDEPLOY_REFRESH_ROTATION",
    help="Give a new refresh token with each refresh, and end the old one.",
)
@click.option(
    "--strict-directory",
    is_flag=True,
    envvar="LWDEPLOY_STRICT_DIRECTORY",
    help="Refuse users who are not in the tenant's directory.",
)
@click.option(
    "--switch",
    "switches",
    multiple=True,
    envvar="LWDEPLOY_SWITCH",
    metavar="NAME=READING",
    help="Choose a reading of what the documentation leaves open. Repeatable.",
)
@click.option(
    "--callback-route",
    "callback_routes",
    multiple=True,
    envvar="LWDEPLOY_CALLBACK_ROUTE",
    metavar="ORIGIN=URL",
    help="Send callbacks for https://bots.example.com to http://127.0.0.1:9000, say. Repeatable.",
)
@click.pass_obj
def simulate(context: Surroundings, /, *, list_switches: bool, **options: Any) -> None:
    """Serve a local tenant until Ctrl-C: the Bot API and the token endpoint, on loopback."""
    from lwdeploy.commands import simulate as command  # noqa: PLC0415

    if list_switches:
        context.screen().data(command.list_switches())
        return

    def announce(tenant: Any) -> None:
        said = f"Local tenant: {tenant.endpoint}  tokens: {tenant.token_url}  control: {tenant.control_url}"
        context.screen().note(said)  # loaded now, not before the tenant is there

    command.run(command.Options(**options), announce=announce)
