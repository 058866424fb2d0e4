"""Persistent and rich menus, and what ties a rich menu to people."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.simulator.conftest import ADMIN, menu_body

if TYPE_CHECKING:
    from tests.simulator.conftest import Api

_DAY = 24 * 3600
_HELP = {"type": "message", "label": "Help", "text": "help"}


def persistent(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"actions": list(actions)}}


def picture(size: tuple[int, int] = (2500, 843), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    return file.getvalue()


def upload(api: Api, bot: str, content: bytes) -> str:
    """Upload a file and return its id."""
    place = api.done("POST", f"{bot}/attachments", {"fileName": "menu.png"})
    headers = {"Authorization": f"Bearer {api.token}"}
    response = api.http.post(place["uploadUrl"], files={"Filedata": ("menu.png", content)}, headers=headers)
    assert response.status_code == 200
    assert response.json()["fileId"] == place["fileId"]
    return str(place["fileId"])


@pytest.fixture
def bot(api: Api) -> str:
    return f"/bots/{api.make_bot()}"


@pytest.fixture
def menu(api: Api, bot: str) -> str:
    return f"{bot}/richmenus/{api.done('POST', f'{bot}/richmenus', menu_body())['richmenuId']}"


# --- persistent ---------------------------------------------------------------------------------


def test_a_persistent_menu_is_set_over_the_one_before(api: Api, bot: str) -> None:
    api.done("POST", f"{bot}/persistentmenu", persistent(_HELP))
    page = {"type": "uri", "label": "Portal", "uri": "http://portal.example.com"}
    copy = {"type": "copy", "label": "Code", "copyText": "1234"}
    answer = api.done("POST", f"{bot}/persistentmenu", persistent(page, copy))
    assert answer == api.done("GET", f"{bot}/persistentmenu") == persistent(page, copy)


def test_newlines_in_the_texts_of_a_persistent_menu_become_blanks(api: Api, bot: str) -> None:
    answer = api.done("POST", f"{bot}/persistentmenu", persistent({**_HELP, "text": "help\nme"}))
    assert answer["content"]["actions"][0]["text"] == "help me"


def test_a_missing_persistent_menu_is_not_found(api: Api, bot: str) -> None:
    for method in ("GET", "DELETE"):
        assert api.refused(method, f"{bot}/persistentmenu")[:2] == (404, "NOT_FOUND")
    api.done("POST", f"{bot}/persistentmenu", persistent())
    api.done("DELETE", f"{bot}/persistentmenu")
    assert api.refused("GET", f"{bot}/persistentmenu")[0] == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "content is required"),
        ({"content": {"action": [_HELP]}}, "content.actions is required"),
        (persistent(_HELP, _HELP, _HELP, _HELP, _HELP), "Maximum content.actions length is 4"),
        (persistent({"type": "postback", "label": "x", "data": "y"}), "content.actions[0].type"),
        (persistent({"type": "message"}), "content.actions[0].label is required"),
        (persistent({"type": "uri", "label": "x"}), "content.actions[0].uri is required"),
        (persistent({"type": "uri", "label": "x", "uri": "ftp://x"}), "content.actions[0].uri"),
        (persistent({**_HELP, "label": "x" * 1001}), "Maximum content.actions[0].label length is 1000"),
        (persistent({**_HELP, "text": "x" * 301}), "Maximum content.actions[0].text length is 300"),
        (persistent({**_HELP, "i18nLabels": [{"language": "xx", "label": "x"}]}), "i18nLabels[0].language"),
    ],
)
def test_a_wrong_persistent_menu_is_refused(api: Api, bot: str, body: object, field: str) -> None:
    assert field in api.refused("POST", f"{bot}/persistentmenu", body)[2]


# --- rich ---------------------------------------------------------------------------------------


def test_a_rich_menu_reads_back_as_written_with_an_id_of_digits(api: Api, bot: str) -> None:
    """Ids count up through the tenant; a menu is listed and read alike."""
    made = [api.done("POST", f"{bot}/richmenus", menu_body(richmenuName=name)) for name in ("a", "b")]
    assert int(made[1]["richmenuId"]) == int(made[0]["richmenuId"]) + 1
    assert api.listed(f"{bot}/richmenus", "richmenus") == made
    assert api.done("GET", f"{bot}/richmenus/{made[0]['richmenuId']}") == made[0]
    assert {**made[0], "richmenuId": None} == {**menu_body(richmenuName="a"), "richmenuId": None}


def test_the_two_sorts_of_menus_exclude_each_other(api: Api, bot: str) -> None:
    """A rich menu takes the persistent one away; while it is there, no persistent one can be set."""
    api.done("POST", f"{bot}/persistentmenu", persistent(_HELP))
    menu_id = api.done("POST", f"{bot}/richmenus", menu_body())["richmenuId"]
    assert api.refused("GET", f"{bot}/persistentmenu")[0] == 404
    assert api.refused("POST", f"{bot}/persistentmenu", persistent(_HELP))[0] == 400
    api.done("DELETE", f"{bot}/richmenus/{menu_id}")
    api.done("POST", f"{bot}/persistentmenu", persistent(_HELP))


def acting(**action: Any) -> dict[str, Any]:
    """Return the body of a rich menu whose one area does this."""
    return menu_body(areas=[{**area(), "action": action}])


def area(**bounds: int) -> dict[str, Any]:
    whole = {"x": 0, "y": 0, "width": 10, "height": 10, **bounds}
    return {"action": {"type": "postback", "data": "x"}, "bounds": whole}


def test_an_area_may_end_beyond_the_picture(api: Api, bot: str) -> None:
    api.done("POST", f"{bot}/richmenus", menu_body(areas=[area(x=1876, width=625)]))


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"richmenuName": "x" * 301}, "richmenuName"),
        ({"areas": []}, "areas"),
        ({"areas": [area()] * 21}, "areas"),
        ({"areas": [area(x=-1)]}, "areas[0].bounds.x"),
        ({"areas": [area(width=0)]}, "areas[0].bounds.width"),
        ({"areas": [{"bounds": area()["bounds"]}]}, "areas[0].action"),
        ({"areas": [{**area(), "action": {"type": "postback"}}]}, "areas[0].action.data"),
        ({"areas": [{**area(), "action": {"type": "message", "label": "x"}}]}, "areas[0].action.text"),
        ({"areas": [{**area(), "action": {**_HELP, "label": "x" * 21}}]}, "areas[0].action.label"),
        ({"areas": [{**area(), "action": {"type": "camera", "label": "x"}}]}, "areas[0].action.type"),
        ({"size": {"width": 2500, "height": 844}}, "size.height"),
        ({"size": {"width": 1250, "height": 843}}, "size.width"),
    ],
)
def test_a_wrong_rich_menu_is_refused(api: Api, bot: str, over: dict[str, Any], field: str) -> None:
    assert field in api.refused("POST", f"{bot}/richmenus", menu_body(**over))[2]


def words(field: str, value: str) -> list[dict[str, str]]:
    return [{"language": language, field: value} for language in ("ja_JP", "ko_KR", "en_US", "zh_CN", "zh_TW")]


_LABELS = {"label": "ラ" * 20, "i18nLabels": words("label", "ラ" * 20)}


@pytest.mark.parametrize(
    "action",
    [
        {
            **_LABELS,
            "type": "postback",
            "data": "d" * 300,
            "displayText": "t" * 300,
            "i18nDisplayTexts": words("displayText", "表" * 300),
        },
        {
            **_LABELS,
            "type": "message",
            "text": "t" * 300,
            "postback": "p" * 1000,
            "i18nTexts": words("text", "文" * 300),
        },
        {**_LABELS, "type": "uri", "uri": "https://" + "x" * 992},
        {**_LABELS, "type": "copy", "copyText": "c" * 1000},
    ],
    ids=lambda action: str(action["type"]),
)
def test_an_action_holds_all_its_fields_at_their_longest_in_every_language(
    api: Api, bot: str, action: dict[str, Any]
) -> None:
    """What is within the limits reads back as it was written, by the create, by id and in the list."""
    made = api.done("POST", f"{bot}/richmenus", acting(**action))
    assert made["areas"][0]["action"] == action
    assert api.done("GET", f"{bot}/richmenus/{made['richmenuId']}") == made
    assert api.done("GET", f"{bot}/richmenus")["richmenus"] == [made]


@pytest.mark.parametrize(
    ("action", "field"),
    [
        ({"label": "x" * 21}, "label length is 20"),
        ({"i18nLabels": words("label", "x" * 21)}, "i18nLabels[0].label length is 20"),
        ({"i18nLabels": [{"language": "default", "label": "x"}]}, "i18nLabels[0].language"),
        ({"i18nLabels": {"ja_JP": "x"}}, "i18nLabels must be an array"),
        ({"i18nLabels": [{"language": "ja_JP", "text": "x"}]}, "i18nLabels[0].label is required"),
        ({"data": "x" * 301}, "data length is 300"),
        ({"displayText": "x" * 301}, "displayText length is 300"),
        ({"i18nDisplayTexts": words("displayText", "x" * 301)}, "i18nDisplayTexts[0].displayText length is 300"),
        ({"type": "message", "text": "x" * 301}, "text length is 300"),
        ({"type": "message", "text": "x", "postback": "x" * 1001}, "postback length is 1000"),
        (
            {"type": "message", "text": "x", "i18nTexts": words("text", "x" * 301)},
            "i18nTexts[0].text length is 300",
        ),
        ({"type": "uri", "uri": "https://" + "x" * 993}, "uri length is 1000"),
        ({"type": "uri", "uri": "tel:1"}, "uri must be a URL"),
        ({"type": "copy", "copyText": "x" * 1001}, "copyText length is 1000"),
        ({"type": "copy"}, "copyText is required"),
        ({"type": "postback "}, "type must be one of"),
    ],
)
def test_an_action_beyond_a_limit_is_refused_with_the_field(
    api: Api, bot: str, action: dict[str, Any], field: str
) -> None:
    """The refusal names the one field that is wrong."""
    whole = {"type": "postback", "data": "x", **action}
    assert field in api.refused("POST", f"{bot}/richmenus", acting(**whole))[2]
    assert api.done("GET", f"{bot}/richmenus")["richmenus"] == []


def test_a_bot_has_a_thousand_rich_menus_at_most(api: Api) -> None:
    """The thousandth is taken, one more is not, and a deleted one makes room."""
    bot_id = api.make_bot()
    made = [api.tenant.make_richmenu(bot_id) for _ in range(999)]
    api.done("POST", f"/bots/{bot_id}/richmenus", menu_body())
    assert api.refused("POST", f"/bots/{bot_id}/richmenus", menu_body())[0] == 400
    api.done("DELETE", f"/bots/{bot_id}/richmenus/{made[500]}")
    api.done("POST", f"/bots/{bot_id}/richmenus", menu_body())
    assert len(api.tenant.menus(bot_id)[bot_id]["menus"]) == 1000


@pytest.mark.parametrize("menu_id", ["1", "x", "-1", "9" * 40])
def test_a_rich_menu_that_is_none_is_not_found(api: Api, bot: str, menu_id: str) -> None:
    for method in ("GET", "DELETE"):
        assert api.refused(method, f"{bot}/richmenus/{menu_id}")[:2] == (404, "NOT_FOUND")


def test_a_rich_menu_belongs_to_one_bot(api: Api, menu: str) -> None:
    other = f"/bots/{api.make_bot()}/richmenus/{menu.rpartition('/')[2]}"
    for method, path in (("GET", other), ("DELETE", other), ("POST", f"{other}/set-default")):
        assert api.refused(method, path)[0] == 404


# --- default and users --------------------------------------------------------------------------


def test_the_default_is_one_property_under_two_names(api: Api, bot: str, menu: str) -> None:
    menu_id = menu.rpartition("/")[2]
    answer = api.done("POST", f"{menu}/set-default")
    assert answer == api.done("GET", f"{bot}/richmenus/default")
    assert api.done("GET", bot)["defaultRichmenuId"] == menu_id
    api.done("DELETE", f"{bot}/richmenus/default")
    assert api.refused("GET", f"{bot}/richmenus/default")[0] == 404
    assert api.refused("DELETE", f"{bot}/richmenus/default")[0] == 404
    api.done("PATCH", bot, {"defaultRichmenuId": menu_id})
    assert api.done("GET", f"{bot}/richmenus/default")["defaultRichmenuId"] == menu_id


def test_a_body_where_none_is_wanted_is_ignored(api: Api, menu: str) -> None:
    api.done("POST", f"{menu}/set-default", [])


def test_a_user_has_a_menu_of_their_own_which_is_not_the_default(api: Api, bot: str, menu: str) -> None:
    api.done("POST", f"{menu}/set-default")
    assert api.refused("GET", f"{bot}/richmenus/users/{ADMIN}")[0] == 404
    api.done("POST", f"{menu}/users/{ADMIN}")
    assert api.done("GET", f"{bot}/richmenus/users/{ADMIN}") == api.done("GET", menu)
    api.done("DELETE", f"{bot}/richmenus/users/{ADMIN}")
    assert api.refused("DELETE", f"{bot}/richmenus/users/{ADMIN}")[0] == 404


def test_deleting_a_menu_unties_it(api: Api, bot: str, menu: str) -> None:
    api.done("POST", f"{menu}/set-default")
    api.done("POST", f"{menu}/users/{ADMIN}")
    api.done("DELETE", menu)
    assert api.done("GET", bot)["defaultRichmenuId"] == ""
    assert api.refused("GET", f"{bot}/richmenus/users/{ADMIN}")[0] == 404


# --- pictures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "kind"), [((2500, 843), "PNG"), ((2500, 1686), "JPEG")])
def test_a_menu_is_bound_to_an_uploaded_picture(
    api: Api, bot: str, menu: str, size: tuple[int, int], kind: str
) -> None:
    """Bound files outlive the day that others have."""
    assert api.refused("GET", f"{menu}/image")[0] == 404
    body = {"fileId": upload(api, bot, picture(size, kind))}
    japanese = [{"language": "ja_JP", "fileId": upload(api, bot, picture())}]
    api.done("POST", f"{menu}/image", {**body, "i18nFileIds": japanese})
    api.tenant.advance(_DAY - 1)
    api.token = api.sign_in("bot").json()["access_token"]
    api.tenant.advance(2)
    assert api.done("GET", f"{menu}/image") == {**body, "i18nFileIds": japanese}
    assert api.send("GET", f"{bot}/attachments/{body['fileId']}").status_code == 302


@pytest.mark.parametrize(
    "content",
    [
        picture((2500, 844)),
        picture((2500, 843), "GIF"),
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        picture()[:-12] + b"\0" * 1024 * 1024,
    ],
    ids=["size", "format", "empty", "short png", "short jpeg", "over 1 MB"],
)
def test_a_picture_of_another_sort_is_refused(api: Api, bot: str, menu: str, content: bytes) -> None:
    body = {"fileId": upload(api, bot, content)}
    assert "fileId" in api.refused("POST", f"{menu}/image", body)[2]


def test_a_picture_has_to_be_uploaded_for_this_bot_first(api: Api, bot: str, menu: str) -> None:
    waiting = api.done("POST", f"{bot}/attachments", {})["fileId"]
    foreign = upload(api, f"/bots/{api.make_bot()}", picture())
    for file_id in (waiting, foreign, "jp1.1.2.3"):
        assert "fileId" in api.refused("POST", f"{menu}/image", {"fileId": file_id})[2]


def test_a_picture_sent_as_it_is_is_refused(api: Api, menu: str) -> None:
    """Some clients post the picture itself, which the API does not take."""
    response = api.http.post(
        api.tenant.endpoint + menu + "/image",
        files={"image": picture()},
        headers={"Authorization": f"Bearer {api.token}"},
    )
    assert response.status_code == 400
