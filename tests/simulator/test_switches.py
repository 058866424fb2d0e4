"""Every doubt of the reference is a switch, and every reading of it shows."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from lwdeploy.simulator import SWITCHES, Settings, UnknownReadingError
from tests.simulator.conftest import ADMIN, BEARER, NOW, OSAKA, TOKYO, bot_body, menu_body
from tests.simulator.menureadings import MENU_CASES, bind, bot
from tests.simulator.test_menus import area, persistent, picture, upload

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin

_TARO = "taro@example.com"


def registered(api: Api, *, selected: bool = False, **over: Any) -> str:
    path = f"{bot(api, **over)}/domains/{TOKYO}"
    api.done("POST", path, {"allowToSelectedMember": selected})
    return path


# Each of these does what its switch is about, and returns what shows of the reading in force.


def all_domains(api: Api) -> Any:
    return api.done("POST", "/bots", bot_body()).get("allowDomains", "absent")


def bot_times(api: Api) -> Any:
    return "createdTime" in api.done("POST", "/bots", bot_body())


def callback_events_default(api: Api) -> Any:
    return len(api.done("POST", "/bots", bot_body())["callbackEvents"])


def callback_message_filter(api: Api) -> Any:
    path = registered(api, enableCallback=True, callbackUrl="https://bots.example.com/x")
    content = {"type": "text", "text": "x"}
    return api.tenant.act(int(path.split("/")[2]), "message", user=ADMIN, content=content).reason.split()[0]


def callback_without_url(api: Api) -> Any:
    return api.send("POST", "/bots", bot_body(enableCallback=True)).status_code


def create_answer(api: Api) -> Any:
    return "botName" in api.done("POST", "/bots", bot_body())


def create_secret(api: Api) -> Any:
    return "secret" in api.done("POST", "/bots", bot_body())


def delete_missing(api: Api) -> Any:
    path = bot(api)
    parts = (f"domains/{TOKYO}", "persistentmenu", "richmenus/1", "richmenus/default", f"richmenus/users/{ADMIN}")
    missing = ["/bots/1", *(f"{path}/{part}" for part in parts)]
    return {api.send("DELETE", one).status_code for one in missing}


def duplicate_member(api: Api) -> Any:
    path = registered(api, selected=True)
    return [api.send("POST", f"{path}/members", {"userId": ADMIN}).status_code for _ in range(2)]


def duplicate_registration(api: Api) -> Any:
    return api.send("POST", registered(api), {}).status_code


def everyone_answer(api: Api) -> Any:
    return api.done("GET", f"{registered(api)}/members")["members"]


def expires_in(api: Api) -> Any:
    return api.sign_in("bot").json()["expires_in"]


def free_plan_bots(api: Api) -> Any:
    api.tenant.make_bots(10)
    return api.send("POST", "/bots", bot_body()).status_code


def group_join_with_selected(api: Api) -> Any:
    answer = api.send("POST", f"{bot(api, enableGroupJoin=True)}/domains/{TOKYO}", {"allowToSelectedMember": True})
    path = registered(api, selected=True)
    change = api.send("PATCH", path.rpartition("/domains")[0], {"enableGroupJoin": True})
    rows = api.listed(path.rpartition("/")[0], "domains")
    return answer.json().get("allowToSelectedMember"), change.status_code, rows[0]["allowToSelectedMember"]


def last_cursor(api: Api) -> Any:
    return api.done("GET", "/bots")["responseMetaData"]


def list_order(api: Api) -> Any:
    names, labels = (
        [{"language": language, name: "x"} for language in ("ja_JP", "en_US")] for name in ("botName", "label")
    )
    kept = {api.done("POST", "/bots", bot_body(i18nBotNames=names))["i18nBotNames"] == names}
    path = bot(api)
    action = {"type": "uri", "label": "x", "uri": "https://x.example.com", "i18nLabels": labels}
    menu = api.done("POST", f"{path}/persistentmenu", persistent(action))
    kept.add(menu["content"]["actions"][0]["i18nLabels"] == labels)
    rich = api.done("POST", f"{path}/richmenus", menu_body(areas=[{**area(), "action": action}]))
    kept.add(rich["areas"][0]["action"]["i18nLabels"] == labels)
    menu_path, files = f"{path}/richmenus/{rich['richmenuId']}", [upload(api, path, picture()) for _ in range(3)]
    assert bind(api, menu_path, files[0], ja_JP=files[1], en_US=files[2]) == 204
    shown = api.done("GET", f"{menu_path}/image")["i18nFileIds"]
    kept.add([entry["fileId"] for entry in shown] == files[1:])
    return kept


def long_assertion(api: Api) -> Any:
    return api.sign_in("bot", exp=NOW + 86400).status_code


def member_add_answer(api: Api) -> Any:
    return api.done("POST", f"{registered(api, selected=True)}/members", {"userId": ADMIN}) is None


def member_add_while_everyone(api: Api) -> Any:
    return api.send("POST", f"{registered(api)}/members", {"userId": ADMIN}).status_code


def member_limit(api: Api) -> Any:
    path = registered(api, selected=True)
    users = (f"u{number}@example.com" for number in range(151))
    return {api.send("POST", f"{path}/members", {"userId": user}).status_code for user in users}


def message_without_registration(api: Api) -> Any:
    body = {"content": {"type": "text", "text": "x"}}
    return api.send("POST", f"{bot(api)}/users/{ADMIN}/messages", body).status_code


def missing_bot(api: Api) -> Any:
    return {api.refused("GET", path)[:2] for path in ("/bots/1", "/bots/1/richmenus")}


def null_fields(api: Api) -> Any:
    return api.send("PATCH", bot(api), {"description": None, "botName": "x"}).status_code


def parallel_writes(api: Api) -> Any:
    path, seen = bot(api), set()
    with ThreadPoolExecutor(8) as workers:
        for _ in range(20):  # until two of them have met
            answers = workers.map(lambda number: api.send("PATCH", path, {"botName": f"{number}"}), range(8))
            seen |= {answer.status_code for answer in answers}
            if 500 in seen:
                break
    return seen


def photo_url(api: Api) -> Any:
    shown = api.done("GET", bot(api))["photoUrl"]
    assert api.done("GET", "/bots")["bots"][0]["photoUrl"] == shown
    return shown == bot_body()["photoUrl"]


def put_omission(api: Api) -> Any:
    path = bot(api, callbackEvents=["text"])
    return api.done("PUT", path, bot_body())["callbackEvents"]


def scope_refusal(api: Api) -> Any:
    api.token = api.sign_in("bot.read").json()["access_token"]
    return api.send("POST", "/bots", bot_body()).status_code


def surplus_fields(api: Api) -> Any:
    return api.send("POST", "/bots", bot_body(chatBarText="x")).status_code


def text_length(api: Api) -> Any:
    return api.send("POST", "/bots", bot_body(botName="🤖" * 60)).status_code


def tokens(api: Api) -> Any:
    api.sign_in("bot")
    return api.send("GET", "/bots").status_code


def unset_properties(api: Api) -> Any:
    made = api.done("POST", "/bots", bot_body(allowDomains=[OSAKA], description=""))
    assert made["description"] == ""
    return [made.get(name, "absent") for name in ("callbackUrl", "subadministrators", "allowDomains")]


def update_answer(api: Api) -> Any:
    return api.done("PATCH", bot(api), {"botName": "x"}) is None


def user_ids(api: Api) -> Any:
    path = registered(api, selected=True)
    api.done("POST", f"{path}/members", {"userId": _TARO})
    return api.done("GET", f"{path}/members")["members"] == [_TARO]


_MISSING = (404, "NOT_FOUND")
_UNREACHABLE = "ConnectionRefusedError:"
CASES: dict[str, tuple[Callable[[Api], Any], dict[str, Any]]] = {
    **MENU_CASES,
    "all-domains": (all_domains, {"empty": [], "zero": [0], "omitted": "absent"}),
    "bot-times": (bot_times, {"present": True, "absent": False}),
    "callback-events-default": (callback_events_default, {"none": 0, "all": 7}),
    "callback-message-filter": (
        callback_message_filter,
        {"callback-events": "text", "off": "ConnectionRefusedError:"},
    ),
    "callback-without-url": (callback_without_url, {"refused": 400, "accepted": 201}),
    "create-answer": (create_answer, {"full": True, "id-only": False}),
    "create-secret": (create_secret, {"absent": False, "present": True}),
    "delete-missing": (delete_missing, {"404": {404}, "204": {204}}),
    "duplicate-member": (duplicate_member, {"400": [201, 400], "409": [201, 409], "accepted": [201, 201]}),
    "duplicate-registration": (duplicate_registration, {"400": 400, "409": 409, "accepted": 201}),
    "everyone-answer": (everyone_answer, {"array": ["All users"], "string": "All users"}),
    "expires-in": (expires_in, {"number": 86400, "string": "86400"}),
    "free-plan-bots": (free_plan_bots, {"ten": 400, "as-set": 201}),
    "group-join-with-selected": (
        group_join_with_selected,
        {"refused": (None, 400, True), "accepted": (True, 200, True), "forced": (False, 200, False)},
    ),
    "last-cursor": (last_cursor, {"null": {"nextCursor": None}, "empty": {"nextCursor": ""}, "absent": {}}),
    "list-order": (list_order, {"as-written": {True}, "sorted": {False}}),
    "long-assertion": (long_assertion, {"refused": 400, "accepted": 200}),
    "member-add-answer": (member_add_answer, {"empty": True, "echo": False}),
    "member-add-while-everyone": (member_add_while_everyone, {"accepted": 201, "refused": 400}),
    "member-limit": (member_limit, {"none": {201}, "150": {201, 400}}),
    "message-without-registration": (message_without_registration, {"refused": 403, "accepted": 201}),
    "missing-bot": (missing_bot, {"404": {_MISSING}, "400": {(400, "NONEXISTENT_BOT")}}),
    "null-fields": (null_fields, {"as-absent": 200, "refused": 400}),
    "parallel-writes": (parallel_writes, {"tolerated": {200}, "refused": {200, 500}}),
    "photo-url": (photo_url, {"kept": True, "rehosted": False}),
    "put-omission": (put_omission, {"reset": [], "keep": ["text"]}),
    "scope-refusal": (scope_refusal, {"403": 403, "401": 401}),
    "surplus-fields": (surplus_fields, {"ignored": 201, "refused": 400}),
    "text-length": (text_length, {"code-points": 201, "utf16": 400}),
    "tokens": (tokens, {"independent": 200, "newest-only": 401}),
    "unset-properties": (
        unset_properties,
        {"present": ["", [], [OSAKA]], "null": [None, [], [OSAKA]], "omitted": ["absent", "absent", [OSAKA]]},
    ),
    "update-answer": (update_answer, {"object": False, "no-body": True}),
    "user-ids": (user_ids, {"uuid": False, "as-written": True}),
}
SETTINGS: dict[str, dict[str, Any]] = {
    "free-plan-bots": {"plan": "free"},
    "missing-user": {"strict_directory": True},
}
MATRIX = [(switch.name, reading) for switch in SWITCHES for reading in switch.readings]


@pytest.mark.parametrize(("name", "reading"), MATRIX, ids=str)
def test_a_reading_shows(begin: Begin, name: str, reading: str) -> None:
    """What a switch is about differs from reading to reading, in the way that the reading says."""
    probe, expected = CASES[name]
    settings = SETTINGS.get(name, {})
    routes = {"https://bots.example.com": "http://127.0.0.1:9"}
    api = begin(loose=True, **settings, switches={name: reading}, callback_routes=routes)
    assert set(expected) == {choice for switch, choice in MATRIX if switch == name}
    assert probe(api) == expected[reading]


def test_every_switch_has_two_readings_a_meaning_and_a_place_in_the_reference() -> None:
    for switch in SWITCHES:
        assert len(set(switch.readings)) >= 2
        assert switch.meaning.endswith(".")
        assert switch.section[0].isdigit()
    assert sorted(CASES) == [switch.name for switch in SWITCHES]


def test_a_switch_can_be_turned_while_the_tenant_runs(begin: Begin) -> None:
    api = begin()
    api.tenant.choose("missing-bot", "400")
    assert api.refused("GET", "/bots/1")[1] == "NONEXISTENT_BOT"


def test_a_switch_or_reading_that_does_not_exist_is_refused(begin: Begin) -> None:
    with pytest.raises(UnknownReadingError, match="no switch is called 'x'"):
        begin(switches={"x": "y"})
    with pytest.raises(UnknownReadingError, match="missing-bot has no reading 'y'; choose from 404, 400"):
        begin().tenant.choose("missing-bot", "y")


@pytest.mark.parametrize(
    "wrong", [{"plan": "gold"}, {"rate_limit": "none"}, {"rate_window_seconds": 0}, {"domains": ()}]
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"plan|rate|domain"):
        Settings(**wrong)


def test_all_doubts_at_once_leave_a_tenant_that_works(begin: Begin) -> None:
    """With every switch on its last reading, a bot can still be made, registered, changed and deleted."""
    api = begin(loose=True, switches={switch.name: switch.readings[-1] for switch in SWITCHES})
    path = registered(api, selected=True)
    api.done("POST", f"{path}/members", {"userId": ADMIN})
    root = path.rpartition("/domains")[0]
    api.done("PUT", root, bot_body())
    api.done("POST", f"{root}/richmenus", menu_body())
    api.done("DELETE", root)
    assert api.done("GET", "/bots")["bots"] == []
    assert api.ask_token(grant_type=BEARER, assertion="x", scope="bot").status_code == 400
