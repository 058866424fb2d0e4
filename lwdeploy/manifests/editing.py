"""Edits of YAML texts that people wrote: comments, order, quotes and every line that is not concerned stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from lwdeploy.core.errors import UserError
from lwdeploy.manifests.document import Place, Source
from lwdeploy.manifests.editing_splices import changed
from lwdeploy.manifests.editing_steps import Step, same, steps_between
from lwdeploy.manifests.editing_tree import Unwritable
from lwdeploy.manifests.reading import Read, document_starts, read
from lwdeploy.manifests.text import printable, quoted
from lwdeploy.manifests.writing import block_lines

__all__ = ["REMOVED", "Edit", "Removed", "edited"]

Where = tuple[str | int, ...]


class Removed(Enum):
    """The type of REMOVED."""

    REMOVED = "removed"


REMOVED = Removed.REMOVED
"""As the value of an edit: the key, or the entry of a list, is taken out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What is to stand in one place: in the document of `kind` and `name`, at `path` from its root.

    The last segment may be a key that is not there yet, and so may mappings above it; in a list it may be the
    index after the last. `value` is plain JSON, or REMOVED; taking out what is not there changes nothing.
    """

    kind: str
    name: str
    path: Where
    value: Any


def edited(text: str, edits: Iterable[Edit], *, file: str) -> str:
    """Give `text`, as `file` holds it, with the edits made in their order.

    Mappings and lists are changed entry by entry, so that comments inside them stay too; line ends, a byte order
    mark and a missing last line end are kept. The result was read again with the loader of manifests and says
    what was intended. Raises UserError, naming the place and what to write by hand, when that cannot be: nothing
    is half edited then.
    """
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    originals = [_Part.of(each, first_line=line) for line, each in _parts(body)]
    parts = [*originals]
    wanted = {number: part.data for number, part in enumerate(parts)}
    for edit in edits:
        number = _found(parts, edit, file=file)
        part = parts[number]
        try:
            wanted[number] = _amended(part.data, edit)
            parts[number] = _rewritten(part, steps_between(part.data, wanted[number]))
        except Unwritable as problem:
            raise _refusal(edit, str(problem), part=originals[number], file=file) from None
        if not parts[number].says(wanted[number]):
            why = "written there, it would not be read as what is meant"
            raise _refusal(edit, why, part=originals[number], file=file)
    made = "".join(part.text for part in parts)
    if [each.data for each in _reads(made)] != [part.data for part in parts if part.made is not None]:
        raise UserError(f"{file}: the edited file would not be read as what is meant", advice="edit it by hand")
    return mark + made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One document of a file: its text, how many lines stand before it, and how it is read; None for nothing."""

    text: str
    first_line: int
    made: Read | None

    @classmethod
    def of(cls, text: str, *, first_line: int) -> _Part:
        """Read the text of one document."""
        return cls(text=text, first_line=first_line, made=next(_reads(text), None))

    @property
    def data(self) -> Any:
        """What the document says; None when it is empty."""
        return None if self.made is None else self.made.data

    @property
    def is_sound(self) -> bool:
        """Whether the document can be read without a finding."""
        return self.made is not None and not self.made.broken and not self.made.findings

    def says(self, wanted: Any) -> bool:
        """Whether the document is sound and says exactly this."""
        return self.is_sound and same(self.data, wanted)

    def place(self, path: Where) -> tuple[int, int]:
        """Give line and column, in the file, of a path or of the nearest one above it."""
        place = Place(1, 1, 1, 1, {}) if self.made is None else self.made.root
        for segment in path:
            below = place.children.get(str(segment))
            if below is None:
                break
            place = below
        return self.first_line + place.line, place.column


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Cut a text before every document start, with the number of lines before each part; nothing is left out."""
    starts = [0, *(each for each in document_starts(text) if each)]
    line = 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield line, text[start:end]
        line += _unix(text[start:end]).count("\n")


def _reads(text: str) -> Iterator[Read]:
    return read(_unix(text), Source(name="", folder=Path()))


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _found(parts: Sequence[_Part], edit: Edit, *, file: str) -> int:
    """Give the number of the document that an edit is about."""
    for number, part in enumerate(parts):
        metadata = part.data.get("metadata") if isinstance(part.data, dict) else None
        if isinstance(metadata, dict) and (part.data.get("kind"), metadata.get("name")) == (edit.kind, edit.name):
            if not part.is_sound:
                message = f"{file} cannot be edited: there are mistakes in the {edit.kind} {quoted(edit.name)}"
                raise UserError(message, advice="`lwdeploy validate` shows them; correct them first")
            return number
    message = f"{file} holds no {edit.kind} {quoted(edit.name)}"
    raise UserError(message, advice="the file has changed meanwhile: run the command again")


def _amended(data: Any, edit: Edit) -> Any:
    """Give a copy of plain data with the edit made. Raises Unwritable."""
    made = _plain(data)
    if not edit.path:
        raise Unwritable("a whole document is not edited")
    above = made
    for length, (segment, below) in enumerate(zip(edit.path, edit.path[1:], strict=False), start=1):
        if edit.value is REMOVED and not _has(above, segment):
            return made
        if isinstance(above, dict) and isinstance(below, str) and above.get(str(segment)) is None:
            above[str(segment)] = {}
        if not _has(above, segment):
            raise Unwritable(f"there is no {quoted(_dotted(edit.path[:length]))}")
        above = above[segment]
    _put(above, edit)
    return made


def _put(above: Any, edit: Edit) -> None:
    last = edit.path[-1]
    if edit.value is REMOVED:
        if _has(above, last):
            del above[last]
    elif isinstance(above, dict) and isinstance(last, str):
        above[last] = _plain(edit.value)
    elif isinstance(above, list) and isinstance(last, int) and 0 <= last <= len(above):
        above[last : last + 1] = [_plain(edit.value)]
    else:
        shape = (
            "a mapping" if isinstance(above, dict) else "a list" if isinstance(above, list) else "a single value"
        )
        raise Unwritable(f"{quoted(_dotted(edit.path[:-1]))} is {shape}")


def _has(value: Any, segment: str | int) -> bool:
    if isinstance(segment, int):
        return isinstance(value, list) and 0 <= segment < len(value)
    return isinstance(value, dict) and segment in value


def _plain(value: Any) -> Any:
    """Give a copy made of dict and list, in which nothing stands twice."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value


def _rewritten(part: _Part, steps: Iterable[Step]) -> _Part:
    text = part.text
    for step in steps:
        text = changed(text, step)
    return part if text == part.text else _Part.of(text, first_line=part.first_line)


def _dotted(path: Where) -> str:
    return ".".join(map(str, path)) or "the document"


def _refusal(edit: Edit, why: str, *, part: _Part, file: str) -> UserError:
    """Say what cannot be written where and why, and what a person has to write."""
    line, column = part.place(edit.path)
    message = f"{file}:{line}:{column}: {quoted(_dotted(edit.path))} cannot be edited here: {why}"
    if edit.value is REMOVED:
        return UserError(message, advice=f"take {quoted(_dotted(edit.path))} out by hand")
    last = edit.path[-1] if edit.path else ""
    entry: Any = [_plain(edit.value)] if isinstance(last, int) else {last: _plain(edit.value)}
    lines = "\n".join(f"  {printable(each)}" for each in block_lines(entry))
    return UserError(message, advice=f"write by hand, in {quoted(_dotted(edit.path[:-1]))}:\n{lines}")
