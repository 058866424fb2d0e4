"""`drift` and `drift --accept`: what others changed in the tenant, and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lwdeploy.commands import accepting
from lwdeploy.commands.accepted_wishes import wishes_of
from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.users import identify
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
    assert ran.summary.startswith("Drift: 0 moved in the tenant, 0 gone; 0 waiting for an apply, ")
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
    assert text.summary.startswith("Drift: 3 moved in the tenant, 0 gone; 1 waiting for an apply, 1 moved")
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


def test_accepting_a_field_leaves_people_who_are_written_as_user_ids_alone(
    project: Project, tenant: LocalTenant
) -> None:
    """Their logins may have become known since: that is no reason to touch what nobody accepted, or to refuse."""
    project.define("PersonInCharge", "both", primary=[identify("taro@example.com")])
    domains = [{"name": "tokyo", "permission": "selected", "members": ["taro@example.com"]}]
    for key in ("one", "two"):
        project.bot(key, **least(key.title(), pic={"ref": "both"}, domains=domains))
    project.apply()
    before = (project.root / "shared/both.yaml").read_bytes()
    Console(tenant).do("PATCH", bot_of(project, "one"), {"botName": "Uno"})
    ran = project.run("drift", "--accept", "bot/one")
    assert ran.code == 0, ran
    assert (project.root / "shared/both.yaml").read_bytes() == before
    project.expect_settled(tenant)


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


def test_accepting_goes_with_no_flag_of_the_report(desk: Project) -> None:
    for more in (("--format", "json"), ("--target", "bot/desk"), ("--read-unmanaged",)):
        ran = desk.run("drift", "--accept", "bot/desk", *more)
        assert ran.code == 1
        assert f"--accept does not go with {more[0]}" in ran.err


def test_what_came_over_standard_input_cannot_be_edited(desk: Project, tenant: LocalTenant) -> None:
    Console(tenant).do("PATCH", bot_of(desk), {"botName": "Other"})
    both = (desk.root / "lwdeploy.yaml").read_bytes() + b"---\n" + DESK.encode()
    ran = desk.run("drift", "-f", "-", "--accept", "bot/desk", stdin=both)
    assert ran.code == 1
    assert "What came over standard input cannot be edited" in ran.err


def test_without_a_state_nothing_is_known(four: Project) -> None:
    ran = four.run("drift")
    assert ran.code == 1
    assert "lwdeploy state init" in ran.err


HELP = {"type": "message", "label": "Help", "text": "help"}


def menus(project: Project, *names: str, **over: Any) -> None:
    """Write the bot with rich menus; the first one is the default unless `over` says otherwise."""
    made = [
        {"name": name, "layout": "1x1", "image": {"generate": {}}, "areas": [{"action": {**HELP, "label": name}}]}
        for name in names
    ]
    project.bot("desk", **least("Desk", menus={"rich": {"menus": made, "default": names[0], **over}}))


def test_a_default_menu_drifts_and_is_accepted_by_its_key(project: Project, tenant: LocalTenant) -> None:
    """Another of our menus has a key; one that nobody here knows has none; none at all is written as none."""
    menus(project, "main", "other")
    project.apply()
    console, bot, ids = Console(tenant), bot_of(project), project.ids()
    assert drifted(project) == {}
    console.do("POST", f"{bot}/richmenus/{ids['bot/desk/rich-menu/other']}/set-default")
    address = "bot/desk/default-rich-menu"
    assert drifted(project)[address]["richmenuId"]["live"] == ids["bot/desk/rich-menu/other"]
    assert project.run("drift", "--accept", address).code == 0
    assert "default: other" in path(project).read_text(encoding="utf-8")
    project.expect_settled(tenant)
    console.do("DELETE", f"{bot}/richmenus/default")
    assert project.run("drift", "--accept", "bot/desk").code == 0
    assert "default: ''" in said(project) or 'default: ""' in said(project)
    project.expect_settled(tenant)


def test_a_default_that_points_to_somebodys_menu_is_not_accepted(project: Project, tenant: LocalTenant) -> None:
    menus(project, "main")
    project.apply()
    console, bot = Console(tenant), bot_of(project)
    area = {"bounds": {"x": 0, "y": 0, "width": 2500, "height": 1686}, "action": HELP}
    body = {"richmenuName": "Hand", "size": {"width": 2500, "height": 1686}, "areas": [area]}
    menu_id = console.do("POST", f"{bot}/richmenus", body)["richmenuId"]
    console.do("POST", f"{bot}/richmenus/{menu_id}/image", {"fileId": file_of(console, bot)})
    console.do("POST", f"{bot}/richmenus/{menu_id}/set-default")
    ran = project.run("drift", "--accept", "bot/desk")
    assert ran.code == 1
    assert f"points to {menu_id}, which no manifest declares" in ran.err
    assert f"Unmanaged: bot/desk rich_menu {menu_id}" in project.run("drift").out


def file_of(console: Console, bot: str) -> str:
    """Give the id of the picture that the bot's first menu has."""
    first = console.do("GET", f"{bot}/richmenus")["richmenus"][0]["richmenuId"]
    return str(console.do("GET", f"{bot}/richmenus/{first}/image")["fileId"])


def test_menus_of_users_and_menus_that_are_gone(project: Project, tenant: LocalTenant) -> None:
    """Users' menus are read when that is asked for; neither is read back into a manifest."""
    menus(project, "main", "other", users={"other": ["taro@example.com"]})
    project.apply()
    console, bot, ids = Console(tenant), bot_of(project), project.ids()
    main, other = ids["bot/desk/rich-menu/main"], ids["bot/desk/rich-menu/other"]
    console.do("POST", f"{bot}/richmenus/{main}/users/taro@example.com")
    unseen = project.run("drift")
    assert unseen.code == 0, unseen
    assert "--verify-users reads them" in unseen.out
    assert "--verify-images downloads them" in unseen.out
    address = "bot/desk/rich-menu-user/taro@example.com"
    moved = drifted(project, "--verify-users")[address]["richmenuId"]
    assert (moved["observed"], moved["live"], moved["origin"]) == (other, main, "drift")
    console.do("DELETE", f"{bot}/richmenus/{other}")
    assert drifted(project) == {"bot/desk/rich-menu/other": {}}
    ran = project.run("drift", "--accept", "bot/desk/rich-menu/other")
    assert ran.code == 1
    assert "is not read back into manifests" in ran.err
    project.apply()
    assert drifted(project) == {}


def test_lists_and_unmanaged_bots_are_told_line_by_line(desk: Project, tenant: LocalTenant) -> None:
    tenant.make_bots(45, name="Stranger")
    Console(tenant).do("PATCH", bot_of(desk), {"channelEvents": ["message", "leave"]})
    path(desk).write_text(DESK.replace("description: {default: Answers, ja_JP: 答え}", "description: " + "x" * 90))
    told = desk.run("drift").out.splitlines()
    assert "      ! callback.events:   (changed outside lwdeploy)" in told
    place = told.index("      ! callback.events:   (changed outside lwdeploy)")
    assert told[place + 1 : place + 4] == ['        - "join"', '        + "leave"', '          "message"']
    assert "Unmanaged: 5 more (--format json lists all)" in told
    assert any("only the manifest moved: apply writes it" in line for line in told)


def test_a_state_that_moved_meanwhile_is_left_alone(
    desk: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the write another run has recorded: nothing is written, the manifests neither."""
    Console(tenant).do("PATCH", bot_of(desk), {"botName": "Other"})
    before = said(desk)

    def meanwhile(*given: Any) -> Any:
        assert desk.run("forget", "bot/desk/persistent-menu", "--auto-approve").code == 0
        return wishes_of(*given)

    monkeypatch.setattr(accepting, "wishes_of", meanwhile)
    ran = desk.run("drift", "--accept", "bot/desk")
    assert ran.code == 1
    assert "was written by another run meanwhile; nothing was recorded" in ran.err
    assert said(desk) == before
