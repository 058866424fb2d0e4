"""The requests of rich menus as samples write them down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.kinds.menus import halves

__all__ = ["Sent", "made", "uploaded"]

Sent = tuple[tuple[str, Any], ...]


def uploaded(*languages: str, name: str = "main", ending: str = "png") -> Sent:
    """Give the requests that upload the pictures of some languages."""
    found: list[tuple[str, Any]] = []
    for language in languages:
        found += [("createAttachment", {"fileName": f"{name}.{language}.{ending}"}), ("uploadContent", None)]
    return tuple(found)


def made(*actions: Mapping[str, Any], name: str = "main", areas: Sequence[Any] = (), height: int = 1686) -> Sent:
    """Give the request that creates a menu; without `areas`, the actions share a full one."""
    size = {"width": 2500, "height": height}
    return (("createRichmenu", {"richmenuName": name, "size": size, "areas": list(areas) or halves(*actions)}),)
