"""Samples of rich menus: every form of a creation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.menus import NEW, PORTAL, bot_with, menu
from tests.kinds.samples.form import NASTY, Samples
from tests.kinds.samples.rich_menu_fields import REPLACED
from tests.kinds.samples.rich_menu_pictures import PICTURES

__all__ = ["RICH_MENU"]

_ONE = {"createAttachment": 1, "uploadAttachment": 1, "createRichmenu": 1, "setRichmenuImage": 1}
_ASK = {"type": "postback", "label": "Status", "data": "status=1", "displayText": {"default": "Status?"}}
_COPY = {"type": "copy", "label": "Mail", "copyText": "desk@example.com"}
_NASTY_LABEL = "\u202e新 \\n{x}%s👧'\"<b>"
_NASTY = (
    {"type": "message", "label": _NASTY_LABEL, "text": {"default": f"{NASTY}\n{NASTY}", "ja_JP": NASTY}},
    {"type": "postback", "label": " ", "data": NASTY * 6, "displayText": {"default": NASTY, "zh_TW": NASTY}},
    {"type": "uri", "label": {"default": "a", "ko_KR": _NASTY_LABEL}, "uri": "http://a.example.com/?a=%20&b=é#c"},
    {"type": "copy", "label": "\t", "copyText": NASTY * 20},
)
_SPOKEN = {
    "type": "message",
    "label": {"default": "New", "ja_JP": "新規", "ko_KR": "", "en_US": "New"},
    "text": {"default": "new", "zh_CN": "新"},
    "postback": "ticket.new",
}


def _strips(count: int) -> list[dict[str, Any]]:
    """Give areas with bounds of their own, side by side."""
    edges = range(0, 2500, 2500 // count)
    return [
        {"bounds": {"x": left, "y": 0, "width": 2500 // count, "height": 1686}, "action": dict(NEW)}
        for left in edges
    ]


def _of(count: int) -> dict[str, int]:
    """Give the writes of a menu with so many pictures."""
    return {"createAttachment": count, "uploadAttachment": count, "createRichmenu": 1, "setRichmenuImage": 1}


_CREATED: Mapping[str, tuple[Mapping[str, Any], Mapping[str, int]]] = {
    "two columns": (bot_with(menu()), _ONE),
    "one area": (bot_with(menu("main", NEW)), _ONE),
    "named full": (bot_with(menu(size="full")), _ONE),
    "compact": (bot_with(menu(size="compact", image="compact-a.png")), _ONE),
    "rows": (bot_with(menu("main", NEW, NEW, PORTAL, layout="1+2")), _ONE),
    "columns": (bot_with(menu("main", NEW, NEW, PORTAL, layout="1|2")), _ONE),
    "every action": (bot_with(menu("main", NEW, _ASK, PORTAL, _COPY)), _ONE),
    "no label": (bot_with(menu("main", {"type": "message", "text": "new"})), _ONE),
    "languages": (bot_with(menu("main", _SPOKEN, PORTAL)), _ONE),
    "nasty texts": (bot_with(menu("main", *_NASTY)), _ONE),
    "twenty areas": (bot_with(menu("main", *[NEW] * 20, layout="5x4")), _ONE),
    "bounds": (bot_with({"name": "main", "image": "full-a.png", "areas": _strips(20)}), _ONE),
    "a JPEG": (bot_with(menu(image="full-a.jpg")), _ONE),
    "a picture for a language": (bot_with(menu(image={"default": "full-a.png", "ja_JP": "full-b.png"})), _of(2)),
    "a picture that languages share": (
        bot_with(menu(image={"default": "full-a.png", "ja_JP": "full-b.png", "zh_TW": "full-b.png"})),
        _of(2),
    ),
    "the same picture for all": (
        bot_with(menu(image={"default": "full-a.png", "ja_JP": "full-a.png", "ko_KR": "full-a.png"})),
        _ONE,
    ),
    "a language without a picture": (bot_with(menu(image={"default": "full-a.png", "ja_JP": ""})), _ONE),
    "drawn": (bot_with(menu(image={"generate": {}})), _ONE),
    "drawn in languages": (
        bot_with(menu("main", _SPOKEN, PORTAL, image={"generate": {"text": "#000000"}})),
        _of(3),
    ),
}


RICH_MENU = Samples(
    created=_CREATED,
    steps={**REPLACED, **PICTURES},
    gone={"helpdesk": bot_with()},
    deleted={"deleteRichmenu": 1},
)
