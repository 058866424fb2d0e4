"""Lists to the last page, or not at all: a delete is never computed from half a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from lwdeploy.api.call import Call
from lwdeploy.core.errors import Unavailable

__all__ = ["collect"]

PER_PAGE = "100"
"""The most that the API gives at once (reference 2.5)."""
_MOST_PAGES = 10_000
_MOST_EMPTY = 10
_ID: Mapping[str, str] = MappingProxyType({"bots": "botId", "domains": "domainId", "richmenus": "richmenuId"})


def collect(send: Callable[[Call], Any], call: Call, *, key: str) -> list[Any]:
    """Give all entries of a list call, in the order of the tenant.

    Raises Unavailable when the list cannot be known to be whole: a page without list or metadata, a cursor
    that was there before, an entry that comes twice.
    """
    entries: list[Any] = []
    ids: set[str] = set()
    cursors: set[str] = set()
    cursor, empty = "", 0
    for _ in range(_MOST_PAGES):
        page = send(
            replace(call, query={**call.query, "count": PER_PAGE} | ({"cursor": cursor} if cursor else {}))
        )
        found = _entries(call, page, key=key)
        _no_repeat(call, found, key=key, ids=ids)
        entries += found
        cursor = _next(call, page)
        if not cursor:
            return entries
        empty = 0 if found else empty + 1
        if cursor in cursors or empty > _MOST_EMPTY:
            raise _incomplete(call, "the pages go round in a circle")
        cursors.add(cursor)
    raise _incomplete(call, "the pages do not come to an end")


def _entries(call: Call, page: Any, *, key: str) -> list[Any]:
    entries = page.get(key) if isinstance(page, Mapping) else None
    if not isinstance(entries, list):
        raise _incomplete(call, f"a page has no list `{key}`")
    return entries


def _next(call: Call, page: Mapping[str, Any]) -> str:
    metadata = page.get("responseMetaData")
    if not isinstance(metadata, Mapping):
        raise _incomplete(call, "a page has no responseMetaData")
    cursor = metadata.get("nextCursor")
    if cursor is None or isinstance(cursor, str):
        return cursor or ""
    raise _incomplete(call, "nextCursor is not a text")


def _no_repeat(call: Call, entries: list[Any], *, key: str, ids: set[str]) -> None:
    for entry in entries:
        identity = entry.get(_ID.get(key, "id")) if isinstance(entry, Mapping) else entry
        if isinstance(identity, bool) or not isinstance(identity, str | int):
            raise _incomplete(call, f"an entry of `{key}` has no id")
        if str(identity) in ids:
            raise _incomplete(call, f"`{key}` names {identity!s:.64} twice (it changed while it was being read)")
        ids.add(str(identity))


def _incomplete(call: Call, why: str) -> Unavailable:
    return Unavailable(
        f"{call}: {why}, so the list is incomplete and nothing was concluded from it.",
        operation=call.operation,
        status=200,
        advice="Nothing was changed by reading. It is safe to run again.",
    )
