"""What a TrueType or OpenType file says about itself: its faces, their names, the characters they have.

Pillow draws an empty box for a character that a font lacks and does not tell. So the font's own character map
is asked, the same one that the drawing library uses: formats 4 and 12 of the `cmap` table, which every font of
the last decades has. Fonts without outlines (colour emoji as bitmaps) count as no fonts.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

__all__ = ["FONT_MAGIC", "Face", "faces"]

FONT_MAGIC = (b"\x00\x01\x00\x00", b"OTTO", b"ttcf", b"true")
"""How the files begin that `faces` can read."""

_OUTLINES = frozenset({b"glyf", b"CFF ", b"CFF2"})
_FULL_UNICODE = frozenset({(3, 10), (0, 4)})
_BASIC_UNICODE = frozenset({(3, 1), (0, 0), (0, 1), (0, 2), (0, 3)})
_ENGLISH = 0x409
_MOST_FACES = 64
_LONGEST_TABLE = 8 << 20  # the largest tables read here have some 300 KiB

_Tables = dict[bytes, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """One face of a font file; `index` tells it from the others of a collection (.ttc).

    `family` and `style` are the English names, `variable` says that it has other weights within.
    """

    file: Path
    index: int
    family: str = ""
    style: str = ""
    variable: bool = False
    charmap: bytes = field(default=b"", repr=False)

    def covers(self, character: str) -> bool:
        """Tell whether the face has a sign of its own for a character."""
        find = _in_segments if self.charmap[:2] == b"\x00\x04" else _in_groups
        return find(self.charmap, ord(character))


def faces(file: Path) -> tuple[Face, ...]:
    """Give the faces of a font file that can draw text; none when it is no font or cannot be read."""
    try:
        with file.open("rb") as stream:
            return tuple(_faces(stream, file))
    except (OSError, ValueError, struct.error, IndexError):
        return ()


def _faces(stream: BinaryIO, file: Path) -> Iterator[Face]:
    for index, start in enumerate(_starts(stream)):
        tables = _tables(stream, start)
        charmap = _charmap(_table(stream, tables, b"cmap"))
        if not charmap or not tables.keys() & _OUTLINES:
            continue
        names = _names(_table(stream, tables, b"name"))
        yield Face(
            file=file,
            index=index,
            family=names.get(16) or names.get(1, ""),
            style=names.get(17) or names.get(2, ""),
            variable=b"fvar" in tables,
            charmap=charmap,
        )


def _starts(stream: BinaryIO) -> tuple[int, ...]:
    """Give where the faces begin in the file."""
    magic = stream.read(4)
    if magic not in FONT_MAGIC:
        return ()
    if magic != b"ttcf":
        return (0,)
    count = min(struct.unpack(">4xI", stream.read(8))[0], _MOST_FACES)
    return struct.unpack(f">{count}I", stream.read(4 * count))


def _tables(stream: BinaryIO, start: int) -> _Tables:
    """Give offset and length of each table of the face that begins at `start`."""
    stream.seek(start)
    count = struct.unpack(">4xH6x", stream.read(12))[0]
    records = struct.iter_unpack(">4s4xII", stream.read(16 * count))
    return {tag: (offset, length) for tag, offset, length in records}


def _table(stream: BinaryIO, tables: _Tables, tag: bytes) -> bytes:
    offset, length = tables.get(tag, (0, 0))
    stream.seek(offset)
    return stream.read(min(length, _LONGEST_TABLE))


def _charmap(cmap: bytes) -> bytes:
    """Give the map from Unicode that the drawing library takes: the full one, else the one of 16 bits."""
    if len(cmap) < 4:
        return b""
    count = struct.unpack_from(">2xH", cmap)[0]
    basic = b""
    for platform, encoding, offset in struct.iter_unpack(">HHI", cmap[4 : 4 + 8 * count]):
        kind = cmap[offset : offset + 2]
        if (platform, encoding) in _FULL_UNICODE and kind == b"\x00\x0c":
            return cmap[offset:]
        if (platform, encoding) in _BASIC_UNICODE and kind == b"\x00\x04":
            basic = cmap[offset:]
    return basic


def _in_groups(charmap: bytes, code: int) -> bool:
    """Look a character up in format 12: sorted groups of first code, last code, first glyph."""
    count = _long(charmap, 12)
    at = bisect_left(range(count), code, key=lambda each: _long(charmap, 20 + 12 * each))
    if at == count:
        return False
    first, glyph = _long(charmap, 16 + 12 * at), _long(charmap, 24 + 12 * at)
    return first <= code and glyph + code - first > 0


def _in_segments(charmap: bytes, code: int) -> bool:
    """Look a character up in format 4: sorted last codes, then first codes, deltas and offsets of glyphs."""
    if code > 0xFFFF:
        return False
    span = _short(charmap, 6)  # the length of each of the four lists, in bytes
    at = bisect_left(range(span // 2), code, key=lambda each: _short(charmap, 14 + 2 * each))
    if 2 * at >= span:
        return False
    place = 16 + span + 2 * at
    first, delta, offset = (_short(charmap, place + list_ * span) for list_ in range(3))
    if code < first:
        return False
    if not offset:
        return bool((code + delta) & 0xFFFF)
    glyph = _short(charmap, place + 2 * span + offset + 2 * (code - first))
    return bool(glyph and (glyph + delta) & 0xFFFF)


def _names(table: bytes) -> dict[int, str]:
    """Give the Windows names by id, the English ones where there are several."""
    if len(table) < 6:
        return {}
    count, storage = struct.unpack_from(">2xHH", table)
    found: dict[int, str] = {}
    for platform, _encoding, language, name, length, offset in struct.iter_unpack(
        ">6H", table[6 : 6 + 12 * count]
    ):
        if platform == 3 and (language == _ENGLISH or name not in found):
            start = storage + offset
            found[name] = table[start : start + length].decode("utf-16-be", "replace")
    return found


def _short(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 2], "big")


def _long(data: bytes, offset: int) -> int:
    return int.from_bytes(data[offset : offset + 4], "big")
