"""Which menus users see: a small picture of all bots, taken at one moment."""

from typing import TypedDict

from lwdeploy.simulator.operations import Tenant

__all__ = ["MenuState", "MenuStates", "RichmenuState", "menu_states"]


class RichmenuState(TypedDict):
    """One rich menu: its name, and whether an image is bound to it (without one, it is not shown)."""

    name: str
    image: bool


class MenuState(TypedDict):
    """The menus of one bot.

    `default` is the id of the default rich menu, empty without one (it can name a deleted menu: switch
    `delete-linked-menu`). `menus` are the rich menus by id. `persistent` tells whether there is a persistent
    menu. `users` are the ids of the rich menus that users have of their own, by user id.
    """

    default: str
    menus: dict[str, RichmenuState]
    persistent: bool
    users: dict[str, str]


MenuStates = dict[int, MenuState]


def menu_states(tenant: Tenant, bot_id: int | None = None) -> MenuStates:
    """Return the menus of one bot (nothing for one that does not exist) or of all, by bot id."""
    store = tenant.store
    with store.reading():
        states: MenuStates = {
            bot: {"default": default, "menus": {}, "persistent": bool(persistent), "users": {}}
            for bot, default, persistent in store.rows(_BOTS, bot_id)
        }
        for bot, menu_id, name, image in store.rows(_MENUS, bot_id):
            states[bot]["menus"][str(menu_id)] = {"name": name, "image": bool(image)}
        for bot, user_id, menu_id in store.rows(_USERS, bot_id):
            states[bot]["users"][user_id] = str(menu_id)
    return states


_BOTS = (
    "SELECT bot_id, json_extract(body, '$.defaultRichmenuId'),"
    " EXISTS (SELECT 1 FROM persistent_menus AS menu WHERE menu.bot_id = bots.bot_id)"
    " FROM bots WHERE ?1 IS NULL OR bot_id = ?1 ORDER BY bot_id"
)
_MENUS = (
    "SELECT bot_id, menu_id, json_extract(body, '$.richmenuName'), image IS NOT NULL"
    " FROM richmenus WHERE ?1 IS NULL OR bot_id = ?1 ORDER BY menu_id"
)
_USERS = (
    "SELECT bot_id, user_id, menu_id FROM user_richmenus WHERE ?1 IS NULL OR bot_id = ?1 ORDER BY bot_id, user_id"
)
