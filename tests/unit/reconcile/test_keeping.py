"""A bot is saved before it is deleted; what could not be saved is not deleted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.errors import LwdeployError, StateError
from lwdeploy.core.tenant import Limits
from lwdeploy.core.types import ApplyReport, Change, StateEntry, Status
from tests.unit.planning.builders import bot, marked, registration, root
from tests.unit.reconcile.test_apply import deployed
from tests.unit.reconcile.world import Rig, World, down, errors, lost, refused, statuses


@dataclass
class Keeper:
    """Notes in the World's log what it is asked to save, and fails as often as it is told to."""

    world: World
    failures: list[LwdeployError] = field(default_factory=list)
    known: list[tuple[set[str], dict[str, str]]] = field(default_factory=list)

    def __call__(self, change: Change, *, entries: Mapping[Address, StateEntry], users: Mapping[str, str]) -> None:
        self.world.log.append(f"save {change.address} as {change.remote_id}: {change.reason}")
        self.known.append(({str(each) for each in entries}, dict(users)))
        if self.failures:
            raise self.failures.pop(0)


@pytest.fixture
def rig() -> Rig:
    """Give a project whose bots `a` and `b` exist, both registered."""
    return deployed(bot("a"), registration("a"), bot("b"), registration("b"))


def prune(rig: Rig, *failures: LwdeployError) -> tuple[ApplyReport, Keeper]:
    """Apply a project that declares `b` only."""
    keeper = Keeper(rig.world, list(failures))
    return rig.apply(rig.plan(bot("b"), registration("b"), prune=True), keep=keeper), keeper


def test_a_bot_is_saved_once_right_before_it_is_deleted(rig: Rig) -> None:
    report, _ = prune(rig)
    assert report.complete
    assert rig.world.writes() == [
        "lease",
        "save bot/a as 1: no manifest declares it any more",
        "delete bot 1",
        "record bot/b bot/b/domain/osaka",
    ]


def test_who_saves_is_told_what_the_state_remembers(rig: Rig) -> None:
    rig.world.learns["taro@example.com"] = "5e1c0f7a-1111-4222-8333-444455556666"
    rig.apply(rig.plan(bot("a"), registration("a", "kyoto"), bot("b"), registration("b")))
    _, keeper = prune(rig)
    ((entries, users),) = keeper.known
    assert {"bot/a", "bot/a/domain/kyoto"} <= entries
    assert users == rig.world.learns


@pytest.mark.parametrize(
    "failure",
    [StateError("the disk is full", advice="make room"), down("getBot"), refused("getAttachment", status=403)],
)
def test_what_cannot_be_saved_is_not_deleted_and_the_report_says_why(rig: Rig, failure: LwdeployError) -> None:
    report, _ = prune(rig, failure)
    assert statuses(report) == {"bot/a": Status.FAILED}
    assert errors(report)["bot/a"] == (
        f"it was not deleted, because what it is could not be saved: {failure.message}"
    )
    assert report.outcomes[0].advice == (
        failure.advice or "Correct the cause and apply again: the bot is as it was."
    )
    assert report.outcomes[0].remote_id == "1"
    assert rig.world.names() == ["a", "b"]
    assert rig.entries["bot/a"] == "1"


def test_the_next_run_deletes_what_can_be_saved_then(rig: Rig) -> None:
    prune(rig, StateError("the disk is full"))
    report, _ = prune(rig)
    assert report.complete
    assert rig.world.names() == ["b"]


def test_other_bots_go_on_where_one_cannot_be_saved(rig: Rig) -> None:
    keeper = Keeper(rig.world, [StateError("the disk is full")])
    plan = rig.plan(bot("b"), registration("b", spec={"permission": "all", "visible": False}), prune=True)
    report = rig.apply(plan, keep=keeper)
    assert statuses(report) == {"bot/b/domain/osaka": Status.DONE, "bot/a": Status.FAILED}


def test_a_new_bot_that_waits_for_the_place_is_not_made_when_the_old_one_cannot_be_saved(rig: Rig) -> None:
    keeper = Keeper(rig.world, [StateError("the disk is full")])
    plan = rig.plan(
        bot("b"), registration("b"), bot("c"), prune=True, limits=Limits(bots=2), allowed={"create": 9}
    )
    report = rig.apply(plan, keep=keeper)
    assert statuses(report) == {"bot/a": Status.FAILED, "bot/c": Status.NOT_STARTED}
    assert rig.world.names() == ["a", "b"]


def test_a_delete_whose_answer_was_lost_is_repeated_without_saving_again(rig: Rig) -> None:
    """What is read then may be half gone already."""
    rig.world.fail("delete bot 1", lost())
    report, keeper = prune(rig)
    assert report.complete
    assert len(keeper.known) == 1
    assert rig.world.asked("delete bot 1") == 2


def test_an_unnamed_leftover_is_nothing_to_save(rig: Rig) -> None:
    rig.world.add_bot({"botName": {"default": marked("c")}})
    keeper = Keeper(rig.world)
    report = rig.apply(rig.plan(bot("a"), registration("a"), bot("b"), registration("b")), keep=keeper)
    assert report.complete
    assert rig.world.names() == ["a", "b"]
    assert keeper.known == []


def test_what_lies_below_a_bot_that_stays_is_not_saved(rig: Rig) -> None:
    keeper = Keeper(rig.world)
    plan = rig.plan(bot("a"), bot("b"), registration("b"), scopes=[(root("a"), "bot_domain")])
    report = rig.apply(plan, keep=keeper)
    assert statuses(report) == {"bot/a/domain/osaka": Status.DONE}
    assert keeper.known == []


def test_a_bot_that_is_gone_already_is_only_forgotten(rig: Rig) -> None:
    plan = rig.plan(bot("b"), registration("b"), prune=True)
    del rig.world.bots["1"]
    keeper = Keeper(rig.world)
    assert rig.apply(plan, keep=keeper).complete
    assert "bot/a" not in rig.entries


def test_without_somebody_who_saves_a_bot_is_deleted_as_it_is(rig: Rig) -> None:
    assert rig.apply(rig.plan(bot("b"), registration("b"), prune=True)).complete
    assert rig.world.names() == ["b"]
