"""What a tenant report shows of each bot, gathered from what the tenant shows and what is remembered of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, get_path
from lwdeploy.core.live import LiveResource
from lwdeploy.core.localized import DEFAULT
from lwdeploy.core.types import Mark, Spec, State
from lwdeploy.core.urls import web_address
from lwdeploy.kinds import kinds_by_name
from lwdeploy.live.census import Counted
from lwdeploy.planning.match import mark_key
from lwdeploy.planning.tenant_report import (
    BotShown,
    CallbackShown,
    Directory,
    MenuShown,
    Ownership,
    Person,
    RegistrationShown,
)

__all__ = ["Knowledge", "bot_of", "people_of"]

ROLES = ("primary", "vice")
_SEALED = "?sha256="


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What is known beside the tenant: who we are, what the state remembers, what the manifests say.

    `domains` are names by id, `bound` the keys of bots by the id that a manifest binds them to, `keys` all keys
    that manifests declare.
    """

    project: str
    state: State | None = None
    domains: Mapping[str, str] = field(default_factory=dict)
    bound: Mapping[str, str] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()

    def address_of(self, remote_id: str) -> Address | None:
        """Give the address that the state remembers for a bot."""
        entries = self.state.entries if self.state else {}
        return next((at for at, each in entries.items() if at.is_root and each.remote_id == remote_id), None)

    def logins(self) -> dict[str, str]:
        """Give the logins that are known, by user id: learnt from lists, or of a bot with one person in charge."""
        found: dict[str, str] = {}
        for entry in (self.state.entries if self.state else {}).values():
            for role in ROLES:
                wrote, saw = get_path(entry.applied, f"pic.{role}"), get_path(entry.observed, f"pic.{role}")
                if wrote is not ABSENT and saw is not ABSENT and len(wrote) == len(saw) == 1 and "@" in wrote[0]:
                    found[saw[0]] = wrote[0]
        return found | {user_id: login for login, user_id in (self.state.users if self.state else {}).items()}


def people_of(bots: Iterable[Counted]) -> tuple[str, ...]:
    """Give everybody who is in charge of a bot, each once, sorted."""
    return tuple(sorted({person for each in bots for role in ROLES for person in each.bot.spec["pic"][role]}))


def bot_of(counted: Counted, *, known: Knowledge, logins: Mapping[str, str], directory: Directory) -> BotShown:
    """Give what the report shows of a bot; `logins` are those of `known`, by user id."""
    spec = counted.bot.spec
    at = known.address_of(counted.bot.remote_id)
    rich = tuple(_menus(counted, at=at, known=known))
    people = {role: tuple(_person(each, logins, directory) for each in spec["pic"][role]) for role in ROLES}
    allowed = spec["policy"]["allowedDomains"]
    return BotShown(
        bot_id=counted.bot.remote_id,
        name=_texts(spec["botName"]),
        description=_texts(spec["description"]),
        owner=_owner(counted.bot, at=at, rich=rich, known=known),
        **people,
        join_rooms=spec["policy"]["joinChatRoom"],
        allowed_domains=None if isinstance(allowed, str) else tuple(_domain(each, known) for each in allowed),
        callback=_callback(spec),
        registrations=tuple(_registration(each, known) for each in _by_id(counted.of("bot_domain"))),
        persistent=tuple(
            _texts(action.get("label", {}))
            for menu in counted.of("persistent_menu")
            for action in menu.spec["actions"]
        ),
        rich=rich,
    )


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text}


def _by_id(objects: Iterable[LiveResource]) -> list[LiveResource]:
    return sorted(objects, key=lambda each: (len(each.remote_id), each.remote_id))


def _domain(domain_id: object, known: Knowledge) -> str:
    return known.domains.get(str(domain_id), str(domain_id))


def _person(user_id: str, logins: Mapping[str, str], directory: Directory) -> Person:
    """Give a person with all that is known; one who is in the directory no more may still have a known login."""
    known = Person(user_id=user_id, login=user_id if "@" in user_id else logins.get(user_id, ""))
    if user_id not in directory.people:
        return known
    found = directory.people[user_id]
    return Person(user_id=user_id, login=known.login, left=True) if found is None else found


def _registration(live: LiveResource, known: Knowledge) -> RegistrationShown:
    selected = live.spec["permission"] == "selected"
    return RegistrationShown(
        domain_id=live.remote_id,
        name=_domain(live.remote_id, known),
        visible=live.spec["visible"],
        members=len(live.spec.get("members", ())) if selected else None,
    )


def _callback(spec: Spec) -> CallbackShown:
    """Give the callback of a bot, its address sealed as the state seals it: without query and user."""
    callback = kinds_by_name()["bot"].seal(spec)["callback"]
    url, hidden, _ = callback["url"].partition(_SEALED)
    parts = web_address(url, "https", "http")
    return CallbackShown(
        enabled=callback["enabled"],
        url=url,
        query_hidden=bool(hidden),
        host=(parts.hostname or "") if parts else "",
        message_types=tuple(callback["messageTypes"]),
        events=tuple(callback["events"]),
    )


def _menus(counted: Counted, *, at: Address | None, known: Knowledge) -> Iterator[MenuShown]:
    default = {each.spec["richmenuId"] for each in counted.of("default_rich_menu")}
    for live in _by_id(counted.of("rich_menu")):
        mark = Mark.parse(str(live.facts["name"]))
        key = _key(live.remote_id, at, known)
        yield MenuShown(
            remote_id=live.remote_id,
            name=key or ("" if mark else str(live.facts["name"])),
            areas=len(live.spec["areas"]),
            languages=_languages(live.spec["areas"]),
            default=live.remote_id in default,
            project=mark.project if mark else "",
        )


def _key(menu_id: str, at: Address | None, known: Knowledge) -> str:
    """Give the key that the state has for a rich menu of a bot."""
    if known.state is None or at is None:
        return ""
    entries = known.state.entries.items()
    mine = (each for each, entry in entries if each.root == at and entry.remote_id == menu_id)
    return next((each.path[-1] for each in mine if each.kind == "rich_menu"), "")


def _languages(areas: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    texts = (area["action"].get(name, {}) for area in areas for name in ("label", "text", "displayText"))
    return tuple(sorted({language for each in texts for language, text in each.items() if text} - {DEFAULT}))


def _owner(bot: LiveResource, *, at: Address | None, rich: Iterable[MenuShown], known: Knowledge) -> Ownership:
    mark = Mark.parse(bot.spec["botName"].get(DEFAULT, ""))
    marks = {menu.project for menu in rich} | ({mark.project} if mark else set())
    others = tuple(sorted(marks - {known.project, ""}))
    address, proof = ("", "") if at is None else (str(at), "state")
    if not address and bot.remote_id in known.bound:
        address, proof = f"bot/{known.bound[bot.remote_id]}", "botId"
    if not address and mark is not None and mark.project == known.project:
        keys = {mark_key(Address.top("bot", key)): key for key in known.keys}
        address, proof = (f"bot/{keys[mark.key]}", "mark") if mark.key in keys else ("", "")
    return Ownership(address=address, proof=proof, projects=others, interrupted=mark is not None)
