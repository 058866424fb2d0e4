"""What reviewers see: a picture with its areas, and small pictures for pages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from lwdeploy.core.errors import UserError
from lwdeploy.pictures.fonts import Fonts
from lwdeploy.pictures.overlay import AreaNote, overlay, thumbnail
from tests.unit.pictures.made_fonts import ASCII, JAPANESE, write_font
from tests.unit.pictures.recipes import Grid, grid, pixels

PANEL = (0x2F, 0x2F, 0x2F)  # darker than this is a chip on a white picture
FIRST_COLOUR, SECOND_COLOUR = (0xD6, 0x00, 0x6C), (0x00, 0x57, 0xB8)
HEIGHT = 674  # of a picture of 2500 x 1686 that is 1000 wide


@pytest.fixture
def fonts(tmp_path: Path) -> Fonts:
    write_font(tmp_path / "NotoSansCJK-Bold.ttf", ASCII + JAPANESE, family="Noto Sans CJK JP", style="Bold")
    return Fonts([tmp_path])


def picture(
    *, width: int = 2500, height: int = 1686, mode: str = "RGB", colour: object = "white", **save: object
) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, (width, height), colour).save(stream, **({"format": "PNG"} | save))  # type: ignore[arg-type]
    return stream.getvalue()


def notes(cells: Grid, *, title: str = "Portal", action: str = "uri x") -> list[AreaNote]:
    return [
        AreaNote(x=x, y=y, width=width, height=height, title=title, action=action) for x, y, width, height in cells
    ]


def dark(image: Image.Image, box: tuple[int, int, int, int]) -> int:
    """Count the pixels of a chip's panel within a box."""
    return sum(
        all(each < most for each, most in zip(pixel, PANEL, strict=True)) for pixel in colours(image.crop(box))
    )


def colours(image: Image.Image) -> list[tuple[int, ...]]:
    raw = image.tobytes()
    return [tuple(raw[at : at + 3]) for at in range(0, len(raw), 3)]


def test_every_area_is_outlined_and_told_about(fonts: Fonts) -> None:
    """The picture has the width that was asked for, each area an edge in its colour and a chip inside."""
    seen = pixels(overlay(picture(), notes(grid(3, 2)), fonts=fonts))
    assert seen.size == (1000, HEIGHT)
    assert seen.getpixel((167, 4)) == FIRST_COLOUR
    assert seen.getpixel((500, 4)) == SECOND_COLOUR
    for x, y, width, height in grid(3, 2, width=1000, height=HEIGHT):
        assert dark(seen, (x, y, x + width, y + height)) > 1000


def test_the_picture_shows_below_the_notes(fonts: Fonts) -> None:
    """What is drawn over the picture leaves most of it to be seen."""
    seen = pixels(overlay(picture(colour="#AABBCC"), notes(grid(3, 2)), fonts=fonts))
    assert colours(seen).count((0xAA, 0xBB, 0xCC)) > 0.7 * 1000 * HEIGHT


def test_the_same_areas_give_the_same_bytes(fonts: Fonts) -> None:
    """A preview that is kept under version control changes only with the menu."""
    assert overlay(picture(), notes(grid(2, 1)), fonts=fonts) == overlay(picture(), notes(grid(2, 1)), fonts=fonts)


def test_another_label_or_action_gives_another_picture(fonts: Fonts) -> None:
    """Both the label and what an area does are drawn."""
    plain = overlay(picture(), notes(grid(2, 1)), fonts=fonts)
    assert overlay(picture(), notes(grid(2, 1), title="Portals"), fonts=fonts) != plain
    assert overlay(picture(), notes(grid(2, 1), action="uri xy"), fonts=fonts) != plain


@pytest.mark.parametrize(
    "cell",
    [(1200, 800, 10, 10), (0, 0, 60, 1686), (3000, 100, 500, 500), (2440, 0, 500, 1686), (100, 100, 0, 0)],
    ids=["tiny", "narrow", "outside", "over the edge", "empty"],
)
def test_an_area_without_room_is_told_about_below_the_picture(
    cell: tuple[int, int, int, int], fonts: Fonts
) -> None:
    """Where nobody could read a chip the area has its number only, and the picture a list below it."""
    seen = pixels(overlay(picture(), notes([cell]), fonts=fonts))
    assert seen.height > HEIGHT
    numbers = [colour == FIRST_COLOUR for colour in colours(seen.crop((0, 0, 1000, HEIGHT)))]
    assert sum(numbers) > 200
    assert dark(seen, (0, HEIGHT, *seen.size)) > 200


def test_a_label_that_does_not_fit_as_a_whole_is_told_about_below(fonts: Fonts) -> None:
    """A label is never shown cut off."""
    long = "ABCDEFGHIJKLMNOPQRST"
    assert pixels(overlay(picture(), notes(grid(3, 2), title=long), fonts=fonts)).height == HEIGHT
    assert pixels(overlay(picture(), notes(grid(6, 1), title=long), fonts=fonts)).height > HEIGHT


def test_lines_of_two_or_three_letters_are_no_way_to_tell_anything(fonts: Fonts) -> None:
    """What an area does stands below the picture where its lines would be chopped."""
    seen = overlay(picture(), notes([(0, 0, 250, 1686)], title="A", action="uri portal"), fonts=fonts)
    assert pixels(seen).height > HEIGHT


def test_chips_and_numbers_never_cover_each_other(fonts: Fonts) -> None:
    """Areas with the same bounds, and tiny ones beside each other, have all their numbers in sight."""
    same = overlay(picture(), notes([(0, 0, 2500, 1686)] * 2, title=""), fonts=fonts)
    tiny = overlay(picture(), notes([(1200, 800, 10, 10)] * 2, title="", action=""), fonts=fonts)
    for seen in map(pixels, (same, tiny)):
        inside = colours(seen.crop((20, 20, 980, 654)))
        assert inside.count(FIRST_COLOUR) > 200
        assert abs(inside.count(FIRST_COLOUR) - inside.count(SECOND_COLOUR)) < 120


def test_so_many_areas_at_one_place_end_all_the_same(fonts: Fonts) -> None:
    """Even where there is no free place left for a number, the picture is drawn."""
    assert overlay(picture(), notes([(0, 0, 30, 30)] * 200), fonts=fonts)


def test_an_area_that_says_nothing_has_its_number(fonts: Fonts) -> None:
    """Neither label nor action is needed."""
    seen = pixels(overlay(picture(), notes([(0, 0, 2500, 1686)], title="", action=""), fonts=fonts))
    assert seen.height == HEIGHT
    assert colours(seen.crop((20, 20, 980, 654))).count(FIRST_COLOUR) > 200


def test_no_areas_leave_the_picture_alone(fonts: Fonts) -> None:
    """A menu without areas is shown as its picture."""
    assert set(colours(pixels(overlay(picture(), [], fonts=fonts)))) == {(0xFF, 0xFF, 0xFF)}


def test_a_sign_that_no_font_has_becomes_a_question_mark(fonts: Fonts) -> None:
    """An emoji in a message does not keep a person from seeing the rest of the menu."""
    assert overlay(picture(), notes(grid(1, 1), action="message 🎫"), fonts=fonts) == overlay(
        picture(), notes(grid(1, 1), action="message ?"), fonts=fonts
    )


def test_a_language_that_no_font_has_is_an_error() -> None:
    """A preview full of boxes would help nobody: the package to install is named instead."""
    with pytest.raises(UserError, match="fonts-noto-cjk"):
        overlay(picture(), notes(grid(1, 1), title="新規"), fonts=Fonts([]))


def test_the_machines_own_fonts_are_taken_when_none_are_given() -> None:
    """Without fonts the usual folders are searched; plain Latin can be drawn on any machine."""
    assert pixels(overlay(picture(), notes(grid(1, 1)))).size == (1000, HEIGHT)


@pytest.mark.parametrize("broken", [b"", b"text", picture()[:500], b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_is_an_error_in_words(broken: bytes, fonts: Fonts) -> None:
    """Broken bytes end with a sentence, not with a traceback."""
    with pytest.raises(UserError, match=r"^the picture cannot be read: it is damaged or no picture$"):
        overlay(broken, [], fonts=fonts)
    with pytest.raises(UserError, match=r"^the picture cannot be read: it is damaged or no picture$"):
        thumbnail(broken, width=100)


def test_what_is_transparent_is_shown_on_white(fonts: Fonts) -> None:
    """A transparent PNG does not turn black."""
    seen = pixels(overlay(picture(mode="RGBA", colour=(0, 0, 0, 0)), [], fonts=fonts))
    assert seen.getpixel((500, 300)) == (0xFF, 0xFF, 0xFF)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK", "I;16"])
def test_pictures_of_any_sort_are_shown(mode: str, fonts: Fonts) -> None:
    """Grey, palette, print and deep pictures are drawn over like any other."""
    saved = "JPEG" if mode == "CMYK" else "PNG"
    assert pixels(overlay(picture(mode=mode, colour=0, format=saved), [], fonts=fonts)).size == (1000, HEIGHT)


def test_a_thumbnail_is_as_wide_as_asked_and_no_larger_than_the_picture() -> None:
    """A small picture is not blown up."""
    assert Image.open(io.BytesIO(thumbnail(picture(), width=500)[0])).size == (500, 337)
    assert Image.open(io.BytesIO(thumbnail(picture(width=60, height=40), width=500)[0])).size == (60, 40)


def test_a_thumbnail_has_the_format_that_takes_less_room() -> None:
    """Flat pictures become PNG and photographs JPEG, and the media type says which."""
    noise = io.BytesIO()
    Image.effect_noise((600, 400), 80).save(noise, "PNG")
    for source, kind in ((picture(), "PNG"), (noise.getvalue(), "JPEG")):
        content, media_type = thumbnail(source, width=500)
        assert Image.open(io.BytesIO(content)).format == kind
        assert media_type == f"image/{kind.lower()}"
