"""What no manifest can declare is left out as the smallest part that can be, and it is told why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.kind import TenantView
from lwdeploy.core.live import LiveResource
from lwdeploy.kinds import kinds_by_name
from lwdeploy.kinds.bot import spec as bot
from lwdeploy.kinds.bot_domain import spec as bot_domain
from lwdeploy.kinds.persistent_menu import spec as persistent_menu
from lwdeploy.manifests.rendering import Known, render
from lwdeploy.manifests.sayable import Draft, Said, Surroundings, say
from lwdeploy.pictures.desk import Desk

ROOT = Address.top("bot", "desk")
WHOLE: Mapping[str, Any] = {
    "botName": "Desk",
    "description": "Answers",
    "photoUrl": "https://static.example.com/bot.png",
    "administrators": ["5e1c0f7a-1111-4222-8333-444455556666"],
}


def said(tmp_path: Path, body: Mapping[str, Any], *below: LiveResource, **guards: Any) -> Said:
    """Say a bot of which GET answers this, with what is below it."""
    live = LiveResource(kind="bot", remote_id="2000001", spec=bot.from_api({**WHOLE, **body}))
    objects: Sequence[LiveResource] = (live, *below)
    made = render(ROOT, objects, kinds=kinds_by_name(), pictures={}, known=Known(), withhold=False)
    draft = Draft(document=made.document, objects=objects, keys=made.keys)
    tenant = TenantView(name="acme", guards=guards)
    around = Surroundings(tenant=tenant, kinds=kinds_by_name(), pictures=Desk(tmp_path), folder=tmp_path)
    return say([draft], around)[ROOT]


def registration(**row: Any) -> LiveResource:
    spec = bot_domain.from_api(row, members=[])
    return LiveResource(kind="bot_domain", remote_id="10000001", spec=spec)


def buttons(*actions: Mapping[str, Any]) -> LiveResource:
    spec = persistent_menu.from_api({"content": {"actions": list(actions)}})
    return LiveResource(kind="persistent_menu", remote_id="persistentmenu", spec=spec)


def test_of_a_bot_that_a_manifest_can_declare_everything_is_said_and_remembered(tmp_path: Path) -> None:
    made = said(tmp_path, {}, registration(visible=True), buttons({"type": "message", "label": "Help"}))
    assert (made.left_out, made.bound) == ((), False)
    assert sorted(map(str, made.entries)) == [
        "bot/desk",
        "bot/desk/domain/10000001",
        "bot/desk/persistent-menu",
    ]
    assert made.entries[ROOT].applied["botName"] == {"default": "Desk"}
    assert made.entries[ROOT].observed["botName"]["ja_JP"] == ""


BODIES: dict[str, tuple[dict[str, Any], list[str], bool]] = {
    "a translation that is too long": (
        {"i18nDescriptions": [{"language": "ko_KR", "description": "x" * 101}]},
        ["description.ko_KR"],
        False,
    ),
    "a name with a control character": ({"botName": "bell \x07"}, ["botName"], True),
    "half of a character pair": ({"description": "half \ud83c"}, ["description"], True),
    "a name in one language only": (
        {"botName": "", "i18nBotNames": [{"language": "ja_JP", "botName": "机"}]},
        ["botName"],
        True,
    ),
    "no description": ({"description": ""}, [], True),
    "nobody in charge": ({"administrators": []}, [], True),
    "a callback that is on without an address": ({"enableCallback": True}, ["callback"], False),
    "a callback over plain http": (
        {"enableCallback": True, "callbackUrl": "http://old.example.com"},
        ["callback"],
        False,
    ),
    "an event that the schema does not know": ({"channelEvents": ["beacon"]}, ["callback"], False),
}


@pytest.mark.parametrize("case", BODIES)
def test_the_smallest_part_that_cannot_be_said_is_left_out(case: str, tmp_path: Path) -> None:
    body, left_out, bound = BODIES[case]
    made = said(tmp_path, body)
    assert made.document is not None
    assert ([each.path for each in made.left_out][: len(left_out)], made.bound) == (left_out, bound)
    assert ("botId" in made.document["spec"]) is bound
    assert ROOT in made.entries


def test_a_menu_is_left_out_as_a_whole_and_so_is_what_held_only_it(tmp_path: Path) -> None:
    label = {"label": "", "i18nLabels": [{"language": "ko_KR", "label": "메뉴"}]}
    made = said(tmp_path, {}, buttons({"type": "message", "label": "Help"}, {"type": "message", **label}))
    assert made.document is not None
    assert [each.path for each in made.left_out] == ["menus.persistent"]
    assert "menus" not in made.document["spec"]


def test_a_registration_is_named_by_its_domain(tmp_path: Path) -> None:
    made = said(tmp_path, {"enableGroupJoin": True}, registration(allowToSelectedMember=True))
    assert [(each.path, each.why[-7:]) for each in made.left_out] == [("domains.10000001", "[LW074]")]


def test_of_a_bot_that_breaks_a_guard_of_the_tenant_there_is_no_manifest(tmp_path: Path) -> None:
    """Whatever is left out of it, the guard asks for more."""
    made = said(tmp_path, {}, requireVicePic=True)
    assert (made.document, made.entries) == (None, {})
    assert made.left_out[-1].why.endswith("[LW048]")
    allowed = said(tmp_path, {"subadministrators": ["9b2d1e8c-1111-4222-8333-444455556666"]}, requireVicePic=True)
    assert allowed.left_out == ()
