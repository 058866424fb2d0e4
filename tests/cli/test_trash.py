"""What lwdeploy deletes can be made anew: everything of a bot is saved before, with the manifest that says it."""

from __future__ import annotations

import base64
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lwdeploy.simulator import Fault, LocalTenant
from tests.support.console import Console, names, writes
from tests.support.menu_life import HANAKO, TARO, main_menu, menus_of, rich, user_menu
from tests.support.menu_pictures import name_of, picture
from tests.support.project import ADMIN, MakeTenant, Project, Run, least

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "trash.schema.json").read_text(encoding="utf-8"))
DOOMED = [sys.executable, str(ROOT / "tests" / "crash" / "doomed.py")]
SECRET = "k9-" + "canary"
READINGS: Mapping[str, Mapping[str, str]] = {
    "as we think": {},
    "otherwise": {
        "image-file-id": "replaced",
        "list-order": "sorted",
        "all-domains": "zero",
        "absent-menu": "200-null",
        "absent-image": "200-null",
        "unset-properties": "omitted",
        "unset-menu-fields": "null",
        "menu-order": "newest-first",
        "missing-bot": "400",
    },
}


def write_full(project: Project) -> None:
    """Write two bots with everything that a bot can have."""
    main_menu(project)
    user_menu(project)
    project.bot(
        "helpdesk",
        botName={"default": "Help Desk", "ja_JP": "ヘルプデスク"},
        description={"default": "Answers: all of them", "ko_KR": "답"},
        photoUrl={"default": "https://static.example.com/a.png", "ja_JP": "https://static.example.com/b.png"},
        pic={"primary": [TARO, ADMIN], "vice": [HANAKO]},
        policy={"joinChatRoom": False, "allowedDomains": ["tokyo", "osaka"]},
        callback={"url": "https://bots.example.com/a", "messageTypes": ["text"], "events": ["message", "join"]},
        domains=[
            {"name": "tokyo", "visible": True, "permission": "selected", "members": [TARO, HANAKO]},
            {"name": "osaka", "visible": False, "permission": "all"},
        ],
        menus=rich("main", "vip", default="main", users={"vip": [TARO], "main": [HANAKO]}),
    )
    buttons = [
        {"type": "message", "label": {"default": "Help", "ja_JP": "ヘルプ"}, "text": "no", "postback": "h"},
        {"type": "uri", "label": "Portal", "uri": "https://portal.example.com"},
        {"type": "copy", "label": "012", "copyText": "03-0000-0000"},
    ]
    domains = [{"name": "kyoto", "visible": True}]
    project.bot("payroll", **least("Payroll", domains=domains, menus={"persistent": {"actions": buttons}}))


def remove(project: Project, *keys: str) -> Run:
    """Put a Removed document in the place of each bot, and apply."""
    for key in keys:
        project.drop(key)
        project.define("Removed", key, reason="Replaced by the portal")
    return project.run("apply", "--auto-approve", "--allow", f"delete={len(keys)}")


def trash(project: Project) -> dict[str, str]:
    """Give the lines of `state trash list` by the name of the deleted bot."""
    listed = project.run("state", "trash", "list")
    assert listed.code == 0, listed
    return {line.split()[0].rpartition("-")[0]: line for line in listed.out.splitlines()}


def stored(project: Project) -> dict[str, Any]:
    """Give the documents in the trash, by bot; each fits its format."""
    folder = project.state_path.with_name("acme.json.trash")
    found = {}
    for path in folder.iterdir():
        content = json.loads(path.read_text(encoding="utf-8"))
        assert [each.message for each in Draft202012Validator(SCHEMA).iter_errors(content)] == []
        found[content["address"].partition("/")[2]] = content
    return found


def restore(project: Project, other: Project, *keys: str) -> None:
    """Write what one project deleted into the folder of another one."""
    for key in keys:
        name = trash(project)[key].split()[0]
        shown = project.run("state", "trash", "show", name, "--out", str(other.root / "bots"))
        assert shown.code == 0, shown


def without_ids(tenant: LocalTenant) -> dict[str, Any]:
    """Give all that a tenant has, bots by name, menus and pictures by name, without anything that it numbered."""
    numbered = {"botId", "createdTime", "modifiedTime", "defaultRichmenuId", "richmenus", "userRichmenus"}
    return {
        bot["botName"]: {name: value for name, value in bot.items() if name not in numbered}
        | menus_of(tenant, bot["botName"])
        for bot in tenant.snapshot()["bots"]
    }


@pytest.mark.parametrize("switches", READINGS.values(), ids=READINGS)
def test_deleted_bots_are_made_anew_in_another_tenant_of_what_the_trash_gives(
    make_tenant: MakeTenant, tmp_path: Path, switches: Mapping[str, str]
) -> None:
    """The other tenant is then as this one was, but for ids."""
    tenant, another = make_tenant(switches=switches), make_tenant(switches=switches)
    project, other = (Project.found(tmp_path / name, each) for name, each in (("a", tenant), ("b", another)))
    write_full(project)
    project.apply("--verify-users")
    before = without_ids(tenant)
    assert remove(project, "helpdesk", "payroll").code == 0
    assert tenant.snapshot()["bots"] == []
    project.expect_settled(tenant)

    restore(project, other, "helpdesk", "payroll")
    assert other.run("validate").code == 0
    other.apply()
    assert without_ids(another) == before
    other.expect_settled(another)


def test_the_manifest_says_everything_once_and_nothing_else(project: Project) -> None:
    """It reads as if a person had written it."""
    write_full(project)
    project.apply()
    remove(project, "helpdesk", "payroll")
    shown = project.run("state", "trash", "show", trash(project)["payroll"].split()[0])
    lines = shown.out.splitlines()
    assert lines[0].startswith("# bot/payroll, bot 20000")
    assert lines[1] == "# (removed: Replaced by the portal)."
    assert (
        "\n".join(line for line in lines if not line.startswith("#"))
        == """\
apiVersion: lwdeploy/v1
kind: Bot
metadata:
  name: payroll
spec:
  botName: Payroll
  description: Payroll answers
  photoUrl: https://static.example.com/bot.png
  pic:
    primary:
      - admin@example.com
  policy:
    joinChatRoom: false
    allowedDomains: all
  domains:
    - name: kyoto
      visible: true
      permission: all
  menus:
    persistent:
      actions:
        - type: message
          label:
            default: Help
            ja_JP: ヘルプ
          text: "no"
          postback: h
        - type: uri
          label: Portal
          uri: https://portal.example.com
        - type: copy
          label: "012"
          copyText: 03-0000-0000"""
    )
    assert shown.err == ""


def test_what_is_kept_says_when_who_of_which_plan_and_why(project: Project) -> None:
    write_full(project)
    project.apply()
    ids = project.ids()
    project.drop("payroll")
    project.define("Removed", "payroll", reason="Replaced by the portal")
    planned = project.run("plan", "--out", "the.plan", "--format", "json")
    env = {"GITHUB_ACTOR": "hanako"}
    assert project.run("apply", "the.plan", env=env).code == 0
    kept = stored(project)["payroll"]
    assert kept["plan_digest"] == planned.json["digest"]
    assert (kept["botId"], kept["tenant"], kept["project"]) == (ids["bot/payroll"], "acme", "7f3a91c2")
    assert kept["holder"]["user"] == "hanako"
    assert kept["reason"] == "removed: Replaced by the portal"
    line = trash(project)["payroll"]
    assert line.split()[0] == f"payroll-{ids['bot/payroll']}"
    assert kept["kept_at"] in line
    assert line.endswith("hanako  removed: Replaced by the portal")
    rows = {each["address"]: each for each in kept["resources"]}
    assert set(rows) == {"bot/payroll", "bot/payroll/domain/kyoto", "bot/payroll/persistent-menu"}
    assert rows["bot/payroll"]["spec"]["botName"]["default"] == "Payroll"


def test_pictures_are_kept_byte_by_byte(project: Project, tmp_path: Path) -> None:
    write_full(project)
    project.apply()
    remove(project, "helpdesk")
    kept = stored(project)["helpdesk"]["pictures"]
    assert {name: name_of(base64.b64decode(each["content"])) for name, each in kept.items()} == {
        "helpdesk.main.png": "full-main.png",
        "helpdesk.main.ja_JP.png": "full-main-ja.png",
        "helpdesk.vip.png": "compact-vip.png",
    }
    name = trash(project)["helpdesk"].split()[0]
    shown = project.run("state", "trash", "show", name)
    assert "--out" in shown.err
    project.run("state", "trash", "show", name, "--out", str(tmp_path / "out"))
    assert (tmp_path / "out" / "helpdesk.vip.png").read_bytes() == picture("compact-vip.png")
    assert (tmp_path / "out" / "helpdesk.yaml").read_text(encoding="utf-8") == shown.out


def test_what_others_made_below_the_bot_is_kept_as_well(project: Project, tenant: LocalTenant) -> None:
    """Deleting the bot destroys it, whoever made it."""
    write_full(project)
    project.apply()
    bot_id = project.ids()["bot/helpdesk"]
    console = Console(tenant)
    area = {
        "bounds": {"x": 0, "y": 0, "width": 2500, "height": 1686},
        "action": {"type": "uri", "uri": "https://a.b"},
    }
    body = {"richmenuName": "Night Shift", "size": {"width": 2500, "height": 1686}, "areas": [area]}
    console.do("POST", f"/bots/{bot_id}/richmenus", body)
    console.do("PATCH", f"/bots/{bot_id}", {"allowDomains": []})
    console.do("POST", f"/bots/{bot_id}/domains/10000003", {"visible": True, "allowToSelectedMember": True})
    console.do("POST", f"/bots/{bot_id}/domains/10000003/members", {"userId": "jiro@example.com"})
    assert remove(project, "helpdesk").code == 0
    kept = stored(project)["helpdesk"]
    assert {(each["kind"], each["name"]) for each in kept["resources"] if each["address"] is None} == {
        ("rich_menu", "Night Shift"),
        ("bot_domain", ""),
    }
    spec = yaml.safe_load(kept["manifest"])["spec"]
    kyoto = next(each for each in spec["domains"] if each["name"] == "kyoto")
    assert (kyoto["permission"], len(kyoto["members"])) == ("selected", 1)
    night = next(each for each in spec["menus"]["rich"]["menus"] if each["name"] == "night-shift")
    assert night["image"] == {"generate": {}}
    assert "there is no picture of the rich menu 'Night Shift'" in kept["manifest"]


def test_a_picture_that_the_service_gives_no_more_does_not_keep_a_bot_alive(
    make_tenant: MakeTenant, tmp_path: Path
) -> None:
    """Whether a bound file outlives its day is not documented: the manifest says what is missing."""
    tenant = make_tenant(switches={"bound-file-life": "24h"})
    project = Project.found(tmp_path / "project", tenant)
    write_full(project)
    project.apply()
    tenant.advance(25 * 3600)
    assert remove(project, "helpdesk").code == 0
    kept = stored(project)["helpdesk"]
    assert kept["pictures"] == {}
    assert "pictures of the rich menu 'main' could not be had any more: default, ja_JP" in kept["manifest"]


def test_the_photo_that_was_declared_is_told_and_not_the_address_that_the_service_made_of_it(
    make_tenant: MakeTenant, tmp_path: Path
) -> None:
    tenant = make_tenant(switches={"photo-url": "rehosted"})
    project = Project.found(tmp_path / "project", tenant)
    write_full(project)
    project.apply()
    remove(project, "payroll")
    spec = yaml.safe_load(stored(project)["payroll"]["manifest"])["spec"]
    assert spec["photoUrl"] == "https://static.example.com/bot.png"


def test_no_secret_is_in_the_trash_and_a_comment_asks_for_it(project: Project) -> None:
    project.bot(
        "payroll", **least("Payroll", callback={"url": f"https://u:{SECRET}@bots.example.com/a?t={SECRET}"})
    )
    project.apply()
    remove(project, "payroll")
    for path in project.state_path.parent.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes(), path
    kept = stored(project)["payroll"]
    lines = kept["manifest"].splitlines()
    place = lines.index("    url: https://bots.example.com/a")
    assert lines[place - 1].startswith("    # To be filled in")
    bot = next(each["spec"] for each in kept["resources"] if each["kind"] == "bot")
    assert bot["callback"]["url"].startswith("https://bots.example.com/a?sha256=")


# --- when it goes wrong


def test_killed_between_saving_and_deleting(project: Project, tenant: LocalTenant) -> None:
    """The next run saves and deletes; the trash has the bot once."""
    write_full(project)
    project.apply()
    project.drop("payroll")
    project.define("Removed", "payroll", reason="Replaced by the portal")
    argv = ("deleteBot", "1", "before", "apply", "--auto-approve")
    assert project.process(*argv, program=DOOMED).code == -signal.SIGKILL
    assert names(tenant) == ["Help Desk", "Payroll"]
    assert list(stored(project)) == ["payroll"]
    project.apply()
    assert names(tenant) == ["Help Desk"]
    assert list(stored(project)) == ["payroll"]
    assert len(trash(project)) == 1
    project.expect_settled(tenant)


def test_killed_after_deleting(project: Project, tenant: LocalTenant) -> None:
    """The next run has nothing to save any more, and what was saved stays."""
    write_full(project)
    project.apply()
    project.drop("payroll")
    project.define("Removed", "payroll", reason="Replaced by the portal")
    argv = ("deleteBot", "1", "after", "apply", "--auto-approve")
    assert project.process(*argv, program=DOOMED).code == -signal.SIGKILL
    before = stored(project)
    project.apply()
    assert stored(project) == before
    assert names(tenant) == ["Help Desk"]


def test_a_bot_that_cannot_be_saved_is_not_deleted(project: Project, tenant: LocalTenant) -> None:
    """The step fails with the cause and what to do; all else goes on, and the next run ends it."""
    write_full(project)
    project.apply()
    blocked = project.state_path.with_name("acme.json.trash")
    blocked.write_text("somebody's file\n", encoding="utf-8")
    project.bot("travel", **least("Travel"))
    tenant.clear_log()
    ran = remove(project, "payroll")
    assert ran.code == 7
    assert "deleteBot" not in writes(tenant)
    told = ran.out + ran.err
    assert "it was not deleted, because what it is could not be saved" in told
    assert str(blocked) in told
    assert names(tenant) == ["Help Desk", "Payroll", "Travel"]
    blocked.unlink()
    assert project.run("apply", "--auto-approve").code == 0
    assert names(tenant) == ["Help Desk", "Travel"]
    assert list(stored(project)) == ["payroll"]


@pytest.mark.parametrize(
    "operation", ["listBotDomainMembers", "listRichmenus", "getRichmenuImage", "getUserRichmenu"]
)
def test_a_bot_that_cannot_be_read_is_not_deleted(project: Project, tenant: LocalTenant, operation: str) -> None:
    """Half of a bot is nothing to make it anew of."""
    write_full(project)
    project.apply()
    tenant.add_fault(Fault(kind="status", operation=operation, status=403))
    ran = remove(project, "helpdesk")
    assert ran.code == 1
    assert "could not be saved" in ran.out + ran.err
    assert names(tenant) == ["Help Desk", "Payroll"]
    tenant.clear_faults()
    assert project.run("apply", "--auto-approve").code == 0
    assert names(tenant) == ["Payroll"]


def test_pruned_bots_are_kept_and_bots_that_are_only_changed_are_not(project: Project) -> None:
    write_full(project)
    project.apply()
    project.drop("payroll")
    project.bot("travel", **least("Travel"))
    project.apply("--prune")
    assert list(stored(project)) == ["payroll"]
    project.bot("travel", **least("Travel", description="Other answers"))
    project.apply()
    assert list(stored(project)) == ["payroll"]


# --- the commands


def test_a_trash_with_nothing_in_it(project: Project) -> None:
    project.bot("one", **least("One"))
    project.apply()
    listed = project.run("state", "trash", "list")
    assert (listed.code, listed.out) == (0, "")
    assert "Nothing was deleted" in listed.err
    unknown = project.run("state", "trash", "show", "one-2000001")
    assert unknown.code == 1
    assert "It has: nothing." in unknown.err


def test_a_name_that_the_trash_does_not_have_is_answered_with_those_that_it_has(project: Project) -> None:
    write_full(project)
    project.apply()
    remove(project, "payroll")
    for name in ("payroll", "../acme.json", "payroll-1"):
        shown = project.run("state", "trash", "show", name)
        assert shown.code == 1
        assert trash(project)["payroll"].split()[0] in shown.err


def test_nothing_is_overwritten(project: Project, tmp_path: Path) -> None:
    write_full(project)
    project.apply()
    remove(project, "helpdesk")
    name = trash(project)["helpdesk"].split()[0]
    (tmp_path / "helpdesk.main.png").write_bytes(b"mine")
    shown = project.run("state", "trash", "show", name, "--out", str(tmp_path))
    assert shown.code == 1
    assert "helpdesk.main.png" in shown.err
    assert not (tmp_path / "helpdesk.yaml").exists()
    blocked = project.run("state", "trash", "show", name, "--out", str(tmp_path / "helpdesk.main.png" / "x"))
    assert blocked.code == 1
    assert "cannot be written" in blocked.err


def _tampered(content: dict[str, Any], what: str) -> str:
    if what == "torn":
        return json.dumps(content)[:-9]
    if what == "picture":
        content["pictures"]["helpdesk.main.png"]["content"] = "AAAA"
    elif what == "no base64":
        content["pictures"]["helpdesk.main.png"]["content"] = "A"
    elif what == "a path":
        content["pictures"]["../../evil.png"] = content["pictures"].pop("helpdesk.main.png")
    else:
        content["format_version"] = 2
    return json.dumps(content)


@pytest.mark.parametrize("what", ["torn", "picture", "no base64", "a path", "newer"])
def test_a_document_that_was_tampered_with_is_refused_and_does_not_hide_the_others(
    project: Project, tmp_path: Path, what: str
) -> None:
    write_full(project)
    project.apply()
    remove(project, "helpdesk", "payroll")
    names_ = {key: line.split()[0] for key, line in trash(project).items()}
    path = project.state_path.with_name("acme.json.trash") / f"{names_['helpdesk']}.json"
    path.write_text(_tampered(json.loads(path.read_text(encoding="utf-8")), what), encoding="utf-8")
    shown = project.run("state", "trash", "show", names_["helpdesk"], "--out", str(tmp_path / "out"))
    assert shown.code == 1
    assert names_["helpdesk"] in shown.err
    assert not (tmp_path / "out").exists()
    listed = project.run("state", "trash", "list")
    assert listed.code == 0
    assert names_["helpdesk"] in listed.err
    assert [line.split()[0] for line in listed.out.splitlines()] == [names_["payroll"]]


def test_manifests_with_mistakes_are_told_before_anything_is_read(project: Project) -> None:
    project.bot("one", **least("One"))
    project.apply()
    (project.root / "torn.yaml").write_text("a: [\n", encoding="utf-8")
    assert project.run("state", "trash", "list").code == 3
    assert project.run("state", "trash", "show", "x").code == 3
