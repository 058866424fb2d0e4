"""Lists that lie: stale, lagging, short, repeating and endless ones."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from lwdeploy.simulator.faults import Fault
from lwdeploy.simulator.paging import write_cursor
from lwdeploy.simulator.wire import Answer, Request

__all__ = ["LIST_FAULTS", "RecentLists", "reshape", "shorten"]

LIST_FAULTS = frozenset({"stale_list", "lagging_list", "short_pages", "repeated_ids", "cursor_loop"})
_REMEMBERED = 64
_META = "responseMetaData"


class RecentLists:
    """The latest answer to each of the latest list requests, for repeating it when it is no longer true."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str], Answer] = OrderedDict()

    def remember(self, request: Request, answer: Answer) -> None:
        """Keep an answer; the oldest one is dropped for it."""
        key = (request.path, request.query)
        self._answers[key] = answer
        self._answers.move_to_end(key)
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    def recall(self, request: Request) -> Answer | None:
        """Return what an equal request was answered before."""
        return self._answers.get((request.path, request.query))


def shorten(request: Request, rows: int) -> Request:
    """Ask for pages of at most `rows` rows."""
    asked = request.parameters()
    count = asked.get("count") or str(rows)
    if count.isdigit():
        asked["count"] = str(min(rows, int(count)))
    return replace(request, query=urlencode(asked))


def reshape(fault: Fault, answer: Answer, before: Answer | None) -> Answer:
    """Falsify a page; `before` is what an equal request was answered the last time."""
    rows, meta = _parts(answer)
    if rows is None or meta is None:
        return answer
    if fault.kind == "stale_list":
        return before if before is not None else _with_rows(answer, [], {"nextCursor": None})
    if fault.kind == "lagging_list" and not meta.get("nextCursor"):
        return _with_rows(answer, rows[: -fault.rows], meta)
    if fault.kind == "repeated_ids":
        return _with_rows(answer, [*rows, *rows[-1:]], meta)
    if fault.kind == "cursor_loop":
        return _with_rows(answer, rows, {"nextCursor": write_cursor(0)})
    return answer


def _parts(answer: Answer) -> tuple[list[Any] | None, Mapping[str, Any] | None]:
    if answer.status != 200 or not isinstance(answer.content, dict) or _META not in answer.content:
        return None, None
    lists = [value for value in answer.content.values() if isinstance(value, list)]
    return (lists[0] if lists else None), answer.content[_META]


def _with_rows(answer: Answer, rows: list[Any], meta: Mapping[str, Any]) -> Answer:
    if not isinstance(answer.content, dict):
        return answer
    content = {name: rows if isinstance(value, list) else value for name, value in answer.content.items()}
    return replace(answer, content={**content, _META: dict(meta)})
