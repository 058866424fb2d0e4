"""Runs that several tests of the contract look at: each creation and each step is deployed once in a module."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Action, Change
from lwdeploy.kinds import kinds_by_name
from lwdeploy.planning.model import Plan
from lwdeploy.simulator import LogEntry
from tests.kinds.deployment import Bots, Deployment
from tests.kinds.menus import told
from tests.kinds.samples.every import SAMPLES

__all__ = ["Creation", "Runs", "Update", "created", "estimated", "first", "own"]


def created(kind: Kind, case: str) -> tuple[Bots, Mapping[str, int]]:
    """Give the manifests of a sample, and the writes that create it."""
    spec, calls = SAMPLES[kind.name].created[case]
    return {"helpdesk": spec}, calls


def first(kind: Kind) -> Bots:
    """Give the manifests of the first sample."""
    return created(kind, next(iter(SAMPLES[kind.name].created)))[0]


def own(kind: Kind, changes: Iterable[Change]) -> Change:
    """Give the one change of a kind that means an object that is declared, or was."""
    mine = [each for each in changes if each.address.kind == kind.name and each.replaced_by is None]
    (found,) = [each for each in mine if len(mine) == 1 or each.action is not Action.NOOP]
    return found


def estimated(changes: Iterable[Change]) -> dict[str, int]:
    """Give the writes that the kinds foresee, by operation."""
    total: Counter[str] = Counter()
    for change in changes:
        total.update(kinds_by_name()[change.address.kind].calls(change))
    return {operation: count for operation, count in total.items() if count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """What came of a creation: the plan, the writes, what is read back, the second plan, and what that sent."""

    plan: Plan
    counts: Mapping[str, int]
    shown: Mapping[Address, LiveResource]
    again: Plan
    sent_again: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What came of a step: its changes, what was sent, the bot as stored before and after, the second plan."""

    changes: tuple[Change, ...]
    sent: tuple[tuple[str, Any], ...]
    counts: Mapping[str, int]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    again: Plan


class Runs:
    """What was deployed so far, by kind and case."""

    def __init__(self) -> None:
        self._creations: dict[tuple[str, str], Creation] = {}
        self._updates: dict[tuple[str, str], Update] = {}

    def creation(self, deployment: Deployment, kind: Kind, case: str) -> Creation:
        """Deploy a sample, plan and apply once more, and read everything back."""
        key = (kind.name, case)
        if key not in self._creations:
            self._creations[key] = _create(deployment, created(kind, case)[0])
        return self._creations[key]

    def update(self, deployment: Deployment, kind: Kind, case: str) -> Update:
        """Deploy both sides of a step, and plan once more."""
        key = (kind.name, case)
        if key not in self._updates:
            step = SAMPLES[kind.name].steps[case]
            self._updates[key] = _update(deployment, {"helpdesk": step.before}, {"helpdesk": step.after})
        return self._updates[key]


def _create(deployment: Deployment, bots: Bots) -> Creation:
    plan = deployment.deploy(bots)
    counts, again = deployment.counts(), deployment.plan(bots)
    deployment.tenant.clear_log()
    deployment.apply(again)
    sent_again = deployment.tenant.log()
    deployment.verify(images=True, users=True)
    shown = deployment.live(bots)
    return Creation(plan=plan, counts=counts, shown=shown, again=again, sent_again=sent_again)


def _update(deployment: Deployment, before: Bots, after: Bots) -> Update:
    deployment.deploy(before)
    between = deployment.tenant.snapshot()
    plan = deployment.deploy(after)
    (was,), (now,) = between["bots"], deployment.tenant.snapshot()["bots"]
    counts, sent = deployment.counts(), told(deployment, before=between)
    again = deployment.plan(after)
    return Update(changes=plan.steps, sent=sent, counts=counts, before=was, after=now, again=again)
