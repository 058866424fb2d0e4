"""What follows from the readings about rich menus, their images and users, beyond what each switch shows alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from lwdeploy.simulator import Fault
from lwdeploy.simulator.users import identify
from lwdeploy.simulator.wire import ApiError
from tests.simulator.conftest import ADMIN
from tests.simulator.menureadings import bind, with_menu
from tests.simulator.test_menus import area, picture, upload

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin

_DAY = 24 * 3600
_TARO = "taro@example.com"


def lose_the_answer(api: Api, menu: str, file_id: str) -> None:
    """Bind a file; the work is done, and the connection drops instead of an answer."""
    api.tenant.add_fault(Fault(kind="commit_then_cut", operation="setRichmenuImage", nth=1))
    with pytest.raises(httpx.RemoteProtocolError):
        bind(api, menu, file_id)


@pytest.mark.parametrize(
    ("switches", "status"),
    [({}, 204), ({"second-image": "refused"}, 400), ({"bound-file-reuse": "refused"}, 400)],
    ids=str,
)
def test_a_binding_repeated_after_a_lost_answer_is_a_second_one(
    begin: Begin, switches: dict[str, str], status: int
) -> None:
    """The first one counts although nobody heard of it, so the same again is refused where a second one is."""
    api = begin(switches=switches)
    path, menu = with_menu(api)
    file_id = upload(api, path, picture())
    lose_the_answer(api, menu, file_id)
    assert bind(api, menu, file_id) == status
    assert api.done("GET", f"{menu}/image")["fileId"] == file_id


def test_a_refused_binding_leaves_the_image_as_it_was_and_its_files_unbound(begin: Begin) -> None:
    """All files of a call are bound or none is: one that another call was refused with is still free."""
    api = begin(switches={"bound-file-reuse": "refused"})
    path, menu = with_menu(api)
    good, bad = upload(api, path, picture()), upload(api, path, picture((2500, 844)))
    assert bind(api, menu, good, ja_JP=bad) == 400
    assert api.refused("GET", f"{menu}/image")[0] == 404
    assert bind(api, menu, good) == 204


@pytest.mark.parametrize("file_id", ["kept", "replaced"])
def test_one_file_serves_several_languages_of_one_binding(begin: Begin, file_id: str) -> None:
    """Only a later call can be refused for a file that is bound."""
    api = begin(switches={"bound-file-reuse": "refused", "image-file-id": file_id})
    path, menu = with_menu(api)
    uploaded = upload(api, path, picture())
    assert bind(api, menu, uploaded, ja_JP=uploaded, ko_KR=uploaded) == 204
    assert bind(api, menu, uploaded) == 400


@pytest.mark.parametrize(("reuse", "status"), [("taken", 204), ("refused", 400)])
def test_where_ids_are_replaced_both_the_old_and_the_new_one_stand_for_the_bound_file(
    begin: Begin, reuse: str, status: int
) -> None:
    """The uploaded id lives its day, the one that reads back lasts; either is taken again or refused."""
    api = begin(switches={"image-file-id": "replaced", "bound-file-reuse": reuse})
    path, menu = with_menu(api)
    uploaded = upload(api, path, picture())
    assert bind(api, menu, uploaded) == 204
    shown = api.done("GET", f"{menu}/image")["fileId"]
    assert [bind(api, menu, shown), bind(api, menu, uploaded)] == [status, status]
    api.tenant.advance(_DAY)
    api.token = api.sign_in("bot").json()["access_token"]
    statuses = [api.send("GET", f"{path}/attachments/{each}").status_code for each in (uploaded, shown)]
    assert statuses == [404, 302]


def test_a_file_that_is_not_bound_within_its_day_cannot_be_bound_any_more(begin: Begin) -> None:
    """What was uploaded for a binding that never came is gone by itself."""
    api = begin()
    path, menu = with_menu(api)
    late = upload(api, path, picture())
    api.tenant.advance(_DAY)
    api.token = api.sign_in("bot").json()["access_token"]
    assert bind(api, menu, late) == 400


def test_an_upload_whose_answer_was_lost_has_used_up_its_address_and_can_be_bound(begin: Begin) -> None:
    """The faults of an upload are those of the operation `uploadContent`."""
    api = begin()
    path, menu = with_menu(api)
    place = api.done("POST", f"{path}/attachments", {"fileName": "menu.png"})
    api.tenant.add_fault(Fault(kind="commit_then_cut", operation="uploadContent", nth=1))
    headers = {"Authorization": f"Bearer {api.token}"}
    with pytest.raises(httpx.RemoteProtocolError):
        api.http.post(place["uploadUrl"], files={"Filedata": picture()}, headers=headers)
    again = api.http.post(place["uploadUrl"], files={"Filedata": picture()}, headers=headers)
    assert again.status_code == 400
    assert bind(api, menu, place["fileId"]) == 204


def test_languages_that_are_kept_give_way_to_new_images_of_theirs(begin: Begin) -> None:
    """No language is bound twice, however often images are bound."""
    api = begin(switches={"second-image-languages": "kept"})
    path, menu = with_menu(api)
    files = [upload(api, path, picture()) for _ in range(3)]
    for file_id in files:
        assert bind(api, menu, file_id, ja_JP=file_id) == 204
    image = api.done("GET", f"{menu}/image")
    assert image == {"fileId": files[2], "i18nFileIds": [{"language": "ja_JP", "fileId": files[2]}]}


def test_a_default_that_outlives_its_menu_can_be_unset_or_set_anew(begin: Begin) -> None:
    """It is read under either of its names until then, and nobody sees a menu."""
    api = begin(switches={"delete-linked-menu": "dangling"})
    path, menu = with_menu(api)
    bot_id, menu_id = int(path.rpartition("/")[2]), menu.rpartition("/")[2]
    api.done("POST", f"{menu}/set-default")
    api.done("POST", f"{menu}/users/{ADMIN}")
    api.done("DELETE", menu)
    assert api.done("GET", f"{path}/richmenus/default")["defaultRichmenuId"] == menu_id
    state = api.tenant.menus(bot_id)[bot_id]
    assert (state["default"], state["menus"], state["users"]) == (menu_id, {}, {})
    api.done("DELETE", f"{path}/richmenus/default")
    assert api.tenant.menus(bot_id)[bot_id]["default"] == ""
    assert api.refused("GET", f"{path}/richmenus/default")[0] == 404


@pytest.mark.parametrize("reading", ["accepted", "refused", "dangling"])
def test_a_menu_that_is_no_longer_linked_can_be_deleted(begin: Begin, reading: str) -> None:
    """Whatever is held against deleting a linked menu, another default and no users set it free."""
    api = begin(switches={"delete-linked-menu": reading})
    path, menu = with_menu(api)
    bot_id = int(path.rpartition("/")[2])
    api.done("POST", f"{menu}/set-default")
    api.done("POST", f"{menu}/users/{ADMIN}")
    other = api.tenant.make_richmenu(bot_id)
    for link in ("set-default", f"users/{ADMIN}"):
        api.done("POST", f"{path}/richmenus/{other}/{link}")
    api.done("DELETE", menu)
    assert api.tenant.menus(bot_id)[bot_id]["default"] == other
    assert api.tenant.menus(bot_id)[bot_id]["users"] == {identify(ADMIN): other}


# --- users who leave ----------------------------------------------------------------------------


def test_who_leaves_loses_the_own_menu_and_keeps_no_menu_from_being_deleted(begin: Begin) -> None:
    """Nobody could unset the menu of a user whom every request is refused for."""
    api = begin(strict_directory=True, switches={"delete-linked-menu": "refused"})
    path, menu = with_menu(api)
    bot_id = int(path.rpartition("/")[2])
    for login in (_TARO, ADMIN):
        api.done("POST", f"{menu}/users/{login}")
    api.tenant.drop_user(_TARO)
    assert api.tenant.menus(bot_id)[bot_id]["users"].keys() == {identify(ADMIN)}
    api.done("DELETE", f"{path}/richmenus/users/{ADMIN}")
    api.done("DELETE", menu)


def test_a_user_who_left_is_unknown_by_login_and_by_id_until_the_user_is_back(begin: Begin) -> None:
    """A login is one spelling of a user, so is the id."""
    api = begin(strict_directory=True)
    _, menu = with_menu(api)
    api.tenant.drop_user(identify(_TARO))
    for written in (_TARO, identify(_TARO)):
        assert api.refused("POST", f"{menu}/users/{written}")[0] == 400
    api.tenant.make_user(_TARO)
    api.done("POST", f"{menu}/users/{_TARO}")


def test_a_directory_that_is_not_strict_takes_a_user_who_left(begin: Begin) -> None:
    """Any well-formed user is taken there, those who left among them."""
    api = begin()
    _, menu = with_menu(api)
    api.tenant.drop_user(_TARO)
    api.done("POST", f"{menu}/users/{_TARO}")


def test_nobody_leaves_twice(begin: Begin) -> None:
    """A user whom the directory does not hold cannot be taken out of it."""
    api = begin()
    api.tenant.drop_user(_TARO)
    with pytest.raises(ValueError, match=r"the directory has no user 'taro@example\.com'"):
        api.tenant.drop_user(_TARO)


# --- menus of others ----------------------------------------------------------------------------


def test_a_menu_of_others_can_have_an_image(begin: Begin) -> None:
    """It is bound as by the API, so a picture that the API refuses is refused and no menu is made."""
    api = begin()
    bot_id = api.make_bot()
    menu = api.tenant.make_richmenu(bot_id, name="theirs", picture=picture())
    assert api.tenant.menus(bot_id)[bot_id]["menus"] == {menu: {"name": "theirs", "image": True}}
    shown = api.done("GET", f"/bots/{bot_id}/richmenus/{menu}/image")["fileId"]
    assert api.send("GET", f"/bots/{bot_id}/attachments/{shown}").status_code == 302
    with pytest.raises(ApiError, match="2500x843"):
        api.tenant.make_richmenu(bot_id, picture=b"no picture")
    assert list(api.tenant.menus(bot_id)[bot_id]["menus"]) == [menu]


def test_areas_side_by_side_share_an_edge_and_do_not_overlap(begin: Begin) -> None:
    """A grid without gaps is taken where overlaps and overflows are refused."""
    api = begin(switches={"area-overlap": "refused", "area-overflow": "one-pixel"})
    edges = ((0, 833), (833, 1667), (1667, 2500))
    cells = [area(x=left, width=right - left, height=843) for left, right in edges]
    _, menu = with_menu(api, areas=cells)
    assert [each["bounds"]["x"] for each in api.done("GET", menu)["areas"]] == [0, 833, 1667]
