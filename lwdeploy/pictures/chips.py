"""Chips: small dark panels with a number, a label and what it does, and a list where they have no room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, product

from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont

from lwdeploy.pictures.colours import WHITE, Colour, parsed
from lwdeploy.pictures.fonts import cleaned, lacking, opened
from lwdeploy.pictures.painting import Rectangle, block, rounded
from lwdeploy.pictures.sfnt import Face
from lwdeploy.pictures.typesetting import LEADING, wrapped

__all__ = ["Chip", "ChipSetter", "Setting"]

_PANEL, _OPACITY = parsed("#14181D"), 0.94
_ON_PANEL = WHITE, parsed("#C8D1DB")  # ink of the title, ink of the action
_ON_PAPER = parsed("#14181D"), parsed("#57606A")
_SCALES = (1.0, 0.86, 0.74)  # of the letters, tried in turn
_TITLE, _ACTION = 0.023, 0.017  # letters as shares of the picture's width
_MARGIN = 0.010  # between the area's edge and a chip, as such a share
_PAD, _BADGE = 0.45, 1.4  # around the text, and the disc with the number, in letters of the title
_HALF_CAPITAL = 0.36  # half the height of a capital letter
_LEAST_ROOM = 4.0  # of a line, in letters
_STEPS = range(-5, 6)  # that a number may be moved by, in its own sizes
_TITLE_LINES, _ACTION_LINES, _LISTED_LINES = 3, 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """What is told about one area."""

    number: int
    title: str
    action: str
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The lines of a chip, the size of the letters of title and action, and the length of the longest line."""

    title: tuple[str, ...]
    action: tuple[str, ...]
    size: float
    small: float
    length: float

    @property
    def indent(self) -> float:
        """From the left edge to the text: the disc stands before it."""
        return (2 * _PAD + _BADGE) * self.size

    @property
    def text_height(self) -> float:
        """How high the lines are together."""
        return LEADING * (self.size * len(self.title) + self.small * len(self.action))

    @property
    def extent(self) -> tuple[int, int]:
        """Width and height."""
        length = self.length + _PAD * self.size if self.length else 0
        return round(self.indent + length), round(2 * _PAD * self.size + max(self.text_height, _BADGE * self.size))


class ChipSetter:
    """Sets chips in one face, for a picture of one width. Signs that the face lacks become `?`."""

    def __init__(self, face: Face, *, width: int) -> None:
        self._face = face
        self._width = width
        self._margin = round(_MARGIN * width)
        self._fonts: dict[int, FreeTypeFont] = {}
        self._mark = "..." if lacking(face, "\u2026") else "\u2026"

    def place(
        self, chip: Chip, *, inside: Rectangle, taken: Sequence[Rectangle]
    ) -> tuple[Rectangle, Setting] | None:
        """Give a place within an area that meets none of the `taken` ones; None where it would not be readable."""
        for scale in _SCALES:
            setting = self._set(chip, scale=scale, room=inside[2] - inside[0] - 2 * self._margin)
            if setting and self._is_whole(chip, setting):
                free = self._corners(setting.extent, inside, taken)
                place = next(free, None)
                if place:
                    return place, setting
        return None

    def paint(self, canvas: Image.Image, chip: Chip, *, box: Rectangle, setting: Setting) -> None:
        """Draw a chip where it was placed."""
        rounded(canvas, box, radius=round(0.35 * setting.size), fill=_PANEL, opacity=_OPACITY)
        self._fill(canvas, chip, corner=box[:2], setting=setting, inks=_ON_PANEL)

    def badge(
        self, canvas: Image.Image, chip: Chip, *, inside: Rectangle, taken: Sequence[Rectangle]
    ) -> Rectangle:
        """Draw the number alone at an area that has no room for more, and give where."""
        size = _TITLE * self._width * _SCALES[1]
        side = round(_BADGE * size)
        places = chain(
            self._corners((side, side), inside, taken),
            self._near(side, inside, canvas, taken),
            self._near(side, inside, canvas, ()),
        )
        box = next(places)
        self._disc(canvas, chip, centre=((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), size=size)
        return box

    def with_list(self, canvas: Image.Image, chips: Sequence[Chip]) -> Image.Image:
        """Give the picture with a list of the chips below it; the picture itself when there are none."""
        settings = [
            self._set(each, scale=1.0, room=self._width - 2 * self._margin, lines=_LISTED_LINES) for each in chips
        ]
        rows = [(chip, setting) for chip, setting in zip(chips, settings, strict=True) if setting]
        if not rows:
            return canvas
        high = sum(setting.extent[1] for _chip, setting in rows) + 2 * self._margin
        paper = Image.new("RGB", (canvas.width, canvas.height + high), "white")
        paper.paste(canvas, (0, 0))
        top = canvas.height + self._margin
        for chip, setting in rows:
            self._fill(paper, chip, corner=(self._margin, top), setting=setting, inks=_ON_PAPER)
            top += setting.extent[1]
        return paper

    def _set(self, chip: Chip, *, scale: float, room: float, lines: int = 0) -> Setting | None:
        """Break the texts of a chip for a room in pixels; None where the lines would be too short to read."""
        size, small = (max(1.0, share * self._width * scale) for share in (_TITLE, _ACTION))
        room -= (3 * _PAD + _BADGE) * size
        if room < _LEAST_ROOM * size:
            return None
        title = self._wrapped(chip.title, size=size, room=room, most=lines or _TITLE_LINES)
        action = self._wrapped(chip.action, size=small, room=room, most=lines or _ACTION_LINES)
        length = self._longest(title, size), self._longest(action, small)
        return Setting(title=title, action=action, size=size, small=small, length=max(length))

    def _wrapped(self, text: str, *, size: float, room: float, most: int) -> tuple[str, ...]:
        length = self._font(size).getlength
        return wrapped(self._shown(text), room=room, most=most, length=length, mark=self._mark)

    def _longest(self, lines: Sequence[str], size: float) -> float:
        return max((self._font(size).getlength(each) for each in lines), default=0.0)

    def _is_whole(self, chip: Chip, setting: Setting) -> bool:
        return len("".join(setting.title).replace(" ", "")) == len(self._shown(chip.title).replace(" ", ""))

    def _shown(self, text: str) -> str:
        shown = cleaned(text)
        missing = lacking(self._face, shown.replace(" ", ""))
        return "".join("?" if each in missing else each for each in shown)

    def _font(self, size: float) -> FreeTypeFont:
        whole = max(1, int(size))
        if whole not in self._fonts:
            self._fonts[whole] = opened(self._face, whole)
        return self._fonts[whole]

    def _corners(
        self, extent: tuple[int, int], inside: Rectangle, taken: Sequence[Rectangle]
    ) -> Iterator[Rectangle]:
        """Give the free places for a thing in the corners of an area, those at the bottom first."""
        left, top, right, bottom = (
            *(each + self._margin for each in inside[:2]),
            *(each - self._margin - size for each, size in zip(inside[2:], extent, strict=True)),
        )
        if right < left or bottom < top:
            return
        for x, y in ((left, bottom), (left, top), (right, bottom), (right, top)):
            box = (x, y, x + extent[0], y + extent[1])
            if not any(_meet(box, each) for each in taken):
                yield box

    def _near(
        self, side: int, inside: Rectangle, canvas: Image.Image, taken: Sequence[Rectangle]
    ) -> Iterator[Rectangle]:
        """Give the free places around the middle of an area that lie on the picture, the nearest first."""
        middle = (inside[0] + inside[2]) / 2, (inside[1] + inside[3]) / 2
        steps = sorted(product(_STEPS, repeat=2), key=lambda each: each[0] ** 2 + each[1] ** 2)
        for step in steps:
            left, top = (
                round(min(max(0, at + by * side - side / 2), max(0, size - side)))
                for at, by, size in zip(middle, step, canvas.size, strict=True)
            )
            box = (left, top, left + side, top + side)
            if not any(_meet(box, each) for each in taken):
                yield box

    def _fill(
        self,
        canvas: Image.Image,
        chip: Chip,
        *,
        corner: tuple[int, int],
        setting: Setting,
        inks: tuple[Colour, Colour],
    ) -> None:
        """Draw number and lines of a chip from its upper left corner."""
        size, half = setting.size, (_PAD + _BADGE / 2) * setting.size
        self._disc(canvas, chip, centre=(corner[0] + half, corner[1] + half), size=size)
        top = corner[1] + _PAD * size + max(0.0, (_BADGE * size - setting.text_height) / 2)
        draw = ImageDraw.Draw(canvas)
        for texts, letters, ink in ((setting.title, size, inks[0]), (setting.action, setting.small, inks[1])):
            for line in texts:
                at = corner[0] + setting.indent, top + (LEADING / 2 + _HALF_CAPITAL) * letters
                draw.text((round(at[0]), round(at[1])), line, font=self._font(letters), fill=ink, anchor="ls")
                top += LEADING * letters

    def _disc(self, canvas: Image.Image, chip: Chip, *, centre: tuple[float, float], size: float) -> None:
        radius = round(_BADGE * size / 2)
        x, y = round(centre[0]), round(centre[1])
        rounded(canvas, (x - radius, y - radius, x + radius, y + radius), radius=radius, fill=WHITE)
        inner = radius - max(1, round(0.08 * size))
        rounded(canvas, (x - inner, y - inner, x + inner, y + inner), radius=inner, fill=chip.colour)
        block(canvas, [str(chip.number)], centre=(x, y), font=self._font(0.74 * size), ink=WHITE)


def _meet(one: Rectangle, other: Rectangle) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
