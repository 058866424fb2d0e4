"""Samples of changes of rich menus that no call makes: another menu takes the place of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.deployment import HANAKO, TARO
from tests.kinds.menus import NEW, PORTAL, bot_with, menu
from tests.kinds.samples.form import NASTY, Step
from tests.kinds.samples.rich_menu_requests import Sent, made, uploaded

__all__ = ["REPLACED"]

_ASK = {"type": "postback", "label": "Status", "data": "status=1", "displayText": {"default": "Status?"}}
_DUMB = {"type": "postback", "label": "Status", "data": "status=1"}
_COPY = {"type": "copy", "label": "Mail", "copyText": "desk@example.com"}


def _replaced(before: Mapping[str, Any], after: Mapping[str, Any], created: Sent) -> Step:
    """Give the step from one menu to another one of the same key, which nobody sees yet."""
    return Step(
        before=bot_with(before),
        after=bot_with(after),
        paths=("areas",),
        steps=("replace rich-menu/main", "delete rich-menu/replaced"),
        sent=(
            *uploaded("default"),
            *created,
            ("setRichmenuImage main", {"default": "full-main.png"}),
            ("deleteRichmenu old main", None),
        ),
        touches=frozenset({"richmenus"}),
    )


def _action(before: Mapping[str, Any], after: Mapping[str, Any], sent: Mapping[str, Any]) -> Step:
    """Give the step of one action beside another one that stays."""
    return _replaced(menu("main", before, PORTAL), menu("main", after, PORTAL), made(sent, PORTAL))


_LABELLED = {**NEW, "label": "Newer"}
_SEEN_BY = {"default": "main", "users": {"main": [TARO, HANAKO]}}
_SEEN = frozenset({"richmenus", "defaultRichmenuId", "userRichmenus"})

_FIELDS: Mapping[str, Step] = {
    "label": _action(NEW, _LABELLED, _LABELLED),
    "label translated": _action(
        NEW,
        {**NEW, "label": {"default": "New ticket", "ja_JP": "新規"}},
        {**NEW, "i18nLabels": [{"language": "ja_JP", "label": "新規"}]},
    ),
    "label removed": _action(NEW, {"type": "message", "text": "new"}, {"type": "message", "text": "new"}),
    "label no longer translated": _action({**NEW, "label": {"default": "New ticket", "ja_JP": "新規"}}, NEW, NEW),
    "text": _action(NEW, {**NEW, "text": NASTY}, {**NEW, "text": NASTY}),
    "text translated": _action(
        NEW,
        {**NEW, "text": {"default": "new", "en_US": "x"}},
        {**NEW, "i18nTexts": [{"language": "en_US", "text": "x"}]},
    ),
    "postback": _action(NEW, {**NEW, "postback": "p"}, {**NEW, "postback": "p"}),
    "data": _action(_ASK, {**_ASK, "data": "x"}, {**_ASK, "data": "x", "displayText": "Status?"}),
    "displayed text": _action(_ASK, {**_ASK, "displayText": "What?"}, {**_ASK, "displayText": "What?"}),
    "displayed text translated": _action(
        _ASK,
        {**_ASK, "displayText": {"default": "Status?", "ko_KR": "상태?"}},
        {**_ASK, "displayText": "Status?", "i18nDisplayTexts": [{"language": "ko_KR", "displayText": "상태?"}]},
    ),
    "displayed text removed": _action(_ASK, {**_ASK, "displayText": ""}, _DUMB),
    "uri": _action({**PORTAL, "uri": "https://a.example.com"}, PORTAL, PORTAL),
    "copied text": _action(_COPY, {**_COPY, "copyText": "x"}, {**_COPY, "copyText": "x"}),
    "type": _action(NEW, _COPY, _COPY),
    "order of the areas": _replaced(menu("main", NEW, PORTAL), menu("main", PORTAL, NEW), made(PORTAL, NEW)),
    "an area more": _replaced(menu("main", NEW), menu("main", NEW, PORTAL), made(NEW, PORTAL)),
    "an area less": _replaced(menu("main", NEW, PORTAL), menu("main", PORTAL), made(PORTAL)),
    "bounds": _replaced(
        menu(),
        menu(layout="1+1"),
        made(
            areas=[
                {"bounds": {"x": 0, "y": y, "width": 2500, "height": 843}, "action": dict(action)}
                for y, action in ((0, NEW), (843, PORTAL))
            ]
        ),
    ),
}
_LINKED = Step(
    before=bot_with(menu(), menu("night", NEW), **_SEEN_BY),
    after=bot_with(menu("main", _LABELLED, PORTAL), menu("night", NEW), **_SEEN_BY),
    paths=("areas",),
    steps=(
        "replace rich-menu/main",
        "update default-rich-menu",
        "update rich-menu-user/hanako@example.com",
        "update rich-menu-user/taro@example.com",
        "delete rich-menu/replaced",
    ),
    sent=(
        *uploaded("default"),
        *made(_LABELLED, PORTAL),
        ("setRichmenuImage main", {"default": "full-main.png"}),
        ("setDefaultRichmenu main", None),
        (f"setUserRichmenu main {HANAKO}", None),
        (f"setUserRichmenu main {TARO}", None),
        ("deleteRichmenu old main", None),
    ),
    touches=_SEEN,
)
_BESIDE = Step(
    before=bot_with(menu(), menu("night", NEW), default="night", users={"night": [TARO], "main": [HANAKO]}),
    after=bot_with(
        menu("main", _LABELLED, PORTAL),
        menu("night", NEW),
        default="night",
        users={"night": [TARO], "main": [HANAKO]},
    ),
    paths=("areas",),
    steps=(
        "replace rich-menu/main",
        "update rich-menu-user/hanako@example.com",
        "delete rich-menu/replaced",
    ),
    sent=(
        *uploaded("default"),
        *made(_LABELLED, PORTAL),
        ("setRichmenuImage main", {"default": "full-main.png"}),
        (f"setUserRichmenu main {HANAKO}", None),
        ("deleteRichmenu old main", None),
    ),
    touches=frozenset({"richmenus", "userRichmenus"}),
)
_SPOKEN = {"default": "full-a.png", "ja_JP": "full-b.png", "zh_TW": "full-b.png"}
_IN_LANGUAGES = Step(
    before=bot_with(menu(image=_SPOKEN)),
    after=bot_with(menu("main", _LABELLED, PORTAL, image=_SPOKEN)),
    paths=("areas",),
    steps=("replace rich-menu/main", "delete rich-menu/replaced"),
    sent=(
        *uploaded("default", "ja_JP"),
        *made(_LABELLED, PORTAL),
        ("setRichmenuImage main", _SPOKEN),
        ("deleteRichmenu old main", None),
    ),
    touches=frozenset({"richmenus"}),
)
_SIZE = Step(
    before=bot_with(menu()),
    after=bot_with(menu(size="compact", image="compact-a.png")),
    paths=("areas", "image.default", "size"),
    steps=("replace rich-menu/main", "delete rich-menu/replaced"),
    sent=(
        *uploaded("default"),
        *made(
            height=843,
            areas=[
                {"bounds": {"x": x, "y": 0, "width": 1250, "height": 843}, "action": dict(action)}
                for x, action in ((0, NEW), (1250, PORTAL))
            ],
        ),
        ("setRichmenuImage main", {"default": "compact-a.png"}),
        ("deleteRichmenu old main", None),
    ),
    touches=frozenset({"richmenus"}),
)
_ADDED = Step(
    before=bot_with(menu(), default="main"),
    after=bot_with(menu(), menu("night", NEW), default="main"),
    steps=("create rich-menu/night",),
    sent=(
        *uploaded("default", name="night"),
        *made(NEW, name="night"),
        ("setRichmenuImage night", {"default": "full-night.png"}),
    ),
    touches=frozenset({"richmenus"}),
)
_TAKEN_OUT = Step(
    before=bot_with(menu(), menu("night", NEW), default="main"),
    after=bot_with(menu(), default="main"),
    steps=("delete rich-menu/night",),
    sent=(("deleteRichmenu old night", None),),
    touches=frozenset({"richmenus"}),
)


REPLACED: Mapping[str, Step] = {
    **_FIELDS,
    "label of a menu that people see": _LINKED,
    "label of a menu that one user sees": _BESIDE,
    "label of a menu with pictures by language": _IN_LANGUAGES,
    "size": _SIZE,
    "a menu more": _ADDED,
    "a menu less": _TAKEN_OUT,
}
