"""What drawings have in common: smooth shapes, lines of text, PNGs that are the same each time."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from lwdeploy.pictures.colours import Colour
from lwdeploy.pictures.typesetting import LEADING

__all__ = ["block", "png", "rounded"]

_LEVEL = 6  # 9 takes three times as long for 2 % less
_SMOOTH = 4  # corners are drawn this many times larger and made smaller, because Pillow draws them jagged

Rectangle = tuple[int, int, int, int]
"""Left, top, right and bottom, the last two beyond it."""


def png(image: Image.Image) -> bytes:
    """Give a PNG with nothing but the picture in it: no time, no name of a program."""
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=_LEVEL)
    return stream.getvalue()


def rounded(image: Image.Image, box: Rectangle, *, radius: int, fill: Colour, opacity: float = 1.0) -> None:
    """Fill a rectangle with round corners; nothing where it has no room."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if width < 1 or height < 1:
        return
    mask = _rounded_mask(width, height, min(radius, width // 2, height // 2))
    if opacity < 1:
        mask = mask.point([round(each * opacity) for each in range(256)])
    image.paste(fill, (left, top), mask)


def _rounded_mask(width: int, height: int, radius: int) -> Image.Image:
    mask = Image.new("L", (width, height), 255)
    if radius < 1:
        return mask
    large = Image.new("L", (2 * radius * _SMOOTH,) * 2, 0)
    ImageDraw.Draw(large).ellipse((0, 0, large.width - 1, large.height - 1), fill=255)
    disc = large.resize((2 * radius,) * 2, Image.Resampling.BOX)
    for x, y in ((0, 0), (radius, 0), (0, radius), (radius, radius)):
        corner = disc.crop((x, y, x + radius, y + radius))
        mask.paste(corner, (width - radius if x else 0, height - radius if y else 0))
    return mask


def block(
    image: Image.Image, lines: Sequence[str], *, centre: tuple[float, float], font: FreeTypeFont, ink: Colour
) -> None:
    """Draw lines around a point, each in the middle; capital letters stand exactly in the middle of it."""
    draw = ImageDraw.Draw(image)
    step = font.size * LEADING
    _left, top, _right, bottom = font.getbbox("H", anchor="ls")
    baseline = centre[1] - (top + bottom) / 2 - step * (len(lines) - 1) / 2
    for number, line in enumerate(lines):
        draw.text((round(centre[0]), round(baseline + number * step)), line, font=font, fill=ink, anchor="ms")
