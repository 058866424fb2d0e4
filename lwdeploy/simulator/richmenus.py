"""Rich menus themselves: there is no operation that changes one (reference section 3.5)."""

import json
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from lwdeploy.simulator.actions import action
from lwdeploy.simulator.bots import read_bot, write_bot
from lwdeploy.simulator.fields import array, integer, record, text
from lwdeploy.simulator.menuviews import shown_richmenu
from lwdeploy.simulator.operations import READ_ALL, WRITE_ALL, Call, Operation
from lwdeploy.simulator.wire import Answer, ApiError, invalid, missing

__all__ = ["OPERATIONS", "create_richmenu", "find_richmenu"]

_MOST_MENUS = 1000

_BOUNDS = record(
    required={
        "x": integer(least=0),  # an area that ends beyond the picture is taken: seen on the real service
        "y": integer(least=0),
        "width": integer(least=1),
        "height": integer(least=1),
    }
)
_ACTION = action(("postback", "message", "uri", "copy"), label=20, label_required=False, text_required=True)
_MENU = record(
    required={
        "richmenuName": text(longest=300),
        "areas": array(record(required={"action": _ACTION, "bounds": _BOUNDS}), least=1, most=20),
        "size": record(required={"width": integer(one_of=(2500,)), "height": integer(one_of=(843, 1686))}),
    }
)


_OLDEST_FIRST = "SELECT menu_id, body FROM richmenus WHERE bot_id = ?1 AND menu_id > ?2 ORDER BY menu_id LIMIT ?3"
_NEWEST_FIRST = (
    "SELECT menu_id, body FROM richmenus WHERE bot_id = ?1 AND (?2 = 0 OR menu_id < ?2)"
    " ORDER BY menu_id DESC LIMIT ?3"
)


def find_richmenu(call: Call) -> tuple[int, int, str]:
    """Return the bot, the rich menu and the stored menu of the path."""
    bot_id = call.bot_id()
    found = _look_up(call, bot_id)
    if found is None:
        raise missing("Rich menu")
    return bot_id, *found


def _look_up(call: Call, bot_id: int) -> tuple[int, str] | None:
    written = call.path["richmenuId"]
    if not (written.isascii() and written.isdigit() and len(written) < 19):
        return None
    row = call.store.row("SELECT body FROM richmenus WHERE bot_id = ? AND menu_id = ?", bot_id, int(written))
    return None if row is None else (int(written), row[0])


def _require_fit(call: Call, menu: Mapping[str, Any]) -> None:
    """Refuse areas that end too far out or lie over each other, as the switches have it (section 9.15)."""
    bounds = [area["bounds"] for area in menu["areas"]]
    if call.reads("area-overflow", "one-pixel"):
        for index, each in enumerate(bounds):
            if not _within(each, menu["size"], margin=1):
                raise invalid(f"areas[{index}].bounds", "ends beyond the rich menu")
    if call.reads("area-overlap", "refused"):
        for one, other in combinations(bounds, 2):
            if _overlap(one, other):
                raise invalid("areas", "must not overlap")


def _within(bounds: Mapping[str, int], size: Mapping[str, int], *, margin: int) -> bool:
    return (
        bounds["x"] + bounds["width"] <= size["width"] + margin
        and bounds["y"] + bounds["height"] <= size["height"] + margin
    )


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return all(
        one[start] < other[start] + other[length] and other[start] < one[start] + one[length]
        for start, length in (("x", "width"), ("y", "height"))
    )


def create_richmenu(call: Call) -> Answer:
    """Add a rich menu, which takes the persistent menu away."""
    bot_id = call.bot_id()
    menu = call.body(_MENU)
    _require_fit(call, menu)
    body = json.dumps(menu)
    if call.store.count("SELECT count(*) FROM richmenus WHERE bot_id = ?", bot_id) >= _MOST_MENUS:
        raise ApiError(400, "EXCEEDED_NUMBER_LIMIT_OF_RICHMENU", "Maximum number of rich menus exceeded")
    call.store.run("DELETE FROM persistent_menus WHERE bot_id = ?", bot_id)
    cursor = call.store.run("INSERT INTO richmenus (bot_id, body) VALUES (?, ?)", bot_id, body)
    return Answer(status=201, content=shown_richmenu(call, cursor.lastrowid or 0, body))


def _list_richmenus(call: Call) -> Answer:
    page, bot_id = call.page(), call.bot_id()
    statement = _NEWEST_FIRST if call.reads("menu-order", "newest-first") else _OLDEST_FIRST
    rows = call.store.rows(statement, bot_id, page.after, page.probe)
    shown = [(row[0], shown_richmenu(call, *row)) for row in rows]
    return Answer(status=200, content=page.answer("richmenus", shown))


def _get_richmenu(call: Call) -> Answer:
    _, menu_id, stored = find_richmenu(call)
    return Answer(status=200, content=shown_richmenu(call, menu_id, stored))


def _delete_richmenu(call: Call) -> Answer:
    bot_id, bot = read_bot(call)
    found = _look_up(call, bot_id)
    if found is None:
        return call.gone("Rich menu")
    menu_id = found[0]
    is_default = bot["defaultRichmenuId"] == str(menu_id)
    if call.reads("delete-linked-menu", "refused") and (is_default or _has_users(call, menu_id)):
        raise invalid("richmenuId", "is the default or a user's rich menu")
    if is_default and not call.reads("delete-linked-menu", "dangling"):
        write_bot(call, bot_id, {**bot, "defaultRichmenuId": ""})
    call.store.run("DELETE FROM richmenus WHERE menu_id = ?", menu_id)
    return Answer(status=204)


def _has_users(call: Call, menu_id: int) -> bool:
    return call.store.row("SELECT 1 FROM user_richmenus WHERE menu_id = ?", menu_id) is not None


_ALL = "/bots/{botId}/richmenus"
_ONE = "/bots/{botId}/richmenus/{richmenuId}"

OPERATIONS = (
    Operation(name="createRichmenu", method="POST", path=_ALL, scopes=WRITE_ALL, handle=create_richmenu),
    Operation(name="listRichmenus", method="GET", path=_ALL, scopes=READ_ALL, handle=_list_richmenus),
    Operation(name="getRichmenu", method="GET", path=_ONE, scopes=READ_ALL, handle=_get_richmenu),
    Operation(name="deleteRichmenu", method="DELETE", path=_ONE, scopes=WRITE_ALL, handle=_delete_richmenu),
)
