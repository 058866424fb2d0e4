"""Bots as they read back, where most of the doubts are (reference section 3.1, "Read-back facts")."""

import hashlib
import json
from typing import Any

from lwdeploy.simulator.clock import iso
from lwdeploy.simulator.operations import Call
from lwdeploy.simulator.users import identify

__all__ = ["ALL_DOMAINS", "shown_bot", "shown_in_list"]

ALL_DOMAINS = 0  # alone in the allowDomains of a real bot

_REQUIRED = ("botName", "photoUrl", "description", "administrators")
_ORDER = (
    *_REQUIRED,
    *(
        "subadministrators",
        "allowDomains",
        "enableCallback",
        "channelEvents",
        "callbackEvents",
        "callbackUrl",
        "enableGroupJoin",
    ),
    *("defaultRichmenuId", "i18nBotNames", "i18nDescriptions", "i18nPhotoUrls"),
)


def shown_bot(call: Call, bot_id: int) -> dict[str, Any]:
    """Return a bot with all its properties, under the readings in force."""
    row = call.store.row("SELECT body, created, modified FROM bots WHERE bot_id = ?", bot_id)
    if row is None:
        raise call.no_bot()
    body: dict[str, Any] = json.loads(row[0])
    read = _as_read(call, body)
    shown: dict[str, Any] = {"botId": bot_id, **{name: read[name] for name in _ORDER if name in read}}
    if call.reads("bot-times", "present"):
        shown["createdTime"], shown["modifiedTime"] = iso(row[1]), iso(row[2])
    return shown


def _as_read(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    if call.reads("user-ids", "uuid"):
        for role in ("administrators", "subadministrators"):
            body[role] = [identify(written) for written in body[role]]
    if call.reads("list-order", "sorted"):
        _sort_lists(body)
    _rehost(call, body)
    return _unset(call, body)


def _sort_lists(body: dict[str, Any]) -> None:
    for name in ("administrators", "subadministrators"):
        body[name].sort()
    for name in ("i18nBotNames", "i18nDescriptions", "i18nPhotoUrls"):
        body[name].sort(key=lambda entry: str(entry["language"]))


def _rehost(call: Call, body: dict[str, Any]) -> None:
    if call.reads("photo-url", "kept"):
        return
    body["photoUrl"] = _hosted(body["photoUrl"])
    body["i18nPhotoUrls"] = [{**entry, "photoUrl": _hosted(entry["photoUrl"])} for entry in body["i18nPhotoUrls"]]


def _hosted(url: str) -> str:
    return f"https://photos.example.com/bot_profile/{hashlib.sha256(url.encode()).hexdigest()[:24]}.png"


def _unset(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    form = call.tenant.readings["all-domains"]
    all_domains = not body["allowDomains"]
    unset = [name for name, value in body.items() if name not in _REQUIRED and value in ("", [])]
    if call.reads("unset-properties", "omitted"):
        body = {name: value for name, value in body.items() if name not in unset}
    elif call.reads("unset-properties", "null"):
        body = {name: None if name in unset and value == "" else value for name, value in body.items()}
    if all_domains and form == "zero":
        body["allowDomains"] = [ALL_DOMAINS]
    elif all_domains and form == "omitted":
        body.pop("allowDomains", None)
    return body


def shown_in_list(call: Call, bot_id: int, stored: str) -> dict[str, Any]:
    """Return the five properties that a list shows of a bot."""
    body: dict[str, Any] = json.loads(stored)
    names = ("botName", "photoUrl", "i18nBotNames", "i18nPhotoUrls")
    kept = {name: body[name] for name in names}
    _rehost(call, kept)
    return {"botId": bot_id, **kept}
