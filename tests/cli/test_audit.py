"""The audit log of an apply: a line for every write that reached the service, whatever became of the run."""

from __future__ import annotations

import json
import re
import resource
import signal
import stat
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import writes
from tests.support.four import KEYS, MARKED, expect_whole
from tests.support.life import STAGES
from tests.support.project import Project, least

DOOMED = [sys.executable, str(Path(__file__).resolve().parents[1] / "crash" / "doomed.py")]
_AN_ID = re.compile(r"[0-9@]")


def _lines(project: Project, name: str = ".lwdeploy/audit/acme.jsonl") -> list[dict[str, Any]]:
    """Give the lines of an audit log; half a line of a killed run is none."""
    path = project.root / name
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _event(lines: Iterable[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [each for each in lines if each["event"] == event]


def _said(lines: Iterable[dict[str, Any]]) -> Counter[tuple[str, ...]]:
    """Count the writes that an audit log tells of, by operation and ids."""
    return Counter((each["operation"], *sorted(each["ids"].values())) for each in _event(lines, "sent"))


def _came(tenant: LocalTenant) -> Counter[tuple[str, ...]]:
    """Count the writes that reached the tenant in the same form."""
    found: Counter[tuple[str, ...]] = Counter()
    for entry in tenant.log():
        if entry.method != "GET" and entry.operation != "issueToken":
            path = unquote(entry.path.removeprefix("/v1.0")).split("/")
            found[(entry.operation, *sorted(each for each in path if _AN_ID.search(each)))] += 1
    return found


def test_every_write_of_a_whole_life_is_in_the_log_and_nothing_else(project: Project, tenant: LocalTenant) -> None:
    """Creates, updates, replacements, pictures, links and deletes: the log and the service count the same."""
    for stage in STAGES:
        project.apply(*stage(project))
    lines = _lines(project)
    said, came = _said(lines), _came(tenant)
    # the address that an upload goes to works once and is a secret: the log knows it by its bot
    uploads, arrived = (
        [key for key in counted.elements() if key[0] == name]
        for counted, name in ((said, "uploadAttachment"), (came, "uploadContent"))
    )
    assert len(uploads) == len(arrived) > 0
    assert said - Counter(uploads) == came - Counter(arrived)
    answered = [each.status for each in tenant.log() if each.method != "GET" and each.operation != "issueToken"]
    assert Counter(each["status"] for each in _event(lines, "ended")) == Counter(answered)
    assert all(each["address"].startswith("bot/") for each in _event(lines, "sent"))


def test_a_line_says_who_did_what_for_which_plan(project: Project) -> None:
    """Plan, person, machine and CI job stand in the line, and the file is for its owner only."""
    project.bot("one", **least("One"))
    assert project.run("plan", "--out", "the.plan").code == 0
    digest = json.loads((project.root / "the.plan").read_text(encoding="utf-8"))["digest"]
    job = {
        "GITHUB_ACTOR": "taro",
        "GITHUB_SERVER_URL": "https://token@github.example.com",
        "GITHUB_REPOSITORY": "acme/bots",
        "GITHUB_RUN_ID": "17",
    }
    ran = project.run("apply", "the.plan", "--report", "report.json", env=job)
    assert ran.code == 0, ran
    lines, [bot_id] = _lines(project), project.ids().values()
    assert [(each["number"], each["event"]) for each in lines] == [
        (1, "sent"),
        (1, "ended"),
        (2, "sent"),
        (2, "ended"),
    ]
    assert [(each["operation"], each["ids"]) for each in _event(lines, "sent")] == [
        ("createBot", {}),
        ("patchBot", {"botId": bot_id}),
    ]
    for each in _event(lines, "sent"):
        assert (each["address"], each["plan_digest"], each["user"]) == ("bot/one", digest, "taro")
        assert each["job_url"] == "https://github.example.com/acme/bots/actions/runs/17"
    report = json.loads((project.root / "report.json").read_text(encoding="utf-8"))
    assert {each["run"] for each in lines} == {report["run"]}
    assert report["audit"] == ".lwdeploy/audit/acme.jsonl"
    assert stat.S_IMODE((project.root / report["audit"]).stat().st_mode) == 0o600


def test_the_log_grows_from_run_to_run_and_a_run_that_writes_nothing_leaves_no_trace(project: Project) -> None:
    """Two applies in one file are told apart; a plan and an apply without changes are not in it."""
    project.bot("one", **least("One"))
    assert project.run("plan").code == 0
    assert _lines(project) == []
    project.apply()
    project.bot("one", **least("One") | {"description": "Else"})
    project.apply()
    project.apply()
    lines = _lines(project)
    assert len({each["run"] for each in lines}) == 2
    assert [each["operation"] for each in _event(lines, "sent")] == ["createBot", "patchBot", "patchBot"]


@pytest.mark.parametrize("by", ["flag", "variable"])
def test_the_place_can_be_named(project: Project, by: str) -> None:
    """--audit and LWDEPLOY_AUDIT name another file, relative to where the program was called."""
    project.bot("one", **least("One"))
    if by == "flag":
        ran = project.run("apply", "--auto-approve", "--audit", "logs/bots.jsonl")
    else:
        ran = project.run("apply", "--auto-approve", env={"LWDEPLOY_AUDIT": "logs/bots.jsonl"})
    assert ran.code == 0, ran
    assert len(_lines(project, "logs/bots.jsonl")) == 4
    assert _lines(project) == []


@pytest.mark.parametrize(
    ("fault", "word", "status"),
    [
        (Fault(kind="status", status=403, operation="patchBot", nth=1), "refused", 403),
        (Fault(kind="status", status=429, operation="patchBot", nth=1), "throttled", 429),
        (Fault(kind="status", status=500, operation="patchBot", nth=1), "unknown", 500),
        (Fault(kind="cut_before_commit", operation="patchBot", nth=1), "unknown", 0),
        (Fault(kind="commit_then_cut", operation="patchBot", nth=1), "unknown", 0),
    ],
    ids=lambda value: f"{value.kind} {value.status}" if isinstance(value, Fault) else "",
)
@pytest.mark.usefixtures("haste")
def test_each_end_has_its_word(
    project: Project, tenant: LocalTenant, fault: Fault, word: str, status: int
) -> None:
    """Every attempt has its own lines, with the status and the word for how it ended."""
    project.bot("one", **least("One"))
    tenant.add_fault(fault)
    project.run("apply", "--auto-approve")
    lines = _lines(project)
    numbers = [each["number"] for each in _event(lines, "sent") if each["operation"] == "patchBot"]
    ended = next(each for each in _event(lines, "ended") if each["number"] == numbers[0])
    assert (ended["outcome"], ended["status"]) == (word, status)
    assert _said(lines) == _came(tenant)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("nth", [2, 7, 13])  # the sweep in tests/crash asks the same at every position
def test_a_killed_run_has_told_of_every_write_that_arrived(
    four: Project, tenant: LocalTenant, nth: int, moment: str
) -> None:
    """Killed with SIGKILL around any request, the log misses nothing that the service saw, then or later."""
    ran = four.process("anything", str(nth), moment, "apply", "--auto-approve", program=DOOMED)
    assert ran.code == -signal.SIGKILL, ran
    said, came = _said(_lines(four)), _came(tenant)
    assert came <= said
    assert sum((said - came).values()) <= 8  # what the threads were about to send
    assert four.run("apply", "--auto-approve").code == 0
    assert _came(tenant) <= _said(_lines(four))
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize("place", ["lwdeploy.yaml/audit.jsonl", "pipe"])
def test_a_log_that_cannot_be_opened_lets_nothing_be_sent(four: Project, tenant: LocalTenant, place: str) -> None:
    """The run ends before its first write, names the file and the way out, and shows no traceback."""
    if place == "pipe":
        (four.root / place).symlink_to("/dev/null")
    ran = four.run("apply", "--auto-approve", "--audit", place)
    assert ran.code == 1, ran
    assert f"the audit log {four.root / place} cannot be written" in ran.err
    assert "--audit" in ran.err
    assert writes(tenant) == []
    assert not four.state_path.exists()


@pytest.mark.parametrize("room", [0, 1000, 4000])
def test_a_log_that_fills_its_disk_stops_the_run(four: Project, tenant: LocalTenant, room: int) -> None:
    """What is not on record is not sent; what was begun is recorded, and the next run ends it."""
    path = four.root / "audit.jsonl"
    path.write_text('{"of":"former runs"}\n' * 10_000, encoding="utf-8")
    most = path.stat().st_size + room

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    flags = ("apply", "--auto-approve", "--audit", "audit.jsonl", "--format", "json")
    ran = four.process(*flags, preexec_fn=limit)
    assert ran.code == (1 if room <= 100 else 7), ran
    assert "audit log" in ran.json["failure"]
    assert ran.json["interrupted"] is False
    assert not any("asked to stop" in each["error"] for each in ran.json["outcomes"])
    said = _said(each for each in _lines(four, "audit.jsonl") if "event" in each)
    assert _came(tenant) == said
    done = [each["address"] for each in ran.json["outcomes"] if each["status"] == "done"]
    assert (set(four.ids()) if four.state_path.exists() else set()) >= set(done)
    assert four.run("apply", "--auto-approve", "--audit", "audit.jsonl").code == 0
    text = path.read_text(encoding="utf-8")
    torn = [line for line in text.splitlines() if not line.endswith("}")]
    assert len(torn) <= 1
    expect_whole(four, tenant, *KEYS)


def test_a_log_that_is_deleted_under_the_run_stops_it(
    four: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot whose naming could not be put on record keeps its mark, and the next run goes on with it."""
    from lwdeploy.api.wire import Wire  # noqa: PLC0415

    exchange = Wire.exchange

    def meddling(self: Wire, request: Any) -> Any:
        answer = exchange(self, request)
        if request.operation == "createBot":
            (four.root / ".lwdeploy/audit/acme.jsonl").unlink(missing_ok=True)
        return answer

    monkeypatch.setattr(Wire, "exchange", meddling)
    ran = four.run("apply", "--auto-approve")
    monkeypatch.undo()
    assert ran.code == 7, ran
    assert "somebody deleted it" in ran.out
    assert "patchBot" not in writes(tenant)
    made = [bot["botName"] for bot in tenant.snapshot()["bots"]]
    assert made
    assert all(MARKED.fullmatch(name) for name in made)
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)
