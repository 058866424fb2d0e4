"""The bot with rich menus in the main job: what it declares in each step, and what its users then have."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.users import identify
from tests.support.menu_life import HANAKO, TARO, menus_of, put_menu, rich
from tests.support.project import Project, least

__all__ = ["CHANGED", "GROWN", "NONE", "SHRUNK", "change", "grow", "rich_menus", "shrink"]

JIRO = "jiro@example.com"
_KEYS = {hashlib.sha256(f"rich-menu/{key}".encode()).hexdigest()[:12]: key for key in ("main", "vip", "old")}
_PORTAL = {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"}
_COPY = {"type": "copy", "label": "Copy", "copyText": "03-0000-0000"}
_HELP = {"type": "message", "label": {"default": "Help", "ja_JP": "ヘルプ"}, "text": "help", "postback": "h"}
_STATUS = {"type": "postback", "label": "Status", "data": "s=1", "displayText": {"default": "Status?"}}


def grow(project: Project) -> None:
    """Declare three menus, one of them with pictures in two languages, and two users who have their own."""
    _write(project, label="New ticket", vip={"default": "compact-vip.png", "ja_JP": "compact-vip-ja.png"})
    put_menu(project, "old", image="full-old.png", layout="1x1", areas=[{"action": _COPY}])
    _bot(project, "main", "vip", "old", default="main", users={"vip": [TARO, HANAKO]})


def change(project: Project) -> None:
    """Edit a label of one menu and a picture of another one, and move a user."""
    _write(project, label="Report a fault", vip={"default": "compact-vip-new.png", "ja_JP": "compact-vip-ja.png"})
    _bot(project, "main", "vip", "old", default="main", users={"main": [TARO], "vip": [HANAKO, JIRO]})


def shrink(project: Project) -> None:
    """Take a menu, a user and the picture of a language away, and make another menu the default."""
    _write(project, label="Report a fault", vip={"default": "compact-vip-new.png", "ja_JP": ""})
    _bot(project, "main", "vip", default="vip", users={"main": [TARO], "vip": [JIRO]})


def _write(project: Project, *, label: str, vip: Mapping[str, str]) -> None:
    ticket = {**_HELP, "label": {"default": label, "ja_JP": "新規"}}
    put_menu(project, "main", image="full-main.png", layout="2x1", areas=_areas(ticket, _PORTAL))
    put_menu(project, "vip", size="compact", image=vip, layout="1|2", areas=_areas(_STATUS, _COPY, _HELP))


def _areas(*actions: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"action": action} for action in actions]


def _bot(project: Project, *menus: str, **links: Any) -> None:
    project.bot("lounge", **least("Lounge", menus=rich(*menus, **links)))


# --- what has to be in the tenant -------------------------------------------------------------------------


def rich_menus(tenant: LocalTenant, bot_name: str) -> dict[str, Any]:
    """Give a bot's rich menus by key: the labels and the pictures of each, and who is shown which."""
    seen = menus_of(tenant, bot_name)
    keys = {each["name"]: _KEYS[each["name"].split(" ")[2]] for each in seen["rich"]}
    menus = [
        (keys[each["name"]], [area["action"]["label"] for area in each["areas"]], each["pictures"])
        for each in seen["rich"]
    ]
    return {
        "menus": sorted(menus),
        "default": keys.get(seen["default"], seen["default"]),
        "users": {user: keys[name] for user, name in seen["users"].items()},
    }


_MAIN = ("main", ["Report a fault", "Portal"], {"default": "full-main.png"})
_OLD = ("old", ["Copy"], {"default": "full-old.png"})
_JA = {"ja_JP": "compact-vip-ja.png"}


def _vip(**pictures: str) -> tuple[str, list[str], dict[str, str]]:
    return ("vip", ["Status", "Copy", "Help"], pictures)


NONE: Mapping[str, Any] = {"menus": [], "default": "", "users": {}}
GROWN: Mapping[str, Any] = {
    "menus": [
        ("main", ["New ticket", "Portal"], {"default": "full-main.png"}),
        _OLD,
        _vip(default="compact-vip.png", **_JA),
    ],
    "default": "main",
    "users": {identify(TARO): "vip", identify(HANAKO): "vip"},
}
CHANGED: Mapping[str, Any] = {
    "menus": [_MAIN, _OLD, _vip(default="compact-vip-new.png", **_JA)],
    "default": "main",
    "users": {identify(TARO): "main", identify(HANAKO): "vip", identify(JIRO): "vip"},
}
SHRUNK: Mapping[str, Any] = {
    "menus": [_MAIN, _vip(default="compact-vip-new.png")],
    "default": "vip",
    "users": {identify(TARO): "main", identify(JIRO): "vip"},
}
