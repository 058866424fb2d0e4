"""Drawing what a menu does over its picture, for the person who reviews it; and small pictures for pages.

Every area is outlined and numbered. What it does stands in a chip inside of it, or in a list below the picture
where the area is too small, lies outside or is covered by another one's chip.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from lwdeploy.core.errors import UserError
from lwdeploy.pictures.chips import Chip, ChipSetter
from lwdeploy.pictures.colours import Colour, parsed
from lwdeploy.pictures.fonts import Fonts
from lwdeploy.pictures.inspection import BROKEN
from lwdeploy.pictures.painting import Rectangle, png

__all__ = ["AreaNote", "overlay", "thumbnail"]

_COLOURS = tuple(map(parsed, ("#D6006C", "#0057B8", "#007A3D", "#8A3FFC", "#B34700", "#006D77")))
_LINE, _HALO = 3, 1
_INSET = 3
_QUALITY = 82


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaNote:
    """An area in pixels of the picture, its label, and what it does in one short line."""

    x: int
    y: int
    width: int
    height: int
    title: str
    action: str


def overlay(
    picture: bytes, areas: Sequence[AreaNote], *, width: int = 1000, language: str = "", fonts: Fonts | None = None
) -> bytes:
    """Draw areas over a picture and give a PNG that is `width` pixels wide, the same bytes each time.

    `language` is that of the titles. Signs that no font has become `?`. Raises UserError where the picture cannot
    be read, or no font has the Chinese, Japanese or Korean characters.
    """
    image = _opened(picture)
    factor = width / image.width
    canvas = image.resize((width, max(1, round(image.height * factor))), Image.Resampling.LANCZOS)
    face = (fonts or Fonts()).nearest(
        [each for area in areas for each in (area.title, area.action)], language=language
    )
    setter = ChipSetter(face, width=width)
    boxes = [_scaled(each, factor) for each in areas]
    for number, box in enumerate(boxes):
        _outline(canvas, box, _colour(number))
    listed: list[Chip] = []
    taken: list[Rectangle] = []
    for number, (area, box) in enumerate(zip(areas, boxes, strict=True)):
        chip = Chip(number=number + 1, title=area.title, action=area.action, colour=_colour(number))
        inside = _common(box, canvas)
        placed = setter.place(chip, inside=inside, taken=taken)
        if placed:
            setter.paint(canvas, chip, box=placed[0], setting=placed[1])
            taken.append(placed[0])
        else:
            taken.append(setter.badge(canvas, chip, inside=inside, taken=taken))
            listed.append(chip)
    return png(setter.with_list(canvas, listed))


def thumbnail(picture: bytes, *, width: int) -> tuple[bytes, str]:
    """Give a picture at most `width` pixels wide, as PNG or JPEG, whichever is smaller, and its media type.

    Raises UserError where the picture cannot be read.
    """
    image = _opened(picture)
    if image.width > width:
        image = image.resize((width, max(1, round(image.height * width / image.width))), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=_QUALITY, optimize=True)
    choices = ((png(image), "image/png"), (stream.getvalue(), "image/jpeg"))
    return min(choices, key=lambda each: len(each[0]))


def _opened(picture: bytes) -> Image.Image:
    """Give the pixels of a picture, what is transparent on white."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(picture))
            image.load()
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise UserError("the picture cannot be read: it is damaged or no picture") from error
    if not image.has_transparency_data:
        return image.convert("RGB")
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")


def _colour(number: int) -> Colour:
    return _COLOURS[number % len(_COLOURS)]


def _scaled(area: AreaNote, factor: float) -> Rectangle:
    ends = area.x, area.y, area.x + area.width, area.y + area.height
    left, top, right, bottom = (round(each * factor) for each in ends)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def _common(box: Rectangle, canvas: Image.Image) -> Rectangle:
    """Give the part of a box that lies on the canvas, or the place at its edge that is next to the box."""
    across, down = canvas.size
    left, right = (min(max(0, each), across) for each in (box[0], box[2]))
    top, bottom = (min(max(0, each), down) for each in (box[1], box[3]))
    return left, top, right, bottom


def _outline(canvas: Image.Image, box: Rectangle, colour: Colour) -> None:
    """Draw the edge of an area inside of it, between two white ones that show it on any picture."""
    draw = ImageDraw.Draw(canvas)
    for inset, line, edge in ((_INSET - _HALO, _LINE + 2 * _HALO, "white"), (_INSET, _LINE, colour)):
        by = min(inset, (min(box[2] - box[0], box[3] - box[1]) - 1) // 2)
        draw.rectangle((box[0] + by, box[1] + by, box[2] - 1 - by, box[3] - 1 - by), outline=edge, width=line)
