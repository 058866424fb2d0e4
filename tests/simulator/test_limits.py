"""Rates and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.conftest import ADMIN, TOKYO

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin


def test_without_limits_nothing_is_counted(api: Api) -> None:
    for _ in range(300):
        headers = api.send("GET", "/bots").headers
    assert not [name for name in headers if name.startswith("ratelimit")]


@pytest.mark.parametrize(("plan", "limit"), [("free", 60), ("standard", 240), ("advanced", 240)])
def test_an_operation_is_refused_over_its_limit_until_the_window_ends(begin: Begin, plan: str, limit: int) -> None:
    """Every answer says where the window stands, and 429 comes without Retry-After."""
    api = begin(rate_limit=plan)
    for used in range(1, limit + 1):
        headers = api.send("GET", "/bots").headers
        assert (int(headers["RateLimit-Ssed"]), int(headers["RateLimit-Remaining"])) == (used, limit - used)
    refused = api.send("GET", "/bots")
    assert refused.json() == {"code": "TOO_MANY_REQUESTS", "description": "API rate limit exceeded"}
    assert (refused.status_code, refused.headers["RateLimit-Remaining"]) == (429, "0")
    assert "Retry-After" not in refused.headers
    assert api.tenant.log()[-1].outcome == "throttled"
    api.tenant.advance(int(refused.headers["RateLimit-Reset"]))
    assert int(api.send("GET", "/bots").headers["RateLimit-Remaining"]) == limit - 1


def test_each_operation_has_a_window_of_its_own(begin: Begin) -> None:
    """Refusals count for the rate as well, and reading by id is one operation, whatever the id."""
    api = begin(rate_limit="standard")
    api.send("GET", "/bots")
    assert int(api.send("GET", "/bots/1").headers["RateLimit-Remaining"]) == 239
    assert int(api.send("GET", "/bots/2").headers["RateLimit-Remaining"]) == 238


def test_ten_rooms_a_minute_are_the_limit_on_every_plan(begin: Begin) -> None:
    api = begin(rate_limit="advanced")
    bot_id = api.make_bot()
    api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}")
    answers = [api.send("POST", f"/bots/{bot_id}/channels", {"members": [ADMIN]}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert answers[0].headers["RateLimit-Limit"] == "10"


def test_a_window_can_be_short(begin: Begin) -> None:
    """Its numbers stay those of a minute, and the seconds left are rounded up to whole ones."""
    api = begin(rate_limit="free", rate_window_seconds=0.5)
    headers = api.send("GET", "/bots").headers
    assert (headers["RateLimit-Limit"], headers["RateLimit-Reset"]) == ("60", "1")
    api.tenant.advance(0.5)
    assert api.send("GET", "/bots").headers["RateLimit-Remaining"] == "59"


def test_a_redirection_carries_no_rate_headers_and_an_unknown_token_is_not_counted(begin: Begin) -> None:
    api = begin(rate_limit="standard")
    assert "RateLimit-Limit" not in api.send("GET", "/bots", headers={"Authorization": "Bearer x"}).headers
    bot = f"/bots/{api.make_bot()}"
    place = api.done("POST", f"{bot}/attachments", {})
    headers = {"Authorization": f"Bearer {api.token}"}
    api.http.post(place["uploadUrl"], files={"file": b"x"}, headers=headers)
    redirect = api.send("GET", f"{bot}/attachments/{place['fileId']}")
    assert redirect.status_code == 302
    assert "RateLimit-Limit" not in redirect.headers


# --- pages --------------------------------------------------------------------------------------


def test_pages_hold_fifty_rows_unless_told_otherwise(api: Api) -> None:
    """Read to the end, they hold each row once and in order."""
    made = api.tenant.make_bots(120)
    assert len(api.done("GET", "/bots")["bots"]) == 50
    assert len(api.done("GET", "/bots?count=100")["bots"]) == 100
    assert [bot["botId"] for bot in api.listed("/bots", "bots")] == list(made)


def test_the_last_page_has_no_cursor_even_when_it_is_full(api: Api) -> None:
    api.tenant.make_bots(50)
    assert api.done("GET", "/bots")["responseMetaData"] == {"nextCursor": None}


def test_rows_deleted_between_two_pages_move_no_others(api: Api) -> None:
    made = api.tenant.make_bots(4)
    page = api.done("GET", "/bots?count=2")
    api.done("DELETE", f"/bots/{made[0]}")
    rest = api.send("GET", "/bots", params={"count": 2, "cursor": page["responseMetaData"]["nextCursor"]}).json()
    assert [bot["botId"] for bot in rest["bots"]] == list(made[2:])


@pytest.mark.parametrize("query", ["count=0", "count=101", "count=x", "count=-1", "count=1.5", "count=%EF%BC%99"])
def test_a_wrong_count_is_refused(api: Api, query: str) -> None:
    assert api.refused("GET", f"/bots?{query}")[1:] == (
        "INVALID_PARAMETER",
        "count must be an integer between 1 and 100",
    )


@pytest.mark.parametrize("cursor", ["x", "eyJ9", "bnVsbA==", "eyJvZmZzZXQiOiAieCJ9", "eyJvZmZzZXQiOi0xfQ=="])
def test_a_cursor_of_somebody_elses_making_is_refused(api: Api, cursor: str) -> None:
    assert api.refused("GET", f"/bots?cursor={cursor}")[2].startswith("cursor")


def test_unknown_keys_of_a_query_are_ignored(api: Api) -> None:
    api.tenant.make_bots(3)
    assert len(api.done("GET", "/bots?limit=1&cursor=&count=")["bots"]) == 3
