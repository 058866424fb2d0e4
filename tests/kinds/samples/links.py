"""Samples of what points to a rich menu: the default, and the users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.deployment import HANAKO, TARO
from tests.kinds.menus import NEW, bot_with, menu
from tests.kinds.samples.form import Samples, Step

__all__ = ["DEFAULT_RICH_MENU", "USER_RICH_MENU"]

_ID = "9b2d1e8c-1111-4222-8333-44445555666f"
_TO = ("richmenuId",)


def _two(**links: Any) -> dict[str, Any]:
    return bot_with(menu(), menu("night", NEW), **links)


def _default(
    before: Any, after: Any, sent: str, *, steps: tuple[str, ...] = (), paths: tuple[str, ...] = ()
) -> Step:
    return Step(
        before=_two(**before),
        after=_two(**after),
        paths=paths,
        steps=steps,
        sent=((sent, None),),
        touches=frozenset({"defaultRichmenuId"}),
    )


DEFAULT_RICH_MENU = Samples(
    created={
        "the only menu": (bot_with(menu(), default="main"), {"setDefaultRichmenu": 1}),
        "the second of two": (_two(default="night"), {"setDefaultRichmenu": 1}),
    },
    steps={
        "another menu": _default({"default": "main"}, {"default": "night"}, "setDefaultRichmenu night", paths=_TO),
        "declared": _default(
            {}, {"default": "night"}, "setDefaultRichmenu night", steps=("create default-rich-menu",)
        ),
        "none any more": _default(
            {"default": "main"}, {"default": ""}, "deleteDefaultRichmenu", steps=("delete default-rich-menu",)
        ),
    },
    gone={"helpdesk": bot_with(menu(), default="")},
    deleted={"deleteDefaultRichmenu": 1},
)


def _users(
    before: Mapping[str, list[str]],
    after: Mapping[str, list[str]],
    sent: str,
    *,
    steps: tuple[str, ...] = (),
    paths: tuple[str, ...] = (),
) -> Step:
    return Step(
        before=_two(default="main", users=before),
        after=_two(default="main", users=after),
        paths=paths,
        steps=steps,
        sent=((sent, None),),
        touches=frozenset({"userRichmenus"}),
    )


_SET = {"setUserRichmenu": 1}

USER_RICH_MENU = Samples(
    created={
        "by login": (bot_with(menu(), users={"main": [TARO]}), _SET),
        "by user id": (bot_with(menu(), users={"main": [_ID]}), _SET),
        "by user id in capitals": (bot_with(menu(), users={"main": [_ID.upper()]}), _SET),
        "beside a default": (_two(default="main", users={"night": [TARO]}), _SET),
    },
    steps={
        "another menu": _users(
            {"main": [TARO, HANAKO]},
            {"main": [HANAKO], "night": [TARO]},
            f"setUserRichmenu night {TARO}",
            paths=_TO,
        ),
        "added": _users(
            {"main": [TARO]},
            {"main": [TARO, HANAKO]},
            f"setUserRichmenu main {HANAKO}",
            steps=(f"create rich-menu-user/{HANAKO}",),
        ),
        "taken away": _users(
            {"main": [TARO, HANAKO]},
            {"main": [TARO]},
            f"deleteUserRichmenu {HANAKO}",
            steps=(f"delete rich-menu-user/{HANAKO}",),
        ),
        "the last one taken away": _users(
            {"main": [TARO]}, {"main": []}, f"deleteUserRichmenu {TARO}", steps=(f"delete rich-menu-user/{TARO}",)
        ),
    },
    gone={"helpdesk": bot_with(menu(), users={})},
    deleted={"deleteUserRichmenu": 1},
)
