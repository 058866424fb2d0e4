"""The audit log: JSON lines that say which writes were sent, by whom, for which plan, and how each ended."""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from lwdeploy.core.address import Address
from lwdeploy.core.errors import StateError, Unavailable
from lwdeploy.state.holder import Holder

__all__ = ["FORMAT_VERSION", "AuditFile", "outcome_of"]

FORMAT_VERSION = 1
_HOW = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_ADVICE = "Make room there or name another file with --audit, then plan again: what is done is found again."


class AuditFile:
    """An `Audit` in a file of JSON lines, in the form of `schemas/audit.schema.json`.

    Any number of threads and runs may append to the same file of a local disk: each line is one write at its
    end. The line of a write that is about to leave is on the disk before it leaves; once a line could not be
    written, `failure` says why and nothing leaves any more. No line holds a body, a query or a secret.
    """

    def __init__(
        self,
        path: Path,
        *,
        plan_digest: str,
        reason: str = "",
        holder: Holder,
        run: str,
        now: Callable[[], datetime],
    ) -> None:
        """Open the file, readable for its owner only where it is new. Raises StateError when that cannot be."""
        self.failure: StateError | None = None
        self.touched: frozenset[Address] = frozenset()
        self.path = path
        self._run = run
        self._origin = {"plan_digest": plan_digest, "reason": reason, **_who(holder)}
        self._now = now
        self._number = 0
        self._mutex = threading.Lock()
        self._thread = threading.local()
        try:
            self._descriptor = _open(path)
        except OSError as error:
            raise self._broken(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    @contextmanager
    def about(self, address: Address) -> Iterator[None]:
        """Say what the writes of this thread are about; see `Audit.about`."""
        before = self._about
        self._thread.address = address
        try:
            yield
        finally:
            self._thread.address = before

    def sending(self, operation: str, ids: Mapping[str, str]) -> int:
        """Record durably that a write is about to leave; see `Audit.sending`.

        Raises Unavailable when that could not be recorded: then nothing was sent.
        """
        address = self._about
        about = {"operation": operation, "address": None if address is None else str(address), "ids": dict(ids)}
        with self._mutex:
            self._number += 1
            number = self._number
            problem = self._append("sent", number, **about, **self._origin)
            if problem is None and address is not None:
                self.touched |= {address}
        problem = problem or self._keep()
        if problem is not None:
            raise Unavailable(
                f"{operation} was not sent: {problem.message}", operation=operation, advice=problem.advice
            )
        return number

    def answered(self, number: int, status: int, *, sent: bool = True, usable: bool = True) -> None:
        """Record how a write ended; see `Audit.answered`. What came of it is not lost when that fails.

        `sent` is false for a write of which not a byte can have left, `usable` for an answer that tells nothing.
        """
        with self._mutex:
            word = outcome_of(status, sent=sent, usable=usable)
            self._append("ended", number, status=status, outcome=word)

    def close_gate(self) -> None:
        """Let nothing leave from now on. Takes no lock: a signal handler may call it."""
        self.failure = self.failure or StateError("the run was stopped")

    @property
    def _about(self) -> Address | None:
        address: Address | None = getattr(self._thread, "address", None)
        return address

    def _append(self, event: str, number: int, **fields: Any) -> StateError | None:
        """Append one line, unless an earlier one failed; give what is wrong."""
        if self.failure is not None:
            return self.failure
        head = {"format_version": FORMAT_VERSION, "event": event, "run": self._run, "number": number}
        line = json.dumps({**head, "time": _told(self._now()), **fields}, separators=(",", ":"))
        return self._tried(lambda: _append(self._descriptor, f"{line}\n".encode("ascii")))

    def _keep(self) -> StateError | None:
        """Have the disk keep what was appended, outside of the mutex; give what is wrong."""
        return self._tried(lambda: os.fsync(self._descriptor))

    def _tried(self, write: Callable[[], None]) -> StateError | None:
        try:
            write()
        except OSError as error:
            self.failure = self._broken(error)
            return self.failure
        return None

    def _broken(self, error: OSError) -> StateError:
        return StateError(
            f"the audit log {self.path} cannot be written: {error.strerror or error}", advice=_ADVICE
        )


def outcome_of(status: int, *, sent: bool, usable: bool) -> str:
    """Give the word for how a write ended: done, refused, throttled, unknown, unavailable (it never left).

    Status 0 is no answer. Of the refusals 408 is unknown, as everywhere: a gateway says it when the service
    behind it was too slow, and it may have worked on all the same.
    """
    if not sent:
        return "unavailable"
    if 200 <= status < 300:
        return "done" if usable else "unknown"
    if status == 429:
        return "throttled"
    return "refused" if 400 <= status < 500 and status != 408 else "unknown"


def _who(holder: Holder) -> dict[str, Any]:
    described = asdict(holder)
    del described["since"]
    return described


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _open(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, _HOW, 0o600)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no regular file")
    return descriptor


def _append(descriptor: int, line: bytes) -> None:
    """Append a line as a whole, on a line of its own even where a killed run left half of one behind."""
    found = os.fstat(descriptor)
    if found.st_nlink == 0:
        raise OSError(errno.ENOENT, "somebody deleted it")
    torn = found.st_size > 0 and os.pread(descriptor, 1, found.st_size - 1) != b"\n"
    content = b"\n" + line if torn else line
    if os.write(descriptor, content) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
