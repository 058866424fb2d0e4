"""One bucket of an S3 service through obstore: each method is one request, and failures are told in words.

Nothing is repeated here, and nothing by obstore: whether a request may be repeated is for the caller to know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store

from lwdeploy.state.object_credentials import Keys, find_credentials
from lwdeploy.state.object_place import Where
from lwdeploy.state.object_problems import explain, is_absent, unlike_s3
from lwdeploy.state.swap import RefusedError

if TYPE_CHECKING:
    from obstore import PutMode

__all__ = ["Bucket", "Found", "Listed"]

_CONNECT = timedelta(seconds=5)
_ANSWER = timedelta(seconds=10)  # from the request to the answer, and from one piece of a body to the next
_WHOLE = timedelta(seconds=60)
_SMALL = 256 * 1024
_SLOWEST = 64 * 1024  # bytes a second of an upload that is still waited for

_OURS = re.compile(r"[a-z0-9._/-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An object as it is stored."""

    stored: bytes = field(repr=False)
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A line of a list."""

    name: str
    size: int


class Bucket:
    """The objects of one place. May be used from any thread."""

    def __init__(self, where: Where, environ: Mapping[str, str], keys: Keys | None = None) -> None:
        self._where = where
        self._credentials = find_credentials(environ) if keys is None else keys.credentials()
        self._reading = self._open(timeout=_WHOLE, read=_ANSWER)
        self._writing = self._open(timeout=_ANSWER)

    def get(self, name: str) -> Found | None:
        """Give an object, None when the service says that there is none of this name."""
        try:
            answer = obstore.get(self._reading, name)
            version, stored = answer.meta["e_tag"], bytes(answer.bytes())
        except (BaseError, OSError, ValueError) as error:
            if is_absent(error):
                return None
            raise explain(error, self._where) from error
        if not version:
            raise unlike_s3(self._where)
        return Found(stored=stored, version=version)

    def put(self, name: str, stored: bytes, *, over: str | None) -> str:
        """Store an object where version `over` is (None: where none is); give the new version.

        Raises RefusedError when the service refused because of that condition.
        """
        mode: PutMode = "create" if over is None else {"e_tag": over}
        try:
            version = obstore.put(self._writer(len(stored)), name, stored, mode=mode, use_multipart=False)["e_tag"]
        except (AlreadyExistsError, PreconditionError) as error:
            raise RefusedError from error
        except (BaseError, OSError, ValueError) as error:
            raise explain(error, self._where) from error
        if not version:
            raise unlike_s3(self._where)
        return version

    def list(self, folder: str) -> list[Listed]:
        """Give the objects below a folder to the last page; only those that can be ours."""
        try:
            pages = obstore.list(self._reading, folder or None)
            return [
                Listed(name=each["path"], size=each["size"])
                for page in pages
                for each in page
                if _OURS.fullmatch(each["path"])
            ]
        except (BaseError, OSError, ValueError) as error:
            raise explain(error, self._where) from error

    def _writer(self, size: int) -> S3Store:
        return (
            self._writing if size <= _SMALL else self._open(timeout=_ANSWER + timedelta(seconds=size / _SLOWEST))
        )

    def _open(self, *, timeout: timedelta, read: timedelta | None = None) -> S3Store:
        try:
            return S3Store(
                self._where.bucket,
                prefix=self._where.prefix or None,
                config={
                    "region": self._where.region,
                    # Whatever the environment says: these decide where a request goes and what it means.
                    "endpoint": self._where.endpoint,
                    "aws_endpoint_url_s3": self._where.endpoint,
                    "virtual_hosted_style_request": False,
                    "s3_express": False,
                    "skip_signature": False,
                    "conditional_put": "etag",
                    **self._credentials.keys,
                },
                credential_provider=self._credentials.provider,
                client_options={
                    "allow_http": self._where.endpoint.startswith("http:"),
                    "connect_timeout": _CONNECT,
                    "timeout": timeout,
                    **({} if read is None else {"read_timeout": read}),
                },
                retry_config={"max_retries": 0},
            )
        except (BaseError, ValueError) as error:
            raise explain(error, self._where) from error
