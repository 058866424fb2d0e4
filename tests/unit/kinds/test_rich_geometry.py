"""Where areas lie, held against counting pixels one by one on a small picture."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwdeploy.kinds.rich_menu.geometry import LEAST_GAP, beyond, gap, is_outside, overlapping

WIDTH, HEIGHT = 60, 40
bounded = settings(max_examples=50, deadline=None)

Area = dict[str, int]
Pixel = tuple[int, int]
PICTURE = frozenset((x, y) for x in range(WIDTH) for y in range(HEIGHT))


def area(x: int, y: int, width: int, height: int) -> Area:
    return {"x": x, "y": y, "width": width, "height": height}


def areas_of(across: st.SearchStrategy[int], down: st.SearchStrategy[int]) -> st.SearchStrategy[Area]:
    """Give areas that may reach beyond the picture or lie outside of it."""
    return st.builds(area, across, down, across.filter(bool), down.filter(bool))


AREAS = st.lists(areas_of(st.integers(0, WIDTH + 9), st.integers(0, HEIGHT + 9)), max_size=6)
COARSE = st.lists(
    areas_of(st.integers(0, 7).map(lambda each: each * 10), st.integers(0, 5).map(lambda each: each * 10)),
    max_size=12,
)


def pixels(each: Area) -> frozenset[Pixel]:
    """Give all pixels of an area, those beyond the picture too."""
    return frozenset(
        (x, y)
        for x in range(each["x"], each["x"] + each["width"])
        for y in range(each["y"], each["y"] + each["height"])
    )


def free_pixels(areas: list[Area]) -> frozenset[Pixel]:
    return PICTURE.difference(*map(pixels, areas))


@bounded
@given(areas=AREAS)
def test_areas_overlap_by_as_many_pixels_as_they_share(areas: list[Area]) -> None:
    numbered = list(enumerate(areas))
    expected = [
        (first, second, len(pixels(one) & pixels(other)))
        for (first, one), (second, other) in combinations(numbered, 2)
        if pixels(one) & pixels(other)
    ]
    assert list(overlapping(numbered)) == expected


@bounded
@given(areas=AREAS)
def test_an_area_is_outside_when_it_has_no_pixel_of_the_picture(areas: list[Area]) -> None:
    for each in areas:
        assert is_outside(each, width=WIDTH, height=HEIGHT) is (not pixels(each) & PICTURE)


@pytest.mark.parametrize(("x", "y", "outside"), [(59, 39, False), (60, 0, True), (0, 40, True)])
def test_an_area_that_begins_where_the_picture_ends_is_outside(x: int, y: int, *, outside: bool) -> None:
    assert is_outside(area(x, y, 5, 5), width=WIDTH, height=HEIGHT) is outside


@bounded
@given(areas=AREAS)
def test_an_area_reaches_as_far_beyond_as_its_last_pixel(areas: list[Area]) -> None:
    for each in areas:
        right, down = beyond(each, width=WIDTH, height=HEIGHT)
        assert right == max(0, max(x for x, _ in pixels(each)) + 1 - WIDTH)
        assert down == max(0, max(y for _, y in pixels(each)) + 1 - HEIGHT)


@bounded
@given(areas=AREAS)
def test_what_is_told_as_a_gap_is_pixels_of_the_picture_that_no_area_covers(areas: list[Area]) -> None:
    found = gap(areas, width=WIDTH, height=HEIGHT)
    if found is not None:
        assert pixels(dict(found)) <= free_pixels(areas)
        assert min(found["width"], found["height"]) >= LEAST_GAP


@bounded
@given(areas=COARSE)
def test_there_is_a_gap_exactly_when_a_pixel_is_free(areas: list[Area]) -> None:
    """On edges that lie further apart than the narrowest gap, nothing is too narrow to be told."""
    assert (gap(areas, width=WIDTH, height=HEIGHT) is not None) is bool(free_pixels(areas))


@bounded
@given(areas=COARSE)
def test_no_larger_free_part_lies_between_the_edges_of_areas(areas: list[Area]) -> None:
    found = gap(areas, width=WIDTH, height=HEIGHT)
    free = free_pixels(areas)
    across = sorted(
        {0, WIDTH} | {min(WIDTH, side) for each in areas for side in (each["x"], each["x"] + each["width"])}
    )
    down = sorted(
        {0, HEIGHT} | {min(HEIGHT, side) for each in areas for side in (each["y"], each["y"] + each["height"])}
    )
    parts = [
        area(left, top, right - left, bottom - top)
        for left, right in pairwise(across)
        for top, bottom in pairwise(down)
    ]
    largest = max((each["width"] * each["height"] for each in parts if pixels(each) <= free), default=0)
    assert (found["width"] * found["height"] if found else 0) == largest


@pytest.mark.parametrize(("free", "told"), [(LEAST_GAP - 1, False), (LEAST_GAP, True)])
def test_a_strip_that_no_finger_finds_is_no_gap(free: int, *, told: bool) -> None:
    for each in (area(0, 0, WIDTH - free, HEIGHT), area(0, 0, WIDTH, HEIGHT - free)):
        assert (gap([each], width=WIDTH, height=HEIGHT) is not None) is told


def test_of_gaps_of_one_size_the_first_to_the_left_and_then_to_the_top_is_told() -> None:
    cross = [area(20, 0, 20, 40), area(0, 10, 60, 20)]
    assert gap(cross, width=WIDTH, height=HEIGHT) == area(0, 0, 20, 10)


def test_a_picture_without_areas_is_one_gap() -> None:
    assert gap([], width=WIDTH, height=HEIGHT) == area(0, 0, WIDTH, HEIGHT)


def test_areas_that_touch_do_not_overlap() -> None:
    assert list(overlapping([(0, area(0, 0, 30, 40)), (1, area(30, 0, 30, 40))])) == []


def test_areas_keep_the_numbers_they_came_with() -> None:
    assert list(overlapping([(4, area(0, 0, 2, 2)), (9, area(1, 1, 2, 2))])) == [(4, 9, 1)]
