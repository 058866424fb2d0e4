"""The form that every operation of the API has, and what its handler is given."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lwdeploy.simulator.clock import Clock
from lwdeploy.simulator.fields import Check, Rules
from lwdeploy.simulator.paging import Page, read_page
from lwdeploy.simulator.readings import Readings
from lwdeploy.simulator.settings import Settings
from lwdeploy.simulator.storage import Storage
from lwdeploy.simulator.users import require_known, user
from lwdeploy.simulator.wire import Answer, ApiError, Request, invalid, missing, parse_json

__all__ = ["MANAGE", "READ_ALL", "READ_BOT", "WRITE_ALL", "Call", "Operation", "Tenant"]

# Who may call what: reference section 1.5.
MANAGE = frozenset({"bot"})
READ_BOT = frozenset({"bot", "bot.read"})
WRITE_ALL = frozenset({"bot", "bot.message"})
READ_ALL = frozenset({"bot", "bot.message", "bot.read"})

_INTEGER = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenant:
    """What the operations work on: the memory, the clock, the settings and the readings in force."""

    store: Storage
    clock: Clock
    settings: Settings
    readings: Readings
    domains: tuple[int, ...]

    @property
    def rules(self) -> Rules:
        """How strictly bodies are read just now."""
        return Rules(
            refuse_surplus=self.readings["surplus-fields"] == "refused",
            refuse_null=self.readings["null-fields"] == "refused",
            utf16=self.readings["text-length"] == "utf16",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call of one operation; a handler reads it and returns an `Answer` or raises `ApiError`.

    Handlers run inside a transaction (GET: inside a read), so they neither begin nor commit.
    """

    tenant: Tenant
    request: Request
    path: Mapping[str, str]

    @property
    def store(self) -> Storage:
        """The tenant's memory."""
        return self.tenant.store

    def reads(self, switch: str, reading: str) -> bool:
        """Tell whether a switch has this reading now."""
        return self.tenant.readings[switch] == reading

    def number(self, name: str) -> int:
        """Return an id of the path that is a number."""
        written = self.path[name]
        if not _INTEGER.fullmatch(written) or not -(2**63) <= int(written) < 2**63:
            raise invalid(name, "must be an integer")
        return int(written)

    def user_id(self) -> str:
        """Return the user of the path, who may be written as user id or login and has to be known.

        What an unknown one meets is of the switch `missing-user`.
        """
        written: str = user(self.path["userId"], "userId", self.tenant.rules)
        try:
            return self.known_user(written)
        except ApiError:
            if self.reads("missing-user", "404"):
                raise missing("User") from None
            raise

    def known_user(self, written: str) -> str:
        """Return the id of a user whom the directory, when strict, has to hold."""
        return require_known(self.store, written, strict=self.tenant.settings.strict_directory)

    def bot_id(self) -> int:
        """Return the bot of the path; what names no bot is refused."""
        bot_id = self.number("botId")
        if self.store.row("SELECT 1 FROM bots WHERE bot_id = ?", bot_id) is None:
            raise self.no_bot()
        return bot_id

    def no_bot(self) -> ApiError:
        """Say that there is no such bot, as the switch `missing-bot` has it."""
        if self.reads("missing-bot", "400"):
            return ApiError(400, "NONEXISTENT_BOT", "Bot does not exist.")
        return missing("Bot")

    def body(self, check: Check, *, optional: bool = False) -> Any:
        """Read the JSON body; an `optional` one may be left out, which is the same as an empty object."""
        if optional and not self.request.body:
            return {}
        if not self.request.body:
            raise invalid("body", "is required")
        return check(parse_json(self.request.body), "", self.tenant.rules)

    def page(self) -> Page:
        """Read which part of a list is wanted."""
        return read_page(self.request.parameters(), last=self.tenant.readings["last-cursor"])

    def gone(self, what: str) -> Answer:
        """Answer the deletion of something that is not there, as the switch `delete-missing` has it."""
        if self.reads("delete-missing", "204"):
            return Answer(status=204)
        raise missing(what)


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One operation of the API, by the operationId of its description.

    `scopes` are those of which a token needs one. `serialised` operations must not run in parallel on one bot
    (reference section 2.8). `per_minute` replaces the plan's rate (section 2.6).
    """

    name: str
    method: str
    path: str
    scopes: frozenset[str]
    handle: Callable[[Call], Answer]
    serialised: bool = False
    per_minute: int | None = None
