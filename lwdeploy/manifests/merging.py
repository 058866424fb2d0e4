"""Three ways of saying one bot: as it was, as the tenant has it now, as its manifest has it. Pure.

What moved in the tenant goes into the manifest, unless the manifest moved there too. What the manifest does not
say any more stays unsaid.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lwdeploy.core.canonical import ABSENT, canonical
from lwdeploy.core.localized import DEFAULT
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.editing import REMOVED, Edit
from lwdeploy.manifests.references import Index, references_of

__all__ = ["Merged", "Move", "edits_for", "merge"]

Path_ = tuple[str, ...]
Place_ = tuple[str | int, ...]
_KEYED: frozenset[tuple[str | int, ...]] = frozenset({("domains",), ("menus", "rich", "menus")})
"""Lists whose entries have names, and are merged one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One part of a bot's spec that moved in the tenant: its path, entries of lists by name, and its value now.

    `added` tells that neither the tenant had it before nor the manifest has it.
    """

    path: Path_
    value: Any
    added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What is to go into the manifest, and what moved on both sides."""

    moves: tuple[Move, ...]
    conflicts: tuple[Path_, ...]


def merge(*, base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Merged:
    """Find out what of `theirs` the manifest is to say; all three are the spec of a Bot in the same words."""
    moves: list[Move] = []
    conflicts: list[Path_] = []
    for path, old, new, own in _leaves((), base, theirs, ours):
        if _same(old, new) or _same(own, new):
            continue
        if _same(own, old):
            moves.append(Move(path=path, value=REMOVED if new is ABSENT else new, added=own is ABSENT))
        elif own is not ABSENT:
            conflicts.append(path)
    return Merged(moves=tuple(moves), conflicts=tuple(conflicts))


def _leaves(path: Path_, base: Any, theirs: Any, ours: Any) -> Iterator[tuple[Path_, Any, Any, Any]]:
    """Give (path, base, theirs, ours) of everything that is merged as one; what is new as a whole is one."""
    sides = tuple(_by_name(each, path) for each in (base, theirs, ours))
    if any(isinstance(each, dict) for each in sides):
        # A text is what a map of languages is when there is nothing but the default.
        sides = tuple({DEFAULT: each} if isinstance(each, str) else each for each in sides)
    if not any(isinstance(each, dict) for each in sides[:2]) or all(
        each is ABSENT for each in (sides[0], sides[2])
    ):
        yield path, base, theirs, ours
        return
    if sides[1] is ABSENT:
        yield path, base, theirs, ours
        return
    keys = sorted({key for each in sides if isinstance(each, dict) for key in each})
    for key in keys:
        yield from _leaves((*path, key), *(_member(each, key) for each in sides))


def _by_name(value: Any, path: Path_) -> Any:
    if path in _KEYED and isinstance(value, list):
        return {str(each["name"]): {key: what for key, what in each.items() if key != "name"} for each in value}
    return value


def _member(value: Any, key: str) -> Any:
    return value.get(key, ABSENT) if isinstance(value, dict) else ABSENT


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values say the same: lists of people, domains and events have no order."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return bool(_unordered(one) == _unordered(other))


def _unordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unordered(each) for key, each in value.items()}
    if isinstance(value, list):
        plain = all(isinstance(each, str | int) for each in value)
        return sorted(value, key=str) if plain else [_unordered(each) for each in value]
    return value


# --- from moves to edits of files


def edits_for(
    bots: Mapping[str, Sequence[Move]], *, known: Index, names: Mapping[str, str], only: str | None = None
) -> dict[str, tuple[Edit, ...]]:
    """Give the edits that make the manifests say the moves, by the key of the bot they are for; of `only` one.

    A document that bots refer to is edited where all of them moved alike, for the first of them; otherwise a bot
    that moved gets its own. `names` are what domains are called, by what a manifest may call them.
    """
    inside = {key: _mounted(known["Bot", key], moves, names) for key, moves in bots.items()}
    edits: dict[str, tuple[Edit, ...]] = {}
    for key in inside if only is None else (only,):
        own, mounts = inside[key]
        made = list(_edits(known["Bot", key], own, names=names))
        for (path, kind, name), moves in mounts.items():
            users = _users(known, kind, name)
            alike = all(_moved_alike(inside.get(each), kind, name, moves) for each in users)
            if not alike:
                made.append(_inline(known["Bot", key], path, known[kind, name], moves, names=names))
            elif key == min(users):
                made += _edits(known[kind, name], moves, names=names)
        edits[key] = tuple(made)
    return edits


def _place(path: Path_) -> Place_:
    return tuple(int(each) if each.isdecimal() else each for each in path)


Mounts = dict[tuple[Place_, str, str], list[Move]]


def _mounted(bot: Document, moves: Sequence[Move], names: Mapping[str, str]) -> tuple[list[Move], Mounts]:
    """Divide moves into those of the bot itself and those inside of documents that it refers to."""
    references = {_place(each.path): (each.kind, each.key) for each in references_of(bot)}
    own: list[Move] = []
    mounts: Mounts = {}
    for move in moves:
        place = _located(bot.spec, move.path, names)
        mount = next((path for path in references if path == place[: len(path)] and path != place), None)
        if mount is None:
            own.append(move)
        else:
            inner = Move(path=move.path[len(mount) :], value=move.value, added=move.added)
            mounts.setdefault((mount, *references[mount]), []).append(inner)
    return own, mounts


def _users(known: Index, kind: str, name: str) -> list[str]:
    """Give the keys of the bots that refer to a document."""
    bots = (document for (each, _), document in known.items() if each == "Bot")
    return [bot.name for bot in bots if any((each.kind, each.key) == (kind, name) for each in references_of(bot))]


def _moved_alike(other: tuple[list[Move], Mounts] | None, kind: str, name: str, moves: list[Move]) -> bool:
    found = [] if other is None else [each for (_, *what), each in other[1].items() if what == [kind, name]]
    return moves in found


def _inline(
    bot: Document, path: Place_, document: Document, moves: Sequence[Move], *, names: Mapping[str, str]
) -> Edit:
    """Give the edit that puts what a bot refers to into the bot itself, with what moved."""
    spec: Any = canonical(dict(document.spec))
    for edit in _edits(document, moves, names=names):
        _apply(spec, edit.path[1:], edit.value)
    entry = {"name": document.name, **spec} if isinstance(path[-1], int) else spec
    return Edit(kind="Bot", name=bot.name, path=("spec", *path), value=entry)


def _apply(value: Any, path: Sequence[str | int], new: Any) -> None:
    for segment in path[:-1]:
        value = value.setdefault(segment, {}) if isinstance(value, dict) else value[segment]
    if new is REMOVED:
        del value[path[-1]]
    elif isinstance(path[-1], int):
        value[path[-1] : path[-1] + 1] = [new]
    else:
        value[path[-1]] = new


def _edits(document: Document, moves: Sequence[Move], *, names: Mapping[str, str]) -> Iterator[Edit]:
    """Give edits in their order, each for the document as the ones before it leave it."""
    spec: Any = copy.deepcopy(dict(document.spec))
    for move in sorted(moves, key=lambda each: each.value is REMOVED):
        path, value = _edit(spec, move, names=names)
        if value is not REMOVED or _has(spec, path):
            _apply(spec, path, value)
            yield Edit(kind=document.kind, name=document.name, path=("spec", *path), value=copy.deepcopy(value))


def _has(spec: Any, path: Place_) -> bool:
    for segment in path:
        if isinstance(segment, str) and not (isinstance(spec, dict) and segment in spec):
            return False
        spec = spec[segment]
    return True


def _edit(spec: Any, move: Move, *, names: Mapping[str, str]) -> tuple[Place_, Any]:
    """Give where in a spec to put what, so that it says a move."""
    place = _located(spec, move.path, names)
    path: list[str | int] = []
    for length, segment in enumerate(place):
        if isinstance(spec, str):  # a text that becomes a map of languages, or whose default changes
            rest = place[length:]
            if move.value is REMOVED:
                return place, REMOVED
            return tuple(path), move.value if rest == (DEFAULT,) else {DEFAULT: spec, str(segment): move.value}
        if place[:length] in _KEYED and isinstance(segment, str):  # an entry that the list does not have yet
            entry = {"name": _name(segment), **move.value}
            return ((*path, len(spec)), entry) if isinstance(spec, list) else (tuple(path), [entry])
        path.append(segment)
        spec = _below(spec, segment)
    return tuple(path), move.value


def _below(spec: Any, segment: str | int) -> Any:
    if isinstance(segment, int):
        return spec[segment]
    return spec.get(segment) if isinstance(spec, dict) else None


def _name(segment: str) -> str | int:
    return int(segment) if segment.isdecimal() else segment


def _located(spec: Any, path: Path_, names: Mapping[str, str]) -> Place_:
    """Give a path with the number of each entry of a list instead of its name, where the list has it."""
    place: list[str | int] = []
    for length, segment in enumerate(path):
        found: str | int = segment
        if path[:length] in _KEYED and isinstance(spec, list):
            found = next((at for at, each in enumerate(spec) if _called(each, names) == segment), segment)
        spec = _below(spec, found)
        place.append(found)
    return tuple(place)


def _called(entry: Any, names: Mapping[str, str]) -> str:
    name = str(entry.get("ref") or entry.get("name"))
    return names.get(name, name)
