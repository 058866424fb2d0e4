"""What is left of a Bot that has mistakes, so that the rules can be asked about the rest in the same run.

Whoever corrects one mistake and meets the next one only then loses a pipeline run each time. The rest is never
planned: it only lets all findings be told at once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lwdeploy.manifests.document import Document, Place
from lwdeploy.manifests.references import Path
from lwdeploy.manifests.validity import Validity

__all__ = ["Rest", "rest_of"]

_ROUNDS = 10  # taking a value out can make the one above it wrong, and so on up to `spec`


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A spec without what is wrong in it, and the paths that were taken out."""

    spec: Mapping[str, Any]
    removed: frozenset[Path]

    def touches(self, path: Path) -> bool:
        """Whether a finding at `path` may be due only to what was taken out: there, above, or beside it."""
        near = path[:-1] if len(path) > 1 else path
        return any(gone[: len(near)] == near or path[: len(gone)] == gone for gone in self.removed)


def rest_of(document: Document, validity: Validity, *, without: Iterable[Path] = ()) -> Rest | None:
    """Give the rest of a document, or None where nothing can be relied upon.

    `without` are paths of its spec that are to be taken out as well.
    """
    if document.broken or not document.name:
        return None
    data = copy.deepcopy(dict(document.data))
    flawed = (path for path in _flawed(document.root, document.flaws) if path[:1] == ("spec",))
    removed = {_listwise(path, data) for path in (*flawed, *(("spec", *path) for path in without))}
    for path in removed:
        _take_out(data, path)
    for _ in range(_ROUNDS):
        wrong = {_listwise(path, data) for path in _wrong(data, document.kind, validity)}
        if not wrong:
            return Rest(spec=data["spec"], removed=frozenset(path[1:] for path in removed))
        if any(len(path) < 2 or path[0] != "spec" for path in wrong):
            return None
        for path in wrong:
            _take_out(data, path)
        removed |= wrong
    return None


def _wrong(data: Mapping[str, Any], kind: str, validity: Validity) -> Iterator[Path]:
    """Give the path of every value that the schema does not take."""
    for error in validity.validator(kind).iter_errors(data):
        path = tuple(str(each) for each in error.absolute_path)
        if error.validator == "additionalProperties" and isinstance(error.instance, dict):
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            yield from ((*path, each) for each in error.instance if each not in known)
        elif "propertyNames" in list(error.absolute_schema_path)[-2:-1]:
            yield (*path, str(error.instance))
        else:
            yield path


def _flawed(place: Place, flaws: frozenset[tuple[int, int]], path: Path = ()) -> Iterator[Path]:
    for name, below in place.children.items():
        if {(below.line, below.column), (below.key_line, below.key_column)} & flaws:
            yield (*path, name)
        yield from _flawed(below, flaws, (*path, name))


def _listwise(path: Path, data: Any) -> Path:
    """Give the path, or that of its list for an entry: taking one entry out would move all others."""
    for length, segment in enumerate(path):
        if isinstance(data, list) and length == len(path) - 1:
            return path[:-1]
        data = _below(data, segment)
    return path


def _below(data: Any, segment: str) -> Any:
    if isinstance(data, list):
        return data[int(segment)] if segment.isdecimal() and int(segment) < len(data) else None
    return data.get(segment) if isinstance(data, dict) else None


def _take_out(data: Any, path: Path) -> None:
    for segment in path[:-1]:
        data = _below(data, segment)
    if isinstance(data, dict):
        data.pop(path[-1], None)
