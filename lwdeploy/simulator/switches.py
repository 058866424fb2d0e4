"""The facts nobody could confirm, each as a named switch.

A switch names one inferred fact of the reference and the readings of it that are possible. The first reading
is the default. A client that is right about LINE WORKS works under every one of them.
"""

from dataclasses import dataclass

__all__ = ["SWITCHES", "Switch"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """One inferred fact: its possible readings (default first), what they are about, what is known of it.

    `section` is that of the reference in which the doubt stands, `source` what public documents have to say.
    """

    name: str
    readings: tuple[str, ...]
    meaning: str
    section: str
    source: str

    @property
    def default(self) -> str:
        """The reading that the reference holds for the likeliest."""
        return self.readings[0]


def _switch(name: str, readings: str, section: str, meaning: str, source: str) -> Switch:
    return Switch(name=name, readings=tuple(readings.split("|")), meaning=meaning, section=section, source=source)


SWITCHES: tuple[Switch, ...] = (
    _switch(
        "absent-menu",
        "404|200-null",
        "9.9",
        "Reading a persistent, default or user menu that is not set.",
        "not documented; a public client expects 404",
    ),
    _switch(
        "all-domains",
        "empty|zero|omitted",
        "9.4",
        "allowDomains of a bot for all domains, as read: [], [0] or absent.",
        "not printed; the body of a real bot in public code has [0]",
    ),
    _switch(
        "bot-times",
        "present|absent",
        "3.1",
        "Whether createdTime and modifiedTime are among a bot's properties.",
        "in the models of public clients, not in the documentation",
    ),
    _switch(
        "callback-events-default",
        "none|all",
        "3.1",
        "callbackEvents of a bot that was created without naming any.",
        "bot-create prints no default",
    ),
    _switch(
        "callback-message-filter",
        "callback-events|off",
        "6",
        "Whether a message of a type outside callbackEvents is kept from the callback.",
        "documented is only that users find the other types greyed out",
    ),
    _switch(
        "callback-without-url",
        "refused|accepted",
        "9.19",
        "enableCallback switched on for a bot without callbackUrl.",
        "not documented",
    ),
    _switch(
        "create-answer",
        "full|id-only",
        "9.1",
        "What the creation of a bot answers.",
        "the end of bot-create was not to be seen; public clients read botId",
    ),
    _switch(
        "create-secret",
        "absent|present",
        "9.1",
        "Whether the creation of a bot shows its first secret.",
        "no documented field; the Developer Console shows the first secret",
    ),
    _switch(
        "delete-linked-menu",
        "accepted|refused",
        "3.5",
        "Deleting a rich menu that is the default or a user's.",
        "not documented",
    ),
    _switch(
        "delete-missing",
        "404|204",
        "3.1",
        "Deleting what is not there (any more).",
        "not documented",
    ),
    _switch(
        "duplicate-member",
        "400|409|accepted",
        "9.8",
        "Adding an allowed user who is on the list already.",
        "not documented",
    ),
    _switch(
        "duplicate-registration",
        "400|409|accepted",
        "9.8",
        "Registering a bot in a domain for the second time.",
        "API 1.0 has ALREADY_REGISTERED_BOT; no status is printed for 2.0",
    ),
    _switch(
        "everyone-answer",
        "array|string",
        "3.3",
        "The members of a registration for everyone: a list of one text, or the text.",
        "bot-domain-member-list says that All users is returned, and prints no form",
    ),
    _switch(
        "expires-in",
        "number|string",
        "1.2",
        "The type of expires_in in a token answer.",
        "public clients parse both",
    ),
    _switch(
        "free-plan-bots",
        "ten|as-set",
        "9.22",
        "Whether a free tenant stops at ten bots.",
        "ten are printed for API 1.0 only",
    ),
    _switch(
        "group-join-with-selected",
        "refused|accepted|forced",
        "9.11",
        "enableGroupJoin together with allowToSelectedMember; forced turns the latter off.",
        "the administrator's help rules it out; what the API does is not documented",
    ),
    _switch(
        "image-file-id",
        "kept|replaced",
        "9.14",
        "Whether a bound menu image reads back under another file id.",
        "not documented; a file of its own lives 24 hours",
    ),
    _switch(
        "last-cursor",
        "null|empty|absent",
        "9.10",
        "nextCursor on the last page.",
        "printed as a required string; a public client stops at any falsy value",
    ),
    _switch(
        "list-order",
        "as-written|sorted",
        "9.20",
        "Order of administrators and localized values when read.",
        "not documented",
    ),
    _switch(
        "long-assertion",
        "refused|accepted",
        "1.2",
        "A signed assertion that is valid for more than an hour.",
        "samples stay within 60 minutes; that more is refused is not documented",
    ),
    _switch(
        "member-add-answer",
        "empty|echo",
        "3.3",
        "Body of the answer to adding an allowed user.",
        "bot-domain-member-create prints no body; one client's own interface echoes the user",
    ),
    _switch(
        "member-add-while-everyone",
        "accepted|refused",
        "3.3",
        "Adding an allowed user while everyone is allowed.",
        "not documented",
    ),
    _switch(
        "member-limit",
        "none|150",
        "4",
        "Most allowed users of one registration.",
        "150 are printed for API 1.0 only",
    ),
    _switch(
        "message-without-registration",
        "refused|accepted",
        "3.1",
        "Sending through a bot that no domain has registered.",
        "a bot cannot be used before it is registered; no status is printed",
    ),
    _switch(
        "missing-bot",
        "404|400",
        "9.7",
        "Status for a bot that does not exist; 400 comes with NONEXISTENT_BOT.",
        "NONEXISTENT_BOT is of API 1.0; 404 is the habit of 2.0",
    ),
    _switch(
        "null-fields",
        "as-absent|refused",
        "9.3",
        "A null in a body, where the field is optional.",
        "not documented",
    ),
    _switch(
        "parallel-writes",
        "tolerated|refused",
        "9.16",
        "Two writes on one bot at the same time; refused is a 500.",
        "the documentation forbids them and does not say what happens",
    ),
    _switch(
        "photo-url",
        "kept|rehosted",
        "9.5",
        "Whether a profile image reads back under the address that was written.",
        "a bot made in the Console reads back an address of the service",
    ),
    _switch(
        "put-omission",
        "reset|keep",
        "9.2",
        "Optional fields that a PUT leaves out.",
        "keeping is documented for PATCH only",
    ),
    _switch(
        "raw-upload",
        "refused|accepted",
        "3.6",
        "Bytes put to an upload address as they are, without a token.",
        "file-upload says POST with a token; the notes of one client say PUT without",
    ),
    _switch(
        "scope-refusal",
        "403|401",
        "2.7",
        "Status for a token that lacks the scope of the operation.",
        "a public client met a 403 text; another one's notes say 401",
    ),
    _switch(
        "surplus-fields",
        "ignored|refused",
        "2.7",
        "Unknown fields in bodies; in messages they are always refused.",
        "a public client saw one refused in a message; nothing is known of other bodies",
    ),
    _switch(
        "text-length",
        "code-points|utf16",
        "4",
        "The unit in which lengths of texts are counted.",
        "not documented",
    ),
    _switch(
        "tokens",
        "independent|newest-only",
        "1.4",
        "Whether a new access token ends the one before it.",
        "not documented",
    ),
    _switch(
        "unset-properties",
        "present|null|omitted",
        "2.9",
        "Properties of a bot that hold nothing, when read.",
        "not documented",
    ),
    _switch(
        "update-answer",
        "object|no-body",
        "9.2",
        "Body of the answer to PUT and PATCH of a bot.",
        "the end of the pages was not to be seen",
    ),
    _switch(
        "user-ids",
        "uuid|as-written",
        "9.6",
        "A user written by login: read back as a user id, or as it came.",
        "lists print user ids only; what becomes of a login is not documented",
    ),
)
