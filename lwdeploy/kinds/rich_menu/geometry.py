"""Where areas lie: outside the picture, over one another, or nowhere at all. Pure; lengths in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise

__all__ = ["Bounds", "beyond", "gap", "is_outside", "overlapping"]

Bounds = Mapping[str, int]

LEAST_GAP = 8
"""Narrower strips than this are left over where somebody divided by hand, and no finger finds them."""


def _sides(bounds: Bounds) -> tuple[int, int, int, int]:
    return bounds["x"], bounds["y"], bounds["x"] + bounds["width"], bounds["y"] + bounds["height"]


def is_outside(bounds: Bounds, *, width: int, height: int) -> bool:
    """Tell whether an area has no point in common with the picture."""
    left, top, _, _ = _sides(bounds)
    return left >= width or top >= height


def beyond(bounds: Bounds, *, width: int, height: int) -> tuple[int, int]:
    """Give how far an area reaches beyond the right and the lower edge."""
    _, _, right, bottom = _sides(bounds)
    return max(0, right - width), max(0, bottom - height)


def overlapping(areas: Sequence[tuple[int, Bounds]]) -> Iterator[tuple[int, int, int]]:
    """Give (number, number, square pixels) of every pair of numbered areas that share some."""
    for (first, one), (second, other) in combinations(areas, 2):
        left, top, right, bottom = (
            pick(pair)
            for pick, pair in zip((max, max, min, min), zip(_sides(one), _sides(other), strict=True), strict=True)
        )
        if right > left and bottom > top:
            yield first, second, (right - left) * (bottom - top)


def gap(areas: Iterable[Bounds], *, width: int, height: int) -> Bounds | None:
    """Give a part of the picture that no area covers: the largest of those between the edges of areas."""
    known = [_sides(each) for each in areas]
    across = sorted({0, width, *(min(width, side) for each in known for side in (each[0], each[2]))})
    down = sorted({0, height, *(min(height, side) for each in known for side in (each[1], each[3]))})
    free = [
        {"x": left, "y": top, "width": right - left, "height": bottom - top}
        for left, right in pairwise(across)
        for top, bottom in pairwise(down)
        if min(right - left, bottom - top) >= LEAST_GAP
        and not any(a <= left and b <= top and c >= right and d >= bottom for a, b, c, d in known)
    ]
    return max(free, key=lambda each: (each["width"] * each["height"], -each["x"], -each["y"]), default=None)
