"""Draws the pictures of docs/rich-menus.md: one of each layout, and the example's menus as previews show them.

python scripts/layout_pictures.py    (needs a font with Japanese and Korean, as `lwdeploy preview` says)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from lwdeploy.kinds.rich_menu.layout import cells, size_in_pixels
from lwdeploy.pictures.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "rich-menus"
FILLS = ("#1F5F8B", "#2B7A5B", "#8A4F1D", "#6A3F8C", "#A23B4A", "#3D5A73")
SHRINK = 10
LAYOUTS = (
    ("1x1", "full"),
    ("2x1", "full"),
    ("2x2", "full"),
    ("3x2", "full"),
    ("4x3", "full"),
    ("1+2", "full"),
    ("1+3", "full"),
    ("2+3", "full"),
    ("1|2", "full"),
    ("2|1", "full"),
    ("3x1", "compact"),
    ("1|2", "compact"),
)


def file_name(layout: str, size: str) -> str:
    """Give the name of a layout's picture: no file system takes every sign of a layout."""
    return f"{layout.replace('+', '-above-').replace('|', '-beside-')}-{size}.png"


def small(layout: str, size: str) -> bytes:
    """Draw a layout with numbered cells, at a tenth of its size."""
    width, height = size_in_pixels(size)
    places = [{side: length // SHRINK for side, length in each.items()} for each in cells(layout, size=size)]
    recipe = {
        "width": width // SHRINK,
        "height": height // SHRINK,
        "background": "#EEF1F4",
        "ink": "#FFFFFF",
        "language": "default",
        "cells": [
            {**each, "label": str(number), "fill": FILLS[(number - 1) % len(FILLS)]}
            for number, each in enumerate(places, start=1)
        ],
    }
    return Desk(ROOT).content({"draw": recipe})


def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for layout, size in LAYOUTS:
        (FOLDER / file_name(layout, size)).write_bytes(small(layout, size))
    example = ROOT / "examples" / "04-rich-menu"
    with tempfile.TemporaryDirectory() as scratch:
        program = str(Path(sys.executable).with_name("lwdeploy"))
        argv = [program, "-q", "preview", "-f", str(example), "--out", scratch]
        subprocess.run(argv, check=True)  # noqa: S603  our own program
        for language in ("default", "ja_JP", "ko_KR"):
            drawn = Path(scratch) / "front-desk" / f"everybody.{language}.png"
            (FOLDER / f"preview-{language}.png").write_bytes(drawn.read_bytes())


if __name__ == "__main__":
    main()
