"""Blobs at one ref of a git repository: files in the tree of one commit, which every write replaces.

The push is the compare-and-swap: the server moves the ref only from exactly the commit that the write was
made over. A commit has no parents, so that the branch does not grow. It names the last writes, so that a
write whose answer was lost finds itself again, even when others have written since.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lwdeploy.core.errors import StateError, UserError
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.git_place import Place, Target
from lwdeploy.state.git_swap import Swap
from lwdeploy.state.git_tip import Change, Tip
from lwdeploy.state.waiting import Sleep

__all__ = ["DEFAULT_REF", "GitBlobs"]

DEFAULT_REF = "refs/heads/lwdeploy-state"

_PUSHES_KEPT = 200
"""After so many pushes the objects in the scratch folder are thrown away."""

_SEGMENT = re.compile(r"(?!.*\.\.)(?!.*\.lock$)(?!.*\.$)[A-Za-z0-9_][A-Za-z0-9._-]*")
_FOLDER = re.compile(r"(?!\.)[A-Za-z0-9._-]+")
_NAME = re.compile(r"[a-z0-9._-]+(/[a-z0-9._-]+)*")
_UNSAFE = frozenset({".", "..", ".git"})


class GitBlobs:
    """Blobs at `ref` of the remote that the repository around a folder calls `remote`, below `prefix`.

    A version is the id of the git blob: what is written anew has a new version, but the same content written
    again has the same one. Needs `git` 2.31 and, for writes, an account that may force a push to this one ref.
    Reads and writes nothing of the checkout but its settings. Knows nothing between calls that a call relies
    on: each `get` asks the remote. May be used from any thread; one call at a time.

    `env` is the environment that git runs in, `nonce` gives fresh random text, `seconds` bounds each connection.
    Raises UserError for a ref, remote or prefix that cannot be right; looks at nothing yet.
    """

    def __init__(
        self,
        repository: Path,
        *,
        remote: str = "origin",
        ref: str = DEFAULT_REF,
        prefix: str = "",
        env: Mapping[str, str],
        sleep: Sleep,
        nonce: Callable[[], str],
        seconds: float = 60.0,
    ) -> None:
        _require_remote(remote)
        _require_ref(ref)
        _require_prefix(prefix)
        below = f", folder {prefix}" if prefix else ""
        name = f"git branch {ref.removeprefix('refs/heads/')} of remote {remote}{below}"
        self._target = Target(repository=repository, remote=remote, ref=ref, name=name)
        self._prefix = f"{prefix}/" if prefix else ""
        self._env = dict(env)
        self._sleep = sleep
        self._nonce = nonce
        self._seconds = seconds
        self._mutex = threading.Lock()
        self._place: Place | None = None

    def describe(self) -> str:
        """Name branch, remote and folder: no URL, which differs from clone to clone and may hold a token."""
        return self._target.name

    def close(self) -> None:
        """Remove the scratch folder now instead of at the end of the program. Later calls make a new one."""
        with self._mutex:
            self._drop()

    def get(self, name: str) -> Blob | None:
        """Fetch, and give a blob; see `Blobs.get`."""
        path = self._path(name)
        with self._at_work() as place:
            version = place.fetch().files.get(path)
            return None if version is None else Blob(content=place.blob(version), version=version)

    def put(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Push a commit with the new content; see `Blobs.put`."""
        change = Change(path=self._path(name), content=content, expected=expected)
        return self._swap(change).files[change.path]

    def delete(self, name: str, *, expected: str) -> None:
        """Push a commit without the file; see `Blobs.delete`."""
        self._swap(Change(path=self._path(name), content=None, expected=expected))

    def names(self, prefix: str) -> tuple[str, ...]:
        """Fetch, and give the names of the files below our folder; see `Blobs.names`."""
        with self._at_work() as place:
            below = [
                path.removeprefix(self._prefix) for path in place.fetch().files if path.startswith(self._prefix)
            ]
        return tuple(sorted(name for name in below if name.startswith(prefix) and _NAME.fullmatch(name)))

    def _swap(self, change: Change) -> Tip:
        with self._at_work() as place:
            return Swap(place, change, sleep=self._sleep, nonce=self._nonce).carry_out()

    # --- the scratch repository

    @contextmanager
    def _at_work(self) -> Iterator[Place]:
        """Give the place to one thread. Whatever a failed or killed git left behind in it is not used again."""
        with self._mutex:
            try:
                yield self._opened()
            except Moved:
                raise
            except OSError as error:
                self._drop()
                folder = error.filename or "the folder for temporary files"
                raise StateError(
                    f"cannot work on {self.describe()} in {folder}: {error.strerror}",
                    advice="Make room for temporary files, or set TMPDIR to a folder that this user may write to.",
                ) from error
            except BaseException:
                self._drop()
                raise

    def _opened(self) -> Place:
        if self._place is not None and self._place.pushes >= _PUSHES_KEPT:
            self._drop()
        if self._place is None:
            self._place = Place(self._target, env=self._env, sleep=self._sleep, seconds=self._seconds)
        return self._place

    def _drop(self) -> None:
        place, self._place = self._place, None
        if place is not None:
            place.close()

    # --- names

    def _path(self, name: str) -> str:
        if not _NAME.fullmatch(name) or not _UNSAFE.isdisjoint(name.split("/")):
            raise StateError(f"git cannot keep a file named {name!r}", advice="This is a mistake in lwdeploy.")
        return self._prefix + name


def _require_remote(remote: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._/-]*", remote):
        raise UserError(
            f"{remote!r} is not the name of a git remote",
            advice="Name one that `git remote` shows, such as origin; an address gets a name by git remote add.",
        )


def _require_ref(ref: str) -> None:
    first, *rest = ref.split("/")
    if first != "refs" or len(rest) < 2 or rest[0] == "tags" or not all(map(_SEGMENT.fullmatch, rest)):
        raise UserError(
            f"{ref.removeprefix('refs/heads/')!r} cannot be the branch that a state is kept in",
            advice="A branch's name is letters, digits and ._- between single slashes, such as lwdeploy-state.",
        )


def _require_prefix(prefix: str) -> None:
    parts = prefix.split("/") if prefix else []
    if not all(_FOLDER.fullmatch(each) for each in parts):
        raise UserError(
            f"{prefix!r} cannot be the folder that a state is kept in",
            advice="A folder's name is letters, digits and ._- between single slashes.",
        )
