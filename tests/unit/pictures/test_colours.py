"""Colours and contrast."""

from __future__ import annotations

import pytest

from lwdeploy.pictures.colours import BLACK, WHITE, contrast, parsed, readable


def test_a_colour_is_written_as_in_html() -> None:
    """Six hexadecimal digits after a number sign, in either case."""
    assert parsed("#1f6FEB") == (0x1F, 0x6F, 0xEB)


@pytest.mark.parametrize("text", ["", "1F6FEB", "#1F6FE", "#1F6FEB0", "#1F6FEG", "#fff", "blue", "#1F6FEB\n"])
def test_anything_else_is_no_colour(text: str) -> None:
    """A colour that is not written so is refused with the right form."""
    with pytest.raises(ValueError, match="write it as #RRGGBB"):
        parsed(text)


def test_contrast_is_what_the_accessibility_guidelines_say() -> None:
    """Black on white has 21, a colour on itself 1, and the known grey 4.5."""
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((10, 20, 30), (10, 20, 30)) == 1
    assert contrast((0x76, 0x76, 0x76), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("fill", [(255, 255, 255), (0, 0, 0), (128, 128, 128), (255, 224, 102), (31, 111, 235)])
def test_what_is_chosen_can_be_read(fill: tuple[int, int, int]) -> None:
    """Ink like its fill becomes black or white, whichever reads better, and never less than the least contrast."""
    assert readable(fill, fill) in {BLACK, WHITE}
    assert contrast(readable(fill, fill), fill) >= 3
