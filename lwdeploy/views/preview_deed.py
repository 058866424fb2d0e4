"""What pressing an area or a button does, told as the chat would show it and as the bot's server gets it."""

from __future__ import annotations

from lwdeploy.core.localized import DEFAULT
from lwdeploy.views.line import printable
from lwdeploy.views.preview_markup import Markup, element, joined
from lwdeploy.views.preview_project import Deed, labelled
from lwdeploy.views.preview_shared import Shared

__all__ = ["button", "effect", "label", "told"]

NO_LABEL = "no label"


def told(bot: int, menu: int, number: int) -> str:
    """Give the id of the element that tells an effect, from the numbers of the bot, the menu and the action."""
    return f"t{bot}-{menu}-{number}"


def button(shared: Shared, deed: Deed, *, number: int, tells: str, place: str = "") -> Markup:
    """Give what people press: an area over a picture, a line of the list on a PC, a persistent menu's button.

    `tells` is the id of the element with its effect, `place` the class of its place over a picture.
    """
    texts = deed.get("label", {})
    return element(
        "button",
        element("span", str(number), class_="number"),
        label(shared, deed),
        type="button",
        class_=f"press {place}".rstrip(),
        lang="",
        data_number=number,
        data_name=shared.number(texts),
        aria_label=f"{number}: {texts.get(DEFAULT) or NO_LABEL}",
        aria_describedby=tells,
    )


def label(shared: Shared, deed: Deed) -> Markup:
    """Give an action's label, or the warning that it has none."""
    if labelled(deed):
        return shared.say(deed["label"])
    why = element("span", ": a PC shows the service's default text", class_="why")
    return element("span", NO_LABEL, why, class_="warning", lang="en")


def effect(shared: Shared, deed: Deed, *, id_: str) -> Markup:
    """Give all that a press causes: the user's bubble, if there is one, and a note of what happens besides."""
    parts = {"message": _message, "postback": _postback, "uri": _uri, "copy": _copy}
    return element("div", parts.get(str(deed.get("type")), _unknown)(shared, deed), class_="effect", id=id_)


def _message(shared: Shared, deed: Deed) -> Markup:
    # Reference 5: where a message action has no text, its label is sent.
    said = _bubble(shared, deed, "text" if deed.get("text") else "label")
    if not deed.get("postback"):
        return joined([said, _note("server", "The bot's server gets this text.")])
    return joined(
        [said, _note("server", "The bot's server gets this text, with the postback ", _code(deed, "postback"))]
    )


def _postback(shared: Shared, deed: Deed) -> Markup:
    data = _code(deed, "data")
    if any(deed.get("displayText", {}).values()):
        return joined(
            [_bubble(shared, deed, "displayText"), _note("server", "The bot's server gets the postback ", data)]
        )
    return _note("server", "Nothing shows in the chat. The bot's server gets the postback ", data)


def _uri(_shared: Shared, deed: Deed) -> Markup:
    return _note("page", "Opens the page ", _code(deed, "uri"))


def _copy(_shared: Shared, deed: Deed) -> Markup:
    return _note("clipboard", "Puts on the clipboard: ", _code(deed, "copyText"))


def _unknown(_shared: Shared, deed: Deed) -> Markup:
    return _note("page", f"An action of the type {deed.get('type')}, which this preview does not know.")


def _bubble(shared: Shared, deed: Deed, name: str) -> Markup:
    return element("p", shared.say(deed.get(name, {})), class_="says")


def _note(sort: str, *words: str) -> Markup:
    return element("p", *words, class_=f"note {sort}")


def _code(deed: Deed, name: str) -> Markup:
    """Give a value that programs read: what would be invisible in it is written out, and it is never a link."""
    lines = str(deed.get(name, "")).split("\n")
    return element("code", "\n".join(printable(line) for line in lines), lang="")
