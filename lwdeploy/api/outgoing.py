"""From a call to the request that carries it."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from lwdeploy.api.call import Call
from lwdeploy.api.wire import Request
from lwdeploy.core.errors import UserError

__all__ = ["bearer", "encoded", "request"]


def encoded(call: Call) -> bytes:
    """Give the body of a call; UserError for a text that UTF-8 cannot hold."""
    if call.json is None:
        return b""
    text = json.dumps(call.json, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if any("\ud800" <= each <= "\udfff" for each in text):  # asked first: the codec's error quotes the body
        raise UserError(f"{call}: a text holds half of a character pair and cannot be sent.")
    return text.encode()


def request(call: Call, *, endpoint: str, content: bytes, token: str) -> Request:
    """Give the request of a call whose body is `content`."""
    return Request(
        method=call.method,
        url=f"{endpoint}{call.target}{_query(call)}",
        headers=bearer(token) | ({"Content-Type": "application/json; charset=UTF-8"} if content else {}),
        content=content,
        operation=call.operation,
        ids=call.params,
    )


def bearer(token: str) -> dict[str, str]:
    """Give the header that shows a token."""
    return {"Authorization": f"Bearer {token}"}


def _query(call: Call) -> str:
    return f"?{urlencode(call.query)}" if call.query else ""
