"""Two hundred requests in flight from two processes: nothing is lost, doubled, or miscounted."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.simulator.conftest import ADMIN, OSAKA, TOKYO, bot_body
from tests.simulator.test_storage import program

if TYPE_CHECKING:
    from tests.simulator.conftest import Begin

_CLIENTS = 2
_IN_FLIGHT = 100
_CROWD = """
import http.client, json, sys, threading
from urllib.parse import urlsplit

endpoint, token, count, calls = urlsplit(sys.argv[1]), sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4])
headers = {"Authorization": f"Bearer {token}"}
rows = []
start = threading.Barrier(count)

def send(share):
    there = http.client.HTTPConnection(endpoint.netloc, timeout=120)
    there.connect()
    start.wait()
    for method, path, body in share:
        content = None if body is None else json.dumps(body)
        there.request(method, endpoint.path + path, body=content, headers=headers)
        answer = there.getresponse()
        content = answer.read()
        rows.append([method, path, answer.status, json.loads(content) if content else None])
    there.close()

threads = [threading.Thread(target=send, args=(calls[number::count],)) for number in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(rows))
"""


def crowd(api: Any, calls: list[list[Any]]) -> list[list[Any]]:
    """Send calls, every other one from another process; return method, path, status and body of each answer."""
    shares = [calls[number::_CLIENTS] for number in range(_CLIENTS)]
    assert {len(share) >= _IN_FLIGHT for share in shares} == {True}
    clients = [
        program(_CROWD, api.tenant.endpoint, api.token, str(_IN_FLIGHT), json.dumps(share)) for share in shares
    ]
    return [row for client in clients for row in json.loads(client.communicate()[0])]


def test_a_crowd_loses_no_update_doubles_no_id_and_passes_no_limit(begin: Begin) -> None:
    """Bots up to the tenant's limit and no further, every member on the list, and one rate window for all."""
    api = begin(rate_limit="standard", loose=True)
    bot_id = api.tenant.make_bots(150, registered_in=TOKYO)[0]
    registration = f"/bots/{bot_id}/domains/{TOKYO}"
    api.done("PATCH", registration, {"allowToSelectedMember": True})
    users = [f"user{number}@example.com" for number in range(200)]
    calls = [
        call
        for number, login in enumerate(users)
        for call in (
            ["POST", "/bots", bot_body(botName=f"{number}")],
            ["POST", f"{registration}/members", {"userId": login}],
            ["GET", "/bots", None],
            ["GET", "/bots", None],
        )
    ]
    rows = crowd(api, calls)
    assert Counter((method, path, status) for method, path, status, _ in rows) == {
        ("POST", "/bots", 201): 150,
        ("POST", "/bots", 400): 50,
        ("POST", f"{registration}/members", 201): 200,
        ("GET", "/bots", 200): 240,
        ("GET", "/bots", 429): 160,
    }
    made = {answer["botId"]: answer["botName"] for _, _, status, answer in rows if answer and "botName" in answer}
    bots = api.tenant.snapshot()["bots"]
    assert len(made) == len(set(made.values())) == 150
    assert {bot["botId"]: bot["botName"] for bot in bots if bot["botId"] in made} == made
    assert len(bots) == 300
    assert len(set(bots[0]["domains"][0]["members"])) == 200


def test_a_crowd_on_one_bot_keeps_all_changes(begin: Begin) -> None:
    """Each change names a field of its own; of those to one field, one has the last word and none is mixed."""
    api = begin(loose=True)
    bot_id = api.make_bot(allowDomains=[TOKYO, OSAKA])
    fields: dict[str, Any] = {"enableGroupJoin": True, "callbackUrl": "https://x.example.com", "channelEvents": []}
    calls: list[list[Any]] = [["PATCH", f"/bots/{bot_id}", {name: value}] for name, value in fields.items()]
    calls += [["PATCH", f"/bots/{bot_id}", {"botName": f"{n}", "description": f"{n}"}] for n in range(200)]
    calls += [["PATCH", f"/bots/{bot_id}", {"administrators": [ADMIN]}]]
    rows = crowd(api, calls)
    assert {status for _, _, status, _ in rows} == {200}
    bot = api.done("GET", f"/bots/{bot_id}")
    assert {name: bot[name] for name in fields} == fields
    assert bot["botName"] == bot["description"]
