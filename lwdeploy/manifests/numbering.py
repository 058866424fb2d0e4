"""Documents that are in no file: every value stands on a line of its own, so that a finding tells its path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lwdeploy.manifests.decode import unwanted_character
from lwdeploy.manifests.document import LEAF, Document, Place, Source

__all__ = ["numbered", "paths_of", "unwritable"]

Path_ = tuple[str, ...]


def numbered(data: dict[str, Any], *, folder: Path) -> Document:
    """Give a document in which every value stands on a line of its own."""
    lines = iter(range(1, 1 << 30))
    source = Source(name=str(data["metadata"]["name"]), folder=folder)
    return Document(data=data, source=source, root=_place(data, lines))


def _place(value: Any, lines: Iterator[int]) -> Place:
    line = next(lines)
    pairs: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    children = {str(key): _place(each, lines) for key, each in pairs}
    return Place(line, 1, line, 1, children or LEAF)


def paths_of(document: Document) -> dict[int, Path_]:
    """Give the path of every line of a numbered document; what has no line is about all of it."""
    found: dict[int, Path_] = {0: ()}
    pending: list[tuple[Path_, Place]] = [((), document.root)]
    while pending:
        path, place = pending.pop()
        found[place.line] = path
        pending += [((*path, key), each) for key, each in place.children.items()]
    return found


def unwritable(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, str]]:
    """Give every text that holds what no file of manifests may hold."""
    if isinstance(value, str):
        character = unwanted_character(value) or _half(value)
        if character:
            yield path, f"the text holds {character}"
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield from unwritable(each, (*path, str(key)))


def _half(text: str) -> str:
    return "half of a character pair" if any("\ud800" <= each <= "\udfff" for each in text) else ""
