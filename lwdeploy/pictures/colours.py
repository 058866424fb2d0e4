"""Colours as manifests write them, and whether a text on one can be read."""

from __future__ import annotations

import re

__all__ = ["BLACK", "WHITE", "Colour", "contrast", "parsed", "readable"]

Colour = tuple[int, int, int]

BLACK: Colour = (0x1B, 0x1F, 0x24)
WHITE: Colour = (0xFF, 0xFF, 0xFF)
_LEAST = 3.0  # WCAG 2.2, 1.4.3: the least contrast of a large text
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")


def parsed(text: str) -> Colour:
    """Give the colour of `#RRGGBB`; raises ValueError."""
    if not _HEX.fullmatch(text):
        raise ValueError(f"{text!r} is no colour; write it as #RRGGBB")
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def contrast(one: Colour, other: Colour) -> float:
    """Give the contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def readable(ink: Colour, fill: Colour) -> Colour:
    """Give the ink, or what is better of black and white where nobody could read the ink on the fill."""
    if contrast(ink, fill) >= _LEAST:
        return ink
    return max((BLACK, WHITE), key=lambda each: contrast(each, fill))


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(each / 255) for each in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
