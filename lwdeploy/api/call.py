"""One operation of the Bot API as a value: what to ask, not how to send it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from lwdeploy.core.errors import UserError

__all__ = ["OPERATIONS", "Call", "call"]

_BOT = "/bots/{botId}"
_DOMAIN = _BOT + "/domains/{domainId}"
_MENUS = _BOT + "/richmenus"
_CHANNEL = _BOT + "/channels/{channelId}"

OPERATIONS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "createBot": ("POST", "/bots"),
        "listBots": ("GET", "/bots"),
        "getBot": ("GET", _BOT),
        "updateBot": ("PUT", _BOT),
        "patchBot": ("PATCH", _BOT),
        "deleteBot": ("DELETE", _BOT),
        "reissueBotSecret": ("POST", _BOT + "/secret"),
        "registerBotDomain": ("POST", _DOMAIN),
        "listBotDomains": ("GET", _BOT + "/domains"),
        "updateBotDomain": ("PUT", _DOMAIN),
        "patchBotDomain": ("PATCH", _DOMAIN),
        "deleteBotDomain": ("DELETE", _DOMAIN),
        "addBotDomainMember": ("POST", _DOMAIN + "/members"),
        "listBotDomainMembers": ("GET", _DOMAIN + "/members"),
        "deleteBotDomainMember": ("DELETE", _DOMAIN + "/members/{userId}"),
        "setPersistentMenu": ("POST", _BOT + "/persistentmenu"),
        "getPersistentMenu": ("GET", _BOT + "/persistentmenu"),
        "deletePersistentMenu": ("DELETE", _BOT + "/persistentmenu"),
        "createRichmenu": ("POST", _MENUS),
        "listRichmenus": ("GET", _MENUS),
        "getRichmenu": ("GET", _MENUS + "/{richmenuId}"),
        "deleteRichmenu": ("DELETE", _MENUS + "/{richmenuId}"),
        "setRichmenuImage": ("POST", _MENUS + "/{richmenuId}/image"),
        "getRichmenuImage": ("GET", _MENUS + "/{richmenuId}/image"),
        "setUserRichmenu": ("POST", _MENUS + "/{richmenuId}/users/{userId}"),
        "getUserRichmenu": ("GET", _MENUS + "/users/{userId}"),
        "deleteUserRichmenu": ("DELETE", _MENUS + "/users/{userId}"),
        "setDefaultRichmenu": ("POST", _MENUS + "/{richmenuId}/set-default"),
        "getDefaultRichmenu": ("GET", _MENUS + "/default"),
        "deleteDefaultRichmenu": ("DELETE", _MENUS + "/default"),
        "createAttachment": ("POST", _BOT + "/attachments"),
        "getAttachment": ("GET", _BOT + "/attachments/{fileId}"),
        "createChannel": ("POST", _BOT + "/channels"),
        "getChannel": ("GET", _CHANNEL),
        "leaveChannel": ("DELETE", _CHANNEL),
        "listChannelMembers": ("GET", _CHANNEL + "/members"),
        "sendUserMessage": ("POST", _BOT + "/users/{userId}/messages"),
        "sendChannelMessage": ("POST", _CHANNEL + "/messages"),
        "getUser": ("GET", "/users/{userId}"),
    }
)
"""operationId -> (method, path template): operations 1-38 of reference 3.0, and the look-up of a user (1.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the tenant.

    `path` is a template (`/bots/{botId}`) and `params` fills it; `json` is the body, None for none. Neither
    body nor query is printed: a callback URL may hold a secret.
    """

    operation: str
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any | None = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        return " ".join([self.operation, *(f"{name}={value}" for name, value in self.params.items())])

    @property
    def safe(self) -> bool:
        """Whether the request only reads, so that it may be repeated at will."""
        return self.method == "GET"

    @property
    def target(self) -> str:
        """The path with its parameters in place, percent-encoded."""
        return self.path.format_map({name: _segment(name, value) for name, value in self.params.items()})


def call(
    operation: str, /, *, json: Any | None = None, query: Mapping[str, str] | None = None, **params: str | int
) -> Call:
    """Make the call of an operationId; `params` must be exactly those of its path.

    Raises ValueError for an unknown operation or wrong parameters (our own mistake), and UserError for a
    value that would point the request at another object.
    """
    if operation not in OPERATIONS:
        raise ValueError(f"unknown operation {operation!r}")
    method, path = OPERATIONS[operation]
    wanted = {name for _, name, _, _ in Formatter().parse(path) if name}
    if wanted != set(params):
        raise ValueError(f"{operation} takes {sorted(wanted)}, not {sorted(params)}")
    filled = {name: str(value) for name, value in params.items()}
    for name, value in filled.items():
        _segment(name, value)
    return Call(operation=operation, method=method, path=path, params=filled, json=json, query=query or {})


def _segment(name: str, value: str) -> str:
    # An empty or dotted segment would silently turn "delete this member" into "delete the registration".
    if value in {"", ".", ".."}:
        raise UserError(f"{name} {value!r} cannot be part of a path")
    try:
        return quote(value, safe="")
    except UnicodeEncodeError:
        raise UserError(f"{name} holds half of a character pair and cannot be sent") from None
