"""Menus and assignments that others made: never touched, and named where the service would hit them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lwdeploy.api.call import call
from lwdeploy.core.tenant import Guards
from lwdeploy.core.types import Action
from lwdeploy.planning.model import Plan
from tests.kinds.deployment import HANAKO, TARO, Bots, Deployment, least
from tests.kinds.menus import NEW, PORTAL, bot_id, bot_with, menu, settled, shown, told
from tests.support.menu_pictures import picture

NEWER = {**NEW, "label": "Newer"}
FIXED = {"persistent": {"actions": [{"type": "message", "label": "Help"}]}}
STRICT = Guards()


def rich(*actions: Mapping[str, Any], **links: Any) -> Bots:
    return {"helpdesk": bot_with(menu("main", *(actions or (NEW, PORTAL))), **links)}


def theirs(deployment: Deployment, name: str = "theirs") -> str:
    """Let somebody make a rich menu on our bot."""
    return deployment.tenant.make_richmenu(bot_id(deployment), name=name, picture=picture("compact-theirs.png"))


def send(deployment: Deployment, operation: str, *, body: Any = None, **path: str) -> None:
    """Let somebody else call an operation on our bot."""
    where: dict[str, Any] = {"botId": str(bot_id(deployment)), **path}
    deployment.client.send(call(operation, json=body, **where))


def menu_id(deployment: Deployment, key: str = "main") -> str:
    return next(entry.remote_id for at, entry in deployment.state.entries.items() if at.path[-1] == key)


def guards(plan: Plan) -> list[str]:
    return [each.guard for each in plan.refusals]


def kept(deployment: Deployment, *ids: str) -> list[Any]:
    """Give some rich menus as stored."""
    (bot,) = deployment.tenant.snapshot()["bots"]
    return [each for each in bot["richmenus"] if each["richmenuId"] in ids]


# --- menus of others


def test_a_menu_of_somebody_else_is_left_alone_whatever_becomes_of_ours(deployment: Deployment) -> None:
    """Created, edited, given another picture, and removed: no request names the other menu."""
    deployment.deploy({"helpdesk": least()})
    other = theirs(deployment)
    before = kept(deployment, other)
    for wanted in (
        rich(default="main", users={"main": [TARO]}),
        rich(NEWER, PORTAL, default="main", users={"main": [TARO]}),
        {"helpdesk": bot_with(menu("main", NEWER, PORTAL, image="full-b.png"), default="main")},
        {"helpdesk": bot_with()},
    ):
        deployment.deploy(wanted)
        assert [what for what, _ in told(deployment) if other in what.split()] == []
        settled(deployment, wanted)
    assert kept(deployment, other) == before
    assert shown(deployment)["menus"] == {"theirs": {"default": "compact-theirs.png"}}


@pytest.mark.parametrize(
    "name", ["lwdeploy other 1ecbc51dcf24 e263a2126a7b-1c4b8550", "lwdeploy", "", "lwdeploy acme"]
)
def test_a_name_that_is_no_mark_of_this_project_proves_nothing(deployment: Deployment, name: str) -> None:
    """Neither another project's menu nor one that looks a little like ours is ours."""
    deployment.deploy({"helpdesk": least()})
    other = theirs(deployment, name)
    deployment.deploy(rich(default="main"))
    deployment.deploy({"helpdesk": bot_with()})
    settled(deployment, {"helpdesk": bot_with()})
    assert len(kept(deployment, other)) == 1


def test_a_default_that_is_not_declared_stays_where_somebody_set_it(deployment: Deployment) -> None:
    """What a manifest does not declare is not managed."""
    deployment.deploy(rich())
    send(deployment, "setDefaultRichmenu", richmenuId=theirs(deployment))
    deployment.deploy(rich(NEWER, PORTAL))
    settled(deployment, rich(NEWER, PORTAL))
    assert shown(deployment)["default"] == "theirs"


def test_a_default_that_somebody_moved_is_put_back_where_it_is_declared(deployment: Deployment) -> None:
    """It is read in every run: the bot itself shows it."""
    bots = rich(default="main")
    deployment.deploy(bots)
    send(deployment, "setDefaultRichmenu", richmenuId=theirs(deployment))
    plan = deployment.deploy(bots)
    assert [(each.action, each.address.path[-1]) for each in plan.steps] == [(Action.UPDATE, "default-rich-menu")]
    assert shown(deployment)["default"] == "main"
    settled(deployment, bots)


def test_a_default_of_somebody_else_is_no_longer_ours_to_delete(deployment: Deployment) -> None:
    """Taking `default` out where it points elsewhere by now forgets it."""
    deployment.deploy(rich(default="main"))
    send(deployment, "setDefaultRichmenu", richmenuId=theirs(deployment))
    deployment.deploy(rich(default=""))
    settled(deployment, rich(default=""))
    assert shown(deployment)["default"] == "theirs"


def test_replacing_a_menu_that_somebody_made_the_default_is_refused(deployment: Deployment) -> None:
    """Users would be left without one: the plan says so, and it runs when that is allowed."""
    deployment.deploy(rich())
    send(deployment, "setDefaultRichmenu", richmenuId=menu_id(deployment))
    plan = deployment.plan(rich(NEWER, PORTAL), allowed={})
    assert guards(plan) == ["unmanaged"]
    assert any("set outside lwdeploy" in each.summary for each in plan.consequences)
    assert guards(deployment.plan(rich(NEWER, PORTAL), allowed={"unmanaged": 1})) == []
    deployment.deploy(rich(NEWER, PORTAL))
    settled(deployment, rich(NEWER, PORTAL))


def test_a_menu_that_somebody_made_the_default_may_change_its_picture(deployment: Deployment) -> None:
    """Nothing is deleted for it, so nothing is refused."""
    deployment.deploy(rich())
    send(deployment, "setDefaultRichmenu", richmenuId=menu_id(deployment))
    wanted = {"helpdesk": bot_with(menu(image="full-b.png"))}
    assert guards(deployment.plan(wanted, allowed={})) == []
    deployment.deploy(wanted)
    assert shown(deployment)["default"] == "main"


def test_declaring_the_default_lets_it_move_along(deployment: Deployment) -> None:
    """The way out that the refusal names."""
    deployment.deploy(rich())
    send(deployment, "setDefaultRichmenu", richmenuId=menu_id(deployment))
    wanted = rich(NEWER, PORTAL, default="main")
    assert guards(deployment.plan(wanted, allowed={})) == []
    deployment.deploy(wanted)
    assert shown(deployment)["default"] == "main"
    settled(deployment, wanted)


def test_deleting_a_menu_tells_that_assignments_of_others_are_unknown(deployment: Deployment) -> None:
    """No call lists them, so the plan says that it cannot tell, and counts nothing."""
    deployment.deploy(rich(default="main"))
    plan = deployment.plan(rich(NEWER, PORTAL, default="main"), allowed={}, guards=STRICT)
    assert guards(plan) == []
    (told_,) = [each for each in plan.consequences if "how many is unknown" in each.summary]
    assert told_.objects == ()


# --- the other sort of menu


def test_a_persistent_menu_of_somebody_else_is_in_the_way_of_the_first_rich_menu(deployment: Deployment) -> None:
    """The service deletes it: that takes a word of a person."""
    deployment.deploy({"helpdesk": least()})
    send(deployment, "setPersistentMenu", body={"content": {"actions": [{"type": "message", "label": "Theirs"}]}})
    plan = deployment.plan(rich(), allowed={})
    assert guards(plan) == ["unmanaged"]
    assert "persistent_menu" in plan.refusals[0].message
    deployment.deploy(rich())
    settled(deployment, rich())
    assert shown(deployment)["persistent"] is False


def test_our_own_persistent_menu_makes_room_as_one_delete(deployment: Deployment) -> None:
    """It is planned, told with its gap, and counted once."""
    deployment.deploy({"helpdesk": least(menus=FIXED)})
    plan = deployment.plan(rich(default="main"), allowed={}, guards=STRICT)
    assert guards(plan) == []
    assert [each.address.path[-1] for each in plan.steps if each.action is Action.DELETE] == ["persistent-menu"]
    assert any("users have no menu" in each.summary for each in plan.consequences)
    deployment.deploy(rich(default="main"))
    settled(deployment, rich(default="main"))
    assert shown(deployment)["persistent"] is False


def test_rich_menus_of_others_are_in_the_way_of_a_persistent_menu(deployment: Deployment) -> None:
    """The service does not take it: the plan is refused whatever is allowed, and names them."""
    deployment.deploy({"helpdesk": least()})
    theirs(deployment)
    plan = deployment.plan({"helpdesk": least(menus=FIXED)})
    assert guards(plan) == ["service"]
    assert "theirs" in plan.refusals[0].message


def test_only_what_is_not_ours_is_in_the_way_of_a_persistent_menu(deployment: Deployment) -> None:
    """Our own rich menus are deleted for it and not named as obstacles."""
    deployment.deploy(rich(default="main"))
    theirs(deployment)
    plan = deployment.plan({"helpdesk": least(menus=FIXED)})
    assert guards(plan) == ["service"]
    assert plan.refusals[0].message.endswith(": theirs")


def test_our_own_rich_menus_make_room_for_a_persistent_menu(deployment: Deployment) -> None:
    """The gap that the service forces is told."""
    deployment.deploy(rich(default="main", users={"main": [TARO]}))
    wanted = {"helpdesk": least(menus=FIXED)}
    plan = deployment.deploy(wanted)
    assert any("users have no menu" in each.summary for each in plan.consequences)
    settled(deployment, wanted)
    assert shown(deployment) == {"menus": {}, "default": "", "users": {}, "persistent": True}


# --- users


def test_a_user_whom_somebody_gave_another_menu_keeps_it(deployment: Deployment) -> None:
    """Taking ours away from him takes nothing away that is not ours."""
    deployment.deploy(rich(default="main", users={"main": [TARO, HANAKO]}))
    send(deployment, "setUserRichmenu", richmenuId=theirs(deployment), userId=TARO)
    wanted = rich(default="main", users={})
    deployment.deploy(wanted)
    assert [what for what, _ in told(deployment)] == [f"deleteUserRichmenu {HANAKO}"]
    assert shown(deployment)["users"] == {TARO: "theirs"}
    settled(deployment, wanted)
    assert not [address for address in deployment.state.entries if address.kind == "user_rich_menu"]


def test_a_user_whom_nobody_declared_keeps_his_menu_until_it_is_replaced(deployment: Deployment) -> None:
    """Other changes of the bot do not touch him."""
    deployment.deploy(rich(default="main"))
    send(deployment, "setUserRichmenu", richmenuId=menu_id(deployment), userId=TARO)
    deployment.deploy(rich(default="main", users={"main": [HANAKO]}))
    deployment.deploy({"helpdesk": bot_with(menu(image="full-b.png"), default="main", users={})})
    assert shown(deployment)["users"] == {TARO: "main"}
