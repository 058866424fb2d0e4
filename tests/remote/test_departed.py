"""Somebody leaves the company, and had a rich menu of his own: everybody else's still moves on."""

from __future__ import annotations

import pytest

from lwdeploy.simulator import LocalTenant
from lwdeploy.simulator.users import identify
from tests.support.description import described
from tests.support.life import slip
from tests.support.project import MakeTenant, Project, least
from tests.support.recorder import Recorder

TARO, HANAKO = "taro@example.com", "hanako@example.com"
LEFT = "bot/payroll/rich-menu-user/taro@example.com"


@pytest.fixture
def tenant(make_tenant: MakeTenant) -> LocalTenant:
    """A tenant that knows its users, and two of them."""
    made = make_tenant(strict_directory=True)
    for login in (TARO, HANAKO):
        made.make_user(login)
    return made


def declare(project: Project, *users: str, says: str) -> None:
    rich = {"menus": [slip(project, says=says)], "default": "slip", "users": {"slip": list(users)}}
    project.bot("payroll", **least("Payroll", menus={"rich": rich}))


@pytest.fixture
def left(project: Project, tenant: LocalTenant, recorded: Recorder) -> Project:
    """A bot whose menu two users were given; one of them is gone, and the menu says something else."""
    assert recorded.exchanges == []
    declare(project, HANAKO, TARO, says="pay")
    project.apply()
    tenant.drop_user(TARO)
    declare(project, HANAKO, TARO, says="payslip")
    return project


@pytest.mark.parametrize("reading", ["400", "404"])
def test_who_left_is_named_and_everybody_else_gets_the_new_menu(
    left: Project, tenant: LocalTenant, recorded: Recorder, reading: str
) -> None:
    """The run is partly done; it says whose login to take out, and the old menu is gone nevertheless."""
    tenant.choose("missing-user", reading)
    ran = left.run("apply", "--auto-approve")
    assert ran.code == 7
    assert f"failed: update {LEFT}" in ran.out
    assert f"If {TARO} has left, take the login out of menus.rich.users." in ran.out
    [state] = tenant.menus().values()
    assert list(state["menus"]) == [state["default"]]
    assert state["users"] == {identify(HANAKO): state["default"]}
    names = {described().check(each) for each in recorded.exchanges}
    assert {each.status for each in recorded.exchanges if each.status >= 400} == {int(reading)}
    assert "setUserRichmenu" in names


@pytest.mark.parametrize("reading", ["400", "404"])
def test_without_the_login_of_who_left_all_is_well_again(left: Project, tenant: LocalTenant, reading: str) -> None:
    """What the advice says helps: one apply later nothing is left to do."""
    tenant.choose("missing-user", reading)
    assert left.run("apply", "--auto-approve").code == 7
    declare(left, HANAKO, says="payslip")
    left.apply()
    assert LEFT not in left.ids()
    left.expect_settled(tenant)


@pytest.mark.parametrize("reading", ["400", "404"])
def test_users_are_verified_although_one_has_left(left: Project, tenant: LocalTenant, reading: str) -> None:
    """One who is gone has no menu: the plan says that his is to be given again, and nothing fails."""
    tenant.choose("missing-user", reading)
    planned = left.run("plan", "--verify-users")
    assert planned.code == 0, planned.err
    assert LEFT in planned.out
    assert "rich-menu/slip  replace" in planned.out
