"""`adopt` and `forget`: what is remembered, moved by hand; the tenant is never written to."""

from __future__ import annotations

import pytest

from lwdeploy.cli.terminal import Screen
from lwdeploy.simulator import LocalTenant
from tests.support.console import Console, names, writes
from tests.support.project import ADMIN, Project, least


def made_elsewhere(tenant: LocalTenant, name: str) -> str:
    """Make a bot as a person at the console would, and give its id."""
    body = {
        "botName": name,
        "photoUrl": "https://static.example.com/bot.png",
        "description": "made by hand",
        "administrators": [ADMIN],
    }
    return str(Console(tenant).do("POST", "/bots", body)["botId"])


def test_a_bot_is_adopted_with_what_hangs_on_it(project: Project, tenant: LocalTenant) -> None:
    """The next plan is shown; nothing is sent; an apply then changes the bot, and makes no other one."""
    bot_id = made_elsewhere(tenant, "Old Desk")
    Console(tenant).do("POST", f"/bots/{bot_id}/domains/10000001", {"visible": True})
    project.bot("desk", **least("Desk", domains=[{"name": "tokyo", "visible": True}]))
    project.run("state", "init")
    tenant.clear_log()
    asked = project.run("adopt", "bot/desk", bot_id)
    assert asked.code == 1
    assert "--auto-approve" in asked.err
    assert project.ids() == {}
    ran = project.run("adopt", "bot/desk", bot_id, "--auto-approve")
    assert ran.code == 0, ran
    assert '~ botName.default: "Old Desk" -> "Desk"' in ran.out
    assert "Plan: 0 to add, 1 to change, 0 to delete" in ran.out
    assert writes(tenant) == []
    assert project.ids() == {"bot/desk": bot_id, "bot/desk/domain/tokyo": "10000001"}
    project.apply()
    assert names(tenant) == ["Desk"]
    project.expect_settled(tenant)


def test_what_cannot_be_meant_is_not_adopted(project: Project, tenant: LocalTenant) -> None:
    bot_id = made_elsewhere(tenant, "Other")
    hand_made = made_elsewhere(tenant, "Free")
    marked = made_elsewhere(tenant, "lwdeploy 99999999 0123456789ab cafe")
    project.bot("desk", **least("Desk"))
    without = project.run("adopt", "bot/desk", bot_id, "--auto-approve")
    assert "lwdeploy state init" in without.err
    project.run("state", "init")
    project.apply()
    ids, before = project.ids(), project.state_path.read_bytes()
    project.bot("two", **least("Two"))
    project.bot("three", **least("Three", botId=int(bot_id)))
    tenant.clear_log()
    for code, address, remote_id, words in (
        (1, "bot/nobody", bot_id, "No manifest declares bot/nobody"),
        (1, "bot/two", "999", "The tenant has no bot 999"),
        (4, "bot/two", ids["bot/desk"], "is bot/desk already"),
        (4, "bot/two", marked, "carries the mark of another project"),
        (4, "bot/desk", hand_made, "the tenant still has that one"),
        (1, "bot/three", ids["bot/desk"], f"names botId {bot_id}"),
        (4, "bot/two", bot_id, f"{bot_id} is bot/three by its botId, bots/three.yaml:"),
        (1, "bot/two/rich-menu/main", "7", "No manifest declares"),
        (1, "bot/desk/domain/tokyo", "10000001", "No manifest declares bot/desk/domain/tokyo"),
    ):
        ran = project.run("adopt", address, remote_id, "--auto-approve")
        assert (ran.code, words in ran.err) == (code, True), ran
    assert project.state_path.read_bytes() == before
    assert writes(tenant) == []


def test_an_address_whose_bot_is_gone_takes_another_one(project: Project, tenant: LocalTenant) -> None:
    project.bot("desk", **least("Desk"))
    project.apply()
    Console(tenant).do("DELETE", f"/bots/{project.ids()['bot/desk']}")
    bot_id = made_elsewhere(tenant, "Desk")
    assert project.run("adopt", "bot/desk", bot_id, "--auto-approve").code == 0
    project.apply()
    assert project.ids()["bot/desk"] == bot_id
    assert names(tenant) == ["Desk"]
    project.expect_settled(tenant)


def test_a_rich_menu_is_adopted_by_its_id(project: Project, tenant: LocalTenant) -> None:
    """One that carries no mark; registrations and persistent menus need no such thing."""
    project.bot("desk", **least("Desk", domains=[{"name": "tokyo"}]))
    project.apply()
    bot_id = project.ids()["bot/desk"]
    areas = [
        {
            "bounds": {"x": 0, "y": 0, "width": 2500, "height": 1686},
            "action": {"type": "message", "label": "Help", "text": "help"},
        }
    ]
    body = {"richmenuName": "By hand", "size": {"width": 2500, "height": 1686}, "areas": areas}
    menu_id = str(Console(tenant).do("POST", f"/bots/{bot_id}/richmenus", body)["richmenuId"])
    menu = {"name": "main", "layout": "1x1", "image": {"generate": {}}, "areas": [{"action": areas[0]["action"]}]}
    project.bot("desk", **least("Desk", domains=[{"name": "tokyo"}], menus={"rich": {"menus": [menu]}}))
    needless = project.run("adopt", "bot/desk/domain/tokyo", "10000001", "--auto-approve")
    assert "needs no id" in needless.err
    unknown = project.run("adopt", "bot/desk/rich-menu/main", "77", "--auto-approve")
    assert "bot/desk has no rich-menu 77" in unknown.err
    ran = project.run("adopt", "bot/desk/rich-menu/main", menu_id, "--auto-approve")
    assert ran.code == 0, ran
    assert project.ids()["bot/desk/rich-menu/main"] == menu_id
    tenant.clear_log()
    project.apply()
    assert "createRichmenu" not in writes(tenant)
    assert project.ids()["bot/desk/rich-menu/main"] == menu_id
    project.expect_settled(tenant)


def test_what_is_forgotten_stays_in_the_tenant(four: Project, tenant: LocalTenant) -> None:
    four.apply()
    four.drop("payroll")
    tenant.clear_log()
    asked = four.run("forget", "bot/payroll")
    assert asked.code == 1
    assert "stays in the tenant as it is; left alone" in asked.err
    ran = four.run("forget", "bot/payroll", "--auto-approve")
    assert ran.code == 0, ran
    assert ran.err.strip() == "Forgotten: bot/payroll, bot/payroll/domain/tokyo"
    assert tenant.log() == ()
    assert not [each for each in four.ids() if "payroll" in each]
    assert "Payroll" in names(tenant)
    planned = four.run("plan", "--prune", "--detailed-exitcode")
    assert planned.code == 0, planned.out
    assert "1 unmanaged" in planned.summary
    unknown = four.run("forget", "bot/payroll", "--auto-approve")
    assert unknown.code == 1
    four.expect_settled(tenant)


def test_what_is_still_declared_is_forgotten_only_when_a_second_one_is_meant(
    four: Project, tenant: LocalTenant
) -> None:
    four.apply()
    before = four.ids()
    refused = four.run("forget", "bot/payroll", "--auto-approve")
    assert refused.code == 4
    assert "--allow create=1" in refused.err
    assert four.ids() == before
    warned = four.run("forget", "bot/payroll")
    assert "would make a second bot/payroll" in warned.err
    assert four.run("forget", "bot/payroll", "--auto-approve", "--allow", "create=1").code == 0
    assert four.run("adopt", "bot/payroll", before["bot/payroll"], "--auto-approve").code == 0
    four.apply()
    assert four.ids() == before
    child = four.run("forget", "bot/payroll/domain/tokyo", "--auto-approve")
    assert child.code == 0, child
    assert "=" in four.run("plan").out
    four.apply()
    assert four.ids() == before
    four.expect_settled(tenant)


def test_the_line_that_a_refused_rename_shows_is_all_that_it_needs(project: Project, tenant: LocalTenant) -> None:
    """The key changes, the text does not: the bot is kept when the line stands where the refusal says."""
    project.bot("old", **least("Desk"))
    project.apply()
    before = project.ids()["bot/old"]
    (project.root / "bots/old.yaml").rename(project.root / "bots/new.yaml")
    file = project.root / "bots/new.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("name: old", "name: new"), encoding="utf-8")
    refused = project.run("plan")
    assert refused.code == 4
    told = refused.out.splitlines()
    at = next(number for number, line in enumerate(told) if "Renamed: add below `spec:`, bots/new.yaml:" in line)
    line = int(told[at].split(":")[-3])
    lines = file.read_text(encoding="utf-8").splitlines()
    lines.insert(line, told[at + 1].removeprefix(" " * 8))
    file.write_text("\n".join(lines), encoding="utf-8")
    project.apply()
    assert project.ids() == {"bot/new": before}
    project.expect_settled(tenant)


def test_no_is_an_answer(four: Project, tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    four.apply()
    before = four.state_path.read_bytes()
    monkeypatch.setattr(Screen, "confirm", lambda *_question, **_otherwise: False)
    forgotten = four.run("forget", "bot/payroll")
    assert (forgotten.code, forgotten.err.strip()) == (0, "Nothing was forgotten.")
    adopted = four.run("adopt", "bot/payroll", four.ids()["bot/payroll"])
    assert adopted.code == 0
    assert adopted.err.strip() == "Nothing was recorded."
    assert four.state_path.read_bytes() == before
    four.expect_settled(tenant)


def test_a_plan_from_before_a_bot_was_forgotten_does_not_touch_it(project: Project, tenant: LocalTenant) -> None:
    """The plan only registers the bot: nothing in it changes the bot that is not ours any more."""
    project.bot("desk", **least("Desk"))
    project.apply()
    project.bot("desk", **least("Desk", domains=[{"name": "tokyo", "visible": True}]))
    assert project.run("plan", "--out", "the.plan").code == 0
    assert project.run("forget", "bot/desk", "--auto-approve", "--allow", "create=1").code == 0
    tenant.clear_log()
    ran = project.run("apply", "the.plan")
    assert ran.code == 5, ran
    assert "The state does not own what the plan means by bot/desk" in ran.err
    assert (writes(tenant), project.ids()) == ([], {})
