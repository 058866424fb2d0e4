"""The PostgreSQL backend among cut wires, killed sessions, restarts, locks and processes that stand still."""

from __future__ import annotations

import json
import select
import signal
import subprocess
import sys
import threading
import time as real_time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from lwdeploy.core.errors import StateError
from lwdeploy.state import postgres_connection
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.postgres import PostgresBlobs
from lwdeploy.state.swap import PATIENCE
from tests.unit.state.postgres.conftest import opened
from tests.unit.state.postgres.server import Server
from tests.unit.state.postgres.wire import (
    Fault,
    Step,
    Wire,
    cut_after,
    cut_before,
    forward,
    frozen_after,
    frozen_before,
    wired,
)

if TYPE_CHECKING:
    from tests.unit.state.conftest import FakeTime

_CHILD = str(Path(__file__).parents[1] / "blobs_child.py")
_LONG = 60.0  # bounds a hang; nothing waits for it to pass

LOST: dict[str, Fault] = {
    "cut before": cut_before,
    "cut after": cut_after,
    "frozen before": frozen_before,
    "frozen after": frozen_after,
}

WRITES: dict[str, Callable[[PostgresBlobs, str], None]] = {
    "make": lambda blobs, _: _returned(blobs.put("y", b"new", expected=None), blobs, "y"),
    "swap": lambda blobs, former: _returned(blobs.put("x", b"new", expected=former), blobs, "x"),
    "delete": lambda blobs, former: blobs.delete("x", expected=former),
}


def _returned(version: str, blobs: PostgresBlobs, name: str) -> None:
    assert blobs.get(name) == Blob(content=b"new", version=version)


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with wired(server.folder / ".s.PGSQL.5432") as started:
        yield started


@pytest.fixture
def blobs(wire: Wire, schema: str, time: FakeTime, monkeypatch: pytest.MonkeyPatch) -> PostgresBlobs:
    """Give a handle over the wire that gives up a transaction after half a second."""
    monkeypatch.setattr(postgres_connection, "_WHOLE", 0.5)
    dsn = psycopg.conninfo.make_conninfo(
        host="127.0.0.1", port=wire.port, user="admin", dbname="postgres", sslmode="disable", connect_timeout=2
    )
    return opened(dsn, time, schema=schema)


@pytest.fixture
def other(make_blobs: Callable[[], PostgresBlobs]) -> PostgresBlobs:
    """Give a handle to the same place that nothing happens to."""
    return make_blobs()


@pytest.fixture
def former(other: PostgresBlobs, wire: Wire) -> str:
    version = other.put("x", b"old", expected=None)
    wire.reset()
    return version


def test_a_write_is_a_conversation_of_known_length(blobs: PostgresBlobs, wire: Wire, former: str) -> None:
    blobs.put("x", b"counted", expected=former)
    words = (b"BEGIN", b"set_config", b"UPDATE", b"COMMIT")
    said = [next((word for word in words if word in each), None) for each in wire.steps[:5]]
    assert said == [None, *words]  # and a goodbye, which may come after we looked


@pytest.mark.parametrize(
    ("lost", "step"),
    [(lost, step) for lost in LOST for step in range(1, 7) if "cut" in lost or step in {2, 4, 5}],
)
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_is_cut_or_frozen_anywhere_is_settled_and_stored_once(
    blobs: PostgresBlobs, other: PostgresBlobs, wire: Wire, former: str, lost: str, write: str, step: int
) -> None:
    wire.faults[step] = LOST[lost]
    WRITES[write](blobs, former)
    found = other.get("y" if write == "make" else "x")
    assert (found is None) == (write == "delete")
    with pytest.raises(Moved):
        other.put("x" if write != "make" else "y", b"late", expected=former)


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("step", range(2, 7))
def test_a_session_that_is_killed_anywhere_is_settled(
    blobs: PostgresBlobs, other: PostgresBlobs, server: Server, wire: Wire, former: str, write: str, step: int
) -> None:
    def killed(at: Step) -> bool:
        server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'lwdeploy'")
        return forward(at)

    wire.faults[step] = killed
    WRITES[write](blobs, former)
    assert (other.get("y" if write == "make" else "x") is None) == (write == "delete")


@pytest.mark.parametrize("step", range(1, 7))
@pytest.mark.parametrize("lost", ["cut before", "cut after"])
def test_a_read_that_is_cut_anywhere_is_repeated(
    blobs: PostgresBlobs, wire: Wire, former: str, lost: str, step: int
) -> None:
    wire.faults[step] = LOST[lost]
    assert blobs.get("x") == Blob(content=b"old", version=former)
    wire.reset()
    wire.faults[step] = LOST[lost]
    assert blobs.names("") == ("x",)


@pytest.mark.parametrize("step", range(1, 16))
def test_the_first_write_that_is_cut_while_it_makes_the_table_is_settled(
    blobs: PostgresBlobs, other: PostgresBlobs, wire: Wire, step: int
) -> None:
    wire.faults[step] = cut_after
    version = blobs.put("x", b"1", expected=None)
    assert other.get("x") == Blob(content=b"1", version=version)


def test_after_a_lost_commit_it_is_not_claimed_that_nothing_was_stored(
    blobs: PostgresBlobs, other: PostgresBlobs, wire: Wire, former: str
) -> None:
    def built_upon(step: Step) -> bool:
        forward(step)
        select.select([step.server], [], [], _LONG)
        found = other.get("x")
        assert found is not None
        other.put("x", found.content + b" and theirs", expected=found.version)
        return cut_before(step)

    wire.faults[5] = built_upon
    with pytest.raises(StateError, match="it may have been stored") as raised:
        blobs.put("x", b"ours", expected=former)
    assert not isinstance(raised.value, Moved)
    found = other.get("x")
    assert found is not None
    assert found.content == b"ours and theirs"


def test_a_write_that_never_comes_through_says_that_it_may_have_been_stored(
    blobs: PostgresBlobs, wire: Wire, former: str, time: FakeTime
) -> None:
    def dead(step: Step) -> bool:
        is_write = b"COMMIT" in step.sent and b"UPDATE" in wire.steps[-2]
        return cut_before(step) if is_write else forward(step)

    wire.faults = dict.fromkeys(range(1, 200), dead)
    begun = time.now
    with pytest.raises(StateError, match=r"gave no answer.* the write to x in postgres .* may have been stored"):
        blobs.put("x", b"ours", expected=former)
    assert time.now - begun <= PATIENCE


def test_a_transaction_that_outlives_its_wire_is_waited_for_and_decides(
    blobs: PostgresBlobs, other: PostgresBlobs, server: Server, schema: str, wire: Wire, former: str
) -> None:
    """A look that finds the old version proves nothing while the first copy is still under way."""
    with server.admin() as blocker:
        blocker.execute("BEGIN")
        blocker.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(schema, "blobs")))
        released = threading.Timer(1.0, blocker.execute, ("COMMIT",))
        wire.faults[4] = frozen_after
        released.start()
        version = blobs.put("x", b"new", expected=former)
        released.join()
    assert other.get("x") == Blob(content=b"new", version=version)


def test_a_lock_that_somebody_holds_is_told_after_the_statements_time(
    other: PostgresBlobs, server: Server, schema: str, former: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "_STATEMENT", 200)
    with server.admin() as blocker:
        blocker.execute("BEGIN")
        blocker.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(schema, "blobs")))
        with pytest.raises(StateError, match="took too long, and nothing was stored") as raised:
            other.put("x", b"new", expected=former)
        assert "lock" in raised.value.advice
        assert other.get("x") == Blob(content=b"old", version=former)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
@pytest.mark.parametrize("step", [2, 4, 5])
def test_a_restart_of_the_server_in_the_middle_is_settled(
    blobs: PostgresBlobs,
    other: PostgresBlobs,
    server: Server,
    wire: Wire,
    former: str,
    how: signal.Signals,
    step: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgres_connection, "_WHOLE", _LONG)

    def restart(at: Step) -> bool:
        forward(at)
        server.stop(how=how)
        server.start()
        return cut_before(at)

    wire.faults[step] = restart
    version = blobs.put("x", b"new", expected=former)
    assert other.get("x") == Blob(content=b"new", version=version)


def test_a_server_that_is_down_for_a_moment_is_waited_for(server: Server, schema: str) -> None:
    blobs = PostgresBlobs(
        server.dsn(),
        space="production",
        schema=schema,
        clock=real_time.monotonic,
        sleep=real_time.sleep,
        nonce=lambda: uuid.uuid4().hex,
    )
    former = blobs.put("x", b"old", expected=None)
    server.stop()
    coming = threading.Timer(0.1, server.start)
    coming.start()
    version = blobs.put("x", b"new", expected=former)
    coming.join()
    assert blobs.get("x") == Blob(content=b"new", version=version)


def test_a_process_that_stands_still_does_not_keep_a_row_from_the_others(
    blobs: PostgresBlobs, other: PostgresBlobs, wire: Wire, former: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "_IDLE", 200)
    monkeypatch.setattr(postgres_connection, "_WHOLE", 5.0)
    told: list[StateError] = []
    stands, goes_on = threading.Event(), threading.Event()

    def stand_still(step: Step) -> bool:
        stands.set()
        assert goes_on.wait(_LONG)
        return forward(step)

    def write() -> None:
        try:
            blobs.put("x", b"ours", expected=former)
        except StateError as error:
            told.append(error)

    wire.faults[5] = stand_still
    writing = threading.Thread(target=write)
    writing.start()
    assert stands.wait(_LONG)
    version = other.put("x", b"theirs", expected=former)
    goes_on.set()
    writing.join()
    assert len(told) == 1
    assert other.get("x") == Blob(content=b"theirs", version=version)


def test_a_process_that_stood_still_writes_again_if_nobody_else_did(
    blobs: PostgresBlobs, wire: Wire, former: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "_IDLE", 50)
    monkeypatch.setattr(postgres_connection, "_WHOLE", 5.0)

    def stand_still(step: Step) -> bool:
        real_time.sleep(0.4)
        return forward(step)

    wire.faults[5] = stand_still
    version = blobs.put("x", b"ours", expected=former)
    assert blobs.get("x") == Blob(content=b"ours", version=version)
    assert sum(b"COMMIT" in each for each in wire.steps) > 2


def test_processes_killed_in_the_middle_lose_no_write_of_the_others(
    other: PostgresBlobs, place: dict[str, str]
) -> None:
    other.put("count", b"0", expected=None)
    command = [sys.executable, _CHILD, json.dumps(place), "count"]
    with subprocess.Popen([*command, "1000", "killed"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as killed:
        assert killed.stdin is not None
        assert killed.stdout is not None
        killed.stdout.readline()
        killed.stdin.write(b"go\n")
        killed.stdin.flush()
        while (found := other.get("count")) is not None and found.content == b"0":
            real_time.sleep(0.01)
        killed.kill()
    before = other.get("count")
    assert before is not None
    subprocess.run([*command, "3", "alive"], check=True, input=b"go\n", capture_output=True, timeout=_LONG)
    after = other.get("count")
    assert after is not None
    assert int(after.content) - int(before.content) in {3, 4}  # the last one of the killed process may land late
