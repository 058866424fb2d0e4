"""State in a bucket of an S3 service, by conditional puts.

PREFIX/NAME     a blob: its content, then a stamp
PREFIX/PROBE    an object that is only there to be refused: see `ObjectBlobs._prove`

The version of a blob is its ETag, and an ETag is as a rule the digest of the bytes. So every write ends in a
stamp that no other write has, a line break and 128 blanks and tabs: JSON and pictures with it are still JSON
and pictures, equal contents have different versions, and a write whose answer was lost knows itself again.

Nothing is ever deleted. The services differ in whether they can delete a certain version only, and a look
before the deletion could hit the lease of somebody who came in between; so a deleted blob is one that says so,
written like any other by a conditional put. A stray copy of an old write meets it and is refused.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.object_credentials import Keys
from lwdeploy.state.object_place import ObjectPlace, where
from lwdeploy.state.object_problems import CONDITIONS
from lwdeploy.state.swap import Patience, RefusedError, Seen, again, settle
from lwdeploy.state.waiting import Clock, Sleep

if TYPE_CHECKING:
    from lwdeploy.state.object_bucket import Bucket, Found

__all__ = ["ObjectBlobs"]

_STAMP = re.compile(rb"\n[ \t]{128}\Z")
_DELETED = b"# Deleted by lwdeploy. Leave this object here.\n"
_DELETED_SIZE = len(_DELETED) + 129

_PROBE = "PROBE"  # not a name that a blob can have
_PROBE_CONTENT = b"# lwdeploy tries here whether conditional puts are honoured.\n"
_NO_VERSION = f'"{"0" * 32}"'


class ObjectBlobs:
    """Blobs in a bucket. May be used from any thread. Makes no request before the first method is called.

    Without `keys` the credentials are found as the AWS tools find them in `environ`.
    """

    def __init__(
        self,
        place: ObjectPlace,
        *,
        environ: Mapping[str, str],
        clock: Clock,
        sleep: Sleep,
        nonce: Callable[[], str],
        keys: Keys | None = None,
    ) -> None:
        try:
            from lwdeploy.state.object_bucket import Bucket  # noqa: PLC0415 - obstore is an extra
        except ImportError as error:
            raise StateError(
                "state in an object store needs obstore", advice="Run `pip install 'lwdeploy[object]'`."
            ) from error
        self._where = where(place, environ)
        self._open: Callable[[], Bucket] = partial(Bucket, self._where, environ, keys)
        self._opened: Bucket | None = None
        self._patience = Patience(clock=clock, sleep=sleep)
        self._nonce = nonce
        self._proven = False
        self._mutex = threading.Lock()

    def describe(self) -> str:
        """Name the bucket and the folder in it."""
        return f"object {self._where}"

    def get(self, name: str) -> Blob | None:
        """Give a blob; see `Blobs.get`."""
        found = self._found(name)
        return None if found is None or _is_deleted(found) else _blob(found)

    def put(self, name: str, content: bytes, *, expected: str | None) -> str:
        """Swap a blob by a conditional put; see `Blobs.put`."""
        self._prove()
        over = expected
        if expected is None:
            found = self._found(name)
            if found is not None and not _is_deleted(found):
                raise Moved(
                    f"there is a {name} in {self.describe()} already; nothing was stored", advice="Try again."
                )
            over = None if found is None else found.version
        return self._swap(name, content, over=over)

    def delete(self, name: str, *, expected: str) -> None:
        """Write over a blob that it was deleted; see `Blobs.delete`."""
        self._prove()
        found = self._found(name)
        if found is None or _is_deleted(found):
            return
        if found.version != expected:
            raise Moved(f"somebody else wrote {name} in {self.describe()}", advice="Try again.")
        self._swap(name, _DELETED, over=expected, deleting=True)

    def names(self, prefix: str) -> tuple[str, ...]:
        """List the folder that `prefix` is in; see `Blobs.names`."""
        folder = prefix.rpartition("/")[0]
        listed = again(lambda: self._bucket().list(folder), self._patience)
        if not listed:
            self._found(
                _PROBE
            )  # a page of a proxy reads like an empty list, but not like an object or its absence
        names = [
            each.name for each in listed if each.name.startswith(prefix) and self._is_there(each.name, each.size)
        ]
        return tuple(sorted(names))

    def _is_there(self, name: str, size: int) -> bool:
        return size != _DELETED_SIZE or self.get(name) is not None

    def _found(self, name: str) -> Found | None:
        return again(lambda: self._bucket().get(name), self._patience)

    def _swap(self, name: str, content: bytes, *, over: str | None, deleting: bool = False) -> str:
        """Send content with a new stamp until it is known what came of it."""
        stored = content + self._stamp()

        def look() -> Seen:
            found = self._found(name)
            ours = found is not None and found.stored == stored
            return Seen(
                version=None if found is None else found.version,
                ours=ours or (deleting and (found is None or _is_deleted(found))),
            )

        return settle(
            lambda: self._bucket().put(name, stored, over=over),
            look,
            expected=over,
            patience=self._patience,
            place=f"{name} in {self.describe()}",
        )

    def _stamp(self) -> bytes:
        bits = int.from_bytes(hashlib.sha256(self._nonce().encode()).digest()[:16], "big")
        return b"\n" + f"{bits:0128b}".replace("0", " ").replace("1", "\t").encode()

    def _bucket(self) -> Bucket:
        with self._mutex:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _prove(self) -> None:
        """Make sure, before the first write, that conditions are honoured.

        A service that ignores them would let two runs overwrite each other in silence. That it also honours
        them when two requests come at once is its word: nothing that is seen from here can prove it.
        """
        if self._proven:
            return
        if not self._refuses(None) and not self._refuses(None):  # the first one may have made the object
            raise self._ignored("If-None-Match")
        if not self._refuses(_NO_VERSION):
            raise self._ignored("If-Match")
        self._proven = True

    def _refuses(self, over: str | None) -> bool:
        def attempt() -> bool:
            try:
                self._bucket().put(_PROBE, _PROBE_CONTENT, over=over)
            except RefusedError:
                return True
            return False

        return again(attempt, self._patience)

    def _ignored(self, header: str) -> StateError:
        return StateError(
            f"{self.describe()} cannot keep a state: the service ignores {header} on a PUT; nothing was stored",
            advice=CONDITIONS,
        )


def _is_deleted(found: Found) -> bool:
    return _STAMP.sub(b"", found.stored) == _DELETED


def _blob(found: Found) -> Blob:
    """Take the stamp off. Content without one was put there by hand, and is taken as it is."""
    return Blob(content=_STAMP.sub(b"", found.stored), version=found.version)
