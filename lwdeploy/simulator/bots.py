"""Bots: create, list, read, replace, patch, delete, and the secret (reference section 3.1)."""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from lwdeploy.simulator.botviews import ALL_DOMAINS, shown_bot, shown_in_list
from lwdeploy.simulator.fields import Check, array, boolean, integer, localized, record, text
from lwdeploy.simulator.limits import require_room_for_bot
from lwdeploy.simulator.operations import MANAGE, READ_BOT, Call, Operation, Tenant
from lwdeploy.simulator.rooms import leave_rooms
from lwdeploy.simulator.users import people, user
from lwdeploy.simulator.wire import Answer, ApiError, invalid

__all__ = ["CALLBACK_EVENTS", "OPERATIONS", "create_bot", "read_bot", "require_showable", "write_bot"]

CHANNEL_EVENTS = ("message", "join", "leave", "joined", "left", "postback", "begin", "end")
CALLBACK_EVENTS = ("text", "location", "sticker", "image", "file", "audio", "video")

_NAME = text(longest=100, one_line=True)
_DESCRIPTION = text(longest=100)
_PHOTO = text(longest=1000, schemes=("https",), empty=False)

_REQUIRED: Mapping[str, Check] = {
    "botName": _NAME,
    "photoUrl": _PHOTO,
    "description": _DESCRIPTION,
    "administrators": people(array(user, least=1, most=3)),
}
_OPTIONAL: Mapping[str, Check] = {
    "subadministrators": people(array(user, most=3)),
    "allowDomains": array(integer(), unique=True),
    "enableCallback": boolean,
    "channelEvents": array(text(one_of=CHANNEL_EVENTS), unique=True),
    "callbackEvents": array(text(one_of=CALLBACK_EVENTS), unique=True),
    "callbackUrl": text(longest=1000, schemes=("https",)),
    "enableGroupJoin": boolean,
    "defaultRichmenuId": text(),
    "i18nBotNames": localized("botName", _NAME),
    "i18nDescriptions": localized("description", _DESCRIPTION),
    "i18nPhotoUrls": localized("photoUrl", _PHOTO),
}
_WRITE = record(required=_REQUIRED, optional=_OPTIONAL)
_PATCH = record(optional={**_REQUIRED, **_OPTIONAL})


def _defaults(tenant: Tenant) -> dict[str, Any]:
    named = tenant.readings["callback-events-default"] == "all"
    return {
        "subadministrators": [],
        "allowDomains": [],
        "enableCallback": False,
        "channelEvents": ["message", "join", "leave", "joined", "left", "postback"],
        "callbackEvents": list(CALLBACK_EVENTS) if named else [],
        "callbackUrl": "",
        "enableGroupJoin": False,
        "defaultRichmenuId": "",
        "i18nBotNames": [],
        "i18nDescriptions": [],
        "i18nPhotoUrls": [],
    }


def read_bot(call: Call) -> tuple[int, dict[str, Any]]:
    """Return the id and the stored properties of the bot in the path."""
    bot_id = call.number("botId")
    row = call.store.row("SELECT body FROM bots WHERE bot_id = ?", bot_id)
    if row is None:
        raise call.no_bot()
    return bot_id, json.loads(row[0])


def write_bot(call: Call, bot_id: int, body: Mapping[str, Any]) -> None:
    """Store the properties of a bot and the time of the change."""
    call.store.run(
        "UPDATE bots SET body = ?, modified = ? WHERE bot_id = ?",
        json.dumps(body),
        call.tenant.clock.now(),
        bot_id,
    )


# --- checks across fields and resources ---------------------------------------------------------


def _checked(call: Call, written: dict[str, Any]) -> dict[str, Any]:
    if written.get("allowDomains") == [ALL_DOMAINS]:
        written["allowDomains"] = []
    for domain_id in written.get("allowDomains", ()):
        if domain_id not in call.tenant.domains:
            raise ApiError(400, "DOMAIN_NOT_BELONGING_TO_TENANT", f"Invalid domain {domain_id}")
    for name in ("administrators", "subadministrators"):
        for one in written.get(name, ()):
            call.known_user(one)
    return written


def _require_consistent(call: Call, bot_id: int, written: Mapping[str, Any], merged: Mapping[str, Any]) -> None:
    callback_without_url = written.get("enableCallback") and not merged["callbackUrl"]
    if callback_without_url and call.reads("callback-without-url", "refused"):
        raise invalid("callbackUrl", "is required when enableCallback is true")
    menu: str | None = written.get("defaultRichmenuId")
    if menu:
        if not _owns_menu(call, bot_id, menu):
            raise invalid("defaultRichmenuId", "is not a rich menu of this bot")
        require_showable(call, int(menu), "defaultRichmenuId")


def _owns_menu(call: Call, bot_id: int, menu: str) -> bool:
    if not (menu.isascii() and menu.isdigit() and len(menu) < 19):
        return False
    return (
        call.store.row("SELECT 1 FROM richmenus WHERE bot_id = ? AND menu_id = ?", bot_id, int(menu)) is not None
    )


def require_showable(call: Call, menu_id: int, path: str) -> None:
    """Refuse a rich menu without an image where nobody would see it, as `menu-without-image` has it (3.5)."""
    bare = call.store.row("SELECT 1 FROM richmenus WHERE menu_id = ? AND image IS NULL", menu_id) is not None
    if bare and call.reads("menu-without-image", "refused"):
        raise invalid(path, "is a rich menu without an image")


def _settle_registrations(call: Call, bot_id: int, body: Mapping[str, Any]) -> None:
    """Carry out what a change of the bot does to its registrations (sections 3.1, PATCH, and 3.2)."""
    allowed = body["allowDomains"]
    for domain_id, selected in call.store.rows(
        "SELECT domain_id, selected FROM registrations WHERE bot_id = ?", bot_id
    ):
        key = (bot_id, domain_id)
        if allowed and domain_id not in allowed:
            call.store.run("DELETE FROM registrations WHERE bot_id = ? AND domain_id = ?", *key)
        elif selected and body["enableGroupJoin"]:
            if call.reads("group-join-with-selected", "refused"):
                raise invalid("enableGroupJoin", "is not possible while a domain allows selected members only")
            if call.reads("group-join-with-selected", "forced"):
                call.store.run("UPDATE registrations SET selected = 0 WHERE bot_id = ? AND domain_id = ?", *key)


# --- operations ---------------------------------------------------------------------------------


def create_bot(call: Call) -> Answer:
    """Add a bot to the tenant; nothing stops a second one of the same name."""
    written = _checked(call, call.body(_WRITE))
    require_room_for_bot(call.tenant)
    body = {
        **written,
        **{name: value for name, value in _defaults(call.tenant).items() if name not in written},
    }
    _require_consistent(call, 0, written, body)
    now, secret = call.tenant.clock.now(), str(uuid.uuid4())
    cursor = call.store.run(
        "INSERT INTO bots (body, secret, created, modified) VALUES (?, ?, ?, ?)",
        json.dumps(body),
        secret,
        now,
        now,
    )
    bot_id = cursor.lastrowid or 0
    shown: dict[str, Any] = (
        {"botId": bot_id} if call.reads("create-answer", "id-only") else shown_bot(call, bot_id)
    )
    if call.reads("create-secret", "present"):
        shown["secret"] = secret
    return Answer(status=201, content=shown)


def _list_bots(call: Call) -> Answer:
    page = call.page()
    rows = call.store.rows(
        "SELECT bot_id, body FROM bots WHERE bot_id > ? ORDER BY bot_id LIMIT ?", page.after, page.probe
    )
    return Answer(status=200, content=page.answer("bots", [(row[0], shown_in_list(call, *row)) for row in rows]))


def _get_bot(call: Call) -> Answer:
    return Answer(status=200, content=shown_bot(call, call.number("botId")))


def _update_bot(call: Call) -> Answer:
    bot_id, before = read_bot(call)
    written = _checked(call, call.body(_WRITE))
    base = before if call.reads("put-omission", "keep") else _defaults(call.tenant)
    return _change(call, bot_id, before=before, written=written, merged={**base, **written})


def _patch_bot(call: Call) -> Answer:
    bot_id, before = read_bot(call)
    written = _checked(call, call.body(_PATCH))
    if not written and call.request.body.strip() == b"{}":
        raise invalid("body", "must name at least one parameter")
    return _change(call, bot_id, before=before, written=written, merged={**before, **written})


def _change(
    call: Call, bot_id: int, *, before: dict[str, Any], written: dict[str, Any], merged: dict[str, Any]
) -> Answer:
    _require_consistent(call, bot_id, written, merged)
    _settle_registrations(call, bot_id, merged)
    write_bot(call, bot_id, merged)
    closed = before["enableGroupJoin"] and not merged["enableGroupJoin"]
    events = leave_rooms(call.tenant, bot_id) if closed else ()
    content = shown_bot(call, bot_id) if call.reads("update-answer", "object") else None
    return Answer(status=200, content=content, events=events)


def _delete_bot(call: Call) -> Answer:
    bot_id = call.number("botId")
    if call.store.row("SELECT 1 FROM bots WHERE bot_id = ?", bot_id) is None:
        return call.gone("Bot")
    leave_rooms(call.tenant, bot_id)
    call.store.run("DELETE FROM bots WHERE bot_id = ?", bot_id)
    return Answer(status=204)


def _reissue_secret(call: Call) -> Answer:
    secret = str(uuid.uuid4())
    call.store.run("UPDATE bots SET secret = ? WHERE bot_id = ?", secret, call.bot_id())
    return Answer(status=200, content={"secret": secret})


OPERATIONS = (
    Operation(name="createBot", method="POST", path="/bots", scopes=MANAGE, handle=create_bot, serialised=True),
    Operation(name="listBots", method="GET", path="/bots", scopes=READ_BOT, handle=_list_bots),
    Operation(name="getBot", method="GET", path="/bots/{botId}", scopes=READ_BOT, handle=_get_bot),
    Operation(
        name="updateBot",
        method="PUT",
        path="/bots/{botId}",
        scopes=MANAGE,
        handle=_update_bot,
        serialised=True,
    ),
    Operation(
        name="patchBot",
        method="PATCH",
        path="/bots/{botId}",
        scopes=MANAGE,
        handle=_patch_bot,
        serialised=True,
    ),
    Operation(
        name="deleteBot",
        method="DELETE",
        path="/bots/{botId}",
        scopes=MANAGE,
        handle=_delete_bot,
        serialised=True,
    ),
    Operation(
        name="reissueBotSecret",
        method="POST",
        path="/bots/{botId}/secret",
        scopes=MANAGE,
        handle=_reissue_secret,
    ),
)
