"""One YAML document as spans of its text: where every key and value begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from lwdeploy.manifests.reading import PARSER

__all__ = ["Node", "Unwritable", "tree_of"]


class Unwritable(Exception):
    """An edit that the text does not take; the message says why."""


@dataclass(slots=True, kw_only=True)
class Node:
    """A value in its text: `[start, end)`, and the column that it begins in, from 0.

    A collection in block style ends where its last entry does: see `last`. `entries` are key and value; the key
    of a list's entry is None. `alias` is the name after the `*`, `anchor` the one after the `&`.
    """

    start: int
    end: int
    column: int
    style: str = ""
    flow: bool = False
    keyed: bool = False
    collection: bool = False
    anchor: str = ""
    alias: str = ""
    text: str = ""
    entries: list[tuple[Node | None, Node]] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether this is a mapping or a list without brackets."""
        return self.collection and not self.flow

    @property
    def is_block_text(self) -> bool:
        """Whether this is a text after `|` or `>`."""
        return self.style in {"|", ">"}

    def index(self, segment: str | int) -> int:
        """Give the number of an entry. Raises Unwritable when there is none."""
        if isinstance(segment, int):
            return segment
        for number, (key, _) in enumerate(self.entries):
            if key is not None and key.text == segment:
                return number
        raise Unwritable(f"there is no `{segment}`")

    def below(self) -> Iterator[Node]:
        """Give this node and all below it."""
        yield self
        for _, value in self.entries:
            yield from value.below()


def tree_of(text: str) -> Node:
    """Give the root of the one document in `text`. Raises Unwritable when it is no YAML."""
    try:
        return _tree(yaml.parse(text, Loader=PARSER))
    except yaml.YAMLError:
        raise Unwritable("written there, it would not be YAML any more") from None


def _tree(events: Iterable[Event]) -> Node:
    opened: list[Node] = []
    pending: list[Node | None] = []  # the key that waits for its value, in each open mapping
    root = Node(start=0, end=0, column=0)
    for event in events:
        if isinstance(event, CollectionEndEvent):
            node = opened.pop()
            pending.pop()
            node.end = _end(event) if node.flow else node.start
        elif isinstance(event, NodeEvent):
            node = _node(event)
            if not opened:
                root = node
            elif opened[-1].keyed and pending[-1] is None:
                pending[-1] = node
            else:
                opened[-1].entries.append((pending[-1], node))
                pending[-1] = None
            if node.collection:
                opened.append(node)
                pending.append(None)
    return root


def _end(event: Event) -> int:
    return event.end_mark.index if event.end_mark else 0


def _node(event: NodeEvent) -> Node:
    mark = event.start_mark
    node = Node(start=mark.index if mark else 0, end=_end(event), column=mark.column if mark else 0)
    if isinstance(event, AliasEvent):
        node.alias = str(event.anchor)
        return node
    node.anchor = str(event.anchor or "")
    if isinstance(event, ScalarEvent):
        node.style, node.text = event.style or "", event.value
    elif isinstance(event, CollectionStartEvent):
        node.collection, node.flow = True, bool(event.flow_style)
        node.keyed = isinstance(event, MappingStartEvent)
    return node
