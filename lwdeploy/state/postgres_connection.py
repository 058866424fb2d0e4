"""Transactions with PostgreSQL: each on a short connection of its own, bounded in time on both ends.

A connection for each step needs no life of its own and no session: it passes poolers (pgbouncer in transaction
mode), restarts of the server and idle hours between two steps of a run.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

import psycopg

from lwdeploy.core.errors import StateError
from lwdeploy.state.postgres_dsn import Dsn
from lwdeploy.state.swap import RefusedError, Unanswered

__all__ = ["Cursor", "Database", "MissingTableError"]

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

_CONNECT = 5  # seconds
_STATEMENT = 10_000  # milliseconds that the server works on a statement or waits for a row
_IDLE = 5_000  # milliseconds that a stopped process may keep a row from the others
_WHOLE = 15.0  # seconds for the whole transaction
_SLOWEST = 64 * 1024  # bytes a second of content that are still waited for

_BOUNDED = """
SELECT set_config('statement_timeout', %s, true),
       set_config('idle_in_transaction_session_timeout', %s, true),
       CASE WHEN current_setting('synchronous_commit') = 'off'
            THEN set_config('synchronous_commit', 'on', true) END
"""

_PASSING = re.compile(
    r"connection refused|no such file|timeout|timed out|closed the connection|connection reset|broken pipe"
    r"|starting up|shutting down|recovery mode|not yet accepting|too many (clients|connections)"
    r"|connection slots|terminating connection|network is unreachable|no route",
    re.IGNORECASE,
)
"""A failure to connect has no code, only words: of the server or of the pooler before it."""

_TRY_AGAIN = frozenset({"40001", "40P01", "55P03", "25P03", "23505", "42P06", "42P07"})
"""Rolled back: two came at once, or this process stood still; the last three while somebody makes the table."""

_COPY = frozenset({"25006", "0A000"})
"""Read-only; the second when a copy that follows another server is asked for a transaction that may write."""

_LOCKED = "Look for a session that holds a lock on that table, and try again."
_PREAMBLE = re.compile(r"^connection (failed|is bad): connection to server .+? failed: ")
_LONGEST = 300


class MissingTableError(Exception):
    """The table is not there: nothing was ever stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where to connect, how to name it, and what to advise whoever lacks a right there."""

    dsn: Dsn
    place: str
    rights: str

    @contextmanager
    def transaction(self, *, size: int = 0) -> Iterator[Cursor]:
        """Give a cursor in a transaction that is committed at the end of the block; `size` bytes are to be sent.

        Raises RefusedError where the server rolled back and another try may succeed, MissingTableError, Unanswered
        where nobody can tell what became of it, and StateError for everything that will not pass by itself.
        """
        connection = self._connect()
        try:
            with (
                _cut_after(_WHOLE + size / _SLOWEST, connection),
                connection,
                connection.cursor(binary=True) as cursor,
            ):
                cursor.execute(_BOUNDED, (str(_STATEMENT), str(_IDLE)))
                yield cursor
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
            raise MissingTableError from error
        except psycopg.Error as error:
            raise self._explained(error) from None
        finally:
            with suppress(psycopg.Error):
                connection.close()

    def _connect(self) -> Connection:
        settings: dict[str, Any] = {"application_name": "lwdeploy", "client_encoding": "utf8"}
        if "connect_timeout" not in self.dsn.options:
            settings["connect_timeout"] = _CONNECT
        if "," in self.dsn.options.get("host", "") and "target_session_attrs" not in self.dsn.options:
            settings["target_session_attrs"] = "read-write"  # of several hosts all but one are copies
        try:
            connection = psycopg.connect(self.dsn.text, **settings)
        except psycopg.Error as error:
            raise self._unconnected(self._words(error)) from None
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.read_only = False  # a copy, which may lag behind, refuses this: nothing is read there either
        return connection

    def _unconnected(self, words: str) -> StateError:
        if _PASSING.search(words):
            return Unanswered(
                f"{self.place} cannot be reached: {words}",
                advice="Check that the server runs and that this machine may reach it, and try again.",
                sent=False,
            )
        return StateError(
            f"{self.place} does not let us in: {words}",
            advice="Correct the connection string (it is not shown, it may hold a password) or the server.",
        )

    def _explained(self, error: psycopg.Error) -> Exception:
        """Say what an error inside a transaction means. With a code from the server it was rolled back."""
        code, words = error.sqlstate or "", self._words(error)
        if not code or code.startswith(("08", "57P")):
            return Unanswered(f"{self.place} gave no answer: {words}", advice="Try again in a moment.")
        if code in _TRY_AGAIN:
            return RefusedError(words)
        if code == "42501":
            return StateError(f"{self.place} does not allow it: {words}", advice=self.rights)
        if code in _COPY:
            return StateError(
                f"{self.place} is a copy that takes no writes: {words}",
                advice="Let the connection string lead to the server that is written to (its primary).",
            )
        if code == "57014":
            return StateError(f"{self.place} took too long, and nothing was stored: {words}", advice=_LOCKED)
        return StateError(f"{self.place} refuses ({code}): {words}", advice="Ask who runs that database.")

    def _words(self, error: psycopg.Error) -> str:
        """Give what the server or libpq said, in one line and without secrets."""
        said = error.diag.message_primary or str(error)
        line = _PREAMBLE.sub("", " ".join(self.dsn.without_secrets(said).split()))
        return "".join(each if each.isprintable() else "?" for each in line[:_LONGEST])


@contextmanager
def _cut_after(seconds: float, connection: Connection) -> Iterator[None]:
    """Cut a connection whose block takes too long: libpq itself waits for an answer for ever."""
    mutex = threading.Lock()
    ended = False

    def cut() -> None:
        with mutex:
            if not ended and not connection.closed:
                with socket.socket(fileno=os.dup(connection.fileno())) as wire:
                    wire.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with mutex:
            ended = True
        timer.cancel()
