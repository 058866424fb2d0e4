"""The facts nobody could confirm, each as a named switch.

A switch names one inferred fact of the reference and the readings of it that are possible. The first reading
is the default. A client that is right about LINE WORKS works under every one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["SWITCHES", "Readings", "Switch", "UnknownReadingError"]


class UnknownReadingError(ValueError):
    """A switch, or a reading of it, that the registry does not have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """One inferred fact: its possible readings (default first), what they mean, the section of the doubt."""

    name: str
    readings: tuple[str, ...]
    meaning: str
    section: str

    @property
    def default(self) -> str:
        """The reading that the reference holds for the likeliest."""
        return self.readings[0]


def _switch(name: str, readings: str, section: str, meaning: str) -> Switch:
    return Switch(name=name, readings=tuple(readings.split("|")), meaning=meaning, section=section)


SWITCHES: tuple[Switch, ...] = (
    _switch("absent-menu", "404|200-null", "9.9", "Reading a persistent, default or user menu that is not set."),
    _switch(
        "all-domains",
        "empty|zero|omitted",
        "9.4",
        "allowDomains of a bot for all domains, as read: [], [0] or absent.",
    ),
    _switch(
        "bot-times",
        "present|absent",
        "3.1",
        "Whether createdTime and modifiedTime are among a bot's properties.",
    ),
    _switch(
        "callback-events-default",
        "none|all",
        "3.1",
        "callbackEvents of a bot that was created without naming any.",
    ),
    _switch(
        "callback-message-filter",
        "callback-events|off",
        "6",
        "Whether a message of a type outside callbackEvents is kept from the callback.",
    ),
    _switch(
        "callback-without-url",
        "refused|accepted",
        "9.19",
        "enableCallback switched on for a bot without callbackUrl.",
    ),
    _switch("create-answer", "full|id-only", "9.1", "What the creation of a bot answers."),
    _switch("create-secret", "absent|present", "9.1", "Whether the creation of a bot shows its first secret."),
    _switch(
        "delete-linked-menu",
        "accepted|refused",
        "3.5",
        "Deleting a rich menu that is the default or a user's.",
    ),
    _switch("delete-missing", "404|204", "3.1", "Deleting what is not there (any more)."),
    _switch("duplicate-member", "400|409|accepted", "9.8", "Adding an allowed user who is on the list already."),
    _switch(
        "duplicate-registration",
        "400|409|accepted",
        "9.8",
        "Registering a bot in a domain for the second time.",
    ),
    _switch(
        "everyone-answer",
        "array|string",
        "3.3",
        "The members of a registration for everyone: a list of one text, or the text.",
    ),
    _switch("expires-in", "number|string", "1.2", "The type of expires_in in a token answer."),
    _switch("free-plan-bots", "ten|as-set", "9.22", "Whether a free tenant stops at ten bots."),
    _switch(
        "group-join-with-selected",
        "refused|accepted|forced",
        "9.11",
        "enableGroupJoin together with allowToSelectedMember; forced turns the latter off.",
    ),
    _switch(
        "image-file-id",
        "kept|replaced",
        "9.14",
        "Whether a bound menu image reads back under another file id.",
    ),
    _switch("last-cursor", "null|empty|absent", "9.10", "nextCursor on the last page."),
    _switch("list-order", "as-written|sorted", "9.20", "Order of administrators and localized values when read."),
    _switch(
        "long-assertion", "refused|accepted", "1.2", "A signed assertion that is valid for more than an hour."
    ),
    _switch("member-add-answer", "empty|echo", "3.3", "Body of the answer to adding an allowed user."),
    _switch(
        "member-add-while-everyone",
        "accepted|refused",
        "3.3",
        "Adding an allowed user while everyone is allowed.",
    ),
    _switch("member-limit", "none|150", "4", "Most allowed users of one registration."),
    _switch(
        "message-without-registration",
        "refused|accepted",
        "3.1",
        "Sending through a bot that no domain has registered.",
    ),
    _switch(
        "missing-bot",
        "404|400",
        "9.7",
        "Status for a bot that does not exist; 400 comes with NONEXISTENT_BOT.",
    ),
    _switch("null-fields", "as-absent|refused", "9.3", "A null in a body, where the field is optional."),
    _switch(
        "parallel-writes",
        "tolerated|refused",
        "9.16",
        "Two writes on one bot at the same time; refused is a 500.",
    ),
    _switch(
        "photo-url",
        "kept|rehosted",
        "9.5",
        "Whether a profile image reads back under the address that was written.",
    ),
    _switch("put-omission", "reset|keep", "9.2", "Optional fields that a PUT leaves out."),
    _switch(
        "raw-upload",
        "refused|accepted",
        "3.6",
        "Bytes put to an upload address as they are, without a token.",
    ),
    _switch("scope-refusal", "403|401", "2.7", "Status for a token that lacks the scope of the operation."),
    _switch(
        "surplus-fields",
        "ignored|refused",
        "2.7",
        "Unknown fields in bodies; in messages they are always refused.",
    ),
    _switch("text-length", "code-points|utf16", "4", "The unit in which lengths of texts are counted."),
    _switch("tokens", "independent|newest-only", "1.4", "Whether a new access token ends the one before it."),
    _switch(
        "unset-properties", "present|null|omitted", "2.9", "Properties of a bot that hold nothing, when read."
    ),
    _switch("update-answer", "object|no-body", "9.2", "Body of the answer to PUT and PATCH of a bot."),
    _switch(
        "user-ids",
        "uuid|as-written",
        "9.6",
        "A user written by login: read back as a user id, or as it came.",
    ),
)


class Readings:
    """The reading in force of every switch; unknown names and values are refused when set, not when used."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._switches = {switch.name: switch for switch in SWITCHES}
        self._values = {switch.name: switch.default for switch in SWITCHES}
        for name, value in chosen.items():
            self.choose(name, value)

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def choose(self, name: str, value: str) -> None:
        """Put one reading in force from the next request on."""
        switch = self._switches.get(name)
        if switch is None:
            raise UnknownReadingError(
                f"no switch is called {name!r}; there are {', '.join(sorted(self._switches))}"
            )
        if value not in switch.readings:
            raise UnknownReadingError(
                f"switch {name} has no reading {value!r}; choose from {', '.join(switch.readings)}"
            )
        self._values[name] = value

    def chosen(self) -> dict[str, str]:
        """Return every switch with the reading in force, by name."""
        return dict(self._values)
