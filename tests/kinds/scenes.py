"""Changes of a bot's rich menus, with every request that they need: for tests that let one of them go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.kinds.deployment import HANAKO, TARO, Bots, least
from tests.kinds.menus import NEW, PORTAL, bot_with, menu

__all__ = ["SCENES", "Scene"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is deployed, what is wanted, what the tenant shows then, all writes for it, and what is read."""

    before: Bots
    after: Bots
    shown: Mapping[str, Any]
    writes: Mapping[str, int]
    reads: frozenset[str]


_IMAGE = {"default": "full-a.png", "ja_JP": "full-b.png"}
_NIGHT = {"default": "full-night.png"}
_SEEN: Mapping[str, Any] = {"default": "main", "users": {"main": [TARO], "night": [HANAKO]}}


def _rich(
    *actions: Mapping[str, Any], image: Mapping[str, str] = _IMAGE, **links: Any
) -> dict[str, dict[str, Any]]:
    main = menu("main", *(actions or (NEW, PORTAL)), image=image)
    return {"helpdesk": bot_with(main, menu("night", NEW), **(links or _SEEN))}


def _shown(*, image: Mapping[str, str] = _IMAGE, default: str = "main", **users: str) -> dict[str, Any]:
    logins = {f"{name}@example.com": key for name, key in users.items()}
    menus = {"main": image, "night": _NIGHT}
    return {"menus": menus, "default": default, "users": logins, "persistent": False}


_RICH, _RICH_SHOWN = _rich(), _shown(taro="main", hanako="night")
_FIXED = {"helpdesk": least(menus={"persistent": {"actions": [{"type": "message", "label": "Help"}]}})}
_FIXED_SHOWN = {"menus": {}, "default": "", "users": {}, "persistent": True}
_READS = frozenset({"getBot", "listRichmenus"})
_MADE = {"createAttachment": 3, "uploadContent": 3, "createRichmenu": 2, "setRichmenuImage": 2}
_LINKED = {"setDefaultRichmenu": 1, "setUserRichmenu": 2}
_MOVED = {"default": "full-a.png", "ja_JP": "full-c.png"}

SCENES: Mapping[str, Scene] = {
    "create": Scene(
        before={"helpdesk": least()},
        after=_RICH,
        shown=_RICH_SHOWN,
        writes={**_MADE, **_LINKED},
        reads=_READS | {"getPersistentMenu"},
    ),
    "replace": Scene(
        before=_RICH,
        after=_rich({**NEW, "label": "Newer"}, PORTAL),
        shown=_RICH_SHOWN,
        writes={
            "createAttachment": 2,
            "uploadContent": 2,
            "createRichmenu": 1,
            "setRichmenuImage": 1,
            "setDefaultRichmenu": 1,
            "setUserRichmenu": 1,
            "deleteRichmenu": 1,
        },
        reads=_READS,
    ),
    "picture": Scene(
        before=_RICH,
        after=_rich(image=_MOVED),
        shown=_shown(image=_MOVED, taro="main", hanako="night"),
        writes={"createAttachment": 1, "uploadContent": 1, "setRichmenuImage": 1},
        reads=_READS | {"getRichmenuImage"},
    ),
    "links": Scene(
        before=_RICH,
        after=_rich(default="night", users={"night": [TARO]}),
        shown=_shown(default="night", taro="night"),
        writes={"setDefaultRichmenu": 1, "setUserRichmenu": 1, "deleteUserRichmenu": 1},
        reads=frozenset({"getBot", "getUserRichmenu"}),
    ),
    "to a persistent menu": Scene(
        before=_RICH,
        after=_FIXED,
        shown=_FIXED_SHOWN,
        writes={"deleteUserRichmenu": 2, "deleteRichmenu": 2, "deleteDefaultRichmenu": 1, "setPersistentMenu": 1},
        reads=_READS | {"getPersistentMenu", "getUserRichmenu"},
    ),
    "from a persistent menu": Scene(
        before=_FIXED,
        after=_RICH,
        shown=_RICH_SHOWN,
        writes={**_MADE, **_LINKED, "deletePersistentMenu": 1},
        reads=_READS | {"getPersistentMenu"},
    ),
}
