"""Named layouts: `3x2` is a grid, `1+2` rows, `1|2` columns. Pure.

Edges lie at round(i * length / n), so that cells meet without gaps and without overlaps.
"""

from __future__ import annotations

import re

__all__ = ["DEFAULT_SIZE", "MOST_CELLS", "SIZES", "cells", "size_in_pixels"]

SIZES = {"full": (2500, 1686), "compact": (2500, 843)}
"""Width and height in pixels (reference 3.5 and 4)."""

DEFAULT_SIZE = "full"
MOST_CELLS = 20

Bounds = dict[str, int]
_GRID = re.compile(r"([0-9]{1,2})x([0-9]{1,2})")
_ROWS = re.compile(r"[0-9]{1,2}(\+[0-9]{1,2})*")
_COLUMNS = re.compile(r"[0-9]{1,2}(\|[0-9]{1,2})*")


def size_in_pixels(size: str) -> tuple[int, int]:
    """Give width and height of a named size."""
    return SIZES[size]


def cells(layout: str, *, size: str) -> list[Bounds]:
    """Give the bounds of a layout's cells in their order; none for what is no layout of 1 to 20 cells."""
    width, height = SIZES[size]
    if grid := _GRID.fullmatch(layout):
        columns, rows = int(grid[1]), int(grid[2])
        return _striped([columns] * rows, width=width, height=height, upright=False)
    if _ROWS.fullmatch(layout):
        return _striped([int(each) for each in layout.split("+")], width=width, height=height, upright=False)
    if _COLUMNS.fullmatch(layout):
        return _striped([int(each) for each in layout.split("|")], width=width, height=height, upright=True)
    return []


def _striped(stripes: list[int], *, width: int, height: int, upright: bool) -> list[Bounds]:
    """Cut a picture into stripes of equal breadth, and each of them into its number of equal cells."""
    if not 1 <= sum(stripes) <= MOST_CELLS or min(stripes) < 1:
        return []
    breadth, length = (width, height) if upright else (height, width)
    across = _edges(len(stripes), breadth)
    found = []
    for index, count in enumerate(stripes):
        along = _edges(count, length)
        for place in range(count):
            sides = ((across[index], across[index + 1]), (along[place], along[place + 1]))
            found.append(_bounds(*(sides if upright else sides[::-1])))
    return found


def _edges(count: int, length: int) -> list[int]:
    return [round(index * length / count) for index in range(count + 1)]


def _bounds(horizontal: tuple[int, int], vertical: tuple[int, int]) -> Bounds:
    (left, right), (top, bottom) = horizontal, vertical
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}
