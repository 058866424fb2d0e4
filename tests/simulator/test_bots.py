"""Bots, as the local tenant keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.conftest import ADMIN, KYOTO, OSAKA, TOKYO, bot_body

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin


def test_a_new_bot_has_the_documented_defaults(api: Api) -> None:
    """Everything that the body leaves out is there with its default, and nothing secret is."""
    bot = api.done("POST", "/bots", bot_body())
    assert bot["subadministrators"] == bot["allowDomains"] == bot["i18nBotNames"] == []
    assert bot["enableCallback"] is False
    assert bot["enableGroupJoin"] is False
    assert bot["channelEvents"] == ["message", "join", "leave", "joined", "left", "postback"]
    assert "secret" not in bot
    assert api.done("GET", f"/bots/{bot['botId']}") == bot


def test_a_name_may_be_given_twice(api: Api) -> None:
    assert api.make_bot() != api.make_bot()


def test_a_newline_in_a_name_becomes_a_blank_and_in_a_description_stays(api: Api) -> None:
    bot = api.done("POST", "/bots", bot_body(botName="Help\r\nDesk\nTokyo", description="a\nb"))
    assert (bot["botName"], bot["description"]) == ("Help Desk Tokyo", "a\nb")


def test_a_list_shows_five_properties_of_each_bot(api: Api) -> None:
    names = [{"language": "ja_JP", "botName": "ヘルプ"}]
    bot_id = api.make_bot(i18nBotNames=names)
    assert api.done("GET", "/bots")["bots"] == [
        {
            "botId": bot_id,
            "botName": "Help Desk",
            "photoUrl": "https://static.example.com/bot.png",
            "i18nBotNames": names,
            "i18nPhotoUrls": [],
        }
    ]


def test_a_login_reads_back_as_one_and_the_same_user_id(api: Api) -> None:
    """Users keep their order, and a login is the same user in any bot and in any spelling of its letters."""
    first = api.done("POST", "/bots", bot_body(administrators=["taro@example.com", ADMIN]))
    second = api.done("POST", "/bots", bot_body(administrators=[ADMIN.upper(), "taro@example.com"]))
    assert first["administrators"] == second["administrators"][::-1]
    assert all(len(user.split("-")) == 5 for user in first["administrators"])
    again = api.done("PATCH", f"/bots/{first['botId']}", {"administrators": first["administrators"]})
    assert again["administrators"] == first["administrators"]


_FOUR = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]


@pytest.mark.parametrize(
    ("over", "code", "field"),
    [
        ({"botName": None}, "INVALID_PARAMETER", "botName"),
        ({"botName": 7}, "INVALID_PARAMETER", "botName"),
        ({"botName": "x" * 101}, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", "botName"),
        ({"description": "x" * 101}, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", "description"),
        ({"photoUrl": "http://static.example.com/bot.png"}, "INVALID_PARAMETER", "photoUrl"),
        ({"photoUrl": ""}, "INVALID_PARAMETER", "photoUrl"),
        ({"photoUrl": "https://x/" + "x" * 1000}, "EXCEEDED_LENGTH_LIMIT_OF_PARAM", "photoUrl"),
        ({"administrators": []}, "INVALID_PARAMETER", "administrators"),
        ({"administrators": [ADMIN, ADMIN]}, "INVALID_PARAMETER", "administrators"),
        ({"administrators": ["me"]}, "INVALID_PARAMETER", "administrators[0]"),
        ({"administrators": _FOUR}, "EXCEEDED_LENGTH", "administrators"),
        ({"subadministrators": _FOUR}, "EXCEEDED_LENGTH", "subadministrators"),
        ({"allowDomains": [99]}, "DOMAIN_NOT_BELONGING_TO_TENANT", "99"),
        ({"allowDomains": [TOKYO, TOKYO]}, "INVALID_PARAMETER", "allowDomains"),
        ({"allowDomains": [True]}, "INVALID_PARAMETER", "allowDomains[0]"),
        ({"enableCallback": "true"}, "INVALID_PARAMETER", "enableCallback"),
        ({"enableCallback": True}, "INVALID_PARAMETER", "callbackUrl"),
        ({"callbackUrl": "http://bots.example.com"}, "INVALID_PARAMETER", "callbackUrl"),
        ({"channelEvents": ["begun"]}, "INVALID_PARAMETER", "channelEvents[0]"),
        ({"callbackEvents": ["text", "text"]}, "INVALID_PARAMETER", "callbackEvents"),
        ({"defaultRichmenuId": "40001"}, "INVALID_PARAMETER", "defaultRichmenuId"),
        (
            {"i18nBotNames": [{"language": "fr_FR", "botName": "x"}]},
            "INVALID_PARAMETER",
            "i18nBotNames[0].language",
        ),
        ({"i18nBotNames": [{"language": "ja_JP", "value": "x"}]}, "INVALID_PARAMETER", "i18nBotNames[0].botName"),
        ({"i18nPhotoUrls": {"ja_JP": "https://x"}}, "INVALID_PARAMETER", "i18nPhotoUrls"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(api: Api, over: dict[str, Any], code: str, field: str) -> None:
    status, answered, description = api.refused("POST", "/bots", bot_body(**over))
    assert status == 400
    assert answered.startswith(code)
    assert field in description
    assert api.done("GET", "/bots")["bots"] == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"botName": "\\ud800"}', b"[" * 100_000, b"NaN"])
def test_what_is_no_json_object_is_refused(api: Api, content: bytes) -> None:
    headers = {"Authorization": f"Bearer {api.token}"}
    response = api.http.post(api.tenant.endpoint + "/bots", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "INVALID_PARAMETER")


def test_limits_count_characters_not_bytes(api: Api) -> None:
    assert api.done("POST", "/bots", bot_body(botName="案" * 100, description="🤖" * 100))["botName"] == "案" * 100


def test_patch_keeps_what_it_does_not_name_and_put_resets_it(api: Api) -> None:
    bot_id = api.make_bot(subadministrators=["taro@example.com"], callbackEvents=["text"], enableGroupJoin=True)
    patched = api.done("PATCH", f"/bots/{bot_id}", {"description": "new"})
    assert (patched["description"], patched["callbackEvents"], patched["enableGroupJoin"]) == (
        "new",
        ["text"],
        True,
    )
    replaced = api.done("PUT", f"/bots/{bot_id}", bot_body(description="newer"))
    assert (replaced["description"], replaced["callbackEvents"], replaced["enableGroupJoin"]) == (
        "newer",
        [],
        False,
    )
    assert replaced["subadministrators"] == []


def test_put_needs_what_create_needs_and_patch_at_least_one_field(api: Api) -> None:
    bot_id = api.make_bot()
    assert api.refused("PUT", f"/bots/{bot_id}", {"botName": "x"})[2] == "photoUrl is required"
    assert api.refused("PATCH", f"/bots/{bot_id}", {})[1] == "INVALID_PARAMETER"


def test_the_times_of_a_bot_tell_its_creation_and_its_last_change(api: Api) -> None:
    bot = api.done("POST", "/bots", bot_body())
    api.tenant.advance(60)
    changed = api.done("PATCH", f"/bots/{bot['botId']}", {"description": "new"})
    assert changed["createdTime"] == bot["createdTime"] == bot["modifiedTime"] < changed["modifiedTime"]


def test_shrinking_the_domains_deletes_registrations_outside(api: Api) -> None:
    """Registrations in the domains that stay are untouched; going from all domains to some counts as shrinking."""
    bot_id = api.make_bot()
    for domain in (TOKYO, OSAKA, KYOTO):
        api.done("POST", f"/bots/{bot_id}/domains/{domain}", {"visible": True})
    api.done("PATCH", f"/bots/{bot_id}", {"allowDomains": [TOKYO, OSAKA]})
    assert [row["domainId"] for row in api.listed(f"/bots/{bot_id}/domains", "domains")] == [TOKYO, OSAKA]
    api.done("PUT", f"/bots/{bot_id}", bot_body(allowDomains=[OSAKA]))
    rows = api.listed(f"/bots/{bot_id}/domains", "domains")
    assert rows == [{"domainId": OSAKA, "visible": True, "allowToSelectedMember": False}]
    api.done("PATCH", f"/bots/{bot_id}", {"allowDomains": []})
    assert len(api.listed(f"/bots/{bot_id}/domains", "domains")) == 1


def test_zero_among_the_domains_means_all_of_them(api: Api) -> None:
    assert api.done("POST", "/bots", bot_body(allowDomains=[0]))["allowDomains"] == []


def test_switching_group_join_off_takes_the_bot_out_of_its_rooms(api: Api) -> None:
    bot_id = api.make_bot(enableGroupJoin=True)
    api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}", {})
    room = api.done("POST", f"/bots/{bot_id}/channels", {"members": [ADMIN]})["channelId"]
    api.done("PATCH", f"/bots/{bot_id}", {"description": "still in"})
    assert api.send("GET", f"/bots/{bot_id}/channels/{room}").status_code == 200
    api.done("PATCH", f"/bots/{bot_id}", {"enableGroupJoin": False})
    assert api.send("GET", f"/bots/{bot_id}/channels/{room}").status_code == 404


def test_the_callback_can_be_removed_with_an_empty_url(api: Api) -> None:
    bot_id = api.make_bot(enableCallback=True, callbackUrl="https://bots.example.com/helpdesk")
    assert api.done("PATCH", f"/bots/{bot_id}", {"callbackUrl": ""})["callbackUrl"] == ""


def test_a_deleted_bot_is_gone_with_all_it_had_and_its_id_stays_unused(api: Api) -> None:
    bot_id = api.make_bot()
    api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}", {})
    api.done("DELETE", f"/bots/{bot_id}")
    assert api.refused("GET", f"/bots/{bot_id}")[:2] == (404, "NOT_FOUND")
    assert api.refused("GET", f"/bots/{bot_id}/domains")[0] == 404
    assert api.refused("DELETE", f"/bots/{bot_id}")[0] == 404
    assert api.make_bot() == bot_id + 1


def test_a_secret_is_shown_once_and_is_another_each_time(api: Api) -> None:
    bot_id = api.make_bot()
    first, second = (api.done("POST", f"/bots/{bot_id}/secret")["secret"] for _ in range(2))
    assert first != second
    assert first not in str(api.done("GET", f"/bots/{bot_id}"))


def test_a_tenant_holds_as_many_bots_as_its_limit_says(begin: Begin) -> None:
    """A deleted bot makes room for another one."""
    api = begin(bot_limit=2)
    first, _ = api.make_bot(), api.make_bot()
    assert api.refused("POST", "/bots", bot_body())[:2] == (400, "EXCEEDED_NUMBER_LIMIT_OF_BOT")
    api.done("DELETE", f"/bots/{first}")
    api.make_bot()


def test_a_free_tenant_holds_ten_bots(begin: Begin) -> None:
    api = begin(plan="free")
    api.tenant.make_bots(10)
    assert api.refused("POST", "/bots", bot_body())[1] == "EXCEEDED_NUMBER_LIMIT_OF_BOT"


def test_a_strict_directory_knows_only_its_users(begin: Begin) -> None:
    api = begin(strict_directory=True)
    assert api.refused("POST", "/bots", bot_body(administrators=["nobody@example.com"]))[1:] == (
        "BAD_REQUEST",
        'Bad Request Parameters: Cannot find "nobody@example.com"',
    )
    user_id = api.tenant.make_user("new@example.com")
    assert api.done("POST", "/bots", bot_body(administrators=["new@example.com"]))["administrators"] == [user_id]


@pytest.mark.parametrize("bot", ["0", "-1", "99999999999999999999", "2000001x", "%EF%BC%91"])
def test_an_id_that_is_none_finds_no_bot(api: Api, bot: str) -> None:
    assert api.send("GET", f"/bots/{bot}").status_code in {400, 404}
