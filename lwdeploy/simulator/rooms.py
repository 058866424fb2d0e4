"""The rooms of bots and users, and the events that tell of them (reference sections 3.7 and 6)."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from lwdeploy.simulator.clock import iso
from lwdeploy.simulator.operations import Tenant
from lwdeploy.simulator.wire import Event

__all__ = ["domain_of", "event", "leave_rooms", "make_room", "private_room"]

_PRIVATE = uuid.UUID("0c9c0f0e-8a0e-5a57-9d0b-6f3f0c1f4f55")


def event(tenant: Tenant, bot_id: int, kind: str, source: Mapping[str, Any], **more: object) -> Event:
    """Build an event for a bot, issued now."""
    body = {"type": kind, "source": dict(source), "issuedTime": iso(tenant.clock.now()), **more}
    return Event(bot_id=bot_id, body=body)


def domain_of(tenant: Tenant, user_id: str) -> int:
    """Return the domain of a user; one whom the directory does not hold counts to the first domain."""
    row = tenant.store.row("SELECT domain_id FROM users WHERE user_id = ?", user_id)
    return tenant.domains[0] if row is None else int(row[0])


def make_room(tenant: Tenant, bot_id: int, members: Iterable[str], *, title: str | None) -> tuple[str, Event]:
    """Put a bot and users (by user id) into a new room; return it with the bot's join event."""
    users = tuple(members)
    channel_id, domain_id = str(uuid.uuid4()), domain_of(tenant, users[0])
    tenant.store.run("INSERT INTO channels VALUES (?, ?, ?, 'MULTI_USERS', NULL)", channel_id, domain_id, title)
    tenant.store.run("INSERT INTO channel_bots VALUES (?, ?)", channel_id, bot_id)
    for user_id in users:
        tenant.store.run("INSERT INTO channel_members (channel_id, user_id) VALUES (?, ?)", channel_id, user_id)
    return channel_id, event(tenant, bot_id, "join", {"channelId": channel_id, "domainId": domain_id})


def private_room(tenant: Tenant, bot_id: int, user_id: str) -> str:
    """Return the room that one user and one bot share, which is there from their first word on."""
    channel_id = str(uuid.uuid5(_PRIVATE, f"{bot_id} {user_id}"))
    if tenant.store.row("SELECT 1 FROM channels WHERE channel_id = ?", channel_id) is None:
        domain_id = domain_of(tenant, user_id)
        tenant.store.run("INSERT INTO channels VALUES (?, ?, NULL, 'SINGLE_USER', NULL)", channel_id, domain_id)
        tenant.store.run("INSERT INTO channel_bots VALUES (?, ?)", channel_id, bot_id)
        tenant.store.run("INSERT INTO channel_members (channel_id, user_id) VALUES (?, ?)", channel_id, user_id)
    return channel_id


def leave_rooms(tenant: Tenant, bot_id: int) -> tuple[Event, ...]:
    """Take the bot out of every room with several people and return the events of it."""
    rooms = tenant.store.rows(
        "SELECT channel_id, domain_id FROM channel_bots JOIN channels USING (channel_id)"
        " WHERE bot_id = ? AND kind != 'SINGLE_USER' ORDER BY channel_id",
        bot_id,
    )
    for channel_id, _ in rooms:
        tenant.store.run("DELETE FROM channel_bots WHERE channel_id = ? AND bot_id = ?", channel_id, bot_id)
    return tuple(event(tenant, bot_id, "leave", {"channelId": room, "domainId": domain}) for room, domain in rooms)
