"""What a bot's server hears."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.conftest import ADMIN, TOKYO, menu_body
from tests.simulator.test_menus import picture, upload

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin

_URL = "https://bots.example.com/helpdesk"
_HELLO = {"type": "text", "text": "こんにちは"}
_ALL = ["message", "join", "leave", "joined", "left", "postback", "begin", "end"]


class Receiver:
    """A bot's server: keeps what comes and answers as told."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.calls]

    def kinds(self) -> list[str]:
        return [event["type"] for event in self.events()]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture
def api(begin: Begin, receiver: Receiver) -> Api:
    return begin(callback_routes={"https://bots.example.com": receiver.origin})


def listening_bot(api: Api, **over: Any) -> int:
    whole = {"enableCallback": True, "callbackUrl": _URL, "callbackEvents": ["text"], "channelEvents": _ALL}
    bot_id = api.make_bot(**{**whole, "enableGroupJoin": True, **over})
    api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}")
    return bot_id


def test_a_callback_is_compact_and_signed_with_the_secret_of_the_moment(api: Api, receiver: Receiver) -> None:
    bot_id = listening_bot(api)
    for _ in range(2):
        secret = api.done("POST", f"/bots/{bot_id}/secret")["secret"]
        delivery = api.tenant.act(bot_id, "message", user=ADMIN, content=_HELLO)
        assert (delivery.sent, delivery.status) == (True, 200)
        path, headers, body = receiver.calls[-1]
        assert (path, headers["x-works-botid"]) == ("/helpdesk", str(bot_id))
        expected = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
        assert headers["x-works-signature"] == expected
        assert body == json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()


def test_every_event_is_as_described(api: Api, receiver: Receiver) -> None:
    """What users do and what the API does in rooms is told in order, in the form of the description."""
    bot_id = listening_bot(api)
    room = api.tenant.invite(bot_id, [ADMIN], title="Shift")
    api.tenant.act(bot_id, "joined", channel=room, members=["taro@example.com"])
    assert len(api.listed(f"/bots/{bot_id}/channels/{room}/members", "members")) == 2
    api.tenant.act(bot_id, "left", channel=room, members=["taro@example.com"])
    api.tenant.act(bot_id, "message", user=ADMIN, channel=room, content=_HELLO)
    for kind in ("begin", "message", "postback", "end"):
        api.tenant.act(bot_id, kind, user=ADMIN, content=_HELLO, data="x=1")
    expected = ["join", "joined", "left", "message", "begin", "message", "postback", "end"]
    assert receiver.kinds() == expected
    assert api.contract is not None
    for event in receiver.events():
        api.contract._conform(event, {"$ref": "#/components/schemas/CallbackEvent"})
        assert event["source"]["domainId"] == TOKYO
    in_room, alone = (event for event in receiver.events() if event["type"] == "message")
    assert in_room["source"]["channelId"] == room
    assert "channelId" not in alone["source"]


def test_rooms_made_and_left_through_the_api_are_told(api: Api, receiver: Receiver) -> None:
    bot_id = listening_bot(api)
    room = api.done("POST", f"/bots/{bot_id}/channels", {"members": [ADMIN]})["channelId"]
    api.done("DELETE", f"/bots/{bot_id}/channels/{room}")
    api.tenant.invite(bot_id, [ADMIN])
    api.done("PATCH", f"/bots/{bot_id}", {"enableGroupJoin": False})
    api.tenant.act(bot_id, "begin", user=ADMIN)
    assert receiver.kinds() == ["join", "leave", "join", "leave", "begin"]


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"enableCallback": False}, "enableCallback"),
        ({"channelEvents": ["join"]}, "channelEvents"),
        ({"callbackEvents": ["image"]}, "callbackEvents"),
    ],
)
def test_what_a_bot_does_not_ask_for_is_kept_from_it(
    api: Api, receiver: Receiver, over: dict[str, Any], reason: str
) -> None:
    delivery = api.tenant.act(listening_bot(api, **over), "message", user=ADMIN, content=_HELLO)
    assert not delivery.sent
    assert reason in delivery.reason
    assert receiver.calls == []


def test_a_bot_without_an_address_hears_nothing(api: Api) -> None:
    bot_id = listening_bot(api)
    api.done("PATCH", f"/bots/{bot_id}", {"callbackUrl": ""})
    assert api.tenant.act(bot_id, "begin", user=ADMIN).reason == "callbackUrl is empty"


def test_a_failed_callback_is_not_sent_again(api: Api, receiver: Receiver) -> None:
    receiver.status = 500
    delivery = api.tenant.act(listening_bot(api), "begin", user=ADMIN)
    assert (delivery.sent, delivery.status) == (True, 500)
    assert len(receiver.calls) == 1


def test_a_receiver_that_is_not_there_is_noted(begin: Begin) -> None:
    api = begin(callback_routes={"https://bots.example.com": "http://127.0.0.1:9"})
    delivery = api.tenant.act(listening_bot(api), "begin", user=ADMIN)
    assert (delivery.sent, delivery.status) == (False, 0)
    assert "Error" in delivery.reason
    assert api.tenant.deliveries() == (delivery,)


def test_an_address_with_tls_is_spoken_to_with_tls(begin: Begin) -> None:
    """What answers there is no server with a certificate, so the delivery fails, and says why."""
    api = begin(loose=True)
    bot_id = listening_bot(api, callbackUrl=f"https://127.0.0.1:{api.tenant.port}/helpdesk?x=1")
    delivery = api.tenant.act(bot_id, "begin", user=ADMIN)
    assert (delivery.sent, delivery.status) == (False, 0)
    assert "SSL" in delivery.reason


def test_an_event_of_a_bot_that_is_gone_is_dropped(api: Api, receiver: Receiver) -> None:
    bot_id = listening_bot(api)
    callbacks = api.tenant._callbacks
    started, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        go_on.wait()

    callbacks._pool.submit(hold)
    started.wait()
    api.done("POST", f"/bots/{bot_id}/channels", {"members": [ADMIN]})
    api.done("DELETE", f"/bots/{bot_id}")
    go_on.set()
    api.tenant.stop()
    assert receiver.calls == []


def test_the_buttons_in_sight_tell_the_bot_what_they_are_made_to(api: Api, receiver: Receiver) -> None:
    """A user's own rich menu hides the default one, and a menu without a picture is not shown."""
    bot_id = listening_bot(api)
    bot = f"/bots/{bot_id}"
    actions = [
        {"type": "message", "label": "Help", "postback": "help.me"},
        {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"},
    ]
    api.done("POST", f"{bot}/persistentmenu", {"content": {"actions": actions}})
    api.tenant.press(bot_id, user=ADMIN, button=0)
    assert receiver.events()[-1]["content"] == {"type": "text", "text": "Help", "postback": "help.me"}
    assert api.tenant.press(bot_id, user=ADMIN, button=1) == ()
    menus = []
    for words in ("default", "own"):
        area = {"action": {"type": "postback", "data": words}, "bounds": menu_body()["areas"][0]["bounds"]}
        menus.append(
            f"{bot}/richmenus/{api.done('POST', f'{bot}/richmenus', menu_body(areas=[area]))['richmenuId']}"
        )
    api.done("POST", f"{menus[0]}/set-default")
    with pytest.raises(ValueError, match="none of the 0 buttons"):
        api.tenant.press(bot_id, user=ADMIN, button=0)
    for menu in menus:
        api.done("POST", f"{menu}/image", {"fileId": upload(api, bot, picture())})
    api.tenant.press(bot_id, user=ADMIN, button=0)
    api.done("POST", f"{menus[1]}/users/{ADMIN}")
    api.tenant.press(bot_id, user=ADMIN, button=0)
    assert [event["data"] for event in receiver.events()[1:]] == ["default", "own"]


def test_users_can_only_do_what_they_could(api: Api) -> None:
    bot_id = listening_bot(api, enableGroupJoin=False)
    lonely = api.make_bot()
    for act in (
        lambda: api.tenant.act(lonely, "begin", user=ADMIN),
        lambda: api.tenant.act(bot_id, "dance", user=ADMIN),
        lambda: api.tenant.act(bot_id, "begin"),
        lambda: api.tenant.act(bot_id, "message", user=ADMIN),
        lambda: api.tenant.act(bot_id, "message", user=ADMIN, channel="x", content=_HELLO),
        lambda: api.tenant.act(bot_id, "joined", channel="x", members=[ADMIN]),
        lambda: api.tenant.invite(bot_id, [ADMIN]),
    ):
        with pytest.raises(ValueError, match=r"bot|user|content"):
            act()
