"""What the switches about menus are about: each case does it, and returns what shows of the reading in force."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.simulator.conftest import ADMIN, bot_body, menu_body
from tests.simulator.test_menus import area, persistent, picture, upload

if TYPE_CHECKING:
    from tests.simulator.conftest import Api

__all__ = ["MENU_CASES", "bind", "bot", "with_menu"]

Case = tuple[Callable[["Api"], Any], dict[str, Any]]

_DAY = 24 * 3600


def bot(api: Api, **over: Any) -> str:
    return f"/bots/{api.make_bot(**over)}"


def with_menu(api: Api, **over: Any) -> tuple[str, str]:
    """Return the paths of a new bot and of its rich menu."""
    path = bot(api)
    return path, f"{path}/richmenus/{api.done('POST', f'{path}/richmenus', menu_body(**over))['richmenuId']}"


def bind(api: Api, menu: str, file_id: str, **languages: str) -> int:
    """Bind files to a menu and return the status."""
    others = [{"language": language, "fileId": other} for language, other in languages.items()]
    return api.send("POST", f"{menu}/image", {"fileId": file_id, "i18nFileIds": others}).status_code


def bound(api: Api) -> tuple[str, str, str]:
    """Return the paths of a new bot and of its rich menu, and the file id that its image reads back under."""
    path, menu = with_menu(api)
    assert bind(api, menu, upload(api, path, picture())) == 204
    return path, menu, api.done("GET", f"{menu}/image")["fileId"]


def absent_image(api: Api) -> Any:
    answer = api.send("GET", f"{with_menu(api)[1]}/image")
    return answer.status_code, answer.json().get("fileId")


def absent_menu(api: Api) -> Any:
    path = bot(api)
    kinds = ("persistentmenu", "richmenus/default", f"richmenus/users/{ADMIN}")
    return [api.send("GET", f"{path}/{kind}").status_code for kind in kinds]


def area_overflow(api: Api) -> Any:
    path = f"{bot(api)}/richmenus"
    areas = (area(x=2491), area(x=2492), area(y=834), area(y=835))
    return [api.send("POST", path, menu_body(areas=[each])).status_code for each in areas]


def area_overlap(api: Api) -> Any:
    path = f"{bot(api)}/richmenus"
    beside, below, over = area(x=10), area(y=10), area(x=9, y=9)
    pairs = ([area(), beside], [beside, area()], [area(), below], [below, area()], [area(), over], [over, area()])
    return [api.send("POST", path, menu_body(areas=pair)).status_code for pair in pairs]


def bound_file_life(api: Api) -> Any:
    path, menu, file_id = bound(api)
    api.tenant.advance(_DAY - 1)
    api.token = api.sign_in("bot").json()["access_token"]
    assert api.send("GET", f"{path}/attachments/{file_id}").status_code == 302
    api.tenant.advance(2)
    assert api.done("GET", f"{menu}/image")["fileId"] == file_id
    return api.send("GET", f"{path}/attachments/{file_id}").status_code


def bound_file_reuse(api: Api) -> Any:
    path, menu, file_id = bound(api)
    other = f"{path}/richmenus/{api.tenant.make_richmenu(int(path.split('/')[2]))}"
    return [bind(api, each, file_id) for each in (menu, other)]


def delete_linked_menu(api: Api) -> Any:
    path, menu = with_menu(api)
    api.done("POST", f"{menu}/users/{ADMIN}")
    first = api.send("DELETE", menu).status_code
    path, menu = with_menu(api)
    api.done("POST", f"{menu}/set-default")
    second = api.send("DELETE", menu).status_code
    gone = api.send("GET", menu).status_code == 404
    kept = api.done("GET", path)["defaultRichmenuId"] == menu.rpartition("/")[2]
    return first, second, gone, kept


def image_file_id(api: Api) -> Any:
    path, menu = with_menu(api)
    file_id = upload(api, path, picture())
    assert bind(api, menu, file_id) == 204
    shown = api.done("GET", f"{menu}/image")["fileId"]
    assert api.send("GET", f"{path}/attachments/{shown}").status_code == 302
    return shown == file_id


def image_of_other_size(api: Api) -> Any:
    path, menu = with_menu(api)
    sizes = ((2500, 1686), (2500, 843))
    return [bind(api, menu, upload(api, path, picture(size))) for size in sizes]


def menu_order(api: Api) -> Any:
    bot_id = api.make_bot()
    made = [api.tenant.make_richmenu(bot_id) for _ in range(5)]
    listed = api.done("GET", f"/bots/{bot_id}/richmenus")["richmenus"]
    return [made.index(menu["richmenuId"]) for menu in listed]


def menu_without_image(api: Api) -> Any:
    path, menu = with_menu(api)
    menu_id = menu.rpartition("/")[2]
    ways = (
        ("POST", f"{menu}/set-default", None),
        ("POST", f"{menu}/users/{ADMIN}", None),
        ("PATCH", path, {"defaultRichmenuId": menu_id}),
    )
    before = {api.send(*way).status_code for way in ways}
    bind(api, menu, upload(api, path, picture()))
    assert all(api.send(*way).is_success for way in ways)
    return before


def missing_user(api: Api) -> Any:
    api.tenant.make_user("leaving@example.com")
    path, menu = with_menu(api)
    api.done("POST", f"{menu}/users/leaving@example.com")
    api.tenant.drop_user("leaving@example.com")
    own = f"{path}/richmenus/users/leaving@example.com"
    message = {"content": {"type": "text", "text": "x"}}
    met = {
        api.refused("POST", f"{menu}/users/leaving@example.com")[:2],
        api.refused("POST", f"{path}/users/leaving@example.com/messages", message)[:2],
        api.refused("GET", own)[:2],
        api.refused("DELETE", own)[:2],
    }
    assert api.refused("POST", "/bots", bot_body(administrators=["leaving@example.com"]))[0] == 400
    return met


def raw_upload(api: Api) -> Any:
    place = api.done("POST", f"{bot(api)}/attachments", {})
    return api.http.put(place["uploadUrl"], content=b"x").status_code


def second_image(api: Api) -> Any:
    path, menu = with_menu(api)
    first, other = upload(api, path, picture()), upload(api, path, picture())
    statuses = [bind(api, menu, file_id) for file_id in (first, first, other)]
    return statuses, api.done("GET", f"{menu}/image")["fileId"] == other


def second_image_languages(api: Api) -> Any:
    path, menu = with_menu(api)
    files = [upload(api, path, picture()) for _ in range(5)]
    bind(api, menu, files[0], ja_JP=files[1], ko_KR=files[2])
    bind(api, menu, files[3], ko_KR=files[4])
    shown = api.done("GET", f"{menu}/image")["i18nFileIds"]
    return {entry["language"]: files.index(entry["fileId"]) for entry in shown}


def unset_menu_fields(api: Api) -> Any:
    path = bot(api)
    words = [{"language": "ja_JP", "label": "x"}]
    copy = {"type": "copy", "copyText": "x", "i18nLabels": words}
    say = {"type": "message", "label": "x", "text": "x"}
    post = {"type": "postback", "data": "x"}
    areas = [{**area(x=10 * number), "action": action} for number, action in enumerate((copy, say, post))]
    made = api.done("POST", f"{path}/richmenus", menu_body(areas=areas))
    assert api.done("GET", f"{path}/richmenus/{made['richmenuId']}") == made
    assert api.done("GET", f"{path}/richmenus")["richmenus"] == [made]
    seen = [each["action"] for each in made["areas"]]
    api.done("DELETE", f"{path}/richmenus/{made['richmenuId']}")
    answer = api.done("POST", f"{path}/persistentmenu", persistent({"type": "message", "label": "x"}))
    assert api.done("GET", f"{path}/persistentmenu") == answer
    seen += answer["content"]["actions"]
    return [
        {name: action.get(name, "absent") for name in names}
        for action, names in zip(
            seen,
            (("label", "i18nLabels"), ("postback", "i18nTexts"), ("displayText", "i18nDisplayTexts"), ("text",)),
            strict=True,
        )
    ]


def _unset(nothing: object, empty_list: object) -> Any:
    """Return what `unset_menu_fields` finds where a text and a list hold nothing; what was written is there."""
    return [
        {"label": nothing, "i18nLabels": [{"language": "ja_JP", "label": "x"}]},
        {"postback": nothing, "i18nTexts": empty_list},
        {"displayText": nothing, "i18nDisplayTexts": empty_list},
        {"text": nothing},
    ]


MENU_CASES: dict[str, Case] = {
    "absent-image": (absent_image, {"404": (404, None), "200-null": (200, None)}),
    "absent-menu": (absent_menu, {"404": [404] * 3, "200-null": [200] * 3}),
    "area-overflow": (area_overflow, {"tolerated": [201] * 4, "one-pixel": [201, 400, 201, 400]}),
    "area-overlap": (area_overlap, {"tolerated": [201] * 6, "refused": [201] * 4 + [400] * 2}),
    "bound-file-life": (bound_file_life, {"lasting": 302, "24h": 404}),
    "bound-file-reuse": (bound_file_reuse, {"taken": [204, 204], "refused": [400, 400]}),
    "delete-linked-menu": (
        delete_linked_menu,
        {
            "accepted": (204, 204, True, False),
            "refused": (400, 400, False, True),
            "dangling": (204, 204, True, True),
        },
    ),
    "image-file-id": (image_file_id, {"kept": True, "replaced": False}),
    "image-of-other-size": (image_of_other_size, {"taken": [204, 204], "refused": [400, 204]}),
    "menu-order": (menu_order, {"oldest-first": [0, 1, 2, 3, 4], "newest-first": [4, 3, 2, 1, 0]}),
    "menu-without-image": (menu_without_image, {"accepted": {201, 204, 200}, "refused": {400}}),
    "missing-user": (missing_user, {"400": {(400, "BAD_REQUEST")}, "404": {(404, "NOT_FOUND")}}),
    "raw-upload": (raw_upload, {"refused": 405, "accepted": 200}),
    "second-image": (
        second_image,
        {"taken": ([204, 204, 204], True), "refused": ([204, 400, 400], False)},
    ),
    "second-image-languages": (
        second_image_languages,
        {"replaced": {"ko_KR": 4}, "kept": {"ja_JP": 1, "ko_KR": 4}},
    ),
    "unset-menu-fields": (
        unset_menu_fields,
        {"omitted": _unset("absent", "absent"), "empty": _unset("", []), "null": _unset(None, [])},
    ),
}
