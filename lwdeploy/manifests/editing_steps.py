"""What has to be done to plain data so that it becomes other plain data, entry by entry. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum
from typing import Any

__all__ = ["Deed", "Step", "same", "steps_between"]

Where = tuple[str | int, ...]


class Deed(Enum):
    """What one step does: put a value in another's place, add an entry, take one out."""

    REPLACE = "replace"
    INSERT = "insert"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One deed at one path. An inserted list entry gets the index that is the last segment."""

    deed: Deed
    path: Where
    value: Any = None


def same(one: Any, other: Any) -> bool:
    """Whether plain data are equal, `1` and `true` being different, whatever the order of keys."""
    return _form(one) == _form(other)


def _form(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def steps_between(old: Any, new: Any, path: Where = ()) -> Iterator[Step]:
    """Give the steps that make `new` of `old`, in an order in which each finds the paths that it names.

    No collection is empty in between, unless it was or is to be: entries come before others go.
    """
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        yield from _keys(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _entries(old, new, path)
    else:
        yield Step(deed=Deed.REPLACE, path=path, value=new)


def _keys(old: dict[str, Any], new: dict[str, Any], path: Where) -> Iterator[Step]:
    for key, value in new.items():
        if key in old:
            yield from steps_between(old[key], value, (*path, key))
        else:
            yield Step(deed=Deed.INSERT, path=(*path, key), value=value)
    yield from (Step(deed=Deed.REMOVE, path=(*path, key)) for key in old if key not in new)


def _entries(old: list[Any], new: list[Any], path: Where) -> Iterator[Step]:
    """Work from the end, so that what is done does not move what is still to be done."""
    matcher = SequenceMatcher(None, [*map(_form, old)], [*map(_form, new)], autojunk=False)
    for tag, first, last, begin, end in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        # Collections keep what they have in common; single values do not: a comment is about the one beside it.
        alike = 0
        while first + alike < last and begin + alike < end and _alike(old[first + alike], new[begin + alike]):
            alike += 1
        for value in reversed(new[begin + alike : end]):
            yield Step(deed=Deed.INSERT, path=(*path, last), value=value)
        for index in range(last - 1, first + alike - 1, -1):
            yield Step(deed=Deed.REMOVE, path=(*path, index))
        for index in range(alike - 1, -1, -1):
            yield from steps_between(old[first + index], new[begin + index], (*path, first + index))


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and isinstance(one, dict | list)
