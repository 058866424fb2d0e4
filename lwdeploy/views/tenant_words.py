"""How the views of a tenant report say the same things: short words for policies, menus and owners."""

from __future__ import annotations

from lwdeploy.core.localized import DEFAULT
from lwdeploy.planning.tenant_report import BotShown, CallbackShown, MenuShown, RegistrationShown

__all__ = [
    "DERIVED",
    "callback_words",
    "counted",
    "events_words",
    "labels",
    "menu_name",
    "menu_words",
    "owner_words",
    "policy_words",
    "registration_words",
    "rich_name",
]

DERIVED = (
    "The status is derived, the API does not tell it: a bot that is registered in a domain counts as Public, "
    "any other as Preparing."
)


def counted(number: int, word: str) -> str:
    """Give `1 bot`, `2 bots`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def owner_words(bot: BotShown) -> str:
    """Say whose a bot is."""
    owner = bot.owner
    if owner.address and owner.proof == "botId":
        return f"{owner.address} (by its botId, not recorded yet)"
    if owner.address:
        return owner.address
    if owner.projects:
        return f"lwdeploy project {', '.join(owner.projects)}"
    return "not managed"


def policy_words(bot: BotShown) -> str:
    """Say where a bot may be."""
    rooms = "may join group rooms" if bot.join_rooms else "one-to-one only"
    if bot.allowed_domains is None:
        return f"{rooms}, allowed in all domains"
    return f"{rooms}, allowed in {', '.join(bot.allowed_domains)}"


def callback_words(callback: CallbackShown) -> str:
    """Give the address that events go to, as far as it is shown."""
    if not callback.enabled:
        return "off"
    return f"{callback.url or 'on, without an address'}{' (query not shown)' if callback.query_hidden else ''}"


def events_words(callback: CallbackShown) -> str:
    """Give what a callback is told."""
    types = f"; users send {', '.join(callback.message_types)}" if callback.message_types else ""
    return f"events {', '.join(callback.events) or 'none'}{types}"


def registration_words(registration: RegistrationShown) -> str:
    """Say who finds a bot in a domain."""
    who = "everybody" if registration.members is None else counted(registration.members, "selected member")
    return f"{'visible' if registration.visible else 'hidden'}, {who}"


def rich_name(menu: MenuShown) -> str:
    """Give a rich menu's name, or its id where the name says nothing."""
    return menu.name or menu.remote_id


def menu_words(menu: MenuShown) -> str:
    """Say what is special about a rich menu."""
    parts = ["default"] if menu.default else []
    parts += [counted(menu.areas, "area"), *menu.languages]
    return ", ".join(parts)


def menu_name(bot: BotShown) -> str:
    """Say in one word which sort of menu a bot has."""
    if bot.rich:
        return counted(len(bot.rich), "rich menu")
    return f"persistent menu, {counted(len(bot.persistent), 'button')}" if bot.persistent else "none"


def labels(bot: BotShown) -> list[str]:
    """Give the labels of the persistent menu, in the default language where there is one."""
    return [each.get(DEFAULT) or next(iter(each.values()), "(no label)") for each in bot.persistent]
