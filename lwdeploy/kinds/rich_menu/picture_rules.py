"""What the pictures of rich menus must satisfy (reference 3.5, 4). Pure: the manifest tells what is on disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lwdeploy.core.kind import Finding, Manifest
from lwdeploy.kinds.rich_menu.images import named_files, recipes
from lwdeploy.kinds.rich_menu.layout import SIZES
from lwdeploy.kinds.rich_menu.spec import menus_of

__all__ = ["nearly_too_heavy", "odd", "too_heavy", "undrawable", "unreadable", "wrong_format", "wrong_size"]

MOST_BYTES = 1024 * 1024
SURE_BYTES = 1000 * 1000
"""The limit is documented as 1 MB (reference 4); which of the two is meant is not known."""

_FORMATS = ("PNG", "JPEG")


def unreadable(manifest: Manifest) -> Iterator[Finding]:
    """Find pictures that cannot be read."""
    for path, menu in menus_of(manifest):
        for where, picture in named_files(manifest, menu, path=path):
            if picture.problem:
                message = f"the picture {picture.file} cannot be used: {picture.problem}"
                fix = "correct the name (it is relative to this file), or let one be drawn: image: {generate: {}}"
                yield Finding(path=where, message=message, fix=fix)


def wrong_format(manifest: Manifest) -> Iterator[Finding]:
    """Find pictures that are neither PNG nor JPEG."""
    for path, menu in menus_of(manifest):
        for where, picture in named_files(manifest, menu, path=path):
            if not picture.problem and picture.format not in _FORMATS:
                told = f"is {picture.format}" if picture.format else "is no picture"
                message = f"{picture.file} {told}; the service takes PNG and JPEG"
                yield Finding(path=where, message=message, fix="save it as PNG or JPEG; the name does not matter")


def wrong_size(manifest: Manifest) -> Iterator[Finding]:
    """Find pictures that have another size than their menu."""
    for path, menu in menus_of(manifest):
        size = SIZES[menu["size"]]
        for where, picture in named_files(manifest, menu, path=path):
            seen = (picture.width, picture.height)
            if picture.format in _FORMATS and seen != size:
                message = (
                    f"{picture.file} has {seen[0]}x{seen[1]} pixels; size {menu['size']} is {size[0]}x{size[1]}"
                )
                yield Finding(path=where, message=message, fix=_resize(seen, menu["size"]))


def _resize(seen: tuple[int, int], size: str) -> str:
    other = next((name for name, pixels in SIZES.items() if pixels == seen), None)
    width, height = SIZES[size]
    scaled = f"scale the picture to {width}x{height} pixels"
    return f"write size: {other}, or {scaled}" if other else scaled


def too_heavy(manifest: Manifest) -> Iterator[Finding]:
    """Find pictures that the service will not take."""
    yield from _heavy(manifest, least=MOST_BYTES, most=None)


def nearly_too_heavy(manifest: Manifest) -> Iterator[Finding]:
    """Find pictures that the service may or may not take."""
    yield from _heavy(manifest, least=SURE_BYTES, most=MOST_BYTES)


def _heavy(manifest: Manifest, *, least: int, most: int | None) -> Iterator[Finding]:
    for path, menu in menus_of(manifest):
        for where, picture in named_files(manifest, menu, path=path):
            if picture.size > least and (most is None or picture.size <= most):
                message = f"{picture.file} has {picture.size} bytes; the service takes 1 MB"
                fix = "save it with fewer colours, or as JPEG of less quality"
                yield Finding(path=where, message=message, fix=fix)


def odd(manifest: Manifest) -> Iterator[Finding]:
    """Find pictures that one program shows so and another one otherwise."""
    for path, menu in menus_of(manifest):
        for where, picture in named_files(manifest, menu, path=path):
            if picture.format in _FORMATS and picture.odd:
                message = f"{picture.file} may look different on the phone: {picture.odd}"
                yield Finding(path=where, message=message, fix="save it as a plain PNG, as it is to be seen")


def undrawable(manifest: Manifest) -> Iterator[Finding]:
    """Find pictures that cannot be drawn on this machine."""
    for path, menu in menus_of(manifest):
        image = menu.get("image")
        if not isinstance(image, Mapping) or "generate" not in image:
            continue
        if not all("bounds" in area and isinstance(area.get("action"), Mapping) for area in menu["areas"]):
            continue
        told = {manifest.trouble(recipe) for _, recipe in recipes(manifest, menu, path=path)} - {""}
        for trouble in sorted(told):
            message, _, fix = trouble.partition("\n")
            yield Finding(path=f"{path}.image", message=message, fix=fix)
