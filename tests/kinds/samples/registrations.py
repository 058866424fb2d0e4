"""Samples of registrations in domains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.kinds.deployment import HANAKO, TARO, least
from tests.kinds.samples.form import Samples, Step

__all__ = ["BOT_DOMAIN"]


def _registered(**spec: Any) -> dict[str, Any]:
    return least(domains=[{"name": "osaka", **spec}])


def _registration(before: Mapping[str, Any], after: Mapping[str, Any], *paths: str, sent: Any) -> Step:
    return Step(
        before=_registered(**before),
        after=_registered(**after),
        paths=paths,
        sent=tuple(sent),
        touches=frozenset({"domains"}),
    )


BOT_DOMAIN = Samples(
    created={
        "least": (_registered(), {"registerBotDomain": 1}),
        "visible": (_registered(visible=True, permission="all"), {"registerBotDomain": 1}),
        "by id": (least(domains=[{"name": 10000003}]), {"registerBotDomain": 1}),
        "selected": (
            _registered(permission="selected", members=[TARO, HANAKO], visible=False),
            {"registerBotDomain": 1, "addBotDomainMember": 2},
        ),
        "nobody": (_registered(permission="selected", members=[]), {"registerBotDomain": 1}),
    },
    steps={
        "visible": _registration(
            {"visible": True}, {"visible": False}, "visible", sent=[("patchBotDomain", {"visible": False})]
        ),
        "visible, members unchanged": _registration(
            {"visible": True, "permission": "selected", "members": [TARO]},
            {"visible": False, "permission": "selected", "members": [TARO]},
            "visible",
            sent=[("patchBotDomain", {"visible": False})],
        ),
        "opened": _registration(
            {"permission": "selected", "members": [TARO]},
            {"permission": "all"},
            "permission",
            sent=[("patchBotDomain", {"allowToSelectedMember": False})],
        ),
        "closed": _registration(
            {"permission": "all"},
            {"permission": "selected", "members": [TARO]},
            "members",
            "permission",
            sent=[("patchBotDomain", {"allowToSelectedMember": True}), ("addBotDomainMember", {"userId": TARO})],
        ),
        "member added": _registration(
            {"permission": "selected", "members": [TARO]},
            {"permission": "selected", "members": [TARO, HANAKO]},
            "members",
            sent=[("addBotDomainMember", {"userId": HANAKO})],
        ),
        "member removed": _registration(
            {"permission": "selected", "members": [TARO, HANAKO]},
            {"permission": "selected", "members": [HANAKO]},
            "members",
            sent=[("deleteBotDomainMember", None)],
        ),
        "member exchanged": _registration(
            {"permission": "selected", "members": [TARO]},
            {"permission": "selected", "members": [HANAKO]},
            "members",
            sent=[("addBotDomainMember", {"userId": HANAKO}), ("deleteBotDomainMember", None)],
        ),
    },
    gone={"helpdesk": least(domains=[])},
    deleted={"deleteBotDomain": 1},
)
