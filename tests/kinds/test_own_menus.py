"""Which menus are ours, and which of ours is the one that is meant: replaced, retained, stray, made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.api.call import call
from lwdeploy.core.errors import StalePlan
from lwdeploy.core.tenant import Guards
from lwdeploy.core.types import Action, Status
from lwdeploy.simulator import Fault
from lwdeploy.state.memory import MemoryStore
from tests.kinds.deployment import HANAKO, TARO, Bots, Deployment, least
from tests.kinds.menus import NEW, PORTAL, bot_id, bot_with, menu, pictures_of, settled, shown, told

NEWER = {**NEW, "label": "Newer"}
NEWEST = {**NEW, "label": "Newest"}
SEEN: Mapping[str, Any] = {"default": "main", "users": {"main": [TARO]}}
MAIN = {"default": "full-main.png"}
ONE = {"menus": {"main": MAIN}, "default": "main", "users": {TARO: "main"}, "persistent": False}
STRAY = "lwdeploy {project} 000000000000 e263a2126a7b-1c4b8550"


def rich(*actions: Mapping[str, Any], retain: bool = False, **over: Any) -> Bots:
    """Give the bot with the menu main, which everybody sees."""
    spec = bot_with(menu("main", *(actions or (NEW, PORTAL)), **over), **SEEN)
    return {"helpdesk": {**spec, "lifecycle": {"retainReplaced": True}} if retain else spec}


def entry_of(deployment: Deployment, key: str) -> str:
    return next(entry.remote_id for at, entry in deployment.state.entries.items() if at.path[-1] == key)


def actions_of(deployment: Deployment, bots: Bots) -> Iterator[tuple[str, Action]]:
    yield from (("/".join(each.address.path[2:]), each.action) for each in deployment.plan(bots).steps)


# --- menus that are kept although they were replaced


def test_a_replaced_menu_is_retained_where_that_is_declared(deployment: Deployment) -> None:
    """Whoever was given it elsewhere keeps it; everybody of ours sees the new one."""
    deployment.deploy(rich(retain=True))
    old = entry_of(deployment, "main")
    deployment.client.send(call("setUserRichmenu", botId=bot_id(deployment), richmenuId=old, userId=HANAKO))
    deployment.deploy(rich(NEWER, PORTAL, retain=True))
    assert "deleteRichmenu" not in deployment.counts()
    assert shown(deployment) == {
        "menus": {"main": MAIN, "main 2": MAIN},
        "default": "main 2",
        "users": {TARO: "main 2", HANAKO: "main"},
        "persistent": False,
    }


def test_later_runs_leave_a_retained_menu_alone(deployment: Deployment) -> None:
    """The plan is empty, and the next replacement retains one more."""
    deployment.deploy(rich(retain=True))
    deployment.deploy(rich(NEWER, PORTAL, retain=True))
    settled(deployment, rich(NEWER, PORTAL, retain=True))
    deployment.deploy(rich(NEWEST, PORTAL, retain=True))
    settled(deployment, rich(NEWEST, PORTAL, retain=True))
    assert set(pictures_of(deployment)) == {"main", "main 2", "main 3"}
    assert shown(deployment)["default"] == "main 3"


def test_no_longer_retaining_deletes_what_was_retained(deployment: Deployment) -> None:
    """These deletes clean up after replacements: they count against no guard."""
    deployment.deploy(rich(retain=True))
    deployment.deploy(rich(NEWER, PORTAL, retain=True))
    deployment.deploy(rich(NEWEST, PORTAL, retain=True))
    plan = deployment.plan(rich(NEWEST, PORTAL), guards=Guards(max_deletes=0), allowed={})
    assert (plan.refusals, plan.deletes) == ((), 0)
    assert [each.action for each in plan.steps] == [Action.DELETE, Action.DELETE]
    deployment.deploy(rich(NEWEST, PORTAL))
    settled(deployment, rich(NEWEST, PORTAL))
    assert shown(deployment) == ONE


def test_a_retained_menu_becomes_the_menu_again_when_the_edit_is_taken_back(deployment: Deployment) -> None:
    """It has the size and areas that are wanted: nothing is created, and its pictures are bound anew."""
    deployment.deploy(rich(retain=True))
    deployment.deploy(rich(NEWER, PORTAL, retain=True))
    before = deployment.tenant.snapshot()
    deployment.deploy(rich(retain=True))
    assert [what for what, _ in told(deployment, before=before)] == [
        "createAttachment",
        "uploadContent",
        "setRichmenuImage main",
        "setDefaultRichmenu main",
        f"setUserRichmenu main {TARO}",
    ]
    settled(deployment, rich(retain=True))


def test_an_edit_that_is_taken_back_before_the_old_menu_went_uses_it(deployment: Deployment) -> None:
    """The new one is what is left over then."""
    deployment.deploy(rich())
    deployment.tenant.add_fault(Fault(kind="status", status=403, operation="deleteRichmenu"))
    deployment.apply(deployment.plan(rich(NEWER, PORTAL)))
    deployment.tenant.clear_faults()
    deployment.deploy(rich())
    assert "createRichmenu" not in deployment.counts()
    settled(deployment, rich())
    assert shown(deployment) == ONE


def test_a_protected_bot_may_have_its_menus_replaced(deployment: Deployment) -> None:
    """The delete inside a replacement is no loss; taking the menu out is one."""
    protected = {"lifecycle": {"protect": True}}
    before, after = ({"helpdesk": {**each["helpdesk"], **protected}} for each in (rich(), rich(NEWER, PORTAL)))
    deployment.deploy(before)
    assert deployment.plan(after, allowed={}).refusals == ()
    deployment.deploy(after)
    settled(deployment, after)


# --- strays


def test_a_menu_with_our_mark_and_an_unknown_key_is_a_delete_that_counts(deployment: Deployment) -> None:
    """It is provably ours, but nobody knows what for: a person decides."""
    deployment.deploy(rich())
    stray = deployment.tenant.make_richmenu(bot_id(deployment), name=STRAY.format(project="acme"))
    assert list(actions_of(deployment, rich())) == [(f"rich-menu/stray:{stray}", Action.DELETE)]
    refused = deployment.plan(rich(), guards=Guards(max_deletes=0), allowed={})
    assert ([each.guard for each in refused.refusals], refused.deletes) == (["delete"], 1)
    deployment.deploy(rich())
    settled(deployment, rich())
    assert pictures_of(deployment) == {"main": MAIN}


def test_a_bot_that_declares_no_rich_menus_keeps_even_strays(deployment: Deployment) -> None:
    """What is not declared is not looked at."""
    deployment.deploy({"helpdesk": least()})
    deployment.tenant.make_richmenu(bot_id(deployment), name=STRAY.format(project="acme"))
    deployment.tenant.clear_log()
    settled(deployment, {"helpdesk": least()})
    assert deployment.tenant.log("listRichmenus") == ()


def test_a_project_without_an_id_proves_nothing_about_unknown_keys(deployment: Deployment) -> None:
    """Others may call themselves `default` too; what it knows itself it replaces and deletes as ever."""
    deployment.begin("default")
    deployment.deploy(rich())
    other = STRAY.format(project="default")
    deployment.tenant.make_richmenu(bot_id(deployment), name=other)
    deployment.deploy(rich(NEWER, PORTAL))
    settled(deployment, rich(NEWER, PORTAL))
    assert pictures_of(deployment) == {"main": MAIN, other: {}}
    deployment.deploy({"helpdesk": bot_with()})
    settled(deployment, {"helpdesk": bot_with()})
    assert pictures_of(deployment) == {other: {}}


# --- what is known by its mark, and what is not


def test_menus_are_found_without_a_state(deployment: Deployment) -> None:
    """A bot that is bound by its id has its menus already: nothing is created, and all settles."""
    deployment.deploy(rich())
    bound = {"helpdesk": {**rich()["helpdesk"], "botId": bot_id(deployment)}}
    deployment.store = MemoryStore()
    deployment.deploy(bound)
    assert "createRichmenu" not in deployment.counts()
    settled(deployment, bound)
    assert shown(deployment) == ONE


def test_without_a_state_the_menu_that_was_made_with_these_pictures_is_the_one_meant(
    deployment: Deployment,
) -> None:
    """Two menus of one key may have the same areas: their marks tell the pictures apart."""
    deployment.tenant.choose("second-image", "refused")
    deployment.deploy(rich(retain=True))
    pictured = rich(retain=True, image="full-b.png")
    deployment.apply(deployment.plan(pictured))
    deployment.deploy(pictured)
    assert set(pictures_of(deployment)) == {"main", "main 2"}
    bound = {"helpdesk": {**pictured["helpdesk"], "botId": bot_id(deployment)}}
    deployment.store = MemoryStore()
    plan = deployment.plan(bound)
    (default,) = [each for each in plan.changes if each.address.kind == "default_rich_menu"]
    assert default.action is Action.ADOPT


def test_an_edit_while_the_state_is_lost_replaces_the_menu(deployment: Deployment) -> None:
    """Its mark says whose it is, although its areas are others."""
    deployment.deploy(rich())
    bound = {"helpdesk": {**rich(NEWER, PORTAL)["helpdesk"], "botId": bot_id(deployment)}}
    deployment.store = MemoryStore()
    deployment.deploy(bound)
    settled(deployment, bound)
    assert shown(deployment) == ONE


def test_menus_that_are_no_longer_declared_stay_and_are_found_again(deployment: Deployment) -> None:
    """Leaving `menus` out stops managing; declaring it again takes up what is there."""
    deployment.deploy(rich())
    deployment.deploy({"helpdesk": least()})
    assert deployment.written() == []
    assert shown(deployment)["menus"] == {"main": MAIN}
    deployment.deploy(rich())
    assert "createRichmenu" not in deployment.counts()
    settled(deployment, rich())


def test_a_menu_that_somebody_deleted_is_made_anew(deployment: Deployment) -> None:
    """With it went the default and the users: they are set again."""
    deployment.deploy(rich())
    gone = entry_of(deployment, "main")
    deployment.client.send(call("deleteRichmenu", botId=bot_id(deployment), richmenuId=gone))
    deployment.deploy(rich())
    settled(deployment, rich())
    assert shown(deployment) == ONE


def test_renaming_a_bot_keeps_its_menus(deployment: Deployment) -> None:
    """The key of a menu is its own, whatever its bot is called."""
    deployment.deploy(rich())
    renamed = {"desk": {**rich()["helpdesk"], "renamedFrom": "helpdesk"}}
    deployment.deploy(renamed)
    assert deployment.written() == []
    settled(deployment, renamed)


def test_another_key_is_another_menu_and_there_is_no_moment_without_one(deployment: Deployment) -> None:
    """The new menu is everybody's before the old one goes."""
    deployment.deploy(rich())
    wanted = {
        "helpdesk": bot_with(menu("night", NEW, PORTAL), default="night", users={"night": [TARO]}),
    }
    before = deployment.tenant.snapshot()
    deployment.deploy(wanted)
    assert [what for what, _ in told(deployment, before=before)] == [
        "createAttachment",
        "uploadContent",
        "createRichmenu",
        "setRichmenuImage night",
        "setDefaultRichmenu night",
        f"setUserRichmenu night {TARO}",
        "deleteRichmenu old main",
    ]
    settled(deployment, wanted)


def test_two_bots_may_have_menus_of_the_same_key(deployment: Deployment) -> None:
    """A mark names the key of the menu; which bot it is of is plain."""
    two = {
        "helpdesk": rich()["helpdesk"],
        "other": {**rich()["helpdesk"], "botName": "Other", "description": "Else"},
    }
    deployment.deploy(two)
    edited = {**two, "other": {**rich(NEWER, PORTAL)["helpdesk"], "botName": "Other", "description": "Else"}}
    deployment.deploy(edited)
    assert deployment.counts()["createRichmenu"] == 1
    settled(deployment, edited)
    assert [pictures_of(deployment, key) for key in two] == [{"main": MAIN}, {"main": MAIN}]


def test_a_plan_that_takes_a_menu_of_others_for_ours_is_stale(deployment: Deployment) -> None:
    """What is deleted because of its mark is looked at again before anything is written, whatever a plan says."""
    deployment.deploy(rich())
    deployment.tenant.make_richmenu(bot_id(deployment), name=STRAY.format(project="acme"))
    theirs = deployment.tenant.make_richmenu(bot_id(deployment), name="theirs")
    plan = deployment.plan(rich())
    changes = (replace(each, remote_id=theirs) if each in plan.steps else each for each in plan.changes)
    with pytest.raises(StalePlan, match="carries no mark of project acme"):
        deployment.apply(replace(plan, changes=tuple(changes)))
    assert "theirs" in pictures_of(deployment)


def test_a_menu_that_could_not_be_deleted_is_deleted_by_the_next_run(deployment: Deployment) -> None:
    """A failed delete is not forgotten."""
    deployment.deploy(rich())
    deployment.tenant.add_fault(Fault(kind="status", status=403, operation="deleteRichmenu", nth=1))
    report = deployment.apply(deployment.plan({"helpdesk": bot_with()}))
    (failed,) = [each for each in report.outcomes if each.status is not Status.DONE]
    assert failed.address.path[-1] == "main"
    assert list(actions_of(deployment, {"helpdesk": bot_with()})) == [("rich-menu/main", Action.DELETE)]
    deployment.deploy({"helpdesk": bot_with()})
    settled(deployment, {"helpdesk": bot_with()})
    assert pictures_of(deployment) == {}
