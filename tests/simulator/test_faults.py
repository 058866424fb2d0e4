"""Bad days, made to order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from lwdeploy.simulator import FAULT_KINDS, Fault
from tests.simulator.conftest import ADMIN, TOKYO, bot_body

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin


@pytest.fixture
def api(begin: Begin) -> Api:
    return begin(loose=True)


def names(api: Api) -> list[str]:
    api.tenant.clear_faults()
    return [bot["botName"] for bot in api.done("GET", "/bots")["bots"]]


@pytest.mark.parametrize(("kind", "made"), [("cut_before_commit", 0), ("commit_then_cut", 1), ("cut_mid_body", 1)])
def test_a_cut_leaves_the_client_without_an_answer(api: Api, kind: Any, made: int) -> None:
    """The log knows it, with status 0, and the next request goes through."""
    api.tenant.add_fault(Fault(kind=kind, operation="createBot", nth=1))
    with pytest.raises(httpx.RemoteProtocolError):
        api.send("POST", "/bots", bot_body())
    entry = api.tenant.log("createBot")[0]
    assert (entry.status, entry.outcome) == (0, kind)
    assert len(names(api)) == made


@pytest.mark.parametrize("commit", [False, True])
def test_a_status_comes_instead_of_the_work_or_after_it(api: Api, commit: bool) -> None:  # noqa: FBT001
    api.tenant.add_fault(Fault(kind="status", status=502, body="<h1>Bad Gateway</h1>", nth=1, commit=commit))
    answer = api.send("POST", "/bots", bot_body())
    assert (answer.status_code, answer.text) == (502, "<h1>Bad Gateway</h1>")
    assert len(names(api)) == int(commit)


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "INVALID_PARAMETER"), (403, "FORBIDDEN"), (429, "TOO_MANY_REQUESTS"), (503, "INTERNAL_SERVER_ERROR")],
)
def test_a_status_without_a_body_comes_in_the_usual_envelope(api: Api, status: int, code: str) -> None:
    headers = {"RateLimit-Reset": "-7", "Content-Type": "text/plain"}
    api.tenant.add_fault(Fault(kind="status", status=status, headers=headers))
    answer = api.send("GET", "/bots")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (answer.headers["RateLimit-Reset"], answer.headers["Content-Type"]) == ("-7", "text/plain")


def test_a_web_page_comes_with_200(api: Api) -> None:
    api.tenant.add_fault(Fault(kind="html_200", nth=1))
    answer = api.send("POST", "/bots", bot_body())
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=UTF-8")
    assert names(api) == []


def test_json_ends_half_way_after_the_work(api: Api) -> None:
    api.tenant.add_fault(Fault(kind="truncated_json", nth=1))
    answer = api.send("POST", "/bots", bot_body())
    assert answer.status_code == 201
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len(names(api)) == 1


@pytest.mark.parametrize("kind", ["delay", "slow_drip"])
def test_a_slow_answer_outlasts_an_impatient_client(api: Api, kind: Any) -> None:
    """The work is done all the same; a delay goes before it, or (with `commit`) after."""
    api.tenant.add_fault(Fault(kind=kind, nth=1, seconds=0.4, commit=True))
    with pytest.raises(httpx.TimeoutException):
        api.send("POST", "/bots", bot_body(), timeout=0.04)
    assert len(names(api)) == 1


def test_a_slow_answer_is_a_whole_answer(api: Api) -> None:
    api.tenant.add_fault(Fault(kind="delay", seconds=0.001))
    api.tenant.add_fault(Fault(kind="slow_drip", seconds=0.001))
    assert api.send("POST", "/bots", bot_body()).json()["botName"] == "Help Desk"


def test_an_expired_token_is_gone_for_good(api: Api) -> None:
    api.tenant.add_fault(Fault(kind="expired_token", operation="listBots", nth=2))
    assert [api.send("GET", "/bots").status_code for _ in range(3)] == [200, 401, 401]
    api.token = api.sign_in("bot").json()["access_token"]
    api.done("GET", "/bots")


def test_the_token_endpoint_has_bad_days_too(api: Api) -> None:
    api.tenant.add_fault(Fault(kind="status", operation="issueToken", status=503))
    assert api.sign_in("bot").status_code == 503
    assert api.tenant.log("issueToken")[-1].body == ""


def test_a_status_after_the_work_still_tells_the_bot(api: Api) -> None:
    """The change behind a gateway's error has all its effects, callbacks included."""
    bot_id = api.tenant.make_bots(1, registered_in=TOKYO)[0]
    api.tenant.add_fault(Fault(kind="status", operation="createChannel", status=504, commit=True))
    assert api.send("POST", f"/bots/{bot_id}/channels", {"members": [ADMIN]}).status_code == 504
    api.tenant.act(bot_id, "begin", user=ADMIN)
    assert [delivery.event for delivery in api.tenant.deliveries()] == ["join", "begin"]


# --- lists --------------------------------------------------------------------------------------


def ids(api: Api, query: str = "") -> list[int]:
    return [bot["botId"] for bot in api.done("GET", f"/bots{query}")["bots"]]


def test_a_stale_list_is_what_was_true_the_last_time(api: Api) -> None:
    before = list(api.tenant.make_bots(1))
    assert ids(api) == before
    api.tenant.make_bots(1)
    api.tenant.add_fault(Fault(kind="stale_list", operation="listBots"))
    assert ids(api) == before
    assert ids(api, "?count=7") == []
    api.tenant.clear_faults()
    assert len(ids(api)) == 2


def test_a_lagging_list_lacks_the_newest_rows(api: Api) -> None:
    made = list(api.tenant.make_bots(5))
    api.tenant.add_fault(Fault(kind="lagging_list", rows=2))
    assert ids(api) == made[:3]
    assert ids(api, "?count=2") == made[:2]


def test_short_pages_lead_to_the_end_all_the_same(api: Api) -> None:
    made = list(api.tenant.make_bots(5))
    api.tenant.add_fault(Fault(kind="short_pages", rows=2))
    assert ids(api, "?count=100") == made[:2]
    assert [bot["botId"] for bot in api.listed("/bots", "bots")] == made


def test_a_row_comes_twice(api: Api) -> None:
    made = list(api.tenant.make_bots(2))
    api.tenant.add_fault(Fault(kind="repeated_ids", nth=1))
    assert ids(api) == [*made, made[1]]


def test_a_cursor_leads_back_to_the_start_for_ever(api: Api) -> None:
    made = list(api.tenant.make_bots(2))
    api.tenant.add_fault(Fault(kind="cursor_loop"))
    cursor = api.done("GET", "/bots")["responseMetaData"]["nextCursor"]
    again = api.send("GET", "/bots", params={"cursor": cursor}).json()
    assert [bot["botId"] for bot in again["bots"]] == made
    assert again["responseMetaData"]["nextCursor"] == cursor


def test_list_faults_leave_other_answers_alone(api: Api) -> None:
    bot_id = api.tenant.make_bots(1)[0]
    for kind in ("lagging_list", "lingering_list", "repeated_ids", "cursor_loop", "stale_list", "short_pages"):
        api.tenant.add_fault(Fault(kind=kind))
    assert api.done("GET", f"/bots/{bot_id}")["botId"] == bot_id
    assert api.refused("GET", "/bots?count=x")[0] == 400


# --- rules --------------------------------------------------------------------------------------


def statuses(api: Api, count: int) -> list[int]:
    return [api.send("GET", "/bots").status_code for _ in range(count)]


def test_a_rule_counts_the_requests_of_its_operation(api: Api) -> None:
    api.tenant.add_fault(Fault(kind="status", operation="listBots", nth=2))
    api.send("GET", "/bots/1")
    assert statuses(api, 4) == [200, 500, 200, 200]


def test_a_rule_strikes_as_often_as_it_says(api: Api) -> None:
    api.tenant.add_fault(Fault(kind="status", nth=2, times=2))
    assert statuses(api, 4) == [200, 500, 500, 200]
    api.tenant.add_fault(Fault(kind="status", times=1))
    assert statuses(api, 2) == [500, 200]


def test_chance_is_the_same_for_the_same_seed(api: Api) -> None:
    runs = []
    for seed in (7, 7, 8):
        api.tenant.clear_faults()
        api.tenant.add_fault(Fault(kind="status", probability=0.5, seed=seed))
        runs.append(statuses(api, 20))
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {200, 500}


@pytest.mark.parametrize(
    "wrong", [{"kind": "x"}, {"nth": 0}, {"nth": 1, "probability": 0.5}, {"status": 99}, {"status": 600}]
)
def test_a_rule_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fault|nth|status"):
        Fault(**{"kind": "status", **wrong})


def test_every_kind_is_named() -> None:
    assert len(FAULT_KINDS) == 15
    assert set(FAULT_KINDS) >= {"cut_before_commit", "commit_then_cut", "html_200", "truncated_json", "delay"}
