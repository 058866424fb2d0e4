"""Watching the menus of a tenant after every request, and reading them at any time."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lwdeploy.simulator import Fault, LocalTenant, MenuStates, Settings, start
from lwdeploy.simulator.users import identify
from tests.simulator.conftest import ADMIN, menu_body
from tests.simulator.menureadings import bind
from tests.simulator.test_menus import picture, upload

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin

_HELP = {"content": {"actions": [{"type": "message", "label": "Help"}]}}
_CLIENT = """
import sys, urllib.error, urllib.request

endpoint, token, bot, menu = sys.argv[1:]
for path in (f"/bots/{bot}/richmenus/{menu}/set-default", f"/bots/{bot}/richmenus/1/set-default"):
    request = urllib.request.Request(endpoint + path, method="POST", headers={"Authorization": f"Bearer {token}"})
    try:
        urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        assert error.code == 404, error.code
"""


class Seen:
    """Keeps what a watcher is told."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, MenuStates]] = []

    def __call__(self, operation: str, menus: MenuStates) -> None:
        self.rows.append((operation, menus))

    @property
    def operations(self) -> list[str]:
        return [operation for operation, _ in self.rows]


def fail(_operation: str, _menus: MenuStates) -> None:
    raise AssertionError("the bot is without a menu")


# --- what is seen -------------------------------------------------------------------------------


def test_the_menus_are_read_by_bot_as_plain_values(api: Api) -> None:
    """Of one bot or all of them; a bot that does not exist has no entry."""
    first, second = api.tenant.make_bots(2)
    menus = f"/bots/{first}/richmenus"
    bare, full = (api.done("POST", menus, menu_body(richmenuName=name))["richmenuId"] for name in ("bare", "full"))
    assert bind(api, f"{menus}/{full}", upload(api, f"/bots/{first}", picture())) == 204
    api.done("POST", f"{menus}/{full}/set-default")
    api.done("POST", f"{menus}/{bare}/users/{ADMIN}")
    api.done("POST", f"/bots/{second}/persistentmenu", _HELP)
    rich = {
        "default": full,
        "menus": {bare: {"name": "bare", "image": False}, full: {"name": "full", "image": True}},
        "persistent": False,
        "users": {identify(ADMIN): bare},
    }
    plain = {"default": "", "menus": {}, "persistent": True, "users": {}}
    api.tenant.clear_log()
    assert api.tenant.menus() == {first: rich, second: plain}
    assert api.tenant.menus(second) == {second: plain}
    assert api.tenant.menus(1) == {}
    assert api.tenant.log() == ()


def test_the_menus_are_read_from_other_processes_by_the_control_api(api: Api) -> None:
    """They are the same values, and the keys are texts of digits."""
    first, second = api.tenant.make_bots(2)
    api.tenant.make_richmenu(first)
    states = json.loads(json.dumps(api.tenant.menus()))
    control = api.tenant.control_url + "/menus"
    assert api.http.get(control).json() == states
    assert api.http.get(control, params={"botId": second}).json() == {str(second): states[str(second)]}
    assert api.http.get(control, params={"botId": 1}).json() == {}
    assert api.http.get(control, params={"botId": "x"}).status_code == 400


def test_a_user_is_made_and_dropped_by_the_control_api(begin: Begin) -> None:
    """Who was dropped is refused by a strict directory, and cannot be dropped again."""
    api = begin(strict_directory=True)
    menu = f"/bots/{api.make_bot()}/richmenus"
    menu += f"/{api.done('POST', menu, menu_body())['richmenuId']}"
    user = f"{api.tenant.control_url}/users/{ADMIN}"
    assert api.http.delete(user).status_code == 204
    assert api.refused("POST", f"{menu}/users/{ADMIN}")[0] == 400
    again = api.http.delete(user)
    assert (again.status_code, "has no user" in again.json()["description"]) == (400, True)


# --- when it is seen ----------------------------------------------------------------------------


def test_a_watcher_sees_the_menus_as_each_request_left_them(api: Api) -> None:
    """Reads, refusals, token requests and unknown paths are requests as well; others' doings are not."""
    bot_id = api.make_bot()
    seen = Seen()
    with api.tenant.watch(seen):
        menu = api.done("POST", f"/bots/{bot_id}/richmenus", menu_body())["richmenuId"]
        api.done("POST", f"/bots/{bot_id}/richmenus/{menu}/set-default")
        api.tenant.make_richmenu(bot_id)
        api.refused("POST", f"/bots/{bot_id}/richmenus/1/set-default")
        api.sign_in("bot")
        api.refused("GET", "/nowhere")
        api.done("DELETE", f"/bots/{bot_id}/richmenus/{menu}")
    api.done("GET", "/bots")
    assert seen.operations == [
        "createRichmenu",
        "setDefaultRichmenu",
        "setDefaultRichmenu",
        "issueToken",
        "",
        "deleteRichmenu",
    ]
    states = [menus[bot_id] for _, menus in seen.rows]
    assert [state["default"] for state in states] == ["", menu, menu, menu, menu, ""]
    assert [len(state["menus"]) for state in states] == [1, 1, 2, 2, 2, 1]


def test_a_watcher_of_one_bot_sees_only_that_one(api: Api) -> None:
    """It is told of requests about other bots all the same, and of its own bot's end by an empty mapping."""
    first, second = api.tenant.make_bots(2)
    seen = Seen()
    with api.tenant.watch(seen, bot_id=first):
        api.done("POST", f"/bots/{second}/richmenus", menu_body())
        api.done("DELETE", f"/bots/{first}")
    assert [list(menus) for _, menus in seen.rows] == [[first], []]


@pytest.mark.parametrize(
    ("fault", "effects"),
    [
        ({"kind": "cut_before_commit"}, 0),
        ({"kind": "commit_then_cut"}, 1),
        ({"kind": "cut_mid_body"}, 1),
        ({"kind": "status", "status": 503}, 0),
        ({"kind": "status", "status": 503, "commit": True}, 1),
        ({"kind": "html_200"}, 0),
        ({"kind": "html_200", "commit": True}, 1),
        ({"kind": "truncated_json"}, 1),
        ({"kind": "expired_token"}, 0),
        ({"kind": "delay", "seconds": 0.001}, 1),
        ({"kind": "slow_drip", "seconds": 0.001}, 1),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else None,
)
def test_a_watcher_is_told_once_of_a_request_that_met_a_fault(
    begin: Begin, fault: dict[str, Any], effects: int
) -> None:
    """It sees the effect where there was one, although the client may hear nothing of it."""
    api = begin(loose=True)
    bot_id = api.make_bot()
    menu = api.tenant.make_richmenu(bot_id)
    api.tenant.add_fault(Fault(operation="setDefaultRichmenu", nth=1, **fault))
    seen = Seen()
    with api.tenant.watch(seen):
        try:
            api.send("POST", f"/bots/{bot_id}/richmenus/{menu}/set-default")
        except httpx.RemoteProtocolError:
            assert "cut" in fault["kind"]
    assert seen.operations == ["setDefaultRichmenu"]
    assert seen.rows[0][1][bot_id]["default"] == (menu if effects else "")


def test_a_watcher_has_been_told_when_the_answer_comes(api: Api) -> None:
    """What a client does next happens after what the watcher does now, however long that takes."""
    order: list[str] = []
    waiting = threading.Event()

    def linger(operation: str, _menus: MenuStates) -> None:
        waiting.wait(0.05)
        order.append(operation)

    with api.tenant.watch(linger):
        for _ in range(3):
            api.done("GET", "/bots")
            order.append("answered")
    assert order == ["listBots", "answered"] * 3


@pytest.mark.parametrize("parallel", ["tolerated", "refused"])
def test_no_request_comes_between_an_effect_and_its_watcher(begin: Begin, parallel: str) -> None:
    """Of many clients at once each change is seen by itself, also while another answer is held back."""
    api = begin(loose=True, switches={"parallel-writes": parallel})
    bots = api.tenant.make_bots(8)
    menus = {bot_id: api.tenant.make_richmenu(bot_id) for bot_id in bots}
    late = Fault(kind="delay", operation="setDefaultRichmenu", seconds=0.02, commit=True)
    api.tenant.add_fault(late)
    seen = Seen()

    def set_default(bot_id: int) -> None:
        api.send("POST", f"/bots/{bot_id}/richmenus/{menus[bot_id]}/set-default")
        api.send("PATCH", f"/bots/{bot_id}", {"botName": "x"})

    with api.tenant.watch(seen), ThreadPoolExecutor(8) as clients:
        list(clients.map(set_default, bots))
    counts = [
        sum(state["default"] != "" for state in states.values())
        for operation, states in seen.rows
        if operation == "setDefaultRichmenu"
    ]
    assert counts == list(range(1, 9))
    assert len(seen.rows) == 16


def test_a_refused_parallel_write_is_told_too(begin: Begin) -> None:
    """Each request has its call, whatever becomes of it."""
    api = begin(loose=True, switches={"parallel-writes": "refused"})
    bot_id = api.make_bot()
    seen = Seen()
    with api.tenant.watch(seen), ThreadPoolExecutor(8) as clients:
        for _ in range(20):  # until two of them have met
            answers = clients.map(
                lambda number: api.send("PATCH", f"/bots/{bot_id}", {"botName": f"{number}"}), range(8)
            )
            if 500 in {answer.status_code for answer in answers}:
                break
    assert [entry.outcome for entry in api.tenant.log()].count("parallel") > 0
    assert len(seen.rows) == len(api.tenant.log("patchBot"))


def test_a_watcher_in_this_process_sees_what_a_client_in_another_does(api: Api) -> None:
    """The client needs to know nothing of it."""
    bot_id = api.make_bot()
    menu = api.tenant.make_richmenu(bot_id)
    seen = Seen()
    with api.tenant.watch(seen):
        program = [sys.executable, "-c", _CLIENT, api.tenant.endpoint, api.token, str(bot_id), menu]
        subprocess.run(program, check=True, timeout=60)
    assert seen.operations == ["setDefaultRichmenu"] * 2
    assert {states[bot_id]["default"] for _, states in seen.rows} == {menu}


# --- what a watcher raises ----------------------------------------------------------------------


def test_what_a_watcher_raises_fails_the_test_and_not_the_request(api: Api) -> None:
    """The client is answered as ever; the watcher is told no more, and the failure waits for the end."""
    told: list[str] = []

    def check(operation: str, menus: MenuStates) -> None:
        told.append(operation)
        fail(operation, menus)

    watch = api.tenant.watch(check)
    api.done("GET", "/bots")
    api.make_bot()
    assert told == ["listBots"]
    with pytest.raises(AssertionError, match="without a menu"):
        watch.stop()
    watch.stop()


def test_pytest_fail_in_a_watcher_fails_the_test(api: Api) -> None:
    """It is no ordinary exception, and is carried over all the same."""

    def check(_operation: str, _menus: MenuStates) -> None:
        pytest.fail("seen")

    with pytest.raises(pytest.fail.Exception, match="seen"), api.tenant.watch(check):
        api.done("GET", "/bots")


def test_a_watcher_that_failed_does_not_keep_others_from_being_told(api: Api) -> None:
    """Each watch is by itself."""
    seen = Seen()
    failing = api.tenant.watch(fail)
    with api.tenant.watch(seen):
        api.done("GET", "/bots")
        api.done("GET", "/bots")
    with pytest.raises(AssertionError, match="without a menu"):
        failing.stop()
    assert seen.operations == ["listBots"] * 2


def test_a_watch_that_nobody_stopped_raises_when_the_tenant_stops(private_key: str) -> None:
    """No failure is lost, and the tenant is stopped all the same."""
    tenant = start(data=None, settings=Settings(private_key=private_key))
    seen = Seen()
    tenant.watch(fail)
    tenant.watch(seen)
    assert httpx.get(tenant.endpoint + "/bots", trust_env=False).status_code == 401
    with pytest.raises(AssertionError, match="without a menu"):
        tenant.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(tenant.endpoint + "/bots", trust_env=False)
    tenant.stop()
    assert seen.operations == ["listBots"]


def test_a_watcher_may_read_the_tenant_and_end_its_own_watch(local_tenant: LocalTenant) -> None:
    """What it reads is what it is told, and after the end it is told nothing."""
    (bot_id,) = local_tenant.make_bots(1)
    read: list[bool] = []

    def once(_operation: str, menus: MenuStates) -> None:
        read.append(menus == local_tenant.menus() and local_tenant.snapshot()["bots"][0]["botId"] == bot_id)
        watch.stop()

    watch = local_tenant.watch(once)
    for _ in range(2):
        httpx.get(local_tenant.endpoint + "/bots", trust_env=False)
    assert read == [True]
