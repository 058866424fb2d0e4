"""A tenant report as text: the counts, what needs attention, every bot, callbacks by host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lwdeploy.core.localized import DEFAULT
from lwdeploy.planning.attention import Attention, attention, concerns
from lwdeploy.planning.tenant_report import BotShown, Person, ShownStatus, TenantReport
from lwdeploy.views.line import Line, Style, printable
from lwdeploy.views.tenant_words import (
    DERIVED,
    callback_words,
    counted,
    events_words,
    labels,
    menu_words,
    owner_words,
    policy_words,
    registration_words,
    rich_name,
)

__all__ = ["tenant_lines"]

MOST_IDS = 12


def tenant_lines(report: TenantReport) -> Iterator[Line]:
    """Give a report's lines; the last one sums it up."""
    found = attention(report)
    about = concerns(found)
    yield Line(printable(f"Tenant {report.tenant} (project {report.project})"), Style.BOLD)
    yield Line(DERIVED, Style.DIM)
    for bot in report.bots:
        yield Line("")
        yield from _bot(bot, about.get(bot.bot_id, ()))
    yield from _hosts(report)
    yield from _attention(found)
    yield from _unknown(report)
    yield Line("")
    yield Line(_summary(report, found), Style.BOLD)


def _bot(bot: BotShown, found: tuple[Attention, ...]) -> Iterator[Line]:
    yield Line(printable(f"{bot.bot_id}  {bot.title}  [{bot.status}]  {owner_words(bot)}"), Style.BOLD)
    rows = list(_rows(bot))
    for word, text in rows:
        yield Line(printable(f"    {f'{word}:':<13}{text}"))
    for each in found:
        why = f": {bot.unseen}" if each.word == "unseen" else ""
        yield Line(f"    ! {each.title}{why}", Style.WARNING)


def _rows(bot: BotShown) -> Iterator[tuple[str, str]]:
    translations = {language: text for language, text in bot.name.items() if language != DEFAULT}
    if translations:
        yield "also named", ", ".join(f"{text} ({language})" for language, text in sorted(translations.items()))
    yield "PIC", _people(bot.primary)
    yield "vice PIC", _people(bot.vice)
    yield "policy", policy_words(bot)
    yield "callback", callback_words(bot.callback)
    if bot.callback.enabled:
        yield "told", events_words(bot.callback)
    for registration in bot.registrations:
        yield "domain", f"{registration.name}: {registration_words(registration)}"
    for menu in bot.rich:
        whose = f", project {menu.project}" if menu.project and not menu.name else ""
        yield "rich menu", f"{rich_name(menu)} ({menu_words(menu)}{whose})"
    if bot.persistent:
        yield "menu", f"persistent: {', '.join(labels(bot))}"


def _people(people: Iterable[Person]) -> str:
    told = [f"{each.shown}{' (in the directory no more)' if each.left else ''}" for each in people]
    return ", ".join(told) or "none"


def _hosts(report: TenantReport) -> Iterator[Line]:
    if report.hosts:
        yield Line("")
        yield Line("Callbacks by host", Style.BOLD)
    for host, bots in report.hosts.items():
        yield Line(printable(f"    {host}: {counted(len(bots), 'bot')} ({_ids(bots)})"))


def _ids(bots: tuple[BotShown, ...]) -> str:
    more = [f"and {len(bots) - MOST_IDS} more"] if len(bots) > MOST_IDS else []
    return ", ".join([*(bot.bot_id for bot in bots[:MOST_IDS]), *more])


def _attention(found: tuple[Attention, ...]) -> Iterator[Line]:
    if found:
        yield Line("")
        yield Line("Needs attention", Style.BOLD)
    for each in found:
        yield Line(f"    {each.title}{f': {_ids(each.bots)}' if each.bots else ''}", Style.WARNING)
        yield Line(f"        {each.advice}", Style.DIM)


def _unknown(report: TenantReport) -> Iterator[Line]:
    told = [*report.notes]
    if report.unchecked:
        told.append(f"Whether those in charge are still there was not checked: {report.unchecked}")
    if told:
        yield Line("")
    for note in told:
        yield Line(printable(note.replace("\n", " ")), Style.DIM)


def _summary(report: TenantReport, found: tuple[Attention, ...]) -> str:
    bots = len(report.bots)
    statuses = ", ".join(f"{report.count(status)} {status}" for status in reversed(ShownStatus))
    needing = f"{counted(len(concerns(found)), 'bot')} to look at"
    return (
        f"{counted(bots, 'bot')} of {report.limit}: {statuses}; "
        f"{report.managed} managed, {bots - report.managed} not; {needing}."
    )
