"""What a menu's button does: actions in the manifest's words, to and from the API, and what is wrong in them.

Persistent and rich menus share them, with other types and limits (reference 3.4, 3.5 and 5). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lwdeploy.core.canonical import canonical
from lwdeploy.core.kind import Finding
from lwdeploy.core.localized import (
    DEFAULT,
    collapsed,
    from_array,
    localized,
    one_line,
    spoken,
    text_length,
    to_array,
)
from lwdeploy.core.urls import web_address

__all__ = [
    "Action",
    "ActionForm",
    "action_from_api",
    "action_from_manifest",
    "action_to_api",
    "action_to_manifest",
    "bad_links",
    "essential_action",
    "missing_fields",
    "surplus_fields",
    "texts_of",
    "too_long",
]

Action = Mapping[str, Any]
Placed = Iterable[tuple[str, Action]]
"""Actions as a manifest writes them, each with its dotted path."""

_TEXTS = {"label": "i18nLabels", "text": "i18nTexts", "displayText": "i18nDisplayTexts"}
_PLAIN = ("postback", "data", "uri", "copyText")
_ORDER = ("type", "label", "text", "data", "displayText", "postback", "uri", "copyText")
"""Of the fields of an action as people write them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionForm:
    """What one sort of menu takes: the fields of each type beside `label`, those it needs, the longest texts.

    Lengths are in UTF-16 units.
    """

    fields: Mapping[str, frozenset[str]]
    needed: Mapping[str, tuple[str, ...]]
    limits: Mapping[str, int]
    joined_lines: bool = False

    def shown(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Give texts as the service keeps them: only the languages that have one, on one line if it joins them."""
        return {each: one_line(text) if self.joined_lines else text for each, text in texts.items() if text}


def action_from_manifest(action: Action, *, form: ActionForm) -> dict[str, Any]:
    """Give the canonical form of an action that a manifest declares; what is empty is not there."""
    found: dict[str, Any] = {"type": action["type"]}
    for name in _TEXTS:
        if name in action:
            found[name] = form.shown(localized(action[name]))
    found |= {name: action[name] for name in _PLAIN if action.get(name)}
    return {name: value for name, value in canonical(found).items() if value != {}}


def action_from_api(action: Action, *, form: ActionForm) -> dict[str, Any]:
    """Give the canonical form of an action as the API answers it."""
    found: dict[str, Any] = {"type": action.get("type")}
    for name, array in _TEXTS.items():
        if action.get(name) or action.get(array):
            found[name] = form.shown(from_array(str(action.get(name) or ""), action.get(array), field=name))
    found |= {name: action[name] for name in _PLAIN if action.get(name)}
    return {name: value for name, value in canonical(found).items() if value != {}}


def action_to_api(action: Action) -> dict[str, Any]:
    """Give the API's form of a canonical action."""
    made: dict[str, Any] = {"type": action["type"]}
    for name, array in _TEXTS.items():
        texts = action.get(name, {})
        if DEFAULT in texts:
            made[name] = texts[DEFAULT]
        translations = to_array(texts, field=name)
        made |= {array: translations} if translations else {}
    return made | {name: action[name] for name in _PLAIN if name in action}


def action_to_manifest(action: Action) -> dict[str, Any]:
    """Give a canonical action as a manifest writes it: `action_from_manifest` gives it back."""
    return {name: collapsed(action[name]) if name in _TEXTS else action[name] for name in _ORDER if name in action}


def essential_action(action: Action) -> dict[str, Any]:
    """Give an action that the tenant shows as a manifest can declare it: every text has a default."""
    made = {name: spoken(value) if name in _TEXTS else value for name, value in action.items()}
    return dict(canonical(made))


def texts_of(action: Action, name: str) -> Iterator[tuple[str, str]]:
    """Give (path inside the action, text) for every language of a text that a manifest writes."""
    value = action.get(name)
    if isinstance(value, str):
        yield name, value
    elif value is not None:
        yield from ((f"{name}.{language}", text) for language, text in value.items())


def missing_fields(actions: Placed, *, form: ActionForm) -> Iterator[Finding]:
    """Find actions that lack what their type needs."""
    for path, action in actions:
        for needed in form.needed.get(action.get("type", ""), ()):
            if not action.get(needed):
                message = f"an action of type {action['type']} needs {needed}"
                yield Finding(path=path, message=message, fix=f"add {needed}: ...")


def surplus_fields(actions: Placed, *, form: ActionForm) -> Iterator[Finding]:
    """Find fields that an action's type does not have."""
    for path, action in actions:
        allowed = {"label", *form.fields.get(action.get("type", ""), ())}
        for name in sorted({*_TEXTS, *_PLAIN} & set(action) - allowed):
            message = f"{name} has no meaning in an action of type {action.get('type')}"
            yield Finding(path=f"{path}.{name}", message=message, fix="leave it out, or change the type")


def too_long(actions: Placed, *, form: ActionForm) -> Iterator[Finding]:
    """Find texts that are longer than the service takes."""
    for path, action in actions:
        for name, limit in form.limits.items():
            for where, text in texts_of(action, name):
                if text_length(text) > limit:
                    message = f"{where} has {text_length(text)} characters; the service takes {limit}"
                    fix = f"shorten it by {text_length(text) - limit}"
                    yield Finding(path=f"{path}.{where}", message=message, fix=fix)


def bad_links(actions: Placed) -> Iterator[Finding]:
    """Find links that are no http or https URLs."""
    for path, action in actions:
        uri = action.get("uri")
        if uri and web_address(uri, "http", "https") is None:
            message = f"{uri!r} is no http or https URL"
            yield Finding(path=f"{path}.uri", message=message, fix="write https://host/path")
