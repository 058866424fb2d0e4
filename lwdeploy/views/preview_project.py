"""What the preview shows: a project's bots as plain values, and what is worth a warning in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.localized import DEFAULT

__all__ = [
    "Deed",
    "Localized",
    "PreviewArea",
    "PreviewBot",
    "PreviewMenu",
    "PreviewProject",
    "in_order",
    "labelled",
    "languages",
    "unseen",
    "warnings",
]

Localized = Mapping[str, str]
"""`{"default": text, "ja_JP": text, ...}`; a language without a text, or with an empty one, shows the default."""

Deed = Mapping[str, Any]
"""An action in its canonical form: `type`, localized `label`, `text`, `displayText`; `data`, `postback`, `uri`,
`copyText`; only what is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewArea:
    """An area of a rich menu's picture, in the picture's pixels, and what pressing it does."""

    x: int
    y: int
    width: int
    height: int
    action: Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewMenu:
    """A rich menu. Width and height are those that the areas are measured in, and positive.

    `pictures` maps languages to `data:image/png;base64,...` or `data:image/jpeg;base64,...`; the picture itself
    may be smaller than the menu: a phone here is 360 points wide, so more than 1080 pixels only make the page
    bigger. Without a picture the outlines are drawn. `users` are those whom the menu is given to, by name.
    """

    key: str
    width: int
    height: int
    areas: tuple[PreviewArea, ...]
    pictures: Mapping[str, str] = field(default_factory=dict)
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewBot:
    """A bot with its rich menus or its persistent menu; the service allows one sort.

    `default` is the key of the menu that everybody gets, empty for none. `registrations` are the names of the
    domains it is registered in. `users` are those who may use it where that is known, by name.
    """

    key: str
    name: Localized
    description: Localized = field(default_factory=dict)
    registrations: tuple[str, ...] = ()
    rich: tuple[PreviewMenu, ...] = ()
    default: str = ""
    persistent: tuple[Deed, ...] = ()
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewProject:
    """All that the page shows, in its order. Bots have different keys, and so have the menus of one bot."""

    title: str
    bots: tuple[PreviewBot, ...]


def languages(project: PreviewProject) -> tuple[str, ...]:
    """Give the languages that occur in a project: `default`, then the others in order."""
    found = {language for bot in project.bots for texts in _texts(bot) for language, text in texts.items() if text}
    return (DEFAULT, *sorted(found - {DEFAULT}))


def _texts(bot: PreviewBot) -> Iterator[Localized]:
    yield from (bot.name, bot.description)
    yield from (menu.pictures for menu in bot.rich)
    for deed in (*bot.persistent, *(area.action for menu in bot.rich for area in menu.areas)):
        yield from (deed[name] for name in ("label", "text", "displayText") if name in deed)


def in_order(bot: PreviewBot) -> tuple[PreviewMenu, ...]:
    """Give a bot's rich menus in their order, but the default one first."""
    return tuple(sorted(bot.rich, key=lambda menu: menu.key != bot.default))


def warnings(bot: PreviewBot) -> int:
    """Count what is worth a look: areas that say nothing on a PC, and menus that nobody gets."""
    mute = sum(not labelled(area.action) for menu in bot.rich for area in menu.areas)
    return mute + sum(unseen(bot, menu) for menu in bot.rich)


def labelled(deed: Deed) -> bool:
    """Tell whether people on a PC see a label of ours."""
    return bool(deed.get("label", {}).get(DEFAULT))


def unseen(bot: PreviewBot, menu: PreviewMenu) -> bool:
    """Tell whether nobody gets a menu: it is not the default one and given to no user."""
    return menu.key != bot.default and not menu.users
