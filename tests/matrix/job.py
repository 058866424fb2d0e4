"""The main job of lwdeploy as a story with an ending that does not depend on what the API leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.users import identify
from tests.matrix import lounge
from tests.support.console import writes
from tests.support.project import ADMIN, DOMAINS, Project, Run, least

__all__ = ["Job", "shape"]

TARO, HANAKO, JIRO = "taro@example.com", "hanako@example.com", "jiro@example.com"
TOKYO, OSAKA = DOMAINS["tokyo"], DOMAINS["osaka"]
_A_DAY = 90_000  # seconds, and a bit: by then tokens and the files of pictures are of no use any more
_CALLBACK = {
    "url": "https://bots.example.com/helpdesk?k=v",
    "messageTypes": ["text", "image"],
    "events": ["message", "postback", "join"],
}
_HELP = {"type": "message", "label": {"default": "Help", "ja_JP": "ヘルプ"}, "text": "help", "postback": "h"}
_PORTAL = {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"}
_COPY = {"type": "copy", "label": "Copy", "copyText": "03-0000-0000"}


def _menu(*actions: Mapping[str, Any]) -> dict[str, Any]:
    return {"persistent": {"actions": list(actions)}}


def grow(project: Project) -> None:
    """Declare five bots, from one with everything to one with as little as possible."""
    project.define("PersonInCharge", "desk", primary=[TARO, ADMIN], vice=[HANAKO])
    project.bot(
        "helpdesk",
        botName={"default": "Help Desk", "ja_JP": "ヘルプデスク", "ko_KR": "헬프 데스크"},
        description={"default": "Answers questions", "ja_JP": "質問に答えます"},
        photoUrl={"default": "https://static.example.com/a.png", "ja_JP": "https://static.example.com/b.png"},
        pic={"ref": "desk"},
        policy={"joinChatRoom": False, "allowedDomains": ["tokyo", "osaka"]},
        callback=_CALLBACK,
        domains=[
            {"name": "tokyo", "visible": True, "permission": "selected", "members": [TARO, HANAKO]},
            {"name": "osaka", "visible": False, "permission": "all"},
        ],
        menus=_menu(_HELP, _PORTAL, _COPY),
    )
    everywhere = {"joinChatRoom": True, "allowedDomains": "all"}
    both = [{"name": name, "visible": True, "permission": "all"} for name in ("tokyo", "osaka")]
    project.bot("payroll", **least("Payroll", policy=everywhere, domains=both, menus=_menu(_PORTAL)))
    chosen = [{"name": "tokyo", "visible": True, "permission": "selected", "members": [TARO]}]
    quiet = {"callback": {"enabled": False}, "policy": {"joinChatRoom": False}}
    project.bot("travel", **least("Travel 🧳", **quiet, domains=chosen, menus=_menu(_HELP)))
    project.bot("bare", **least("Bare"))
    lounge.grow(project)


def change(project: Project) -> None:
    """Change texts, people, policies, callbacks, members and menus; one bot is opened to all and to rooms."""
    project.define("PersonInCharge", "desk", primary=[JIRO], vice=[])
    project.bot(
        "helpdesk",
        botName={"default": "Service Desk", "ja_JP": "サービスデスク", "ko_KR": ""},
        description="Answers everything",
        photoUrl="https://static.example.com/c.png",
        pic={"ref": "desk"},
        policy={"joinChatRoom": False, "allowedDomains": ["tokyo", "osaka"]},
        callback={**_CALLBACK, "messageTypes": [], "events": ["message", "begin"]},
        domains=[
            {"name": "tokyo", "visible": False, "permission": "selected", "members": [HANAKO, JIRO]},
            {"name": "osaka", "visible": True, "permission": "selected", "members": [ADMIN]},
        ],
        menus=_menu({**_HELP, "text": "help me"}, _COPY),
    )
    alone = {"joinChatRoom": False, "allowedDomains": ["tokyo", "osaka"]}
    both = [{"name": name, "visible": True, "permission": "all"} for name in ("tokyo", "osaka")]
    project.bot("payroll", **least("Payroll", policy=alone, domains=both, menus=_menu(_PORTAL)))
    everyone = [{"name": "tokyo", "visible": True, "permission": "all"}]
    loud = {
        "callback": {"enabled": True, "url": "https://bots.example.com/travel"},
        "policy": {"joinChatRoom": True},
    }
    project.bot("travel", **least("Travel 🧳", **loud, domains=everyone, menus=_menu(_HELP)))
    lounge.change(project)


def shrink(project: Project) -> None:
    """Take a registration, menus, a menu's user and a picture away; another menu becomes the default."""
    alone = {"joinChatRoom": False, "allowedDomains": ["tokyo", "osaka"]}
    tokyo = [{"name": "tokyo", "visible": True, "permission": "all"}]
    project.bot("payroll", **least("Payroll", policy=alone, domains=tokyo, menus=_menu()))
    lounge.shrink(project)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of the story; every step ends with a plan that finds nothing and writes nothing.

    `twice` are the steps that take two runs, because the service turns out to let a menu keep its picture: the
    second run replaces the menu.
    """

    project: Project
    tenant: LocalTenant
    twice: frozenset[str] = frozenset()

    def run(self) -> None:
        """Make, change, take away."""
        grow(self.project)
        self._done("validate")
        self._done("plan", "--detailed-exitcode", code=2)
        assert writes(self.tenant) == []
        self._settle()
        self._expect(_grown())
        self.tenant.advance(_A_DAY)
        change(self.project)
        self._settle(found_out="change" in self.twice)
        self._expect(_changed())
        shrink(self.project)
        self._settle("--allow", "delete=4", found_out="shrink" in self.twice)
        self._expect(_shrunk())

    def _settle(self, *flags: str, found_out: bool = False) -> None:
        if found_out:
            refused = self._done("apply", "--auto-approve", *flags, code=7)
            assert refused.out.count("the next plan replaces the menu") == 1, refused
        self._done("apply", "--auto-approve", *flags)
        self.tenant.clear_log()
        self._done("plan", "--detailed-exitcode", "--verify-images", "--verify-users")
        assert writes(self.tenant) == []

    def _expect(self, wanted: Mapping[str, Any]) -> None:
        found = shape(self.tenant)
        assert sorted(found) == sorted(wanted)
        assert {name: found[name] for name in found if found[name] != wanted[name]} == {}

    def _done(self, *argv: str, code: int = 0) -> Run:
        ran = self.project.run(*argv)
        assert ran.code == code, f"{argv}: {ran.code}\n{ran.out}{ran.err}"
        return ran


# --- what has to be in the tenant -------------------------------------------------------------------------


def shape(tenant: LocalTenant) -> dict[str, Any]:
    """Give what the manifests are about, by the name of the bot; ids, times and orders left out."""
    return {bot["botName"]: _shape(bot, tenant) for bot in tenant.snapshot()["bots"]}


def _shape(bot: Mapping[str, Any], tenant: LocalTenant) -> dict[str, Any]:
    menu = bot["persistentMenu"]
    return {
        "names": {row["language"]: row["botName"] for row in bot["i18nBotNames"]},
        "descriptions": {row["language"]: row["description"] for row in bot["i18nDescriptions"]},
        "people": (sorted(map(identify, bot["administrators"])), sorted(map(identify, bot["subadministrators"]))),
        "joins": bot["enableGroupJoin"],
        "allowed": sorted(bot["allowDomains"]),
        "callback": (bot["enableCallback"], bot["callbackUrl"]),
        "domains": {row["domainId"]: _registration(row) for row in bot["domains"]},
        "buttons": [action["label"] for action in menu["content"]["actions"]] if menu else [],
        "rich": lounge.rich_menus(tenant, bot["botName"]),
    }


def _registration(row: Mapping[str, Any]) -> tuple[bool, bool, list[str]]:
    """Give visibility, choice, and who was chosen: a list that is left from before counts for nothing."""
    selected = row["allowToSelectedMember"]
    return row["visible"], selected, sorted(map(identify, row["members"])) if selected else []


def _ids(*logins: str) -> list[str]:
    return sorted(map(identify, logins))


_LEAST: Mapping[str, Any] = {
    "names": {},
    "descriptions": {},
    "people": (_ids(ADMIN), []),
    "joins": False,
    "allowed": [],
    "callback": (False, ""),
    "domains": {},
    "buttons": [],
    "rich": lounge.NONE,
}


def _grown() -> dict[str, Any]:
    return {
        "Help Desk": {
            "names": {"ja_JP": "ヘルプデスク", "ko_KR": "헬프 데스크"},
            "descriptions": {"ja_JP": "質問に答えます"},
            "people": (_ids(TARO, ADMIN), _ids(HANAKO)),
            "joins": False,
            "allowed": [TOKYO, OSAKA],
            "callback": (True, "https://bots.example.com/helpdesk?k=v"),
            "domains": {TOKYO: (True, True, _ids(TARO, HANAKO)), OSAKA: (False, False, [])},
            "buttons": ["Help", "Portal", "Copy"],
            "rich": lounge.NONE,
        },
        "Payroll": {
            **_LEAST,
            "joins": True,
            "domains": {TOKYO: (True, False, []), OSAKA: (True, False, [])},
            "buttons": ["Portal"],
        },
        "Travel 🧳": {**_LEAST, "domains": {TOKYO: (True, True, _ids(TARO))}, "buttons": ["Help"]},
        "Bare": dict(_LEAST),
        "Lounge": {**_LEAST, "rich": lounge.GROWN},
    }


def _changed() -> dict[str, Any]:
    return {
        "Service Desk": {
            **_grown()["Help Desk"],
            "names": {"ja_JP": "サービスデスク"},
            "people": (_ids(JIRO), []),
            "domains": {TOKYO: (False, True, _ids(HANAKO, JIRO)), OSAKA: (True, True, _ids(ADMIN))},
            "buttons": ["Help", "Copy"],
        },
        "Payroll": {**_grown()["Payroll"], "joins": False, "allowed": [TOKYO, OSAKA]},
        "Travel 🧳": {
            **_LEAST,
            "joins": True,
            "callback": (True, "https://bots.example.com/travel"),
            "domains": {TOKYO: (True, False, [])},
            "buttons": ["Help"],
        },
        "Bare": dict(_LEAST),
        "Lounge": {**_LEAST, "rich": lounge.CHANGED},
    }


def _shrunk() -> dict[str, Any]:
    less = {"domains": {TOKYO: (True, False, [])}, "buttons": []}
    return {
        **_changed(),
        "Payroll": {**_changed()["Payroll"], **less},
        "Lounge": {**_LEAST, "rich": lounge.SHRUNK},
    }
