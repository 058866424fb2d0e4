"""The report file: truthful from the first moment of an apply, whatever becomes of it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project, Run, least, settle
from tests.support.terminal import Terminal

DOOMED = [sys.executable, str(Path(__file__).resolve().parents[1] / "crash" / "doomed.py")]
NAME = "report.json"
FLAGS = ("apply", "--auto-approve", "--report", NAME)


def _report(project: Project) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((project.root / NAME).read_text(encoding="utf-8"))
    return content


def _by_status(report: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in report["outcomes"]:
        found.setdefault(each["status"], []).append(each["address"])
    return found


def _refused(project: Project, ran: Run, *, code: int, by: str) -> dict[str, Any]:
    """Insist that a run was refused, that the report says why, and that no step was begun."""
    assert ran.code == code, ran
    report = _report(project)
    assert (report["phase"], report["exit_code"], report["complete"]) == ("ended", code, False)
    assert by in report["failure"]
    assert set(_by_status(report)) <= {"not_started"}
    return report


def _until(condition: Any, process: subprocess.Popen[str] | None = None) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        assert process is None or process.poll() is None
        time.sleep(0.005)


# --- ends that give a report of their own


def test_a_good_run_leaves_what_it_prints(four: Project) -> None:
    """The file of a complete run holds the same as stdout with --format json, for its owner only."""
    ran = four.run(*FLAGS, "--format", "json")
    assert ran.code == 0, ran
    report = _report(four)
    assert report == ran.json
    assert (report["phase"], report["exit_code"], report["complete"], report["resume"]) == ("ended", 0, True, "")
    assert report["begun_at"] <= report["ended_at"]
    assert (four.root / NAME).stat().st_mode & 0o077 == 0
    assert [path.name for path in four.root.iterdir() if NAME in path.name] == [NAME]


def test_a_variable_names_the_file_too(four: Project) -> None:
    """LWDEPLOY_REPORT is the flag's variable; an apply without changes leaves a report as well."""
    four.apply()
    assert four.run("apply", env={"LWDEPLOY_REPORT": NAME}).code == 0
    report = _report(four)
    assert (report["complete"], report["outcomes"], report["audit"]) == (True, [], None)


@pytest.mark.parametrize("form", ["text", "json"])
def test_each_outcome_of_a_partly_failed_run_carries_the_command_that_goes_on(
    four: Project, tenant: LocalTenant, form: str
) -> None:
    """The commands are ones that the program takes, and together they end what was left."""
    tenant.add_fault(Fault(kind="status", operation="registerBotDomain", status=403, nth=2))
    tenant.add_fault(Fault(kind="status", operation="setPersistentMenu", status=400))
    ran = four.run(*FLAGS, "-t", "acme", "--format", form)
    tenant.clear_faults()
    assert ran.code == 7, ran
    report = _report(four)
    left = [each for each in report["outcomes"] if each["status"] != "done"]
    assert {each["resume"] for each in report["outcomes"] if each["status"] == "done"} == {""}
    roots = {"/".join(each["address"].split("/")[:2]) for each in left}
    assert {each["resume"] for each in left} == {
        f"lwdeploy apply -t acme --target {root} --auto-approve" for root in roots
    }
    assert report["resume"] == "lwdeploy apply -t acme --auto-approve"
    if form == "text":
        assert all(f"      next: {each['resume']}\n" in ran.out for each in left)
    for each in {each["resume"] for each in left}:
        assert four.run(*shlex.split(each)[1:]).code == 0
    expect_whole(four, tenant, *KEYS)


def test_what_is_not_known_is_to_be_planned_first(project: Project, tenant: LocalTenant) -> None:
    """After a write whose answer is lost for good, the command to go on with is a plan."""
    project.bot("one", **least("One"))
    project.apply()
    project.bot("one", **least("One") | {"description": "Else"})
    tenant.add_fault(Fault(kind="cut_before_commit", operation="patchBot"))
    assert project.run(*FLAGS).code == 7
    tenant.clear_faults()
    [outcome] = _report(project)["outcomes"]
    assert (outcome["status"], outcome["resume"]) == ("unknown", "lwdeploy plan --target bot/one")
    assert _report(project)["resume"] == "lwdeploy plan"


def test_after_a_saved_plan_the_way_on_is_a_new_plan(four: Project, tenant: LocalTenant) -> None:
    """A plan runs once, so what is left of a saved one is planned anew, with the guards that it was given."""
    tenant.add_fault(Fault(kind="status", operation="setPersistentMenu", status=400))
    assert four.run("plan", "--out", "the plan", "--allow", "delete=2").code == 0
    assert four.run("apply", "the plan", "--report", NAME).code == 7
    [left] = [each["resume"] for each in _report(four)["outcomes"] if each["status"] != "done"]
    assert left == "lwdeploy plan --target bot/travel --allow delete=2 --out 'the plan'"
    assert _report(four)["resume"] == "lwdeploy plan --allow delete=2 --out 'the plan'"
    tenant.clear_faults()
    assert four.run(*shlex.split(left)[1:]).code == 0
    assert four.run("apply", "the plan").code == 0
    expect_whole(four, tenant, *KEYS)


def test_a_pruned_bot_is_not_to_be_aimed_at(four: Project, tenant: LocalTenant) -> None:
    """A bot without a manifest is no target: its delete is gone on with by the whole run, --prune included."""
    four.apply()
    four.drop("travel")
    tenant.add_fault(Fault(kind="status", operation="deleteBot", status=403))
    assert four.run(*FLAGS, "--prune", "--allow", "delete=1").code == 1
    tenant.clear_faults()
    outcomes = _report(four)["outcomes"]
    assert {each["resume"] for each in outcomes} == {"lwdeploy apply --prune --allow delete=1 --auto-approve"}
    assert four.run(*shlex.split(outcomes[0]["resume"])[1:]).code == 0
    expect_whole(four, tenant, *(each for each in KEYS if each != "travel"))


def test_a_state_that_cannot_be_written_stands_in_the_report(
    four: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk below the state is told as what stopped the run, with the bots that were begun."""
    from lwdeploy.core.errors import StateError  # noqa: PLC0415
    from lwdeploy.state.file import FileStore  # noqa: PLC0415

    def full(*_: Any, **__: Any) -> None:
        raise StateError("cannot write the state: No space left on device", advice="Make room.")

    monkeypatch.setattr(FileStore, "write", full)
    ran = four.run(*FLAGS)
    monkeypatch.undo()
    assert ran.code == 7, ran
    report = _report(four)
    assert (report["failure"], report["advice"]) == (
        "cannot write the state: No space left on device",
        "Make room.",
    )
    begun = {each["address"] for each in report["outcomes"] if each["action"] == "create" and each["remote_id"]}
    assert begun >= {f"bot/{key}" for key in KEYS}
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


def test_a_lost_lease_stands_in_the_report(four: Project, tenant: LocalTenant) -> None:
    """A run whose lock is taken away under it stops, and says so in its report."""
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=1))
    process = four.start(*FLAGS)
    _until(lambda: len(tenant.log("listBots")) > 1, process)
    four.state_path.with_name("acme.json.lock").unlink()
    ran = settle(process)
    report = _report(four)
    assert ran.code in {6, 7}, ran
    assert ran.code == report["exit_code"]
    assert "no longer holds" in report["failure"]
    assert report["phase"] == "ended"
    assert "done" not in _by_status(report)
    tenant.clear_faults()
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


# --- refused before the first write


def test_a_guard_s_refusal_stands_in_the_report(four: Project, tenant: LocalTenant) -> None:
    """The reason, its way out and every step that was not begun."""
    tenant.make_bots(1)
    report = _refused(four, four.run(*FLAGS), code=4, by="[state]")
    assert "lwdeploy state init" in report["advice"]
    assert len(report["outcomes"]) == 9
    assert report["calls"]["listBots"] == 1


def test_every_other_refusal_stands_in_the_report(four: Project) -> None:
    """Invalid manifests, wrong calls and plans that are none: the report of a former run does not stay."""
    assert four.run(*FLAGS).code == 0
    (four.root / "no.plan").write_text("{}", encoding="utf-8")
    _refused(four, four.run("apply", "no.plan", "--report", NAME), code=1, by="no plan")
    _refused(four, four.run("apply", "x", "--target", "bot/travel", "--report", NAME), code=1, by="--target")
    _refused(four, four.run(*FLAGS, "-t", "nowhere"), code=1, by="nowhere")
    _refused(four, four.run(*FLAGS, env={"LWDEPLOY_PRIVATE_KEY": ""}), code=1, by="LWDEPLOY_PRIVATE_KEY")
    four.bot("bad", **least("Bad", colour="red"))
    _refused(four, four.run(*FLAGS), code=3, by="1 problem")
    four.bot("bad", **least("Bad"))
    asked = _refused(four, four.run("apply", "--report", NAME), code=1, by="no terminal")
    assert asked["outcomes"][0]["resume"] == "lwdeploy apply --target bot/bad"


def test_a_no_stands_in_the_report(project: Project) -> None:
    """A plan that a person does not approve was refused by that person."""
    project.bot("one", **least("One"))
    with Terminal(project, "apply", "--report", NAME) as terminal:
        terminal.wait_for("> ")
        terminal.type("no")
        assert terminal.end() == 1
    report = _report(project)
    assert (report["exit_code"], report["failure"]) == (1, "The plan was not approved: nothing was changed.")
    assert _by_status(report) == {"not_started": ["bot/one"]}


def test_a_lock_that_is_held_stands_in_the_report(four: Project, tenant: LocalTenant) -> None:
    """Who has to wait for another run is told by its report too, and that run's report tells its own story."""
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=2))
    first = four.start("apply", "--auto-approve", "--report", "first.json")
    _until(lambda: len(tenant.log("listBots")) > 1, first)
    _refused(four, four.run(*FLAGS, "--lock-timeout", "0"), code=6, by=f"process {first.pid}")
    begun = json.loads((four.root / "first.json").read_text(encoding="utf-8"))
    assert (begun["phase"], begun["summary"]["unknown"]) == ("begun", 9)
    assert settle(first).code == 0
    assert json.loads((four.root / "first.json").read_text(encoding="utf-8"))["complete"] is True


# --- interrupted


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal(four: Project, tenant: LocalTenant, number: signal.Signals) -> None:
    """What was in flight is finished and told as done, the rest as not begun."""
    for each in range(20):
        four.bot(f"more-{each}", **least(f"More {each}"))
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=0.5))
    process = four.start(*FLAGS)
    _until(lambda: tenant.log("createBot"), process)
    process.send_signal(number)
    ran = settle(process)
    tenant.clear_faults()
    report = _report(four)
    assert (ran.code, report["exit_code"], report["interrupted"]) == (130, 130, True), ran
    told = _by_status(report)
    assert set(told) == {"done", "not_started"}
    assert set(four.ids()) == set(told["done"])
    assert report["resume"] == "lwdeploy apply --auto-approve"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_two_signals(four: Project, tenant: LocalTenant, number: signal.Signals) -> None:
    """Stopped at once, the report tells what was touched as unknown, and of the rest that nothing was sent."""
    tenant.add_fault(Fault(kind="delay", operation="patchBot", seconds=5, commit=True))
    process = four.start(*FLAGS)
    _until(lambda: any(not name.startswith("lwdeploy ") for name in names(tenant)), process)
    process.send_signal(number)
    assert process.stderr is not None
    while "Stopping" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(number)
    assert settle(process).code == 130
    report = _report(four)
    assert (report["phase"], report["exit_code"], report["interrupted"]) == ("ended", 130, True)
    assert "stopped at once" in report["failure"]
    told = _by_status(report)
    assert sorted(told["unknown"]) == sorted(f"bot/{key}" for key in KEYS)
    assert len(told["not_started"]) == 5
    assert report["calls"]["listBots"] >= 1
    sent = (four.root / report["audit"]).read_text(encoding="utf-8").count('"event":"sent"')
    assert len(writes(tenant)) <= sent
    tenant.clear_faults()
    assert four.run("apply", "--auto-approve").code == 0
    expect_whole(four, tenant, *KEYS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_the_first_write(four: Project, tenant: LocalTenant, number: signal.Signals) -> None:
    """While the tenant is read, both signals end the run with 130 and a report of an untouched tenant."""
    tenant.add_fault(Fault(kind="delay", operation="listBots", seconds=3, nth=1))
    process = four.start(*FLAGS, "--format", "json")
    _until(lambda: tenant.log("issueToken"), process)
    time.sleep(0.2)
    process.send_signal(number)
    ran = settle(process)
    assert ran.code == 130, ran
    assert "Interrupted" in ran.err
    report = _report(four)
    assert ran.json == report
    assert (report["exit_code"], report["interrupted"], report["outcomes"]) == (130, True, [])
    assert names(tenant) == []


@pytest.mark.parametrize("place", [("createBot", "1"), ("patchBot", "2"), ("disk", "3")], ids=" ".join)
def test_a_killed_run_leaves_a_report_that_claims_nothing(four: Project, place: tuple[str, str]) -> None:
    """After SIGKILL the file says that the run has begun, for which plan, and that no step is known."""
    assert four.run("plan", "--out", "the.plan").code == 0
    ran = four.process(*place, "after", "apply", "the.plan", "--report", NAME, program=DOOMED)
    assert ran.code == -signal.SIGKILL, ran
    report = _report(four)
    assert (report["phase"], report["exit_code"], report["ended_at"]) == ("begun", None, None)
    digest = json.loads((four.root / "the.plan").read_text(encoding="utf-8"))["digest"]
    assert (report["tenant"], report["plan_digest"], report["complete"]) == ("acme", digest, False)
    assert set(_by_status(report)) == {"unknown"}
    assert report["resume"] == "lwdeploy plan --out the.plan"


# --- the program's own trouble


def test_an_unexpected_error_stands_in_the_report_without_its_words(
    four: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own mistakes are told by their type: what such an error says may be anything, a secret too."""
    import lwdeploy.reconcile.apply as module  # noqa: PLC0415

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary-of-an-error")

    monkeypatch.setattr(module, "recheck", broken)
    with pytest.raises(RuntimeError):
        four.run(*FLAGS)
    text = (four.root / NAME).read_text(encoding="utf-8")
    assert "canary" not in text
    assert "unexpected RuntimeError" in text
    assert set(_by_status(_report(four))) == {"not_started"}


def test_a_reader_that_has_gone_takes_no_report_with_it(four: Project) -> None:
    """With stdout closed the plan cannot be shown, nothing is applied, and the report says so."""
    reading, writing = os.pipe()
    os.close(reading)
    process = four.start(*FLAGS, stdout=writing)
    os.close(writing)
    _refused(four, settle(process), code=1, by="output cannot be written")


@pytest.mark.parametrize("place", ["nowhere/report.json", "lwdeploy.yaml/report.json", "null"])
def test_a_report_that_cannot_be_written_lets_nothing_begin(
    four: Project, tenant: LocalTenant, place: str
) -> None:
    """The place is refused before anything is sent."""
    (four.root / "null").symlink_to("/dev/null")
    ran = four.run("apply", "--auto-approve", "--report", place)
    assert ran.code == 1, ran
    assert "The report cannot be written to" in ran.err
    assert tenant.log() == ()


def test_a_report_that_cannot_be_written_any_more_changes_nothing_of_the_run(
    four: Project, tenant: LocalTenant
) -> None:
    """When its folder goes away under the run, that is told on stderr; the exit code is that of the run."""
    (four.root / "out").mkdir()
    tenant.add_fault(Fault(kind="delay", operation="createBot", seconds=1))
    process = four.start("apply", "--auto-approve", "--report", "out/report.json")
    _until(lambda: len(tenant.log("listBots")) > 1, process)
    shutil.rmtree(four.root / "out")
    ran = settle(process)
    assert ran.code == 0, ran
    assert "The report cannot be written" in ran.err
    assert ran.out.endswith("Apply: 9 done.\n")


def test_plan_report_and_audit_log_are_three_files(four: Project, tenant: LocalTenant) -> None:
    """A report must not replace the plan that is to be carried out, nor the audit log."""
    assert four.run("plan", "--out", "the.plan").code == 0
    saved = (four.root / "the.plan").read_bytes()
    for flags in (("--report", "the.plan"), ("--audit", "./the.plan"), ("--report", "a", "--audit", "a")):
        ran = four.run("apply", "the.plan", *flags)
        assert ran.code == 1, ran
        assert "the same file" in ran.err
    assert (four.root / "the.plan").read_bytes() == saved
    assert writes(tenant) == []
