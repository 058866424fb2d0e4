"""The table in PostgreSQL that holds the blobs: each method is one transaction, nothing is repeated here."""

from __future__ import annotations

from typing import Any

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Blob
from lwdeploy.state.postgres_connection import Database, MissingTableError
from lwdeploy.state.postgres_dsn import Dsn
from lwdeploy.state.swap import RefusedError

__all__ = ["Table"]

_LONGEST_SCHEMA = 63  # bytes; PostgreSQL cuts off the rest, and two schemas would be one

_MAKING = 7_365_812_094_417_335_808  # any number: whoever makes the table holds the lock of this number

_GET = "SELECT content, version FROM {table} WHERE space = %s AND name = %s"
_VERSION = "SELECT version FROM {table} WHERE space = %s AND name = %s"
_NAMES = "SELECT name FROM {table} WHERE space = %s AND starts_with(name, %s)"
_CREATE = """
INSERT INTO {table} (space, name, content, version, updated_at) VALUES (%s, %s, %b, %s, clock_timestamp())
ON CONFLICT (space, name) DO NOTHING RETURNING version
"""
_UPDATE = """
UPDATE {table} SET content = %b, version = %s, updated_at = clock_timestamp()
WHERE space = %s AND name = %s AND version = %s RETURNING version
"""
_DELETE = "DELETE FROM {table} WHERE space = %s AND name = %s AND version = %s RETURNING version"

_MAKE_SCHEMA = "CREATE SCHEMA IF NOT EXISTS {schema}"
_MAKE_TABLE = """CREATE TABLE IF NOT EXISTS {table} (
  space text NOT NULL,
  name text NOT NULL,
  content bytea NOT NULL,
  version text NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (space, name)
)"""


class Table:
    """The rows of one space."""

    def __init__(self, dsn: str, *, space: str, schema: str) -> None:
        if not 0 < len(schema.encode()) <= _LONGEST_SCHEMA or "\0" in schema:
            raise StateError(
                f"{schema!r} is not the name of a schema", advice=f"Name one of up to {_LONGEST_SCHEMA} bytes."
            )
        found = Dsn.of(dsn)
        self._space = space
        self._schema = schema
        self._identifiers = {"schema": _quoted(schema), "table": _quoted(schema, "blobs")}
        self.place = f"postgres {found.shown}, schema {schema}, space {space}"
        self._database = Database(dsn=found, place=self.place, rights=self._rights(found.user))

    def get(self, name: str) -> Blob | None:
        """Give a row as a blob."""
        row = self._row(_GET, name)
        return None if row is None else Blob(content=bytes(row[0]), version=row[1])

    def version(self, name: str) -> str | None:
        """Give the version of a row."""
        row = self._row(_VERSION, name)
        return None if row is None else str(row[0])

    def names(self, prefix: str) -> list[str]:
        """Give the names that begin with `prefix`, in any order."""
        try:
            with self._database.transaction() as cursor:
                return [row[0] for row in cursor.execute(self._sql(_NAMES), (self._space, prefix))]
        except MissingTableError:
            return []

    def put(self, name: str, content: bytes, *, version: str, over: str | None) -> None:
        """Store a row where version `over` is (None: where none is). Raises RefusedError where it is not."""
        if over is not None:
            self._swap(_UPDATE, (content, version, self._space, name, over), size=len(content))
            return
        row = (self._space, name, content, version)
        try:
            self._change(_CREATE, row, size=len(content))
        except MissingTableError:
            self._make()
            self._swap(_CREATE, row, size=len(content))

    def delete(self, name: str, *, over: str) -> None:
        """Remove a row of version `over`. Raises RefusedError where it is another one or none."""
        self._swap(_DELETE, (self._space, name, over), size=0)

    def _swap(self, statement: str, parameters: tuple[object, ...], *, size: int) -> None:
        try:
            self._change(statement, parameters, size=size)
        except MissingTableError as error:
            raise RefusedError from error

    def _change(self, statement: str, parameters: tuple[object, ...], *, size: int) -> None:
        with self._database.transaction(size=size) as cursor:
            if cursor.execute(self._sql(statement), parameters).fetchone() is None:
                raise RefusedError

    def _row(self, statement: str, name: str) -> tuple[Any, ...] | None:
        try:
            with self._database.transaction() as cursor:
                return cursor.execute(self._sql(statement), (self._space, name)).fetchone()
        except MissingTableError:
            return None

    def _make(self) -> None:
        """Make schema and table. Two at once would trip over each other in the catalogue: hence the lock."""
        with self._database.transaction() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
            # Asked first: IF NOT EXISTS wants the right to make a schema even where there is one.
            there = cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (self._schema,)).fetchone()
            if there is None:
                cursor.execute(self._sql(_MAKE_SCHEMA), ())
            cursor.execute(self._sql(_MAKE_TABLE), ())

    def _sql(self, statement: str) -> bytes:
        """Fill in the names; a per cent sign in one is not a parameter."""
        names = {key: name.replace("%", "%%") for key, name in self._identifiers.items()}
        return statement.format(**names).encode()

    def _rights(self, user: str) -> str:
        """Give the SQL for somebody who may run it."""
        role = _quoted(user or "USER")
        statements = (
            _MAKE_SCHEMA,
            _MAKE_TABLE,
            f"GRANT USAGE ON SCHEMA {{schema}} TO {role}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {{table}} TO {role}",
        )
        filled = [f"{each.format(**self._identifiers)};" for each in statements]
        return "\n".join(["Let somebody who may do so run this:", *filled])


def _quoted(*parts: str) -> str:
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
