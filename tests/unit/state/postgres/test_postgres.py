"""The PostgreSQL backend: its table, rights, spaces, and servers that are not as they should be."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from lwdeploy.core.errors import StateError
from lwdeploy.state import postgres_connection
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.postgres import PostgresBlobs
from tests.unit.state.contract import MakeBlobs, compete
from tests.unit.state.postgres.conftest import opened
from tests.unit.state.postgres.server import PASSWORD, Server
from tests.unit.state.postgres.wire import Wire, wired

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime

ATTEMPTS: dict[str, Callable[[PostgresBlobs], object]] = {
    "get": lambda blobs: blobs.get("x"),
    "put": lambda blobs: blobs.put("x", b"1", expected=None),
    "swap": lambda blobs: blobs.put("x", b"1", expected="v"),
    "delete": lambda blobs: blobs.delete("x", expected="v"),
    "names": lambda blobs: blobs.names(""),
}


@pytest.fixture
def role(server: Server, schema: str) -> Iterator[str]:
    """Make a role with a password that may connect and nothing else."""
    name = f"r{uuid.uuid4().hex}"
    with server.admin() as connection:
        made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(name), sql.Literal(PASSWORD))
        connection.execute(made)
    yield name
    server.run("DROP SCHEMA IF EXISTS {} CASCADE", schema)
    server.run("DROP OWNED BY {}", name)
    server.run("DROP ROLE {}", name)


# --- the table


def test_reading_makes_nothing(make_blobs: MakeBlobs, server: Server, schema: str) -> None:
    assert make_blobs().get("x") is None
    make_blobs().delete("x", expected="v")
    with pytest.raises(Moved):
        make_blobs().put("x", b"1", expected="v")
    with server.admin() as connection:
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone()
    assert found is None


def test_the_first_write_makes_schema_and_table(make_blobs: MakeBlobs, server: Server, schema: str) -> None:
    version = make_blobs().put("state.json", b"{}", expected=None)
    asked = "SELECT space, name, content, version, now() - updated_at < '1 min' FROM {}.blobs"
    with server.admin() as connection:
        row = connection.execute(sql.SQL(asked).format(sql.Identifier(schema))).fetchone()
    assert row == ("production", "state.json", b"{}", version, True)


def test_of_processes_that_make_the_table_at_once_none_trips(place: dict[str, str], make_blobs: MakeBlobs) -> None:
    told = compete(place, "make", 5, count=1)
    assert len(told) == 1
    assert make_blobs().names("") == ("made/0",)


def test_of_threads_that_make_the_table_at_once_none_trips(make_blobs: MakeBlobs) -> None:
    failed: list[BaseException] = []
    together = threading.Barrier(4)

    def write(name: str) -> None:
        try:
            blobs = make_blobs()
            together.wait()
            blobs.put(name, b"1", expected=None)
        except BaseException as error:  # noqa: BLE001 - told below, where the test can see it
            failed.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    assert make_blobs().names("") == ("a", "b", "c", "d")


def test_a_schema_that_is_there_already_needs_no_right_to_make_one(
    server: Server, schema: str, role: str, time: FakeTime
) -> None:
    server.run("CREATE SCHEMA {}", schema)
    server.run("GRANT USAGE, CREATE ON SCHEMA {} TO {}", schema, role)
    blobs = opened(server.dsn(user=role), time, schema=schema)
    version = blobs.put("x", b"1", expected=None)
    assert blobs.get("x") == Blob(content=b"1", version=version)


@pytest.mark.parametrize("schema", ['with "quotes" and %s {}', "スキーマ", "UPPER", "x" * 63])
def test_any_name_of_a_schema_is_taken_as_it_is(server: Server, schema: str, time: FakeTime) -> None:
    blobs = opened(server.dsn(), time, schema=schema)
    try:
        version = blobs.put("x", b"1", expected=None)
        assert blobs.get("x") == Blob(content=b"1", version=version)
    finally:
        server.run("DROP SCHEMA {} CASCADE", schema)


@pytest.mark.parametrize("schema", ["", "x" * 64, "あ" * 22, "a\0b"])
def test_a_schema_that_postgresql_would_cut_off_is_refused(schema: str, time: FakeTime) -> None:
    with pytest.raises(StateError, match="is not the name of a schema"):
        opened("host=/nowhere", time, schema=schema)


def test_spaces_know_nothing_of_each_other(server: Server, schema: str, time: FakeTime) -> None:
    here, there = (opened(server.dsn(), time, space=space, schema=schema) for space in ("production", "本番"))
    version = here.put("x", b"1", expected=None)
    there.put("x", b"2", expected=None)
    assert there.names("") == ("x",)
    here.delete("x", expected=version)
    found = there.get("x")
    assert found is not None
    assert found.content == b"2"


# --- rights


def test_whoever_may_not_make_the_table_is_told_the_sql_and_it_works(
    server: Server, schema: str, role: str, time: FakeTime
) -> None:
    blobs = opened(server.dsn(user=role), time, schema=schema)
    with pytest.raises(StateError, match="does not allow it: permission denied") as raised:
        blobs.put("x", b"1", expected=None)
    assert PASSWORD not in str(raised.value)
    statements = raised.value.advice.partition("\n")[2]
    with server.admin() as connection:
        connection.execute(statements.encode())
    version = blobs.put("x", b"1", expected=None)
    blobs.delete("x", expected=blobs.put("x", b"2", expected=version))
    assert blobs.names("") == ()


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_whoever_may_not_use_the_table_is_told_the_sql(
    make_blobs: MakeBlobs, server: Server, schema: str, role: str, time: FakeTime, attempt: str
) -> None:
    make_blobs().put("x", b"1", expected=None)
    blobs = opened(server.dsn(user=role), time, schema=schema)
    with pytest.raises(StateError, match="permission denied for schema") as raised:
        ATTEMPTS[attempt](blobs)
    assert f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{schema}"."blobs" TO "{role}";' in raised.value.advice
    assert time.slept == []


# --- servers that are not as they should be


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"password": "canary-of-another"}, "does not let us in: .*password authentication failed"),
        ({"database": "nowhere"}, 'does not let us in: .*database "nowhere" does not exist'),
    ],
)
def test_a_wrong_password_or_database_is_told_at_once_and_without_it(
    server: Server, role: str, time: FakeTime, attempt: str, said: dict[str, str], words: str
) -> None:
    blobs = opened(server.dsn(**{"database": "postgres", "user": role} | said), time)
    with pytest.raises(StateError, match=words) as raised:
        ATTEMPTS[attempt](blobs)
    assert "canary" not in str(raised.value)
    assert "canary" not in blobs.describe() + repr(blobs)
    assert raised.value.advice
    assert raised.value.__suppress_context__
    assert time.slept == []


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_server_that_cannot_be_reached_is_named_and_nothing_was_stored(time: FakeTime, attempt: str) -> None:
    blobs = opened("postgresql://u:canary@127.0.0.1:1/bots", time)
    with pytest.raises(
        StateError, match=r"postgres 127.0.0.1:1/bots, .* cannot be reached: Connection ref"
    ) as raised:
        ATTEMPTS[attempt](blobs)
    assert "canary" not in str(raised.value)
    assert "may have been stored" not in str(raised.value)
    assert len(time.slept) == 4


def test_a_password_that_the_server_repeats_is_blotted_out(server: Server, time: FakeTime) -> None:
    blobs = opened(server.dsn("canary-word", password="canary-word"), time)
    with pytest.raises(StateError, match=r'database "\*\*\*" does not exist') as raised:
        blobs.get("x")
    assert "canary-word" not in raised.value.message.replace(blobs.describe(), "")


def test_a_server_without_a_free_place_is_tried_again(server: Server, role: str, time: FakeTime) -> None:
    server.run("ALTER ROLE {} CONNECTION LIMIT 0", role)
    blobs = opened(server.dsn(user=role), time)
    with pytest.raises(StateError, match=r"cannot be reached: .*too many connections"):
        blobs.get("x")
    assert len(time.slept) == 4


@pytest.fixture
def copy(make_blobs: MakeBlobs, server: Server) -> Iterator[None]:
    """Let the server be one that follows another, as far as its sessions can see."""
    make_blobs().put("x", b"1", expected=None)
    mark = server.folder / "data" / "standby.signal"
    server.stop()
    mark.touch()
    server.start()
    yield
    server.stop()
    mark.unlink()
    server.start()


@pytest.mark.usefixtures("copy")
def test_a_copy_is_neither_read_nor_written(server: Server, schema: str, time: FakeTime) -> None:
    for attempt in ATTEMPTS.values():
        with pytest.raises(StateError, match="is a copy that takes no writes") as raised:
            attempt(opened(server.dsn(), time, schema=schema))
        assert "primary" in raised.value.advice


@pytest.mark.usefixtures("copy")
def test_of_several_hosts_one_that_is_a_copy_is_passed_over(server: Server, time: FakeTime) -> None:
    blobs = opened(f"host={server.folder},{server.folder} dbname=postgres user=admin", time)
    with pytest.raises(StateError, match=r"does not let us in: .*session is read-only"):
        blobs.get("x")


def test_of_several_hosts_one_that_is_down_is_passed_over(server: Server, schema: str, time: FakeTime) -> None:
    dsn = f"host=127.0.0.1,{server.folder} port=1,5432 dbname=postgres user=admin connect_timeout=2"
    blobs = opened(dsn, time, schema=schema)
    version = blobs.put("x", b"1", expected=None)
    assert blobs.get("x") == Blob(content=b"1", version=version)
    assert time.slept == []


def test_a_transaction_that_the_server_rolled_back_for_another_is_tried_again(
    make_blobs: MakeBlobs, server: Server, schema: str, time: FakeTime
) -> None:
    former = make_blobs().put("x", b"1", expected=None)
    with server.admin() as connection:
        connection.execute(
            sql.SQL(
                """CREATE SEQUENCE {schema}.tries;
                   CREATE FUNCTION {schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   IF nextval('{schema}.tries') < 3 THEN RAISE 'not now' USING ERRCODE = '40001'; END IF;
                   RETURN NEW; END $$;
                   CREATE TRIGGER fail BEFORE UPDATE ON {schema}.blobs
                   FOR EACH ROW EXECUTE FUNCTION {schema}.fail()"""
            ).format(schema=sql.Identifier(schema))
        )
    version = make_blobs().put("x", b"2", expected=former)
    assert make_blobs().get("x") == Blob(content=b"2", version=version)
    assert len(time.slept) == 2


def test_a_cut_that_comes_when_all_is_done_cuts_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[Callable[[], None]] = []

    class Timer(threading.Timer):
        """Comes too late, however soon it is wanted."""

        def __init__(self, _seconds: float, function: Callable[[], None]) -> None:
            super().__init__(3600, function)
            late.append(function)

    monkeypatch.setattr("threading.Timer", Timer)
    with server.admin() as connection:
        with postgres_connection._cut_after(0, connection):
            pass
        late[0]()
        assert connection.execute("SELECT 1").fetchone() == (1,)
        with postgres_connection._cut_after(0, connection):
            late[1]()
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT 1")


@pytest.mark.parametrize(
    "setting",
    [
        "default_transaction_isolation = 'serializable'",
        "default_transaction_isolation = 'repeatable read'",
        "default_transaction_read_only = on",
        "synchronous_commit = off",
        "bytea_output = 'escape'",
        "client_encoding = 'LATIN1'",
        "search_path = ''",
        "standard_conforming_strings = off",
        "lc_messages = 'C'",
    ],
)
def test_what_is_set_for_the_role_changes_nothing(
    make_blobs: MakeBlobs, server: Server, schema: str, role: str, time: FakeTime, setting: str
) -> None:
    make_blobs().put("other", b"1", expected=None)
    server.run("GRANT USAGE ON SCHEMA {} TO {}", schema, role)
    server.run("GRANT ALL ON {}.blobs TO {}", schema, role)
    server.run("ALTER ROLE {} SET " + setting, role)
    blobs = opened(server.dsn(user=role), time, schema=schema, space="本番")
    everything = bytes(range(256))
    version = blobs.put("x", everything, expected=blobs.put("x", b"", expected=None))
    assert blobs.get("x") == Blob(content=everything, version=version)
    with pytest.raises(Moved):
        blobs.put("x", b"", expected=None)


def test_a_commit_is_durable_even_where_the_role_does_without(
    make_blobs: MakeBlobs, server: Server, schema: str, role: str, time: FakeTime
) -> None:
    make_blobs().put("other", b"1", expected=None)
    with server.admin() as connection:
        connection.execute(
            sql.SQL(
                """CREATE FUNCTION {schema}.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   NEW.content := current_setting('synchronous_commit')::bytea; RETURN NEW; END $$;
                   CREATE TRIGGER note BEFORE INSERT ON {schema}.blobs
                   FOR EACH ROW EXECUTE FUNCTION {schema}.note()"""
            ).format(schema=sql.Identifier(schema))
        )
    server.run("GRANT USAGE ON SCHEMA {} TO {}", schema, role)
    server.run("GRANT ALL ON {}.blobs TO {}", schema, role)
    blobs = opened(server.dsn(user=role), time, schema=schema)
    for setting, noted in (("off", b"on"), ("local", b"local"), ("remote_apply", b"remote_apply")):
        server.run("ALTER ROLE {} SET synchronous_commit = " + setting, role)
        blobs.put(setting, b"", expected=None)
        found = blobs.get(setting)
        assert found is not None
        assert found.content == noted


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with wired(server.folder / ".s.PGSQL.5432") as started:
        yield started


def test_nothing_that_outlives_a_transaction_is_asked_of_the_session(
    wire: Wire, schema: str, time: FakeTime
) -> None:
    """A pooler gives each transaction another session: no prepared statements, no settings, no session locks."""
    dsn = psycopg.conninfo.make_conninfo(host="127.0.0.1", port=wire.port, user="admin", dbname="postgres")
    blobs = opened(dsn + " sslmode=disable", time, schema=schema)
    for number in range(7):  # psycopg prepares what it sees for the sixth time
        blobs.delete("x", expected=blobs.put("x", str(number).encode(), expected=None))
        blobs.get("x")
        blobs.names("")
    said = b"".join(wire.steps)
    assert b"_pg3_" not in said
    assert b"PREPARE" not in said
    assert said.count(b"set_config(") == 3 * said.count(b"BEGIN")
    assert said.count(b"options\0") == 0
    assert said.count(b"application_name\0lwdeploy\0") == said.count(b"BEGIN")
    assert b"pg_advisory_lock" not in said


def test_a_refusal_that_has_no_words_of_its_own_is_told_with_its_code(
    make_blobs: MakeBlobs, server: Server, schema: str
) -> None:
    make_blobs().put("other", b"1", expected=None)
    server.run("ALTER TABLE {}.blobs ADD CONSTRAINT small CHECK (length(content) < 10)", schema)
    with pytest.raises(StateError, match=r"refuses \(23514\): .*violates check constraint"):
        make_blobs().put("x", b"1234567890", expected=None)
    assert make_blobs().get("x") is None


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch, time: FakeTime) -> None:
    for name in [each for each in sys.modules if each.startswith("lwdeploy.state.postgres_")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StateError, match="needs psycopg") as raised:
        opened("host=/nowhere", time)
    assert "pip install 'lwdeploy[postgres]'" in raised.value.advice
