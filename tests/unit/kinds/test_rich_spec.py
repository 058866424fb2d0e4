"""A rich menu from the manifest to the API: its spec, its body, its mark, and what a change of it sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import canonical
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.kind import Declared
from lwdeploy.core.types import Action, Change, FieldDiff, Lifecycle, Mark, Resource
from lwdeploy.kinds import kinds_by_name
from lwdeploy.kinds.rich_menu.spec import (
    calls,
    content_hash,
    declare,
    from_api,
    image_hash,
    key_of,
    mark_of,
    menus_of,
    to_body,
)
from tests.kinds.deployment import least, manifest_of
from tests.unit.kinds.cases import area, rich, rich_menu, with_pictures
from tests.unit.planning.builders import rich_menu_of, rich_shown, rich_spec

WHOLE = {"x": 0, "y": 0, "width": 2500, "height": 1686}
LEFT, RIGHT = {**WHOLE, "width": 1250}, {**WHOLE, "x": 1250, "width": 1250}


def declared(spec: Mapping[str, Any]) -> Declared:
    return declare(with_pictures(manifest_of(spec)))


def one(menu: Mapping[str, Any]) -> Resource:
    (resource,) = declared(rich(menu)).resources
    return resource


# --- what a manifest declares


@pytest.mark.parametrize("spec", [least(), least(menus={}), least(menus={"persistent": {"actions": []}})])
def test_a_bot_that_says_nothing_of_rich_menus_leaves_them_alone(spec: dict[str, Any]) -> None:
    assert declared(spec) == Declared()


def test_a_bot_with_an_empty_list_says_that_it_has_none() -> None:
    assert declared(least(menus={"rich": {"menus": []}})) == Declared(in_scope=True)


def test_a_menu_is_declared_with_everything_that_it_is() -> None:
    menu = rich_menu(image={"default": "full.png", "ja_JP": "full.ja.png"})
    resource = one(menu)
    assert resource.address == Address(kind="rich_menu", path=("bot", "helpdesk", "rich-menu", "main"))
    assert resource.spec == {
        "areas": [
            {
                "action": {"label": {"default": "New"}, "text": {"default": "new"}, "type": "message"},
                "bounds": WHOLE,
            }
        ],
        "image": {"default": "sha256:full.png", "ja_JP": "sha256:full.ja.png"},
        "size": "full",
    }
    assert resource.spec == canonical(resource.spec)
    assert resource.derived_id is None


def test_the_bytes_of_a_menu_s_pictures_come_from_their_files() -> None:
    found = declared(rich(rich_menu(image={"default": "full.png", "ja_JP": "full.ja.png", "ko_KR": ""})))
    (resource,) = found.resources
    assert resource.pictures == {
        "sha256:full.png": {"file": "full.png"},
        "sha256:full.ja.png": {"file": "full.ja.png"},
    }
    assert resource.spec["image"]["ko_KR"] == ""
    assert found.files == {"full.png": "sha256:full.png", "full.ja.png": "sha256:full.ja.png"}


def test_the_files_of_all_menus_stand_behind_the_plan() -> None:
    menus = (rich_menu(), rich_menu("drawn", image={"generate": {"font": "kana.ttf"}}))
    assert set(declared(rich(*menus)).files) == {"full.png", "kana.ttf"}


def test_menus_are_declared_in_their_order_at_their_places_with_the_bot_s_care() -> None:
    spec = rich(rich_menu("b"), rich_menu("a"))
    care = Lifecycle(protect=True, retain_replaced=True)
    manifest = with_pictures(manifest_of(spec))
    seen = declare(
        replace(manifest, at=lambda path: SourceRef(file=path), lifecycle=care),
    ).resources
    assert [each.address.path[-1] for each in seen] == ["b", "a"]
    assert [str(each.source) for each in seen] == ["menus.rich.menus.0", "menus.rich.menus.1"]
    assert {each.lifecycle for each in seen} == {care}


def test_a_menu_is_full_unless_it_says_otherwise() -> None:
    assert one(rich_menu()).spec["size"] == "full"
    assert one(rich_menu(size="compact", image="compact.png")).spec["size"] == "compact"


def test_a_layout_places_the_areas_in_their_order() -> None:
    resource = one(rich_menu(areas=[area("a"), area("b")], layout="2x1"))
    assert [each["bounds"] for each in resource.spec["areas"]] == [LEFT, RIGHT]
    assert [each["action"]["label"]["default"] for each in resource.spec["areas"]] == ["a", "b"]


def test_areas_without_a_layout_lie_where_they_say() -> None:
    assert one(rich_menu(areas=[area(bounds=RIGHT)])).spec["areas"][0]["bounds"] == RIGHT


def test_an_area_that_a_layout_has_no_cell_for_has_no_place() -> None:
    """A rule says so; nothing is planned then."""
    manifest = manifest_of(rich(rich_menu(areas=[area(), area(), area()], layout="2x1")))
    ((path, menu),) = menus_of(manifest)
    assert path == "menus.rich.menus.0"
    assert ["bounds" in each for each in menu["areas"]] == [True, True, False]


# --- to and from the API


def test_the_body_of_a_create_has_the_mark_as_its_name() -> None:
    assert to_body(rich_spec(), name="lwdeploy acme k n") == {
        "richmenuName": "lwdeploy acme k n",
        "size": {"width": 2500, "height": 1686},
        "areas": [{"bounds": WHOLE, "action": {"type": "message", "label": "New", "text": "New"}}],
    }


def test_what_is_sent_comes_back_as_it_was_but_for_the_pictures() -> None:
    assert from_api(to_body(rich_spec(), name="x")) == rich_shown()


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ({"width": 2500, "height": 1686}, "full"),
        ({"width": 2500, "height": 843}, "compact"),
        ({"width": 1200, "height": 405}, "1200x405"),
        (None, "NonexNone"),
    ],
)
def test_a_size_that_has_no_name_is_told_in_pixels(size: dict[str, int] | None, told: str) -> None:
    """Menus of other programs are read, too."""
    assert from_api({"size": size, "areas": []})["size"] == told


@pytest.mark.parametrize("body", [{"size": {}}, {"areas": None}, {"areas": []}])
def test_a_menu_without_areas_is_read_as_such(body: dict[str, Any]) -> None:
    assert from_api(body)["areas"] == []


def test_an_area_that_says_little_is_read_with_what_it_says() -> None:
    shown = from_api({"areas": [{"bounds": {"x": "3", "width": 4.0}}, {"action": {"type": "uri"}}]})
    assert shown["areas"] == [
        {"action": {"type": None}, "bounds": {"x": 3, "y": 0, "width": 4, "height": 0}},
        {"action": {"type": "uri"}, "bounds": {"x": 0, "y": 0, "width": 0, "height": 0}},
    ]


# --- the mark


def test_a_mark_says_whose_a_menu_is_and_what_it_was_made_of() -> None:
    mark = mark_of(rich_menu_of(), rich_spec(), project="acme")
    assert Mark.parse(str(mark)) == mark
    assert (mark.project, mark.key) == ("acme", key_of(rich_menu_of()))
    assert mark.nonce == f"{content_hash(rich_spec())}-{image_hash(rich_spec())}"
    assert len(str(mark)) <= 300  # reference 3.5


def test_menus_of_one_bot_have_keys_of_their_own() -> None:
    assert key_of(rich_menu_of(key="main")) != key_of(rich_menu_of(key="other"))


def test_a_menu_keeps_its_key_when_its_bot_is_renamed() -> None:
    assert key_of(rich_menu_of("helpdesk")) == key_of(rich_menu_of("desk"))


@pytest.mark.parametrize(
    "other",
    [rich_spec("Other"), {**rich_spec(), "size": "compact"}, {**rich_spec(), "areas": rich_spec()["areas"] * 2}],
    ids=["label", "size", "areas"],
)
def test_what_no_call_changes_is_in_the_content_s_hash(other: dict[str, Any]) -> None:
    assert content_hash(other) != content_hash(rich_spec())
    assert image_hash(other) == image_hash(rich_spec())


def test_pictures_have_a_hash_of_their_own() -> None:
    other = rich_spec(image="sha256:b")
    assert content_hash(other) == content_hash(rich_spec()) == content_hash(rich_shown())
    assert image_hash(other) != image_hash(rich_spec())
    assert image_hash(rich_shown()) != image_hash(rich_spec())


# --- what a change sends


def change(action: Action, *paths: str, **image: str) -> Change:
    return Change(
        address=rich_menu_of(),
        action=action,
        desired={**rich_shown(), "image": image},
        diffs=tuple(FieldDiff(path=path, old=None, new="x") for path in paths),
    )


@pytest.mark.parametrize("action", [Action.CREATE, Action.REPLACE])
def test_a_new_menu_uploads_its_pictures_and_is_created_and_bound_once(action: Action) -> None:
    assert calls(change(action, "areas", default="a", ja_JP="b")) == {
        "createAttachment": 2,
        "uploadAttachment": 2,
        "createRichmenu": 1,
        "setRichmenuImage": 1,
    }


def test_a_picture_of_several_languages_is_uploaded_once() -> None:
    assert calls(change(Action.CREATE, default="a", ja_JP="a", ko_KR="")) == {
        "createAttachment": 1,
        "uploadAttachment": 1,
        "createRichmenu": 1,
        "setRichmenuImage": 1,
    }


def test_a_changed_picture_is_uploaded_and_bound_alone() -> None:
    assert calls(change(Action.UPDATE, "image.ja_JP", default="a", ja_JP="b")) == {
        "createAttachment": 1,
        "uploadAttachment": 1,
        "setRichmenuImage": 1,
    }


def test_a_language_that_loses_its_picture_uploads_nothing() -> None:
    assert calls(change(Action.UPDATE, "image.ja_JP", default="a", ja_JP="")) == {"setRichmenuImage": 1}


def test_deleting_is_one_call() -> None:
    assert calls(change(Action.DELETE, default="a")) == {"deleteRichmenu": 1}


@pytest.mark.parametrize("action", [Action.NOOP, Action.ADOPT, Action.FORGET])
def test_what_is_not_written_costs_nothing(action: Action) -> None:
    assert calls(change(action, default="a")) == {}


def test_every_operation_that_is_counted_is_one_of_the_kind() -> None:
    kind = kinds_by_name()["rich_menu"]
    assert kind.calls(change(Action.DELETE)) == {"deleteRichmenu": 1}
    assert (kind.most, kind.level, kind.removal, kind.gives_way_to) == (1000, 2, 4, ("persistent_menu",))
