"""The pictures of a menu as a manifest declares them: files, or recipes made of its labels and colours. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.kind import Manifest
from lwdeploy.core.localized import DEFAULT, localized
from lwdeploy.core.picture import Picture, Source, drawn, from_file, recipe_digest
from lwdeploy.kinds.rich_menu.layout import size_in_pixels

__all__ = ["Image", "images_of", "named_files", "recipes"]

_BACKGROUND = "#EEF1F4"
_INK = "#FFFFFF"
_FILLS = ("#1F5F8B", "#2B7A5B", "#8A4F1D", "#6A3F8C", "#A23B4A", "#3D5A73")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The picture of one language; an empty digest means that the language has none of its own.

    `files` maps the names of the local files behind it to their digests.
    """

    language: str
    digest: str
    source: Source | None = None
    files: Mapping[str, str] = field(default_factory=dict)


def images_of(manifest: Manifest, menu: Mapping[str, Any], *, path: str) -> tuple[Image, ...]:
    """Give the pictures of the menu at `path`, `default` first of all languages in their order."""
    if "generate" in _mapping(menu.get("image")):
        return tuple(_drawn(language, recipe) for language, recipe in recipes(manifest, menu, path=path))
    return tuple(
        _filed(language, manifest.picture(where)) if where else Image(language=language, digest="")
        for language, where in _places(menu, path)
    )


def named_files(manifest: Manifest, menu: Mapping[str, Any], *, path: str) -> Iterator[tuple[str, Picture]]:
    """Give (dotted path, picture) of every file that a menu names as a picture."""
    if "generate" not in _mapping(menu.get("image")):
        yield from ((where, manifest.picture(where)) for _, where in _places(menu, path) if where)


def _places(menu: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    image = menu.get("image")
    if isinstance(image, str):
        yield DEFAULT, f"{path}.image"
    for language, name in sorted(_mapping(image).items()):
        yield language, f"{path}.image.{language}" if name else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _filed(language: str, picture: Picture) -> Image:
    return Image(
        language=language,
        digest=picture.digest,
        source=from_file(picture.file),
        files={picture.file: picture.digest},
    )


def _drawn(language: str, recipe: Mapping[str, Any]) -> Image:
    files = {recipe["font"]: recipe["fontDigest"]} if "font" in recipe else {}
    return Image(language=language, digest=recipe_digest(recipe), source=drawn(recipe), files=files)


def recipes(manifest: Manifest, menu: Mapping[str, Any], *, path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Give (language, recipe) for the default and for every language that a label has a text in."""
    wishes = _mapping(menu["image"])["generate"] or {}
    labels = [_label(area) for area in menu["areas"]]
    for language in sorted({DEFAULT, *(each for label in labels for each, text in label.items() if text)}):
        texts = [label.get(language) or label.get(DEFAULT, "") for label in labels]
        yield language, _recipe(manifest, menu, path=path, wishes=wishes, language=language, texts=texts)


def _label(area: Mapping[str, Any]) -> Mapping[str, str]:
    label = area["action"].get("label")
    return localized(label) if label else {}


def _recipe(
    manifest: Manifest,
    menu: Mapping[str, Any],
    *,
    path: str,
    wishes: Mapping[str, Any],
    language: str,
    texts: Sequence[str],
) -> dict[str, Any]:
    width, height = size_in_pixels(menu["size"])
    fills = wishes.get("colors") or _FILLS
    recipe: dict[str, Any] = {
        "width": width,
        "height": height,
        "background": wishes.get("background", _BACKGROUND),
        "ink": wishes.get("text", _INK),
        "language": language,
        "cells": [
            {**area["bounds"], "label": text, "fill": fills[index % len(fills)]}
            for index, (area, text) in enumerate(zip(menu["areas"], texts, strict=True))
        ],
    }
    if "font" in wishes:
        font = manifest.picture(f"{path}.image.generate.font")
        recipe |= {"font": font.file, "fontDigest": font.digest}
    return recipe
