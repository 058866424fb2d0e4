"""Sending messages to users and rooms (reference section 3.8)."""

import json
from typing import Any

from lwdeploy.simulator.attachments import find_upload
from lwdeploy.simulator.channels import find_room, require_registered
from lwdeploy.simulator.content import CONTENT
from lwdeploy.simulator.fields import record
from lwdeploy.simulator.operations import WRITE_ALL, Call, Operation
from lwdeploy.simulator.rooms import private_room
from lwdeploy.simulator.wire import Answer, invalid

__all__ = ["OPERATIONS"]

_MESSAGE = record(required={"content": CONTENT})


def _content(call: Call, bot_id: int) -> dict[str, Any]:
    content: dict[str, Any] = call.body(_MESSAGE)["content"]
    require_registered(call, bot_id)
    if "fileId" in content and find_upload(call.tenant, bot_id, content["fileId"]) is None:
        raise invalid("content.fileId", "content is invalid")
    return content


def _keep(call: Call, bot_id: int, content: dict[str, Any], *, user: str | None, channel: str) -> Answer:
    call.store.run(
        "INSERT INTO messages (bot_id, user_id, channel_id, content, sent) VALUES (?, ?, ?, ?, ?)",
        *(bot_id, user, channel, json.dumps(content), call.tenant.clock.now()),
    )
    return Answer(status=201)


def _send_to_user(call: Call) -> Answer:
    bot_id, user_id = call.bot_id(), call.user_id()
    content = _content(call, bot_id)
    return _keep(call, bot_id, content, user=user_id, channel=private_room(call.tenant, bot_id, user_id))


def _send_to_channel(call: Call) -> Answer:
    bot_id, channel_id = find_room(call)
    return _keep(call, bot_id, _content(call, bot_id), user=None, channel=channel_id)


OPERATIONS = (
    Operation(
        name="sendUserMessage",
        method="POST",
        path="/bots/{botId}/users/{userId}/messages",
        scopes=WRITE_ALL,
        handle=_send_to_user,
    ),
    Operation(
        name="sendChannelMessage",
        method="POST",
        path="/bots/{botId}/channels/{channelId}/messages",
        scopes=WRITE_ALL,
        handle=_send_to_channel,
    ),
)
