"""What a rule is shown: a manifest that trips it, one beside it that does not, and the pictures that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lwdeploy.core.kind import Manifest
from lwdeploy.core.picture import Picture
from tests.kinds.deployment import PHOTO, least, manifest_of

FULL, COMPACT = (2500, 1686), (2500, 843)
LIMIT = 1024 * 1024


def drawing(name: str, size: tuple[int, int] = FULL, *, form: str = "PNG", weight: int = 5000) -> Picture:
    return Picture(file=name, digest=f"sha256:{name}", size=weight, format=form, width=size[0], height=size[1])


PICTURES: Mapping[str, Picture] = {
    each.file: each
    for each in (
        drawing("full.png"),
        drawing("full.ja.png"),
        drawing("full.jpg", form="JPEG"),
        drawing("compact.png", COMPACT),
        drawing("moving.png", form="GIF"),
        drawing("odd.png", (2501, 1686)),
        drawing("sure.png", weight=1000 * 1000),
        drawing("close.png", weight=1000 * 1000 + 1),
        drawing("edge.png", weight=LIMIT),
        drawing("heavy.png", weight=LIMIT + 1),
        Picture(file="letter.png", digest="sha256:letter.png", size=12),
        Picture(file="printed.jpg", digest="sha256:p", format="JPEG", width=2500, height=1686, odd="it is CMYK"),
        Picture(file="missing.png", problem="there is no such file"),
        Picture(file="kana.ttf", digest="sha256:kana.ttf", size=9000),
        Picture(file="latin.ttf", digest="sha256:latin.ttf", size=9000),
    )
}
"""The desk that manifests lie on: what is found under each name."""

NO_FONT = "no font has these characters\ninstall a font that has them"


def trouble(recipe: Mapping[str, Any]) -> str:
    """Be a machine that draws everything but Japanese with a Latin font."""
    return NO_FONT if recipe.get("font") == "latin.ttf" and recipe["language"] == "ja_JP" else ""


def text_at(spec: Mapping[str, Any], path: str) -> str:
    """Give the text at a dotted path of a manifest's spec."""
    found: Any = spec
    for segment in path.split("."):
        found = found[int(segment)] if isinstance(found, list) else found[segment]
    return str(found)


def with_pictures(manifest: Manifest) -> Manifest:
    """Give a manifest that lies on the desk."""
    return replace(manifest, picture=lambda path: PICTURES[text_at(manifest.spec, path)], trouble=trouble)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`bad` trips the rule at `path`; `good` does not. `message` and `fix` are compared where they are given."""

    bad: Mapping[str, Any]
    good: Mapping[str, Any]
    path: str
    message: str = ""
    fix: str = ""
    guards: Mapping[str, Any] = field(default_factory=dict)
    ignore: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    photo: str | None = PHOTO

    def manifest(self, *, good: bool) -> Manifest:
        """Give one of the two manifests."""
        spec = self.good if good else self.bad
        return with_pictures(manifest_of(spec, ignore=self.ignore[good], photo=self.photo, **self.guards))


# --- rich menus


def rich(*menus: Mapping[str, Any], **over: Any) -> dict[str, Any]:
    """Give a bot with rich menus."""
    return least(menus={"rich": {"menus": list(menus), "default": "main", **over}})


def pictured(image: Any, **over: Any) -> dict[str, Any]:
    """Give a bot with one rich menu that shows a picture."""
    return rich(rich_menu(image=image, **over))


def placed(*bounds: tuple[int, int, int, int], **over: Any) -> dict[str, Any]:
    """Give a bot with one rich menu whose areas lie where `bounds` (x, y, width, height) say."""
    return rich(rich_menu(areas=[placed_area(*each) for each in bounds], **over))


def placed_area(x: int, y: int, width: int, height: int) -> dict[str, Any]:
    return area(bounds={"x": x, "y": y, "width": width, "height": height})


def acting(*actions: Mapping[str, Any]) -> dict[str, Any]:
    """Give a bot with one rich menu of one row whose areas do something."""
    return rich(rich_menu(areas=[{"action": each} for each in actions], layout=f"{len(actions)}x1"))


def rich_menu(name: str = "main", **over: Any) -> dict[str, Any]:
    """Give a rich menu that no rule has a word against, of one area and without a layout unless `over` has one."""
    whole = area(bounds={"x": 0, "y": 0, "width": 2500, "height": 1686})
    return {"name": name, "image": "full.png", "areas": [whole], **over}


def area(label: Any = "New", **over: Any) -> dict[str, Any]:
    return {"action": {"type": "message", "label": label, "text": "new"}, **over}
