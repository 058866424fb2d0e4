"""Pages of lists: opaque cursors, 50 rows unless told otherwise, 1 to 100 (reference section 2.5)."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lwdeploy.simulator.wire import invalid

__all__ = ["Page", "read_page", "write_cursor"]

_DEFAULT, _MOST = 50, 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """The wanted part of a list: the rows after position `after`, `count` of them at most."""

    after: int
    count: int
    last: str

    @property
    def probe(self) -> int:
        """How many rows to fetch to learn whether there are more than `count`."""
        return self.count + 1

    def answer(self, name: str, rows: Sequence[tuple[int, Any]], content: object = None) -> dict[str, Any]:
        """Build the page from up to `probe` rows of (position, element), or with `content` in their place."""
        shown = rows[: self.count]
        elements = [element for _, element in shown]
        meta: dict[str, Any] = (
            {"nextCursor": write_cursor(shown[-1][0])} if len(rows) > self.count else self._end()
        )
        return {name: elements if content is None else content, "responseMetaData": meta}

    def _end(self) -> dict[str, Any]:
        if self.last == "absent":
            return {}
        return {"nextCursor": "" if self.last == "empty" else None}


def read_page(query: dict[str, str], *, last: str) -> Page:
    """Read `cursor` and `count` from a query; other keys, such as a mistaken `limit`, are ignored."""
    return Page(after=_read_cursor(query.get("cursor", "")), count=_read_count(query.get("count")), last=last)


def _read_count(written: str | None) -> int:
    if written is None or written == "":
        return _DEFAULT
    if not (written.isascii() and written.isdigit()) or not 1 <= int(written[:6]) <= _MOST:
        raise invalid("count", f"must be an integer between 1 and {_MOST}")
    return int(written)


def write_cursor(position: int) -> str:
    """Write the opaque cursor that continues after a position."""
    return base64.b64encode(json.dumps({"offset": position}).encode()).decode()


def _read_cursor(written: str) -> int:
    if not written:
        return 0
    try:
        position = json.loads(base64.b64decode(written, validate=True))["offset"]
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise invalid("cursor", "is not a cursor of this list") from error
    if not isinstance(position, int) or not 0 <= position < 2**63:
        raise invalid("cursor", "is not a cursor of this list")
    return position
