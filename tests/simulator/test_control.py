"""The control API, for tests in other processes and other languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lwdeploy.simulator import SWITCHES, Fault, control
from tests.simulator.conftest import ADMIN, TOKYO

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin


def ask(api: Api, method: str, path: str, body: Any = None) -> Any:
    response = api.http.request(method, api.tenant.control_url + path, json=body)
    assert response.is_success, response.text
    return response.json() if response.content else None


def test_the_tenant_tells_how_it_is_and_how_it_is_set(begin: Begin) -> None:
    api = begin(plan="free", rate_limit="free", rate_window_seconds=2)
    assert ask(api, "GET", "/health")["status"] == "ok"
    settings = ask(api, "GET", "/settings")
    assert (settings["plan"], settings["botLimit"], settings["rateWindowSeconds"]) == ("free", 10, 2)
    assert (settings["clientId"], settings["domains"]) == (api.tenant.client_id, list(api.tenant.domain_ids))
    assert "secret" not in json.dumps(settings).replace("create-secret", "")


def test_switches_are_listed_and_turned(api: Api) -> None:
    assert [row["name"] for row in ask(api, "GET", "/switches")] == [switch.name for switch in SWITCHES]
    assert ask(api, "PATCH", "/switches", {"missing-bot": "400"})["missing-bot"] == "400"
    assert api.refused("GET", "/bots/1")[0] == 400


def test_the_log_counts_the_calls(api: Api) -> None:
    """It holds what was called and what came of it, but nothing of the control API and no secret."""
    api.make_bot(botName="Log me")
    api.refused("GET", "/bots/1?x=y")
    entries = ask(api, "GET", "/log")["entries"]
    assert [(entry["operation"], entry["status"], entry["outcome"]) for entry in entries] == [
        ("issueToken", 200, "ok"),
        ("createBot", 201, "ok"),
        ("getBot", 404, "refused"),
    ]
    assert json.loads(entries[1]["body"])["botName"] == "Log me"
    assert (entries[2]["method"], entries[2]["path"], entries[2]["query"]) == ("GET", "/v1.0/bots/1", "x=y")
    assert api.tenant.client_secret not in json.dumps(entries)
    assert [entry["seq"] for entry in ask(api, "GET", "/log?operation=getBot")["entries"]] == [3]
    lines = api.http.get(api.tenant.control_url + "/log?format=jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == entries
    ask(api, "DELETE", "/log")
    assert api.tenant.log() == ()


def test_the_log_goes_to_a_file_as_json_lines(begin: Begin, tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    api = begin(log_file=file, log_size=2)
    for _ in range(3):
        api.done("GET", "/bots")
    assert [entry.seq for entry in api.tenant.log()] == [3, 4]
    assert [json.loads(line)["seq"] for line in file.read_text().splitlines()] == [1, 2, 3, 4]
    api.tenant.clear_log()
    assert api.tenant.log() == ()


def test_an_unknown_path_is_logged_without_an_operation(api: Api) -> None:
    for path in ("/bot", "/bots/1/domain", "/bots/1/users/x/richmenus", "/bots/", "/"):
        assert api.refused("GET", path)[:2] == (404, "NOT_FOUND")
    answer = api.send("PUT", "/bots")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST")
    assert {entry.operation for entry in api.tenant.log()[1:]} == {""}


def test_faults_are_added_listed_and_cleared(begin: Begin) -> None:
    api = begin(loose=True)
    made = ask(api, "POST", "/faults", {"kind": "status", "operation": "listBots", "status": 503})
    assert ask(api, "GET", "/faults")["faults"] == [made]
    assert api.send("GET", "/bots").status_code == 503
    ask(api, "DELETE", "/faults")
    assert api.send("GET", "/bots").status_code == 200
    api.tenant.add_fault(Fault(kind="delay"))
    assert len(ask(api, "GET", "/faults")["faults"]) == 1


def test_others_make_bots_menus_and_users(api: Api) -> None:
    asked = {"count": 2, "name": "theirs", "domainId": TOKYO, "body": {"enableGroupJoin": True}}
    first, second = ask(api, "POST", "/bots", asked)["botIds"]
    bot = api.done("GET", f"/bots/{second}")
    assert (bot["botName"], bot["enableGroupJoin"]) == ("theirs 2", True)
    menu = ask(api, "POST", f"/bots/{first}/richmenus", {"name": "their menu"})["richmenuId"]
    assert api.done("GET", f"/bots/{first}/richmenus/{menu}")["richmenuName"] == "their menu"
    state = ask(api, "GET", "/state")["bots"]
    assert state == api.tenant.snapshot()["bots"]
    assert state[0]["domains"][0]["domainId"] == TOKYO
    assert state[0]["richmenus"][0]["richmenuId"] == menu
    assert len(ask(api, "POST", "/users", {"login": "new@example.com"})["userId"]) == 36


def test_users_act_through_the_control_api(api: Api) -> None:
    (bot_id,) = api.tenant.make_bots(1, registered_in=TOKYO, body={"enableGroupJoin": True})
    content = {"type": "text", "text": "x"}
    said = ask(api, "POST", f"/bots/{bot_id}/events", {"type": "message", "user": ADMIN, "content": content})
    assert said["deliveries"][0]["reason"] == "enableCallback is off"
    room = ask(api, "POST", f"/bots/{bot_id}/rooms", {"members": [ADMIN], "title": "Shift"})
    api.done("POST", f"/bots/{bot_id}/channels/{room['channelId']}/messages", {"content": content})
    assert ask(api, "GET", "/messages")["messages"][0]["content"] == content
    api.done(
        "POST", f"/bots/{bot_id}/persistentmenu", {"content": {"actions": [{"type": "message", "label": "x"}]}}
    )
    assert len(ask(api, "POST", f"/bots/{bot_id}/press", {"user": ADMIN, "button": 0})["deliveries"]) == 1
    assert len(ask(api, "GET", "/callbacks")["deliveries"]) == 3


def test_the_clock_goes_ahead_and_never_back(api: Api) -> None:
    before = ask(api, "GET", "/health")["time"]
    assert ask(api, "POST", "/clock", {"advance": 90})["time"] == before + 90
    assert api.http.post(api.tenant.control_url + "/clock", json={"advance": -1}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/faults", {"kind": "x"}, "no fault is called"),
        ("POST", "/faults", {"colour": "red"}, "colour"),
        ("POST", "/faults", [], "JSON object"),
        ("PATCH", "/switches", {"x": "y"}, "no switch is called 'x'"),
        ("POST", "/clock", {}, "advance"),
        ("POST", "/bots", {"count": 400}, "Maximum number of bots"),
        ("POST", "/bots/1/richmenus", {}, "Bot not found"),
        ("POST", "/bots/1/events", {"type": "begin", "user": ADMIN}, "registered in no domain"),
    ],
)
def test_a_wrong_order_is_refused_in_words(api: Api, method: str, path: str, body: Any, words: str) -> None:
    response = api.http.request(method, api.tenant.control_url + path, json=body)
    assert response.status_code in {400, 404}
    assert words in response.json()["description"]


def test_only_this_machine_controls_the_tenant(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    assert control._is_loopback("127.0.0.1")
    assert control._is_loopback("::1")
    assert not control._is_loopback("192.0.2.7")
    assert not control._is_loopback("")
    monkeypatch.setattr(control, "_is_loopback", lambda _host: False)
    assert httpx.get(api.tenant.control_url + "/health", trust_env=False).status_code == 403
