"""Where a Tenant says that its state is kept: one of four sorts of place, as the manifest describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lwdeploy.core.secret import SecretRef

__all__ = ["BucketPlace", "DatabasePlace", "FilePlace", "GitPlace", "KeyRefs", "StatePlace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """A local file; `path` is None for the tenant's default one."""

    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GitPlace:
    """A folder at one ref of a remote of the repository that the project lies in."""

    ref: str
    remote: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRefs:
    """The keys of an object store, by reference."""

    access_key_id: SecretRef
    secret_access_key: SecretRef
    session_token: SecretRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketPlace:
    """A folder in a bucket.

    Without an endpoint AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL and then AWS itself count. Plain http is for
    loopback, unless `allow_http`. Without `keys` the credentials are found as the AWS tools find them.
    """

    bucket: str
    prefix: str = ""
    region: str = ""
    endpoint: str = ""
    allow_http: bool = False
    keys: KeyRefs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabasePlace:
    """A space in a table of a database."""

    dsn: SecretRef
    schema: str
    space: str


StatePlace: TypeAlias = FilePlace | GitPlace | BucketPlace | DatabasePlace
