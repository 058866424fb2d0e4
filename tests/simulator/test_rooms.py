"""Rooms and the messages that bots send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.conftest import ADMIN, OSAKA, TOKYO

if TYPE_CHECKING:
    from tests.simulator.conftest import Api

_URL = "https://static.example.com/x.png"
_POSTBACK = {"type": "postback", "label": "Yes", "data": "yes"}
_CAMERA = {"type": "camera", "label": "Take one"}
_MESSAGE = {"type": "message", "label": "Yes", "text": "yes"}


@pytest.fixture
def bot(api: Api) -> str:
    bot_id = api.make_bot()
    api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}")
    return f"/bots/{bot_id}"


def test_a_room_has_members_a_title_and_the_domain_of_its_first_member(api: Api, bot: str) -> None:
    users = [api.tenant.make_user("osaka@example.com", domain_id=OSAKA), api.tenant.make_user("b@example.com")]
    made = api.done("POST", f"{bot}/channels", {"members": users, "title": "Night shift"})
    room = f"{bot}/channels/{made['channelId']}"
    assert api.done("GET", room) == {**made, "domainId": OSAKA, "channelType": {"type": "MULTI_USERS"}}
    assert api.listed(f"{room}/members", "members") == users


def test_a_bot_that_left_does_not_know_the_room(api: Api, bot: str) -> None:
    room = f"{bot}/channels/{api.done('POST', f'{bot}/channels', {'members': [ADMIN]})['channelId']}"
    api.done("DELETE", room)
    for method, path in (("GET", room), ("DELETE", room), ("GET", f"{room}/members")):
        assert api.refused(method, path)[:2] == (404, "NOT_FOUND")
    assert api.refused("POST", f"{room}/messages", text("x"))[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "members is required"),
        ({"members": []}, "members"),
        ({"members": [ADMIN, "Admin@example.com"]}, "members must not repeat"),
        ({"members": [f"u{number}@example.com" for number in range(101)]}, "Maximum members length is 100"),
        ({"members": [ADMIN], "title": "x" * 1001}, "Maximum title length is 1000"),
    ],
)
def test_a_wrong_room_is_refused(api: Api, bot: str, body: object, field: str) -> None:
    assert field in api.refused("POST", f"{bot}/channels", body)[2]


def test_an_unregistered_bot_can_neither_write_nor_make_rooms(api: Api) -> None:
    bot = f"/bots/{api.make_bot()}"
    assert api.refused("POST", f"{bot}/users/{ADMIN}/messages", text("x"))[0] == 403
    assert api.refused("POST", f"{bot}/channels", {"members": [ADMIN]})[0] == 403


# --- messages -----------------------------------------------------------------------------------


def text(words: str) -> dict[str, Any]:
    return {"content": {"type": "text", "text": words}}


def test_a_message_reaches_a_user_or_a_room_and_answers_nothing(api: Api, bot: str) -> None:
    room = api.done("POST", f"{bot}/channels", {"members": [ADMIN]})["channelId"]
    assert api.done("POST", f"{bot}/users/{ADMIN}/messages", text("to you")) is None
    assert api.done("POST", f"{bot}/channels/{room}/messages", text("to all")) is None
    first, second = api.tenant.sent_messages()
    assert (first["content"]["text"], second["content"]["text"]) == ("to you", "to all")
    assert (second["userId"], second["channelId"]) == (None, room)


def carousel(*columns: dict[str, Any]) -> dict[str, Any]:
    return {"type": "carousel", "columns": list(columns)}


def column(**over: Any) -> dict[str, Any]:
    return {"text": "x", "actions": [_POSTBACK], **over}


@pytest.mark.parametrize(
    "content",
    [
        {"type": "text", "text": "x" * 2000, "i18nTexts": [{"language": "ja_JP", "text": "x"}]},
        {"type": "sticker", "packageId": "1", "stickerId": 2},
        {"type": "image", "previewImageUrl": _URL, "originalContentUrl": _URL},
        {"type": "file", "originalContentUrl": _URL},
        {"type": "audio", "originalContentUrl": _URL},
        {"type": "video", "previewImageUrl": _URL, "originalContentUrl": _URL},
        {"type": "location", "title": "HQ", "address": "Tokyo", "latitude": 35.6, "longitude": 139},
        {"type": "link", "contentText": "a", "linkText": "b", "link": _URL},
        {"type": "button_template", "contentText": "a", "actions": [_MESSAGE] * 10},
        {"type": "list_template", "elements": [{"title": "a", "action": _MESSAGE}], "actions": [[_MESSAGE] * 2]},
        carousel(column(), column()),
        carousel(column(title="t", defaultAction={"type": "uri", "uri": _URL})),
        {"type": "image_carousel", "columns": [{"originalContentUrl": _URL, "action": _MESSAGE}]},
        {"type": "flex", "altText": "a", "contents": {"type": "bubble"}},
        {"type": "flex", "altText": "a", "contents": {"type": "carousel", "contents": [{"type": "bubble"}]}},
        {
            "type": "text",
            "text": "x",
            "quickReply": {"items": [{"action": {"type": "camera", "label": "x"}}] * 13},
        },
    ],
    ids=lambda content: content["type"],
)
def test_every_type_of_message_is_taken(api: Api, bot: str, content: dict[str, Any]) -> None:
    api.done("POST", f"{bot}/users/{ADMIN}/messages", {"content": content})


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "content.type is required"),
        ({"type": "texts"}, "content.type"),
        ({"type": "text"}, "content.text is required"),
        ({"type": "text", "text": "x" * 2001}, "Maximum content.text length is 2000"),
        ({"type": "text", "text": "x", "duration": 3}, "content.duration"),
        ({"type": "sticker", "packageId": "1", "stickerId": True}, "content.stickerId"),
        ({"type": "image", "originalContentUrl": _URL}, "content.previewImageUrl is required"),
        ({"type": "image"}, "content.originalContentUrl is required"),
        ({"type": "file", "originalContentUrl": _URL, "fileId": "x"}, "content.fileId"),
        ({"type": "file", "fileId": "jp1.1"}, "content.fileId content is invalid"),
        ({"type": "file", "originalContentUrl": "http://x.example.com"}, "content.originalContentUrl"),
        ({"type": "location", "title": "a", "address": "b", "latitude": "1", "longitude": 2}, "content.latitude"),
        ({"type": "file", "originalContentUrl": "https://[x"}, "content.originalContentUrl"),
        (carousel(column(actions=["x"])), "content.columns[0].actions[0] must be an object"),
        ({"type": "button_template", "contentText": "a", "actions": []}, "content.actions"),
        ({"type": "button_template", "contentText": "a", "actions": [_POSTBACK]}, "content.actions[0].type"),
        ({"type": "list_template", "elements": [{"title": "a"}] * 5}, "Maximum content.elements length is 4"),
        (carousel(*[column()] * 11), "Maximum content.columns length is 10"),
        (carousel(column(), column(actions=[_POSTBACK] * 2)), "content.columns"),
        (carousel(column(), column(title="x")), "content.columns must all have title"),
        (carousel(column(), column(fileId="x")), "content.columns must all have originalContentUrl"),
        (carousel(column(title="x", text="x" * 61)), "Maximum content.columns.text length is 60"),
        ({"type": "image_carousel", "columns": [{}]}, "content.columns[0].originalContentUrl"),
        ({"type": "flex", "altText": "a", "contents": {"type": "box"}}, "content.contents"),
        ({"type": "flex", "altText": "a", "contents": {"type": "carousel"}}, "content.contents.contents"),
        (
            {"type": "flex", "altText": "a", "contents": {"type": "carousel", "contents": [{}] * 11}},
            "Maximum content.contents.contents length is 10",
        ),
        (
            {"type": "flex", "altText": "a", "contents": {"type": "bubble", "x": "x" * 31_000}},
            "Maximum content.contents length",
        ),
        (
            {"type": "text", "text": "x", "quickReply": {"items": [{"action": _POSTBACK}]}},
            "content.quickReply.items[0].action.displayText",
        ),
    ],
)
def test_a_wrong_message_is_refused_by_the_field(api: Api, bot: str, content: Any, field: str) -> None:
    status, _, description = api.refused("POST", f"{bot}/users/{ADMIN}/messages", {"content": content})
    assert status == 400
    assert field in description
    assert api.tenant.sent_messages() == []


def test_a_message_carries_an_uploaded_file(api: Api, bot: str) -> None:
    place = api.done("POST", f"{bot}/attachments", {"fileName": "x.pdf"})
    headers = {"Authorization": f"Bearer {api.token}"}
    api.http.post(place["uploadUrl"], files={"file": b"x"}, headers=headers)
    content = {"type": "file", "fileId": place["fileId"]}
    api.done("POST", f"{bot}/users/{ADMIN}/messages", {"content": content})
