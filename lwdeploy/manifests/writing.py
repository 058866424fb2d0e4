"""Documents as YAML that people like to read, and that our own strict reader takes without a word."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from lwdeploy.manifests.decode import unwanted
from lwdeploy.manifests.document import Place, Source
from lwdeploy.manifests.reading import read
from lwdeploy.manifests.scalars import plain_scalar
from lwdeploy.manifests.text import printable

__all__ = ["block_lines", "flow_text", "manifest_text", "quoted_text"]

_TEXT = "tag:yaml.org,2002:str"
_MAPPING = "tag:yaml.org,2002:map"
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""What turns round the order in which a line is shown: escaped, so that a reviewer sees what is there."""


def manifest_text(
    document: Mapping[str, Any],
    *,
    head: Sequence[str] = (),
    comments: Mapping[tuple[str, ...], str] | None = None,
) -> str:
    """Give a document in block style, keys in their order, with `head` as comment lines before it.

    `comments` stand above the fields at their paths. A control character in a text, which no manifest can hold,
    is written as an escape: the reader says where it is.
    """
    text = _dumped(dict(document), _Manifest)
    lines = text.splitlines(keepends=True)
    for line, comment in sorted(_placed(text, comments or {}), reverse=True):
        lines.insert(line, comment)
    return "".join([*(f"{_comment(each)}\n" for each in head), *lines])


def block_lines(
    entry: Mapping[str, Any] | Sequence[Any], *, indentless: bool = False, blocks: bool = True
) -> list[str]:
    """Give a mapping or a list in block style as lines without their ends; texts of several lines as `blocks`.

    `indentless` puts the dashes of a list below its key, and not two columns to the right. A block needs a line
    end after its last line, if the text has one.
    """
    shown = _Entry(entry) if isinstance(entry, Mapping) else entry
    made = _dumped(shown, _IndentlessBlocks if indentless else _Blocks)
    if not blocks or yaml.safe_load(made) != entry:  # a text that no block can hold
        made = _dumped(shown, _Indentless if indentless else _Writer)
    return made.removesuffix("\n").split("\n")


def flow_text(entry: Mapping[str, Any] | Sequence[Any]) -> str:
    """Give the entries of a mapping or a list as they stand in one line between its brackets."""
    return _dumped(entry, _Flow).removesuffix("\n")[1:-1]


def quoted_text(text: str, quotes: str) -> str:
    """Give a text of one line in these quotes, or in double ones where the text cannot stand in single ones."""
    node = yaml.ScalarNode(_TEXT, text, style='"' if _REORDERING.search(text) else quotes)
    made = yaml.serialize(node, Dumper=yaml.SafeDumper, allow_unicode=True, width=math.inf)
    return _escaped(str(made)).removesuffix("\n")


def _dumped(entry: Mapping[str, Any] | Sequence[Any], writer: type[_Writer]) -> str:
    made = yaml.dump(entry, Dumper=writer, sort_keys=False, allow_unicode=True, width=math.inf)
    return _escaped(str(made))


def _escaped(made: str) -> str:
    """Escape what reorders a line: the writers put every text that holds any in double quotes."""
    return _REORDERING.sub(lambda found: f"\\u{ord(found.group()):04X}", made)


def _placed(text: str, comments: Mapping[tuple[str, ...], str]) -> Iterator[tuple[int, str]]:
    """Give (number of lines before it, line) of every comment, found out by reading what was written."""
    (made,) = read(text, Source(name="", folder=Path()))
    for path, comment in comments.items():
        place = _place(made.root, path)
        column = place.key_column - (2 if path and path[-1].isdecimal() else 0)  # above the dash of an entry
        yield place.key_line - 1, " " * (column - 1) + f"{_comment(comment)}\n"


def _place(place: Place, path: Sequence[str]) -> Place:
    for segment in path:
        place = place.children[segment]
    return place


def _comment(text: str) -> str:
    return f"# {printable(text)}".rstrip()


class _Writer(yaml.SafeDumper):
    """Indents lists below their keys, repeats instead of pointing, and quotes what readers read differently."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        del indentless
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True

    def choose_scalar_style(self) -> str:
        """Where quotes are needed they are double ones."""
        style = str(super().choose_scalar_style() or "")
        return '"' if style == "'" else style


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    safe = plain_scalar(text) == (text, "") and "\n" not in text and not _REORDERING.search(text)
    return writer.represent_scalar(_TEXT, text, style=None if safe else '"')


def _text_of_manifest(writer: _Writer, text: str) -> yaml.ScalarNode:
    """Write a text of several lines as a block, where it holds nothing that a block cannot show."""
    blank = any(each != each.rstrip() for each in text.split("\n")) or unwanted(text) is not None
    lines = "\n" in text and bool(text.strip()) and not blank and not _REORDERING.search(text)
    return writer.represent_scalar(_TEXT, text, style="|") if lines else _text(writer, text)


def _mapping(writer: _Writer, mapping: Mapping[str, Any]) -> yaml.MappingNode:
    """Numbers stand in one line; `y` is a coordinate and needs no quotes as a key."""
    numbers = bool(mapping) and all(type(value) is int for value in mapping.values())
    node = writer.represent_mapping(_MAPPING, mapping.items(), flow_style=numbers)
    for key, _ in node.value:
        key.style = None if key.value == "y" else key.style
    return node


_Writer.add_representer(str, _text)
_Writer.add_representer(dict, _mapping)


class _Manifest(_Writer):
    """Writes whole documents."""


class _Entry(dict[str, Any]):
    """A mapping that is never written in one line."""


class _Indentless(_Writer):
    """Puts the dashes of a list below its key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        yaml.SafeDumper.increase_indent(self, flow, indentless)


class _Blocks(_Writer):
    """Writes texts of several lines as blocks."""


class _IndentlessBlocks(_Indentless):
    """Writes texts of several lines as blocks, and the dashes of a list below its key."""


class _Flow(_Writer):
    """Writes everything in one line."""


def _block(writer: _Writer, text: str) -> yaml.ScalarNode:
    lines = "\n" in text and bool(text.strip("\n")) and not text.endswith("\n\n") and not _REORDERING.search(text)
    return writer.represent_scalar(_TEXT, text, style="|") if lines else _text(writer, text)


def _entry(writer: _Writer, entry: _Entry) -> yaml.MappingNode:
    made = _mapping(writer, entry)
    made.flow_style = False
    return made


def _braced(writer: _Flow, mapping: Mapping[str, Any]) -> yaml.MappingNode:
    made = _mapping(writer, mapping)
    made.flow_style = True
    return made


def _bracketed(writer: _Flow, entries: Sequence[Any]) -> yaml.SequenceNode:
    return writer.represent_sequence("tag:yaml.org,2002:seq", entries, flow_style=True)


for _each in (_Writer, _Indentless, _Blocks, _IndentlessBlocks):
    _each.add_representer(_Entry, _entry)
_Manifest.add_representer(str, _text_of_manifest)
_Blocks.add_representer(str, _block)
_IndentlessBlocks.add_representer(str, _block)
_Flow.add_representer(dict, _braced)
_Flow.add_representer(list, _bracketed)
