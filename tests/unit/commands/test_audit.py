"""The audit log by itself: whole lines, one before each write and one after it, from any thread and process."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.commands.audit import AuditFile, outcome_of
from lwdeploy.core.address import Address
from lwdeploy.core.errors import StateError, Unavailable
from lwdeploy.state.holder import Holder

ROOT = Path(__file__).resolve().parents[3]
HOLDER = Holder(
    host="runner-7", pid=4711, user="taro", since="2026-01-05T09:00:00Z", job_url="https://ci.example.com/jobs/1"
)
NOON = datetime(2026, 1, 5, 12, 0, 0, 123456, tzinfo=UTC)
BOT = Address.top("bot", "helpdesk")
MENU = BOT.child("rich_menu", "rich-menu", "main")
DIGEST = "sha256:" + "0" * 64


def opened(path: Path, *, run: str = "00000000000000aa") -> AuditFile:
    return AuditFile(path, plan_digest=DIGEST, holder=HOLDER, run=run, now=lambda: NOON)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit" / "acme.jsonl"


@pytest.fixture
def audit(path: Path) -> Iterator[AuditFile]:
    with opened(path) as made:
        yield made


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def test_a_write_has_a_line_before_it_leaves_and_one_when_it_has_ended(audit: AuditFile, path: Path) -> None:
    with audit.about(BOT):
        number = audit.sending("patchBot", {"botId": "2000001"})
        assert lines(path) == [
            {
                "format_version": 1,
                "event": "sent",
                "run": "00000000000000aa",
                "number": 1,
                "time": "2026-01-05T12:00:00.123Z",
                "operation": "patchBot",
                "address": "bot/helpdesk",
                "ids": {"botId": "2000001"},
                "plan_digest": DIGEST,
                "reason": "",
                "user": "taro",
                "host": "runner-7",
                "pid": 4711,
                "job_url": "https://ci.example.com/jobs/1",
            }
        ]
        audit.answered(number, 200)
    assert lines(path)[1] == {
        "format_version": 1,
        "event": "ended",
        "run": "00000000000000aa",
        "number": 1,
        "time": "2026-01-05T12:00:00.123Z",
        "status": 200,
        "outcome": "done",
    }


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (200, "done"),
        (204, "done"),
        (302, "unknown"),
        (400, "refused"),
        (404, "refused"),
        (408, "unknown"),
        (429, "throttled"),
        (500, "unknown"),
        (503, "unknown"),
        (0, "unknown"),
    ],
)
def test_the_status_gives_the_word(status: int, word: str) -> None:
    assert outcome_of(status, sent=True, usable=True) == word


def test_a_request_that_never_left_is_unavailable_and_a_yes_that_tells_nothing_is_unknown() -> None:
    assert outcome_of(0, sent=False, usable=True) == "unavailable"
    assert outcome_of(200, sent=True, usable=False) == "unknown"


def test_each_thread_speaks_of_its_own_address_and_comes_back_to_the_one_before(
    audit: AuditFile, path: Path
) -> None:
    ready, go = threading.Event(), threading.Event()

    def elsewhere() -> None:
        with audit.about(MENU):
            ready.set()
            assert go.wait(10)
            audit.sending("createRichmenu", {})

    with ThreadPoolExecutor(1) as pool, audit.about(BOT):
        other = pool.submit(elsewhere)
        assert ready.wait(10)
        with audit.about(MENU):
            pass
        audit.sending("patchBot", {})
        go.set()
        other.result()
    audit.sending("sendMessage", {})
    assert [each["address"] for each in lines(path)] == ["bot/helpdesk", "bot/helpdesk/rich-menu/main", None]
    assert audit.touched == {BOT, MENU}


def test_the_file_and_its_folder_are_for_their_owner_only(audit: AuditFile, path: Path) -> None:
    assert audit.failure is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_is_there_keeps_its_lines_and_its_mode(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"of":"another run"}\n', encoding="utf-8")
    path.chmod(0o640)
    with opened(path) as audit:
        audit.sending("createBot", {})
    assert [each.get("operation") for each in lines(path)] == [None, "createBot"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_half_a_line_of_a_killed_run_stays_on_a_line_of_its_own(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"format_ver', encoding="utf-8")
    with opened(path) as audit:
        audit.sending("createBot", {})
    first, second, rest = path.read_text(encoding="utf-8").split("\n")
    assert (first, rest) == ('{"format_ver', "")
    assert json.loads(second)["operation"] == "createBot"


@pytest.mark.parametrize("sort", ["a folder", "a pipe", "below a file"])
def test_what_is_no_file_is_refused_when_it_is_opened(tmp_path: Path, sort: str) -> None:
    path = tmp_path / "there"
    if sort == "a folder":
        path.mkdir()
    elif sort == "a pipe":
        os.mkfifo(path)
    else:
        path.touch()
        path /= "audit.jsonl"
    with pytest.raises(StateError, match=r"the audit log .* cannot be written"):
        opened(path)


def test_once_a_line_could_not_be_written_nothing_leaves_any_more(audit: AuditFile, path: Path) -> None:
    first = audit.sending("createBot", {})
    path.unlink()
    for _ in range(2):
        with audit.about(BOT), pytest.raises(Unavailable, match=r"createBot was not sent: .* somebody deleted it"):
            audit.sending("createBot", {})
    audit.answered(first, 201)
    assert isinstance(audit.failure, StateError)
    assert audit.touched == frozenset()


def test_an_end_that_cannot_be_written_loses_no_answer_and_stops_the_next_write(
    audit: AuditFile, path: Path
) -> None:
    number = audit.sending("createBot", {})
    path.unlink()
    audit.answered(number, 201)
    with pytest.raises(Unavailable):
        audit.sending("patchBot", {})


def test_behind_a_closed_gate_nothing_leaves(audit: AuditFile, path: Path) -> None:
    audit.close_gate()
    with pytest.raises(Unavailable, match="the run was stopped"):
        audit.sending("createBot", {})
    assert lines(path) == []


_WRITER = """
import sys
from pathlib import Path
from tests.unit.commands.test_audit import BOT, opened
with opened(Path(sys.argv[1]), run=sys.argv[2]) as audit, audit.about(BOT):
    for _ in range(int(sys.argv[3])):
        audit.answered(audit.sending("patchBot", {"botId": "2" * 3000}), 200)
"""


def test_runs_that_write_at_the_same_time_write_whole_lines(path: Path) -> None:
    runs = [f"{number:016x}" for number in range(4)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-c", _WRITER, str(path)]
    started = [subprocess.Popen([*program, run, "100"], env=env) for run in runs]
    assert [each.wait(timeout=60) for each in started] == [0] * len(runs)
    found = lines(path)
    assert len(found) == len(runs) * 200
    for run in runs:
        mine = [(each["number"], each["event"]) for each in found if each["run"] == run]
        assert mine == [(number, event) for number in range(1, 101) for event in ("sent", "ended")]


def test_threads_write_whole_lines_with_numbers_of_their_own(audit: AuditFile, path: Path) -> None:
    def one(_: int) -> None:
        audit.answered(audit.sending("patchBot", {"botId": "2" * 3000}), 200)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(100)))
    found = lines(path)
    for event in ("sent", "ended"):
        assert sorted(each["number"] for each in found if each["event"] == event) == list(range(1, 101))
