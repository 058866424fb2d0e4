"""Pictures for rich menus, made when they are asked for: small files of the right size that carry their name."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import cache
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lwdeploy.core.canonical import dumps
from lwdeploy.core.picture import Picture, Source

__all__ = ["content_of", "name_of", "picture", "picture_at", "recipe_name"]

SIZES = {"full": (2500, 1686), "compact": (2500, 843)}


@cache
def picture(name: str) -> bytes:
    """Give the file called `full-NAME.png` or `compact-NAME.jpg`: another name, other bytes."""
    shade = hashlib.sha256(name.encode()).digest()[:3]
    made, target = Image.new("RGB", SIZES[name.partition("-")[0]], tuple(shade)), io.BytesIO()
    if name.endswith(".jpg"):
        made.save(target, "JPEG", quality=30, comment=name.encode())
    else:
        written = PngInfo()
        written.add_text("Title", name)
        made.quantize(2).save(target, "PNG", pnginfo=written)
    return target.getvalue()


def name_of(content: bytes) -> str:
    """Give the name that a picture was made under."""
    with Image.open(io.BytesIO(content)) as seen:
        comment = seen.info.get("comment")
        return str(seen.info["Title"]) if comment is None else bytes(comment).decode()


def picture_at(spec: Mapping[str, Any], path: str) -> Picture:
    """Look at the picture whose name stands at a dotted path of a manifest's spec."""
    found: Any = spec
    for segment in path.split("."):
        found = found[int(segment)] if isinstance(found, list) else found[segment]
    content = picture(found)
    width, height = SIZES[found.partition("-")[0]]
    return Picture(
        file=found,
        digest="sha256:" + hashlib.sha256(content).hexdigest(),
        size=len(content),
        format="JPEG" if found.endswith(".jpg") else "PNG",
        width=width,
        height=height,
    )


def content_of(_digest: str, source: Source) -> bytes:
    """Give the bytes of a picture; what is to be drawn is a plain picture of its own."""
    return picture(source["file"] if "file" in source else recipe_name(source["draw"]))


def recipe_name(recipe: Mapping[str, Any]) -> str:
    """Give the name of what is drawn by a recipe: another recipe, another name."""
    size = next(name for name, pixels in SIZES.items() if pixels == (recipe["width"], recipe["height"]))
    return f"{size}-{recipe['language']}-{hashlib.sha256(dumps(recipe).encode()).hexdigest()[:12]}.png"
