"""`lwdeploy show` without a plan: the whole tenant, whoever made what is in it, by reading alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.cli.terminal import Screen
from lwdeploy.commands.tenant_report import telling
from lwdeploy.core.address import Address
from lwdeploy.core.tenant import Limits
from lwdeploy.planning.match import mark_key
from lwdeploy.simulator import Fault, LocalTenant
from lwdeploy.simulator.settings import ALL_SCOPES
from tests.support.console import Console
from tests.support.haste import Haste
from tests.support.life import grow
from tests.support.project import DOMAINS, MakeTenant, Project, least
from tests.test_formats import fits
from tests.unit.views.preview_tree import tree

TOKYO = DOMAINS["tokyo"]
BEYOND = tuple(each for each in ALL_SCOPES if each.startswith("bot"))
OTHERS = "lwdeploy 0badcafe 0123456789ab c0ffee-1"


@pytest.fixture
def grown(project: Project) -> Project:
    """A project with all kinds, applied."""
    grow(project)
    project.apply()
    return project


def bots_of(project: Project, *argv: str) -> dict[str, Any]:
    ran = project.run("show", "--format", "json", *argv)
    assert ran.code == 0, ran
    return {bot["name"]["default"]: bot for bot in fits("tenant-report", ran.json)["bots"]}


def test_every_bot_is_shown_with_what_hangs_on_it(grown: Project, tenant: LocalTenant) -> None:
    """Ours by address and with the names that we use; somebody else's as they are."""
    [other] = tenant.make_bots(1, name="Other", registered_in=TOKYO)
    tenant.make_richmenu(other, name="main")
    bots = bots_of(grown)
    desk, front = bots["Help Desk"], bots["Front Desk"]
    assert desk["managed"]["address"] == "bot/helpdesk"
    assert desk["name"]["ja_JP"] == "ヘルプデスク"
    assert [each["login"] for each in desk["pic"]["vice"]] == ["hanako@example.com"]
    assert desk["policy"]["allowed_domains"] == ["tokyo", "osaka"]
    assert (desk["callback"]["url"], desk["callback"]["query_hidden"]) == ("https://bots.example.com/a", True)
    assert {each["name"]: (each["visible"], each["members"]) for each in desk["domains"]} == {
        "tokyo": (True, 2),
        "osaka": (False, None),
    }
    assert [each["default"] for each in desk["menus"]["persistent"]] == ["Help", "Portal", "Copy"]
    rich = {each["name"]: (each["default"], each["areas"], each["languages"]) for each in front["menus"]["rich"]}
    assert rich == {"day": (True, 4, ["ja_JP"]), "night": (False, 2, [])}
    assert bots["Other 1"]["managed"]["address"] is None
    assert bots["Other 1"]["unseen"] == "visible in no domain"


def test_a_report_reads_with_the_least_scope_and_asks_nothing_twice(grown: Project, tenant: LocalTenant) -> None:
    """Three calls for a bot with rich menus, four for any other, one for each list of members and each person."""
    tenant.clear_log()
    assert grown.run("show").code == 0
    log = [each for each in tenant.log() if each.operation != "issueToken"]
    assert {each.method for each in log} == {"GET"}
    assert Counter(each.operation for each in log) == {
        "listBots": 1,
        "getBot": 3,
        "listBotDomains": 3,
        "listBotDomainMembers": 1,
        "listRichmenus": 3,
        "getPersistentMenu": 2,
        "getUser": 3,
    }


def test_without_manifests_and_without_a_state(tmp_path: Path, grown: Project, tenant: LocalTenant) -> None:
    """The variables that `simulate` writes are enough; the marks on menus still say which project was there."""
    where = {"LWDEPLOY_ENDPOINT": tenant.endpoint, "LWDEPLOY_TOKEN_URL": tenant.token_url}
    folder = tmp_path / "empty"
    folder.mkdir()
    bots = bots_of(Project(root=folder, env=grown.env | where | {"LWDEPLOY_DOMAIN_IDS": f"hq={TOKYO}"}))
    assert bots["Front Desk"]["managed"] == {
        "address": None,
        "proof": None,
        "other_projects": ["7f3a91c2"],
        "interrupted": False,
    }
    assert [each["name"] for each in bots["Payroll"]["domains"]] == ["hq"]
    assert list(folder.iterdir()) == []


def test_one_who_left_is_told_and_the_login_is_still_known(project: Project, tenant: LocalTenant) -> None:
    tenant.make_user("sota@example.com")
    project.bot("payroll", **least("Payroll") | {"pic": {"primary": ["sota@example.com"]}})
    project.apply()
    tenant.drop_user("sota@example.com")
    ran = project.run("show")
    assert "PIC:         sota@example.com (in the directory no more)" in ran.out
    assert "A person in charge is in the directory no more: 2000001" in ran.out


@pytest.mark.parametrize("reading", ["403", "401"])
def test_without_the_scope_of_the_directory_the_report_says_that_it_did_not_look(
    make_tenant: MakeTenant, tmp_path: Path, reading: str
) -> None:
    """Nobody is said to have left because nobody could be asked."""
    tenant = make_tenant(scopes=BEYOND, switches={"scope-refusal": reading})
    project = Project.found(tmp_path / "project", tenant)
    tenant.make_bots(1)
    ran = project.run("show")
    assert ran.code == 0, ran
    assert "was not checked: the app may not look into the directory; give it the scope user.read" in ran.out
    assert "in the directory no more" not in ran.out


def test_a_bot_is_ours_by_its_botid_or_by_its_mark_before_any_apply(project: Project, tenant: LocalTenant) -> None:
    """What an interrupted run left is told apart by project."""
    [bound] = tenant.make_bots(1, name="Bound")
    [theirs] = tenant.make_bots(1, body={"botName": OTHERS})
    project.bot("bound", botId=bound, **least("Bound"))
    bots = bots_of(project)
    assert bots["Bound 1"]["managed"]["proof"] == "botId"
    assert bots[OTHERS]["managed"]["other_projects"] == ["0badcafe"]
    assert bots[OTHERS]["managed"]["interrupted"]
    told = project.run("show").out
    assert f"Left by a run that was interrupted: {theirs}" in told
    name = f"lwdeploy 7f3a91c2 {mark_key(Address.top('bot', 'bound'))} 1"
    Console(tenant).do("PATCH", f"/bots/{theirs}", {"botName": name})
    assert bots_of(project)[name]["managed"]["address"] == "bot/bound"


@pytest.mark.parametrize(("plan", "limit"), [("free", 10), ("standard", 300)])
def test_the_quota_is_that_of_the_plan(tenant: LocalTenant, tmp_path: Path, plan: str, limit: int) -> None:
    project = Project.found(tmp_path / "planned", tenant, plan=plan)
    assert project.run("show", "--format", "json").json["quota"] == {"bots": 0, "limit": limit}


def test_faulty_manifests_and_a_torn_state_stop_no_report(project: Project, tenant: LocalTenant) -> None:
    """It is a look at the tenant, and the tenant is well."""
    tenant.make_bots(1, name="Found")
    project.bot("broken", surplus=True)
    project.state_path.parent.mkdir(parents=True)
    project.state_path.write_text("{", encoding="utf-8")
    ran = project.run("show")
    assert ran.code == 0, ran
    assert "Found 1" in ran.out
    assert "What is managed is not known: " in ran.out


def test_the_page_is_written_whole_and_the_same_each_time(grown: Project) -> None:
    written = grown.root / "tenant.html"
    for _ in range(2):
        ran = grown.run("show", "--format", "html", "--out", "tenant.html")
        assert (ran.code, ran.out, ran.err) == (0, "", "wrote tenant.html\n")
        page = written.read_text(encoding="utf-8")
        assert page == grown.run("show", "--format", "html").out
    rows = tree(page).one("table", class_="bots").one("tbody").all("tr")
    assert len(rows) == 3
    assert "k=v" not in page
    assert [each.name for each in grown.root.glob("*tenant.html*")] == ["tenant.html"]
    grown.run("show", "--out", "tenant.txt")
    assert (grown.root / "tenant.txt").read_text(encoding="utf-8") == grown.run("show").out


def test_a_report_that_cannot_be_written_is_told(project: Project) -> None:
    ran = project.run("show", "--out", "nowhere/tenant.txt")
    assert ran.code == 1
    assert "The report cannot be written to" in ran.err


@pytest.mark.parametrize("flags", [("--format", "html"), ("--out", "x")])
def test_a_saved_plan_is_no_page(project: Project, flags: tuple[str, str]) -> None:
    project.bot("payroll", **least("Payroll"))
    assert project.run("plan", "--out", "a.plan").code == 0
    assert "bot/payroll  create" in project.run("show", "a.plan").out
    ran = project.run("show", "a.plan", *flags)
    assert ran.code == 1
    assert "A saved plan is shown as text or JSON" in ran.err


@dataclass
class Watching:
    """What is told of a reading."""

    told: list[tuple[str, float, float]] = field(default_factory=list)

    def reading(self, done: int, total: int) -> None:
        self.told.append(("reading", done, total))

    def expecting(self, total: int, seconds: float) -> None:
        self.told.append(("expecting", total, seconds))


def test_how_long_it_will_take_follows_from_the_quota_and_is_told_first() -> None:
    """At 192 calls a minute of each sort, 300 bots wait for the second minute; 15 s of it are the calls."""
    watching = Watching()
    told = telling(watching, limits=Limits(calls_per_minute=240))
    for done in (1, 2):
        told(done, 300)
    assert watching.told == [("expecting", 300, 82.5), ("reading", 1, 300), ("reading", 2, 300)]


@pytest.mark.parametrize(
    ("seconds", "quiet", "told"),
    [
        (82.5, False, "Reading 300 bots, about 82 s\n"),
        (240, False, "Reading 300 bots, about 4 min\n"),
        (3, False, ""),
        (240, True, ""),
    ],
)
def test_only_a_wait_that_is_worth_a_word_gets_one(
    seconds: float,
    quiet: bool,  # noqa: FBT001  a parameter of the test, and no argument of a call
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Screen(colour=False, quiet=quiet).expecting(300, seconds)
    assert capsys.readouterr().err == told


def test_a_directory_that_does_not_answer_costs_no_report(
    project: Project, tenant: LocalTenant, haste: Haste
) -> None:
    """All that was read is shown; nobody is said to have left."""
    assert haste.waited == []
    tenant.make_bots(1)
    tenant.add_fault(Fault(kind="status", status=500, operation="getUser"))
    ran = project.run("show", "--format", "json")
    assert ran.code == 0, ran
    assert not ran.json["directory"]["checked"]
    assert "getUser" in ran.json["directory"]["reason"]
    assert ran.json["bots"][0]["pic"]["primary"][0]["left"] is None
