"""Drawing the picture of a menu from a recipe: a cell for each area, its label in the middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from lwdeploy.core.errors import UserError
from lwdeploy.pictures.colours import Colour, parsed, readable
from lwdeploy.pictures.fonts import Fonts, opened
from lwdeploy.pictures.painting import Rectangle, block, png, rounded
from lwdeploy.pictures.sfnt import Face
from lwdeploy.pictures.typesetting import Box, Label, set_all

__all__ = ["draw", "require_drawable"]

# Shares of the picture's width, and the most of a cell. A phone shows a full picture some 400 points wide.
_GAP, _MOST_GAP = 0.014, 0.10
_RADIUS, _MOST_RADIUS = 0.02, 0.12
_LARGEST, _MOST_ACROSS, _MOST_DOWN = 0.08, 0.17, 0.26
_ROOM_ACROSS, _ROOM_DOWN = 0.84, 0.72
_COMFORTABLE = 0.03  # 12 points on a phone
_MEASURED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    box: Rectangle
    label: str
    fill: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A recipe that was read."""

    width: int
    height: int
    background: Colour
    ink: Colour
    language: str
    cells: tuple[_Cell, ...]
    font: str

    @property
    def labels(self) -> list[str]:
        """The labels of all cells."""
        return [each.label for each in self.cells]


def draw(recipe: Mapping[str, Any], *, cwd: Path, fonts: Fonts | None = None) -> bytes:
    """Draw a recipe and give a PNG, the same bytes on one machine each time.

    The recipe's font is a name relative to `cwd`; without one `fonts` is searched, those of the machine when
    absent. Where the ink could not be read on a cell's fill, black or white takes its place. Raises UserError
    when the recipe is incomplete or no font has the characters of the labels.
    """
    sheet = _read(recipe)
    face = _face(sheet, cwd=cwd, fonts=fonts or Fonts())
    image = Image.new("RGB", (sheet.width, sheet.height), sheet.background)
    boxes = [_inset(each.box, sheet) for each in sheet.cells]
    for cell, box in zip(sheet.cells, boxes, strict=True):
        radius = min(_RADIUS * sheet.width, _MOST_RADIUS * _narrow(box))
        rounded(image, box, radius=round(radius), fill=cell.fill)
    texts = set_all(_labels(sheet, boxes, face), comfortable=_COMFORTABLE * sheet.width)
    for cell, box, (size, lines) in zip(sheet.cells, boxes, texts, strict=True):
        block(image, lines, centre=_centre(box), font=opened(face, int(size)), ink=readable(sheet.ink, cell.fill))
    return png(image)


def require_drawable(recipe: Mapping[str, Any], *, cwd: Path, fonts: Fonts) -> None:
    """Raise what `draw` would, without drawing."""
    _face(_read(recipe), cwd=cwd, fonts=fonts)


def _face(sheet: _Sheet, *, cwd: Path, fonts: Fonts) -> Face:
    file = cwd / sheet.font if sheet.font else None
    return fonts.find(sheet.labels, language=sheet.language, file=file)


def _labels(sheet: _Sheet, boxes: Sequence[Rectangle], face: Face) -> list[Label]:
    measuring = opened(face, _MEASURED_AT)
    return [
        Label(
            cell.label,
            box=_room(box, sheet.width),
            length=lambda sign: measuring.getlength(sign) / _MEASURED_AT,
        )
        for cell, box in zip(sheet.cells, boxes, strict=True)
    ]


def _read(recipe: Mapping[str, Any]) -> _Sheet:
    try:
        return _Sheet(
            width=int(recipe["width"]),
            height=int(recipe["height"]),
            background=parsed(recipe["background"]),
            ink=parsed(recipe["ink"]),
            language=str(recipe["language"]),
            cells=tuple(_cell(each) for each in recipe["cells"]),
            font=str(recipe.get("font", "")),
        )
    except KeyError as error:
        raise UserError(f"a picture cannot be drawn: its recipe has no {error}") from error
    except (TypeError, ValueError) as error:
        raise UserError(f"a picture cannot be drawn: {error}") from error


def _cell(cell: Mapping[str, Any]) -> _Cell:
    left, top, width, height = (int(cell[each]) for each in ("x", "y", "width", "height"))
    return _Cell(box=(left, top, left + width, top + height), label=str(cell["label"]), fill=parsed(cell["fill"]))


def _inset(box: Rectangle, sheet: _Sheet) -> Rectangle:
    """Give the part of a cell that is filled: the gaps between cells are as wide as those at the edges."""
    gap = round(min(_GAP * sheet.width, _MOST_GAP * _narrow(box)))
    left, top, right, bottom = box
    return (
        left + (gap // 2 if left > 0 else gap),
        top + (gap // 2 if top > 0 else gap),
        right - (gap - gap // 2 if right < sheet.width else gap),
        bottom - (gap - gap // 2 if bottom < sheet.height else gap),
    )


def _narrow(box: Rectangle) -> int:
    return min(box[2] - box[0], box[3] - box[1])


def _room(box: Rectangle, width: int) -> Box:
    across, down = box[2] - box[0], box[3] - box[1]
    largest = min(_LARGEST * width, _MOST_ACROSS * across, _MOST_DOWN * down)
    return Box(width=_ROOM_ACROSS * across, height=_ROOM_DOWN * down, largest=largest)


def _centre(box: Rectangle) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
