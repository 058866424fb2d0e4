"""Connection strings: what is shown of them, and what is refused without being shown."""

from __future__ import annotations

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.postgres_dsn import Dsn


@pytest.mark.parametrize(
    ("text", "environ", "shown"),
    [
        ("postgresql://u:canary@db.example.com:6432/bots?sslmode=verify-full", {}, "db.example.com:6432/bots"),
        ("postgres://u:canary@db.example.com/bots", {}, "db.example.com:5432/bots"),
        ("host=db port=1 dbname=bots user=u password='ca nary'", {}, "db:1/bots"),
        ("host=/run/postgresql user=u", {}, "/run/postgresql:5432/u"),
        ("postgresql://u:canary@a:1,b:2/bots", {}, "a,b:1,2/bots"),
        ("hostaddr=10.0.0.1 dbname=bots", {}, "10.0.0.1:5432/bots"),
        ("service=production password=canary", {}, "service production"),
        ("dbname=bots", {"PGHOST": "h", "PGPORT": "7", "PGPASSWORD": "canary"}, "h:7/bots"),
        ("sslmode=require", {"PGDATABASE": "bots", "PGUSER": "u"}, "localhost:5432/bots"),
        ("sslmode=require", {"PGUSER": "u"}, "localhost:5432/u"),
        ("postgresql://u:p%40ss@h/bots", {}, "h:5432/bots"),
    ],
)
def test_a_connection_string_is_shown_without_secrets(text: str, environ: dict[str, str], shown: str) -> None:
    dsn = Dsn.of(text, environ)
    assert dsn.shown == shown
    assert "canary" not in repr(dsn)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "canary",
        "postgresql+psycopg://u:canary@h/bots",
        "postgresql://u:can@ry@h/bots",
        "postgresql://u:can/ry@h/bots",
        "postgresql://u:can:ry@h:port/bots",
        "postgresql://u:can%zzary@h/bots",
        "postgresql://u:can ary@h/bots",
        "postgresql://u:canary@h/bots?nonsense=1",
        "host=h passwrd=canary",
        "host=h password='canary",
        "postgresql://u:canary@[::1/bots",
        "host=h password=can\0ary",
        "host=h password=\ud800canary",
    ],
)
def test_one_that_cannot_be_read_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(StateError, match="cannot be read") as raised:
        Dsn.of(text, {})
    for part in ("can", "ary", "passwrd"):
        assert part not in str(raised.value).replace("cannot", "")
    assert "%XX" in raised.value.advice
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("postgresql://u:p%40ss@h/bots?sslpassword=key", {"p@ss", "key"}),
        ("host=h scram_client_key=a2V5", {"a2V5"}),
        ("host=h", {"from-environment"}),
    ],
)
def test_every_secret_in_it_is_blotted_out_of_words(text: str, secrets: set[str]) -> None:
    dsn = Dsn.of(text, {"PGPASSWORD": "from-environment"})
    for secret in secrets:
        assert dsn.without_secrets(f"said {secret}!") == "said ***!"


def test_the_user_comes_from_the_string_or_the_environment() -> None:
    assert Dsn.of("host=h user=u", {"PGUSER": "v"}).user == "u"
    assert Dsn.of("host=h", {"PGUSER": "v"}).user == "v"
    assert Dsn.of("host=h", {}).user == ""
