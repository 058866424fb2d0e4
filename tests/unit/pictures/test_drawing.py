"""Pictures drawn from recipes, looked at pixel by pixel."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.core.errors import UserError
from lwdeploy.pictures.drawing import draw
from lwdeploy.pictures.fonts import Fonts
from tests.unit.pictures.made_fonts import ASCII, HANGUL, JAPANESE, write_font
from tests.unit.pictures.recipes import BACKGROUND, FILLS, cells_of, grid, ink_box, pixels, recipe

SIX = ["新規", "申請状況の確認", "ポータルを開く", "よくある質問", "Portal", "새 티켓"]


@pytest.fixture
def fonts(tmp_path: Path) -> Fonts:
    write_font(
        tmp_path / "NotoSansCJK-Bold.ttf", ASCII + JAPANESE + HANGUL, family="Noto Sans CJK JP", style="Bold"
    )
    return Fonts([tmp_path])


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def chunks(png: bytes) -> Iterator[str]:
    at = 8
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        yield name.decode()
        at += 12 + length


def test_a_drawn_picture_fits_a_menu(fonts: Fonts, tmp_path: Path) -> None:
    """Format, size in pixels and size in bytes are what the service takes, with room to spare."""
    png = draw(recipe(grid(3, 2), SIX, language="ja_JP"), cwd=tmp_path, fonts=fonts)
    assert pixels(png).size == (2500, 1686)
    assert len(png) < 500_000
    assert set(chunks(png)) == {"IHDR", "IDAT", "IEND"}


def test_the_same_recipe_gives_the_same_bytes(fonts: Fonts, tmp_path: Path) -> None:
    """Drawing again changes nothing, so that a pull request can carry the picture."""
    wanted = recipe(grid(3, 2), SIX)
    assert draw(wanted, cwd=tmp_path, fonts=fonts) == draw(wanted, cwd=tmp_path, fonts=Fonts([tmp_path]))


def test_cells_are_filled_with_round_corners_and_even_gaps(fonts: Fonts, tmp_path: Path) -> None:
    """Between two cells the background is as wide as at the edge, and shows in the corners."""
    whole = pixels(draw(recipe(grid(3, 2), [""] * 6), cwd=tmp_path, fonts=fonts))
    row = [whole.getpixel((x, 421)) for x in range(whole.width)]
    gaps = "".join("-" if each == rgb(BACKGROUND) else "#" for each in row).split("#")
    assert [len(each) for each in gaps if each] == [35, 35, 35, 35]
    assert [row[421], row[1250], row[2079]] == [rgb(each) for each in FILLS]
    assert whole.getpixel((37, 37)) == rgb(BACKGROUND)
    assert whole.getpixel((55, 55)) == rgb(FILLS[0])


def test_labels_stand_in_the_middle_of_their_cells(fonts: Fonts, tmp_path: Path) -> None:
    """As much room is left of a label as right of it, and as much above as below."""
    cells = grid(2, 2)
    png = draw(recipe(cells, ["AB", "ABCD", "A", "開"]), cwd=tmp_path, fonts=fonts)
    for cell in cells_of(png, cells):
        left, top, right, bottom = ink_box(cell)
        assert abs(left - (cell.width - right)) <= 24
        assert abs(top - (cell.height - bottom)) <= 24


def test_all_labels_have_one_size(fonts: Fonts, tmp_path: Path) -> None:
    """The longest label chooses the size for all of them, so that the picture looks calm."""
    cells = grid(3, 2)
    png = draw(recipe(cells, ["A", "ABCDEFGHIJKL", "B", "新", "새", "C"]), cwd=tmp_path, fonts=fonts)
    heights = {bottom - top for _left, top, _right, bottom in map(ink_box, cells_of(png, cells))}
    assert len(heights) == 1


def test_a_label_is_as_large_as_its_cell_allows_and_not_larger_than_looks_well(
    fonts: Fonts, tmp_path: Path
) -> None:
    """Short labels are limited by taste, long ones by the cell, and none leaves its cell."""
    short = ink_box(pixels(draw(recipe(grid(1, 1), ["OK"]), cwd=tmp_path, fonts=fonts)))
    assert 150 < short[3] - short[1] <= 200
    cells = grid(5, 4)
    for cell in cells_of(draw(recipe(cells, ["ABCDEFGHIJKLMNOPQRST"] * 20), cwd=tmp_path, fonts=fonts), cells):
        left, top, right, bottom = ink_box(cell)
        assert 0.6 * cell.width < right - left < 0.75 * cell.width
        assert bottom - top < 0.75 * cell.height


def test_a_tiny_area_does_not_shrink_the_other_labels(fonts: Fonts, tmp_path: Path) -> None:
    """An area that has no room for letters gets small ones, and the others stay as they were."""
    cells = [(0, 0, 2500, 1600), (0, 1600, 40, 40)]
    (large, _tiny) = cells_of(draw(recipe(cells, ["Portal", "Portal"]), cwd=tmp_path, fonts=fonts), cells)
    left, _top, right, _bottom = ink_box(large)
    assert right - left > 1000


def test_areas_without_room_do_no_harm(fonts: Fonts, tmp_path: Path) -> None:
    """Empty, overlapping and overhanging areas are drawn as far as they can be."""
    cells = [(0, 0, 0, 0), (2400, 1600, 500, 500), (-50, -50, 100, 100), (0, 0, 3, 900)]
    assert pixels(draw(recipe(cells, ["A", "B", "C", "D"]), cwd=tmp_path, fonts=fonts)).size == (2500, 1686)


@pytest.mark.parametrize(
    ("fill", "ink", "drawn"),
    [
        ("#FFFFFF", "#FFFFFF", (0x1B, 0x1F, 0x24)),
        ("#20242A", "#1B1F24", (0xFF, 0xFF, 0xFF)),
        ("#FFFFFF", "#0057B8", (0x00, 0x57, 0xB8)),
    ],
)
def test_ink_that_nobody_could_read_is_replaced(
    fill: str, ink: str, drawn: tuple[int, ...], fonts: Fonts, tmp_path: Path
) -> None:
    """Where ink and fill are too much alike black or white is taken, else the ink stays as it was asked for."""
    wanted = recipe(grid(1, 1), ["A"], ink=ink)
    wanted["cells"][0]["fill"] = fill
    whole = pixels(draw(wanted, cwd=tmp_path, fonts=fonts))
    assert whole.getpixel((1250, 843)) == drawn


def test_a_given_font_is_relative_to_where_the_program_runs(fonts: Fonts, tmp_path: Path) -> None:
    """The recipe names the font by the folder in which lwdeploy was started, and only that one is taken."""
    (tmp_path / "fonts").mkdir()
    write_font(tmp_path / "fonts" / "Own.ttf", "A")
    assert draw(recipe(grid(1, 1), ["A"], font="fonts/Own.ttf"), cwd=tmp_path, fonts=Fonts([]))
    with pytest.raises(UserError, match=r"the font Own\.ttf does not have the characters B"):
        draw(recipe(grid(1, 1), ["B"], font="fonts/Own.ttf"), cwd=tmp_path, fonts=fonts)


def test_a_picture_without_a_font_is_not_drawn(tmp_path: Path) -> None:
    """No picture with empty boxes in it ever comes out."""
    with pytest.raises(UserError, match="no font on this machine has the characters 新 規"):
        draw(recipe(grid(1, 1), ["新規"]), cwd=tmp_path, fonts=Fonts([]))


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"ink": "white"}, "'white' is no colour; write it as #RRGGBB"),
        ({"background": "#12345"}, "'#12345' is no colour"),
        ({"width": "wide"}, "invalid literal"),
        ({"cells": [{"x": 0}]}, "its recipe has no 'y'"),
        ({"cells": 3}, "not iterable"),
    ],
)
def test_a_recipe_that_says_nonsense_is_refused_in_words(
    over: dict[str, Any], message: str, fonts: Fonts, tmp_path: Path
) -> None:
    """A recipe out of a plan that somebody edited ends with a sentence, not with a traceback."""
    with pytest.raises(UserError, match=f"^a picture cannot be drawn: .*{message}"):
        draw(recipe(grid(1, 1), ["A"]) | over, cwd=tmp_path, fonts=fonts)


def test_the_machines_own_fonts_are_taken_when_none_are_given(tmp_path: Path) -> None:
    """Without a list of folders the usual ones are searched; plain Latin can be drawn on any machine."""
    assert pixels(draw(recipe(grid(1, 1), ["Portal"]), cwd=tmp_path)).size == (2500, 1686)
