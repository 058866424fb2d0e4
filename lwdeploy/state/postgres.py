"""State in a PostgreSQL database: one table, one row for each name of a space, swapped in single statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Blob
from lwdeploy.state.swap import Patience, Seen, again, settle
from lwdeploy.state.waiting import Clock, Sleep

if TYPE_CHECKING:
    from lwdeploy.state.postgres_table import Table

__all__ = ["PostgresBlobs"]


class PostgresBlobs:
    """The blobs of one space, which is the Tenant's name. May be used from any thread.

    Connects when something is asked, not before, and keeps no connection. Schema and table are made by the
    first write; whoever may not make them is told the SQL. Each write has a version of its own, by which one
    whose answer was lost is known again.
    """

    def __init__(
        self,
        dsn: str,
        *,
        space: str,
        schema: str = "lwdeploy",
        clock: Clock,
        sleep: Sleep,
        nonce: Callable[[], str],
    ) -> None:
        try:
            from lwdeploy.state.postgres_table import Table  # noqa: PLC0415 - psycopg is an extra
        except ImportError as error:
            raise StateError(
                "state in PostgreSQL needs psycopg", advice="Run `pip install 'lwdeploy[postgres]'`."
            ) from error
        self._table: Table = Table(dsn, space=space, schema=schema)
        self._patience = Patience(clock=clock, sleep=sleep)
        self._nonce = nonce

    def describe(self) -> str:
        """Name server, database, schema and space."""
        return self._table.place

    def get(self, name: str) -> Blob | None:
        """Give a blob; see `Blobs.get`."""
        return again(lambda: self._table.get(name), self._patience)

    def put(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Swap a blob; see `Blobs.put`."""
        version = self._nonce()

        def send() -> str:
            self._table.put(name, content, version=version, over=expected)
            return version

        def look() -> Seen:
            found = again(lambda: self._table.version(name), self._patience)
            return Seen(version=found, ours=found == version)

        return self._settle(send, look, name=name, expected=expected)

    def delete(self, name: str, *, expected: str) -> None:
        """Remove a blob; see `Blobs.delete`."""

        def send() -> str:
            self._table.delete(name, over=expected)
            return ""

        def look() -> Seen:
            found = again(lambda: self._table.version(name), self._patience)
            return Seen(version=found, ours=found is None)

        self._settle(send, look, name=name, expected=expected)

    def names(self, prefix: str) -> tuple[str, ...]:
        """Give the names; see `Blobs.names`."""
        return tuple(sorted(again(lambda: self._table.names(prefix), self._patience)))

    def _settle(
        self, send: Callable[[], str], look: Callable[[], Seen], *, name: str, expected: str | None
    ) -> str:
        place = f"{name} in {self.describe()}"
        return settle(send, look, expected=expected, patience=self._patience, place=place)
