"""What a report of a whole tenant says: plain values, and what can be told from them. Pure.

The console's status is in no answer of the API: it is derived from the registrations (reference 7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

__all__ = [
    "BotShown",
    "CallbackShown",
    "Directory",
    "MenuShown",
    "Ownership",
    "Person",
    "RegistrationShown",
    "ShownStatus",
    "TenantReport",
]


class ShownStatus(StrEnum):
    """The console's word for a bot, as far as it can be derived."""

    PREPARING = "Preparing"
    PUBLIC = "Public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person in charge: the id as the service shows it, the login and the name where they are known.

    `left` tells whether the directory knows the person no more; None where it was not asked.
    """

    user_id: str
    login: str = ""
    name: str = ""
    left: bool | None = None

    @property
    def shown(self) -> str:
        """The login where it is known, else the id."""
        return self.login or self.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """What a look into the directory gave: people by id, None for one who is in it no more.

    Where it could not be asked, `unchecked` says why.
    """

    people: Mapping[str, Person | None] = field(default_factory=dict)
    unchecked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationShown:
    """A bot in a domain. `name` is what the tenant's manifest calls the domain, or its id.

    `members` counts those who may use it; None where everybody in the domain may.
    """

    domain_id: str
    name: str
    visible: bool
    members: int | None = None

    @property
    def seen(self) -> bool:
        """Whether anybody finds the bot in the list of bots and may use it."""
        return self.visible and self.members != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuShown:
    """A rich menu: its key where it is ours, else its name in the tenant; the languages of its texts.

    `project` is the project whose mark it carries, empty for none.
    """

    remote_id: str
    name: str
    areas: int
    languages: tuple[str, ...] = ()
    default: bool = False
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackShown:
    """Where a bot's events go. The query of the address is not shown, only that there is one."""

    enabled: bool
    url: str = ""
    query_hidden: bool = False
    host: str = ""
    message_types: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ownership:
    """Whose a bot is: our address and what proves it, or the projects of others whose marks are on it.

    `interrupted` is set while the bot's name is a mark: a create was begun and not ended.
    """

    address: str = ""
    proof: str = ""
    projects: tuple[str, ...] = ()
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BotShown:
    """One bot. Texts are maps of language to text, the default among them; a text that is not there is left out.

    `allowed_domains` is None where the bot may be registered in all; `persistent` are the labels of its buttons.
    """

    bot_id: str
    name: Mapping[str, str]
    owner: Ownership = Ownership()
    description: Mapping[str, str] = field(default_factory=dict)
    primary: tuple[Person, ...] = ()
    vice: tuple[Person, ...] = ()
    join_rooms: bool = False
    allowed_domains: tuple[str, ...] | None = None
    callback: CallbackShown = CallbackShown(enabled=False)
    registrations: tuple[RegistrationShown, ...] = ()
    persistent: tuple[Mapping[str, str], ...] = ()
    rich: tuple[MenuShown, ...] = ()

    @property
    def title(self) -> str:
        """The name that people see, or the id where there is none."""
        return self.name.get("default") or self.bot_id

    @property
    def status(self) -> ShownStatus:
        """Preparing without a registration, else Public."""
        return ShownStatus.PUBLIC if self.registrations else ShownStatus.PREPARING

    @property
    def people(self) -> tuple[Person, ...]:
        """All persons in charge."""
        return (*self.primary, *self.vice)

    @property
    def unseen(self) -> str:
        """Why nobody finds the bot, empty where somebody does."""
        if not self.registrations:
            return "registered in no domain"
        if any(each.seen for each in self.registrations):
            return ""
        if any(each.visible for each in self.registrations):
            return "for selected members, and there are none"
        return "visible in no domain"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantReport:
    """A whole tenant. `limit` is how many bots it takes, `project` who we are.

    `unchecked` says why the directory was not asked, empty where it was; `notes` are what else could not be
    known.
    """

    tenant: str
    project: str
    limit: int
    bots: tuple[BotShown, ...]
    unchecked: str = ""
    notes: tuple[str, ...] = ()

    @property
    def managed(self) -> int:
        """How many bots are ours."""
        return sum(bool(bot.owner.address) for bot in self.bots)

    def count(self, status: ShownStatus) -> int:
        """Count the bots with a status."""
        return sum(bot.status is status for bot in self.bots)

    @property
    def hosts(self) -> Mapping[str, tuple[BotShown, ...]]:
        """The bots by the host that their callback goes to, if it is on: most bots first."""
        found: defaultdict[str, list[BotShown]] = defaultdict(list)
        for bot in self.bots:
            if bot.callback.enabled and bot.callback.host:
                found[bot.callback.host].append(bot)
        order = sorted(found, key=lambda host: (-len(found[host]), host))
        return {host: tuple(found[host]) for host in order}
