"""A lost answer to any write of rich menus is settled in the same run, and no menu is there twice."""

from __future__ import annotations

from collections import Counter

import pytest

from lwdeploy.core.types import ApplyReport, Status
from lwdeploy.simulator import Fault, FaultKind
from tests.kinds.deployment import Deployment
from tests.kinds.menus import settled, shown
from tests.kinds.scenes import SCENES, Scene

LOSSES: tuple[FaultKind, ...] = ("cut_before_commit", "commit_then_cut")
WRITES = [
    pytest.param(scene, operation, nth, id=f"{name}: {operation} {nth}")
    for name, scene in SCENES.items()
    for operation, count in scene.writes.items()
    for nth in range(1, count + 1)
]
CREATING = ("create", "replace", "from a persistent menu")
EACH_CREATING = [pytest.param(SCENES[name], id=name) for name in CREATING]


def applied(deployment: Deployment, scene: Scene, *faults: Fault) -> ApplyReport:
    """Carry out a scene on a bad day; the faults are over afterwards."""
    deployment.deploy(scene.before)
    plan = deployment.plan(scene.after)
    assert plan.refusals == ()
    deployment.tenant.clear_log()
    for fault in faults:
        deployment.tenant.add_fault(fault)
    report = deployment.apply(plan)
    deployment.tenant.clear_faults()
    return report


def finished(deployment: Deployment, scene: Scene) -> None:
    """Insist that one run more brings everything to what is wanted, once each."""
    if not deployment.plan(scene.after).empty:
        deployment.deploy(scene.after)
    settled(deployment, scene.after)
    assert shown(deployment) == scene.shown


@pytest.mark.parametrize("scene", [pytest.param(scene, id=name) for name, scene in SCENES.items()])
def test_a_scene_sends_what_it_says(deployment: Deployment, scene: Scene) -> None:
    """The requests that the other tests let go wrong are all that there are."""
    applied(deployment, scene)
    assert Counter(entry.operation for entry in deployment.written()) == scene.writes
    assert {entry.operation for entry in deployment.tenant.log()} == scene.reads | set(scene.writes)
    finished(deployment, scene)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize(("scene", "operation", "nth"), WRITES)
def test_a_lost_answer_is_settled_in_the_same_run(
    deployment: Deployment, scene: Scene, operation: str, nth: int, loss: FaultKind
) -> None:
    """The run looks what became of the write, finishes, and leaves nothing for the next one."""
    report = applied(deployment, scene, Fault(kind=loss, operation=operation, nth=nth))
    assert loss in {entry.outcome for entry in deployment.tenant.log(operation)}
    assert report.complete, report
    settled(deployment, scene.after)
    assert shown(deployment) == scene.shown


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("scene", EACH_CREATING)
def test_every_answer_to_a_create_is_lost(deployment: Deployment, scene: Scene, loss: FaultKind) -> None:
    """The next run at the latest has each menu once, with its pictures."""
    applied(deployment, scene, Fault(kind=loss, operation="createRichmenu"))
    finished(deployment, scene)


@pytest.mark.parametrize("scene", EACH_CREATING)
def test_an_answer_is_lost_and_the_list_lags(deployment: Deployment, scene: Scene) -> None:
    """A menu that is made twice because the first one did not show is there once after the next run."""
    lost = Fault(kind="commit_then_cut", operation="createRichmenu", nth=1)
    applied(deployment, scene, lost, Fault(kind="lagging_list", operation="listRichmenus", rows=1, times=2))
    finished(deployment, scene)


@pytest.mark.parametrize("scene", EACH_CREATING)
def test_an_answer_is_lost_and_nothing_can_be_looked_at(deployment: Deployment, scene: Scene) -> None:
    """The menu counts as unknown, what needs it is not started, and the next run finds it by its mark."""
    lost = Fault(kind="commit_then_cut", operation="createRichmenu", nth=1)
    blind = Fault(kind="status", status=503, operation="listRichmenus", nth=2, times=20)
    report = applied(deployment, scene, lost, blind)
    (unknown,) = [each for each in report.outcomes if each.status is Status.UNKNOWN]
    assert unknown.address.path[-1] == "main"
    assert not [each for each in report.outcomes if each.address.kind == "default_rich_menu" and not each.error]
    finished(deployment, scene)


@pytest.mark.parametrize("scene", EACH_CREATING)
def test_a_create_that_is_answered_without_an_id_is_looked_for(deployment: Deployment, scene: Scene) -> None:
    """Its mark tells which menu it was."""
    answer = Fault(kind="status", status=201, body="{}", operation="createRichmenu", nth=1, commit=True)
    assert applied(deployment, scene, answer).complete
    finished(deployment, scene)


@pytest.mark.parametrize("switch", ["second-image", "bound-file-reuse"])
@pytest.mark.parametrize("name", ["create", "replace"])
def test_a_picture_whose_answer_was_lost_is_recognised_where_it_cannot_be_bound_again(
    deployment: Deployment, name: str, switch: str
) -> None:
    """The menu shows it already: nothing failed, and nothing is remembered against it."""
    deployment.tenant.choose(switch, "refused")
    lost = Fault(kind="commit_then_cut", operation="setRichmenuImage", nth=1)
    assert applied(deployment, SCENES[name], lost).complete
    assert not [address for address, entry in deployment.state.entries.items() if entry.fixed]
    finished(deployment, SCENES[name])


@pytest.mark.parametrize(
    "operation", ["setUserRichmenu", "setDefaultRichmenu", "setRichmenuImage", "deleteRichmenu"]
)
@pytest.mark.parametrize("loss", LOSSES)
def test_every_answer_to_an_operation_is_lost(deployment: Deployment, operation: str, loss: FaultKind) -> None:
    """Whatever the run could find out, the next one finishes it."""
    applied(deployment, SCENES["replace"], Fault(kind=loss, operation=operation))
    finished(deployment, SCENES["replace"])


# --- lists


def test_a_list_that_lags_is_no_deletion(deployment: Deployment) -> None:
    """A menu that is remembered and not listed is asked for: it is not made a second time."""
    scene = SCENES["create"]
    deployment.deploy(scene.after)
    deployment.tenant.add_fault(Fault(kind="lagging_list", operation="listRichmenus", rows=1))
    plan = deployment.plan(scene.after)
    assert [(str(each.address), each.action) for each in plan.steps] == []


def test_a_list_that_lags_after_a_create_is_no_failure(deployment: Deployment) -> None:
    """A menu that was made and is not listed yet is asked for by its id."""
    fault = Fault(kind="lagging_list", operation="listRichmenus", rows=1)
    assert applied(deployment, SCENES["replace"], fault).complete
    finished(deployment, SCENES["replace"])


def test_menus_that_are_still_listed_after_their_deletion_are_no_obstacle(deployment: Deployment) -> None:
    """Deleting once more what is gone is success."""
    fault = Fault(kind="lingering_list", operation="listRichmenus")
    assert applied(deployment, SCENES["replace"], fault).complete
    finished(deployment, SCENES["replace"])
