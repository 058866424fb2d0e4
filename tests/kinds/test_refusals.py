"""What a refusal of any request about rich menus stops, and what it does not: the next run finishes the rest."""

from __future__ import annotations

import pytest

from lwdeploy.core.errors import Rejected
from lwdeploy.core.kind import Access, Adapters
from lwdeploy.core.types import ApplyReport, Status
from lwdeploy.kinds import KINDS
from lwdeploy.simulator import Fault
from tests.kinds.deployment import HANAKO, TARO, Deployment
from tests.kinds.menus import pictures_of, settled, shown, told
from tests.kinds.scenes import SCENES, Scene

WRITES = [
    pytest.param(scene, operation, id=f"{name}: {operation}")
    for name, scene in SCENES.items()
    for operation in scene.writes
]
FIRST_READS = [
    pytest.param(scene, operation, id=f"{name}: {operation}")
    for name, scene in SCENES.items()
    for operation in sorted(scene.reads & {"getBot", "listRichmenus"})
]
LAST_READS = [each for each in FIRST_READS if each.id != "to a persistent menu: listRichmenus"]  # none is left
LATER_READS = [
    pytest.param(SCENES[name], operation, id=f"{name}: {operation}")
    for name, operation in (("picture", "getRichmenuImage"), ("links", "getUserRichmenu"))
]
CALLED = {"uploadContent": "uploadAttachment"}
"""What the client calls an operation that the log calls otherwise."""


def applied(deployment: Deployment, scene: Scene, fault: Fault) -> ApplyReport:
    """Carry out a scene while one request is refused; the fault is over afterwards."""
    deployment.deploy(scene.before)
    plan = deployment.plan(scene.after)
    deployment.tenant.clear_log()
    deployment.tenant.add_fault(fault)
    try:
        return deployment.apply(plan)
    finally:
        deployment.tenant.clear_faults()


def finished(deployment: Deployment, scene: Scene) -> None:
    """Insist that one run more brings everything to what is wanted, once each."""
    if not deployment.plan(scene.after).empty:
        deployment.deploy(scene.after)
    settled(deployment, scene.after)
    assert shown(deployment) == scene.shown


def everybody_sees_something(deployment: Deployment) -> None:
    """Insist that what is the default or a user's has a picture."""
    told_of, pictures = shown(deployment), pictures_of(deployment)
    assert all(pictures[key] for key in {told_of["default"], *told_of["users"].values()} - {""})


@pytest.mark.parametrize(("scene", "operation"), WRITES)
def test_a_refused_write_fails_its_step_and_the_next_run_finishes(
    deployment: Deployment, scene: Scene, operation: str
) -> None:
    """It is told by its name, nobody is shown a menu that is not ready, and nothing is made twice."""
    report = applied(deployment, scene, Fault(kind="status", status=403, operation=operation, nth=1))
    (failed,) = [each for each in report.outcomes if each.status is Status.FAILED]
    assert CALLED.get(operation, operation) in failed.error
    assert failed.advice
    if scene is not SCENES["from a persistent menu"]:  # there the service forces a gap
        everybody_sees_something(deployment)
    finished(deployment, scene)


@pytest.mark.parametrize(("scene", "operation"), FIRST_READS)
def test_a_refused_read_before_the_first_write_stops_the_run(
    deployment: Deployment, scene: Scene, operation: str
) -> None:
    """Nothing is written on half a picture."""
    with pytest.raises(Rejected, match=operation):
        applied(deployment, scene, Fault(kind="status", status=403, operation=operation, nth=1))
    assert deployment.written() == []
    finished(deployment, scene)


@pytest.mark.parametrize(("scene", "operation"), LAST_READS)
def test_a_refused_read_after_the_last_write_costs_only_knowledge(
    deployment: Deployment, scene: Scene, operation: str
) -> None:
    """All is done, and the next plan is empty."""
    deployment.deploy(scene.before)
    deployment.deploy(scene.after)
    reads = len(deployment.tenant.log(operation))
    deployment.begin()
    report = applied(deployment, scene, Fault(kind="status", status=403, operation=operation, nth=reads))
    assert report.complete, report
    settled(deployment, scene.after)
    assert shown(deployment) == scene.shown


@pytest.mark.parametrize(("scene", "operation"), LATER_READS)
def test_a_refused_read_inside_a_step_fails_the_step(deployment: Deployment, scene: Scene, operation: str) -> None:
    """What cannot be looked at is not written over, and the next run finishes."""
    report = applied(deployment, scene, Fault(kind="status", status=403, operation=operation, nth=1))
    (failed,) = [each for each in report.outcomes if each.status is Status.FAILED]
    assert operation in failed.error
    finished(deployment, scene)


def test_one_refused_user_holds_up_nobody_else(deployment: Deployment) -> None:
    """The others are moved, and the old menu is deleted all the same."""
    scene = SCENES["replace"]
    report = applied(deployment, scene, Fault(kind="status", status=400, operation="setUserRichmenu", nth=1))
    (failed,) = [each for each in report.outcomes if each.status is not Status.DONE]
    assert failed.address.path[-1] == TARO
    assert set(pictures_of(deployment)) == {"main", "night"}
    finished(deployment, scene)


def test_a_refused_default_keeps_the_old_menu(deployment: Deployment) -> None:
    """From rich to rich there is no moment without a menu: what is still the default is not deleted."""
    scene = SCENES["replace"]
    between = {"main", "main 2", "night"}
    applied(deployment, scene, Fault(kind="status", status=400, operation="setDefaultRichmenu", nth=1))
    assert set(pictures_of(deployment)) == between
    assert shown(deployment)["default"] == "main"
    finished(deployment, scene)


def test_a_refused_picture_keeps_the_old_menu_for_everybody(deployment: Deployment) -> None:
    """Neither the default nor any user is moved to a menu without a picture."""
    scene = SCENES["replace"]
    applied(deployment, scene, Fault(kind="status", status=400, operation="setRichmenuImage", nth=1))
    told_of = shown(deployment)
    assert (told_of["default"], told_of["users"]) == ("main", {TARO: "main", HANAKO: "night"})
    assert told_of["menus"]["main 2"] == {}
    finished(deployment, scene)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_says_nothing_about_pictures_is_not_remembered_against_them(
    deployment: Deployment, status: int
) -> None:
    """A right that was taken away for a while must not have menus replaced for ever."""
    scene = SCENES["picture"]
    fault = Fault(kind="status", status=status, operation="setRichmenuImage", times=3)
    assert not applied(deployment, scene, fault).complete
    assert not [address for address, entry in deployment.state.entries.items() if entry.fixed]
    plan = deployment.deploy(scene.after)
    assert [each.action.value for each in plan.steps] == ["update"]
    finished(deployment, scene)


@pytest.mark.parametrize("operation", ["createAttachment", "uploadContent"])
def test_a_refused_upload_says_nothing_about_second_pictures(deployment: Deployment, operation: str) -> None:
    """A file that is not taken is no menu that cannot be changed."""
    scene = SCENES["picture"]
    report = applied(deployment, scene, Fault(kind="status", status=400, operation=operation, times=3))
    (failed,) = [each for each in report.outcomes if each.status is not Status.DONE]
    assert CALLED.get(operation, operation) in failed.error
    assert _fixed(deployment) == []
    finished(deployment, scene)


def test_a_picture_that_cannot_be_had_any_more_sends_nothing(deployment: Deployment) -> None:
    """A file that changed after the plan is found before the menu is touched."""

    def gone(digest: str, _source: object) -> bytes:
        raise Rejected(f"the picture {digest} changed after the plan", operation="createAttachment")

    for name in ("create", "replace", "picture"):
        scene = SCENES[name]
        deployment.begin()
        deployment.deploy(scene.before)
        plan, kept = deployment.plan(scene.after), deployment.adapters
        deployment.adapters = Adapters.of(KINDS, Access(client=deployment.client, project="acme", content=gone))
        deployment.tenant.clear_log()
        report = deployment.apply(plan)
        deployment.adapters = kept
        assert "changed after the plan" in next(each.error for each in report.outcomes if each.error)
        assert (name, deployment.written()) == (name, [])
        assert _fixed(deployment) == []
        finished(deployment, scene)


def test_a_refused_second_picture_is_remembered_until_the_menu_is_gone(deployment: Deployment) -> None:
    """State says `fixed`, the next plan replaces, and so does every later one without a failure."""
    deployment.tenant.choose("second-image", "refused")
    scene = SCENES["picture"]
    deployment.deploy(scene.before)
    report = deployment.apply(deployment.plan(scene.after))
    (failed,) = [each for each in report.outcomes if each.status is not Status.DONE]
    assert (failed.status, failed.advice) == (Status.FAILED, "Plan again: the next plan replaces the menu.")
    assert _fixed(deployment) == ["main"]
    for wanted in (scene.after, scene.before, scene.after):
        before = deployment.tenant.snapshot()
        plan = deployment.deploy(wanted)
        sent = [what for what, _ in told(deployment, before=before)]
        assert ("createRichmenu" in sent, "deleteRichmenu old main" in sent) == (True, True)
        assert plan.steps[0].action.value == "replace"
        settled(deployment, wanted)
        assert _fixed(deployment) == ["main"]
    assert shown(deployment) == scene.shown


def _fixed(deployment: Deployment) -> list[str]:
    return [address.path[-1] for address, entry in deployment.state.entries.items() if entry.fixed]


def test_a_menu_beside_one_that_cannot_be_changed_is_replaced_at_once(deployment: Deployment) -> None:
    """What the service was seen to refuse for one menu it refuses for all: no second apply fails."""
    deployment.tenant.choose("second-image", "refused")
    scene = SCENES["picture"]
    deployment.deploy(scene.before)
    deployment.apply(deployment.plan(scene.after))
    deployment.deploy(scene.after)
    night = {**scene.after["helpdesk"]["menus"]["rich"]["menus"][1], "image": "full-moon.png"}
    main = scene.after["helpdesk"]["menus"]["rich"]["menus"][0]
    rich = {**scene.after["helpdesk"]["menus"]["rich"], "menus": [main, night]}
    bots = {"helpdesk": {**scene.after["helpdesk"], "menus": {"rich": rich}}}
    deployment.deploy(bots)
    assert pictures_of(deployment)["night"] == {"default": "full-moon.png"}
    settled(deployment, bots)


@pytest.mark.parametrize(
    "operation", ["createRichmenu", "setRichmenuImage", "setDefaultRichmenu", "deleteRichmenu"]
)
def test_too_many_requests_are_waited_for(deployment: Deployment, operation: str) -> None:
    """A 429 is no refusal: the same run goes on."""
    scene = SCENES["replace"]
    fault = Fault(kind="status", status=429, headers={"RateLimit-Reset": "3"}, operation=operation, nth=1)
    assert applied(deployment, scene, fault).complete
    finished(deployment, scene)
