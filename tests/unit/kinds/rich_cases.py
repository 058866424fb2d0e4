"""Every rule about rich menus: one manifest that trips it, one beside it that does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.deployment import HANAKO, TARO, least
from tests.unit.kinds.cases import Case, acting, area, pictured, placed, placed_area, rich, rich_menu

MENU = "menus.rich.menus.0"
IMAGE = f"{MENU}.image"
PRESS = {"type": "message", "label": "New", "text": "new"}
LINK = {"type": "uri", "label": "Portal", "uri": "https://a.example"}
COPY = {"type": "copy", "label": "Mail", "copyText": "desk@a.example"}
SEND = {"type": "postback", "label": "Status", "data": "status=1"}
USER_ID = "5E1C0F7A-1111-4222-8333-444455556666"


def laid(layout: str, count: int, **over: Any) -> dict[str, Any]:
    return rich(rich_menu(areas=[area()] * count, layout=layout, **over))


def drawn(font: str | None = None, label: Any = "New", **over: Any) -> dict[str, Any]:
    wishes = {"font": font} if font else {}
    return rich(rich_menu(image={"generate": wishes}, areas=[area(label)], layout="1x1", **over))


RICH_CASES: Mapping[str, Mapping[str, Case]] = {
    "LW090": {
        "missing": Case(
            bad=pictured("missing.png"),
            good=pictured("full.png"),
            path=IMAGE,
            message="the picture missing.png cannot be used: there is no such file",
        ),
        "of one language": Case(
            bad=pictured({"default": "full.png", "ja_JP": "missing.png"}),
            good=pictured({"default": "full.png", "ja_JP": "", "ko_KR": "full.ja.png"}),
            path=f"{IMAGE}.ja_JP",
        ),
        "drawn": Case(bad=pictured({"default": "missing.png"}), good=drawn(), path=f"{IMAGE}.default"),
    },
    "LW091": {
        "moving": Case(
            bad=pictured("moving.png"),
            good=pictured("full.jpg"),
            path=IMAGE,
            message="moving.png is GIF; the service takes PNG and JPEG",
        ),
        "no picture": Case(
            bad=pictured("letter.png"),
            good=pictured("missing.png"),
            path=IMAGE,
            message="letter.png is no picture; the service takes PNG and JPEG",
        ),
    },
    "LW092": {
        "a pixel": Case(
            bad=pictured("odd.png"),
            good=pictured("full.png"),
            path=IMAGE,
            message="odd.png has 2501x1686 pixels; size full is 2500x1686",
            fix="scale the picture to 2500x1686 pixels",
        ),
        "the other size": Case(
            bad=pictured("compact.png"),
            good=pictured("compact.png", size="compact"),
            path=IMAGE,
            message="compact.png has 2500x843 pixels; size full is 2500x1686",
            fix="write size: compact, or scale the picture to 2500x1686 pixels",
        ),
        "no picture": Case(bad=pictured("full.png", size="compact"), good=pictured("letter.png"), path=IMAGE),
    },
    "LW093": {
        "a byte": Case(
            bad=pictured("heavy.png"),
            good=pictured("edge.png"),
            path=IMAGE,
            message="heavy.png has 1048577 bytes; the service takes 1 MB",
        ),
    },
    "LW094": {
        "above a million": Case(bad=pictured("close.png"), good=pictured("sure.png"), path=IMAGE),
        "below the limit": Case(bad=pictured("edge.png"), good=pictured("heavy.png"), path=IMAGE),
    },
    "LW095": {
        "cells": Case(
            bad=laid("3x2", 5),
            good=laid("3x2", 6),
            path=f"{MENU}.layout",
            message="the layout 3x2 has 6 cells, and there are 5 areas",
        ),
        "no layout": Case(
            bad=laid("3by2", 6),
            good=placed((0, 0, 2500, 1686)),
            path=f"{MENU}.layout",
            message="'3by2' is no layout of 1 to 20 cells",
        ),
        "too many": Case(bad=laid("7x3", 21), good=laid("5x4", 20), path=f"{MENU}.layout"),
        "rows": Case(bad=laid("1+2", 2), good=laid("1+2", 3), path=f"{MENU}.layout"),
    },
    "LW096": {
        "both": Case(
            bad=rich(rich_menu(layout="1x1")),
            good=rich(rich_menu()),
            path=f"{MENU}.areas.0.bounds",
            message="the area has bounds, and the menu a layout that places it",
        ),
        "neither": Case(
            bad=rich(rich_menu(areas=[rich_menu()["areas"][0], area()])),
            good=laid("2x1", 2),
            path=f"{MENU}.areas.1",
            message="nothing says where the area is",
        ),
        "of the second menu": Case(
            bad=rich(rich_menu(), rich_menu("other", areas=[area()])),
            good=rich(rich_menu(), rich_menu("other")),
            path="menus.rich.menus.1.areas.0",
        ),
    },
    "LW097": {
        "a pixel": Case(
            bad=placed((0, 0, 1251, 1686), (1250, 0, 1250, 1686)),
            good=placed((0, 0, 1250, 1686), (1250, 0, 1250, 1686)),
            path=f"{MENU}.areas.1.bounds",
            message="the areas 1 and 2 share 1686 square pixels",
        ),
    },
    "LW098": {
        "half": Case(
            bad=placed((0, 0, 1250, 1686)),
            good=placed((0, 0, 2500, 1686)),
            path=f"{MENU}.areas",
            message="a part of the picture does nothing: 1250x1686 pixels at x=1250, y=0",
        ),
        "an area without a place": Case(
            bad=placed((0, 0, 2500, 843)),
            good=rich(rich_menu(areas=[placed_area(0, 0, 2500, 843), area()])),
            path=f"{MENU}.areas",
        ),
        "a strip": Case(
            bad=placed((0, 0, 2492, 1686)),
            good=placed((0, 0, 2493, 1686)),
            path=f"{MENU}.areas",
            message="a part of the picture does nothing: 8x1686 pixels at x=2492, y=0",
        ),
        "in the middle": Case(
            bad=placed((0, 0, 2500, 800), (0, 900, 2500, 786)),
            good=placed((0, 0, 2500, 900), (0, 900, 2500, 786)),
            path=f"{MENU}.areas",
            message="a part of the picture does nothing: 2500x100 pixels at x=0, y=800",
        ),
    },
    "LW099": {
        "to the right": Case(
            bad=placed((0, 0, 2501, 1686)),
            good=placed((0, 0, 2500, 1686)),
            path=f"{MENU}.areas.0.bounds",
            message="the area reaches beyond the picture by 1 px to the right",
            fix="keep x + width <= 2500 and y + height <= 1686",
        ),
        "both ways": Case(
            bad=placed((1, 1, 2500, 843), size="compact"),
            good=placed((2500, 0, 9, 9), size="compact"),
            path=f"{MENU}.areas.0.bounds",
            message="the area reaches beyond the picture by 1 px to the right and 1 px to the bottom",
        ),
        "down": Case(
            bad=placed((0, 0, 2500, 843), (0, 843, 2500, 844)),
            good=placed((0, 0, 2500, 843), (0, 843, 2500, 843)),
            path=f"{MENU}.areas.1.bounds",
            message="the area reaches beyond the picture by 1 px to the bottom",
        ),
    },
    "LW100": {
        "to the right": Case(
            bad=placed((2500, 0, 10, 10)),
            good=placed((2499, 0, 10, 10)),
            path=f"{MENU}.areas.0.bounds",
            message="the area lies outside the picture of 2500x1686 pixels: nobody can press it",
        ),
        "below": Case(
            bad=placed((0, 843, 10, 10), size="compact"),
            good=placed((0, 842, 10, 10), size="compact"),
            path=f"{MENU}.areas.0.bounds",
        ),
    },
    "LW101": {
        each["type"]: Case(
            bad=acting(PRESS, {name: value for name, value in each.items() if name != needed}),
            good=acting(PRESS, each),
            path=f"{MENU}.areas.1.action",
            message=f"an action of type {each['type']} needs {needed}",
            fix=f"add {needed}: ...",
        )
        for each, needed in ((SEND, "data"), (PRESS, "text"), (LINK, "uri"), (COPY, "copyText"))
    },
    "LW102": {
        "text in a postback": Case(
            bad=acting({**SEND, "text": "new"}),
            good=acting({**SEND, "displayText": "new"}),
            path=f"{MENU}.areas.0.action.text",
            message="text has no meaning in an action of type postback",
        ),
        "data in a message": Case(
            bad=acting({**PRESS, "data": "a=1"}),
            good=acting({**PRESS, "postback": "a=1"}),
            path=f"{MENU}.areas.0.action.data",
        ),
    },
    "LW103": {
        "label": Case(
            bad=acting({**PRESS, "label": {"default": "a", "ja_JP": "x" * 21}}),
            good=acting({**PRESS, "label": {"default": "a", "ja_JP": "x" * 20}}),
            path=f"{MENU}.areas.0.action.label.ja_JP",
            message="label.ja_JP has 21 characters; the service takes 20",
            fix="shorten it by 1",
        ),
        **{
            name: Case(
                bad=acting({**action, name: start.ljust(limit + 1, "x")}),
                good=acting({**action, name: start.ljust(limit, "x")}),
                path=f"{MENU}.areas.0.action.{name}",
                message=f"{name} has {limit + 1} characters; the service takes {limit}",
            )
            for action, name, start, limit in (
                (PRESS, "text", "", 300),
                (SEND, "displayText", "", 300),
                (SEND, "data", "", 300),
                (PRESS, "postback", "", 1000),
                (LINK, "uri", "https://a.example/", 1000),
                (COPY, "copyText", "", 1000),
            )
        },
    },
    "LW104": {
        "mail": Case(
            bad=acting({**LINK, "uri": "mailto:a@b"}),
            good=acting({**LINK, "uri": "http://a.example"}),
            path=f"{MENU}.areas.0.action.uri",
            message="'mailto:a@b' is no http or https URL",
        ),
    },
    "LW105": {
        "none": Case(
            bad=acting({"type": "message", "text": "new"}),
            good=acting(PRESS),
            path=f"{MENU}.areas.0.action",
            message="the area has no label, and people on a PC see nothing but labels",
        ),
        "blank": Case(bad=acting({**PRESS, "label": " "}), good=acting(PRESS), path=f"{MENU}.areas.0.action"),
        "only translated": Case(
            bad=acting({**PRESS, "label": {"default": "", "ja_JP": "新規"}}),
            good=acting({**PRESS, "label": {"default": "New", "ja_JP": ""}}),
            path=f"{MENU}.areas.0.action",
        ),
    },
    "LW106": {
        "both": Case(
            bad=least(menus={"persistent": {"actions": [PRESS]}, "rich": {"menus": [rich_menu()]}}),
            good=least(menus={"persistent": {"actions": []}, "rich": {"menus": [rich_menu()]}}),
            path="menus.persistent",
            message="the bot has a persistent menu and rich menus: the service takes one sort only",
        ),
        "the other one removed": Case(
            bad=least(menus={"persistent": {"actions": [PRESS]}, "rich": {"menus": [rich_menu()]}}),
            good=least(menus={"persistent": {"actions": [PRESS]}, "rich": {"menus": []}}),
            path="menus.persistent",
        ),
    },
    "LW107": {
        "twice": Case(
            bad=rich(rich_menu(), rich_menu()),
            good=rich(rich_menu(), rich_menu("other")),
            path="menus.rich.menus.1",
            message="the bot has the rich menu 'main' twice",
        ),
    },
    "LW108": {
        "no font": Case(
            bad=drawn("latin.ttf", {"default": "New", "ja_JP": "新規"}),
            good=drawn("kana.ttf", {"default": "New", "ja_JP": "新規"}),
            path=IMAGE,
            message="no font has these characters",
            fix="install a font that has them",
        ),
        "a language that is not written": Case(
            bad=drawn("latin.ttf", {"default": "New", "ja_JP": "新規"}), good=drawn("latin.ttf"), path=IMAGE
        ),
        "areas without a place": Case(
            bad=drawn("latin.ttf", {"default": "New", "ja_JP": "新規"}),
            good=rich(
                rich_menu(
                    image={"generate": {"font": "latin.ttf"}}, areas=[area({"default": "New", "ja_JP": "新規"})]
                )
            ),
            path=IMAGE,
        ),
    },
    "LW109": {
        "for printing": Case(
            bad=pictured("printed.jpg"),
            good=pictured("full.jpg"),
            path=IMAGE,
            message="printed.jpg may look different on the phone: it is CMYK",
            fix="save it as a plain PNG, as it is to be seen",
        ),
        "no picture": Case(bad=pictured("printed.jpg"), good=pictured("letter.png"), path=IMAGE),
    },
    "LW110": {
        "unknown": Case(
            bad=rich(rich_menu(), rich_menu("other"), default="mian"),
            good=rich(rich_menu(), rich_menu("other"), default="other"),
            path="menus.rich.default",
            message="the bot has no rich menu 'mian' (it has: main, other)",
        ),
        "no menus at all": Case(
            bad=rich(default="main"),
            good=rich(default=""),
            path="menus.rich.default",
            message="the bot has no rich menu 'main' (it has: none)",
        ),
    },
    "LW111": {
        "nobody": Case(
            bad=least(menus={"rich": {"menus": [rich_menu()]}}),
            good=rich(rich_menu()),
            path="menus.rich",
            message="no menu is the default and no user is given one: lwdeploy shows these menus to nobody",
        ),
        "users that are none": Case(
            bad=rich(rich_menu(), default="", users={"main": []}),
            good=rich(rich_menu(), default="", users={"main": [TARO]}),
            path="menus.rich",
        ),
        "no menus": Case(
            bad=rich(rich_menu(), default=""), good=least(menus={"rich": {"menus": []}}), path="menus.rich"
        ),
    },
    "LW115": {
        "unknown": Case(
            bad=rich(rich_menu(), users={"mian": [TARO]}),
            good=rich(rich_menu(), users={"main": [TARO]}),
            path="menus.rich.users.mian",
            message="the bot has no rich menu 'mian' (it has: main)",
        ),
        "no menus at all": Case(
            bad=rich(default="", users={"main": []}),
            good=rich(default="", users={}),
            path="menus.rich.users.main",
            message="the bot has no rich menu 'main' (it has: none)",
        ),
    },
    "LW116": {
        "me": Case(
            bad=rich(rich_menu(), users={"main": [TARO, "me"]}),
            good=rich(rich_menu(), users={"main": [TARO, USER_ID]}),
            path="menus.rich.users.main.1",
            message="'me' is neither a login (name@domain) nor a user id",
        ),
    },
    "LW117": {
        "of two menus": Case(
            bad=rich(rich_menu(), rich_menu("other"), users={"main": [TARO], "other": [HANAKO, TARO]}),
            good=rich(rich_menu(), rich_menu("other"), users={"main": [TARO], "other": [HANAKO]}),
            path="menus.rich.users.other.1",
            message="'taro@example.com' is given a menu already, 'main': a user sees one",
        ),
        "one id in two spellings": Case(
            bad=rich(rich_menu(), users={"main": [USER_ID, USER_ID.lower()]}),
            good=rich(rich_menu(), users={"main": [USER_ID, TARO]}),
            path="menus.rich.users.main.1",
        ),
    },
}
