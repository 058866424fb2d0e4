"""Breaking labels into lines and choosing one size at which all of them fit.

Where a line may end is graded: at a blank always, between two scripts when that makes the text larger, inside a
word only when it would be too small otherwise. Lengths are in units of the font size until the end.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, combinations

from lwdeploy.pictures.fonts import cleaned, is_cjk

__all__ = ["LEADING", "Box", "Label", "set_all", "wrapped"]

LEADING = 1.28
"""From one line to the next."""

_MOST_LINES = 3
_LONGEST = 60  # characters that are looked at; the service takes 20 in a label (reference 3.5)
_WORTH_BREAKING = 1.2  # how much larger a text must become for one more line or a worse break
_LEVELS = (0, 1, 2, 3)  # blank or hyphen; between scripts; inside Chinese or Japanese; inside any word
_ENOUGH = (1.0, 1.0, 0.6, 0.0)  # the share of the comfortable size that makes the next level needless
_SMALLEST = 1.0
_NEVER = 4
_NOT_FIRST = frozenset(
    "、。，．,.:;!?！？：；・ー〜～…‥)]}）］｝」』】〉》〕’”％%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々ゝヽ"  # noqa: RUF001
)
_NOT_LAST = frozenset("([{（［｛「『【〈《〔‘“#＃@＠¥$")  # noqa: RUF001
_AFTER = frozenset("-/・、。，．／")  # noqa: RUF001


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The room that a label has, in pixels, and the size of letters that it never needs to exceed."""

    width: float
    height: float
    largest: float


class Label:
    """A text that is to stand in a box; `length` gives the length of a character at size 1."""

    def __init__(self, text: str, *, box: Box, length: Callable[[str], float]) -> None:
        self.text = cleaned(text)[:_LONGEST]
        self._box = box
        self._at = (0.0, *accumulate(map(length, self.text)))

    def size(self, *, comfortable: float) -> float:
        """Give the largest size at which the text fits; worse breaks are used below `comfortable` only."""
        best = 0.0
        for level in _LEVELS:
            found = self._largest(level)
            best = found if found > best * _WORTH_BREAKING else best
            if best >= min(comfortable * _ENOUGH[level], self._box.largest):
                break
        return max(_SMALLEST, best)

    def _largest(self, level: int) -> float:
        best, lines = 0.0, 1
        for ends in self._ways(level):
            found = self._size(ends)
            if found > best * (_WORTH_BREAKING if len(ends) > lines else 1):
                best, lines = found, len(ends)
        return best

    def lines(self, size: float) -> tuple[str, ...]:
        """Give the lines at a size that `size` allows: the best breaks, then few lines, then even ones."""
        for level in _LEVELS:
            fitting = [each for each in self._ways(level) if self._size(each) >= size]
            if fitting:
                return self._cut(min(fitting, key=lambda each: (self._harm(each), len(each), self._widest(each))))
        return (self.text,)

    def _ways(self, level: int) -> Iterable[tuple[int, ...]]:
        """Give every way to break at a level, as the indexes where lines end."""
        places = [place for place, grade in self._grades.items() if grade <= level]
        for breaks in range(_MOST_LINES):
            yield from ((*each, len(self.text)) for each in combinations(places, breaks))

    @cached_property
    def _grades(self) -> dict[int, int]:
        pairs = zip(self.text, self.text[1:], strict=False)
        graded = {place: _grade(before, after) for place, (before, after) in enumerate(pairs, start=1)}
        return {place: grade for place, grade in graded.items() if grade < _NEVER}

    def _size(self, ends: Sequence[int]) -> float:
        high = self._box.height / (1 + LEADING * (len(ends) - 1))
        return min(self._box.largest, high, self._box.width / max(self._widest(ends), 0.01))

    def _widest(self, ends: Sequence[int]) -> float:
        return max(self._at[end] - self._at[start] for start, end in zip((0, *ends), ends, strict=False))

    def _harm(self, ends: Sequence[int]) -> int:
        return sum(self._grades[each] for each in ends[:-1])

    def _cut(self, ends: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.text[start:end].strip() for start, end in zip((0, *ends), ends, strict=False))


def set_all(labels: Sequence[Label], *, comfortable: float) -> list[tuple[float, tuple[str, ...]]]:
    """Give size and lines of each label: one size for all, because a picture looks calm that way.

    Labels without the room for half of what is comfortable share a smaller one, so that they spoil no other.
    """
    sizes = [each.size(comfortable=comfortable) for each in labels]
    shown = [size for label, size in zip(labels, sizes, strict=True) if label.text]
    common = min((each for each in shown if each >= comfortable / 2), default=comfortable)
    small = min((each for each in shown if each < comfortable / 2), default=common)
    chosen = [common if size >= comfortable / 2 else small for size in sizes]
    return [(size, label.lines(size)) for label, size in zip(labels, chosen, strict=True)]


def wrapped(text: str, *, room: float, most: int, length: Callable[[str], float], mark: str) -> tuple[str, ...]:
    """Give at most `most` lines of a text that are no longer than `room`; `mark` ends one that was cut.

    `length` gives the length of a text, in the unit of `room`.
    """
    lines: list[str] = []
    rest = cleaned(text)
    while rest and len(lines) < most:
        end = _fitting(rest, room=room, length=length)
        if end < len(rest) and len(lines) == most - 1:
            short = rest[: _fitting(rest, room=room - length(mark), length=length)].rstrip()
            return (*lines, f"{short}{mark}")
        end = _break_before(rest, end)
        lines.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return tuple(lines)


def _fitting(text: str, *, room: float, length: Callable[[str], float]) -> int:
    """Give how many characters fit, at least one."""
    return max(1, bisect_right(range(1, len(text) + 1), room, key=lambda end: length(text[:end])))


def _break_before(text: str, end: int) -> int:
    """Give where to end a line of which `end` characters fit: before a word that the next line has room for.

    Else it is the best place in the second half, the last one of equals.
    """
    if end >= len(text) or text[end] == " ":
        return end
    blank, word_end = text.rfind(" ", 0, end) + 1, text.find(" ", end)
    if blank and (word_end if word_end >= 0 else len(text)) - blank <= end:
        return blank
    return min(range(end, end // 2, -1), key=lambda place: _grade(text[place - 1], text[place]))


def _grade(before: str, after: str) -> int:
    """Give how bad it is to end a line between two characters; `_NEVER` where no line may end."""
    if after == " " or unicodedata.combining(after):
        return _NEVER  # a blank ends its line, and an accent belongs to its letter
    if before == " ":
        return 0
    if after in _NOT_FIRST or before in _NOT_LAST:
        return _NEVER
    if before in _AFTER:
        return 0
    one, two = _script(before), _script(after)
    if two in {one, "hiragana"}:  # an ending or a particle stays with its word
        return 3 if one in {"hangul", "other"} else 2
    return 1


def _script(character: str) -> str:
    code = ord(character)
    if 0x3041 <= code <= 0x309F:
        return "hiragana"
    if 0x30A0 <= code <= 0x30FF:
        return "katakana"
    if 0xAC00 <= code <= 0xD7A3:
        return "hangul"
    return "kanji" if is_cjk(character) else "other"
