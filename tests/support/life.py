"""A whole life of a project: everything is made, everything is changed, everything goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.support.menu_pictures import picture
from tests.support.project import ADMIN, Project, least

__all__ = ["STAGES", "change", "grow", "shrink", "slip", "write_picture"]

_TARO, _HANAKO, _JIRO = "taro@example.com", "hanako@example.com", "jiro@example.com"
_TOKYO, _OSAKA = {"name": "tokyo", "visible": True}, {"name": "osaka", "visible": False, "permission": "all"}
_PAY: Mapping[str, Any] = {"type": "message", "label": "Pay", "text": "pay"}
_PORTAL: Mapping[str, Any] = {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"}
_HALVES: tuple[Mapping[str, int], ...] = (
    {"x": 0, "y": 0, "width": 1250, "height": 843},
    {"x": 1250, "y": 0, "width": 1251, "height": 843},  # the pixel too much that the service was seen to take
)


def grow(project: Project) -> tuple[str, ...]:
    """Declare a bot with everything, one with rich menus, and a small one; give the flags to apply with."""
    project.define("PersonInCharge", "desk", primary=[_TARO, ADMIN], vice=[_HANAKO])
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
        domains=[{**_TOKYO, "permission": "selected", "members": [_TARO, _HANAKO]}, _OSAKA],
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
    menus = {"persistent": {"actions": [_PAY]}}
    project.bot("payroll", **least("Payroll", policy={"allowedDomains": "all"}, domains=[_TOKYO], menus=menus))
    _day(project, label="New")
    night = _night(project, default="compact-moon.png", ja_JP="compact-moon.jpg", ko_KR="compact-owl.png")
    _front_desk(project, night, default="day", users={"day": [_TARO, _HANAKO], "night": [_JIRO]})
    return ()


def change(project: Project) -> tuple[str, ...]:
    """Change every field once."""
    project.define("PersonInCharge", "desk", primary=[_JIRO], vice=[])
    project.bot(
        "helpdesk",
        botName={"default": "Service Desk", "ja_JP": "サービスデスク", "ko_KR": ""},
        description={"default": "Answers everything", "ja_JP": ""},
        photoUrl="https://static.example.com/c.png",
        pic={"ref": "desk"},
        policy={"joinChatRoom": False, "allowedDomains": ["tokyo"]},
        callback={"enabled": False, "messageTypes": [], "events": ["message"]},
        domains=[{**_TOKYO, "visible": False, "permission": "selected", "members": [_JIRO]}],
        menus={"persistent": {"actions": []}},
    )
    project.bot(
        "payroll",
        **least(
            "Payroll",
            policy={"joinChatRoom": True},
            domains=[{**_TOKYO, "permission": "all", "visible": False}, _OSAKA],
            menus={"persistent": {"actions": [{**_PAY, "text": "pay me"}]}},
        ),
    )
    _day(project, label="Newer")
    night = _night(project, default="compact-moon.png", ja_JP="compact-stars.png", ko_KR="")
    _front_desk(project, night, default="night", users={"day": [_HANAKO, _JIRO, ADMIN]})
    return ("--verify-images", "--verify-users", "--allow", "delete=3")


def shrink(project: Project) -> tuple[str, ...]:
    """Take everything away but two bare bots, which change the sort of their menus."""
    project.drop("helpdesk")
    rich = {"persistent": {"actions": []}, "rich": {"menus": [slip(project)], "default": "slip"}}
    project.bot("payroll", **least("Payroll", domains=[], menus=rich))
    persistent = {"persistent": {"actions": [_PAY]}, "rich": {"menus": []}}
    project.bot("frontdesk", **least("Front Desk", domains=[], menus=persistent))
    return ("--prune", "--allow", "delete=12")


def _front_desk(project: Project, night: Mapping[str, Any], **links: Any) -> None:
    rich = {"menus": [{"ref": "day"}, night], **links}
    project.bot("frontdesk", **least("Front Desk", domains=[_TOKYO], menus={"rich": rich}))


def _day(project: Project, *, label: str) -> None:
    """Define a menu with an action of every type, in thirds that are no whole pixels."""
    new = {"label": {"default": label, "ja_JP": "新規"}, "text": {"default": "new", "ja_JP": "新"}}
    status = {"type": "postback", "label": "Status", "data": "s=1", "displayText": {"default": "Status?"}}
    project.define(
        "RichMenu",
        "day",
        image={
            "default": write_picture(project, "full-sun.png"),
            "ko_KR": write_picture(project, "full-sky.png"),
        },
        layout="3+1",
        areas=[
            {"action": {"type": "message", **new, "postback": "ticket.new"}},
            {"action": _PORTAL},
            {"action": status},
            {"action": {"type": "copy", "label": "Mail", "copyText": "desk@example.com"}},
        ],
    )


def _night(project: Project, **images: str) -> dict[str, Any]:
    named = {language: name and write_picture(project, name) for language, name in images.items()}
    areas = [{"bounds": bounds, "action": _PORTAL} for bounds in _HALVES]
    return {"name": "night", "size": "compact", "image": named, "areas": areas}


def slip(project: Project, *, says: str = "pay", picture_name: str = "compact-slip.jpg") -> dict[str, Any]:
    """Give the smallest of all rich menus, one area, and write its picture."""
    areas = [{"action": {**_PAY, "text": says}}]
    image = write_picture(project, picture_name)
    return {"name": "slip", "size": "compact", "image": image, "layout": "1x1", "areas": areas}


def write_picture(project: Project, name: str) -> str:
    """Write a picture of that name (`tests.support.menu_pictures`); give it as manifests of bots name it."""
    target = project.root / "pictures" / name
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(picture(name))
    return f"../pictures/{name}"


STAGES: tuple[Callable[[Project], tuple[str, ...]], ...] = (grow, change, shrink)
