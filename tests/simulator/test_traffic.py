"""Habits of real clients that the service puts up with."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from lwdeploy.simulator.users import identify
from tests.simulator.conftest import TOKYO, bot_body

if TYPE_CHECKING:
    from tests.simulator.conftest import Api


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_content_type_without_content_is_no_harm(api: Api, method: str) -> None:
    bot_id = api.make_bot()
    headers = {"Content-Type": "application/json"}
    assert api.send(method, f"/bots/{bot_id}", headers=headers).is_success


def test_json_is_read_under_any_content_type(api: Api) -> None:
    headers = {"Content-Type": "text/plain", "Authorization": f"bearer {api.token}"}
    content = b'{"botName":"x","photoUrl":"https://x.example.com/","description":"","administrators":["a@b"]}'
    response = api.http.post(api.tenant.endpoint + "/bots", content=content, headers=headers)
    assert response.status_code == 201


def test_a_body_in_pieces_is_read_whole(api: Api) -> None:
    def pieces() -> list[bytes]:
        whole = b'{"description":"in pieces"}'
        return [whole[:5], whole[5:]]

    path = f"{api.tenant.endpoint}/bots/{api.make_bot()}"
    headers = {"Authorization": f"Bearer {api.token}"}
    response = api.http.patch(path, content=iter(pieces()), headers=headers)
    assert response.json()["description"] == "in pieces"


def test_a_body_pasted_from_an_answer_can_be_put_back(api: Api) -> None:
    """Read-only properties in it are ignored."""
    bot = api.done("POST", "/bots", bot_body())
    again = api.done("PUT", f"/bots/{bot['botId']}", bot)
    assert {**again, "modifiedTime": ""} == {**bot, "modifiedTime": ""}


def test_a_request_that_breaks_off_does_nothing(api: Api) -> None:
    """The tenant goes on, and the log knows nothing of it."""
    bot_id = api.make_bot()
    path = f"/v1.0/bots/{bot_id}/attachments"
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token}\r\nContent-Length: 50\r\n\r\n"
    with socket.create_connection(("127.0.0.1", api.tenant.port)) as connection:
        connection.sendall(head.encode() + b"{}")
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
    api.done("GET", f"/bots/{bot_id}")
    assert api.tenant.log("createAttachment") == ()


def test_a_fault_of_our_own_is_a_500_and_undoes_the_work(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """The tenant goes on; the trace is in the log of the program, not in the answer."""
    bot = f"/bots/{api.make_bot(enableGroupJoin=True)}"
    with api.tenant._tenant.store.transaction():
        api.tenant._tenant.store.run("DROP TABLE channel_bots")
    answer = api.refused("PATCH", bot, {"botName": "new", "enableGroupJoin": False})
    assert answer == (500, "INTERNAL_SERVER_ERROR", "Internal server error")
    assert "no such table" in caplog.text
    assert api.tenant.log()[-1].outcome == "failed"
    assert api.done("GET", bot)["botName"] == "Help Desk"


@pytest.mark.parametrize("user", ["taro@example.com", "taro%40example.com", "TARO@example.com"])
def test_a_user_in_a_path_is_the_same_in_every_spelling(api: Api, user: str) -> None:
    bot = f"/bots/{api.make_bot()}"
    api.done("POST", f"{bot}/domains/{TOKYO}")
    api.done("POST", f"{bot}/users/{user}/messages", {"content": {"type": "text", "text": "x"}})
    assert api.tenant.sent_messages()[-1]["userId"] == identify("taro@example.com")


def test_a_picture_that_is_posted_to_its_menu_as_a_form_is_refused(api: Api) -> None:
    """Two clients did so: the image of a menu is the id of an attachment."""
    bot_id = api.make_bot()
    url = f"{api.tenant.endpoint}/bots/{bot_id}/richmenus/{api.tenant.make_richmenu(bot_id)}/image"
    headers = {"Authorization": f"Bearer {api.token}"}
    response = api.http.post(url, files={"file": ("menu.png", b"x", "image/png")}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_PARAMETER")


def test_keys_beside_the_name_of_a_file_are_no_harm(api: Api) -> None:
    body = {"fileName": "x.png", "size": 3, "contentType": "image/png", "fileSize": 3}
    assert set(api.done("POST", f"/bots/{api.make_bot()}/attachments", body)) == {"fileId", "uploadUrl"}
