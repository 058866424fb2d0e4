"""Menus as they read back, where some of the doubts are (reference sections 2.9 and 9.20)."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lwdeploy.simulator.operations import Call

__all__ = ["shown_languages", "shown_persistent", "shown_richmenu"]

_COMMON = ("label", "i18nLabels")
_OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "postback": (*_COMMON, "displayText", "i18nDisplayTexts"),
    "message": (*_COMMON, "text", "i18nTexts", "postback"),
    "uri": _COMMON,
    "copy": _COMMON,
}


def shown_richmenu(call: Call, menu_id: int, stored: str) -> dict[str, Any]:
    """Return a rich menu as the API shows it, its id a text of digits, under the readings in force."""
    body: dict[str, Any] = json.loads(stored)
    for area in body["areas"]:
        area["action"] = _shown_action(call, area["action"])
    return {"richmenuId": str(menu_id), **body}


def shown_persistent(call: Call, stored: str) -> dict[str, Any]:
    """Return a persistent menu as the API shows it, under the readings in force."""
    body: dict[str, Any] = json.loads(stored)
    actions = [_shown_action(call, action) for action in body["content"]["actions"]]
    return {"content": {"actions": actions}}


def shown_languages(call: Call, entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return localized values in the order in which they read back."""
    if call.reads("list-order", "sorted"):
        return sorted(entries, key=lambda entry: str(entry["language"]))
    return list(entries)


def _shown_action(call: Call, action: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        name: shown_languages(call, value) if name.startswith("i18n") else value for name, value in action.items()
    }
    return _unset_fields(call, action["type"]) | shown


def _unset_fields(call: Call, kind: str) -> dict[str, Any]:
    if call.reads("unset-menu-fields", "omitted"):
        return {}
    nothing = "" if call.reads("unset-menu-fields", "empty") else None
    return {name: [] if name.startswith("i18n") else nothing for name in _OPTIONAL[kind]}
