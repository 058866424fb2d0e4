"""A stale plan is refused with what a plan that is made now says in its place."""

from __future__ import annotations

import json
import signal
import time
from typing import Any

import pytest
import yaml

from lwdeploy.api.wire import Wire
from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import Console, writes
from tests.support.four import KEYS, expect_whole
from tests.support.project import Project, least, settle

SAYS = "What a plan that is made now says differently:"


def _describe(project: Project, key: str, text: str) -> None:
    """Write one of the four bots with another description."""
    path = project.root / "bots" / f"{key}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["spec"]["description"] = text
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


@pytest.fixture
def planned(four: Project, tenant: LocalTenant) -> Project:
    """The four bots, applied, with a saved plan that changes two of them."""
    four.apply()
    for key in ("payroll", "cafeteria"):
        _describe(four, key, "By manifest")
    assert four.run("plan", "--out", "the.plan").code == 0
    tenant.clear_log()
    return four


def _edit(project: Project, tenant: LocalTenant, key: str, body: dict[str, Any]) -> None:
    Console(tenant).do("PATCH", f"/bots/{project.ids()[f'bot/{key}']}", body)
    tenant.clear_log()


def _changes(stale: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    return {each["address"]: (each["planned"], each["now"]) for each in stale["changes"]}


def test_the_refusal_shows_the_new_diff_of_what_moved_and_of_nothing_else(
    planned: Project, tenant: LocalTenant
) -> None:
    """After the reasons comes what would be done now to the bot that somebody edited."""
    _edit(planned, tenant, "payroll", {"description": "By hand"})
    ran = planned.run("apply", "the.plan")
    assert ran.code == 5
    reasons, _, now = ran.err.partition(SAYS)
    assert 'bot/payroll: description.default was "Payroll answers", is "By hand" now' in reasons
    assert "Plan again" in reasons
    assert '"By hand" -> "By manifest"   (changed here and outside lwdeploy)' in now
    assert "cafeteria" not in now
    assert (ran.out, writes(tenant)) == ("", [])


def test_the_same_stands_in_the_json(planned: Project, tenant: LocalTenant) -> None:
    """`stale` names the reasons, what was planned, what would be planned now, and field by field why."""
    _edit(planned, tenant, "payroll", {"description": "By hand"})
    ran = planned.run("apply", "the.plan", "--format", "json", "--report", "report.json")
    assert ran.code == 5
    report = ran.json
    assert report == json.loads((planned.root / "report.json").read_text(encoding="utf-8"))
    assert report["stale"] == {
        "reasons": [
            "The tenant is not as the plan saw it:",
            'bot/payroll: description.default was "Payroll answers", is "By hand" now',
        ],
        "problem": "",
        "changes": [
            {
                "address": "bot/payroll",
                "planned": "update",
                "now": "update",
                "remote_id": planned.ids()["bot/payroll"],
                "diffs": [
                    {"path": "description.default", "old": "By hand", "new": "By manifest", "origin": "both"}
                ],
            }
        ],
    }
    assert {each["status"] for each in report["outcomes"]} == {"not_started"}
    assert report["resume"] == "lwdeploy plan --out the.plan"
    assert planned.run("plan", "--out", "the.plan").code == 0
    assert planned.run("apply", "the.plan").code == 0


def test_what_is_done_already_is_told(planned: Project, tenant: LocalTenant) -> None:
    """An edit that does what was planned leaves nothing to do there, and something elsewhere."""
    _edit(planned, tenant, "payroll", {"description": "By manifest"})
    _edit(planned, tenant, "cafeteria", {"description": "By hand"})
    ran = planned.run("apply", "the.plan")
    assert ran.code == 5
    now = ran.err.partition(SAYS)[2]
    assert "bot/payroll  nothing to do any more (was to update)" in now
    assert "~ bot/cafeteria  update" in now


def test_a_plan_that_has_run_has_nothing_left(planned: Project) -> None:
    """Where nothing at all is left to do, the refusal stands alone, and the JSON says so."""
    assert planned.run("apply", "the.plan").code == 0
    again = planned.run("apply", "the.plan")
    assert (again.code, SAYS in again.err) == (5, False)
    stale = planned.run("apply", "the.plan", "--format", "json").json["stale"]
    assert _changes(stale) == {"bot/cafeteria": ("update", None), "bot/payroll": ("update", None)}


def test_what_is_left_of_a_plan_that_has_run_is_shown(planned: Project, tenant: LocalTenant) -> None:
    """A plan that failed in part and is applied once more shows the rest."""
    tenant.add_fault(Fault(kind="status", status=403, operation="patchBot", nth=1))
    applied = planned.run("apply", "the.plan", "--format", "json")
    assert applied.code == 7
    done = [each["address"] for each in applied.json["outcomes"] if each["status"] == "done"]
    again = planned.run("apply", "the.plan")
    assert "has run already" in again.err
    assert [f"{each}  nothing to do any more" in again.err for each in done] == [True]


def test_changed_files_are_planned_as_they_are_now(planned: Project, tenant: LocalTenant) -> None:
    """A manifest that changed, one that is new and one that is gone each show what they would do now."""
    _describe(planned, "payroll", "By a later commit")
    planned.bot("parking", **least("Parking"))
    (planned.root / "bots/cafeteria.yaml").unlink()
    _describe(planned, "helpdesk", "By a later commit")
    ran = planned.run("apply", "the.plan", "--format", "json")
    assert ran.code == 5
    assert "bots/payroll.yaml" in ran.json["failure"]
    assert _changes(ran.json["stale"]) == {
        "bot/cafeteria": ("update", None),
        "bot/helpdesk": (None, "update"),
        "bot/parking": (None, "create"),
        "bot/payroll": ("update", "update"),
    }
    assert '"Payroll answers" -> "By a later commit"' in planned.run("apply", "the.plan").err
    assert writes(tenant) == []


def test_a_bot_that_was_deleted_shows_why_it_is_not_simply_made_anew(
    planned: Project, tenant: LocalTenant
) -> None:
    """The new plan's refusals are part of what it says."""
    Console(tenant).do("DELETE", f"/bots/{planned.ids()['bot/payroll']}")
    ran = planned.run("apply", "the.plan")
    assert ran.code == 5
    now = ran.err.partition(SAYS)[2]
    assert "+ bot/payroll  create" in now
    assert "--allow recreate=1" in now


def test_a_plan_that_prunes_is_compared_with_one_that_prunes(four: Project, tenant: LocalTenant) -> None:
    """Deletes that stand in both plans are no difference."""
    four.apply()
    four.drop("travel")
    _describe(four, "payroll", "By manifest")
    assert four.run("plan", "--prune", "--out", "the.plan").code == 0
    _edit(four, tenant, "payroll", {"description": "By hand"})
    ran = four.run("apply", "the.plan", "--format", "json")
    assert ran.code == 5
    assert _changes(ran.json["stale"]) == {"bot/payroll": ("update", "update")}


def test_a_targeted_plan_says_nothing_of_other_bots(four: Project, tenant: LocalTenant) -> None:
    """Changes that were waiting beside a targeted plan are not its business."""
    four.apply()
    for key in ("payroll", "cafeteria"):
        _describe(four, key, "By manifest")
    assert four.run("plan", "--target", "bot/payroll", "--out", "the.plan").code == 0
    _edit(four, tenant, "payroll", {"description": "By hand"})
    _edit(four, tenant, "cafeteria", {"description": "By hand"})
    ran = four.run("apply", "the.plan", "--format", "json")
    assert ran.code == 5
    assert _changes(ran.json["stale"]) == {"bot/payroll": ("update", "update")}


def test_where_no_new_plan_can_be_made_the_refusal_stands(planned: Project, tenant: LocalTenant) -> None:
    """A tenant that does not answer any more, or manifests that are broken by now, do not hide the reasons."""
    _describe(planned, "payroll", "By a later commit")
    tenant.add_fault(Fault(kind="status", status=403, operation="listBots"))
    ran = planned.run("apply", "the.plan")
    assert ran.code == 5
    assert "bots/payroll.yaml" in ran.err
    assert "What a plan would say now is not known: listBots" in ran.err
    stale = planned.run("apply", "the.plan", "--format", "json").json["stale"]
    assert (stale["changes"], "listBots" in stale["problem"]) == (None, True)


def test_an_interrupted_look_does_not_hide_the_reasons(planned: Project, tenant: LocalTenant) -> None:
    """Ctrl-C while the new plan is made gives the refusal, at once."""
    _describe(planned, "payroll", "By a later commit")
    tenant.add_fault(Fault(kind="delay", operation="listBots", seconds=5))
    process = planned.start("apply", "the.plan")
    deadline = time.monotonic() + 60
    while not tenant.log("issueToken"):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    ran = settle(process)
    assert ran.code == 5, ran
    assert "bots/payroll.yaml" in ran.err
    assert "is not known: interrupted" in ran.err


def test_an_apply_without_a_saved_plan_shows_it_too(
    planned: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit between the plan that was shown and its first write is refused with the new diff."""
    exchange, seen = Wire.exchange, [0]
    path = f"/bots/{planned.ids()['bot/payroll']}"
    console = Console(tenant)

    def meddling(self: Wire, request: Any) -> Any:
        if request.operation == "getBot" and request.url.endswith(path):
            seen[0] += 1
            if seen[0] == 2:
                console.do("PATCH", path, {"description": "By hand"})
        return exchange(self, request)

    monkeypatch.setattr(Wire, "exchange", meddling)
    ran = planned.run("apply", "--auto-approve")
    monkeypatch.undo()
    assert ran.code == 5, ran
    assert '"By hand" -> "By manifest"' in ran.err.partition(SAYS)[2]
    assert len(writes(tenant)) == 1  # that of the console
    assert planned.run("apply", "--auto-approve").code == 0
    expect_whole(planned, tenant, *KEYS)


def test_the_new_plan_is_made_by_a_client_that_cannot_write(
    planned: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second look asks for a token of its own, for the scope that only reads."""
    scopes: list[bool] = []
    exchange = Wire.exchange

    def watching(self: Wire, request: Any) -> Any:
        if request.url.endswith("/token"):
            scopes.append(b"bot.read" in request.content)
        return exchange(self, request)

    monkeypatch.setattr(Wire, "exchange", watching)
    _edit(planned, tenant, "payroll", {"description": "By hand"})
    assert planned.run("apply", "the.plan").code == 5
    assert scopes == [False, True]
