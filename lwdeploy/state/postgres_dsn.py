"""Connection strings of PostgreSQL: read, checked, and named without anything secret. They are never quoted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from psycopg import pq

from lwdeploy.core.errors import StateError

__all__ = ["Dsn"]

_KEYS_TOO = frozenset({"scram_client_key", "scram_server_key"})  # libpq does not mark them as secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Dsn:
    """A connection string; `shown` names the database without credentials, `user` the role if it is said."""

    text: str = field(repr=False)
    shown: str
    user: str
    options: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, text: str, environ: Mapping[str, str] = os.environ) -> Dsn:
        """Read a connection string; what it leaves out comes from the PG* variables. Raises StateError."""
        try:
            parsed = pq.Conninfo.parse(text.encode())
        except (psycopg.Error, UnicodeError):
            raise _unreadable() from None  # libpq quotes what it could not read: it may be the password
        options = {each.keyword.decode(): each.val.decode("utf-8", "replace") for each in parsed if each.val}
        secrets = [each.val.decode() for each in parsed if each.val and _is_secret(each)]
        if not options or "\0" in text or not _is_sound(options):
            raise _unreadable()
        return cls(
            text=text,
            shown=_shown(options, environ),
            user=options.get("user") or environ.get("PGUSER", ""),
            options=options,
            secrets=(*secrets, *filter(None, [environ.get("PGPASSWORD")])),
        )

    def without_secrets(self, words: str) -> str:
        """Blot out passwords, should anybody quote them."""
        for secret in self.secrets:
            words = words.replace(secret, "***")
        return words


def _is_secret(option: pq.ConninfoOption) -> bool:
    return option.dispchar == b"*" or option.keyword.decode() in _KEYS_TOO


def _is_sound(options: Mapping[str, str]) -> bool:
    """Whether host, port and database look like ones: a password with `@` or `/` in it spills into them."""
    ports = options.get("port", "0").split(",")
    return "@" not in options.get("host", "") + options.get("dbname", "") and all(
        each.isdecimal() for each in ports if each
    )


def _shown(options: Mapping[str, str], environ: Mapping[str, str]) -> str:
    if "service" in options:
        return f"service {options['service']}"
    host = options.get("host") or options.get("hostaddr") or environ.get("PGHOST") or "localhost"
    port = options.get("port") or environ.get("PGPORT") or "5432"
    name = options.get("dbname") or environ.get("PGDATABASE") or options.get("user") or environ.get("PGUSER", "")
    return f"{host}:{port}/{name}"


def _unreadable() -> StateError:
    return StateError(
        "the connection string of the state's PostgreSQL cannot be read",
        advice="It looks like postgresql://USER:PASSWORD@HOST:5432/DATABASE, with everything in USER and PASSWORD "
        "but letters, digits and -._~ written as %XX. It is not shown because it holds a password.",
    )
