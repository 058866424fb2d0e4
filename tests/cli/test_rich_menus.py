"""Rich menus on the command line: pictures between plan and apply, and what is said of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.users import identify
from tests.support.console import Console, writes
from tests.support.life import slip
from tests.support.menu_pictures import picture
from tests.support.project import MakeTenant, Project, least
from tests.unit.pictures.made_fonts import ASCII, write_font

SCHEMA = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
NAME = "pictures/compact-slip.jpg"
OTHER = picture("compact-other.jpg")
MENU = "bot/payroll/rich-menu/slip"


def declare(project: Project, *, says: str = "pay", image: Any = None) -> None:
    """Declare a bot with one rich menu that everybody sees."""
    menu = slip(project, says=says) | ({"image": image} if image else {})
    project.bot("payroll", **least("Payroll", menus={"rich": {"menus": [menu], "default": "slip"}}))


@pytest.fixture
def planned(project: Project) -> Project:
    """A project with a rich menu, and the saved plan that makes it."""
    declare(project)
    saved = project.run("plan", "--out", "plan.json")
    assert saved.code == 0, saved.err
    return project


def menus(tenant: LocalTenant) -> dict[str, Any]:
    """Give which menus the only bot has."""
    [state] = tenant.menus().values()
    return {"default": state["default"], "menus": state["menus"]}


def expect_shown(project: Project, tenant: LocalTenant) -> None:
    """Insist that the bot has its one menu with its picture, and that nothing is left to do."""
    menu_id = project.ids()[MENU]
    assert menus(tenant)["default"] == menu_id
    assert [(key, menu["image"]) for key, menu in menus(tenant)["menus"].items()] == [(menu_id, True)]
    verified = project.run("plan", "--verify-images", "--verify-users", "--detailed-exitcode")
    assert verified.code == 0, verified.out + verified.err
    project.expect_settled(tenant)


# --- saved plans


def test_a_saved_plan_brings_its_pictures(planned: Project, tenant: LocalTenant) -> None:
    """It is shown as it was, asks nothing, and uploads what it was made with."""
    assert planned.run("show", "plan.json").out == planned.run("plan").out
    applied = planned.run("apply", "plan.json")
    assert applied.code == 0, applied
    expect_shown(planned, tenant)


def test_a_plan_names_the_files_of_its_pictures(planned: Project) -> None:
    """A digest alone tells a reader nothing."""
    assert f"+ image.default: {NAME} (sha256:" in planned.run("plan").out
    planned.apply()
    (planned.root / NAME).write_bytes(OTHER)
    assert f"-> {NAME} (sha256:" in planned.run("plan").out


def test_a_plan_says_what_it_will_draw(project: Project) -> None:
    """A picture without a file is said to be drawn."""
    declare(project, image={"generate": {}})
    assert "+ image.default: drawn of the labels (drawn:" in project.run("plan").out
    project.apply()
    assert project.run("plan", "--verify-images", "--detailed-exitcode").code == 0


def test_the_files_of_a_plan_are_named_as_seen_from_where_it_was_made(
    project: Project, tenant: LocalTenant
) -> None:
    """The one who plans from above the project applies from there."""
    declare(project)
    above = Project(root=project.root.parent, env=project.env)
    saved = above.run("plan", "-f", "project", "--out", "plan.json")
    assert saved.code == 0, saved.err
    assert f"project/{NAME}" in saved.out
    assert above.run("apply", "-f", "project", "plan.json").code == 0
    expect_shown(project, tenant)


def _overwritten(path: Path) -> None:
    path.write_bytes(OTHER)


CHANGES: Mapping[str, Callable[[Path], None]] = {"changed": _overwritten, "gone": Path.unlink}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_picture_makes_the_plan_stale(
    planned: Project, tenant: LocalTenant, change: Callable[[Path], None]
) -> None:
    """The file is named, and nothing is written."""
    change(planned.root / NAME)
    tenant.clear_log()
    ran = planned.run("apply", "plan.json")
    assert ran.code == 5, ran
    assert f"Changed since the plan was made: {NAME}" in ran.err
    assert writes(tenant) == []


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_changed_font_makes_the_plan_stale(
    project: Project, tenant: LocalTenant, change: Callable[[Path], None]
) -> None:
    """A picture that is drawn depends on the font that the manifest names."""
    write_font(project.root / "made.ttf", ASCII)
    declare(project, image={"generate": {"font": "../made.ttf"}})
    assert project.run("plan", "--out", "plan.json").code == 0
    change(project.root / "made.ttf")
    tenant.clear_log()
    ran = project.run("apply", "plan.json")
    assert ran.code == 5, ran
    assert "Changed since the plan was made: made.ttf" in ran.err
    assert writes(tenant) == []


# --- pictures that change while a plan runs


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_overwritten, f"The picture {NAME} was changed after the plan was made"),
        (Path.unlink, f"{NAME} cannot be read: there is no such file"),
    ],
    ids=CHANGES,
)
@pytest.mark.parametrize("argv", [("plan.json",), ("--auto-approve",)], ids=["saved", "in one go"])
def test_a_picture_that_changes_during_the_apply_is_not_uploaded(
    planned: Project, tenant: LocalTenant, argv: tuple[str, ...], change: Callable[[Path], None], told: str
) -> None:
    """The step says so, and no menu is made; the next run makes the one that is wanted by then."""

    def meddle(operation: str, _menus: object) -> None:
        if operation == "createBot":
            change(planned.root / NAME)

    with tenant.watch(meddle):
        ran = planned.run("apply", *argv)
    assert ran.code == 7, ran
    assert f"failed: create {MENU}: {told}" in ran.out
    assert "lan again" in ran.out
    assert menus(tenant) == {"default": "", "menus": {}}
    assert not {"uploadContent", "createRichmenu"} & set(writes(tenant))
    (planned.root / NAME).write_bytes(OTHER)
    planned.apply()
    expect_shown(planned, tenant)


def test_a_picture_that_changes_during_a_replacement_leaves_the_old_menu(
    planned: Project, tenant: LocalTenant
) -> None:
    """Everybody sees the old menu until the new one is there."""
    planned.apply()
    before = menus(tenant)
    declare(planned, says="payslip")

    def meddle(operation: str, _menus: object) -> None:
        if operation == "listRichmenus":
            (planned.root / NAME).write_bytes(OTHER)

    with tenant.watch(meddle):
        ran = planned.run("apply", "--auto-approve")
    assert ran.code in {1, 7}, ran
    assert f"failed: replace {MENU}" in ran.out
    assert menus(tenant) == before
    planned.apply()
    expect_shown(planned, tenant)


# --- scopes


def test_verifying_pictures_needs_a_scope_and_says_which(make_tenant: MakeTenant, tmp_path: Path) -> None:
    """A plan reads with `bot.read`; downloads are in `bot.message` (reference 1.5)."""
    readers = make_tenant(scopes=("bot", "bot.read"))
    project = Project.found(tmp_path / "reader", readers)
    declare(project)
    project.apply()
    assert project.run("plan", "--verify-users", "--detailed-exitcode").code == 0
    refused = project.run("plan", "--verify-images")
    assert refused.code == 1
    assert "`bot.message`" in refused.err
    assert refused.out == ""
    assert project.run("apply", "--auto-approve", "--verify-images").code == 0


def test_a_plan_that_verifies_pictures_still_writes_nothing(planned: Project, tenant: LocalTenant) -> None:
    """The wider scope comes with a client that sends GET only."""
    planned.apply()
    (planned.root / NAME).write_bytes(OTHER)
    tenant.clear_log()
    assert planned.run("plan", "--verify-images", "--detailed-exitcode").code == 2
    assert writes(tenant) == []
    downloads = [
        each.operation for each in tenant.log() if each.operation in {"getRichmenuImage", "getAttachment"}
    ]
    assert downloads == ["getRichmenuImage", "getAttachment"]


# --- what no list shows


def test_a_picture_that_somebody_bound_is_found_when_it_is_looked_at(
    planned: Project, tenant: LocalTenant
) -> None:
    """Downloading is asked for: an ordinary plan believes what was bound last."""
    planned.apply()
    bot_id, menu_id = planned.ids()["bot/payroll"], planned.ids()[MENU]
    console, other = Console(tenant), tenant.make_richmenu(int(bot_id), picture=OTHER)
    theirs = console.do("GET", f"/bots/{bot_id}/richmenus/{other}/image")
    console.do("POST", f"/bots/{bot_id}/richmenus/{menu_id}/image", theirs)
    console.do("DELETE", f"/bots/{bot_id}/richmenus/{other}")
    assert planned.run("plan", "--detailed-exitcode").code == 0
    seen = planned.run("plan", "--verify-images", "--detailed-exitcode")
    assert seen.code == 2
    assert f"~ {MENU}  update" in seen.out
    assert "(changed outside lwdeploy)" in seen.out
    planned.apply("--verify-images")
    expect_shown(planned, tenant)


def test_a_user_who_was_given_something_else_is_found_when_it_is_looked_at(
    project: Project, tenant: LocalTenant
) -> None:
    """One request for each user is asked for, too."""
    login, address = "taro@example.com", "bot/payroll/rich-menu-user/taro@example.com"
    project.bot(
        "payroll", **least("Payroll", menus={"rich": {"menus": [slip(project)], "users": {"slip": [login]}}})
    )
    project.apply()
    bot_id = project.ids()["bot/payroll"]
    Console(tenant).do("DELETE", f"/bots/{bot_id}/richmenus/users/{login}")
    assert project.run("plan", "--detailed-exitcode").code == 0
    seen = project.run("plan", "--verify-users", "--detailed-exitcode")
    assert seen.code == 2
    assert address in seen.out
    project.apply("--verify-users")
    assert tenant.menus()[int(bot_id)]["users"] == {identify(login): project.ids()[MENU]}
    assert project.run("plan", "--verify-users", "--detailed-exitcode").code == 0


# --- formats


def test_plans_with_rich_menus_fit_their_format(planned: Project) -> None:
    """Created, replaced, bound anew, taken away: what is saved is what is printed, and both fit the schema."""
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    seen: set[str] = set()

    def expect_fitting() -> None:
        printed = planned.run("plan", "--allow", "delete=9", "--format", "json", "--out", "plan.json").json
        saved = json.loads((planned.root / "plan.json").read_text(encoding="utf-8"))
        for content in (printed, saved):
            assert [each.message for each in validator.iter_errors(content)] == []
        steps = (each for each in saved["changes"] if each["kind"] == "rich_menu")
        seen.update(each["action"] for each in steps)
        assert planned.run("apply", "plan.json").code == 0

    expect_fitting()
    (planned.root / NAME).write_bytes(OTHER)
    expect_fitting()
    declare(planned, says="payslip")
    expect_fitting()
    planned.bot("payroll", **least("Payroll", menus={"rich": {"menus": []}}))
    expect_fitting()
    assert seen == {"create", "update", "replace", "delete"}
