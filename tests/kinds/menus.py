"""Manifests with rich menus, and what the tenant has of them, told by the keys of the menus."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from lwdeploy.api.call import call
from lwdeploy.simulator import LogEntry
from lwdeploy.simulator.users import identify
from tests.kinds.deployment import ADMIN, HANAKO, TARO, Bots, Deployment, least
from tests.support.menu_pictures import name_of

__all__ = [
    "KEYS",
    "NEW",
    "PORTAL",
    "Snapshot",
    "bot_id",
    "bot_with",
    "halves",
    "menu",
    "pictures_of",
    "settled",
    "shown",
    "told",
]

KEYS = ("main", "night", "third")
USERS = (ADMIN, TARO, HANAKO)
NEW: Mapping[str, Any] = {"type": "message", "label": "New ticket", "text": "new"}
PORTAL: Mapping[str, Any] = {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"}

Snapshot = Mapping[str, Any]


def menu(name: str = "main", *actions: Mapping[str, Any], **over: Any) -> dict[str, Any]:
    """Give a menu of a bot with two areas side by side; `over` adds or replaces."""
    areas = [{"action": dict(action)} for action in actions or (NEW, PORTAL)]
    return {"name": name, "image": f"full-{name}.png", "layout": f"{len(areas)}x1", "areas": areas} | over


def bot_with(*menus: Mapping[str, Any], **links: Any) -> dict[str, Any]:
    """Give a bot with rich menus; `links` are `default` and `users`."""
    return least(menus={"rich": {"menus": list(menus), **links}})


def halves(*actions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the API's areas of a full menu that actions share from left to right."""
    edges = [round(index * 2500 / len(actions)) for index in range(len(actions) + 1)]
    return [
        {"bounds": {"x": left, "y": 0, "width": right - left, "height": 1686}, "action": dict(action)}
        for left, right, action in zip(edges, edges[1:], actions, strict=False)
    ]


def bot_id(deployment: Deployment, key: str = "helpdesk") -> int:
    """Give the id of a bot of the project."""
    return int(next(each.remote_id for at, each in deployment.state.entries.items() if at.path == ("bot", key)))


def _key_of(name: str, *, project: str) -> str:
    """Give the key of a menu that carries a whole mark of the project; any other name as it is."""
    for key in KEYS:
        hashed = hashlib.sha256(f"rich-menu/{key}".encode()).hexdigest()[:12]
        if re.fullmatch(rf"lwdeploy {re.escape(project)} {hashed} [0-9a-f]{{12}}-[0-9a-f]{{8}}", name):
            return key
    return name


def _keys(snapshot: Snapshot, *, project: str) -> dict[str, str]:
    """Give the keys of all menus by id, oldest first; the second and third of a key are told apart."""
    found: dict[str, str] = {}
    for bot in snapshot["bots"]:
        taken: list[str] = []
        for each in bot["richmenus"]:
            key = _key_of(each["richmenuName"], project=project)
            found[each["richmenuId"]] = f"{key} {taken.count(key) + 1}" if key in taken else key
            taken.append(key)
    return found


def _picture(deployment: Deployment, bot: object, file_id: str) -> str:
    content = deployment.client.download(call("getAttachment", botId=str(bot), fileId=file_id))
    return name_of(content)


def pictures_of(deployment: Deployment, key: str = "helpdesk") -> dict[str, dict[str, str]]:
    """Give the names of the pictures that each menu of a bot shows, by language; none without an image."""
    snapshot = deployment.tenant.snapshot()
    keys, own = _keys(snapshot, project=deployment.project), bot_id(deployment, key)
    (bot,) = [each for each in snapshot["bots"] if each["botId"] == own]
    found: dict[str, dict[str, str]] = {}
    for each in bot["richmenus"]:
        image = each["image"] or {"i18nFileIds": []}
        files = {"default": image["fileId"]} if "fileId" in image else {}
        files |= {entry["language"]: entry["fileId"] for entry in image["i18nFileIds"]}
        found[keys[each["richmenuId"]]] = {
            language: _picture(deployment, own, file_id) for language, file_id in files.items()
        }
    return found


def shown(deployment: Deployment, key: str = "helpdesk") -> dict[str, Any]:
    """Give a bot's rich menus with their pictures, the default, those of users, and whether one is persistent."""
    own = bot_id(deployment, key)
    snapshot, state = deployment.tenant.snapshot(), deployment.tenant.menus(own)[own]
    keys = _keys(snapshot, project=deployment.project)
    logins = {identify(login): login for login in USERS}
    return {
        "menus": pictures_of(deployment, key),
        "default": keys.get(state["default"], state["default"]),
        "users": {logins.get(user, user): keys[each] for user, each in state["users"].items()},
        "persistent": state["persistent"],
    }


def told(deployment: Deployment, *, before: Snapshot | None = None) -> tuple[tuple[str, Any], ...]:
    """Give operation and body of every request that wrote, with keys, logins and names of pictures for ids.

    `before` is the tenant from before the requests: a menu that it had and that is gone is called `old`.
    """
    written, after = deployment.written(), deployment.tenant.snapshot()
    now = _keys(after, project=deployment.project)
    past = _keys(before or {"bots": []}, project=deployment.project)
    keys = {each: key if each in now else f"old {key}" for each, key in (past | now).items()}
    return tuple(_entry(deployment, entry, keys) for entry in written)


def _entry(deployment: Deployment, entry: LogEntry, keys: Mapping[str, str]) -> tuple[str, Any]:
    body: Any = json.loads(entry.body) if entry.body else None
    target = re.search(r"/richmenus/(?:users/(?P<freed>[^/]+)|(?P<menu>\d+)(?:/users/(?P<user>.+))?)", entry.path)
    words = [entry.operation]
    if target:
        people = [unquote(each) for each in (target["user"], target["freed"]) if each]
        words += [keys.get(target["menu"], target["menu"])] if target["menu"] else []
        words += people
    if entry.operation == "createRichmenu":
        body["richmenuName"] = _key_of(body["richmenuName"], project=deployment.project)
    if entry.operation == "setRichmenuImage":
        body = _with_names(deployment, entry.path.split("/")[3], body)
    return " ".join(words), body


def _with_names(deployment: Deployment, bot: str, body: Mapping[str, Any]) -> dict[str, str]:
    """Give the pictures that a binding names, by language."""
    assert set(body) <= {"fileId", "i18nFileIds"}
    files = {"default": body["fileId"]}
    files |= {each["language"]: each["fileId"] for each in body.get("i18nFileIds", ())}
    return {language: _picture(deployment, bot, file_id) for language, file_id in files.items()}


def settled(deployment: Deployment, bots: Bots) -> None:
    """Insist that nothing is left to do."""
    again = deployment.plan(bots)
    assert again.empty, [(str(each.address), each.action, each.diffs) for each in again.steps]
