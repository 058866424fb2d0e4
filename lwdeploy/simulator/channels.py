"""Message rooms (reference section 3.7)."""

from typing import Any

from lwdeploy.simulator.fields import array, record, text
from lwdeploy.simulator.operations import READ_ALL, WRITE_ALL, Call, Operation
from lwdeploy.simulator.rooms import event, make_room
from lwdeploy.simulator.users import people, user
from lwdeploy.simulator.wire import Answer, ApiError, missing

__all__ = ["OPERATIONS", "find_room", "require_registered"]

_ROOM = record(
    required={"members": people(array(user, least=1, most=100))}, optional={"title": text(longest=1000)}
)
_ROOMS_PER_MINUTE = 10  # on every plan, section 2.6


def require_registered(call: Call, bot_id: int) -> None:
    """Refuse a bot that no domain has registered: it cannot be used yet (section 3.1)."""
    known = call.store.row("SELECT 1 FROM registrations WHERE bot_id = ?", bot_id) is not None
    if not known and call.reads("message-without-registration", "refused"):
        raise ApiError(403, "FORBIDDEN", "The bot is not registered in any domain")


def find_room(call: Call) -> tuple[int, str]:
    """Return the bot and the room of the path; a room without this bot is none."""
    bot_id, channel_id = call.bot_id(), call.path["channelId"]
    row = call.store.row("SELECT 1 FROM channel_bots WHERE channel_id = ? AND bot_id = ?", channel_id, bot_id)
    if row is None:
        raise missing("Channel")
    return bot_id, channel_id


def _create_channel(call: Call) -> Answer:
    bot_id = call.bot_id()
    written = call.body(_ROOM)
    require_registered(call, bot_id)
    members = [call.known_user(one) for one in written["members"]]
    title = written.get("title")
    channel_id, joined = make_room(call.tenant, bot_id, members, title=title)
    content: dict[str, Any] = {"channelId": channel_id}
    return Answer(status=201, content=content if title is None else content | {"title": title}, events=(joined,))


def _get_channel(call: Call) -> Answer:
    _, channel_id = find_room(call)
    domain_id, title, kind, unit = call.store.rows(
        "SELECT domain_id, title, kind, unit FROM channels WHERE channel_id = ?", channel_id
    )[0]
    sort = {"type": kind}
    if unit is not None:
        sort["orgUnitId" if kind == "ORGUNIT" else "groupId"] = unit
    content = {"domainId": domain_id, "channelId": channel_id, "title": title or "", "channelType": sort}
    return Answer(status=200, content=content)


def _leave_channel(call: Call) -> Answer:
    bot_id, channel_id = find_room(call)
    domain_id = call.store.count("SELECT domain_id FROM channels WHERE channel_id = ?", channel_id)
    call.store.run("DELETE FROM channel_bots WHERE channel_id = ? AND bot_id = ?", channel_id, bot_id)
    left = event(call.tenant, bot_id, "leave", {"channelId": channel_id, "domainId": domain_id})
    return Answer(status=204, events=(left,))


def _list_members(call: Call) -> Answer:
    page = call.page()
    _, channel_id = find_room(call)
    rows = call.store.rows(
        "SELECT seq, user_id FROM channel_members WHERE channel_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        *(channel_id, page.after, page.probe),
    )
    return Answer(status=200, content=page.answer("members", [(row[0], row[1]) for row in rows]))


_ALL = "/bots/{botId}/channels"
_ONE = _ALL + "/{channelId}"

OPERATIONS = (
    Operation(
        name="createChannel",
        method="POST",
        path=_ALL,
        scopes=WRITE_ALL,
        handle=_create_channel,
        per_minute=_ROOMS_PER_MINUTE,
    ),
    Operation(name="getChannel", method="GET", path=_ONE, scopes=READ_ALL, handle=_get_channel),
    Operation(name="leaveChannel", method="DELETE", path=_ONE, scopes=WRITE_ALL, handle=_leave_channel),
    Operation(
        name="listChannelMembers",
        method="GET",
        path=_ONE + "/members",
        scopes=READ_ALL,
        handle=_list_members,
    ),
)
