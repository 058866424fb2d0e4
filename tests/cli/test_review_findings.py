"""What a review broke once: odd terminals, odd answers, edited plans, domains that change their names."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from lwdeploy.core.canonical import digest
from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import names, writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import DOMAINS, PROGRAM, Project, least, settle


def _with_domains(project: Project, domains: dict[str, int]) -> None:
    path = project.root / "lwdeploy.yaml"
    documents = list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for document in documents:
        if document["kind"] == "Tenant":
            document["spec"]["domains"] = domains
    project.write("lwdeploy.yaml", *documents)


def _registered(tenant: LocalTenant) -> dict[int, bool]:
    [bot] = tenant.snapshot()["bots"]
    return {each["domainId"]: each["visible"] for each in bot["domains"]}


def test_domains_that_swap_their_names_stay_the_same_registrations(project: Project, tenant: LocalTenant) -> None:
    """The state follows the ids: nothing is registered or removed, and apply settles it in one run."""
    project.bot(
        "a", **least("A", domains=[{"name": "tokyo", "visible": True}, {"name": "osaka", "visible": False}])
    )
    project.apply()
    _with_domains(project, {**DOMAINS, "tokyo": DOMAINS["osaka"], "osaka": DOMAINS["tokyo"]})
    tenant.clear_log()
    project.apply()
    assert set(writes(tenant)) == {"patchBotDomain"}
    assert _registered(tenant) == {DOMAINS["osaka"]: True, DOMAINS["tokyo"]: False}
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_a_name_that_moves_to_another_domain_takes_the_registration_along(
    project: Project, tenant: LocalTenant
) -> None:
    """The registration in the old domain is deleted, and said to be: it would be nobody's otherwise."""
    project.bot("a", **least("A", domains=[{"name": "tokyo", "visible": True}]))
    project.apply()
    _with_domains(project, {**DOMAINS, "tokyo": DOMAINS["kyoto"], "kyoto": DOMAINS["tokyo"]})
    assert f"- bot/a/domain/id {DOMAINS['tokyo']}  delete" in project.run("plan").out
    project.apply()
    assert _registered(tenant) == {DOMAINS["kyoto"]: True}
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_standard_input_without_the_project_is_a_part_of_it(four: Project, tenant: LocalTenant) -> None:
    """One bot that is piped in for a look prunes nothing."""
    four.apply()
    text = (four.root / "bots" / "payroll.yaml").read_bytes()
    ran = four.run("plan", "-f", "-", "--prune", stdin=text)
    assert ran.code == 1
    assert "--prune works only on the whole project" in ran.err
    assert four.run("plan", "-f", "-", "--detailed-exitcode", stdin=text).code == 0
    expect_whole(four, tenant, *KEYS)


def test_a_part_may_refer_to_the_rest_of_the_project(project: Project, tenant: LocalTenant) -> None:
    """-f with one bot finds the persons in charge in another file."""
    project.define("PersonInCharge", "desk", primary=["admin@example.com"])
    project.bot("a", **{**least("A"), "pic": {"ref": "desk"}})
    project.bot("b", **{**least("B"), "pic": {"ref": "desk"}})
    project.apply("-f", "bots/a.yaml")
    assert names(tenant) == ["A"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_that_knows_no_unicode_shows_escapes(project: Project, encoding: str) -> None:
    """Never a traceback for a name that the terminal cannot show."""
    project.bot("a", **least("ヘルプデスク"))
    ran = settle(project.start("plan", env={"PYTHONIOENCODING": encoding}))
    assert ran.code == 0
    assert "\\u30d8" in ran.out
    assert "Traceback" not in ran.err


def test_a_reader_that_has_gone_does_not_stop_an_apply(four: Project, tenant: LocalTenant) -> None:
    """Progress that nobody reads is not worth a bot."""
    process = subprocess.Popen(
        [PROGRAM, "apply", "--auto-approve"],
        cwd=four.root,
        env={"PATH": "/usr/bin:/bin", **four.env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait(timeout=60) == 0
    expect_whole(four, tenant, *KEYS)


def test_a_full_disk_behind_stdout_is_said(four: Project, tenant: LocalTenant) -> None:
    """A plan that cannot be shown is not applied."""
    with Path("/dev/full").open("wb") as full:
        process = subprocess.run(
            [PROGRAM, "apply", "--auto-approve"],
            cwd=four.root,
            env={"PATH": "/usr/bin:/bin", **four.env},
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert process.returncode == 1
    assert b"the output cannot be written" in process.stderr
    assert b"Traceback" not in process.stderr
    assert writes(tenant) == []


ODD = {
    "a list": "[]",
    "nothing": "{}",
    "another bot": '{"botId": 1}',
    "texts that are none": '{"botId": %d, "i18nBotNames": [5]}',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_an_answer_of_another_form_is_the_problem_of_one_read(
    four: Project, tenant: LocalTenant, body: str
) -> None:
    """It is told with its operation, and nothing is concluded from it."""
    four.apply()
    first = min(bot["botId"] for bot in tenant.snapshot()["bots"])
    text = body % first if "%d" in body else body
    tenant.add_fault(Fault(kind="status", operation="getBot", status=200, body=text, nth=1))
    ran = four.run("plan")
    assert ran.code == 1
    assert "getBot" in ran.err
    assert "not of the form that the API documents" in ran.err
    tenant.clear_faults()
    expect_whole(four, tenant, *KEYS)


def _edited(path: Path, change: Any) -> None:
    """Change a saved plan and make its digest right again."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    del content["digest"]
    path.write_text(json.dumps({**content, "digest": digest(content)}), encoding="utf-8")


def _delete_payroll(content: dict[str, Any]) -> None:
    for change in content["changes"]:
        if change["address"] == "bot/payroll":
            change.update(action="delete", remote_id="2000001", diffs=[])


def _other_project(content: dict[str, Any]) -> None:
    content["project"] = "00000000"


def _no_kind(content: dict[str, Any]) -> None:
    content["changes"][0]["kind"] = "nope"


def _no_path(content: dict[str, Any]) -> None:
    content["changes"][0]["desired"] = 5


EDITS = {
    "another's bot": (_delete_payroll, 5),
    "another project": (_other_project, 5),
    "an unknown kind": (_no_kind, 1),
    "a wrong type": (_no_path, 1),
}


@pytest.mark.parametrize(("edit", "code"), EDITS.values(), ids=EDITS)
def test_a_plan_file_touches_only_what_the_state_owns(
    four: Project, tenant: LocalTenant, edit: Any, code: int
) -> None:
    """A digest can be made anew by whoever can edit the file; what is owned cannot."""
    tenant.make_bots(1, name="Somebody's")
    four.run("state", "init")
    assert four.run("plan", "--out", "all.plan").code == 0
    _edited(four.root / "all.plan", edit)
    tenant.clear_log()
    ran = four.run("apply", "all.plan")
    assert (ran.code, writes(tenant)) == (code, [])
    assert names(tenant) == ["Somebody's 1"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000], ids=["lists", "mappings"])
def test_a_plan_that_never_ends_is_no_plan(project: Project, text: str) -> None:
    (project.root / "deep.plan").write_text(text, encoding="utf-8")
    ran = project.run("show", "deep.plan")
    assert ran.code == 1
    assert "is no plan" in ran.err


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LWDEPLOY_DOMAIN_IDS", "²"), ("LWDEPLOY_DOMAIN_IDS", "a=1,a=3"), ("LWDEPLOY_DOMAIN_IDS", "9" * 30)],
)
def test_domain_ids_that_are_none_are_told(project: Project, variable: str, value: str) -> None:
    (project.root / "lwdeploy.yaml").unlink()
    project.bot("a", **least("A", photoUrl="https://static.example.com/a.png"))
    env = {"LWDEPLOY_ENDPOINT": "http://127.0.0.1:9/v1.0", variable: value}
    ran = project.run("plan", env=env)
    assert ran.code == 1
    assert "no list of different domain ids" in ran.err


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1"])
def test_a_time_that_no_clock_reaches_is_refused(project: Project, seconds: str) -> None:
    ran = project.run("apply", f"--lock-timeout={seconds}")
    assert ran.code == 1
    assert "--lock-timeout" in ran.err


def test_init_adds_to_an_ignore_file_of_any_bytes(project: Project) -> None:
    """And writes nothing inside a project that is there already."""
    folder = project.root.parent / "fresh"
    folder.mkdir()
    (folder / ".gitignore").write_bytes(b"caf\xe9")
    assert project.run("init", str(folder)).code == 0
    assert (folder / ".gitignore").read_bytes() == b"caf\xe9\n.lwdeploy/\n"
    inside = project.run("init", "sub")
    assert inside.code == 1
    assert "is a project already" in inside.err
    assert not (project.root / "sub").exists()


def test_a_field_that_was_ignored_is_written_once_it_is_not(project: Project, tenant: LocalTenant) -> None:
    """What apply left alone was never applied."""
    first, second = (f"https://static.example.com/{each}.png" for each in "ab")
    project.bot("a", **least("A", photoUrl=first))
    project.apply()
    rooms = {"joinChatRoom": True}
    project.bot("a", **least("A", photoUrl=second, policy=rooms, lifecycle={"ignoreChanges": ["photoUrl"]}))
    project.apply()
    assert tenant.snapshot()["bots"][0]["photoUrl"] == first
    project.bot("a", **least("A", photoUrl=second, policy=rooms))
    project.apply()
    assert tenant.snapshot()["bots"][0]["photoUrl"] == second
    assert project.run("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("drawn", ["46492915", "1234e567", "00001234"])
@pytest.mark.parametrize("folder", ["bots", "2024", "012", "no"])
def test_init_writes_a_project_that_is_valid_whatever_its_id_and_folder_are_called(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn: str, folder: str
) -> None:
    """Eight random digits are a number in YAML, and so are the names of many folders."""
    monkeypatch.setattr("secrets.token_hex", lambda _size: drawn)
    begun = tmp_path / "elsewhere" / folder
    assert project.run("init", str(begun)).code == 0
    checked = project.run("validate", "-f", str(begun))
    assert checked.code == 0, checked
