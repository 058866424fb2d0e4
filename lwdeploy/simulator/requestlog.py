"""What was called, and what came of it."""

import json
import threading
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["LogEntry", "RequestLog"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LogEntry:
    """One request. `status` is 0 when no whole answer was sent; `operation` is empty for an unknown path.

    `outcome` is ok, refused (4xx), throttled (429 of the rate windows), failed (5xx), parallel (refused as a
    second write on one bot), or the kind of the fault that was injected. `body` is the JSON text that came;
    token requests are logged without it.
    """

    seq: int
    time: float
    method: str
    path: str
    query: str
    operation: str
    status: int
    outcome: str
    body: str

    def to_json(self) -> dict[str, Any]:
        """Return the entry as a JSON object."""
        return asdict(self)


class RequestLog:
    """The latest requests in the order in which they were finished; any thread may read it."""

    def __init__(self, size: int, file: Path | None = None) -> None:
        self._entries: deque[LogEntry] = deque(maxlen=size)
        self._file = None if file is None else file.open("a", encoding="utf-8", buffering=1)
        self._seq = 0
        self._lock = threading.Lock()

    def add(self, **values: Any) -> LogEntry:
        """Append a request; it gets the next number."""
        with self._lock:
            self._seq += 1
            entry = LogEntry(seq=self._seq, **values)
            self._entries.append(entry)
            if self._file is not None:
                self._file.write(json.dumps(entry.to_json(), ensure_ascii=False) + "\n")
        return entry

    def entries(self, operation: str | None = None) -> tuple[LogEntry, ...]:
        """Return all entries, or those of one operation."""
        with self._lock:
            kept = tuple(self._entries)
        return tuple(entry for entry in kept if operation is None or entry.operation == operation)

    def close(self) -> None:
        """Close the file of the log; the entries in memory stay to be read."""
        with self._lock:
            if self._file is not None:
                self._file.close()

    def clear(self) -> None:
        """Forget the entries; the numbers go on."""
        with self._lock:
            self._entries.clear()
