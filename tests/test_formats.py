"""What machines read: real output of every command that prints JSON fits the schema that describes it."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lwdeploy.core.types import Action, Origin, Proof, Status
from lwdeploy.manifests.schemas import schema_names
from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import Console
from tests.support.project import ADMIN, Project, least

ROOT = Path(__file__).resolve().parents[1]
FORMATS = (
    "plan",
    "report",
    "diagnostics",
    "state-view",
    "audit",
    "trash",
    "tenant-report",
    "rebuild",
    "drift",
    "import",
)
SECRET = "k9-" + "canary"


@cache
def schema(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return content


def fits(name: str, content: Any) -> Any:
    """Insist that content fits a format, and give it back."""
    problems = [
        f"{each.json_path}: {each.message}" for each in Draft202012Validator(schema(name)).iter_errors(content)
    ]
    assert problems == []
    return content


def documented(node: Any, where: str = "$") -> list[str]:
    """Give every property without a description, its own or that of what it refers to."""
    found = []
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            if isinstance(value, dict) and not ({"description", "$ref", "anyOf"} & set(value)):
                found.append(f"{where}.{key}")
        for key, value in node.items():
            found += documented(value, f"{where}.{key}")
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_a_valid_schema_that_explains_itself_and_takes_nothing_unknown(name: str) -> None:
    content = schema(name)
    Draft202012Validator.check_schema(content)
    assert {"$id", "title", "description"} <= set(content)
    assert documented(content) == []
    for part in (content, *content.get("oneOf", ())):
        if "properties" in part:
            assert part["additionalProperties"] is False
            assert part["properties"]["format_version"]["const"] == 1
            assert "format_version" in part["required"]


def test_the_formats_are_no_kinds_of_manifest() -> None:
    files = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").glob("*.schema.json")}
    kinds = {name.lower() for name in schema_names()}
    assert {name for name in files if name.replace("-", "") not in kinds} == set(FORMATS)


def test_the_words_of_the_code_and_of_the_formats_are_the_same() -> None:
    change = schema("plan")["$defs"]["Change"]["properties"]
    assert change["action"]["enum"] == [each.value for each in Action]
    assert change["proof"]["enum"] == [each.value for each in Proof]
    assert schema("plan")["$defs"]["FieldDiff"]["properties"]["origin"]["enum"] == [each.value for each in Origin]
    status = schema("report")["$defs"]["Outcome"]["properties"]["status"]["enum"]
    assert status == [each.value.replace(" ", "_") for each in Status]


def test_an_import_that_is_whole_and_one_that_is_not_fit_the_format(tenant: LocalTenant, project: Project) -> None:
    tenant.make_bots(1, name="Room")
    tenant.make_bots(1, body={"botName": "🎉" * 60})
    dry = fits("import", project.run("import", "--dry-run", "--format", "json").json)
    whole = fits("import", project.run("import", "--format", "json").json)
    assert (dry["dry_run"], dry["files"]) == (True, whole["files"])
    assert (whole["proven"], [each["path"] for each in whole["left_out"]]) == (True, ["botName"])
    manifest = project.root / "bots" / "room-1.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace("description: Room", "description: [1]"), encoding="utf-8")
    assert project.run("import", "--format", "json").code == 3
    manifest.write_text(text.replace("description: Room", "description: Ours"), encoding="utf-8")
    Console(tenant).do("PATCH", "/bots/2000001", {"description": "Theirs"})
    left = project.run("import", "--format", "json")
    assert left.code == 1
    found = fits("import", left.json)
    assert ([each["path"] for each in found["conflicts"]], found["proven"]) == (["description"], False)


@pytest.fixture
def busy(project: Project, tenant: LocalTenant) -> Project:
    """A project with something to do of every sort but replace, which no kind has yet."""
    everywhere = [{"name": "tokyo", "visible": True}, {"name": "osaka", "visible": False}]
    project.bot("changed", **least("Changed"), domains=everywhere)
    project.bot("gone", **least("Gone"))
    project.bot("loosened", **least("Loosened"), domains=[{"name": "tokyo", "visible": True}])
    project.bot("kept", **least("Kept"))
    project.apply()
    adopted = tenant.make_bots(1, name="found")[0]
    changed = project.ids()["bot/changed"]
    Console(tenant).do("PATCH", f"/bots/{changed}", {"botName": "Changed by hand"})

    menu = {"persistent": {"actions": [{"type": "message", "label": {"default": "Help", "ja_JP": "使い方"}}]}}
    callback = {"url": f"https://bots.example.com/new?token={SECRET}", "events": ["message"]}
    project.bot("changed", **least("Changed"), domains=everywhere[:1], policy={"joinChatRoom": False}, menus=menu)
    project.drop("gone")
    project.bot("loosened", **least("Loosened"))
    project.bot(
        "new", **least("New"), callback=callback, lifecycle={"protect": True, "ignoreChanges": ["photoUrl"]}
    )
    project.bot("found", botId=adopted, botName="found 1", pic={"primary": [ADMIN]})
    return project


def test_a_plan_with_every_action_fits_its_format(busy: Project) -> None:
    shown = busy.run("plan", "--prune", "--allow", "delete=2", "--format", "json")
    assert shown.code == 0, shown.err
    plan = fits("plan", shown.json)
    seen = {each["action"] for each in plan["changes"]}
    assert seen >= {"noop", "create", "update", "delete", "forget"}, seen
    assert {diff["origin"] for each in plan["changes"] for diff in each["diffs"]} >= {"intent", "drift"}
    assert plan["allowed"] == {"delete": 2}
    assert plan["consequences"]
    assert SECRET not in shown.out


def test_an_adopted_bot_fits_the_format(project: Project, tenant: LocalTenant) -> None:
    found = tenant.make_bots(1, name="found")[0]
    project.run("state", "init")
    project.bot("found", botId=found, botName="found 1")
    plan = fits("plan", project.run("plan", "--format", "json").json)
    assert [each["action"] for each in plan["changes"]] == ["adopt"]


def test_a_refused_plan_fits_its_format(busy: Project, tenant: LocalTenant) -> None:
    tenant.make_bots(2, name="theirs")
    refused = busy.run("plan", "--prune", "--format", "json")
    assert refused.code == 4
    plan = fits("plan", refused.json)
    assert {each["guard"] for each in plan["refusals"]} == {"delete"}
    assert len(plan["unmanaged"]) == 2


def test_a_plan_without_a_state_fits_its_format(project: Project, tenant: LocalTenant) -> None:
    tenant.make_bots(1)
    project.bot("new", **least("New"))
    plan = fits("plan", project.run("plan", "--format", "json").json)
    assert plan["state"]["lineage"] is None
    assert {each["guard"] for each in plan["refusals"]} == {"state"}


def test_a_saved_plan_and_the_same_plan_shown_fit_the_format(busy: Project) -> None:
    assert busy.run("plan", "--prune", "--allow", "delete=2", "--out", "the.plan").code == 0
    saved = fits("plan", json.loads((busy.root / "the.plan").read_text(encoding="utf-8")))
    shown = busy.run("show", "the.plan", "--format", "json")
    assert fits("plan", shown.json)["digest"] == saved["digest"]
    assert SECRET not in shown.out


def test_a_complete_report_fits_its_format_and_names_the_plan_it_carried_out(busy: Project) -> None:
    busy.run("plan", "--prune", "--allow", "delete=2", "--out", "the.plan")
    digest = json.loads((busy.root / "the.plan").read_text(encoding="utf-8"))["digest"]
    applied = busy.run("apply", "the.plan", "--format", "json")
    assert applied.code == 0, applied.err
    report = fits("report", applied.json)
    assert (report["complete"], report["plan_digest"]) == (True, digest)
    assert report["calls"]["createBot"] == 1


def test_a_report_of_a_run_that_failed_in_part_fits_its_format(project: Project, tenant: LocalTenant) -> None:
    project.bot("good", **least("Good"))
    project.bot("bad", **least("Bad"), domains=[{"name": "tokyo", "visible": True}])
    tenant.add_fault(Fault(kind="status", operation="registerBotDomain", status=403))
    applied = project.run("apply", "--auto-approve", "--format", "json")
    assert applied.code == 7
    report = fits("report", applied.json)
    assert report["summary"] == {"done": 2, "failed": 1, "unknown": 0, "not_started": 0, "not_taken": 0}
    bad = next(each for each in report["outcomes"] if each["status"] == "failed")
    assert bad["address"] == "bot/bad/domain/tokyo"
    assert bad["error"]
    assert bad["advice"]


def test_the_report_of_an_apply_with_nothing_to_do_fits_its_format(project: Project) -> None:
    project.bot("one", **least("One"))
    project.apply()
    report = fits("report", project.run("apply", "--auto-approve", "--format", "json").json)
    assert (report["outcomes"], report["state_serial"]) == ([], None)


def test_what_a_run_leaves_before_it_ended_fits_the_format_of_reports(busy: Project) -> None:
    report = busy.root / "report.json"
    doomed = [sys.executable, str(ROOT / "tests/crash/doomed.py"), "patchBot", "1", "after"]
    ran = busy.process("apply", "--auto-approve", "--report", "report.json", program=doomed)
    assert ran.code < 0, ran
    left = fits("report", json.loads(report.read_text(encoding="utf-8")))
    assert (left["phase"], left["complete"], left["exit_code"]) == ("begun", False, None)
    assert left["summary"]["unknown"] == len(left["outcomes"]) > 0


def test_a_refused_and_a_stale_plan_fit_the_format_of_reports(busy: Project, tenant: LocalTenant) -> None:
    refused = busy.run("apply", "--auto-approve", "--prune", "--format", "json")
    assert refused.code == 4
    assert fits("report", refused.json)["stale"] is None
    assert busy.run("plan", "--out", "the.plan").code == 0
    Console(tenant).do("PATCH", f"/bots/{busy.ids()['bot/changed']}", {"botName": "Changed once more"})
    stale = busy.run("apply", "the.plan", "--format", "json")
    assert stale.code == 5
    changes = fits("report", stale.json)["stale"]["changes"]
    assert [each["address"] for each in changes] == ["bot/changed"]


def test_a_report_without_a_plan_fits_its_format(project: Project) -> None:
    project.bot("bad", **least("Bad"), colour="red")
    report = fits("report", project.run("apply", "--format", "json").json)
    assert (report["tenant"], report["plan_digest"], report["exit_code"]) == (None, None, 3)


def test_every_line_of_the_audit_log_fits_its_format(busy: Project, tenant: LocalTenant) -> None:
    tenant.add_fault(Fault(kind="status", operation="patchBot", status=403, nth=1))
    tenant.add_fault(Fault(kind="commit_then_cut", operation="patchBot", nth=2))
    assert busy.run("apply", "--auto-approve", "--audit", "audit.jsonl").code == 7
    text = (busy.root / "audit.jsonl").read_text(encoding="utf-8")
    lines = [fits("audit", json.loads(line)) for line in text.splitlines()]
    assert {each["outcome"] for each in lines if each["event"] == "ended"} >= {"done", "refused", "unknown"}
    assert SECRET not in text


def test_findings_fit_their_format(project: Project) -> None:
    project.bot("good", **least("Good"))
    clean = project.run("validate", "--format", "json")
    assert clean.code == 0
    assert fits("diagnostics", clean.json)["valid"] is True

    wrong = {"pic": {"primary": ["nobody"]}, "photoUrl": "https://static.example.com/a.gif", "domain": []}
    project.bot("bad", **(least("Bad") | wrong))
    (project.root / "torn.yaml").write_text("a: [\n", encoding="utf-8")
    found = project.run("validate", "--format", "json")
    assert found.code == 3
    content = fits("diagnostics", found.json)
    assert content["valid"] is False
    assert {each["severity"] for each in content["diagnostics"]} == {"error", "warning"}
    assert {each["file"] for each in content["diagnostics"]} == {"bots/bad.yaml", "torn.yaml"}


def test_the_state_and_one_entry_of_it_fit_their_format(busy: Project) -> None:
    busy.apply("--prune", "--allow", "delete=2")
    whole = busy.run("state", "show", "--format", "json")
    entries = fits("state-view", whole.json)["resources"]
    assert {each["kind"] for each in entries.values()} == {"bot", "bot_domain", "persistent_menu"}
    one = fits("state-view", busy.run("state", "show", "bot/new", "--format", "json").json)
    assert one["remote_id"] == entries["bot/new"]["remote_id"]
    assert one["protect"] is True
    assert SECRET not in whole.out


def test_an_empty_state_fits_its_format(project: Project) -> None:
    assert project.run("state", "init").code == 0
    assert fits("state-view", project.run("state", "show", "--format", "json").json)["resources"] == {}
