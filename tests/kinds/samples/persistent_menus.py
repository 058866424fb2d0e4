"""Samples of persistent menus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.deployment import least
from tests.kinds.samples.form import NASTY, Samples, Step

__all__ = ["PERSISTENT_MENU"]


def _with_menu(*actions: Mapping[str, Any]) -> dict[str, Any]:
    return least(menus={"persistent": {"actions": list(actions)}})


_MESSAGE = {"type": "message", "label": "New ticket"}
_RICH_MESSAGE = {
    "type": "message",
    "label": {"default": "New", "ja_JP": "新規", "ko_KR": ""},
    "text": {"default": "new\nticket", "en_US": NASTY},
    "postback": "ticket.new",
}
_LINK = {"type": "uri", "label": "Portal", "uri": "http://portal.example.com/?a=1#b"}
_COPY = {"type": "copy", "label": "Mail", "copyText": NASTY}


def _set(*actions: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return (("setPersistentMenu", {"content": {"actions": list(actions)}}),)


def _menu(before: Mapping[str, Any], after: Mapping[str, Any], **body: Any) -> Step:
    sent = _set({"type": after["type"], "label": after["label"], **body})
    return _step(_with_menu(before), _with_menu(after), sent=sent)


def _step(before: Mapping[str, Any], after: Mapping[str, Any], *, sent: tuple[tuple[str, Any], ...]) -> Step:
    return Step(before=before, after=after, paths=("actions",), sent=sent, touches=frozenset({"persistentMenu"}))


PERSISTENT_MENU = Samples(
    created={
        "one": (_with_menu(_MESSAGE), {"setPersistentMenu": 1}),
        "four": (_with_menu(_RICH_MESSAGE, _LINK, _COPY, _MESSAGE), {"setPersistentMenu": 1}),
    },
    steps={
        "label": _menu(_MESSAGE, {**_MESSAGE, "label": "Newer"}),
        "text": _menu(_MESSAGE, {**_MESSAGE, "text": "hi"}, text="hi"),
        "postback": _menu(_MESSAGE, {**_MESSAGE, "postback": "p"}, postback="p"),
        "uri": _menu(_LINK, {**_LINK, "uri": "https://a.example.com"}, uri="https://a.example.com"),
        "copied text": _menu(_COPY, {**_COPY, "copyText": "b"}, copyText="b"),
        "order": _step(_with_menu(_MESSAGE, _LINK), _with_menu(_LINK, _MESSAGE), sent=_set(_LINK, _MESSAGE)),
        "one inserted": _step(_with_menu(_MESSAGE), _with_menu(_LINK, _MESSAGE), sent=_set(_LINK, _MESSAGE)),
    },
    gone={"helpdesk": least(menus={"persistent": {"actions": []}})},
    deleted={"deletePersistentMenu": 1},
)
