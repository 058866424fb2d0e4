"""Short spellings of what a preview shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lwdeploy.views.preview import PreviewArea, PreviewBot, PreviewMenu, PreviewProject, page
from tests.unit.views.preview_tree import Node, tree

PNG = "data:image/png;base64,aGVscGRlc2s="
PNG_JA = "data:image/png;base64,44OY44Or44OX"
JPEG = "data:image/jpeg;base64,dmlw"
MESSAGE: Mapping[str, Any] = {
    "type": "message",
    "label": {"default": "New ticket", "ja_JP": "新規", "ko_KR": "새 티켓"},
    "text": {"default": "I need help", "ja_JP": "助けてください"},
    "postback": "ticket.new",
}
POSTBACK: Mapping[str, Any] = {
    "type": "postback",
    "label": {"default": "Status"},
    "data": "status=1",
    "displayText": {"default": "What is my status?"},
}
LINK: Mapping[str, Any] = {
    "type": "uri",
    "label": {"default": "Portal"},
    "uri": "https://portal.example.com/a?b=1&c",
}
COPY: Mapping[str, Any] = {"type": "copy", "label": {"default": "Mail"}, "copyText": "desk@example.com"}
MUTE: Mapping[str, Any] = {"type": "uri", "uri": "https://status.example.com"}


def menu(key: str = "main", *deeds: Mapping[str, Any], **over: Any) -> PreviewMenu:
    """Give a rich menu with a column for each action, as high as the picture."""
    areas = tuple(
        PreviewArea(x=place * 500, y=0, width=500, height=843, action=deed)
        for place, deed in enumerate(deeds or (MESSAGE,))
    )
    return PreviewMenu(
        **{"key": key, "width": 2500, "height": 843, "areas": areas, "pictures": {"default": PNG}, **over}
    )


def bot(key: str = "helpdesk", *menus: PreviewMenu, **over: Any) -> PreviewBot:
    """Give a bot whose first rich menu is its default."""
    known = {"name": {"default": "Help Desk", "ja_JP": "ヘルプデスク"}, "description": {"default": "Answers."}}
    return PreviewBot(**{"key": key, "rich": menus, "default": menus[0].key if menus else "", **known, **over})


def project(*bots: PreviewBot, title: str = "acme") -> PreviewProject:
    """Give a project of these bots."""
    return PreviewProject(title=title, bots=bots)


def shown(*bots: PreviewBot) -> Node:
    """Give the page of a project of these bots as a tree."""
    return tree(page(project(*bots)))


CANTEEN = bot(
    "canteen", persistent=(MESSAGE, {"type": "message", "label": {"default": "Order"}}), name={"default": "食堂"}
)
ALERTS = bot("alerts", name={"default": "Alerts"})
