"""What users do: they write, press buttons, come and go, and bots hear of it (reference section 6)."""

import json
from collections.abc import Sequence
from typing import Any

from lwdeploy.simulator.operations import Tenant
from lwdeploy.simulator.rooms import domain_of, event, make_room, private_room
from lwdeploy.simulator.users import identify
from lwdeploy.simulator.wire import Event

__all__ = ["act", "invite", "press"]

_ALONE = frozenset({"message", "postback", "begin", "end"})
_TOGETHER = frozenset({"joined", "left"})


def act(
    tenant: Tenant,
    bot_id: int,
    kind: str,
    *,
    user: str = "",
    channel: str | None = None,
    content: dict[str, Any] | None = None,
    data: str = "",
    members: Sequence[str] = (),
) -> Event:
    """Return the event of one thing that users do; what they cannot do is a ValueError.

    `message` needs `user` and `content`, `postback` needs `user` and `data`; both happen in the room
    `channel`, or in the private room of the two. `begin` and `end` need `user`. `joined` and `left` need
    `channel` and `members`.
    """
    with tenant.store.transaction():
        _require_reachable(tenant, bot_id)
        if kind in _TOGETHER:
            return _come_or_go(tenant, bot_id, kind, channel or "", members)
        if kind not in _ALONE or not user:
            raise ValueError(f"{kind!r} is nothing that a user does, or the user is missing")
        return _alone(tenant, bot_id, kind, identify(user), channel=channel, content=content, data=data)


def _require_reachable(tenant: Tenant, bot_id: int) -> None:
    if tenant.store.row("SELECT 1 FROM registrations WHERE bot_id = ?", bot_id) is None:
        raise ValueError(f"no user can reach bot {bot_id}: it is registered in no domain")


def _alone(
    tenant: Tenant,
    bot_id: int,
    kind: str,
    user_id: str,
    *,
    channel: str | None,
    content: dict[str, Any] | None,
    data: str,
) -> Event:
    room = private_room(tenant, bot_id, user_id) if channel is None else _room(tenant, bot_id, channel)
    source = {"userId": user_id, "channelId": room, "domainId": domain_of(tenant, user_id)}
    if kind == "message":
        if content is None or "type" not in content:
            raise ValueError("a message needs content with a type")
        if channel is None:
            del source["channelId"]  # only rooms with several people have it here
        return event(tenant, bot_id, kind, source, content=content)
    return event(tenant, bot_id, kind, source, **({"data": data} if kind == "postback" else {}))


def _room(tenant: Tenant, bot_id: int, channel_id: str) -> str:
    row = tenant.store.row("SELECT 1 FROM channel_bots WHERE channel_id = ? AND bot_id = ?", channel_id, bot_id)
    if row is None:
        raise ValueError(f"bot {bot_id} is in no room {channel_id!r}")
    return channel_id


def _come_or_go(tenant: Tenant, bot_id: int, kind: str, channel: str, members: Sequence[str]) -> Event:
    channel_id = _room(tenant, bot_id, channel)
    users = [identify(one) for one in members]
    statement = (
        "INSERT OR IGNORE INTO channel_members (channel_id, user_id) VALUES (?, ?)"
        if kind == "joined"
        else "DELETE FROM channel_members WHERE channel_id = ? AND user_id = ?"
    )
    for user_id in users:
        tenant.store.run(statement, channel_id, user_id)
    domain_id = tenant.store.count("SELECT domain_id FROM channels WHERE channel_id = ?", channel_id)
    return event(tenant, bot_id, kind, {"channelId": channel_id, "domainId": domain_id}, members=users)


def invite(tenant: Tenant, bot_id: int, members: Sequence[str], *, title: str | None) -> tuple[str, Event]:
    """Let users make a room with a bot, which has to allow it; return the room and the bot's join event."""
    with tenant.store.transaction():
        _require_reachable(tenant, bot_id)
        bot = json.loads(tenant.store.rows("SELECT body FROM bots WHERE bot_id = ?", bot_id)[0][0])
        if not bot["enableGroupJoin"]:
            raise ValueError(f"bot {bot_id} cannot be invited: enableGroupJoin is off")
        return make_room(tenant, bot_id, [identify(one) for one in members], title=title)


def press(tenant: Tenant, bot_id: int, *, user: str, button: int) -> tuple[Event, ...]:
    """Let a user press a button of the menu in sight: the own rich menu, the default, or the persistent one.

    A button that opens a page or copies a text tells the bot nothing.
    """
    user_id = identify(user)
    with tenant.store.reading():
        actions = _visible_actions(tenant, bot_id, user_id)
    if not 0 <= button < len(actions):
        raise ValueError(f"button {button} is none of the {len(actions)} buttons that the user sees")
    pressed = actions[button]
    if pressed["type"] == "postback":
        return (act(tenant, bot_id, "postback", user=user_id, data=pressed["data"]),)
    if pressed["type"] != "message":
        return ()
    words = {"type": "text", "text": pressed.get("text") or pressed.get("label", "")}
    extra = {"postback": pressed["postback"]} if "postback" in pressed else {}
    return (act(tenant, bot_id, "message", user=user_id, content={**words, **extra}),)


def _visible_actions(tenant: Tenant, bot_id: int, user_id: str) -> list[dict[str, Any]]:
    store = tenant.store
    row = store.row(
        "SELECT body FROM richmenus WHERE image IS NOT NULL AND menu_id = coalesce("
        "(SELECT menu_id FROM user_richmenus WHERE bot_id = ?1 AND user_id = ?2),"
        " (SELECT json_extract(body, '$.defaultRichmenuId') FROM bots WHERE bot_id = ?1))",
        *(bot_id, user_id),
    )
    if row is not None:
        return [area["action"] for area in json.loads(row[0])["areas"]]
    menu = store.row("SELECT body FROM persistent_menus WHERE bot_id = ?", bot_id)
    actions: list[dict[str, Any]] = [] if menu is None else json.loads(menu[0])["content"]["actions"]
    return actions
