"""Callbacks: signed, compact, sent once (reference section 6)."""

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from lwdeploy.simulator.operations import Tenant
from lwdeploy.simulator.wire import Event, encode

__all__ = ["Callbacks", "Delivery"]

_TIMEOUT = 5.0  # none is documented
_KEPT = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of one event: sent, with the receiver's status (0: not reached), or kept back."""

    bot_id: int
    event: str
    url: str
    sent: bool
    status: int
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the delivery as a JSON object."""
        return asdict(self)


class Callbacks:
    """Sends events to the bots' callback URLs, in the order of their posting and each one once."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="callbacks")
        self._deliveries: deque[Delivery] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def post(self, events: Iterable[Event]) -> tuple[Future[Delivery], ...]:
        """Queue events."""
        return tuple(self._pool.submit(self._deliver, event) for event in events)

    def deliveries(self) -> tuple[Delivery, ...]:
        """Return the latest deliveries, oldest first."""
        with self._lock:
            return tuple(self._deliveries)

    def close(self) -> None:
        """Finish the delivery under way and drop the others."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _deliver(self, event: Event) -> Delivery:
        delivery = self._attempt(event)
        with self._lock:
            self._deliveries.append(delivery)
        return delivery

    def _attempt(self, event: Event) -> Delivery:
        store = self._tenant.store
        with store.reading():
            row = store.row("SELECT body, secret FROM bots WHERE bot_id = ?", event.bot_id)
        if row is None:
            return _kept(event, "", "the bot is gone")
        bot: dict[str, Any] = json.loads(row[0])
        url: str = bot["callbackUrl"]
        reason = self._reason_to_keep(event, bot)
        if reason:
            return _kept(event, url, reason)
        status, reason = _send(self._routed(url), encode(event.body), bot_id=event.bot_id, secret=row[1])
        return Delivery(
            bot_id=event.bot_id,
            event=event.body["type"],
            url=url,
            sent=status > 0,
            status=status,
            reason=reason,
        )

    def _reason_to_keep(self, event: Event, bot: dict[str, Any]) -> str:
        if not bot["enableCallback"]:
            return "enableCallback is off"
        if not bot["callbackUrl"]:
            return "callbackUrl is empty"
        if event.body["type"] not in bot["channelEvents"]:
            return "the event is not among channelEvents"
        filtered = self._tenant.readings["callback-message-filter"] == "callback-events"
        if event.body["type"] == "message" and filtered:
            kind = event.body["content"]["type"]
            return "" if kind in bot["callbackEvents"] else f"{kind} is not among callbackEvents"
        return ""

    def _routed(self, url: str) -> str:
        for prefix, target in self._tenant.settings.callback_routes.items():
            if url.startswith(prefix):
                return target + url[len(prefix) :]
        return url


def _kept(event: Event, url: str, reason: str) -> Delivery:
    return Delivery(bot_id=event.bot_id, event=event.body["type"], url=url, sent=False, status=0, reason=reason)


def _send(url: str, body: bytes, *, bot_id: int, secret: str) -> tuple[int, str]:
    parts = urlsplit(url)
    signature = base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()
    headers = {
        "Content-Type": "application/json; charset=UTF-8",
        "X-WORKS-BotId": str(bot_id),
        "X-WORKS-Signature": signature,
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connect(parts.scheme, parts.netloc)
    try:
        connection.request("POST", target, body=body, headers=headers)
        return connection.getresponse().status, ""
    except (OSError, http.client.HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}"
    finally:
        connection.close()


def _connect(scheme: str, address: str) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(address, timeout=_TIMEOUT, context=ssl.create_default_context())
    return http.client.HTTPConnection(address, timeout=_TIMEOUT)
