"""The persistent menu of a bot, which cannot be beside rich menus (reference section 3.4)."""

import json

from lwdeploy.simulator.actions import action
from lwdeploy.simulator.fields import array, record
from lwdeploy.simulator.menuviews import shown_persistent
from lwdeploy.simulator.operations import READ_ALL, WRITE_ALL, Call, Operation
from lwdeploy.simulator.wire import Answer, ApiError, missing

__all__ = ["OPERATIONS"]

_ACTION = action(("message", "uri", "copy"), label=1000, one_line=True)
_MENU = record(required={"content": record(required={"actions": array(_ACTION, most=4)})})
_PATH = "/bots/{botId}/persistentmenu"


def _set_menu(call: Call) -> Answer:
    bot_id = call.bot_id()
    menu = json.dumps(call.body(_MENU))
    if call.store.row("SELECT 1 FROM richmenus WHERE bot_id = ?", bot_id) is not None:
        raise ApiError(400, "BAD_REQUEST", "A persistent menu cannot be added while rich menus exist")
    call.store.run("INSERT OR REPLACE INTO persistent_menus VALUES (?, ?)", bot_id, menu)
    return Answer(status=201, content=shown_persistent(call, menu))


def _get_menu(call: Call) -> Answer:
    row = call.store.row("SELECT body FROM persistent_menus WHERE bot_id = ?", call.bot_id())
    if row is not None:
        return Answer(status=200, content=shown_persistent(call, row[0]))
    if call.reads("absent-menu", "200-null"):
        return Answer(status=200, content={"content": None})
    raise missing("Persistent menu")


def _delete_menu(call: Call) -> Answer:
    cursor = call.store.run("DELETE FROM persistent_menus WHERE bot_id = ?", call.bot_id())
    return Answer(status=204) if cursor.rowcount else call.gone("Persistent menu")


OPERATIONS = (
    Operation(name="setPersistentMenu", method="POST", path=_PATH, scopes=WRITE_ALL, handle=_set_menu),
    Operation(name="getPersistentMenu", method="GET", path=_PATH, scopes=READ_ALL, handle=_get_menu),
    Operation(name="deletePersistentMenu", method="DELETE", path=_PATH, scopes=WRITE_ALL, handle=_delete_menu),
)
