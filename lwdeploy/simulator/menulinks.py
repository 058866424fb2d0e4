"""What a rich menu is tied to: the default, single users (reference section 3.5)."""

from lwdeploy.simulator.bots import read_bot, require_showable, write_bot
from lwdeploy.simulator.menuviews import shown_richmenu
from lwdeploy.simulator.operations import READ_ALL, WRITE_ALL, Call, Operation
from lwdeploy.simulator.richmenus import find_richmenu
from lwdeploy.simulator.wire import Answer, missing

__all__ = ["OPERATIONS"]

# --- default ------------------------------------------------------------------------------------


def _set_default(call: Call) -> Answer:
    bot_id, menu_id, _ = find_richmenu(call)
    require_showable(call, menu_id, "richmenuId")
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
    user_id = call.user_id()
    require_showable(call, menu_id, "richmenuId")
    call.store.run("INSERT OR REPLACE INTO user_richmenus VALUES (?, ?, ?)", bot_id, user_id, menu_id)
    return Answer(status=204)


def _get_user(call: Call) -> Answer:
    row = call.store.row(
        "SELECT menu_id, body FROM user_richmenus JOIN richmenus USING (menu_id)"
        " WHERE user_richmenus.bot_id = ? AND user_id = ?",
        *(call.bot_id(), call.user_id()),
    )
    if row is not None:
        return Answer(status=200, content=shown_richmenu(call, *row))
    if call.reads("absent-menu", "200-null"):
        return Answer(status=200, content={"richmenuId": None})
    raise missing("Rich menu of this user")


def _delete_user(call: Call) -> Answer:
    cursor = call.store.run(
        "DELETE FROM user_richmenus WHERE bot_id = ? AND user_id = ?", call.bot_id(), call.user_id()
    )
    return Answer(status=204) if cursor.rowcount else call.gone("Rich menu of this user")


_ALL = "/bots/{botId}/richmenus"
_DEFAULT = _ALL + "/default"
_USER = _ALL + "/users/{userId}"

OPERATIONS = (
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
