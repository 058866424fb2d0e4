"""A bot with rich menus as projects declare it, and what the tenant then has of them, told without ids."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from lwdeploy.simulator import LocalTenant
from tests.support.menu_pictures import name_of, picture
from tests.support.project import Project, least

__all__ = [
    "HANAKO",
    "TARO",
    "draw",
    "main_menu",
    "menus_in",
    "menus_of",
    "put_menu",
    "rich",
    "user_menu",
    "write_bot",
]

TARO, HANAKO = "taro@example.com", "hanako@example.com"
PORTAL = {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"}


def draw(project: Project, *names: str) -> None:
    """Put pictures beside the manifests of what bots refer to."""
    folder = project.root / "shared"
    folder.mkdir(parents=True, exist_ok=True)
    for name in filter(None, names):
        (folder / name).write_bytes(picture(name))


def put_menu(project: Project, key: str, **spec: Any) -> None:
    """Write the manifest of a rich menu, with the pictures that it names."""
    named = spec["image"]
    draw(project, *([named] if isinstance(named, str) else named.values()))
    project.define("RichMenu", key, **spec)


def main_menu(project: Project, key: str = "main", *, label: str = "New ticket", **images: str) -> None:
    """Write a menu of two areas, with a label and a picture in two languages; `images` replaces pictures."""
    pictures = {"default": "full-main.png", "ja_JP": "full-main-ja.png", **images}
    ticket = {"type": "message", "label": {"default": label, "ja_JP": "新規"}, "text": "new", "postback": "t"}
    put_menu(project, key, image=pictures, layout="2x1", areas=[{"action": ticket}, {"action": PORTAL}])


def user_menu(project: Project, key: str = "vip", *, image: str = "compact-vip.png") -> None:
    """Write a low menu of one area with one picture."""
    action = {"type": "postback", "label": "Status", "data": "status=1", "displayText": "Status?"}
    put_menu(project, key, size="compact", image=image, layout="1x1", areas=[{"action": action}])


def rich(*menus: str, **links: Any) -> dict[str, Any]:
    """Give `spec.menus` of a bot with the menus of these keys; `links` are `default` and `users`."""
    return {"rich": {"menus": [{"ref": key} for key in menus], **links}}


def write_bot(project: Project, menus: Mapping[str, Any] | None = None, **spec: Any) -> None:
    """Write the manifest of the one bot."""
    project.bot("helpdesk", **least("Help Desk", **({"menus": menus} if menus else {}), **spec))


# --- what the tenant has of it ------------------------------------------------------------------------------


def menus_of(tenant: LocalTenant, bot_name: str = "Help Desk") -> dict[str, Any]:
    """Give all that a bot's users see: menus by name, with pictures by name; links by the names of menus.

    `rich` is sorted and holds a menu that is there twice twice.
    """
    (bot,) = [each for each in tenant.snapshot()["bots"] if each["botName"] == bot_name]
    return menus_in(tenant, bot)


def menus_in(tenant: LocalTenant, bot: Mapping[str, Any]) -> dict[str, Any]:
    """Give the same of one bot of a snapshot."""
    names = {each["richmenuId"]: each["richmenuName"] for each in bot["richmenus"]}
    return {
        "rich": sorted((_told(tenant, bot["botId"], each) for each in bot["richmenus"]), key=json.dumps),
        "default": names.get(bot["defaultRichmenuId"], bot["defaultRichmenuId"]),
        "users": {user: names[each] for user, each in bot["userRichmenus"].items()},
        "persistent": bot["persistentMenu"],
    }


def _told(tenant: LocalTenant, bot_id: int, menu: Mapping[str, Any]) -> dict[str, Any]:
    image = menu["image"] or {"i18nFileIds": ()}
    files: Sequence[Mapping[str, str]] = image["i18nFileIds"]
    wanted = {"default": image.get("fileId"), **{each["language"]: each["fileId"] for each in files}}
    return {
        "name": menu["richmenuName"],
        "size": menu["size"],
        "areas": menu["areas"],
        "pictures": {language: _shown(tenant, bot_id, each) for language, each in wanted.items() if each},
    }


def _shown(tenant: LocalTenant, bot_id: int, file_id: str) -> str:
    """Give the name of a bound picture, without a request, be its file still to be had or not."""
    store = tenant._tenant.store
    with store.reading():
        row = store.row("SELECT content FROM attachments WHERE bot_id = ? AND file_id = ?", bot_id, file_id)
    assert row is not None, f"there was no file {file_id}"
    return name_of(row[0])
