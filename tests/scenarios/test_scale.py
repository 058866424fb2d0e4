"""A full tenant: 300 bots in one apply, what a plan reads of them, and what happens at the limit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from lwdeploy.simulator import LocalTenant
from tests.support.console import names, writes
from tests.support.project import DOMAINS, MakeTenant, Project, least

FULL = 300
MENU = {"persistent": {"actions": [{"type": "message", "label": "Help", "text": "help"}]}}
MEMBERS = ["taro@example.com", "hanako@example.com"]


def _spec(number: int) -> dict[str, Any]:
    """Give bot `number`: all are registered, every tenth for two members only, every fifth has a menu."""
    limited = {"permission": "selected", "members": MEMBERS} if number % 10 == 0 else {"permission": "all"}
    spec = least(f"Bot {number}", domains=[{"name": "tokyo", "visible": True, **limited}])
    return spec | ({"menus": MENU} if number % 5 == 0 else {})


def _write(project: Project, numbers: range) -> None:
    project.write(
        "bots.yaml",
        *(
            {
                "apiVersion": "lwdeploy/v1",
                "kind": "Bot",
                "metadata": {"name": f"bot-{number:03}"},
                "spec": _spec(number),
            }
            for number in numbers
        ),
    )


def _operations(tenant: LocalTenant) -> Counter[str]:
    return Counter(entry.operation for entry in tenant.log())


def test_300_bots_from_empty_then_nothing_then_one_in_and_one_out(project: Project, tenant: LocalTenant) -> None:
    """A tenant is filled in one apply, read with no call too many, and never overfilled."""
    _write(project, range(1, FULL + 1))
    report = project.run("apply", "--auto-approve", "--format", "json").json
    assert report["complete"]
    assert names(tenant) == sorted(f"Bot {number}" for number in range(1, FULL + 1))
    _expect_registered_as_declared(project, tenant)

    tenant.clear_log()
    planned = project.run("plan", "--detailed-exitcode")
    assert planned.code == 0, planned.summary
    assert planned.summary.startswith("Plan: 0 to add, 0 to change, 0 to delete; 660 unchanged, 0 unmanaged.")
    assert _operations(tenant) == {
        "issueToken": 1,
        "listBots": 3,
        "getBot": FULL,
        "listBotDomains": FULL,
        "listBotDomainMembers": FULL // 10,
        "getPersistentMenu": FULL // 5,
    }
    assert project.run("apply", "--auto-approve").code == 0
    assert writes(tenant) == []

    _expect_301st_refused(project, tenant)
    _expect_swap(project, tenant)


def _expect_registered_as_declared(project: Project, tenant: LocalTenant) -> None:
    bots = {str(bot["botId"]): bot for bot in tenant.snapshot()["bots"]}
    for address, remote_id in project.ids().items():
        if address.count("/") > 1:
            continue
        number, bot = int(address.rpartition("-")[2]), bots[remote_id]
        assert bot["botName"] == f"Bot {number}"
        [registration] = bot["domains"]
        assert registration["domainId"] == DOMAINS["tokyo"]
        assert len(registration["members"]) == (2 if number % 10 == 0 else 0)
        assert (bot["persistentMenu"] is not None) == (number % 5 == 0)


def _expect_301st_refused(project: Project, tenant: LocalTenant) -> None:
    _write(project, range(1, FULL + 2))
    tenant.clear_log()
    planned = project.run("plan")
    assert planned.code == 4
    assert "[quota] the tenant takes 300 bots; it has 300 (0 of them unmanaged) and would have 301" in planned.out
    assert "Bots 301/300 after apply (peak 301)" in planned.summary
    assert project.run("apply", "--auto-approve").code == 4
    assert writes(tenant) == []


def _expect_swap(project: Project, tenant: LocalTenant) -> None:
    _write(project, range(2, FULL + 2))
    tenant.clear_log()
    kept = project.run("plan")
    assert kept.code == 4
    assert "would have 301" in kept.out
    assert project.run("apply", "--auto-approve").code == 4
    assert writes(tenant) == []

    planned = project.run("plan", "--prune")
    assert planned.code == 0, planned.out
    assert "Bots 300/300 after apply (peak 300)" in planned.summary
    tenant.clear_log()
    project.apply("--prune")
    assert writes(tenant)[:3] == ["deleteBot", "createBot", "patchBot"]
    assert names(tenant) == sorted(f"Bot {number}" for number in range(2, FULL + 2))
    tenant.clear_log()
    assert project.run("plan", "--detailed-exitcode").code == 0
    assert _operations(tenant)["listBots"] == 3


def test_a_bot_too_many_names_the_bots_of_others(project: Project, tenant: LocalTenant) -> None:
    """Whoever is refused for want of room sees whose bots take it."""
    others = tenant.make_bots(FULL - 1, name="Somebody's")
    assert project.run("state", "init").code == 0
    for key in ("one", "two"):
        project.bot(key, **least(key))
    planned = project.run("plan")
    assert planned.code == 4
    assert "it has 299 (299 of them unmanaged) and would have 301" in planned.out
    for number, bot_id in enumerate(others, start=1):
        assert f"{bot_id}  Somebody's {number}\n" in planned.out
    assert "Bots 301/300 after apply (peak 301)" in planned.summary
    assert [each["botId"] for each in project.run("plan", "--format", "json").json["unmanaged"]] == [
        str(each) for each in others
    ]
    project.drop("two")
    project.apply()
    assert len(tenant.snapshot()["bots"]) == FULL
    project.expect_settled(tenant)


def test_the_number_of_bots_can_be_set_in_the_tenant(tmp_path: Path, tenant: LocalTenant) -> None:
    """A tenant with a limit of its own is refused at that limit."""
    project = Project.found(tmp_path / "small", tenant, limits={"bots": 2})
    for key in ("one", "two", "three"):
        project.bot(key, **least(key))
    refused = project.run("apply", "--auto-approve")
    assert refused.code == 4
    assert "the tenant takes 2 bots; it has 0" in refused.out + refused.err
    assert writes(tenant) == []


def test_the_free_plan_warns_and_its_refusal_is_told_per_bot(tmp_path: Path, make_tenant: MakeTenant) -> None:
    """More than ten bots on the free plan are a warning; the bot that the service refuses is named."""
    tenant = make_tenant(plan="free")
    project = Project.found(tmp_path / "free", tenant, plan="free")
    for number in range(1, 11):
        project.bot(f"bot-{number}", **least(f"Bot {number}"))
    assert "Warning" not in project.run("plan").out
    project.bot("bot-11", **least("Bot 11"))
    planned = project.run("plan")
    assert planned.code == 0
    assert "Warning: the tenant would have 11 bots" in planned.out

    applied = project.run("apply", "--auto-approve", "--format", "json")
    assert applied.code == 7
    assert applied.json["summary"] == {"done": 10, "failed": 1, "unknown": 0, "not_started": 0, "not_taken": 0}
    [failed] = [each for each in applied.json["outcomes"] if each["status"] == "failed"]
    assert "EXCEEDED_NUMBER_LIMIT_OF_BOT" in failed["error"]
    assert failed["advice"]
    assert len(names(tenant)) == 10
    assert not any(name.startswith("lwdeploy ") for name in names(tenant))

    project.drop(failed["address"].removeprefix("bot/"))
    project.expect_settled(tenant)
