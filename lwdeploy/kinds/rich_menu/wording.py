"""From a rich menu's spec back to the words of a manifest. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from lwdeploy.core.actions import action_to_manifest, essential_action
from lwdeploy.core.canonical import canonical
from lwdeploy.core.live import LiveResource
from lwdeploy.core.localized import DEFAULT, collapsed, spoken
from lwdeploy.core.types import Spec
from lwdeploy.core.wording import Names, Wording
from lwdeploy.kinds.rich_menu.layout import DEFAULT_SIZE, SIZES, cells

__all__ = ["WORDING", "essential", "remarks", "to_manifest"]

_BOUNDS = ("x", "y", "width", "height")


def to_manifest(spec: Spec, names: Names) -> dict[str, Any]:
    """Give the fields of a RichMenu; declaring them gives the spec back.

    Pictures are files; of those that have no name nothing is said, and a menu without one is drawn of its labels.
    """
    made: dict[str, Any] = {} if spec["size"] == DEFAULT_SIZE else {"size": spec["size"]}
    made["image"] = _image(spec.get("image", {}), names)
    layout = _layout([area["bounds"] for area in spec["areas"]], size=spec["size"])
    if layout:
        areas = [{"action": action_to_manifest(area["action"])} for area in spec["areas"]]
        return {**made, "layout": layout, "areas": areas}
    return {**made, "areas": [_area(area) for area in spec["areas"]]}


def _image(image: Mapping[str, str], names: Names) -> Any:
    files = {language: names.pictures.get(each, "") for language, each in image.items()}
    known = {language: file for language, file in files.items() if file or not image[language]}
    return collapsed(known) if known.get(DEFAULT) else {"generate": {}}


def _area(area: Mapping[str, Any]) -> dict[str, Any]:
    bounds = {name: area["bounds"][name] for name in _BOUNDS}
    return {"bounds": bounds, "action": action_to_manifest(area["action"])}


def _layout(bounds: Sequence[Mapping[str, int]], *, size: str) -> str:
    """Give the name of the layout that has exactly these cells in this order; empty when there is none."""
    rows = [str(len(list(row))) for _, row in groupby(bounds, key=lambda each: each["y"])]
    columns = [str(len(list(column))) for _, column in groupby(bounds, key=lambda each: each["x"])]
    grid = [f"{rows[0]}x{len(rows)}"] if len(set(rows)) == 1 else []
    candidates = [*grid, "+".join(rows), "|".join(columns)] if size in SIZES else []
    return next((each for each in candidates if cells(each, size=size) == list(bounds)), "")


def essential(spec: Spec) -> Spec:
    """Give what a manifest can say of a menu that the tenant shows."""
    areas = [{**area, "action": essential_action(area["action"])} for area in spec["areas"]]
    image = {"image": spoken(spec["image"])} if "image" in spec else {}
    made: Spec = canonical({**spec, "areas": areas, **image})
    return made


def remarks(live: LiveResource) -> Iterator[str]:
    """Say which pictures are not to be had any more."""
    name = live.address.path[-1] if live.address else live.facts.get("name") or live.remote_id
    lost: Sequence[str] = live.facts.get("lost", ())
    if lost:
        yield f"pictures of the rich menu {name!r} could not be had any more: {', '.join(lost)}"
    if "image" not in live.spec:
        yield f"the pictures of the rich menu {name!r} were not read: one will be drawn of its labels"
    elif not any(live.spec["image"].values()):
        yield f"there is no picture of the rich menu {name!r}: one will be drawn of its labels"


def _words(objects: Sequence[LiveResource], names: Names) -> Mapping[str, Any]:
    keys = [names.keys.get(each.remote_id, each.remote_id) for each in objects]
    menus = [{"name": key, **to_manifest(each.spec, names)} for key, each in zip(keys, objects, strict=True)]
    return {"menus": {"rich": {"menus": menus}}} if menus else {}


WORDING = Wording(
    to_manifest=_words, essential=essential, remarks=remarks, units=("menus.rich", "menus.rich.menus.*")
)
