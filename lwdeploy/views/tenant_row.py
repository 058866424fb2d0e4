"""One bot of a tenant report as a row of the page's table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lwdeploy.core.localized import DEFAULT
from lwdeploy.planning.attention import Attention
from lwdeploy.planning.tenant_report import BotShown, Person
from lwdeploy.views.preview_markup import NOTHING, Markup, element, joined
from lwdeploy.views.tenant_words import (
    callback_words,
    events_words,
    labels,
    menu_name,
    menu_words,
    owner_words,
    policy_words,
    registration_words,
    rich_name,
)

__all__ = ["COLUMNS", "row"]

COLUMNS = ("Bot", "Status", "Managed by", "In charge", "Domains", "Menu", "Callback")
FEW = 4
"""Objects of one sort that a cell shows at once; more are behind a number that opens."""


def row(bot: BotShown, found: tuple[Attention, ...]) -> Markup:
    """Give a bot's row. Each cell carries what it sorts by; the row, what it is found and filtered by."""
    cells = (
        (_owner(bot), owner_words(bot)),
        (_people(bot), _sorted_by(bot.primary)),
        (_domains(bot), f"{len(bot.registrations):04d}"),
        (_menu(bot), menu_name(bot)),
        (_callback(bot), bot.callback.host if bot.callback.enabled else ""),
    )
    return element(
        "tr",
        _bot(bot, found),
        _cell("Status", _status(bot), sort=bot.status.value),
        *(_cell(title, content, sort=sort) for title, (content, sort) in zip(COLUMNS[2:], cells, strict=True)),
        id=f"bot-{bot.bot_id}",
        role="row",
        data_status=bot.status.value,
        data_managed="yes" if bot.owner.address else "no",
        data_attention=bool(found),
        data_find="\n".join(_findable(bot)),
    )


def _findable(bot: BotShown) -> Iterator[str]:
    yield bot.bot_id
    yield from sorted(set(bot.name.values()))
    yield from dict.fromkeys(part for each in bot.people for part in (each.user_id, each.login, each.name) if part)
    yield from (each.name for each in bot.registrations)
    yield from filter(None, (bot.owner.address, *bot.owner.projects, bot.callback.host))


def _cell(title: str, content: Markup, *, sort: str) -> Markup:
    return element("td", content, role="cell", data_title=title, data_sort=sort.casefold())


def _bot(bot: BotShown, found: tuple[Attention, ...]) -> Markup:
    translations = [(language, text) for language, text in sorted(bot.name.items()) if language != DEFAULT]
    parts = (
        element("bdi", bot.title, class_="name"),
        element("span", bot.bot_id, class_="id"),
        *(_warning(bot, each) for each in found),
        _more(bot, translations),
    )
    return element(
        "th",
        element("div", *parts, class_="bot"),
        scope="row",
        role="rowheader",
        data_sort=bot.title.casefold(),
    )


def _warning(bot: BotShown, each: Attention) -> Markup:
    return element("span", bot.unseen if each.word == "unseen" else each.title, class_="warning")


def _more(bot: BotShown, translations: list[tuple[str, str]]) -> Markup:
    rows = [_known("Policy", policy_words(bot)), *_described(bot)]
    rows += [_known(language, _said(text, language)) for language, text in translations]
    return element("details", element("summary", "More"), element("dl", *rows))


def _described(bot: BotShown) -> Iterator[Markup]:
    said = bot.description.get(DEFAULT) or next(iter(bot.description.values()), "")
    if said:
        yield _known("Description", element("bdi", said))
    others = sorted(set(bot.description) - {DEFAULT})
    if others:
        yield _known("Described in", ", ".join(others))


def _said(text: str, language: str) -> Markup:
    return element("bdi", text, lang=language.replace("_", "-"))


def _known(term: str, said: str) -> Markup:
    return element("div", element("dt", term), element("dd", said))


def _status(bot: BotShown) -> Markup:
    return element("span", bot.status.value, class_=f"status {bot.status.value.lower()}")


def _owner(bot: BotShown) -> Markup:
    if bot.owner.address:
        return element("span", owner_words(bot), class_="address")
    return element("bdi", owner_words(bot), class_="soft" if not bot.owner.projects else None)


def _people(bot: BotShown) -> Markup:
    primary = [_person(each, "") for each in bot.primary]
    vice = [_person(each, "vice") for each in bot.vice]
    return _list(primary + vice) if primary or vice else element("span", "nobody", class_="soft")


def _sorted_by(people: tuple[Person, ...]) -> str:
    return people[0].shown if people else ""


def _person(person: Person, role: str) -> Markup:
    title = person.name if person.login and person.name else None
    tag = element("small", f" {role}") if role else NOTHING
    left = element("span", "left", class_="warning") if person.left else NOTHING
    shown = element("bdi", person.shown, title=title, class_=None if person.login else "id")
    return joined([shown, tag, left])


def _domains(bot: BotShown) -> Markup:
    told = [
        joined([element("bdi", each.name), element("small", f" {registration_words(each)}")])
        for each in bot.registrations
    ]
    return _list(told) if told else element("span", "none", class_="soft")


def _menu(bot: BotShown) -> Markup:
    if bot.rich:
        names = (
            joined([element("bdi", rich_name(each)), element("small", f" {menu_words(each)}")])
            for each in bot.rich
        )
        return joined([element("span", menu_name(bot)), _list(list(names))])
    if bot.persistent:
        return joined([element("span", menu_name(bot)), _list([element("bdi", each) for each in labels(bot)])])
    return element("span", menu_name(bot), class_="soft")


def _callback(bot: BotShown) -> Markup:
    if not bot.callback.enabled:
        return element("span", "off", class_="soft")
    shown = element("bdi", bot.callback.host or callback_words(bot.callback))
    rows = (
        _known("Address", element("bdi", callback_words(bot.callback))),
        _known("Told", events_words(bot.callback)),
    )
    return joined([shown, element("details", element("summary", "More"), element("dl", *rows))])


def _list(items: Iterable[Markup]) -> Markup:
    """Give a list; a long one is behind a number that opens."""
    told = list(items)
    listed = element("ul", *(element("li", each) for each in told))
    if len(told) <= FEW:
        return listed
    return element("details", element("summary", f"Show all {len(told)}"), listed)
