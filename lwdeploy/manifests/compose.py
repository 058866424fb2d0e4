"""Strict composition: the events of one YAML document become plain data and places.

Events and not PyYAML's nodes, because nodes are composed by recursion, which a file of brackets can exhaust,
and because a duplicate key, an alias and a word without quotes are all still what they were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from lwdeploy.manifests.decode import unwanted_character
from lwdeploy.manifests.document import LEAF, Place
from lwdeploy.manifests.scalars import plain_scalar
from lwdeploy.manifests.text import names_credential, quoted

__all__ = ["MAX_DEPTH", "MAX_EXPANDED", "Abandoned", "Composer", "Report"]

MAX_DEPTH = 50
MAX_EXPANDED = 10_000
"""For how many values the aliases of one document may stand, each counted as often as it is used."""

Report = Callable[[str, int, int, str, str], None]
"""Takes rule, line, column, message and fix."""

# Two pending keys that no file can hold, because control characters in keys are refused.
_DROPPED = "\0"  # the value that follows has no place in the data
_UNKEYED = "\1"  # the collection that follows is itself a key


# Not `y`, a coordinate of every rich menu: a tool that makes `true` of it is found out by the schema.
_NOT_TEXT = frozenset(
    cased
    for word in ("true", "false", "null", "yes", "no", "on", "off", "n")
    for cased in (word, word.capitalize(), word.upper())
)


class Abandoned(Exception):
    """The rest of the document is not worth reading; what was wrong is reported already."""


@dataclass(slots=True)
class _Frame:
    """A collection that is still open; the composer's own, never seen outside."""

    value: Any
    place: Place
    children: dict[str, Place]
    anchor: str | None
    nodes: int
    keyed: bool
    key: str | None = None
    key_at: tuple[int, int] = (0, 0)
    first_at: dict[str, tuple[int, int]] = field(default_factory=dict)


class Composer:
    """Takes the events of one document, one by one; `data` and `root` are what has been read so far."""

    def __init__(self, *, first_line: int, report: Report) -> None:
        """`first_line` counts the lines of the file before the text that the events come from."""
        self.data: Any = None
        self.root = Place(first_line + 1, 1, first_line + 1, 1, LEAF)
        self._first_line = first_line
        self._report = report
        self._open: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, Place, int]] = {}
        self._nodes = 0
        self._grown = 0

    def take(self, event: Event) -> None:
        """Add one event. Raises Abandoned when the document cannot be read on."""
        # The order is that of frequency: this runs for every word of every file.
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, CollectionStartEvent):
            self._start(event)
        elif isinstance(event, CollectionEndEvent):
            self._end()
        elif isinstance(event, AliasEvent):
            self._alias(event)

    def _position(self, event: Event) -> tuple[int, int]:
        mark = event.start_mark
        return (self._first_line + mark.line + 1, mark.column + 1) if mark else (self._first_line + 1, 1)

    def _wants_key(self) -> bool:
        frame = self._open[-1] if self._open else None
        return frame is not None and frame.keyed and frame.key is None

    def _place(self, at: tuple[int, int], *, at_key: bool, children: dict[str, Place] | None = None) -> Place:
        frame = self._open[-1] if self._open else None
        key_at = frame.key_at if frame is not None and frame.keyed else at
        line, column = key_at if at_key else at
        return Place(line, column, key_at[0], key_at[1], LEAF if children is None else children)

    def _scalar(self, event: ScalarEvent) -> None:
        at = self._position(event)
        if event.tag is not None:
            self._tag(event, at)
        frame = self._open[-1] if self._open else None
        if frame is not None and frame.keyed and frame.key is None:
            self._key(event, at, frame=frame)
            return
        self._nodes += 1
        value = self._value(event, at)
        place = self._place(at, at_key=not event.value)
        if event.anchor:
            self._anchors[event.anchor] = (value, place, 1)
        self._attach(value, place)

    def _value(self, event: ScalarEvent, at: tuple[int, int]) -> Any:
        if not event.implicit[0]:
            self._characters(event, at)
            return event.value
        value, why = plain_scalar(event.value)
        if why:
            hidden = any(names_credential(frame.key or "") for frame in self._open)
            shown = "the value" if hidden else quoted(event.value)
            advice = 'put it in quotes ("…")' if hidden else f'put it in quotes: "{event.value[:60]}"'
            self._report("LW009", *at, f"{shown} without quotes is ambiguous: {why}", _either(event, advice))
        return value

    def _characters(self, event: ScalarEvent, at: tuple[int, int]) -> None:
        name = unwanted_character(event.value) if event.style == '"' else ""
        if name:
            self._report("LW006", *at, f"the text holds {name}, written as an escape", "take it out")

    def _key(self, event: ScalarEvent, at: tuple[int, int], *, frame: _Frame) -> None:
        key = event.value
        frame.key, frame.key_at = key, at
        if not key.isidentifier() or key in _NOT_TEXT:
            self._unusual_key(event, at, frame=frame)
        if frame.key == _DROPPED:
            return
        line, column = frame.first_at.setdefault(key, at)
        if (line, column) != at:
            message = f"the key {quoted(key)} stands twice in this mapping, first at line {line}, column {column}"
            self._report("LW008", *at, message, "keep one of the two")
            frame.key = _DROPPED

    def _unusual_key(self, event: ScalarEvent, at: tuple[int, int], *, frame: _Frame) -> None:
        plain = event.implicit[0]
        if plain and event.value == "<<":
            message = "merge keys (`<<`) are not taken: not every YAML reader knows them"
            fix = "write the fields out, or put them into a document of their own and point to it with `ref`"
            self._report("LW011", *at, message, fix)
            frame.key = _DROPPED
        elif plain and not event.value:
            self._report("LW013", *at, "a key is missing before the colon", "write the name of the field")
            frame.key = _DROPPED
        elif unwanted_character(event.value):
            self._report("LW006", *at, "the key holds a control character", "take it out")
            frame.key = _DROPPED
        elif plain and plain_scalar(event.value) != (event.value, ""):
            fix = f'put it in quotes: "{event.value[:60]}"'
            self._report("LW013", *at, f"the key {quoted(event.value)} without quotes is not a text", fix)

    def _start(self, event: CollectionStartEvent) -> None:
        at = self._position(event)
        if len(self._open) >= MAX_DEPTH:
            message = f"values are nested more than {MAX_DEPTH} deep"
            self._report("LW004", *at, message, "a manifest needs far less: is a bracket never closed?")
            raise Abandoned
        if event.tag is not None:
            self._tag(event, at)
        if self._wants_key():
            self._report("LW013", *at, "a key is a mapping or a list", "a key is a plain name")
            self._open[-1].key, self._open[-1].key_at = _UNKEYED, at
        keyed = isinstance(event, MappingStartEvent)
        inside = bool(self._open) and self._open[-1].keyed
        children: dict[str, Place] = {}
        place = self._place(at, at_key=inside, children=children)
        value: Any = {} if keyed else []
        if not self._open:
            self.data, self.root = value, place
        self._open.append(_Frame(value, place, children, event.anchor, self._nodes, keyed))
        self._nodes += 1
        if event.anchor:
            self._anchors.pop(event.anchor, None)

    def _end(self) -> None:
        frame = self._open.pop()
        if frame.anchor:
            self._anchors[frame.anchor] = (frame.value, frame.place, self._nodes - frame.nodes)
        self._attach(frame.value, frame.place)

    def _attach(self, value: Any, place: Place) -> None:
        if not self._open:
            self.data, self.root = value, place
            return
        frame = self._open[-1]
        if not frame.keyed:
            frame.children[str(len(frame.value))] = place
            frame.value.append(value)
        elif frame.key == _UNKEYED:
            frame.key = _DROPPED  # the collection was the key; what follows is its value
        else:
            if frame.key is not None and frame.key != _DROPPED:
                frame.value[frame.key] = value
                frame.children[frame.key] = place
            frame.key = None

    def _alias(self, event: AliasEvent) -> None:
        at = self._position(event)
        name = str(event.anchor)
        if self._wants_key():
            self._report("LW013", *at, "a key is an alias", "write the name of the field")
            self._open[-1].key = _DROPPED
            return
        value, place, nodes = self._anchors.get(name) or self._unknown(name, at)
        self._nodes += nodes
        self._grown += nodes
        if self._grown > MAX_EXPANDED:
            message = f"the aliases of this document stand for more than {MAX_EXPANDED} values"
            self._report("LW010", *at, message, "write shared settings as documents of their own, with `ref`")
            raise Abandoned
        self._attach(value, place)

    def _unknown(self, name: str, at: tuple[int, int]) -> tuple[Any, Place, int]:
        if any(frame.anchor == name for frame in self._open):
            self._report("LW010", *at, f"the alias `*{name}` contains itself", "write the value out")
        else:
            message = f"the alias `*{name}` has no anchor `&{name}` before it in this document"
            self._report("LW010", *at, message, "correct the name, or write the value out")
        return None, self._place(at, at_key=False), 1

    def _tag(self, event: NodeEvent, at: tuple[int, int]) -> None:
        tag = str(getattr(event, "tag", ""))
        message = f"the tag {quoted(tag.replace('tag:yaml.org,2002:', '!!'))} is not taken"
        self._report("LW012", *at, message, "leave it out; put a value that is a text in quotes")


def _either(event: ScalarEvent, advice: str) -> str:
    """Name the other thing that may have been meant, for the words where there is one."""
    meant = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
    word = meant.get(event.value.lower()) or ("null" if event.value.lower() in {"~", "null"} else "")
    if word:
        return f"write {word}, or {advice}"
    decimal = event.value.lstrip("0")
    return f"write {decimal}, or {advice}" if decimal.isdecimal() and decimal != event.value else advice
