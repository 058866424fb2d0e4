"""The pictures of a menu: files as they are found, or recipes made of labels and colours."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.kind import Manifest
from lwdeploy.core.picture import recipe_digest
from lwdeploy.kinds.rich_menu.images import Image, images_of, named_files, recipes
from lwdeploy.kinds.rich_menu.spec import menus_of
from tests.kinds.deployment import manifest_of
from tests.unit.kinds.cases import area, rich, rich_menu, with_pictures


def shown(menu: dict[str, Any]) -> tuple[Manifest, dict[str, Any], str]:
    """Give a manifest with one menu, the menu with its places, and where it stands."""
    manifest = with_pictures(manifest_of(rich(menu)))
    ((path, placed),) = menus_of(manifest)
    return manifest, placed, path


def images(menu: dict[str, Any]) -> tuple[Image, ...]:
    manifest, placed, path = shown(menu)
    return images_of(manifest, placed, path=path)


def drawn(*labels: Any, **wishes: Any) -> dict[str, Any]:
    """Give a menu of one row that is drawn."""
    return rich_menu(
        image={"generate": wishes}, areas=[area(label) for label in labels], layout=f"{len(labels)}x1"
    )


def recipes_of(menu: dict[str, Any]) -> dict[str, Any]:
    manifest, placed, path = shown(menu)
    return dict(recipes(manifest, placed, path=path))


# --- files


def test_one_name_is_the_picture_of_everybody() -> None:
    (image,) = images(rich_menu(image="full.png"))
    assert image == Image(
        language="default",
        digest="sha256:full.png",
        source={"file": "full.png"},
        files={"full.png": "sha256:full.png"},
    )


def test_every_language_has_the_picture_that_it_names_and_the_default_comes_first() -> None:
    found = images(rich_menu(image={"ko_KR": "full.jpg", "ja_JP": "full.ja.png", "default": "full.png"}))
    assert [(each.language, each.digest) for each in found] == [
        ("default", "sha256:full.png"),
        ("ja_JP", "sha256:full.ja.png"),
        ("ko_KR", "sha256:full.jpg"),
    ]


def test_an_empty_name_says_that_a_language_has_no_picture_of_its_own() -> None:
    found = images(rich_menu(image={"default": "full.png", "ja_JP": ""}))
    assert found[1] == Image(language="ja_JP", digest="")


@pytest.mark.parametrize(
    ("image", "paths"),
    [
        ("full.png", ["menus.rich.menus.0.image"]),
        ({"default": "full.png", "ja_JP": ""}, ["menus.rich.menus.0.image.default"]),
        (
            {"default": "full.png", "ja_JP": "missing.png"},
            ["menus.rich.menus.0.image.default", "menus.rich.menus.0.image.ja_JP"],
        ),
        ({"generate": {"font": "kana.ttf"}}, []),
        (None, []),
    ],
)
def test_every_file_that_is_named_is_looked_at_where_it_is_named(image: Any, paths: list[str]) -> None:
    manifest, placed, path = shown(rich_menu(image=image))
    assert [where for where, _ in named_files(manifest, placed, path=path)] == paths


def test_a_menu_without_a_picture_has_none() -> None:
    """The schema has said that it needs one."""
    assert images(rich_menu(image=None)) == ()


# --- recipes


@pytest.mark.parametrize("wishes", [{}, None])
def test_a_menu_that_wishes_nothing_is_drawn_all_the_same(wishes: dict[str, Any] | None) -> None:
    menu = {**drawn("New", "Status"), "image": {"generate": wishes}}
    (recipe,) = recipes_of(menu).values()
    assert (recipe["width"], recipe["height"], recipe["language"]) == (2500, 1686, "default")
    assert {"background", "ink"} < set(recipe)
    assert not {"font", "fontDigest"} & set(recipe)
    assert [each["label"] for each in recipe["cells"]] == ["New", "Status"]
    assert len({each["fill"] for each in recipe["cells"]}) == 2


def test_cells_lie_where_the_areas_lie() -> None:
    (recipe,) = recipes_of(drawn("a", "b")).values()
    assert [{key: cell[key] for key in ("x", "y", "width", "height")} for cell in recipe["cells"]] == [
        {"x": 0, "y": 0, "width": 1250, "height": 1686},
        {"x": 1250, "y": 0, "width": 1250, "height": 1686},
    ]


def test_a_compact_menu_is_drawn_in_its_size() -> None:
    (recipe,) = recipes_of({**drawn("a"), "size": "compact"}).values()
    assert (recipe["width"], recipe["height"]) == (2500, 843)


def test_wishes_are_followed_and_colours_taken_in_turn() -> None:
    wishes = {"background": "#000001", "text": "#000002", "colors": ["#000003", "#000004"], "font": "kana.ttf"}
    (recipe,) = recipes_of(drawn("a", "b", "c", **wishes)).values()
    assert (recipe["background"], recipe["ink"]) == ("#000001", "#000002")
    assert [each["fill"] for each in recipe["cells"]] == ["#000003", "#000004", "#000003"]
    assert (recipe["font"], recipe["fontDigest"]) == ("kana.ttf", "sha256:kana.ttf")


def test_a_picture_is_drawn_for_every_language_that_a_label_is_written_in() -> None:
    found = recipes_of(drawn({"default": "New", "ja_JP": "新規"}, {"default": "Help", "ko_KR": "도움"}, "Mail"))
    assert {language: [cell["label"] for cell in each["cells"]] for language, each in found.items()} == {
        "default": ["New", "Help", "Mail"],
        "ja_JP": ["新規", "Help", "Mail"],
        "ko_KR": ["New", "도움", "Mail"],
    }
    assert [each["language"] for each in found.values()] == ["default", "ja_JP", "ko_KR"]


def test_a_language_in_which_every_label_is_empty_needs_no_picture_of_its_own() -> None:
    found = recipes_of(drawn({"default": "New", "ja_JP": ""}))
    assert list(found) == ["default"]


def test_a_label_that_is_empty_in_a_language_falls_back_to_the_default() -> None:
    found = recipes_of(drawn({"default": "New", "ja_JP": ""}, {"default": "Help", "ja_JP": "ヘルプ"}))
    assert [cell["label"] for cell in found["ja_JP"]["cells"]] == ["New", "ヘルプ"]


def test_an_area_without_a_label_is_drawn_without_one() -> None:
    menu = rich_menu(
        image={"generate": {}}, areas=[{"action": {"type": "copy"}}, area({"ja_JP": "新"})], layout="2x1"
    )
    found = recipes_of(menu)
    assert [cell["label"] for cell in found["default"]["cells"]] == ["", ""]
    assert [cell["label"] for cell in found["ja_JP"]["cells"]] == ["", "新"]


def test_a_drawn_picture_is_known_by_its_recipe() -> None:
    menu = drawn({"default": "New", "ja_JP": "新規"}, font="kana.ttf")
    recipe = recipes_of(menu)
    assert images(menu) == tuple(
        Image(
            language=language,
            digest=recipe_digest(recipe[language]),
            source={"draw": recipe[language]},
            files={"kana.ttf": "sha256:kana.ttf"},
        )
        for language in ("default", "ja_JP")
    )


def test_a_drawn_picture_without_a_font_has_no_file_behind_it() -> None:
    assert [each.files for each in images(drawn("New"))] == [{}]


def test_pictures_of_two_languages_with_the_same_labels_are_two_pictures() -> None:
    """One font draws one character differently for Japanese and for Chinese."""
    found = images(drawn({"default": "新", "ja_JP": "新"}))
    assert len({each.digest for each in found}) == 2
