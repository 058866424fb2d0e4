"""A bot's spec: from the manifest, from the API, and to the API. Pure.

The spec uses the manifest's words. An i18n array of the API is replaced whole by PATCH (reference 3.1), so a
body merges the languages that a manifest declares with those that only the tenant has.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, canonical, get_path, leaves
from lwdeploy.core.kind import Declared, Manifest
from lwdeploy.core.live import LiveResource
from lwdeploy.core.localized import (
    DEFAULT,
    LANGUAGES,
    collapsed,
    from_array,
    localized,
    one_line,
    spoken,
    to_array,
)
from lwdeploy.core.people import canonical_user
from lwdeploy.core.types import Action, Change, Resource, Spec
from lwdeploy.core.wording import Names, Wording

__all__ = [
    "WORDING",
    "calls",
    "declare",
    "declared_fields",
    "declared_paths",
    "essential",
    "facts",
    "from_api",
    "from_manifest",
    "label",
    "seal",
    "to_body",
    "to_manifest",
]

ALL_DOMAINS = "all"

# Reference 3.1: what GET leaves out has its documented default.
DEFAULT_CHANNEL_EVENTS = ("message", "join", "leave", "joined", "left", "postback")

_NO_CALLBACK = {"enabled": False, "messageTypes": [], "events": sorted(DEFAULT_CHANNEL_EVENTS)}
"""What is left of the callback of a bot that never had one."""

_SEALED = re.compile(r"sha256=[0-9a-f]{16}")  # what `seal` makes of a query

# Spec group -> the API's base field, its i18n array, and the field inside that array.
_TEXTS = {
    "botName": ("i18nBotNames", "botName"),
    "description": ("i18nDescriptions", "description"),
    "photoUrl": ("i18nPhotoUrls", "photoUrl"),
}

# Spec path -> API field, for everything that is not a text.
_FIELDS = {
    "pic.primary": "administrators",
    "pic.vice": "subadministrators",
    "policy.joinChatRoom": "enableGroupJoin",
    "policy.allowedDomains": "allowDomains",
    "callback.enabled": "enableCallback",
    "callback.url": "callbackUrl",
    "callback.messageTypes": "callbackEvents",
    "callback.events": "channelEvents",
}


def declare(manifest: Manifest) -> Declared:
    """Make the one resource of a Bot manifest."""
    bot_id, renamed = manifest.spec.get("botId"), manifest.spec.get("renamedFrom")
    resource = Resource(
        address=manifest.address,
        spec=from_manifest(manifest),
        source=manifest.at(""),
        lifecycle=manifest.lifecycle,
        bind=None if bot_id is None else str(bot_id),
        renamed_from=None if renamed is None else Address.top("bot", renamed),
    )
    return Declared(resources=(resource,), in_scope=True)


def from_manifest(manifest: Manifest) -> Spec:
    """Give the spec of what the manifest declares; nothing stands for what it does not."""
    wanted = manifest.spec
    spec: dict[str, Any] = {name: localized(wanted[name]) for name in _TEXTS if name in wanted}
    if "photoUrl" not in spec and "botId" not in wanted and manifest.tenant.defaults.get("photoUrl"):
        spec["photoUrl"] = localized(manifest.tenant.defaults["photoUrl"])
    if "botName" in spec:
        spec["botName"] = {key: one_line(text) for key, text in spec["botName"].items()}
    if "pic" in wanted:
        spec["pic"] = {role: sorted(map(canonical_user, people)) for role, people in wanted["pic"].items()}
    if "policy" in wanted:
        spec["policy"] = _policy(wanted["policy"], manifest.tenant.domains)
    if "callback" in wanted:
        spec["callback"] = _callback(wanted["callback"])
    return _without_empty(canonical(spec))


def _without_empty(spec: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if value != {}}


def _policy(policy: Mapping[str, Any], domains: Mapping[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "joinChatRoom" in policy:
        found["joinChatRoom"] = policy["joinChatRoom"]
    allowed = policy.get("allowedDomains")
    if allowed == ALL_DOMAINS:
        found["allowedDomains"] = ALL_DOMAINS
    elif allowed is not None:
        found["allowedDomains"] = sorted(domains.get(str(name), name) for name in allowed)
    return found


def _callback(callback: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"enabled": callback.get("enabled", True)}
    if "url" in callback:
        found["url"] = callback["url"]
    for words in ("messageTypes", "events"):
        if words in callback:
            found[words] = sorted(callback[words])
    return found


def to_manifest(spec: Spec, names: Names) -> dict[str, Any]:
    """Give what a manifest says of a bot; `from_manifest` gives the spec back."""
    made: dict[str, Any] = {name: collapsed(spec[name]) for name in _TEXTS if name in spec}
    if "pic" in spec:
        pic = spec["pic"]
        made["pic"] = {role: _logins(pic[role], names) for role in ("primary", "vice") if role in pic}
    if "policy" in spec:
        made["policy"] = _policy_words(spec["policy"], names)
    if "callback" in spec:
        made["callback"] = _callback_words(spec["callback"])
    return made


def _logins(people: Iterable[str], names: Names) -> list[str]:
    return sorted(names.users.get(person, person) for person in people)


def _policy_words(policy: Mapping[str, Any], names: Names) -> dict[str, Any]:
    found = dict(policy)
    if found.get("allowedDomains", ALL_DOMAINS) != ALL_DOMAINS:
        found["allowedDomains"] = [names.domains.get(str(each), each) for each in policy["allowedDomains"]]
    return {name: found[name] for name in ("joinChatRoom", "allowedDomains") if name in found}


def _callback_words(callback: Mapping[str, Any]) -> dict[str, Any]:
    """A callback with an address is on unless it says otherwise."""
    silent = callback["enabled"] and "url" in callback
    shown = ("url", "messageTypes", "events") if silent else ("enabled", "url", "messageTypes", "events")
    return {name: callback[name] for name in shown if name in callback}


def essential(spec: Spec) -> Spec:
    """Give what a manifest has to say of a bot that the tenant shows: nothing of what it does not have."""
    made: dict[str, Any] = {name: spoken(spec.get(name, {})) for name in _TEXTS}
    made["pic"] = {role: people for role, people in spec.get("pic", {}).items() if people}
    callback = {name: value for name, value in spec.get("callback", {}).items() if value != ""}
    told = {name: value for name, value in callback.items() if (name, value) != ("events", _NO_CALLBACK["events"])}
    made["callback"] = {} if callback == _NO_CALLBACK else told
    return _without_empty(canonical({**spec, **made}))


def remarks(live: LiveResource) -> Iterator[str]:
    """Say what a new bot cannot do without and this one did not have."""
    needed = essential(live.spec)
    for path in (*(f"{name}.{DEFAULT}" for name in _TEXTS), "pic.primary"):
        if get_path(needed, path) is ABSENT:
            yield f"the bot had no {path.removesuffix(f'.{DEFAULT}')}, and a new one needs it"


def from_api(body: Mapping[str, Any]) -> Spec:
    """Give the spec of a bot as GET answers it; what the answer leaves out has its default."""
    spec: dict[str, Any] = {
        name: from_array(str(body.get(name) or ""), body.get(array), field=inner)
        for name, (array, inner) in _TEXTS.items()
    }
    spec["pic"] = {
        "primary": sorted(body.get("administrators") or ()),
        "vice": sorted(body.get("subadministrators") or ()),
    }
    spec["policy"] = {
        "joinChatRoom": bool(body.get("enableGroupJoin")),
        "allowedDomains": _allowed(body.get("allowDomains")),
    }
    events = body.get("channelEvents")
    spec["callback"] = {
        "enabled": bool(body.get("enableCallback")),
        "url": body.get("callbackUrl") or "",
        "messageTypes": sorted(body.get("callbackEvents") or ()),
        "events": sorted(DEFAULT_CHANNEL_EVENTS if events is None else events),
    }
    return dict(canonical(spec))


def facts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Give what is known of a bot beside its spec: its default rich menu or "", and its age (reference 3.1).

    Either may be missing: the service may leave them out.
    """
    found = {"created": str(body["createdTime"])} if body.get("createdTime") else {}
    if "defaultRichmenuId" in body:
        found["defaultRichmenuId"] = str(body["defaultRichmenuId"] or "")
    return found


def _allowed(domains: Iterable[int] | None) -> Any:
    """Give `all` for the three spellings the service may use: nothing, an empty list, or `[0]`."""
    ids = sorted(domain for domain in domains or () if domain)
    return ids or ALL_DOMAINS


def to_body(desired: Spec, *, paths: Iterable[str], live: Spec) -> dict[str, Any]:
    """Give the API body that writes the fields at `paths` of `desired` over `live`, and nothing else."""
    body: dict[str, Any] = {}
    for path in sorted(paths):
        group, _, language = path.partition(".")
        if group in _TEXTS:
            body |= _text_body(group, language, desired=desired, live=live)
        else:
            body[_FIELDS[path]] = _encode(path, get_path(desired, path))
    return body


def _text_body(group: str, language: str, *, desired: Spec, live: Spec) -> dict[str, Any]:
    if language == DEFAULT:
        return {group: desired[group][DEFAULT]}
    array, inner = _TEXTS[group]
    return {array: to_array({**live.get(group, {}), **desired[group]}, field=inner)}


def _encode(path: str, value: Any) -> Any:
    return [] if path == "policy.allowedDomains" and value == ALL_DOMAINS else value


def label(spec: Spec) -> str:
    """Give the name that people see."""
    found = get_path(spec, f"botName.{DEFAULT}")
    return "" if found is ABSENT else str(found)


def calls(change: Change) -> Mapping[str, int]:
    """Give the writes that a change sends: a create is a POST under the mark and the PATCH that names it."""
    if change.action is Action.CREATE:
        return {"createBot": 1, "patchBot": 1}
    if change.action is Action.DELETE:
        return {"deleteBot": 1}
    return {"patchBot": 1} if change.action is Action.UPDATE else {}


def seal(spec: Spec) -> Spec:
    """Give the spec as state may keep it: query and user part of the callback URL as a hash. Twice is as once."""
    url = get_path(spec, "callback.url")
    if url is ABSENT:
        return spec
    base, _, query = url.partition("?")
    scheme, sign, rest = base.partition("://")
    user, at, place = rest.partition("/")[0].rpartition("@") if sign else ("", "", "")
    if not at and (not query or _SEALED.fullmatch(query)):
        return spec
    shown = f"{scheme}://{place}{rest.removeprefix(user + at + place)}" if sign else base
    hashed = hashlib.sha256(f"{user}?{query}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return {**spec, "callback": {**spec["callback"], "url": f"{shown}?sha256={hashed}"}}


def declared_paths(spec: Spec) -> tuple[str, ...]:
    """Give the dotted paths of all fields that a spec declares."""
    return tuple(leaves(dict(spec)))


def declared_fields() -> tuple[str, ...]:
    """Give every field that a Bot manifest may declare, without the languages of texts."""
    return (*_TEXTS, *_FIELDS)


def _words(objects: Sequence[LiveResource], names: Names) -> Mapping[str, Any]:
    return to_manifest(objects[0].spec, names) if objects else {}


_UNITS = (
    *_TEXTS,
    *(f"{name}.{language}" for name in _TEXTS for language in LANGUAGES),
    *("pic", "policy", "policy.joinChatRoom", "policy.allowedDomains", "callback"),
)

WORDING = Wording(to_manifest=_words, essential=essential, remarks=remarks, units=_UNITS)
