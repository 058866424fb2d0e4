"""Recipes and pixels for the tests of what is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageChops

__all__ = ["BACKGROUND", "FILLS", "INK", "Grid", "cells_of", "grid", "ink_box", "pixels", "recipe"]

BACKGROUND, INK = "#F2F4F7", "#FFFFFF"
FILLS = ("#1F6FEB", "#0E8A6C", "#C2541B")

Grid = list[tuple[int, int, int, int]]


def grid(columns: int, rows: int, *, width: int = 2500, height: int = 1686) -> Grid:
    """Give x, y, width and height of equal cells without gaps."""
    across = [round(each * width / columns) for each in range(columns + 1)]
    down = [round(each * height / rows) for each in range(rows + 1)]
    return [
        (across[column], down[row], across[column + 1] - across[column], down[row + 1] - down[row])
        for row in range(rows)
        for column in range(columns)
    ]


def recipe(cells: Grid, labels: Sequence[str], *, language: str = "default", **over: Any) -> dict[str, Any]:
    """Give a recipe as a manifest makes one."""
    return {
        "width": 2500,
        "height": 1686,
        "background": BACKGROUND,
        "ink": INK,
        "language": language,
        "cells": [
            {"x": x, "y": y, "width": width, "height": height, "label": label, "fill": FILLS[number % len(FILLS)]}
            for number, ((x, y, width, height), label) in enumerate(zip(cells, labels, strict=True))
        ],
        **over,
    }


def pixels(png: bytes) -> Image.Image:
    """Give the picture of a PNG."""
    return Image.open(io.BytesIO(png)).convert("RGB")


def cells_of(png: bytes, cells: Grid) -> list[Image.Image]:
    """Cut a picture into its cells."""
    whole = pixels(png)
    return [whole.crop((x, y, x + width, y + height)) for x, y, width, height in cells]


def ink_box(cell: Image.Image) -> tuple[int, int, int, int]:
    """Give the box around what differs from the fill, in the middle three quarters of a cell."""
    across, down = cell.width // 8, cell.height // 8
    inner = cell.crop((across, down, cell.width - across, cell.height - down))
    filled = Image.new("RGB", inner.size, inner.getpixel((inner.width // 2, 0)))
    left, top, right, bottom = ImageChops.difference(inner, filled).getbbox() or (0, 0, 0, 0)
    return left + across, top + down, right + across, bottom + down
