"""The tenant's memory: one SQLite database, one writer, each commit safe from a killed process."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["DataFileError", "Storage"]

_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE users (user_id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    domain_id INTEGER NOT NULL);
CREATE TABLE tokens (token TEXT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, scope TEXT NOT NULL,
    expires REAL NOT NULL, redirect_uri TEXT NOT NULL DEFAULT '');
CREATE TABLE bots (bot_id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL, secret TEXT NOT NULL,
    created REAL NOT NULL, modified REAL NOT NULL);
CREATE TABLE registrations (bot_id INTEGER NOT NULL REFERENCES bots ON DELETE CASCADE,
    domain_id INTEGER NOT NULL, visible INTEGER NOT NULL, selected INTEGER NOT NULL,
    PRIMARY KEY (bot_id, domain_id)) WITHOUT ROWID;
CREATE TABLE members (seq INTEGER PRIMARY KEY AUTOINCREMENT, bot_id INTEGER NOT NULL,
    domain_id INTEGER NOT NULL, user_id TEXT NOT NULL, written TEXT NOT NULL,
    UNIQUE (bot_id, domain_id, user_id),
    FOREIGN KEY (bot_id, domain_id) REFERENCES registrations ON DELETE CASCADE);
CREATE TABLE persistent_menus (bot_id INTEGER PRIMARY KEY REFERENCES bots ON DELETE CASCADE,
    body TEXT NOT NULL);
CREATE TABLE richmenus (menu_id INTEGER PRIMARY KEY AUTOINCREMENT,
    bot_id INTEGER NOT NULL REFERENCES bots ON DELETE CASCADE, body TEXT NOT NULL, image TEXT);
CREATE INDEX richmenus_of_bot ON richmenus (bot_id, menu_id);
CREATE TABLE user_richmenus (bot_id INTEGER NOT NULL, user_id TEXT NOT NULL,
    menu_id INTEGER NOT NULL REFERENCES richmenus ON DELETE CASCADE,
    PRIMARY KEY (bot_id, user_id)) WITHOUT ROWID;
CREATE INDEX user_richmenus_of_menu ON user_richmenus (menu_id);
CREATE TABLE attachments (file_id TEXT PRIMARY KEY,
    bot_id INTEGER NOT NULL REFERENCES bots ON DELETE CASCADE, name TEXT NOT NULL,
    upload_key TEXT UNIQUE, created REAL NOT NULL, bound INTEGER NOT NULL DEFAULT 0, content BLOB);
CREATE INDEX attachments_of_bot ON attachments (bot_id);
CREATE TABLE channels (channel_id TEXT PRIMARY KEY, domain_id INTEGER NOT NULL, title TEXT,
    kind TEXT NOT NULL, unit TEXT);
CREATE TABLE channel_bots (channel_id TEXT NOT NULL REFERENCES channels ON DELETE CASCADE,
    bot_id INTEGER NOT NULL REFERENCES bots ON DELETE CASCADE, PRIMARY KEY (channel_id, bot_id));
CREATE INDEX channels_of_bot ON channel_bots (bot_id);
CREATE TABLE channel_members (seq INTEGER PRIMARY KEY AUTOINCREMENT,
    channel_id TEXT NOT NULL REFERENCES channels ON DELETE CASCADE, user_id TEXT NOT NULL,
    UNIQUE (channel_id, user_id));
CREATE TABLE messages (seq INTEGER PRIMARY KEY AUTOINCREMENT,
    bot_id INTEGER NOT NULL REFERENCES bots ON DELETE CASCADE, user_id TEXT,
    channel_id TEXT, content TEXT NOT NULL, sent REAL NOT NULL);
INSERT INTO sqlite_sequence (name, seq) VALUES ('bots', 2000000), ('richmenus', 40000);
"""


class DataFileError(Exception):
    """A data file that cannot be used: it is in use, of another version, or no data file at all."""


def _create(path: Path) -> None:
    """Make a new file for its owner only. One that exists is not even opened: closing it would drop its locks."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _trouble(error: sqlite3.DatabaseError) -> str:
    if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return "is in use by another local tenant; stop that one, or choose another file"
    return f"is not the data file of a local tenant ({error})"


class Storage:
    """The database behind a tenant, kept in a file or (without one) in memory.

    The file is held exclusively until `close`: a second process is refused at once, and the hold dies with
    its process. All access goes through one lock. A commit is in the hands of the operating system when
    `transaction` returns, so a killed process loses none; a machine that loses power may lose the latest.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._db = self._open()

    def _open(self) -> sqlite3.Connection:
        target = ":memory:"
        if self.path is not None:
            target = str(self.path)
            _create(self.path)
        db = sqlite3.connect(
            target, isolation_level=None, check_same_thread=False, timeout=0.5, cached_statements=256
        )
        try:
            self._prepare(db)
        except sqlite3.DatabaseError as error:
            db.close()
            raise DataFileError(f"{target} {_trouble(error)}") from error
        except DataFileError:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("BEGIN IMMEDIATE")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        foreign = version == 0 and db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] > 0
        if foreign or version not in (0, _VERSION):
            raise DataFileError(
                f"{self.path} has version {version} of the data format, this program reads {_VERSION}"
            )
        if version == 0:
            for statement in _SCHEMA.split(";\n"):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {_VERSION}")
        db.execute("COMMIT")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock and make all that runs inside one commit, or nothing if it raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Hold the lock, so that all reads inside see one state."""
        with self._lock:
            yield

    def run(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Run one statement inside `transaction` or `reading`."""
        return self._db.execute(statement, values)

    def row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """Return the first row, or None."""
        found: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
        return found

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return all rows."""
        return self._db.execute(statement, values).fetchall()

    def count(self, statement: str, *values: object) -> int:
        """Return the one number of the one row."""
        number: int = self._db.execute(statement, values).fetchone()[0]
        return number

    def close(self) -> None:
        """Fold the log into the file and let it go; a second call does nothing."""
        with self._lock:
            self._db.close()
