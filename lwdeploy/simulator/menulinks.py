"""What a rich menu is tied to: its picture, the default, single users (reference section 3.5)."""

import json

from lwdeploy.simulator.attachments import find_upload, keep
from lwdeploy.simulator.bots import read_bot, write_bot
from lwdeploy.simulator.fields import localized, record, text
from lwdeploy.simulator.operations import READ_ALL, WRITE_ALL, Call, Operation
from lwdeploy.simulator.pictures import picture_size
from lwdeploy.simulator.richmenus import find_richmenu, shown_richmenu
from lwdeploy.simulator.wire import Answer, invalid, missing

__all__ = ["OPERATIONS"]

_FILE = text(empty=False)
_IMAGE = record(required={"fileId": _FILE}, optional={"i18nFileIds": localized("fileId", _FILE)})
_SIZES = frozenset({(2500, 843), (2500, 1686)})
_MOST_BYTES = 1024 * 1024


def _bound(call: Call, bot_id: int, file_id: str, path: str) -> str:
    upload = find_upload(call.tenant, bot_id, file_id)
    if upload is None:
        raise invalid(path, "is not an uploaded file of this bot")
    if len(upload.content) > _MOST_BYTES:
        raise invalid(path, "is a file of more than 1 MB")
    if picture_size(upload.content) not in _SIZES:
        raise invalid(path, "is not a JPEG or PNG of 2500x843 or 2500x1686")
    return keep(call.tenant, bot_id, upload)


def _set_image(call: Call) -> Answer:
    bot_id, menu_id, _ = find_richmenu(call)
    written = call.body(_IMAGE)
    languages = [
        {**entry, "fileId": _bound(call, bot_id, entry["fileId"], f"i18nFileIds[{index}].fileId")}
        for index, entry in enumerate(written.get("i18nFileIds", ()))
    ]
    image = {"fileId": _bound(call, bot_id, written["fileId"], "fileId"), "i18nFileIds": languages}
    call.store.run("UPDATE richmenus SET image = ? WHERE menu_id = ?", json.dumps(image), menu_id)
    return Answer(status=204)


def _get_image(call: Call) -> Answer:
    _, menu_id, _ = find_richmenu(call)
    row = call.store.row("SELECT image FROM richmenus WHERE menu_id = ? AND image IS NOT NULL", menu_id)
    if row is None:
        raise missing("Image")
    return Answer(status=200, content=json.loads(row[0]))


# --- default ------------------------------------------------------------------------------------


def _set_default(call: Call) -> Answer:
    bot_id, menu_id, _ = find_richmenu(call)
    write_bot(call, bot_id, {**read_bot(call)[1], "defaultRichmenuId": str(menu_id)})
    return Answer(status=201, content={"botId": bot_id, "defaultRichmenuId": str(menu_id)})


def _get_default(call: Call) -> Answer:
    bot_id, bot = read_bot(call)
    if bot["defaultRichmenuId"]:
        return Answer(status=200, content={"botId": bot_id, "defaultRichmenuId": bot["defaultRichmenuId"]})
    if call.reads("absent-menu", "200-null"):
        return Answer(status=200, content={"botId": bot_id, "defaultRichmenuId": None})
    raise missing("Default rich menu")


def _delete_default(call: Call) -> Answer:
    bot_id, bot = read_bot(call)
    if not bot["defaultRichmenuId"]:
        return call.gone("Default rich menu")
    write_bot(call, bot_id, {**bot, "defaultRichmenuId": ""})
    return Answer(status=204)


# --- single users -------------------------------------------------------------------------------


def _set_user(call: Call) -> Answer:
    bot_id, menu_id, _ = find_richmenu(call)
    call.store.run("INSERT OR REPLACE INTO user_richmenus VALUES (?, ?, ?)", bot_id, call.user_id(), menu_id)
    return Answer(status=204)


def _get_user(call: Call) -> Answer:
    row = call.store.row(
        "SELECT menu_id, body FROM user_richmenus JOIN richmenus USING (menu_id)"
        " WHERE user_richmenus.bot_id = ? AND user_id = ?",
        *(call.bot_id(), call.user_id()),
    )
    if row is not None:
        return Answer(status=200, content=shown_richmenu(*row))
    if call.reads("absent-menu", "200-null"):
        return Answer(status=200, content={"richmenuId": None})
    raise missing("Rich menu of this user")


def _delete_user(call: Call) -> Answer:
    cursor = call.store.run(
        "DELETE FROM user_richmenus WHERE bot_id = ? AND user_id = ?", call.bot_id(), call.user_id()
    )
    return Answer(status=204) if cursor.rowcount else call.gone("Rich menu of this user")


_ALL = "/bots/{botId}/richmenus"
_IMAGES = _ALL + "/{richmenuId}/image"
_DEFAULT = _ALL + "/default"
_USER = _ALL + "/users/{userId}"

OPERATIONS = (
    Operation(name="setRichmenuImage", method="POST", path=_IMAGES, scopes=WRITE_ALL, handle=_set_image),
    Operation(name="getRichmenuImage", method="GET", path=_IMAGES, scopes=READ_ALL, handle=_get_image),
    Operation(
        name="setDefaultRichmenu",
        method="POST",
        path=_ALL + "/{richmenuId}/set-default",
        scopes=WRITE_ALL,
        handle=_set_default,
    ),
    Operation(name="getDefaultRichmenu", method="GET", path=_DEFAULT, scopes=READ_ALL, handle=_get_default),
    Operation(
        name="deleteDefaultRichmenu", method="DELETE", path=_DEFAULT, scopes=WRITE_ALL, handle=_delete_default
    ),
    Operation(
        name="setUserRichmenu",
        method="POST",
        path=_ALL + "/{richmenuId}/users/{userId}",
        scopes=WRITE_ALL,
        handle=_set_user,
    ),
    Operation(name="getUserRichmenu", method="GET", path=_USER, scopes=READ_ALL, handle=_get_user),
    Operation(name="deleteUserRichmenu", method="DELETE", path=_USER, scopes=WRITE_ALL, handle=_delete_user),
)
