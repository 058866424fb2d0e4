"""Samples of changes of a rich menu's pictures, which are made in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.menus import NEW, bot_with, menu
from tests.kinds.samples.form import Step
from tests.kinds.samples.rich_menu_requests import uploaded
from tests.support.menu_pictures import recipe_name

__all__ = ["PICTURES"]


def _picture(before: Any, after: Any, *paths: str, uploads: tuple[str, ...], bound: Mapping[str, str]) -> Step:
    """Give the step from one picture to another one in place."""
    return Step(
        before=bot_with(menu(image=before)),
        after=bot_with(menu(image=after)),
        paths=paths,
        sent=(*uploaded(*uploads), ("setRichmenuImage main", dict(bound))),
        touches=frozenset({"richmenus"}),
    )


_RECIPE = {
    "width": 2500,
    "height": 1686,
    "background": "#EEF1F4",
    "ink": "#FFFFFF",
    "language": "default",
    "cells": [
        {"x": 0, "y": 0, "width": 2500, "height": 1686, "label": "New ticket", "fill": "#1F5F8B"},
    ],
}

PICTURES: Mapping[str, Step] = {
    "picture": _picture(
        "full-a.png", "full-b.png", "image.default", uploads=("default",), bound={"default": "full-b.png"}
    ),
    "picture of a language": _picture(
        {"default": "full-a.png", "ja_JP": "full-b.png", "ko_KR": "full-c.png"},
        {"default": "full-a.png", "ja_JP": "full-d.png", "ko_KR": "full-c.png"},
        "image.ja_JP",
        uploads=("ja_JP",),
        bound={"default": "full-a.png", "ja_JP": "full-d.png", "ko_KR": "full-c.png"},
    ),
    "default picture of many": _picture(
        {"default": "full-a.png", "ja_JP": "full-b.png"},
        {"default": "full-c.png", "ja_JP": "full-b.png"},
        "image.default",
        uploads=("default",),
        bound={"default": "full-c.png", "ja_JP": "full-b.png"},
    ),
    "language added": _picture(
        {"default": "full-a.png"},
        {"default": "full-a.png", "ja_JP": "full-b.png"},
        "image.ja_JP",
        uploads=("ja_JP",),
        bound={"default": "full-a.png", "ja_JP": "full-b.png"},
    ),
    "language removed": _picture(
        {"default": "full-a.png", "ja_JP": "full-b.png", "ko_KR": "full-c.png"},
        {"default": "full-a.png", "ja_JP": "", "ko_KR": "full-c.png"},
        "image.ja_JP",
        uploads=(),
        bound={"default": "full-a.png", "ko_KR": "full-c.png"},
    ),
    "two languages to one picture": _picture(
        {"default": "full-a.png", "ja_JP": "full-b.png", "ko_KR": "full-c.png"},
        {"default": "full-a.png", "ja_JP": "full-d.png", "ko_KR": "full-d.png"},
        "image.ja_JP",
        "image.ko_KR",
        uploads=("ja_JP",),
        bound={"default": "full-a.png", "ja_JP": "full-d.png", "ko_KR": "full-d.png"},
    ),
    "languages exchanged": _picture(
        {"default": "full-a.png", "ja_JP": "full-b.png"},
        {"default": "full-b.png", "ja_JP": "full-a.png"},
        "image.default",
        "image.ja_JP",
        uploads=("default", "ja_JP"),
        bound={"default": "full-b.png", "ja_JP": "full-a.png"},
    ),
    "PNG to JPEG": Step(
        before=bot_with(menu(image="full-a.png")),
        after=bot_with(menu(image="full-a.jpg")),
        paths=("image.default",),
        sent=(*uploaded("default", ending="jpg"), ("setRichmenuImage main", {"default": "full-a.jpg"})),
        touches=frozenset({"richmenus"}),
    ),
    "file to drawn": Step(
        before=bot_with(menu("main", NEW)),
        after=bot_with(menu("main", NEW, image={"generate": {}})),
        paths=("image.default",),
        sent=(*uploaded("default"), ("setRichmenuImage main", {"default": recipe_name(_RECIPE)})),
        touches=frozenset({"richmenus"}),
    ),
}
