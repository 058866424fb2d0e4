"""The directory: who a user is, and who is none any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.conftest import ADMIN, OSAKA

if TYPE_CHECKING:
    from tests.simulator.conftest import Begin


@pytest.mark.parametrize("scope", ["user.read", "directory.read"])
def test_a_user_is_found_under_login_and_user_id(begin: Begin, scope: str) -> None:
    api = begin(scope=scope)
    user_id = api.tenant.make_user("Sota@example.com", domain_id=OSAKA)
    for written in ("sota@example.com", user_id, user_id.upper()):
        shown = api.done("GET", f"/users/{written}")
        assert (shown["userId"], shown["email"], shown["domainId"]) == (user_id, "sota@example.com", OSAKA)
        assert shown["isDeleted"] is False


@pytest.mark.parametrize(("reading", "refusal"), [("400", (400, "BAD_REQUEST")), ("404", (404, "NOT_FOUND"))])
def test_one_who_left_is_found_no_more(begin: Begin, reading: str, refusal: tuple[int, str]) -> None:
    api = begin(scope="user.read", switches={"missing-user": reading})
    user_id = api.tenant.make_user("sota@example.com")
    api.tenant.drop_user("sota@example.com")
    assert api.refused("GET", f"/users/{user_id}")[:2] == refusal


def test_bots_alone_do_not_open_the_directory(begin: Begin) -> None:
    assert begin(scope="bot").refused("GET", f"/users/{ADMIN}")[0] == 403
