"""Who users are: a login is another spelling of one stable user id (reference section 2.4)."""

import re
import uuid
from typing import Any

from lwdeploy.simulator.fields import Check, Rules
from lwdeploy.simulator.storage import Storage
from lwdeploy.simulator.wire import ApiError, invalid

__all__ = ["add_user", "identify", "people", "remove_user", "require_known", "seed_directory", "user"]

_NAMESPACE = uuid.UUID("6d1b2c0e-4a55-5b0f-9c1d-0c5a4e3f7a10")
_USER_ID = re.compile(r"[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}", re.IGNORECASE)
_LOGIN = re.compile(r"[^@\s/]{1,64}@[^@\s/]{1,255}")
_SEED = ("admin", "taro", "hanako", "jiro", "yuki", "minsu", "jiyeon", "alex", "mei", "wei")


def identify(written: str) -> str:
    """Return the user id that a user id or a login stands for; the same for ever, on every machine."""
    if "@" in written:
        return str(uuid.uuid5(_NAMESPACE, written.lower()))
    return written.lower()


def user(value: object, path: str, _rules: Rules) -> str:
    """Check a user as clients write one: a user id or a login; `me` is refused, as for a service account."""
    if not isinstance(value, str) or not (_USER_ID.fullmatch(value) or _LOGIN.fullmatch(value)):
        raise invalid(path, "is not a user id or a login")
    return value


def people(check_list: Check) -> Check:
    """Let a list of users not name the same person twice, under whichever spelling."""

    def check(value: object, path: str, rules: Rules) -> list[Any]:
        written: list[Any] = check_list(value, path, rules)
        if len({identify(one) for one in written}) < len(written):
            raise invalid(path, "must not repeat a user")
        return written

    return check


def require_known(store: Storage, written: str, *, strict: bool) -> str:
    """Return the user id; in a strict directory refuse users that it does not hold."""
    user_id = identify(written)
    if strict and store.row("SELECT 1 FROM users WHERE user_id = ?", user_id) is None:
        raise ApiError(400, "BAD_REQUEST", f'Bad Request Parameters: Cannot find "{written}"')
    return user_id


def seed_directory(store: Storage, domains: tuple[int, ...]) -> None:
    """Give a new tenant its first users, spread over its domains; `admin@example.com` is one of them."""
    for index, name in enumerate(_SEED):
        add_user(store, f"{name}@example.com", name=name.capitalize(), domain_id=domains[index % len(domains)])


def add_user(store: Storage, login: str, *, name: str, domain_id: int) -> str:
    """Put a user into the directory, or rename one, and return the user id."""
    user_id = identify(login)
    store.run("INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?)", user_id, login.lower(), name, domain_id)
    return user_id


def remove_user(store: Storage, written: str) -> None:
    """Let a user leave: out of the directory, and of the rich menus set for single users."""
    user_id = identify(written)
    if not store.run("DELETE FROM users WHERE user_id = ?", user_id).rowcount:
        raise ValueError(f"the directory has no user {written!r}")
    store.run("DELETE FROM user_richmenus WHERE user_id = ?", user_id)
