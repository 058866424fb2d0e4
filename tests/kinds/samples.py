"""For each kind: examples to create, and one step for each field that may change.

A new kind takes part in the contract suite once it has an entry in SAMPLES.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.kinds.deployment import ADMIN, HANAKO, PHOTO, TARO, least

NASTY = "\u202e日本語 \\n {x} %s e\u0301 👩‍👩‍👧 ' \" <b>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change of one field: manifests before and after, the fields that differ, and all that is then sent."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    paths: tuple[str, ...]
    sent: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What the suite needs to know of a kind. `created` counts the writes of each creation by operation."""

    created: Mapping[str, tuple[Mapping[str, Any], Mapping[str, int]]]
    steps: Mapping[str, Step]
    deleted: Mapping[str, int]


def _patch(**body: Any) -> tuple[tuple[str, Any], ...]:
    return (("patchBot", body),)


def _bot(before: Mapping[str, Any], after: Mapping[str, Any], path: str, **body: Any) -> Step:
    return Step(before=least(**before), after=least(**after), paths=(path,), sent=_patch(**body))


HOOK, OTHER_HOOK = "https://bots.example.com/a?token=1", "https://bots.example.com/a?token=2"
FULL = {
    "botName": {"default": "Help", "ja_JP": "ヘルプ", "ko_KR": NASTY},
    "description": {"default": NASTY, "en_US": "Answers", "zh_CN": ""},
    "photoUrl": {"default": PHOTO, "ja_JP": "https://static.example.com/ja.png"},
    "pic": {"primary": [TARO, ADMIN], "vice": [HANAKO]},
    "policy": {"joinChatRoom": True, "allowedDomains": ["osaka", "tokyo"]},
    "callback": {"url": HOOK, "messageTypes": ["text", "image"], "events": ["message", "begin"]},
}
_BOT_CREATED = {"createBot": 1, "patchBot": 1}

BOT = Samples(
    created={
        "least": (least(), _BOT_CREATED),
        "full": (FULL, _BOT_CREATED),
        "nobody vice": (least(pic={"primary": [ADMIN], "vice": []}), _BOT_CREATED),
        "callback off": (least(callback={"enabled": False}), _BOT_CREATED),
        "all domains": (least(policy={"joinChatRoom": False, "allowedDomains": "all"}), _BOT_CREATED),
        "no events": (least(callback={"url": HOOK, "messageTypes": [], "events": []}), _BOT_CREATED),
        "a name of two lines": (least(botName="Help\r\nDesk\nof"), _BOT_CREATED),
    },
    steps={
        "name": _bot({}, {"botName": "New"}, "botName.default", botName="New"),
        "name added": _bot(
            {},
            {"botName": {"default": "Help Desk", "ja_JP": "窓口"}},
            "botName.ja_JP",
            i18nBotNames=[{"language": "ja_JP", "botName": "窓口"}],
        ),
        "name removed": _bot(
            {"botName": {"default": "A", "ja_JP": "あ", "ko_KR": "가"}},
            {"botName": {"default": "A", "ja_JP": "", "ko_KR": "가"}},
            "botName.ja_JP",
            i18nBotNames=[{"language": "ko_KR", "botName": "가"}],
        ),
        "description": _bot({}, {"description": NASTY}, "description.default", description=NASTY),
        "description translated": _bot(
            {},
            {"description": {"default": "Answers", "en_US": "x"}},
            "description.en_US",
            i18nDescriptions=[{"language": "en_US", "description": "x"}],
        ),
        "photo": _bot({}, {"photoUrl": f"{PHOTO}?2"}, "photoUrl.default", photoUrl=f"{PHOTO}?2"),
        "photo translated": _bot(
            {},
            {"photoUrl": {"default": PHOTO, "zh_TW": f"{PHOTO}?tw"}},
            "photoUrl.zh_TW",
            i18nPhotoUrls=[{"language": "zh_TW", "photoUrl": f"{PHOTO}?tw"}],
        ),
        "primary": _bot({}, {"pic": {"primary": [TARO, ADMIN]}}, "pic.primary", administrators=[ADMIN, TARO]),
        "vice": _bot({}, {"pic": {"primary": [ADMIN], "vice": [TARO]}}, "pic.vice", subadministrators=[TARO]),
        "vice emptied": _bot(
            {"pic": {"primary": [ADMIN], "vice": [TARO]}},
            {"pic": {"primary": [ADMIN], "vice": []}},
            "pic.vice",
            subadministrators=[],
        ),
        "rooms": _bot({}, {"policy": {"joinChatRoom": True}}, "policy.joinChatRoom", enableGroupJoin=True),
        "domains": _bot(
            {},
            {"policy": {"allowedDomains": ["osaka", "tokyo"]}},
            "policy.allowedDomains",
            allowDomains=[10000001, 10000002],
        ),
        "domains opened": _bot(
            {"policy": {"allowedDomains": ["osaka"]}},
            {"policy": {"allowedDomains": "all"}},
            "policy.allowedDomains",
            allowDomains=[],
        ),
        "callback url": _bot(
            {"callback": {"url": HOOK}}, {"callback": {"url": OTHER_HOOK}}, "callback.url", callbackUrl=OTHER_HOOK
        ),
        "callback off": _bot(
            {"callback": {"url": HOOK}},
            {"callback": {"enabled": False}},
            "callback.enabled",
            enableCallback=False,
        ),
        "message types": _bot(
            {"callback": {"url": HOOK, "messageTypes": ["text"]}},
            {"callback": {"url": HOOK, "messageTypes": ["text", "audio"]}},
            "callback.messageTypes",
            callbackEvents=["audio", "text"],
        ),
        "events": _bot(
            {"callback": {"url": HOOK}},
            {"callback": {"url": HOOK, "events": []}},
            "callback.events",
            channelEvents=[],
        ),
    },
    deleted={"deleteBot": 1},
)


def _registered(**spec: Any) -> dict[str, Any]:
    return least(domains=[{"name": "osaka", **spec}])


def _registration(before: Mapping[str, Any], after: Mapping[str, Any], *paths: str, sent: Any) -> Step:
    return Step(before=_registered(**before), after=_registered(**after), paths=paths, sent=tuple(sent))


BOT_DOMAIN = Samples(
    created={
        "least": (_registered(), {"registerBotDomain": 1}),
        "visible": (_registered(visible=True, permission="all"), {"registerBotDomain": 1}),
        "by id": (least(domains=[{"name": 10000003}]), {"registerBotDomain": 1}),
        "selected": (
            _registered(permission="selected", members=[TARO, HANAKO], visible=False),
            {"registerBotDomain": 1, "addBotDomainMember": 2},
        ),
        "nobody": (_registered(permission="selected", members=[]), {"registerBotDomain": 1}),
    },
    steps={
        "visible": _registration(
            {"visible": True}, {"visible": False}, "visible", sent=[("patchBotDomain", {"visible": False})]
        ),
        "visible, members unchanged": _registration(
            {"visible": True, "permission": "selected", "members": [TARO]},
            {"visible": False, "permission": "selected", "members": [TARO]},
            "visible",
            sent=[("patchBotDomain", {"visible": False})],
        ),
        "opened": _registration(
            {"permission": "selected", "members": [TARO]},
            {"permission": "all"},
            "permission",
            sent=[("patchBotDomain", {"allowToSelectedMember": False})],
        ),
        "closed": _registration(
            {"permission": "all"},
            {"permission": "selected", "members": [TARO]},
            "members",
            "permission",
            sent=[("patchBotDomain", {"allowToSelectedMember": True}), ("addBotDomainMember", {"userId": TARO})],
        ),
        "member added": _registration(
            {"permission": "selected", "members": [TARO]},
            {"permission": "selected", "members": [TARO, HANAKO]},
            "members",
            sent=[("addBotDomainMember", {"userId": HANAKO})],
        ),
        "member removed": _registration(
            {"permission": "selected", "members": [TARO, HANAKO]},
            {"permission": "selected", "members": [HANAKO]},
            "members",
            sent=[("deleteBotDomainMember", None)],
        ),
        "member exchanged": _registration(
            {"permission": "selected", "members": [TARO]},
            {"permission": "selected", "members": [HANAKO]},
            "members",
            sent=[("addBotDomainMember", {"userId": HANAKO}), ("deleteBotDomainMember", None)],
        ),
    },
    deleted={"deleteBotDomain": 1},
)


def _with_menu(*actions: Mapping[str, Any]) -> dict[str, Any]:
    return least(menus={"persistent": {"actions": list(actions)}})


MESSAGE = {"type": "message", "label": "New ticket"}
RICH_MESSAGE = {
    "type": "message",
    "label": {"default": "New", "ja_JP": "新規", "ko_KR": ""},
    "text": {"default": "new\nticket", "en_US": NASTY},
    "postback": "ticket.new",
}
LINK = {"type": "uri", "label": "Portal", "uri": "http://portal.example.com/?a=1#b"}
COPY = {"type": "copy", "label": "Mail", "copyText": NASTY}


def _set(*actions: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return (("setPersistentMenu", {"content": {"actions": list(actions)}}),)


def _menu(before: Mapping[str, Any], after: Mapping[str, Any], **body: Any) -> Step:
    sent = _set({"type": after["type"], "label": after["label"], **body})
    return Step(before=_with_menu(before), after=_with_menu(after), paths=("actions",), sent=sent)


PERSISTENT_MENU = Samples(
    created={
        "one": (_with_menu(MESSAGE), {"setPersistentMenu": 1}),
        "four": (_with_menu(RICH_MESSAGE, LINK, COPY, MESSAGE), {"setPersistentMenu": 1}),
    },
    steps={
        "label": _menu(MESSAGE, {**MESSAGE, "label": "Newer"}),
        "text": _menu(MESSAGE, {**MESSAGE, "text": "hi"}, text="hi"),
        "postback": _menu(MESSAGE, {**MESSAGE, "postback": "p"}, postback="p"),
        "uri": _menu(LINK, {**LINK, "uri": "https://a.example.com"}, uri="https://a.example.com"),
        "copied text": _menu(COPY, {**COPY, "copyText": "b"}, copyText="b"),
        "order": Step(
            before=_with_menu(MESSAGE, LINK),
            after=_with_menu(LINK, MESSAGE),
            paths=("actions",),
            sent=_set(LINK, MESSAGE),
        ),
        "one inserted": Step(
            before=_with_menu(MESSAGE),
            after=_with_menu(LINK, MESSAGE),
            paths=("actions",),
            sent=_set(LINK, MESSAGE),
        ),
    },
    deleted={"deletePersistentMenu": 1},
)

SAMPLES: Mapping[str, Samples] = {"bot": BOT, "bot_domain": BOT_DOMAIN, "persistent_menu": PERSISTENT_MENU}
