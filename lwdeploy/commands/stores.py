"""From what a Tenant says about its state to an open store."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lwdeploy.commands.request import Request
from lwdeploy.core.errors import UserError
from lwdeploy.core.places import BucketPlace, DatabasePlace, FilePlace, GitPlace
from lwdeploy.core.secret import SecretRef
from lwdeploy.core.tenant import Tenant
from lwdeploy.state.blobs import Blobs
from lwdeploy.state.file import FileStore
from lwdeploy.state.remote import RemoteStore
from lwdeploy.state.store import Store

__all__ = ["lease_clock", "open_store"]


@contextmanager
def open_store(request: Request, tenant: Tenant, *, root: Path) -> Iterator[Store]:
    """Give the state of a tenant as long as the block lasts. Nothing is asked or sent before it is used.

    With `CI` set, a real tenant's state must be named in the Tenant. Raises UserError or StateError for a place
    that cannot be one, for credentials that are missing, and for parts that are not installed.
    """
    place = tenant.state
    match place:
        case GitPlace():
            from lwdeploy.state.git import GitBlobs  # noqa: PLC0415  each backend is loaded by those who use it

            git = GitBlobs(
                root,
                remote=place.remote,
                ref=place.ref,
                prefix=place.folder,
                env=request.env,
                sleep=time.sleep,
                nonce=_nonce,
            )
            with closing(git):
                yield _remote(git)
        case BucketPlace():
            yield _remote(_bucket(place, request))
        case DatabasePlace():
            yield _remote(_database(place, request))
        case FilePlace() | None:
            yield _file(place, request, tenant, root=root)


def _file(place: FilePlace | None, request: Request, tenant: Tenant, *, root: Path) -> Store:
    path = None if place is None else place.path
    if path is None and request.env.get("CI") and not tenant.is_local and tenant.declared:
        raise UserError(
            f"The tenant {tenant.name!r} names no state, and a CI job's disk does not last",
            advice="Name a place that does in the Tenant. state: {git: {}} is a branch of this repository; "
            "state: {object: ...}, state: {postgres: ...} and state: {file: {path: ...}} are there too.",
        )
    given = Path(".lwdeploy") / "state" / f"{tenant.name}.json" if path is None else Path(path)
    return FileStore(root / given, clock=time.monotonic, sleep=time.sleep)


def _bucket(place: BucketPlace, request: Request) -> Blobs:
    from lwdeploy.state.object import ObjectBlobs  # noqa: PLC0415
    from lwdeploy.state.object_credentials import Keys  # noqa: PLC0415
    from lwdeploy.state.object_place import ObjectPlace  # noqa: PLC0415

    keys = place.keys
    return ObjectBlobs(
        ObjectPlace(
            bucket=place.bucket,
            prefix=place.prefix,
            region=place.region,
            endpoint=place.endpoint,
            allow_http=place.allow_http,
        ),
        environ=request.env,
        clock=time.monotonic,
        sleep=time.sleep,
        nonce=_nonce,
        keys=None
        if keys is None
        else Keys(
            access_key_id=_value(keys.access_key_id, request),
            secret_access_key=_value(keys.secret_access_key, request),
            session_token=None if keys.session_token is None else _value(keys.session_token, request),
        ),
    )


def _database(place: DatabasePlace, request: Request) -> Blobs:
    from lwdeploy.state.postgres import PostgresBlobs  # noqa: PLC0415

    return PostgresBlobs(
        _value(place.dsn, request),
        space=place.space,
        schema=place.schema,
        clock=time.monotonic,
        sleep=time.sleep,
        nonce=_nonce,
    )


def _value(ref: SecretRef, request: Request) -> str:
    from lwdeploy.api.credentials import resolve  # noqa: PLC0415  slow to load, and not needed for other places

    return resolve(ref, request.env)


def _remote(blobs: Blobs) -> Store:
    return RemoteStore(blobs, clock=lease_clock, sleep=time.sleep, nonce=_nonce)


def _nonce() -> str:
    return secrets.token_hex(16)


def lease_clock() -> float:
    """Give monotonic seconds that go on while the machine sleeps, where the system can tell them.

    A laptop that was shut in the middle of an apply must not believe that no time has passed: its lease is gone.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; the monotonic clock of others counts sleep or cannot
    return time.monotonic() if boot is None else time.clock_gettime(boot)
