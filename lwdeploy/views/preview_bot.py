"""One bot of the preview: its entry in the list, its phone, and beside it what there is, as text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from lwdeploy.views.preview_deed import effect, label, told
from lwdeploy.views.preview_markup import NOTHING, Markup, clean, element, joined
from lwdeploy.views.preview_project import Deed, PreviewBot, PreviewMenu, in_order, unseen, warnings
from lwdeploy.views.preview_screen import avatar, name_of, screen
from lwdeploy.views.preview_shared import Shared

__all__ = ["bot_entry", "bot_section", "count"]

MANY_PEOPLE = 6


def count(number: int, noun: str) -> str:
    """Give a number with its noun in the right form."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def bot_entry(shared: Shared, bot: PreviewBot) -> Markup:
    """Give a bot's entry in the list; the search looks at its names in all languages and at its key."""
    name = element("strong", shared.say(name_of(bot)))
    link = element(
        "a",
        avatar(shared, bot),
        element("span", name, element("small", _menus_in_short(bot), _warned(bot)), class_="of"),
        href=f"#bot={quote(clean(bot.key), safe='')}",
        data_key=bot.key,
    )
    return element("li", link, data_find="\n".join([bot.key, *sorted(set(name_of(bot).values()))]))


def _menus_in_short(bot: PreviewBot) -> str:
    if bot.persistent:
        return "persistent menu"
    return count(len(bot.rich), "rich menu") if bot.rich else "no menu"


def _warned(bot: PreviewBot) -> Markup:
    found = warnings(bot)
    return element("span", count(found, "warning"), class_="warning") if found else NOTHING


def bot_section(shared: Shared, bot: PreviewBot, *, number: int) -> Markup:
    """Give all about a bot. `number` is its place in the project, from 1: it makes ids that no other bot has.

    The section's id is the part of the address that the list points to, with the script and without.
    """
    device = element(
        "div", _chooser(bot, number), screen(shared, bot, number=number), _below(bot), class_="device"
    )
    facts = element("div", *_heading(shared, bot, number), *_menu_facts(shared, bot, number), class_="facts")
    return element(
        "section",
        device,
        facts,
        class_="bot",
        id=f"bot={bot.key}",
        data_key=bot.key,
        aria_labelledby=f"b{number}",
    )


def _below(bot: PreviewBot) -> Markup:
    if not bot.rich and not bot.persistent:
        return NOTHING
    hint = element("p", "Press the menu to see what it does.", class_="hint")
    clear = element("button", "Clear the chat", type="button", class_="clear")
    return element("div", hint, clear, class_="below needs-script")


def _chooser(bot: PreviewBot, number: int) -> Markup:
    if len(bot.rich) < 2:
        return NOTHING
    options = [_option(bot, menu, number) for menu in in_order(bot)]
    return element("fieldset", element("legend", "Rich menu"), *options, class_="choice needs-script")


def _option(bot: PreviewBot, menu: PreviewMenu, number: int) -> Markup:
    name = element("input", type="radio", name=f"menu-{number}", value=menu.key, autocomplete="off")
    people = count(len(menu.users), "user") if menu.users else ""
    whose = " + ".join(filter(None, ("default" if menu.key == bot.default else "", people))) or "nobody"
    return element("label", name, element("span", element("bdi", menu.key), element("small", f" {whose}")))


def _heading(shared: Shared, bot: PreviewBot, number: int) -> Iterator[Markup]:
    yield element("h2", shared.say(name_of(bot)), id=f"b{number}")
    yield element("p", element("code", f"bot/{bot.key}"), class_="key")
    if any(bot.description.values()):
        yield element("p", shared.say(bot.description), class_="description")
    known = {"Registered in": bot.registrations, "Open to": bot.users}
    rows = [_known(term, names) for term, names in known.items() if names]
    if rows:
        yield element("dl", *rows)


def _known(term: str, names: tuple[str, ...]) -> Markup:
    return element("div", element("dt", term), element("dd", _people(names)))


def _people(names: tuple[str, ...]) -> Markup:
    """Give names, behind a number that opens where they are many."""
    listed = joined(chain.from_iterable((element("bdi", name), ", ") for name in names[:-1]))
    listed = joined([listed, element("bdi", names[-1])])
    if len(names) <= MANY_PEOPLE:
        return listed
    return element("details", element("summary", f"{len(names)} in all"), listed)


def _menu_facts(shared: Shared, bot: PreviewBot, number: int) -> Iterator[Markup]:
    for place, menu in enumerate(in_order(bot)):
        heading = element("h3", "Rich menu ", element("bdi", menu.key), *_badges(bot, menu))
        size = element(
            "p", f"{menu.width} x {menu.height} pixels, {count(len(menu.areas), 'area')}", class_="size"
        )
        deeds = tuple(area.action for area in menu.areas)
        table = _table(shared, deeds, ids=(number, place))
        yield element("article", heading, size, *_audience(bot, menu), table, data_menu=menu.key)
    if bot.persistent:
        table = _table(shared, bot.persistent, ids=(number, len(bot.rich)))
        size = element(
            "p", f"{count(len(bot.persistent), 'button')}, the same on a phone and on a PC", class_="size"
        )
        yield element("article", element("h3", "Persistent menu"), size, table, data_menu="")
    if not bot.rich and not bot.persistent:
        yield element("p", "This bot has neither rich menus nor a persistent menu.", class_="size")


def _badges(bot: PreviewBot, menu: PreviewMenu) -> Iterator[Markup]:
    if menu.key == bot.default:
        yield element("span", "default", class_="tag")


def _audience(bot: PreviewBot, menu: PreviewMenu) -> Iterator[Markup]:
    if unseen(bot, menu):
        words = "Nobody gets this menu: it is not the default one, and the manifests give it to no user."
        yield element("p", element("span", words, class_="warning"))
    if menu.key == bot.default:
        yield element("p", "Everybody gets it who has no menu of their own.")
    if menu.users:
        yield element("div", f"Given to {count(len(menu.users), 'user')}: ", _people(menu.users), class_="people")


def _table(shared: Shared, deeds: tuple[Deed, ...], *, ids: tuple[int, int]) -> Markup:
    head = element("tr", *(element("th", title, scope="col") for title in ("", "Label", "What a press does")))
    rows = [_row(shared, deed, number=number, ids=ids) for number, deed in enumerate(deeds, 1)]
    return element("table", element("thead", head), element("tbody", *rows))


def _row(shared: Shared, deed: Deed, *, number: int, ids: tuple[int, int]) -> Markup:
    does = effect(shared, deed, id_=told(*ids, number))
    cells = (element("span", str(number), class_="number"), label(shared, deed), does)
    return element("tr", *(element("td", cell) for cell in cells))
