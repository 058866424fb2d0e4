"""Registrations and allowed users, as the local tenant keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.simulator.conftest import ADMIN, KYOTO, OSAKA, TOKYO

if TYPE_CHECKING:
    from tests.simulator.conftest import Api


@pytest.fixture
def registered(api: Api) -> str:
    """Register a bot for selected members in one domain and return the path of the registration."""
    path = f"/bots/{api.make_bot()}/domains/{TOKYO}"
    api.done("POST", path, {"allowToSelectedMember": True})
    return path


def test_a_registration_is_hidden_and_for_everyone_unless_told_otherwise(api: Api) -> None:
    bot_id = api.make_bot()
    answer = api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}")
    assert answer == {"domainId": TOKYO, "visible": False, "allowToSelectedMember": False}
    assert api.listed(f"/bots/{bot_id}/domains", "domains") == [answer]


def test_a_bot_is_registered_once_in_a_domain(api: Api, registered: str) -> None:
    assert api.refused("POST", registered, {})[:2] == (400, "ALREADY_REGISTERED_BOT")


def test_a_domain_is_one_of_the_tenant_and_of_those_the_bot_allows(api: Api) -> None:
    bot_id = api.make_bot(allowDomains=[OSAKA])
    assert api.refused("POST", f"/bots/{bot_id}/domains/99", {})[:2] == (400, "DOMAIN_NOT_BELONGING_TO_TENANT")
    assert "allowDomains" in api.refused("POST", f"/bots/{bot_id}/domains/{TOKYO}", {})[2]
    assert api.refused("POST", f"/bots/1/domains/{TOKYO}", {})[:2] == (404, "NOT_FOUND")
    api.done("POST", f"/bots/{bot_id}/domains/{OSAKA}", {})


def test_put_resets_what_it_leaves_out_and_patch_keeps_it(api: Api, registered: str) -> None:
    assert api.done("PATCH", registered, {"visible": True}) == {
        "domainId": TOKYO,
        "visible": True,
        "allowToSelectedMember": True,
    }
    assert api.done("PUT", registered, {"visible": True})["allowToSelectedMember"] is False


def test_only_a_registration_can_be_changed_or_deleted(api: Api, registered: str) -> None:
    api.done("DELETE", registered)
    for method, body in (("PUT", {}), ("PATCH", {}), ("DELETE", None)):
        assert api.refused(method, registered, body)[0] == 404


@pytest.mark.parametrize("body", [{"visible": "yes"}, {"allowToSelectedMember": 1}, []])
def test_a_wrong_body_is_refused(api: Api, registered: str, body: object) -> None:
    assert api.refused("PATCH", registered, body)[:2] == (400, "INVALID_PARAMETER")


def test_a_bot_for_rooms_is_for_everyone(api: Api) -> None:
    """Group join and selected members exclude each other, whichever comes second."""
    bot_id = api.make_bot(enableGroupJoin=True)
    path = f"/bots/{bot_id}/domains/{TOKYO}"
    assert "allowToSelectedMember" in api.refused("POST", path, {"allowToSelectedMember": True})[2]
    api.done("PATCH", f"/bots/{bot_id}", {"enableGroupJoin": False})
    api.done("POST", path, {"allowToSelectedMember": True})
    assert "enableGroupJoin" in api.refused("PATCH", f"/bots/{bot_id}", {"enableGroupJoin": True})[2]
    assert api.done("GET", f"/bots/{bot_id}")["enableGroupJoin"] is False


def test_members_are_listed_by_user_id_in_the_order_of_their_adding(api: Api, registered: str) -> None:
    users = ["taro@example.com", ADMIN, "00000000-0000-4000-8000-000000000001"]
    for user in users:
        assert api.done("POST", f"{registered}/members", {"userId": user}) is None
    members = api.listed(f"{registered}/members", "members")
    assert members[2] == users[2]
    assert len(set(members)) == 3
    assert all("@" not in member for member in members)


def test_everyone_is_shown_as_all_users(api: Api, registered: str) -> None:
    """Members survive a time in which everyone was allowed."""
    api.done("POST", f"{registered}/members", {"userId": ADMIN})
    before = api.listed(f"{registered}/members", "members")
    api.done("PATCH", registered, {"allowToSelectedMember": False})
    assert api.listed(f"{registered}/members", "members") == ["All users"]
    api.done("PATCH", registered, {"allowToSelectedMember": True})
    assert api.listed(f"{registered}/members", "members") == before


@pytest.mark.parametrize("spelling", [ADMIN, "admin%40example.com", "ADMIN@example.com"])
def test_a_member_is_removed_under_any_spelling(api: Api, registered: str, spelling: str) -> None:
    api.done("POST", f"{registered}/members", {"userId": ADMIN})
    api.done("DELETE", f"{registered}/members/{spelling}")
    assert api.listed(f"{registered}/members", "members") == []
    assert api.refused("DELETE", f"{registered}/members/{spelling}")[0] == 404


def test_a_member_is_added_once_and_needs_a_registration(api: Api, registered: str) -> None:
    api.done("POST", f"{registered}/members", {"userId": ADMIN})
    assert api.refused("POST", f"{registered}/members", {"userId": "Admin@Example.com"})[0] == 400
    assert api.refused("POST", f"{registered}/members", {"userId": "me"})[1] == "INVALID_PARAMETER"
    other = registered.replace(str(TOKYO), str(KYOTO))
    assert api.refused("POST", f"{other}/members", {"userId": ADMIN})[0] == 404


def test_deleting_a_registration_forgets_its_members(api: Api, registered: str) -> None:
    api.done("POST", f"{registered}/members", {"userId": ADMIN})
    api.done("DELETE", registered)
    api.done("POST", registered, {"allowToSelectedMember": True})
    assert api.listed(f"{registered}/members", "members") == []
