"""What a preview shows of each bot, gathered from what the manifests declare."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lwdeploy.core.address import Address
from lwdeploy.core.localized import DEFAULT
from lwdeploy.core.picture import Source
from lwdeploy.core.types import Desired, Resource
from lwdeploy.kinds.rich_menu.layout import size_in_pixels
from lwdeploy.views.preview import PreviewArea, PreviewBot, PreviewMenu, PreviewProject

if TYPE_CHECKING:
    from lwdeploy.pictures.overlay import AreaNote

__all__ = ["BotShown", "Content", "MenuShown", "bots_of", "preview_of"]

Content = Callable[[Source], bytes]

EMBEDDED_WIDTH = 1080  # pixels: three for each point of the phone on the page


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuShown:
    """A rich menu of one bot, with those it is given to."""

    resource: Resource
    users: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The menu's key."""
        return self.resource.address.path[-1]

    @property
    def images(self) -> Mapping[str, str]:
        """The digests of the pictures by language; languages without one of their own are left out."""
        return {language: digest for language, digest in self.resource.spec["image"].items() if digest}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the menu differs: in its picture or in a text."""
        texts = (area["action"].get(name, {}) for area in self.areas for name in ("label", "text", "displayText"))
        found = {language for each in (self.images, *texts) for language in each}
        return (DEFAULT, *sorted(found - {DEFAULT}))

    @property
    def areas(self) -> list[Mapping[str, Any]]:
        """The areas as the spec has them."""
        return list(self.resource.spec["areas"])

    def picture(self, language: str) -> Source:
        """Give where the picture that people of a language see comes from."""
        return self.resource.pictures[self.images.get(language, self.images[DEFAULT])]

    def notes(self, language: str) -> list[AreaNote]:
        """Give what is to be drawn over the picture."""
        from lwdeploy.pictures.overlay import AreaNote  # noqa: PLC0415  loads Pillow

        return [
            AreaNote(
                **area["bounds"],
                title=_said(area["action"].get("label", {}), language),
                action=_does(area["action"], language),
            )
            for area in self.areas
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class BotShown:
    """One bot with everything below it."""

    resource: Resource
    menus: tuple[MenuShown, ...]
    default: str
    persistent: tuple[Mapping[str, Any], ...]
    registrations: tuple[str, ...]

    @property
    def key(self) -> str:
        """The bot's key."""
        return self.resource.address.name


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or texts.get(DEFAULT, "")


def _does(action: Mapping[str, Any], language: str) -> str:
    """Say in one short line what pressing an area does."""
    told = {
        "message": lambda: f'message "{_said(action.get("text", {}), language)}"',
        "postback": lambda: f"postback {action.get('data', '')}",
        "uri": lambda: f"uri {urlsplit(action.get('uri', '')).netloc}",
        "copy": lambda: f"copy {action.get('copyText', '')}",
    }
    return told[action["type"]]()


def bots_of(desired: Desired) -> tuple[BotShown, ...]:
    """Gather what is declared by bot, in the order of keys."""
    below: dict[Address, list[Resource]] = {}
    for resource in desired.resources:
        below.setdefault(resource.address.root, []).append(resource)
    roots = [each for each in desired.resources if each.address.is_root]
    return tuple(_bot(each, below[each.address]) for each in sorted(roots, key=lambda each: each.address))


def _bot(root: Resource, below: Iterable[Resource]) -> BotShown:
    by_kind: dict[str, list[Resource]] = {}
    for resource in below:
        by_kind.setdefault(resource.address.kind, []).append(resource)
    given: dict[Address, list[str]] = {}
    for link in by_kind.get("user_rich_menu", ()):
        given.setdefault(link.refers["richmenuId"], []).append(link.address.path[-1])
    defaults = [link.refers["richmenuId"].path[-1] for link in by_kind.get("default_rich_menu", ())]
    return BotShown(
        resource=root,
        menus=tuple(
            MenuShown(resource=menu, users=tuple(given.get(menu.address, ())))
            for menu in by_kind.get("rich_menu", ())
        ),
        default=defaults[0] if defaults else "",
        persistent=tuple(action for menu in by_kind.get("persistent_menu", ()) for action in menu.spec["actions"]),
        registrations=tuple(each.address.path[-1] for each in by_kind.get("bot_domain", ())),
    )


def preview_of(bots: Iterable[BotShown], *, title: str, content: Content) -> PreviewProject:
    """Give what the page shows; pictures are made small enough to be carried inside it."""
    return PreviewProject(title=title, bots=tuple(_shown(bot, content) for bot in bots))


def _shown(bot: BotShown, content: Content) -> PreviewBot:
    spec = bot.resource.spec
    return PreviewBot(
        key=bot.key,
        name=spec.get("botName", {DEFAULT: bot.key}),
        description=spec.get("description", {}),
        registrations=bot.registrations,
        rich=tuple(_menu(menu, content) for menu in bot.menus),
        default=bot.default,
        persistent=bot.persistent,
    )


def _menu(menu: MenuShown, content: Content) -> PreviewMenu:
    width, height = size_in_pixels(menu.resource.spec["size"])
    return PreviewMenu(
        key=menu.key,
        width=width,
        height=height,
        areas=tuple(PreviewArea(**area["bounds"], action=area["action"]) for area in menu.areas),
        pictures={
            language: _embedded(content(menu.resource.pictures[digest]))
            for language, digest in menu.images.items()
        },
        users=menu.users,
    )


def _embedded(picture: bytes) -> str:
    from lwdeploy.pictures.overlay import thumbnail  # noqa: PLC0415  loads Pillow

    content, media_type = thumbnail(picture, width=EMBEDDED_WIDTH)
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
