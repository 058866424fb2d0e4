"""A tenant report as one HTML page that a manager can read: counts, what needs attention, a table of all bots.

The page needs nothing but itself, works offline and on paper, and shows everything without its script, which only
sorts and filters. Equal reports give equal bytes. All names are escaped by `preview_markup`; none becomes a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lwdeploy.planning.attention import NEARLY_FULL, Attention, attention, concerns
from lwdeploy.planning.tenant_report import BotShown, ShownStatus, TenantReport
from lwdeploy.views.html_page import document, resource
from lwdeploy.views.preview_markup import NOTHING, Markup, element, joined
from lwdeploy.views.tenant_row import COLUMNS, row
from lwdeploy.views.tenant_words import DERIVED, counted

__all__ = ["page"]

MANY = 12
"""Bots that a finding names at once; more are behind a number that opens."""


def page(report: TenantReport) -> str:
    """Give the whole page, to be written as UTF-8."""
    found = attention(report)
    parts = (_top(report, found), _attention(report, found), _hosts(report), _bots(report, found), _foot(report))
    body = element("body", parts[0], element("main", *parts[1:4]), parts[4])
    styles = (resource("base.css"), resource("tenant.css"))
    return document(f"{report.tenant}: tenant report", body, styles=styles, script=resource("tenant.js"))


def _top(report: TenantReport, found: tuple[Attention, ...]) -> Markup:
    title = element("h1", element("bdi", report.tenant), " ", element("span", "tenant report", class_="tag"))
    bots, needing = len(report.bots), len(concerns(found))
    cards = (
        _card("Bots", str(bots), element("small", f"of {report.limit}"), _bar(report)),
        _card("Public", str(report.count(ShownStatus.PUBLIC)), element("small", "registered in a domain")),
        _card("Preparing", str(report.count(ShownStatus.PREPARING)), element("small", "registered in none")),
        _card("Managed", str(report.managed), element("small", f"{bots - report.managed} not managed here")),
        _card("To look at", str(needing), element("small", counted(len(found), "finding"))),
    )
    return element("header", title, element("p", DERIVED, class_="hint"), element("dl", *cards, class_="cards"))


def _card(term: str, number: str, *more: Markup) -> Markup:
    return element("div", element("dt", term), element("dd", element("strong", number), *more))


def _bar(report: TenantReport) -> Markup:
    words = f"{len(report.bots)} of {report.limit} bots are used"
    return element(
        "meter",
        words,
        min=0,
        max=report.limit,
        high=int(report.limit * NEARLY_FULL),
        optimum=0,
        value=len(report.bots),
        aria_label=words,
    )


def _attention(report: TenantReport, found: tuple[Attention, ...]) -> Markup:
    items = [_finding(each) for each in found]
    listed = element("ul", *items, class_="findings") if items else element("p", "Nothing was found.")
    return element(
        "section",
        element("h2", "What needs attention", id="attention"),
        listed,
        *_unknown(report),
        aria_labelledby="attention",
    )


def _finding(each: Attention) -> Markup:
    number = element("span", str(len(each.bots)), class_="number") if each.bots else NOTHING
    title = element("h3", number, each.title)
    return element("li", title, element("p", each.advice, class_="hint"), _links(each.bots))


def _links(bots: tuple[BotShown, ...]) -> Markup:
    if not bots:
        return NOTHING
    links = element("p", joined(_separated(bots)), class_="links")
    if len(bots) <= MANY:
        return links
    return element("details", element("summary", f"Show the {len(bots)} bots"), links)


def _separated(bots: Iterable[BotShown]) -> Iterator[Markup]:
    for number, bot in enumerate(bots):
        yield joined([", "]) if number else NOTHING
        yield element("a", element("bdi", bot.title), href=f"#bot-{bot.bot_id}")


def _unknown(report: TenantReport) -> Iterator[Markup]:
    for note in report.notes:
        yield element("p", note, class_="unknown")
    if report.unchecked:
        words = f"Not checked: whether those in charge are still in the directory. {report.unchecked}"
        yield element("p", words, class_="unknown")


def _hosts(report: TenantReport) -> Markup:
    if not report.hosts:
        return NOTHING
    head = element("tr", *(element("th", title, scope="col") for title in ("Host", "Bots")))
    rows = (
        element(
            "tr", element("th", element("bdi", host), scope="row"), element("td", str(len(bots)), _links(bots))
        )
        for host, bots in report.hosts.items()
    )
    table = element("table", element("thead", head), element("tbody", *rows), class_="hosts")
    heading = element("h2", "Where callbacks go", id="hosts")
    return element("section", heading, table, aria_labelledby="hosts")


def _bots(report: TenantReport, found: tuple[Attention, ...]) -> Markup:
    heading = element("h2", "All bots", id="bots")
    if not report.bots:
        return element("section", heading, element("p", "This tenant has no bots."), aria_labelledby="bots")
    about = concerns(found)
    head = element("tr", *map(_column, COLUMNS), role="row")
    rows = (row(bot, about.get(bot.bot_id, ())) for bot in report.bots)
    table = element(
        "table",
        element("caption", "Bots by id; the headings sort"),
        element("thead", head, role="rowgroup"),
        element("tbody", *rows, role="rowgroup"),
        class_="bots",
        role="table",
    )
    return element("section", heading, _controls(report), table, aria_labelledby="bots")


def _column(title: str) -> Markup:
    """Give a heading; the script makes a button of its words, because only the script can sort."""
    return element("th", title, scope="col", role="columnheader")


def _controls(report: TenantReport) -> Markup:
    search = element("input", type="search", placeholder="Name, id, person, host", name="find", autocomplete="off")
    statuses = [element("option", each.value, value=each.value) for each in ShownStatus]
    owned = [element("option", words, value=value) for words, value in (("Managed", "yes"), ("Not managed", "no"))]
    only = element("input", type="checkbox", name="only", autocomplete="off")
    return element(
        "form",
        element("label", element("span", "Search"), search),
        element("label", element("span", "Status"), _select("status", statuses)),
        element("label", element("span", "Managed"), _select("managed", owned)),
        element("label", only, element("span", "Only what needs attention"), class_="tick"),
        element("p", counted(len(report.bots), "bot"), class_="tally", role="status"),
        class_="controls needs-script",
    )


def _select(name: str, options: list[Markup]) -> Markup:
    return element("select", element("option", "All", value=""), *options, name=name, autocomplete="off")


def _foot(report: TenantReport) -> Markup:
    return element(
        "footer",
        "Made by lwdeploy for the project ",
        element("bdi", report.project),
        ". It only read the tenant. Nothing on this page reaches the service.",
    )
