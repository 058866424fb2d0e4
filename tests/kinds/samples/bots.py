"""Samples of bots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.deployment import ADMIN, HANAKO, PHOTO, TARO, least
from tests.kinds.samples.form import NASTY, Samples, Step

__all__ = ["BOT"]


def _bot(before: Mapping[str, Any], after: Mapping[str, Any], path: str, **body: Any) -> Step:
    return Step(
        before=least(**before),
        after=least(**after),
        paths=(path,),
        sent=(("patchBot", body),),
        touches=frozenset(body),
    )


_HOOK, _OTHER_HOOK = "https://bots.example.com/a?token=1", "https://bots.example.com/a?token=2"
_FULL = {
    "botName": {"default": "Help", "ja_JP": "ヘルプ", "ko_KR": NASTY},
    "description": {"default": NASTY, "en_US": "Answers", "zh_CN": ""},
    "photoUrl": {"default": PHOTO, "ja_JP": "https://static.example.com/ja.png"},
    "pic": {"primary": [TARO, ADMIN], "vice": [HANAKO]},
    "policy": {"joinChatRoom": True, "allowedDomains": ["osaka", "tokyo"]},
    "callback": {"url": _HOOK, "messageTypes": ["text", "image"], "events": ["message", "begin"]},
}
_BOT_CREATED = {"createBot": 1, "patchBot": 1}

BOT = Samples(
    created={
        "least": (least(), _BOT_CREATED),
        "full": (_FULL, _BOT_CREATED),
        "nobody vice": (least(pic={"primary": [ADMIN], "vice": []}), _BOT_CREATED),
        "callback off": (least(callback={"enabled": False}), _BOT_CREATED),
        "all domains": (least(policy={"joinChatRoom": False, "allowedDomains": "all"}), _BOT_CREATED),
        "no events": (least(callback={"url": _HOOK, "messageTypes": [], "events": []}), _BOT_CREATED),
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
            {"callback": {"url": _HOOK}},
            {"callback": {"url": _OTHER_HOOK}},
            "callback.url",
            callbackUrl=_OTHER_HOOK,
        ),
        "callback off": _bot(
            {"callback": {"url": _HOOK}},
            {"callback": {"enabled": False}},
            "callback.enabled",
            enableCallback=False,
        ),
        "message types": _bot(
            {"callback": {"url": _HOOK, "messageTypes": ["text"]}},
            {"callback": {"url": _HOOK, "messageTypes": ["text", "audio"]}},
            "callback.messageTypes",
            callbackEvents=["audio", "text"],
        ),
        "events": _bot(
            {"callback": {"url": _HOOK}},
            {"callback": {"url": _HOOK, "events": []}},
            "callback.events",
            channelEvents=[],
        ),
    },
    gone={"other": least(botName="Other", description="Else")},
    deleted={"deleteBot": 1},
)
