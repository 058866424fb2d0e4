"""Fonts as their files describe them, against the library that draws with them."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import ImageFont

from lwdeploy.pictures.sfnt import Face, faces
from tests.unit.pictures.made_fonts import ASCII, HANGUL, JAPANESE, write_collection, write_font, write_variable

BEYOND_16_BITS = "\U00020bb7"


def signs_drawn(face: Face, signs: str) -> str:
    """Give the characters that the drawing library draws other than as the box for a missing one."""
    font = ImageFont.truetype(str(face.file), 40, index=face.index)
    missing = bytes(font.getmask("\uffff"))
    return "".join(each for each in signs if bytes(font.getmask(each)) != missing)


@pytest.mark.parametrize("extra", ["", BEYOND_16_BITS], ids=["16 bits", "32 bits"])
def test_a_face_covers_what_the_drawing_library_draws(extra: str, tmp_path: Path) -> None:
    """The font's character map is read as the drawing library reads it, in both of its formats."""
    (face,) = faces(write_font(tmp_path / "made.ttf", JAPANESE + "Az" + extra))
    assert face.charmap[:2] == (b"\x00\x0c" if extra else b"\x00\x04")
    asked = ASCII.replace(" ", "") + JAPANESE + HANGUL + BEYOND_16_BITS + "\u0000\u4e00\uffff"
    assert (
        "".join(filter(face.covers, asked))
        == signs_drawn(face, asked)
        == "".join(each for each in asked if each in JAPANESE + "Az" + extra)
    )


def test_pillows_own_font_is_read_as_well(tmp_path: Path) -> None:
    """A font that nobody made for these tests is read right: plain letters are there, accents and kana are not."""
    font = ImageFont.load_default(20)
    assert isinstance(font, ImageFont.FreeTypeFont)
    file = tmp_path / "own.ttf"
    file.write_bytes(font.font_bytes)
    (face,) = faces(file)
    assert [face.covers(each) for each in "Az~…éア"] == [True, True, True, True, False, False]


def test_a_collection_gives_each_of_its_faces(tmp_path: Path) -> None:
    """The faces of a collection come with the index that opens them and their own names."""
    file = write_collection(tmp_path / "two.ttc", "A", families=["One JP", "One KR"], style="Bold")
    assert [(each.index, each.family, each.style) for each in faces(file)] == [
        (0, "One JP", "Bold"),
        (1, "One KR", "Bold"),
    ]


def test_a_font_with_weights_inside_is_known_as_such(tmp_path: Path) -> None:
    """A variable font is told from one that is not."""
    assert [faces(write_variable(tmp_path / "v.ttf", "A"))[0].variable] == [True]
    assert [faces(write_font(tmp_path / "f.ttf", "A"))[0].variable] == [False]


@pytest.mark.parametrize("content", [b"", b"OTTO", b"true\xff\xff", b"ttcf\0\1\0\0\xff\xff\xff\xff", b"text"])
def test_what_is_no_font_has_no_faces(content: bytes, tmp_path: Path) -> None:
    """A broken file is no reason to stop: another font may do."""
    file = tmp_path / "broken.ttf"
    file.write_bytes(content)
    assert faces(file) == ()


def test_a_missing_file_has_no_faces(tmp_path: Path) -> None:
    """A font that vanished between finding and reading is passed over."""
    assert faces(tmp_path / "gone.ttf") == ()


def test_a_font_without_outlines_does_not_count(tmp_path: Path) -> None:
    """A font of bitmaps cannot be drawn at any size."""
    file = write_font(tmp_path / "made.ttf", "A")
    file.write_bytes(file.read_bytes().replace(b"glyf", b"CBDT", 1))
    assert faces(file) == ()


def test_a_cut_font_never_raises(tmp_path: Path) -> None:
    """Whatever is left of a font, reading it gives an answer."""
    whole = write_font(tmp_path / "made.ttf", JAPANESE + BEYOND_16_BITS).read_bytes()
    file = tmp_path / "cut.ttf"
    for length in range(0, len(whole), 7):
        file.write_bytes(whole[:length])
        assert all(isinstance(face.covers("新"), bool) for face in faces(file))


def test_a_character_without_a_sign_inside_of_a_run_is_lacking(tmp_path: Path) -> None:
    """A run of characters may have holes, which are written as sign number 0."""
    runs = struct.pack(">4H", 0x43, 0xFFFF, 0, 0x41) + struct.pack(
        ">5H", 0xFFFF, 5, 1, 4, 0
    )  # A to C, and the end
    charmap = struct.pack(">7H", 4, 38, 0, 4, 4, 1, 0) + runs + struct.pack(">3H", 7, 0, 9)
    face = Face(file=tmp_path, index=0, charmap=charmap)
    assert [face.covers(each) for each in "@ABCD"] == [False, True, False, True, False]
