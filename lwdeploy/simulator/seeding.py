"""Objects that somebody else made in the tenant: what clients find there that is not theirs."""

import json
from collections.abc import Mapping
from typing import Any

from lwdeploy.simulator.attachments import add_file
from lwdeploy.simulator.bots import create_bot
from lwdeploy.simulator.domains import register_domain
from lwdeploy.simulator.menuimages import set_image
from lwdeploy.simulator.operations import Call, Tenant
from lwdeploy.simulator.richmenus import create_richmenu
from lwdeploy.simulator.users import add_user, remove_user
from lwdeploy.simulator.wire import Answer, Request

__all__ = ["bot_secret", "drop_user", "make_bots", "make_richmenu", "make_user", "sent_messages", "snapshot"]

_PHOTO = "https://static.example.com/bot.png"


def _call(tenant: Tenant, body: Mapping[str, Any], **path: object) -> Call:
    request = Request(
        method="POST", path="", segments=(), query="", headers={}, body=json.dumps(body).encode(), origin=""
    )
    return Call(tenant=tenant, request=request, path={name: str(value) for name, value in path.items()})


def _made(answer: Answer) -> dict[str, Any]:
    if not isinstance(answer.content, dict):
        raise TypeError("a creation answers an object")
    return answer.content


def make_bots(
    tenant: Tenant,
    count: int,
    *,
    name: str,
    registered_in: int | None = None,
    body: Mapping[str, Any] | None = None,
) -> tuple[int, ...]:
    """Create bots called `name 1`, `name 2` ..., register them if a domain is given, and return their ids."""
    made: list[int] = []
    with tenant.store.transaction():
        for number in range(1, count + 1):
            base = {"botName": f"{name} {number}", "photoUrl": _PHOTO, "description": name}
            whole = {**base, "administrators": ["admin@example.com"], **(body or {})}
            bot_id = _made(create_bot(_call(tenant, whole)))["botId"]
            if registered_in is not None:
                register_domain(_call(tenant, {}, botId=bot_id, domainId=registered_in))
            made.append(bot_id)
    return tuple(made)


def make_richmenu(tenant: Tenant, bot_id: int, *, name: str, picture: bytes | None = None) -> str:
    """Create a rich menu of one area, with `picture` bound to it, and return its id.

    It takes a persistent menu away, as the API does.
    """
    action = {"type": "message", "label": "Help", "text": "help"}
    bounds = {"x": 0, "y": 0, "width": 2500, "height": 843}
    body = {
        "richmenuName": name,
        "size": {"width": 2500, "height": 843},
        "areas": [{"action": action, "bounds": bounds}],
    }
    with tenant.store.transaction():
        menu_id: str = _made(create_richmenu(_call(tenant, body, botId=bot_id)))["richmenuId"]
        if picture is not None:
            image = {"fileId": add_file(tenant, bot_id, name=f"{name}.png", content=picture)}
            set_image(_call(tenant, image, botId=bot_id, richmenuId=menu_id))
    return menu_id


def bot_secret(tenant: Tenant, bot_id: int) -> str:
    """Return the secret of a bot; there is no call that reads it."""
    with tenant.store.reading():
        row = tenant.store.row("SELECT secret FROM bots WHERE bot_id = ?", bot_id)
    if row is None:
        raise ValueError(f"there is no bot {bot_id}")
    secret: str = row[0]
    return secret


def snapshot(tenant: Tenant) -> dict[str, Any]:
    """Return all bots with all that hangs on them, as stored: for comparing before and after."""
    with tenant.store.reading():
        bots = [
            {"botId": bot_id, **json.loads(body), **_parts(tenant, bot_id)}
            for bot_id, body in tenant.store.rows("SELECT bot_id, body FROM bots ORDER BY bot_id")
        ]
    return {"bots": bots}


def _parts(tenant: Tenant, bot_id: int) -> dict[str, Any]:
    store = tenant.store
    menu = store.row("SELECT body FROM persistent_menus WHERE bot_id = ?", bot_id)
    return {
        "domains": [
            {"domainId": domain, "visible": bool(visible), "allowToSelectedMember": bool(selected)}
            | {"members": _members(tenant, bot_id, domain)}
            for domain, visible, selected in store.rows(
                "SELECT domain_id, visible, selected FROM registrations WHERE bot_id = ? ORDER BY domain_id",
                bot_id,
            )
        ],
        "persistentMenu": None if menu is None else json.loads(menu[0]),
        "richmenus": [
            {
                "richmenuId": str(menu_id),
                **json.loads(body),
                "image": None if image is None else json.loads(image),
            }
            for menu_id, body, image in store.rows(
                "SELECT menu_id, body, image FROM richmenus WHERE bot_id = ? ORDER BY menu_id", bot_id
            )
        ],
        "userRichmenus": {
            user: str(menu_id)
            for user, menu_id in store.rows(
                "SELECT user_id, menu_id FROM user_richmenus WHERE bot_id = ? ORDER BY user_id", bot_id
            )
        },
    }


def sent_messages(tenant: Tenant) -> list[dict[str, Any]]:
    """Return every message that bots have sent, oldest first."""
    with tenant.store.reading():
        rows = tenant.store.rows("SELECT bot_id, user_id, channel_id, content, sent FROM messages ORDER BY seq")
    names = ("botId", "userId", "channelId", "content", "time")
    return [dict(zip(names, (*row[:3], json.loads(row[3]), row[4]), strict=True)) for row in rows]


def make_user(tenant: Tenant, login: str, *, domain_id: int | None = None) -> str:
    """Put a user into the directory and return the user id."""
    with tenant.store.transaction():
        return add_user(
            tenant.store, login, name=login.partition("@")[0], domain_id=domain_id or tenant.domains[0]
        )


def drop_user(tenant: Tenant, login: str) -> None:
    """Take a user, written as login or user id, out of the directory; one who is not there is a ValueError."""
    with tenant.store.transaction():
        remove_user(tenant.store, login)


def _members(tenant: Tenant, bot_id: int, domain_id: int) -> list[str]:
    rows = tenant.store.rows(
        "SELECT user_id FROM members WHERE bot_id = ? AND domain_id = ? ORDER BY seq", bot_id, domain_id
    )
    return [row[0] for row in rows]
