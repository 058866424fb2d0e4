"""`drift` and `drift --accept`: what others changed in the tenant, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import Console, writes
from tests.support.project import Project, least
from tests.test_formats import fits

DESK = """\
apiVersion: lwdeploy/v1
kind: Bot
metadata: {name: desk}
spec:
  botName: Desk   # as the poster says
  description: {default: Answers, ja_JP: 答え}
  pic: {primary: [admin@example.com]}
  callback: {url: "https://bots.example.com/desk?key=canary", events: [message, join]}
  policy:
    joinChatRoom: false  # asked for in May
  domains:
    # the head office
    - {name: tokyo, visible: true}
    - name: osaka
      visible: false   # not yet
  menus:
    persistent:
      actions:
        - {type: message, label: Help, text: help}   # first
        - {type: uri, label: Portal, uri: "https://portal.example.com"}
"""


@pytest.fixture
def desk(project: Project) -> Project:
    """Give a project of one bot that says much, applied."""
    (project.root / "bots").mkdir()
    path(project).write_text(DESK, encoding="utf-8")
    project.apply()
    return project


def path(project: Project) -> Path:
    return project.root / "bots" / "desk.yaml"


def said(project: Project) -> str:
    return path(project).read_text(encoding="utf-8")


def bot_of(project: Project, key: str = "desk") -> str:
    return f"/bots/{project.ids()[f'bot/{key}']}"


def drifted(project: Project, *argv: str) -> dict[str, dict[str, Any]]:
    """Give the fields that are told of every object, by path; {} for one that is gone."""
    ran = project.run("drift", "--format", "json", *argv)
    assert ran.code == (2 if ran.json["drifted"] else 0), ran
    fits("drift", ran.json)
    return {each["address"]: {one["path"]: one for one in each["fields"]} for each in ran.json["objects"]}


def test_without_drift_there_is_nothing_to_tell(desk: Project, tenant: LocalTenant) -> None:
    tenant.clear_log()
    ran = desk.run("drift")
    assert ran.code == 0, ran
    assert "No drift." in ran.out
    assert ran.summary.startswith(
        "Drift: 0 fields moved in the tenant, 0 objects gone; 0 fields wait for an apply"
    )
    assert writes(tenant) == []
    assert {each.operation for each in tenant.log()} == {
        "issueToken",
        "listBots",
        "getBot",
        "listBotDomains",
        "getPersistentMenu",
    }
    desk.expect_settled(tenant)


def test_each_field_tells_which_side_moved(desk: Project, tenant: LocalTenant) -> None:
    """Tenant alone, both, manifest alone, and a field that nobody manages."""
    Console(tenant).do(
        "PATCH",
        bot_of(desk),
        {
            "botName": "Desk!",
            "description": "Answers slowly",
            "i18nBotNames": [{"language": "ko_KR", "botName": "책상"}],
            "callbackUrl": "https://evil.example.com/?key=other",
        },
    )
    path(desk).write_text(
        DESK.replace("default: Answers", "default: Helps").replace("joinChatRoom: false", "joinChatRoom: true"),
        encoding="utf-8",
    )
    found = drifted(desk)["bot/desk"]
    told = {name: (each["origin"], each["managed"]) for name, each in found.items()}
    assert told == {
        "botName.default": ("drift", True),
        "botName.ko_KR": ("drift", False),
        "callback.url": ("drift", True),
        "description.default": ("both", True),
        "policy.joinChatRoom": ("intent", True),
    }
    name = found["botName.default"]
    assert (name["observed"], name["live"], name["desired"]) == ("Desk", "Desk!", "Desk")
    text = desk.run("drift")
    assert text.code == 2
    assert "canary" not in text.out
    assert "key=other" not in text.out
    assert '! botName.default: "Desk" -> "Desk!"   (changed outside lwdeploy)' in text.out
    assert '. botName.ko_KR: "" -> "책상"   (not managed)' in text.out
    assert 'the manifest says "Helps"' in text.out
    assert text.summary.startswith(
        "Drift: 3 fields moved in the tenant, 0 objects gone; 1 fields wait for an apply"
    )
    desk.apply()
    desk.expect_settled(tenant)


def test_objects_that_others_deleted_and_made(desk: Project, tenant: LocalTenant) -> None:
    tenant.make_bots(1, name="Stranger")
    console, bot = Console(tenant), bot_of(desk)
    console.do("DELETE", f"{bot}/domains/10000002")
    console.do("DELETE", f"{bot}/persistentmenu")
    console.do("POST", f"{bot}/domains/10000003", {"visible": True})
    ran = desk.run("drift", "--format", "json")
    assert ran.code == 2
    gone = [each["address"] for each in ran.json["objects"] if each["gone"]]
    assert gone == ["bot/desk/domain/osaka", "bot/desk/persistent-menu"]
    below, stranger = sorted(ran.json["unmanaged"], key=lambda each: each["kind"] == "bot")
    assert (below["root"], below["kind"], below["remote_id"]) == ("bot/desk", "bot_domain", "10000003")
    assert (stranger["name"], stranger["root"]) == ("Stranger 1", None)
    assert "created" not in stranger
    asked = desk.run("drift", "--read-unmanaged")
    assert "persons in charge: " in asked.out
    assert "were not read" not in asked.out
    console.do("DELETE", bot)
    assert "bot/desk" in drifted(desk)
    refused = desk.run("drift", "--accept", "bot/desk")
    assert refused.code == 1
    assert "lwdeploy forget bot/desk" in refused.err


def test_what_was_accepted_stands_in_the_manifest_and_nothing_else_moved(
    desk: Project, tenant: LocalTenant
) -> None:
    """Texts, lists, switches, registrations and menus; comments and order stay; the next plan is empty."""
    console, bot = Console(tenant), bot_of(desk)
    change = {
        "botName": "Desk: new",
        "i18nDescriptions": [{"language": "ja_JP", "description": "回答"}],
        "enableGroupJoin": True,
        "channelEvents": ["message", "leave"],
    }
    console.do("PATCH", bot, change)
    console.do("PATCH", f"{bot}/domains/10000002", {"visible": True})
    actions = [
        {"type": "message", "label": "Help me", "text": "help"},
        {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"},
    ]
    console.do("POST", f"{bot}/persistentmenu", {"content": {"actions": actions}})
    tenant.clear_log()
    ran = desk.run("drift", "--accept", "bot/desk")
    assert ran.code == 0, ran
    assert writes(tenant) == []
    wanted = (
        DESK.replace("botName: Desk ", 'botName: "Desk: new" ')
        .replace("答え", "回答")
        .replace("events: [message, join]", "events: [message, leave]")
        .replace("joinChatRoom: false", "joinChatRoom: true")
        .replace("visible: false", "visible: true")
        .replace("label: Help,", "label: Help me,")
    )
    assert said(desk) == wanted
    assert drifted(desk) == {}
    desk.expect_settled(tenant)


def test_one_field_is_accepted_and_the_others_are_put_back(desk: Project, tenant: LocalTenant) -> None:
    Console(tenant).do("PATCH", bot_of(desk), {"botName": "Desk!", "description": "Other"})
    assert desk.run("drift", "--accept", "bot/desk:botName").code == 0
    assert said(desk) == DESK.replace("botName: Desk ", "botName: Desk! ")
    assert list(drifted(desk)["bot/desk"]) == ["description.default"]
    again = desk.run("drift", "--accept", "bot/desk:botName")
    assert again.code == 1
    assert "there is nothing to accept" in again.err
    desk.apply()
    assert tenant.snapshot()["bots"][0]["description"] == "Answers"
    desk.expect_settled(tenant)


def test_a_registration_and_a_menu_that_are_gone_are_accepted(desk: Project, tenant: LocalTenant) -> None:
    console, bot = Console(tenant), bot_of(desk)
    console.do("DELETE", f"{bot}/domains/10000002")
    console.do("DELETE", f"{bot}/persistentmenu")
    ran = desk.run("drift", "--accept", "bot/desk/domain/osaka", "--accept", "bot/desk/persistent-menu")
    assert ran.code == 0, ran
    assert "osaka" not in said(desk)
    assert "actions: []" in said(desk)
    desk.expect_settled(tenant)
    console.do("DELETE", f"{bot}/domains/10000001")
    assert desk.run("drift", "--accept", "bot/desk").code == 0
    assert "domains: []" in said(desk)
    desk.expect_settled(tenant)


def test_persons_in_charge_are_written_as_logins_where_they_are_known(desk: Project, tenant: LocalTenant) -> None:
    """Known are those that were members once; another one stands there as his user id, and that is said."""
    path(desk).write_text(
        DESK.replace(
            "visible: true}",
            "visible: true, permission: selected, members: [taro@example.com, admin@example.com]}",
        ),
        encoding="utf-8",
    )
    desk.apply()
    console, bot = Console(tenant), bot_of(desk)
    console.do("PATCH", bot, {"administrators": ["taro@example.com", "jiro@example.com"]})
    ran = desk.run("drift", "--accept", "bot/desk:pic")
    assert ran.code == 0, ran
    assert "written as user id" in ran.err
    pic = next(line for line in said(desk).splitlines() if line.startswith("  pic:"))
    assert "taro@example.com" in pic
    assert pic.count(",") == 1
    desk.expect_settled(tenant)


def shared(project: Project) -> None:
    project.define("Callback", "both", url="https://bots.example.com/both", events=["message"])
    for key in ("one", "two"):
        project.bot(key, **least(key.title(), callback={"ref": "both"}))
    project.apply()


def test_a_shared_document_is_edited_when_all_its_bots_moved_alike(project: Project, tenant: LocalTenant) -> None:
    shared(project)
    console = Console(tenant)
    console.do("PATCH", bot_of(project, "one"), {"callbackUrl": "https://new.example.com/"})
    refused = project.run("drift", "--accept", "bot/one")
    assert refused.code == 1
    assert "which bot/two uses as well" in refused.err
    assert "shared/both.yaml:" in refused.err
    assert "new.example.com" not in (project.root / "shared/both.yaml").read_text(encoding="utf-8")
    console.do("PATCH", bot_of(project, "two"), {"callbackUrl": "https://new.example.com/"})
    assert project.run("drift", "--accept", "bot/one").code == 0
    assert "url: https://new.example.com/" in (project.root / "shared/both.yaml").read_text(encoding="utf-8")
    assert drifted(project) == {}
    project.expect_settled(tenant)


def test_what_no_manifest_can_say_is_not_accepted_and_nothing_is_written(
    desk: Project, tenant: LocalTenant
) -> None:
    Console(tenant).do("PATCH", bot_of(desk), {"callbackUrl": ""})
    before, state = said(desk), desk.state_path.read_bytes()
    ran = desk.run("drift", "--accept", "bot/desk")
    assert ran.code in {1, 3}, ran
    assert (said(desk), desk.state_path.read_bytes()) == (before, state)


def test_a_value_behind_an_alias_is_shown_to_be_written_by_hand(desk: Project, tenant: LocalTenant) -> None:
    text = DESK.replace("botName: Desk ", "botName: &name Desk ").replace("default: Answers", "default: *name")
    path(desk).write_text(text, encoding="utf-8")
    desk.apply()
    Console(tenant).do("PATCH", bot_of(desk), {"botName": "Other"})
    ran = desk.run("drift", "--accept", "bot/desk")
    assert ran.code == 1
    assert "bots/desk.yaml:5:12: `spec.botName` cannot be edited here" in ran.err
    assert "botName: Other" in ran.err
    assert said(desk) == text


def test_a_target_narrows_the_look(four: Project, tenant: LocalTenant) -> None:
    four.apply()
    Console(tenant).do("PATCH", bot_of(four, "payroll"), {"botName": "Other"})
    tenant.clear_log()
    assert drifted(four, "--target", "bot/travel") == {}
    assert sum(each.operation == "getBot" for each in tenant.log()) == 1
    assert list(drifted(four, "--target", "bot/payroll")) == ["bot/payroll"]
    four.drop("payroll")
    undeclared = four.run("drift")
    assert undeclared.code == 2 or "in no manifest any more" in undeclared.out
    kept = four.run("drift", "--accept", "bot/payroll")
    assert kept.code == 1


def test_without_a_state_nothing_is_known(four: Project) -> None:
    ran = four.run("drift")
    assert ran.code == 1
    assert "lwdeploy state init" in ran.err
