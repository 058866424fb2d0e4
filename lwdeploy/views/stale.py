"""What a plan that is made now says in place of a stale one: as text, and as the `stale` object of a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.types import Action, Change
from lwdeploy.planning.model import Plan
from lwdeploy.views.line import Line, Style, printable
from lwdeploy.views.plan_text import plan_lines

__all__ = ["Stale", "since", "stale_json", "stale_lines"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """Why a plan is stale, and where a plan made now differs from it.

    `planned` holds what the stale plan was to do with each address of `now`. `now` are the changes of the new plan
    for these addresses, None where it has nothing to do. `renewed` is the new plan; None, with the reason in
    `problem`, where none could be made.
    """

    reasons: tuple[str, ...]
    planned: Mapping[Address, Action] = field(default_factory=dict)
    now: Mapping[Address, Change | None] = field(default_factory=dict)
    renewed: Plan | None = None
    problem: str = ""


def since(old: Plan, new: Plan, *, reasons: tuple[str, ...]) -> Stale:
    """Compare two plans, both sealed, address by address, as far as they do something."""
    before = {step.address: step for step in old.steps}
    after = {step.address: step for step in new.steps}
    moved = [each for each in {**after, **before} if _gist(before.get(each)) != _gist(after.get(each))]
    return Stale(
        reasons=reasons,
        planned={each: before[each].action for each in moved if each in before},
        now={each: after.get(each) for each in moved},
        renewed=new,
    )


def _gist(change: Change | None) -> Any:
    """Give what matters to somebody who approved a change: what is done to which object, from what to what."""
    if change is None:
        return None
    fields = [(diff.path, diff.old, diff.new) for diff in change.diffs]
    made = change.desired if change.action in {Action.CREATE, Action.REPLACE} else None
    return (change.action, change.remote_id, fields, made)


def stale_lines(stale: Stale) -> Iterator[Line]:
    """Give what a new plan would do where it differs; nothing where nothing is left to do."""
    if stale.renewed is None:
        yield Line(f"What a plan would say now is not known: {printable(stale.problem)}", Style.WARNING)
        return
    if stale.renewed.empty or not stale.now:
        return
    yield Line("")
    yield Line("What a plan that is made now says differently:", Style.BOLD)
    changes = tuple(change for change in stale.now.values() if change is not None)
    for address in (each for each, change in stale.now.items() if change is None):
        yield Line(f"    {address}  nothing to do any more (was to {stale.planned[address]})", Style.DIM)
    if changes:
        yield from _lines_of(stale.renewed, changes)


def _lines_of(plan: Plan, changes: tuple[Change, ...]) -> Iterator[Line]:
    """Give the lines of a plan as far as they are about some changes, and its refusals."""
    told = {change.address for change in changes}
    part = Plan(
        tenant=plan.tenant,
        identity=plan.identity,
        project=plan.project,
        state=plan.state,
        changes=changes,
        quota=plan.quota,
        estimate=plan.estimate,
        consequences=tuple(each for each in plan.consequences if each.address in told),
        refusals=plan.refusals,
    )
    head, blank, *lines, _empty, _summary = plan_lines(part)
    del head, blank  # what tenant it is about is known by now, and the sums would be those of a part
    yield from lines


def stale_json(stale: Stale) -> dict[str, Any]:
    """Give the `stale` object."""
    known = stale.renewed is not None
    return {
        "reasons": list(stale.reasons),
        "problem": stale.problem,
        "changes": [_change(stale, *each) for each in stale.now.items()] if known else None,
    }


def _change(stale: Stale, address: Address, now: Change | None) -> dict[str, Any]:
    planned = stale.planned.get(address)
    return {
        "address": str(address),
        "planned": None if planned is None else planned.value,
        "now": None if now is None else now.action.value,
        "remote_id": None if now is None else now.remote_id,
        "diffs": [
            {"path": each.path, "old": each.old, "new": each.new, "origin": each.origin.value}
            for each in (now.diffs if now is not None else ())
        ],
    }
