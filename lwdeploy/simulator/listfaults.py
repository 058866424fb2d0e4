"""Lists that lie: stale, lagging, short, repeating and endless ones."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from lwdeploy.simulator.faults import Fault
from lwdeploy.simulator.paging import write_cursor
from lwdeploy.simulator.wire import Answer, Request

__all__ = ["LIST_FAULTS", "Asked", "RecentLists", "reshape", "shorten"]

LIST_FAULTS = frozenset(
    {"stale_list", "lagging_list", "lingering_list", "short_pages", "repeated_ids", "cursor_loop"}
)
_REMEMBERED = 64
_META = "responseMetaData"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a request asked of a list; `before` is what an equal request was answered the last time."""

    before: Answer | None
    first_page: bool
    newest_first: bool


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


def reshape(fault: Fault, answer: Answer, asked: Asked) -> Answer:
    """Falsify a page."""
    rows, meta = _parts(answer)
    if rows is None or meta is None:
        return answer
    if fault.kind == "stale_list":
        return asked.before if asked.before is not None else _with_rows(answer, [], {"nextCursor": None})
    if fault.kind == "lagging_list":
        rows = _without_newest(rows, fault.rows, asked, last_page=not meta.get("nextCursor"))
    elif fault.kind == "lingering_list":
        rows = _with_deleted(rows, asked)
    elif fault.kind == "repeated_ids":
        rows = [*rows, *rows[-1:]]
    elif fault.kind == "cursor_loop":
        meta = {"nextCursor": write_cursor(0)}
    return _with_rows(answer, rows, meta)


def _without_newest(rows: list[Any], count: int, asked: Asked, *, last_page: bool) -> list[Any]:
    if asked.newest_first:
        return rows[count:] if asked.first_page else rows
    return rows[:-count] if last_page else rows


def _with_deleted(rows: list[Any], asked: Asked) -> list[Any]:
    """Put back in their places the rows that were on this page the last time."""
    earlier = _parts(asked.before)[0] if asked.before is not None else None
    if earlier is None:
        return rows
    now = {_id_of(row): row for row in rows}
    known = {_id_of(row) for row in earlier}
    kept = [now.get(_id_of(row), row) for row in earlier]
    new = [row for row in rows if _id_of(row) not in known]
    return [*new, *kept] if asked.newest_first else [*kept, *new]


def _id_of(row: Any) -> Any:
    return next(iter(row.values())) if isinstance(row, dict) else row


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
