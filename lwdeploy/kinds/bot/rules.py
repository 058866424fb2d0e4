"""What a Bot manifest must satisfy beyond its JSON Schema. Pure; ids LW040 to LW059."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from typing import Any

from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Finding, Manifest, Rule
from lwdeploy.core.localized import text_length
from lwdeploy.core.people import NEITHER, is_user
from lwdeploy.core.urls import web_address
from lwdeploy.kinds.bot.spec import declared_fields

__all__ = ["RULES"]

# Reference 3.1 and 4.
_LENGTHS = {"botName": 100, "description": 100, "photoUrl": 1000}
_CALLBACK_URL_LENGTH = 1000

_PICTURES_NOT_PNG = (".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp")


def _texts(manifest: Manifest, name: str) -> Iterator[tuple[str, str]]:
    """Give (path, text) for every language of a localized field."""
    value = manifest.spec.get(name)
    if isinstance(value, str):
        yield name, value
    elif value is not None:
        yield from ((f"{name}.{language}", text) for language, text in value.items())


def _urls(manifest: Manifest) -> Iterator[tuple[str, str]]:
    yield from _texts(manifest, "photoUrl")
    url = manifest.spec.get("callback", {}).get("url")
    if url is not None:
        yield "callback.url", url


def _needed(manifest: Manifest) -> Iterator[Finding]:
    spec = manifest.spec
    if "botId" in spec:
        return
    for name in ("botName", "description", "photoUrl"):
        if name not in spec and not (name == "photoUrl" and manifest.tenant.defaults.get("photoUrl")):
            yield Finding(path=name, message=f"a new bot needs spec.{name}", fix=_fix_needed(name))
    if not spec.get("pic", {}).get("primary"):
        yield Finding(
            path="pic",
            message="a new bot needs at least one primary person in charge",
            fix="add pic: {primary: [login@example.com]}, or pic: {ref: NAME} of a PersonInCharge",
        )


def _fix_needed(name: str) -> str:
    if name == "photoUrl":
        return "add photoUrl: https://... to the bot, or defaults.photoUrl to the Tenant"
    return f"add {name}: ..., or botId: ... when the bot exists already"


def _too_long(manifest: Manifest) -> Iterator[Finding]:
    limited = [(path, text, _LENGTHS[name]) for name in _LENGTHS for path, text in _texts(manifest, name)]
    limited += [(path, url, _CALLBACK_URL_LENGTH) for path, url in _urls(manifest) if path == "callback.url"]
    for path, text, limit in limited:
        if text_length(text) > limit:
            message = f"{path} has {text_length(text)} characters; the service takes {limit}"
            yield Finding(path=path, message=message, fix=f"shorten it by {text_length(text) - limit}")


def _empty(manifest: Manifest) -> Iterator[Finding]:
    for name in _LENGTHS:
        for path, text in _texts(manifest, name):
            if path in {name, f"{name}.default"} and not text.strip():
                yield Finding(path=path, message=f"{name} is empty", fix="write a text")


def _https(manifest: Manifest) -> Iterator[Finding]:
    for path, url in _urls(manifest):
        if url and web_address(url, "https") is None:
            message = f"{path} is no https URL: the service takes nothing else"
            yield Finding(path=path, message=message, fix="write https://host/path")


def _callback_url(manifest: Manifest) -> Iterator[Finding]:
    callback = manifest.spec.get("callback")
    if callback is None or callback.get("enabled") is False or callback.get("url"):
        return
    yield Finding(
        path="callback",
        message="the callback is on but has no url",
        fix="add url: https://..., or write callback: {enabled: false} to switch it off",
    )


def _domains(manifest: Manifest) -> Iterator[Finding]:
    allowed = manifest.spec.get("policy", {}).get("allowedDomains", "all")
    for index, name in enumerate([] if allowed == "all" else allowed):
        if isinstance(name, str) and name not in manifest.tenant.domains:
            known = ", ".join(sorted(manifest.tenant.domains)) or "none"
            yield Finding(
                path=f"policy.allowedDomains.{index}",
                message=f"the tenant {manifest.tenant.name!r} names no domain {name!r} (it names: {known})",
                fix="add it to the Tenant's domains, or correct the name",
            )


def _people(manifest: Manifest) -> Iterator[tuple[str, str]]:
    for role in ("primary", "vice"):
        for index, person in enumerate(manifest.spec.get("pic", {}).get(role, ())):
            yield f"pic.{role}.{index}", person


def _user_ids(manifest: Manifest) -> Iterator[Finding]:
    for path, person in _people(manifest):
        if not is_user(person):
            yield Finding(
                path=path,
                message=f"{person!r} {NEITHER}",
                fix="write the login id; `me` does not work with a service account",
            )


def _same_person(manifest: Manifest) -> Iterator[Finding]:
    primary = set(manifest.spec.get("pic", {}).get("primary", ()))
    for path, person in _people(manifest):
        if path.startswith("pic.vice") and person in primary:
            message = f"{person!r} is primary and vice person in charge at once"
            yield Finding(path=path, message=message, fix="name somebody else as vice")


def _vice_required(manifest: Manifest) -> Iterator[Finding]:
    if manifest.tenant.guards.get("requireVicePic") and not manifest.spec.get("pic", {}).get("vice"):
        yield Finding(
            path="pic",
            message=f"the tenant {manifest.tenant.name!r} requires a vice person in charge",
            fix="add pic.vice",
        )


def _callback_hosts(manifest: Manifest) -> Iterator[Finding]:
    allowed = manifest.tenant.guards.get("allowedCallbackHosts") or ()
    url = manifest.spec.get("callback", {}).get("url")
    parts = web_address(url, "https") if url else None
    host = (parts.hostname or "") if parts else ""
    if allowed and host and not any(fnmatch.fnmatchcase(host, pattern) for pattern in allowed):
        yield Finding(
            path="callback.url",
            message=f"the host {host} is not among the tenant's allowedCallbackHosts: {', '.join(allowed)}",
            fix="use an allowed host, or add this one to the Tenant's guards",
        )


def _name_pattern(manifest: Manifest) -> Iterator[Finding]:
    pattern = manifest.tenant.guards.get("namePattern")
    for path, text in _texts(manifest, "botName"):
        if pattern and path in {"botName", "botName.default"} and not re.search(pattern, text):
            message = f"{text!r} does not match the tenant's namePattern {pattern!r}"
            yield Finding(path=path, message=message, fix="rename the bot, or change the guard")


def _not_png(manifest: Manifest) -> Iterator[Finding]:
    for path, url in _texts(manifest, "photoUrl"):
        parts = web_address(url, "https")
        if parts is not None and parts.path.lower().endswith(_PICTURES_NOT_PNG):
            message = f"{path} does not look like a PNG, the one format that is documented"
            yield Finding(path=path, message=message, fix="use a PNG of 640x640 pixels")


def _line_breaks(manifest: Manifest) -> Iterator[Finding]:
    for path, text in _texts(manifest, "botName"):
        if "\n" in text or "\r" in text:
            message = f"{path} has a line break, which the service turns into a blank"
            yield Finding(path=path, message=message, fix="write the name on one line")


def _ignored(manifest: Manifest) -> Iterator[Finding]:
    known = declared_fields()
    for index, name in enumerate(manifest.lifecycle.ignore_changes):
        if not any(
            field == name or field.startswith(f"{name}.") or name.startswith(f"{field}.") for field in known
        ):
            yield Finding(
                path=f"lifecycle.ignoreChanges.{index}",
                message=f"{name!r} is no field of a bot",
                fix=f"write one of {', '.join(known)}",
            )


def _rule(number: int, title: str, explain: str, check: Any, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(id=f"LW{number:03}", title=title, explain=explain, check=check, severity=severity)


RULES: tuple[Rule, ...] = (
    _rule(
        40,
        "a new bot needs a name, a description, a picture and a person in charge",
        "The API refuses to create a bot without these four. A bot that is bound with botId "
        "exists already and may leave any of them unmanaged.",
        _needed,
    ),
    _rule(
        41,
        "a text is longer than the service takes",
        "Names and descriptions take 100 characters, URLs 1000. Characters are counted in UTF-16 units, the "
        "strictest way of counting: an emoji counts twice.",
        _too_long,
    ),
    _rule(
        42,
        "a text is empty",
        "The name, description and picture of a bot cannot be empty. A translation can: an empty text for a "
        "language removes that translation.",
        _empty,
    ),
    _rule(
        43,
        "a URL is not https",
        "Pictures and callbacks are taken over https only; a callback also needs a certificate of a public "
        "authority.",
        _https,
    ),
    _rule(
        44,
        "the callback is on without a URL",
        "A callback that is on needs a place to call. Declaring `callback` switches it on unless it says "
        "`enabled: false`.",
        _callback_url,
    ),
    _rule(
        45,
        "a domain that the tenant does not name",
        "Domain ids stand once, in the Tenant document, and manifests use their names, so that the same bot "
        "deploys to several tenants.",
        _domains,
    ),
    _rule(
        46,
        "a person is neither a login nor a user id",
        "Persons in charge are given as login ids (name@domain) or as user ids (UUID). A service account has no "
        "`me`.",
        _user_ids,
    ),
    _rule(
        47,
        "the same person is primary and vice",
        "The vice person in charge is there for when the primary one is away.",
        _same_person,
        Severity.WARNING,
    ),
    _rule(
        48,
        "the tenant requires a vice person in charge",
        "The Tenant's guard requireVicePic asks for at least one vice person in charge on every bot.",
        _vice_required,
    ),
    _rule(
        49,
        "the callback host is not allowed",
        "The Tenant's guard allowedCallbackHosts lists the hosts, with * as a wildcard, that bots may call.",
        _callback_hosts,
    ),
    _rule(
        50,
        "the name does not match the tenant's pattern",
        "The Tenant's guard namePattern is a regular expression that the default name of every bot must match.",
        _name_pattern,
    ),
    _rule(
        51,
        "the picture is not a PNG",
        "The service documents PNG, 640x640 pixels recommended; other formats may be shown badly or not at all.",
        _not_png,
        Severity.WARNING,
    ),
    _rule(
        52,
        "a line break in a name",
        "The service turns line breaks in names into blanks; lwdeploy compares names in that form.",
        _line_breaks,
        Severity.WARNING,
    ),
    _rule(
        53,
        "ignoreChanges names no field",
        "lifecycle.ignoreChanges lists fields, in the manifest's words, that apply leaves alone once the bot "
        "exists.",
        _ignored,
    ),
)
