"""Who is in the directory: one look-up for each person, where the app may look (reference 1.5)."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Any

from lwdeploy.api.answers import understood
from lwdeploy.api.call import call
from lwdeploy.core.errors import Rejected, RemoteError
from lwdeploy.planning.tenant_report import Directory, Person

if TYPE_CHECKING:  # loading the HTTP client takes longer than all of validate
    from lwdeploy.api.client import Client

__all__ = ["SCOPE", "look_up"]

SCOPE = "user.read"
"""The least that opens the directory; on the free plan it is the only one there is."""

_UNKNOWN = (400, 404)  # API 1.0 had 400 for accounts that it could not find


def look_up(client: Client, users: Iterable[str], *, pool: Executor) -> Directory:
    """Look every user up, by user id or login. Without the scope nobody is: the answer says why."""
    people = tuple(users)
    futures = [pool.submit(_person, client, user) for user in people]
    try:
        return Directory(people={user: each.result() for user, each in zip(people, futures, strict=True)})
    except RemoteError as error:
        return Directory(unchecked=_why(error))
    finally:
        for future in futures:
            future.cancel()


def _person(client: Client, user: str) -> Person | None:
    try:
        body = client.send(call("getUser", userId=user))
    except Rejected as error:
        if error.status not in _UNKNOWN or error.operation != "getUser":
            raise
        return None
    with understood("getUser", f"userId={user}"):
        return None if body.get("isDeleted") else _found(user, body)


def _found(user: str, body: dict[str, Any]) -> Person:
    names = body.get("userName") or {}
    return Person(
        user_id=user if "@" not in user else str(body["userId"]),
        login=str(body.get("email") or ""),
        name=" ".join(filter(None, (names.get("lastName"), names.get("firstName")))),
        left=False,
    )


def _why(error: RemoteError) -> str:
    if isinstance(error, Rejected):
        return f"the app may not look into the directory; give it the scope {SCOPE} ({error.message})"
    return error.message
