"""A picture is known by what it is, not by where it lies or what drew it."""

from __future__ import annotations

import pytest

from lwdeploy.core.picture import Picture, drawn, from_file, recipe_digest

RECIPE = {"width": 2500, "height": 843, "cells": [{"x": 0, "label": "新規"}], "language": "ja_JP"}


def test_a_source_says_whether_a_picture_is_a_file_or_drawn() -> None:
    assert from_file("main.png") == {"file": "main.png"}
    assert drawn(RECIPE) == {"draw": RECIPE}


def test_a_drawn_picture_has_a_digest_that_no_file_has() -> None:
    assert recipe_digest(RECIPE).startswith("drawn:sha256:")


@pytest.mark.parametrize(
    "other", [{"height": 1686}, {"cells": []}, {"language": "ko_KR"}, {"fontDigest": "sha256:1"}]
)
def test_another_recipe_is_another_picture(other: dict[str, object]) -> None:
    assert recipe_digest({**RECIPE, **other}) != recipe_digest(RECIPE)


def test_a_font_is_known_by_its_content_and_not_by_its_name() -> None:
    one, other = ({**RECIPE, "font": name, "fontDigest": "sha256:1"} for name in ("a.ttf", "b/c.ttf"))
    assert recipe_digest(one) == recipe_digest(other)


def test_the_order_of_a_recipe_does_not_matter() -> None:
    assert recipe_digest(dict(reversed(RECIPE.items()))) == recipe_digest(RECIPE)


def test_of_a_picture_that_cannot_be_read_only_its_name_is_known() -> None:
    seen = Picture(file="main.png", problem="there is no such file")
    assert (seen.digest, seen.size, seen.format, seen.width, seen.height) == ("", 0, "", 0, 0)
