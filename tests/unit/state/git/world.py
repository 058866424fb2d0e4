"""A remote, a checkout of it, and a user's environment, all made by the real git."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from lwdeploy.state.git import DEFAULT_REF, GitBlobs

__all__ = ["GIT", "World", "nonce"]

GIT = ["git", "-c", "init.defaultBranch=main", "-c", "user.name=Taro", "-c", "user.email=taro@example.com"]


def nonce() -> str:
    return uuid.uuid4().hex


@dataclass
class World:
    """`remote.git` with one commit on main, and `checkout`, a clone of it, below one folder."""

    folder: Path
    object_format: str = "sha1"
    env: dict[str, str] = field(init=False)
    pauses: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        home = self.folder / "home"
        home.mkdir()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}

    def build(self) -> Self:
        """Make the remote and the checkout."""
        form = f"--object-format={self.object_format}"
        self.git("init", "-q", "--bare", form, str(self.remote), at=self.folder)
        self.git("init", "-q", form, str(self.checkout), at=self.folder)
        self.git("remote", "add", "origin", str(self.remote))
        (self.checkout / "bots.yaml").write_text("kind: Bot\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "bots")
        self.git("push", "-q", "origin", "HEAD:refs/heads/main")
        return self

    def copy(self, folder: Path) -> World:
        """Give the same world in another folder: faster than making one."""
        other = World(folder)
        for each in ("remote.git", "checkout"):
            shutil.copytree(self.folder / each, folder / each, symlinks=True)
        other.git("remote", "set-url", "origin", str(other.remote))
        return other

    @property
    def remote(self) -> Path:
        return self.folder / "remote.git"

    @property
    def checkout(self) -> Path:
        return self.folder / "checkout"

    def git(self, *args: str, at: Path | None = None, env: Mapping[str, str] | None = None) -> str:
        """Run git as the user does."""
        return subprocess.run(
            [*GIT, *args],
            cwd=at or self.checkout,
            env={**self.env, **(env or {})},
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def blobs(self, at: Path | None = None, **settings: Any) -> GitBlobs:
        """Give blobs as another run would have them; its pauses pass at once."""
        given: dict[str, Any] = {"env": self.env, "sleep": self.pauses.append, "nonce": nonce} | settings
        return GitBlobs(at or self.checkout, **given)

    def tip(self, ref: str = DEFAULT_REF) -> str:
        """Give the commit at a ref of the remote, empty when there is none."""
        return self.git("for-each-ref", "--format=%(objectname)", ref, at=self.remote).strip()

    def hook(self, name: str, script: str, *, at: Path | None = None) -> Path:
        """Put a hook into the remote (or elsewhere)."""
        path = (at or self.remote) / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def program(self, name: str, script: str) -> Path:
        """Put a program into a folder of its own, for the PATH."""
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path
