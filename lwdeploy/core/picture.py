"""Pictures of menus as manifests name them: a file, or a recipe from which one is drawn.

Both are known by a digest: of the bytes of a file, of the content of a recipe. So a drawn picture stays the same
one where another version of the drawing library gives other bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from lwdeploy.core.canonical import digest

__all__ = ["Picture", "Pictures", "Source", "drawn", "from_file", "recipe_digest"]

Source = Mapping[str, Any]
"""Where the bytes of a picture come from, plain enough for a plan: `{"file": name}` or `{"draw": recipe}`.

A file's name is relative to the folder in which lwdeploy was started. A recipe is
`{"width", "height", "background": "#RRGGBB", "ink": "#RRGGBB", "language", "cells": [{"x", "y", "width", "height",
"label", "fill": "#RRGGBB"}], "font"?: name, "fontDigest"?: digest}`, lengths in pixels.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A local file as it was found.

    `file` is its name in messages and plans, `digest` that of its bytes, `size` counts them. `format` is told by
    the content (`PNG`, `JPEG`, or another one's name; empty for no picture at all), width and height are pixels.
    `odd` says why programs may show it differently, empty for most. `problem` says why it cannot be read; then
    nothing else is known but its name.
    """

    file: str
    digest: str = ""
    size: int = 0
    format: str = ""
    width: int = 0
    height: int = 0
    odd: str = ""
    problem: str = ""


class Pictures(Protocol):
    """Looks at local pictures and fonts; the one thing of the offline half that reads more than manifests."""

    def look(self, name: str, *, folder: Path) -> Picture:
        """Look at the file `name` relative to `folder`; never raises for what is wrong with it."""
        ...

    def trouble(self, recipe: Mapping[str, Any]) -> str:
        """Say why a recipe cannot be drawn here and, on the next line, what to do; empty when it can."""
        ...


def from_file(name: str) -> Source:
    """Give the source of a picture that is a file."""
    return {"file": name}


def drawn(recipe: Mapping[str, Any]) -> Source:
    """Give the source of a picture that is drawn."""
    return {"draw": dict(recipe)}


def recipe_digest(recipe: Mapping[str, Any]) -> str:
    """Give the digest that a drawn picture is known by; the name of the font's file is not part of it."""
    return "drawn:" + digest({key: value for key, value in recipe.items() if key != "font"})
