"""From what a tenant shows of one bot to the manifest that makes it anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import canonical
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import StateEntry
from lwdeploy.kinds import kinds_by_name
from lwdeploy.kinds.bot import spec as bot
from lwdeploy.manifests.rendering import Known, Rendered, render

KINDS = kinds_by_name()
ROOT = Address.top("bot", "helpdesk")
PNG, JPG = b"\x89PNG one", b"\xff\xd8 two"
TARO, TARO_ID = "taro@example.com", "5e1c0f7a-1111-4222-8333-444455556666"
BODY: Mapping[str, Any] = {
    "botName": "Help Desk",
    "description": "Answers",
    "photoUrl": "https://static.example.com/bot.png",
    "administrators": [TARO_ID],
}


def shown(**body: Any) -> LiveResource:
    """Give the bot as GET shows it."""
    return LiveResource(kind="bot", remote_id="2000001", spec=bot.from_api({**BODY, **body}), address=ROOT)


def menu(remote_id: str, *, key: str = "", name: str = "", image: Mapping[str, str] | None = None) -> LiveResource:
    """Give a rich menu of one area, ours where it has a key."""
    area = {
        "bounds": {"x": 0, "y": 0, "width": 2500, "height": 1686},
        "action": {"type": "uri", "uri": "https://a.b"},
    }
    return LiveResource(
        kind="rich_menu",
        remote_id=remote_id,
        spec=canonical({"size": "full", "areas": [area], "image": image or {"default": "sha256:one"}}),
        address=ROOT.child("rich_menu", "rich-menu", key) if key else None,
        facts={"name": name},
    )


def made(*objects: LiveResource, pictures: Mapping[str, bytes] | None = None, **known: Any) -> Rendered:
    return render(ROOT, objects, kinds=KINDS, pictures=pictures or {"sha256:one": PNG}, known=Known(**known))


def spec_of(*objects: LiveResource, **over: Any) -> Any:
    return made(*objects, **over).document["spec"]


def menus_of(*objects: LiveResource, **over: Any) -> Any:
    return spec_of(shown(), *objects, **over)["menus"]["rich"]["menus"]


def test_a_bare_bot_is_told_without_what_it_does_not_have() -> None:
    found = made(shown())
    assert found.document == {
        "apiVersion": "lwdeploy/v1",
        "kind": "Bot",
        "metadata": {"name": "helpdesk"},
        "spec": {
            "botName": "Help Desk",
            "description": "Answers",
            "photoUrl": "https://static.example.com/bot.png",
            "pic": {"primary": [TARO_ID]},
            "policy": {"joinChatRoom": False, "allowedDomains": "all"},
        },
    }
    assert (found.remarks, found.comments, found.files) == ((), {}, {})


def test_domains_and_people_have_the_names_that_the_project_knows() -> None:
    domain = LiveResource(
        kind="bot_domain",
        remote_id="10000001",
        spec={"permission": "selected", "visible": True, "members": [TARO_ID, "x"]},
    )
    spec = spec_of(
        shown(allowDomains=[10000001, 10000009]),
        domain,
        domains={"10000001": "tokyo"},
        logins={TARO_ID: TARO},
    )
    assert spec["policy"]["allowedDomains"] == ["tokyo", 10000009]
    assert spec["pic"] == {"primary": [TARO]}
    assert spec["domains"] == [
        {"name": "tokyo", "visible": True, "permission": "selected", "members": [TARO, "x"]}
    ]


def test_what_the_service_rewrote_is_told_as_it_was_declared_while_it_shows_the_same() -> None:
    applied = {"pic": {"primary": [TARO]}, "photoUrl": {"default": "https://static.example.com/mine.png"}}
    observed = {"pic": {"primary": [TARO_ID]}, "photoUrl": {"default": "https://static.example.com/bot.png"}}
    entries = {ROOT: StateEntry(remote_id="2000001", applied=applied, observed=observed)}
    assert spec_of(shown(), entries=entries)["pic"] == {"primary": [TARO]}
    assert spec_of(shown(), entries=entries)["photoUrl"] == "https://static.example.com/mine.png"


def test_what_somebody_changed_since_is_told_as_it_is_now() -> None:
    applied = {"pic": {"primary": [TARO]}, "botName": {"default": "Desk"}}
    observed = {"pic": {"primary": ["another id"]}, "botName": {"default": "Help Desk"}}
    entries = {ROOT: StateEntry(remote_id="2000001", applied=applied, observed=observed)}
    assert spec_of(shown(), entries=entries)["pic"] == {"primary": [TARO_ID]}
    assert spec_of(shown(), entries=entries)["botName"] == "Help Desk"


def test_the_query_of_a_callback_is_kept_nowhere_and_a_comment_asks_for_it() -> None:
    found = made(shown(enableCallback=True, callbackUrl="https://u:p@bots.example.com/a?token=canary"))
    assert found.document["spec"]["callback"]["url"] == "https://bots.example.com/a"
    assert list(found.comments) == [("spec", "callback", "url")]
    assert "canary" not in str(found)
    assert made(shown(callbackUrl="https://bots.example.com/a")).comments == {}


def test_protection_is_declared_again() -> None:
    entries = {ROOT: StateEntry(remote_id="2000001", protect=True)}
    assert spec_of(shown(), entries=entries)["lifecycle"] == {"protect": True}
    assert "lifecycle" not in spec_of(shown(), entries={ROOT: StateEntry(remote_id="2000001")})


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"description": ""}, "description"),
        ({"photoUrl": None}, "photoUrl"),
        ({"administrators": []}, "pic.primary"),
    ],
)
def test_a_remark_tells_what_a_new_bot_needs_and_this_one_did_not_have(body: Any, missing: str) -> None:
    found = made(shown(**body))
    assert found.remarks == (f"the bot had no {missing}, and a new one needs it",)
    assert missing.partition(".")[0] not in found.document["spec"]


def test_a_text_without_a_default_gets_one() -> None:
    """A manifest cannot do without; what stands there is said in one language at least."""
    spec = spec_of(shown(description="", i18nDescriptions=[{"language": "ja_JP", "description": "答"}]))
    assert spec["description"] == {"default": "答", "ja_JP": "答"}


# --- menus


def test_menus_of_ours_keep_their_keys_and_all_others_get_one_of_their_names() -> None:
    long = "x" * 70
    found = menus_of(
        menu("1", key="main"),
        menu("2", name="Main"),
        menu("3", name="main!"),
        menu("4", name="日本語"),
        menu("5", name="lwdeploy 7f3a91c2 abc def"),
        menu("6", name=long),
        menu("7", name=long),
        menu("8", name="--.Night Shift_2.--"),
    )
    assert [each["name"] for each in found] == [
        "main",
        "main-2",
        "main-3",
        "ribenyu",
        "rich-menu-5",
        "x" * 63,
        "x" * 61 + "-2",
        "night-shift-2",
    ]


def test_links_point_to_menus_by_these_keys() -> None:
    default = LiveResource(kind="default_rich_menu", remote_id="default", spec={"richmenuId": "2"})
    user = LiveResource(kind="user_rich_menu", remote_id=TARO_ID, spec={"richmenuId": "1"})
    lost = LiveResource(kind="user_rich_menu", remote_id="x", spec={"richmenuId": "9"})
    rich = spec_of(
        shown(), menu("1", key="main"), menu("2", name="Night"), default, user, lost, logins={TARO_ID: TARO}
    )
    assert rich["menus"]["rich"]["default"] == "night"
    assert rich["menus"]["rich"]["users"] == {"main": [TARO]}


def test_pictures_become_files_that_are_named_after_bot_menu_and_language() -> None:
    one = menu("1", key="main", image={"default": "sha256:one", "ja_JP": "sha256:two", "ko_KR": "sha256:one"})
    found = made(shown(), one, pictures={"sha256:one": PNG, "sha256:two": JPG})
    assert found.document["spec"]["menus"]["rich"]["menus"][0]["image"] == {
        "default": "helpdesk.main.png",
        "ja_JP": "helpdesk.main.ja_JP.jpg",
        "ko_KR": "helpdesk.main.png",
    }
    assert found.files == {"helpdesk.main.png": "sha256:one", "helpdesk.main.ja_JP.jpg": "sha256:two"}


def test_a_menu_whose_picture_is_not_to_be_had_is_drawn_and_a_remark_says_so() -> None:
    (bare,) = menus_of(menu("1", key="main", image={"default": "sha256:gone"}))
    assert bare["image"] == {"generate": {}}
    empty = LiveResource(
        kind="rich_menu",
        remote_id="1",
        spec={**menu("1").spec, "image": {}},
        address=ROOT.child("rich_menu", "rich-menu", "main"),
        facts={"name": "x", "lost": ("default",)},
    )
    assert made(shown(), empty).remarks == (
        "pictures of the rich menu 'main' could not be had any more: default",
        "there is no picture of the rich menu 'main': one will be drawn of its labels",
    )


def test_a_menu_of_nobody_without_a_name_is_told_by_its_id() -> None:
    bare = LiveResource(kind="rich_menu", remote_id="40001", spec={**menu("1").spec, "image": {}})
    (remark,) = made(shown(), bare).remarks
    assert "'40001'" in remark
