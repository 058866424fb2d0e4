"""Tiny fonts for tests: each character is a black box, so that no font of the machine is needed for any script."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]
from fontTools.ttLib import TTCollection  # type: ignore[import-untyped]
from fontTools.ttLib.tables.TupleVariation import TupleVariation  # type: ignore[import-untyped]

__all__ = ["ASCII", "HANGUL", "JAPANESE", "write_collection", "write_font", "write_variable"]

ASCII = "".join(map(chr, range(0x20, 0x7F))) + "\u2026"
JAPANESE = "新規申請状況確認チケットポタルよくある質問一覧お合わせのを開、。ー"
HANGUL = "새티켓내목록포털사이트열기자주묻는질문"

_EM = 1000


def write_font(file: Path, signs: str, *, family: str = "Made", style: str = "Regular") -> Path:
    """Write a font with the given characters and give its path."""
    made(signs, family=family, style=style).save(file)
    return file


def write_collection(file: Path, signs: str, *, families: Sequence[str], style: str = "Regular") -> Path:
    """Write a collection of one face for each family, all with the same characters."""
    collection = TTCollection()
    collection.fonts = [made(signs, family=each, style=style).font for each in families]
    collection.save(file)
    return file


def write_variable(file: Path, signs: str, *, family: str = "Made") -> Path:
    """Write a font whose boxes are thin, and wide where the weight is set to bold."""
    builder = made(signs, family=family, style="Thin", side=200)
    builder.setupFvar(
        [("wght", 100, 100, 900, "Weight")],
        [{"location": {"wght": 100}, "stylename": "Thin"}, {"location": {"wght": 900}, "stylename": "Bold"}],
    )
    grow = [(0, 0), (0, 0), (600, 0), (600, 0), (0, 0), (0, 0), (0, 0), (0, 0)]
    names = builder.font.getGlyphOrder()
    builder.setupGvar({name: [TupleVariation({"wght": (0, 1, 1)}, grow)] for name in names})
    builder.save(file)
    return file


def made(signs: str, *, family: str, style: str, side: int = 800) -> Any:
    """Give the builder of a font; later characters come first in it, so that its character map is not trivial."""
    names = {ord(sign): f"sign{ord(sign):X}" for sign in sorted(set(signs), reverse=True)}
    builder = FontBuilder(_EM, isTTF=True)
    order = [".notdef", *names.values()]
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(names)
    builder.setupGlyf({name: _box(0 if name == "sign20" else side) for name in order[1:]} | {".notdef": _box(500)})
    builder.setupHorizontalMetrics(dict.fromkeys(order, (_EM, 100)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": style})
    builder.setupOS2()
    builder.setupPost()
    return builder


def _box(side: int) -> Any:
    pen = TTGlyphPen(None)
    if side:
        pen.moveTo((100, 0))
        pen.lineTo((100, 800))
        pen.lineTo((100 + side, 800))
        pen.lineTo((100 + side, 0))
        pen.closePath()
    return pen.glyph()
