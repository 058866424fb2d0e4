"""Named layouts: cells that meet without gaps and without overlaps, in the order in which people read them."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwdeploy.kinds.rich_menu.layout import DEFAULT_SIZE, MOST_CELLS, SIZES, cells, size_in_pixels

Cell = dict[str, int]
GRIDS = [f"{columns}x{rows}" for columns in range(1, 21) for rows in range(1, 21) if columns * rows <= MOST_CELLS]


@st.composite
def stripes(draw: st.DrawFn) -> str:
    """Give rows (`1+2`) or columns (`1|2`) of at most 20 cells."""
    counts = [draw(st.integers(1, MOST_CELLS))]
    while sum(counts) < MOST_CELLS and draw(st.booleans()):
        counts.append(draw(st.integers(1, MOST_CELLS - sum(counts))))
    return draw(st.sampled_from("+|")).join(map(str, counts))


bounded = settings(max_examples=60, deadline=None)
LAYOUTS = st.sampled_from(GRIDS) | stripes()


def overlap(one: Cell, other: Cell) -> bool:
    across = min(one["x"] + one["width"], other["x"] + other["width"]) > max(one["x"], other["x"])
    down = min(one["y"] + one["height"], other["y"] + other["height"]) > max(one["y"], other["y"])
    return across and down


@bounded
@given(layout=LAYOUTS, size=st.sampled_from(sorted(SIZES)))
def test_the_cells_of_every_layout_tile_the_picture(layout: str, size: str) -> None:
    width, height = SIZES[size]
    found = cells(layout, size=size)
    assert sum(each["width"] * each["height"] for each in found) == width * height
    assert not any(overlap(one, other) for one, other in combinations(found, 2))
    for each in found:
        assert min(each["x"], each["y"]) >= 0
        assert min(each["width"], each["height"]) > 0
        assert each["x"] + each["width"] <= width
        assert each["y"] + each["height"] <= height


@bounded
@given(layout=LAYOUTS, size=st.sampled_from(sorted(SIZES)))
def test_cells_of_one_stripe_differ_by_a_pixel_at_most(layout: str, size: str) -> None:
    """Edges lie at round(i * length / n)."""
    upright = "|" in layout
    stripe, along, length = ("x", "y", "height") if upright else ("y", "x", "width")
    found = cells(layout, size=size)
    for start in {each[stripe] for each in found}:
        mine = [each for each in found if each[stripe] == start]
        assert max(each[length] for each in mine) - min(each[length] for each in mine) <= 1
        assert [each[along] for each in mine] == sorted(each[along] for each in mine)


@pytest.mark.parametrize("layout", GRIDS)
def test_a_grid_has_as_many_cells_as_columns_times_rows(layout: str) -> None:
    columns, rows = map(int, layout.split("x"))
    found = cells(layout, size="full")
    assert len(found) == columns * rows
    assert len({each["x"] for each in found}) == columns
    assert len({each["y"] for each in found}) == rows


@bounded
@given(layout=stripes())
def test_every_stripe_has_as_many_cells_as_its_number_says(layout: str) -> None:
    upright = "|" in layout
    counts = [int(each) for each in layout.split("|" if upright else "+")]
    places = [each["x" if upright else "y"] for each in cells(layout, size="full")]
    assert [places.count(place) for place in sorted(set(places))] == counts
    assert places == sorted(places)


def test_a_grid_is_filled_row_by_row_with_edges_at_rounded_thirds() -> None:
    assert cells("3x2", size="full") == [
        {"x": 0, "y": 0, "width": 833, "height": 843},
        {"x": 833, "y": 0, "width": 834, "height": 843},
        {"x": 1667, "y": 0, "width": 833, "height": 843},
        {"x": 0, "y": 843, "width": 833, "height": 843},
        {"x": 833, "y": 843, "width": 834, "height": 843},
        {"x": 1667, "y": 843, "width": 833, "height": 843},
    ]


def test_rows_lie_one_below_the_other() -> None:
    assert cells("1+2", size="compact") == [
        {"x": 0, "y": 0, "width": 2500, "height": 422},
        {"x": 0, "y": 422, "width": 1250, "height": 421},
        {"x": 1250, "y": 422, "width": 1250, "height": 421},
    ]


def test_columns_stand_side_by_side_and_are_filled_downwards() -> None:
    assert cells("1|2", size="full") == [
        {"x": 0, "y": 0, "width": 1250, "height": 1686},
        {"x": 1250, "y": 0, "width": 1250, "height": 843},
        {"x": 1250, "y": 843, "width": 1250, "height": 843},
    ]


@pytest.mark.parametrize(
    "layout",
    [
        "",
        "x",
        "3x",
        "x2",
        "0x1",
        "1x0",
        "21x1",
        "7x3",
        "100x1",
        "3X2",
        "3x2x1",
        " 3x2",
        "3x2\n",
        "\uff13x\uff12",
        "1+0",
        "0|1",
        "1+",
        "+1",
        "1+2|1",
        "10+11",
        "1|" * 20 + "1",
        "-1x2",
        "1.5x2",
    ],
)
def test_what_is_no_layout_of_one_to_twenty_cells_has_no_cells(layout: str) -> None:
    assert cells(layout, size="full") == []


def test_sizes_are_those_that_the_service_takes() -> None:
    assert {name: size_in_pixels(name) for name in SIZES} == {"full": (2500, 1686), "compact": (2500, 843)}
    assert DEFAULT_SIZE in SIZES
