"""The world of the model, as values: one tenant and one place for state. A world and a request give the next one.

The tenant creates, lists, changes, registers and deletes bots; the place swaps named byte strings. All is tuples:
worlds are hashed by the hundred thousand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from lwdeploy.state.codec import decode
from lwdeploy.state.remote import STATE

__all__ = [
    "DOMAIN",
    "LOST",
    "MOVED",
    "SOMEBODY",
    "Answer",
    "Bot",
    "Failure",
    "Lag",
    "Request",
    "Rules",
    "Stored",
    "World",
    "listed",
    "perform",
    "remembered",
]

DOMAIN = "10000001"


class Failure(NamedTuple):
    """An answer that is none: what went wrong, and the status of a refusal."""

    what: str
    status: int = 0


LOST = Failure("lost")
MOVED = Failure("moved")
GONE = Failure("refused", 404)
TWICE = Failure("refused", 409)


class Bot(NamedTuple):
    """A bot of the tenant: `first` is the name that it was made under."""

    remote_id: str
    name: str
    description: str
    domains: tuple[str, ...] = ()
    first: str = ""


class Stored(NamedTuple):
    """A byte string in the place for state; versions are those of its content, as entity tags are."""

    name: str
    content: bytes

    @property
    def version(self) -> str:
        """A hash of the content."""
        return _version(self.content)


@cache
def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


class World(NamedTuple):
    """Everything that runs share: bots, how many were ever made, bots that went, and the place for state."""

    bots: tuple[Bot, ...] = ()
    made: int = 0
    gone: tuple[Bot, ...] = ()
    stored: tuple[Stored, ...] = ()


class Request(NamedTuple):
    """What a run asks for: an operation of the API or of the place, its object, and what it brings."""

    operation: str
    target: str = ""
    body: tuple[tuple[str, str], ...] = ()
    content: bytes = b""
    expected: str | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes anything."""
        return self.operation in _WRITES

    @property
    def of_tenant(self) -> bool:
        """Whether it goes to the tenant, and not to the place for state."""
        return self.operation not in {"get", "put", "drop"}

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.body)
        return " ".join(filter(None, (self.operation, self.target, told)))


class Lag(StrEnum):
    """How a list is out of date."""

    LACKS = "lacks the newest"
    LINGERS = "shows what is gone"
    FORMER = "shows the first names"


Rows = tuple[tuple[str, str], ...]
Answer = Failure | Bot | tuple[bytes, str] | Rows | tuple[str, ...] | str | None

_WRITES = frozenset({"createBot", "patchBot", "deleteBot", "registerBotDomain", "patchBotDomain", "put", "drop"})

SOMEBODY = Bot("100", "Canteen", "Not ours", (DOMAIN,), "Canteen")
"""A bot that somebody made in the console."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a world works.

    `swap`: the place for state compares before it swaps. `loses_state`: its answers can be lost, as those of the
    tenant can. `late`: what was sent in vain may arrive at any time, and not only at once. The answers of
    the lease always come: all that it does is keep honest runs apart, and that is not relied on here.
    """

    swap: bool = True
    loses_state: bool = True
    late: bool = True

    def can_lose(self, request: Request) -> bool:
        """Tell whether a request or its answer may be lost."""
        return request.writes and (request.of_tenant or (self.loses_state and request.target == STATE))


def perform(world: World, request: Request, rules: Rules) -> tuple[World, Answer]:
    """Do what is asked; give the next world and the answer."""
    if request.of_tenant:
        return _TENANT[request.operation](world, request)
    return _place(world, request, rules)


# --- the tenant


def listed(world: World, lag: Lag | None = None) -> Rows:
    """Give the list of bots, or one that is out of date."""
    rows = [(bot.remote_id, bot.name) for bot in world.bots]
    if lag is Lag.LACKS:
        rows = rows[:-1]
    elif lag is Lag.LINGERS:
        rows += [(bot.remote_id, bot.name) for bot in world.gone[-1:]]
    elif lag is Lag.FORMER:
        rows = [(bot.remote_id, bot.first) for bot in world.bots]
    return tuple(rows)


def _list(world: World, _request: Request) -> tuple[World, Answer]:
    return world, listed(world)


def _create(world: World, request: Request) -> tuple[World, Answer]:
    fields = dict(request.body)
    remote_id = str(200 + world.made)
    made = Bot(remote_id, fields["botName"], fields["description"], (), fields["botName"])
    return world._replace(bots=(*world.bots, made), made=world.made + 1), remote_id


def _get(world: World, request: Request) -> tuple[World, Answer]:
    return world, _find(world, request.target) or GONE


def _patch(world: World, request: Request) -> tuple[World, Answer]:
    bot, fields = _find(world, request.target), dict(request.body)
    if bot is None:
        return world, GONE
    name, description = fields.get("botName", bot.name), fields.get("description", bot.description)
    return _put_back(world, bot._replace(name=name, description=description)), None


def _register(world: World, request: Request) -> tuple[World, Answer]:
    bot = _find(world, request.target)
    if bot is None:
        return world, GONE
    if bot.domains:
        return world, TWICE
    return _put_back(world, bot._replace(domains=(DOMAIN,))), None


def _domains(world: World, request: Request) -> tuple[World, Answer]:
    bot = _find(world, request.target)
    return world, GONE if bot is None else bot.domains


def _delete(world: World, request: Request) -> tuple[World, Answer]:
    bot = _find(world, request.target)
    if bot is None:
        return world, GONE
    return world._replace(bots=tuple(each for each in world.bots if each != bot), gone=(bot,)), None


_TENANT = MappingProxyType(
    {
        "listBots": _list,
        "createBot": _create,
        "getBot": _get,
        "patchBot": _patch,
        "registerBotDomain": _register,
        "listBotDomains": _domains,
        "deleteBot": _delete,
    }
)


def _find(world: World, remote_id: str) -> Bot | None:
    return next((bot for bot in world.bots if bot.remote_id == remote_id), None)


def _put_back(world: World, changed: Bot) -> World:
    return world._replace(bots=tuple(changed if bot.remote_id == changed.remote_id else bot for bot in world.bots))


# --- the place for state


def _place(world: World, request: Request, rules: Rules) -> tuple[World, Answer]:
    there: Mapping[str, Stored] = {each.name: each for each in world.stored}
    now = there.get(request.target)
    if request.operation == "get":
        return world, None if now is None else (now.content, now.version)
    if request.operation == "drop" and now is None:
        return world, None
    swaps = rules.swap or request.target != STATE
    if swaps and request.expected != (None if now is None else now.version):
        return world, MOVED
    left = [each for each in world.stored if each.name != request.target]
    if request.operation == "put":
        made = Stored(request.target, request.content)
        return world._replace(stored=tuple(sorted((*left, made)))), made.version
    return world._replace(stored=tuple(left)), None


@cache
def remembered(stored: tuple[Stored, ...]) -> frozenset[str]:
    """Give the ids of all bots that the state remembers."""
    content = next((each.content for each in stored if each.name == STATE), None)
    if content is None:
        return frozenset()
    state = decode(content, place="the model", advice="")
    return frozenset(entry.remote_id for address, entry in state.entries.items() if address.is_root)
