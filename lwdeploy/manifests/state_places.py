"""`spec.state` of a Tenant as a value of the core."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lwdeploy.core.places import BucketPlace, DatabasePlace, FilePlace, GitPlace, KeyRefs, StatePlace
from lwdeploy.core.secret import SecretRef

__all__ = ["reference", "state_place"]

_BRANCH = "lwdeploy-state"
_REMOTE = "origin"
_SCHEMA = "lwdeploy"


def state_place(written: Mapping[str, Any], *, folder: Path, space: str) -> StatePlace | None:
    """Give the place that a valid `spec.state` names, None where it names none.

    `folder` is what its paths are relative to. `space` is what of a shared place is ours unless it is said:
    two projects or tenants must not meet there.
    """
    if "git" in written:
        return _git(written["git"], space)
    if "object" in written:
        return _object(written["object"], folder, space)
    if "postgres" in written:
        return _postgres(written["postgres"], folder, space)
    if "file" in written:
        path = written["file"].get("path")
        return FilePlace(path=None if path is None else str(folder / path))
    return None


def reference(written: Mapping[str, Any], folder: Path) -> SecretRef:
    """Give a reference to a credential; the path of a file is relative to `folder`."""
    file = written.get("file")
    return SecretRef(
        env=written.get("env"),
        file=None if file is None else str(folder / file),
        exec=tuple(written.get("exec", ())),
    )


def _git(written: Mapping[str, Any], space: str) -> GitPlace:
    return GitPlace(
        ref=written.get("ref") or f"refs/heads/{written.get('branch', _BRANCH)}",
        remote=written.get("remote", _REMOTE),
        folder=written.get("folder", space),
    )


def _object(written: Mapping[str, Any], folder: Path, space: str) -> BucketPlace:
    keys = written.get("credentials")
    return BucketPlace(
        bucket=written["bucket"],
        prefix=written.get("prefix", space),
        region=written.get("region", ""),
        endpoint=written.get("endpoint", ""),
        allow_http=written.get("allowHttp", False),
        keys=None if keys is None else _keys(keys, folder),
    )


def _keys(written: Mapping[str, Any], folder: Path) -> KeyRefs:
    token = written.get("sessionToken")
    return KeyRefs(
        access_key_id=reference(written["accessKeyId"], folder),
        secret_access_key=reference(written["secretAccessKey"], folder),
        session_token=None if token is None else reference(token, folder),
    )


def _postgres(written: Mapping[str, Any], folder: Path, space: str) -> DatabasePlace:
    return DatabasePlace(
        dsn=reference(written["dsn"], folder),
        schema=written.get("schema", _SCHEMA),
        space=written.get("space", space),
    )
