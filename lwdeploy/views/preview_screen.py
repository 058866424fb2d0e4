"""The phone: a bar with the bot's name, the chat, and the menus at the bottom with what can be pressed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from hashlib import sha256

from lwdeploy.core.localized import DEFAULT
from lwdeploy.views.preview_deed import button, told
from lwdeploy.views.preview_markup import NOTHING, Markup, element
from lwdeploy.views.preview_project import Localized, PreviewBot, PreviewMenu, in_order
from lwdeploy.views.preview_shared import Shared

__all__ = ["avatar", "name_of", "screen"]

COLOURS = 8


def name_of(bot: PreviewBot) -> Localized:
    """Give a bot's name in all its languages; one without a default name is called by its key."""
    return {**bot.name, DEFAULT: bot.name.get(DEFAULT) or bot.key}


def avatar(shared: Shared, bot: PreviewBot) -> Markup:
    """Give the disc with a bot's initial, in a colour that its key decides."""
    colour = sha256(bot.key.encode("utf-8", "surrogatepass")).digest()[0] % COLOURS
    initials = {language: _initial(text) for language, text in name_of(bot).items() if text}
    return element("span", shared.say(initials), class_=f"avatar colour-{colour}", aria_hidden="true")


def _initial(name: str) -> str:
    """Give the first sign of a name that shows by itself: no space, no quote, nothing invisible."""
    shown = [sign for sign in name if unicodedata.category(sign)[0] in "LNS"]
    return shown[0].upper() if shown else "?"


def screen(shared: Shared, bot: PreviewBot, *, number: int) -> Markup:
    """Give a bot's phone; `number` is that of the bot."""
    name = element("strong", shared.say(name_of(bot)))
    bar = element("div", avatar(shared, bot), name, element("span", "Bot", class_="tag"), class_="bar")
    chat = element("div", _greeting(shared, bot), class_="chat", role="log", tabindex=0, aria_label="Chat")
    typing = element("div", "Message", class_="typing", aria_hidden="true")
    return element("div", bar, chat, typing, *_menus(shared, bot, number), class_="screen")


def _greeting(shared: Shared, bot: PreviewBot) -> Markup:
    if not any(bot.description.values()):
        return NOTHING
    bubble = element("p", shared.say(bot.description), class_="greeting")
    return element("div", avatar(shared, bot), bubble, class_="welcome")


def _menus(shared: Shared, bot: PreviewBot, number: int) -> Iterator[Markup]:
    if not bot.rich and not bot.persistent:
        yield element("p", "This bot has no menu.", class_="none")
    for place, menu in enumerate(in_order(bot)):
        yield _rich(shared, menu, ids=(number, place))
    if bot.persistent:
        yield _persistent(shared, bot, number)


def _persistent(shared: Shared, bot: PreviewBot, number: int) -> Markup:
    presses = [
        button(shared, deed, number=each, tells=told(number, len(bot.rich), each))
        for each, deed in enumerate(bot.persistent, 1)
    ]
    return element(
        "div", *presses, class_="menu persistent", data_menu="", role="group", aria_label="Persistent menu"
    )


def _rich(shared: Shared, menu: PreviewMenu, *, ids: tuple[int, int]) -> Markup:
    shape = shared.shape(width=menu.width, height=menu.height)
    return element(
        "div",
        element("p", "Rich menu ", element("bdi", menu.key), class_="menu-name"),
        element("p", "On a PC the picture is not shown: people choose from the labels.", class_="pc-only"),
        element("div", _picture(shared, menu), *_areas(shared, menu, ids), class_=f"over {shape}"),
        class_="menu rich",
        data_menu=menu.key,
        role="group",
        aria_label=f"Rich menu {menu.key}",
    )


def _areas(shared: Shared, menu: PreviewMenu, ids: tuple[int, int]) -> Iterator[Markup]:
    for number, area in enumerate(menu.areas, 1):
        place = shared.place(
            left=area.x / menu.width,
            top=area.y / menu.height,
            width=area.width / menu.width,
            height=area.height / menu.height,
        )
        yield button(shared, area.action, number=number, tells=told(*ids, number), place=place)


def _picture(shared: Shared, menu: PreviewMenu) -> Markup:
    classes = {
        language: f"picture {shared.picture(uri)}" for language, uri in sorted(menu.pictures.items()) if uri
    }
    return element(
        "div",
        class_=classes.get(DEFAULT, "picture blank"),
        data_class=shared.number(classes),
        role="img",
        aria_label=f"Picture of the rich menu {menu.key}",
    )
