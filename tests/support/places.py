"""Real places for a state, as a Tenant names them: a git remote, an S3 service, a PostgreSQL."""

from __future__ import annotations

import hashlib
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from psycopg import sql

from lwdeploy.simulator import LocalTenant
from lwdeploy.state.blobs import Blobs
from lwdeploy.state.object import ObjectBlobs
from lwdeploy.state.object_credentials import Keys
from lwdeploy.state.object_place import ObjectPlace
from lwdeploy.state.postgres import PostgresBlobs
from tests.support.project import PROJECT_ID, Project
from tests.unit.state.git.server import serve
from tests.unit.state.git.world import World, nonce
from tests.unit.state.object.service import Service
from tests.unit.state.postgres.server import Server

__all__ = ["NAMES", "SPACE", "BucketPlace", "DatabasePlace", "Place", "RemotePlace", "opened", "started"]

NAMES = ("git", "object", "postgres")
SPACE = f"{PROJECT_ID}/acme"
"""What of a shared place is the tenant's of a project that `started` made."""


class Place(Protocol):
    """Where the states of a test are kept, and where its projects lie."""

    @property
    def state(self) -> Mapping[str, Any]:
        """What the Tenant says of its state."""
        ...

    @property
    def env(self) -> Mapping[str, str]:
        """What runs find in their environment."""
        ...

    def folder(self, name: str) -> Path:
        """Make a folder for a project: holds what was published, as a fresh checkout of a CI job does."""
        ...

    def publish(self, folder: Path) -> None:
        """Hand what a project's folder holds on to the folders that are made later."""
        ...

    def stored(self) -> Mapping[str, str]:
        """Give everything that is stored, by name, with what tells one content from another."""
        ...

    def blobs(self, space: str) -> Blobs:
        """Give a handle to what is kept under one name, past the program."""
        ...


def started(place: Place, tenant: LocalTenant, name: str = "first", **spec: Any) -> Project:
    """Make a project in a folder of a place, whose state is kept there."""
    project = Project.found(place.folder(name), tenant, state=dict(place.state), **spec)
    (project.root / ".gitignore").write_text(".lwdeploy/\n", encoding="utf-8")
    project.env.update(place.env)
    return project


@dataclass
class RemotePlace:
    """A branch of a git remote, reached through `url`."""

    world: World
    url: str
    state: Mapping[str, Any] = field(default_factory=lambda: {"git": {}})

    @property
    def env(self) -> Mapping[str, str]:
        return {name: value for name, value in self.world.env.items() if name != "PATH"}

    def folder(self, name: str) -> Path:
        folder = self.world.folder / name
        depth = ["--depth=1", "--branch=main", "--no-tags"]
        self.world.git("clone", "-q", *depth, self.url, str(folder), at=self.world.folder)
        return folder

    def publish(self, folder: Path) -> None:
        self.world.git("add", "-A", at=folder)
        self.world.git("commit", "-q", "-m", "project", at=folder)
        self.world.git("push", "-q", "origin", "HEAD:refs/heads/main", at=folder)

    def stored(self) -> Mapping[str, str]:
        tip = self.world.tip()
        if not tip:
            return {}
        lines = self.world.git("ls-tree", "-r", tip, at=self.world.remote).splitlines()
        files = {path: head.split()[2] for head, _, path in (line.partition("\t") for line in lines)}
        return {"": tip, **files}

    def blobs(self, space: str) -> Blobs:
        return self.world.blobs(prefix=space)


@dataclass
class _Folders:
    """Folders where no git is: what is published is copied."""

    base: Path

    def folder(self, name: str) -> Path:
        folder = self.base / name
        if (self.base / "published").exists():
            shutil.copytree(self.base / "published", folder)
        else:
            folder.mkdir(parents=True)
        return folder

    def publish(self, folder: Path) -> None:
        shutil.copytree(folder, self.base / "published", ignore=shutil.ignore_patterns(".lwdeploy"))


@dataclass
class BucketPlace(_Folders):
    """A bucket; the keys stand in the environment, under names of the project's own, and in a file."""

    service: Service
    bucket: str = field(default_factory=lambda: f"bots-{uuid.uuid4().hex}")

    def __post_init__(self) -> None:
        self.service.make_bucket(self.bucket)
        self.env: Mapping[str, str] = {"STATE_KEY_ID": "AKIAEXAMPLE", "STATE_KEY": "canary-of-the-key"}
        keys = {"accessKeyId": {"env": "STATE_KEY_ID"}, "secretAccessKey": {"env": "STATE_KEY"}}
        place = {"bucket": self.bucket, "endpoint": self.service.endpoint, "credentials": keys}
        self.state: Mapping[str, Any] = {"object": place}

    def stored(self) -> Mapping[str, str]:
        names = self.service.names(self.bucket)
        contents = {name: self.service.stored(f"{self.bucket}/{name}") or b"" for name in names}
        return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}

    def blobs(self, space: str) -> Blobs:
        return ObjectBlobs(
            ObjectPlace(bucket=self.bucket, prefix=space, endpoint=self.service.endpoint),
            environ={},
            clock=time.monotonic,
            sleep=time.sleep,
            nonce=nonce,
            keys=Keys(access_key_id="AKIAEXAMPLE", secret_access_key="another"),
        )


@dataclass
class DatabasePlace(_Folders):
    """A schema of a database."""

    server: Server
    schema: str = field(default_factory=lambda: f"s{uuid.uuid4().hex}")

    def __post_init__(self) -> None:
        self.env: Mapping[str, str] = {"STATE_DSN": self.server.dsn()}
        self.state: Mapping[str, Any] = {"postgres": {"dsn": {"env": "STATE_DSN"}, "schema": self.schema}}

    def stored(self) -> Mapping[str, str]:
        query = sql.SQL("SELECT space || '/' || name, version FROM {}.blobs").format(sql.Identifier(self.schema))
        with self.server.admin() as connection:
            return dict(connection.execute(query).fetchall())

    def blobs(self, space: str) -> Blobs:
        return PostgresBlobs(
            self.server.dsn(),
            space=space,
            schema=self.schema,
            clock=time.monotonic,
            sleep=time.sleep,
            nonce=nonce,
        )


@contextmanager
def opened(name: str, folder: Path, *, serving: Callable[[str], Any]) -> Iterator[Place]:
    """Give a place of its own to one test; `serving` gives a fixture of `tests/conftest.py` by its name.

    The names are those in `NAMES`, and `git-http` for git over HTTP.
    """
    with ExitStack() as ending:
        if name == "object":
            yield BucketPlace(folder, serving("object_service"))
        elif name == "postgres":
            yield DatabasePlace(folder, serving("postgres_server"))
        else:
            world: World = serving("git_template").copy(folder)
            url = f"file://{world.remote}" if name == "git" else ending.enter_context(serve(folder)).url()
            yield RemotePlace(world, url)
