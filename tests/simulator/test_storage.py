"""What a tenant remembers: over a restart, over a kill, under many hands."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import lwdeploy
from lwdeploy.simulator import DataFileError, start
from tests.simulator.conftest import ADMIN, TOKYO, bot_body, menu_body

if TYPE_CHECKING:
    from tests.simulator.conftest import Api, Begin

_ROOT = Path(lwdeploy.__file__).parents[1]
_SERVE = """
import sys
from pathlib import Path
from lwdeploy.simulator import serve

serve(data=Path(sys.argv[1]), announce=lambda tenant: print(tenant.endpoint, flush=True))
"""


def program(code: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    )


@contextmanager
def served(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Serve a data file in a process of its own; give the process and the endpoint."""
    with program(_SERVE, str(data)) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def fill(api: Api) -> dict[str, Any]:
    """Put one of everything into a tenant and return what it holds."""
    bot_id = api.make_bot(allowDomains=[TOKYO])
    api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}", {"allowToSelectedMember": True})
    api.done("POST", f"/bots/{bot_id}/domains/{TOKYO}/members", {"userId": ADMIN})
    menu = api.done("POST", f"/bots/{bot_id}/richmenus", menu_body())["richmenuId"]
    api.done("POST", f"/bots/{bot_id}/richmenus/{menu}/users/{ADMIN}")
    other = api.make_bot()
    action = {"type": "message", "label": "Help"}
    api.done("POST", f"/bots/{other}/persistentmenu", {"content": {"actions": [action]}})
    return api.tenant.snapshot()


def test_a_restart_changes_nothing_that_a_client_knows(begin: Begin, tmp_path: Path) -> None:
    """Objects, credentials, domains, and tokens already issued are the same afterwards."""
    first = begin(data=tmp_path / "tenant.db", domains=(TOKYO,))
    before = fill(first)
    first.tenant.stop()
    assert [path.name for path in tmp_path.iterdir()] == ["tenant.db"]
    assert (tmp_path / "tenant.db").stat().st_mode & 0o777 == 0o600
    with start(data=tmp_path / "tenant.db") as second:
        assert second.snapshot() == before
        for name in ("client_id", "client_secret", "service_account", "private_key", "domain_ids"):
            assert getattr(second, name) == getattr(first.tenant, name)
        headers = {"Authorization": f"Bearer {first.token}"}
        assert first.http.get(f"{second.endpoint}/bots", headers=headers).status_code == 200


def test_a_tenant_keeps_its_domains_and_takes_more(begin: Begin, tmp_path: Path) -> None:
    """Default domains are not forced on a tenant that was made without them."""
    data = tmp_path / "tenant.db"
    for settings, expected in (({"domains": (7, 5)}, (7, 5)), ({}, (7, 5)), ({"domains": (5, 6)}, (7, 5, 6))):
        api = begin(data=data, **settings)
        assert api.tenant.domain_ids == expected
        api.make_bot(allowDomains=list(expected))
        api.tenant.stop()


def test_a_tenant_stops_as_often_as_it_is_told(begin: Begin) -> None:
    tenant = begin().tenant
    tenant.stop()
    tenant.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(tenant.control_url + "/health", trust_env=False)


def test_a_data_file_serves_one_tenant_at_a_time(begin: Begin, tmp_path: Path) -> None:
    """The second one is told; the first one is not disturbed; afterwards the file is free."""
    data = tmp_path / "tenant.db"
    api = begin(data=data)
    with pytest.raises(DataFileError, match="in use by another local tenant"):
        start(data=data)
    with program(_SERVE, str(data)) as process:
        assert process.wait() != 0
    api.make_bot()
    api.tenant.stop()
    start(data=data).stop()


def test_a_taken_port_is_an_error_that_leaves_the_data_free(begin: Begin, tmp_path: Path) -> None:
    taken = begin().tenant.port
    with pytest.raises(OSError, match="in use"):
        start(data=tmp_path / "tenant.db", port=taken)
    start(data=tmp_path / "tenant.db").stop()


def test_what_is_no_data_file_is_left_as_it_is(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, but long enough to look into it " * 20)
    with pytest.raises(DataFileError, match="not the data file of a local tenant"):
        start(data=text)
    assert text.read_text().startswith("not a database")
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as database:
        database.execute("CREATE TABLE t (x)")
    with pytest.raises(DataFileError, match="version 0"):
        start(data=foreign)


def test_a_killed_tenant_has_every_write_that_it_acknowledged(begin: Begin, tmp_path: Path) -> None:
    """Killed in the middle of writes from several clients: the file is sound, and no answer was a lie."""
    data = tmp_path / "tenant.db"
    api = begin(data=data)
    api.tenant.stop()
    acknowledged: list[tuple[int, str]] = []
    enough = threading.Event()

    def write(endpoint: str, worker: int) -> None:
        headers = {"Authorization": f"Bearer {api.token}"}
        with httpx.Client(headers=headers, trust_env=False, timeout=20) as http:
            try:
                for number in range(10_000):
                    name = f"{worker}-{number}"
                    answer = http.post(f"{endpoint}/bots", json=bot_body(botName=name))
                    http.patch(f"{endpoint}/bots/{answer.json()['botId']}", json={"description": name})
                    acknowledged.append((answer.json()["botId"], name))
                    if len(acknowledged) >= 60:
                        enough.set()
            except httpx.TransportError:
                return

    with served(data) as (process, endpoint), ThreadPoolExecutor(4) as workers:
        for worker in range(4):
            workers.submit(write, endpoint, worker)
        assert enough.wait(60)
        process.send_signal(signal.SIGKILL)
    with closing(sqlite3.connect(data)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with start(data=data) as tenant:
        kept = {bot["botId"]: (bot["botName"], bot["description"]) for bot in tenant.snapshot()["bots"]}
    assert len(acknowledged) >= 60
    assert {bot_id: kept.get(bot_id) for bot_id, _ in acknowledged} == {
        bot_id: (name, name) for bot_id, name in acknowledged
    }
