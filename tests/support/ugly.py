"""A tenant as years of clicking leave it: bots, registrations and menus with everything that is legal and ugly.

They are put where the local tenant keeps what it has, without a request, so that 300 of them take a second. The
same seed gives the same tenant.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.users import identify
from tests.support.menu_pictures import picture

__all__ = ["LANGUAGES", "shake", "ugly_tenant"]

LANGUAGES = ("ja_JP", "ko_KR", "en_US", "zh_CN", "zh_TW")
PEOPLE = (  # some who left long ago, and some who are in the directory
    *(str(uuid.UUID(int=0x5E1C0F7A_1111_4222_8333_000000000000 + number)) for number in range(5)),
    *(identify(f"{name}@example.com") for name in ("jiro", "yuki", "minsu", "alex")),
)
LOGINS = ("taro@example.com", "hanako@example.com", "mei.lin@example.com")
_NAMES = (
    "Help Desk",
    "ヘルプデスク",
    "총무 안내",
    "客服中心",
    "總務部 公告",
    "\u0397elp Desk",  # a Greek capital
    "مكتب المساعدة",
    "\u202eksed pleh",
    "🤖",
    "👩\u200d👧 Family Day 🎉",
    "no",
    "012",
    "- # : {x} %s | > *a &b !c @d `e",
    " leading and trailing ",
    "Café Zürich",
    "a" * 100,
)
_TEXTS = (
    "Answers questions",
    "First line\nsecond line\n\nand a last one",
    "tab\tand \u2028 and # no comment",
    "説明です。\n二行目",
    "  indented\n    more",
    "'quotes' \"twice\" \\ back",
    "ends with a line end\n",
    "null",
    "12:30",
    "עברית עם English",
)
_LABELS = ("Help", "連絡先", "메뉴", "帮助", "🍣 Lunch", "off", "1.10", "x" * 20)
_EVENTS = ("message", "join", "leave", "joined", "left", "postback")
_TYPES = ("text", "location", "sticker", "image", "file", "audio", "video")
_PICTURES = ("sun", "moon", "stars", "rain")


def ugly_tenant(tenant: LocalTenant, bots: int, *, seed: int = 1, tame: bool = False) -> tuple[int, ...]:
    """Fill a tenant, and give the ids of its bots. A `tame` one has nothing that no manifest can declare."""
    maker = _Maker(tenant=tenant, dice=random.Random(seed), tame=tame)  # noqa: S311  no secret
    with tenant._tenant.store.transaction():
        return tuple(maker.bot(number) for number in range(bots))


def shake(tenant: LocalTenant, *, seed: int, tame: bool = False) -> None:
    """Let people go on clicking: names, people, callbacks, registrations, menus of some bots become others."""
    maker = _Maker(tenant=tenant, dice=random.Random(seed), tame=tame, files=["x"] * 500_000)  # noqa: S311
    store = tenant._tenant.store
    with store.transaction():
        for bot_id, stored in store.rows("SELECT bot_id, body FROM bots ORDER BY bot_id"):
            if maker._often(0.7):
                maker._shake(bot_id, json.loads(stored))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    tenant: LocalTenant
    dice: random.Random
    tame: bool
    files: list[str] = field(default_factory=list)

    def bot(self, number: int) -> int:
        body = self._body(number)
        store = self.tenant._tenant.store
        made = store.run(
            "INSERT INTO bots (body, secret, created, modified) VALUES (?, ?, ?, ?)",
            json.dumps(body),
            f"secret-{number}",
            *(1_600_000_000 + number, 1_600_000_000 + number),
        )
        bot_id = made.lastrowid or 0
        self._registrations(bot_id, body)
        menus = self.dice.choice(("none", "persistent", "persistent", "rich"))
        if menus == "persistent":
            self._persistent(bot_id)
        elif menus == "rich":
            self._rich(bot_id, body)
        return bot_id

    def _shake(self, bot_id: int, body: dict[str, Any]) -> None:
        store = self.tenant._tenant.store
        fresh = self._body(bot_id)
        for name in self.dice.sample(sorted(fresh), 5):
            if name not in _TOGETHER:
                body[name] = fresh[name]
        if self._often(0.5):
            body |= {name: fresh[name] for name in _TOGETHER - {"defaultRichmenuId"}}
        store.run("UPDATE bots SET body = ? WHERE bot_id = ?", json.dumps(body), bot_id)
        if self._often(0.4):
            store.run("DELETE FROM registrations WHERE bot_id = ?", bot_id)
            self._registrations(bot_id, body)
        if self._often(0.4) and not store.rows("SELECT 1 FROM richmenus WHERE bot_id = ?", bot_id):
            store.run("DELETE FROM persistent_menus WHERE bot_id = ?", bot_id)
            if self._often(0.7):
                self._persistent(bot_id)
        elif self._often(0.4) and not store.rows("SELECT 1 FROM persistent_menus WHERE bot_id = ?", bot_id):
            store.run("DELETE FROM richmenus WHERE bot_id = ?", bot_id)
            store.run(
                "UPDATE bots SET body = ? WHERE bot_id = ?", json.dumps(body | {"defaultRichmenuId": ""}), bot_id
            )
            if self._often(0.7):
                self._rich(bot_id, body)
        self._settle(bot_id, body)

    def _settle(self, bot_id: int, body: dict[str, Any]) -> None:
        """Take away what the service would have taken away: no bot is registered outside of its domains."""
        store = self.tenant._tenant.store
        for (domain,) in store.rows("SELECT domain_id FROM registrations WHERE bot_id = ?", bot_id):
            if body["allowDomains"] and domain not in body["allowDomains"]:
                store.run("DELETE FROM registrations WHERE bot_id = ? AND domain_id = ?", bot_id, domain)
        if body["enableGroupJoin"]:
            store.run("UPDATE registrations SET selected = 0 WHERE bot_id = ?", bot_id)

    def _often(self, chance: float) -> bool:
        return self.dice.random() < chance

    def _languages(self, words: Sequence[str], name: str) -> list[dict[str, str]]:
        if self._often(0.5):
            return []
        chosen = self.dice.sample(LANGUAGES, self.dice.choice((1, 2, 5)))
        return [{"language": each, name: self.dice.choice(words)} for each in chosen]

    def _body(self, number: int) -> dict[str, Any]:
        dice = self.dice
        domains = list(self.tenant.domain_ids)
        people = dice.sample(PEOPLE, 4) if self._often(0.7) else list(PEOPLE[:4])
        if self._often(0.3):
            people[0] = dice.choice(LOGINS)
        photo = f"https://jp1-common-storage.example.com/k/bot_profile/{dice.randrange(9)}/{number % 7}?v=1"
        named = self._often(0.6)
        allowed = self._often(0.3)
        body: dict[str, Any] = {
            "botName": dice.choice(_NAMES),
            "photoUrl": photo if self._often(0.5) else "https://static.example.com/bot.png",
            "description": dice.choice(_TEXTS),
            "administrators": people[: dice.choice((1, 1, 2, 3))],
            "subadministrators": people[3:] if self._often(0.5) else [],
            "allowDomains": dice.sample(domains, dice.choice((1, len(domains)))) if allowed else [],
            "enableCallback": named,
            "callbackUrl": dice.choice(_CALLBACKS) if named or self._often(0.2) else "",
            "callbackEvents": dice.sample(_TYPES, dice.choice((0, 1, 7))) if named else [],
            "channelEvents": list(_EVENTS) if self._often(0.7) else dice.sample(_EVENTS, 2),
            "enableGroupJoin": self._often(0.3),
            "defaultRichmenuId": "",
            "i18nBotNames": self._languages(_NAMES, "botName"),
            "i18nDescriptions": self._languages(_TEXTS, "description"),
            "i18nPhotoUrls": self._languages(("https://static.example.com/ko.jpg",), "photoUrl"),
        }
        return body if self.tame else body | self._worse()

    def _worse(self) -> dict[str, Any]:
        """Give what the API of today would refuse, and no manifest can say."""
        kinds: tuple[dict[str, Any], ...] = (
            {"description": ""},
            {"botName": "🎉" * 60},
            {"botName": "bell \x07 rings"},
            {"description": "a form\x0cfeed"},
            {"botName": "", "i18nBotNames": [{"language": "ja_JP", "botName": "名前"}]},
            {"callbackUrl": "http://old.example.com/hook", "enableCallback": True},
            {"callbackUrl": "", "enableCallback": True},
            {"administrators": []},
            {"photoUrl": ""},
            {"channelEvents": ["message", "beacon"]},
            {"i18nDescriptions": [{"language": "zh_CN", "description": "长" * 101}]},
        )
        return self.dice.choice(kinds) if self._often(0.3) else {}

    def _registrations(self, bot_id: int, body: dict[str, Any]) -> None:
        store = self.tenant._tenant.store
        allowed = body["allowDomains"] or list(self.tenant.domain_ids)
        for domain in self.dice.sample(allowed, self.dice.randrange(len(allowed) + 1)):
            selected = self._often(0.4) and not (self.tame and body["enableGroupJoin"])
            store.run("INSERT INTO registrations VALUES (?, ?, ?, ?)", bot_id, domain, self._often(0.8), selected)
            for person in self.dice.sample(PEOPLE, self.dice.randrange(4)) if selected else ():
                store.run(
                    "INSERT INTO members (bot_id, domain_id, user_id, written) VALUES (?, ?, ?, ?)",
                    *(bot_id, domain, person, person),
                )

    def _action(self, kinds: Sequence[str], *, label: bool = True) -> dict[str, Any]:
        kind = self.dice.choice(kinds)
        action: dict[str, Any] = {"type": kind}
        if label:
            action |= {"label": self.dice.choice(_LABELS), "i18nLabels": self._languages(_LABELS, "label")}
        if kind == "message":
            action |= {"text": self.dice.choice(_TEXTS).strip(), "i18nTexts": self._languages(_LABELS, "text")}
            action |= {"postback": "p=1\n2"} if self._often(0.3) else {}
        elif kind == "uri":
            action["uri"] = self.dice.choice(("https://portal.example.com/?a=b#c", "http://intra.example.com"))
        elif kind == "copy":
            action["copyText"] = self.dice.choice(("+81-3-5550-0100", "0120", "two\nlines"))
        else:
            action |= {"data": "d=1", "displayText": "Next?", "i18nDisplayTexts": []}
        return action

    def _persistent(self, bot_id: int) -> None:
        actions = [self._action(("message", "uri", "copy")) for _ in range(self.dice.randrange(1, 5))]
        if not self.tame and self._often(0.1):
            actions[0] |= {"label": "", "i18nLabels": [{"language": "ko_KR", "label": "메뉴"}]}
        body = json.dumps({"content": {"actions": actions}})
        self.tenant._tenant.store.run("INSERT INTO persistent_menus VALUES (?, ?)", bot_id, body)

    def _rich(self, bot_id: int, body: dict[str, Any]) -> None:
        store = self.tenant._tenant.store
        made = [self._menu(bot_id) for _ in range(self.dice.choice((1, 1, 2, 3)))]
        if self._often(0.8):
            whole = {**body, "defaultRichmenuId": str(made[0])}
            store.run("UPDATE bots SET body = ? WHERE bot_id = ?", json.dumps(whole), bot_id)
        for person in self.dice.sample(PEOPLE, self.dice.randrange(3)):
            store.run("INSERT INTO user_richmenus VALUES (?, ?, ?)", bot_id, person, made[-1])

    def _menu(self, bot_id: int) -> int:
        size, height = self.dice.choice((("full", 1686), ("compact", 843)))
        if not self.tame and self._often(0.1):
            height = 1000
        areas = self._areas(height)
        name = self.dice.choice(("main", "main", "メイン", "夜間 🌙", "lwdeploy 0badf00d 123456789abc x-y", ""))
        body = {"richmenuName": name, "size": {"width": 2500, "height": height}, "areas": areas}
        image = self._image(bot_id, size) if self.tame or self._often(0.8) else None
        made = self.tenant._tenant.store.run(
            "INSERT INTO richmenus (bot_id, body, image) VALUES (?, ?, ?)", bot_id, json.dumps(body), image
        )
        return made.lastrowid or 0

    def _areas(self, height: int) -> list[dict[str, Any]]:
        columns, rows = self.dice.choice(((1, 1), (2, 1), (3, 2), (5, 4)))
        width, depth = 2500 // columns, height // rows
        kinds = ("message", "uri", "copy", "postback")
        return [
            {
                "bounds": {"x": column * width, "y": row * depth, "width": width, "height": depth},
                "action": self._action(kinds, label=self.tame or self._often(0.95)),
            }
            for row in range(rows)
            for column in range(columns)
        ]

    def _image(self, bot_id: int, size: str) -> str:
        languages = self.dice.sample(LANGUAGES, self.dice.choice((0, 0, 2)))
        entries = [{"language": each, "fileId": self._file(bot_id, size)} for each in languages]
        return json.dumps({"fileId": self._file(bot_id, size), "i18nFileIds": entries})

    def _file(self, bot_id: int, size: str) -> str:
        number = len(self.files)
        name = f"{size}-{self.dice.choice(_PICTURES)}.png"
        self.files.append(name)
        self.tenant._tenant.store.run(
            "INSERT INTO attachments (file_id, bot_id, name, created, bound, content) VALUES (?, ?, ?, ?, 1, ?)",
            *(f"jp1.16000000{number:09}.1600086400.0.10000001.0.0.0", bot_id, name, 1_600_000_000, picture(name)),
        )
        return f"jp1.16000000{number:09}.1600086400.0.10000001.0.0.0"


_TOGETHER = frozenset({"defaultRichmenuId", "enableCallback", "callbackUrl", "callbackEvents", "channelEvents"})
_CALLBACKS = (
    "https://bots.example.com/helpdesk",
    "https://bots.example.com/helpdesk",
    "https://bots.example.com/",
    "https://bots.example.com/hook?token=abc&x=1",
    "https://user:pass@bots.example.com/hook",
    "https://例え.example.com/callback",
)
