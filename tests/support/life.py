"""A whole life of a project: everything is made, everything is changed, everything goes."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.project import ADMIN, Project, least

__all__ = ["STAGES", "change", "grow", "shrink"]

_TOKYO, _OSAKA = {"name": "tokyo", "visible": True}, {"name": "osaka", "visible": False, "permission": "all"}


def grow(project: Project) -> tuple[str, ...]:
    """Declare a bot with everything, and one with as little as possible; give the flags to apply with."""
    project.define("PersonInCharge", "desk", primary=["taro@example.com", ADMIN], vice=["hanako@example.com"])
    project.bot(
        "helpdesk",
        botName={"default": "Help Desk", "ja_JP": "ヘルプデスク", "ko_KR": "헬프 데스크"},
        description={"default": "Answers questions", "ja_JP": "質問に答えます"},
        photoUrl={"default": "https://static.example.com/a.png", "ja_JP": "https://static.example.com/b.png"},
        pic={"ref": "desk"},
        policy={"joinChatRoom": False, "allowedDomains": ["tokyo", "osaka"]},
        callback={
            "url": "https://bots.example.com/a?k=v",
            "messageTypes": ["text"],
            "events": ["message", "join"],
        },
        domains=[
            {**_TOKYO, "permission": "selected", "members": ["taro@example.com", "hanako@example.com"]},
            _OSAKA,
        ],
        menus={
            "persistent": {
                "actions": [
                    {
                        "type": "message",
                        "label": {"default": "Help", "ja_JP": "ヘルプ"},
                        "text": "help",
                        "postback": "h",
                    },
                    {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"},
                    {"type": "copy", "label": "Copy", "copyText": "03-0000-0000"},
                ]
            }
        },
    )
    project.bot("payroll", **least("Payroll", policy={"allowedDomains": "all"}, domains=[_TOKYO]))
    return ()


def change(project: Project) -> tuple[str, ...]:
    """Change every field once."""
    project.define("PersonInCharge", "desk", primary=["jiro@example.com"], vice=[])
    project.bot(
        "helpdesk",
        botName={"default": "Service Desk", "ja_JP": "サービスデスク", "ko_KR": ""},
        description={"default": "Answers everything", "ja_JP": ""},
        photoUrl="https://static.example.com/c.png",
        pic={"ref": "desk"},
        policy={"joinChatRoom": False, "allowedDomains": ["tokyo"]},
        callback={"enabled": False, "messageTypes": [], "events": ["message"]},
        domains=[{**_TOKYO, "visible": False, "permission": "selected", "members": ["jiro@example.com"]}],
        menus={"persistent": {"actions": [{"type": "message", "label": "Help", "text": "help me"}]}},
    )
    project.bot(
        "payroll",
        **least(
            "Payroll",
            policy={"joinChatRoom": True},
            domains=[{**_TOKYO, "permission": "all", "visible": False}, _OSAKA],
            menus={"persistent": {"actions": [{"type": "message", "label": "Pay", "text": "pay"}]}},
        ),
    )
    return ("--allow", "delete=1")


def shrink(project: Project) -> tuple[str, ...]:
    """Take everything away but one bare bot."""
    project.drop("helpdesk")
    project.bot("payroll", **least("Payroll", domains=[], menus={"persistent": {"actions": []}}))
    return ("--prune", "--allow", "delete=4")


STAGES: tuple[Callable[[Project], tuple[str, ...]], ...] = (grow, change, shrink)
