"""What was meant by a field that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any

from lwdeploy.manifests.text import closest, listing, quoted
from lwdeploy.manifests.words import ADVICE, HERE, SAME_AS

__all__ = ["Vocabulary"]

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All fields of one kind, as paths with `*` for the entries of a list."""

    kind: str
    fields: tuple[Path, ...]

    @classmethod
    def of(cls, kind: str, schema: Mapping[str, Any]) -> Vocabulary:
        """Collect the fields of an inlined schema, those near the top first."""
        fields = set(_fields(schema, ()))
        return cls(kind=kind, fields=tuple(sorted(fields, key=lambda path: (len(path), path))))

    def knows(self, path: Path) -> bool:
        """Whether the kind has the field at this place, at least under some condition."""
        return _starred(path) in self.fields

    def advice(self, path: Path, siblings: Sequence[str]) -> str:
        """Say what to write in place of the last segment of `path`, which is not one of `siblings`."""
        word = path[-1]
        squeezed = re.sub(r"[\s_-]+", "", word).lower()
        meant = SAME_AS.get(squeezed, ())
        return (
            HERE.get((self.kind, ".".join(_starred(path))))
            or _spelling(word, siblings, squeezed=squeezed)
            or _question(next((each for each in meant if each in siblings), None))
            or _question(self._nearest((word,), path))
            or _question(self._nearest(meant, path))
            or ADVICE.get(squeezed)
            or _similar(word, siblings)
        )

    def _nearest(self, names: Sequence[str], path: Path) -> str | None:
        """Give the field of the first name there is that shares the most with `path`; none that lies above it."""
        here = _starred(path)
        for name in names:
            fields = [each for each in self.fields if each[-1] == name and each != here[: len(each)]]
            if fields:
                return ".".join(max(fields, key=partial(_shared, here)))
        return None


def _starred(path: Path) -> Path:
    return tuple("*" if each.isdecimal() else each for each in path)


def _shared(first: Path, second: Path) -> int:
    """Count the segments that two paths have in common before they part."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _question(found: str | None) -> str | None:
    return f"did you mean {quoted(found)}?" if found else None


def _spelling(word: str, siblings: Sequence[str], *, squeezed: str) -> str | None:
    found = next((each for each in siblings if each.lower() == squeezed), None)
    if found is None:
        return None
    blank = " (without the blank)" if word.strip() != word else ""
    return f"did you mean {quoted(found)}{blank}?"


def _similar(word: str, siblings: Sequence[str]) -> str:
    found = closest(word, siblings)
    if found:
        return f"did you mean {quoted(found)}?"
    return f"leave it out; the fields here are {listing(siblings)}" if siblings else "leave it out"


def _fields(schema: Any, above: Path) -> Iterator[Path]:
    if not isinstance(schema, dict):
        return
    for name, below in schema.get("properties", {}).items():
        if below is not False:
            yield (*above, name)
            yield from _fields(below, (*above, name))
    yield from _fields(schema.get("items"), (*above, "*"))
    for branch in (schema.get("then"), schema.get("else"), *schema.get("allOf", [])):
        yield from _fields(branch, above)
