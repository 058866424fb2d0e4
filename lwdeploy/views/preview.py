"""The preview of a project as one HTML page: every bot as a phone would show it, with menus that can be pressed.

The page needs nothing but itself: no file, no network, and no script to show what there is. Equal projects give
equal bytes. All texts of a project are escaped by `preview_markup`, and none of them becomes a link.
"""

from __future__ import annotations

from lwdeploy.core.localized import DEFAULT
from lwdeploy.views.html_page import document, resource
from lwdeploy.views.preview_bot import bot_entry, bot_section, count
from lwdeploy.views.preview_markup import Markup, element, script_json
from lwdeploy.views.preview_project import (
    PreviewArea,
    PreviewBot,
    PreviewMenu,
    PreviewProject,
    languages,
    warnings,
)
from lwdeploy.views.preview_shared import Shared

__all__ = ["PreviewArea", "PreviewBot", "PreviewMenu", "PreviewProject", "page"]

LANGUAGE_NAMES = {
    DEFAULT: "Default",
    "en_US": "English",
    "ja_JP": "日本語",
    "ko_KR": "한국어",
    "zh_CN": "简体中文",
    "zh_TW": "繁體中文",
}


def page(project: PreviewProject) -> str:
    """Give the whole page, to be written as UTF-8.

    Raises ValueError for a picture that is no data: URI of a PNG or JPEG in base64.
    """
    shared = Shared()
    entries = [bot_entry(shared, bot) for bot in project.bots]
    sections = [bot_section(shared, bot, number=number) for number, bot in enumerate(project.bots, 1)]
    told = script_json(shared.translations(), id_="translations")
    notice = element("footer", "Made by lwdeploy from the manifests. Nothing on this page reaches the service.")
    body = element("body", _top(project), _main(entries, sections), notice, told, data_view="phone")
    styles = (resource("base.css"), resource("preview.css"), shared.css())
    return document(f"{project.title}: preview", body, styles=styles, script=resource("preview.js"))


def _top(project: PreviewProject) -> Markup:
    title = element("h1", element("bdi", project.title), element("span", "preview", class_="tag"))
    says = element("p", _summary(project), class_="summary")
    return element("header", element("div", title, says), _controls(project))


def _summary(project: PreviewProject) -> str:
    bots = project.bots
    rich = sum(bool(bot.rich) for bot in bots)
    persistent = sum(bool(bot.persistent) for bot in bots)
    found = sum(warnings(bot) for bot in bots)
    numbers = (
        (rich, "with rich menus"),
        (persistent, "with a persistent menu"),
        (len(bots) - rich - persistent, "without a menu"),
    )
    parts = [count(len(bots), "bot"), *(f"{number} {what}" for number, what in numbers if number)]
    return " · ".join([*parts, *([count(found, "warning")] if found else [])])


def _controls(project: PreviewProject) -> Markup:
    found = languages(project)
    spoken = [_radio("lang", each, LANGUAGE_NAMES.get(each, each), language=each) for each in found]
    places = [_radio("view", "phone", "Phone"), _radio("view", "pc", "PC")]
    areas = element("input", type="checkbox", name="areas", autocomplete="off")
    return element(
        "form",
        element("fieldset", element("legend", "Language"), *spoken, class_="choice"),
        element("fieldset", element("legend", "Device"), *places, class_="choice"),
        element("label", areas, element("span", "Areas"), class_="switch"),
        class_="controls needs-script",
    )


def _radio(name: str, value: str, words: str, *, language: str = DEFAULT) -> Markup:
    option = element("input", type="radio", name=name, value=value, autocomplete="off")
    spoken = None if language == DEFAULT else language.replace("_", "-")
    return element("label", option, element("span", words, lang=spoken))


def _main(entries: list[Markup], sections: list[Markup]) -> Markup:
    if not sections:
        return element("main", element("p", "This project has no bots.", class_="none"))
    search = element(
        "input", type="search", placeholder="Search bots", aria_label="Search bots by name", autocomplete="off"
    )
    tally = element("p", count(len(entries), "bot"), class_="tally", role="status")
    bots = element("ul", *entries)
    listed = element("nav", element("div", search, tally, class_="needs-script"), bots, aria_label="Bots")
    return element("main", listed, element("div", *sections, class_="bots"))
