"""Plans as they may be shown: what state must not hold in clear is hashed in every view too. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from lwdeploy.core.canonical import ABSENT, get_path, leaves, nested
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Change, FieldDiff, Spec
from lwdeploy.planning.model import Plan

__all__ = ["needed", "sealed", "sealed_value"]


def sealed(plan: Plan, *, kinds: Mapping[str, Kind]) -> Plan:
    """Give the plan with every spec and every field difference sealed; the digest stays that of the plan."""
    return replace(plan, changes=tuple(_change(each, kinds[each.address.kind]) for each in plan.changes))


def _change(change: Change, kind: Kind) -> Change:
    return replace(
        change,
        desired=kind.seal(change.desired),
        before=kind.seal(change.before),
        diffs=tuple(_diff(each, kind) for each in change.diffs),
    )


def _diff(diff: FieldDiff, kind: Kind) -> FieldDiff:
    old, new = (sealed_value(value, path=diff.path, kind=kind) for value in (diff.old, diff.new))
    return replace(diff, old=old, new=new)


def needed(spec: Spec, diffs: Iterable[FieldDiff], *, kind: Kind) -> Spec:
    """Give what a live object is, sealed but for the fields that a change writes: only those are compared again.

    A saved plan is a file that others may get to see, and what no manifest declares is not ours to tell.
    """
    hidden = kind.seal(spec)
    if hidden == spec:
        return spec
    written = {diff.path: get_path(spec, diff.path) for diff in diffs}
    shown = {path: value for path, value in written.items() if value is not ABSENT}
    return nested({**leaves(dict(hidden)), **shown})


def sealed_value(value: Any, *, path: str, kind: Kind) -> Any:
    """Seal the value of one field, by sealing a spec that holds nothing else."""
    if value is None:
        return None
    spec: Any = value
    for key in reversed(path.split(".")):
        spec = {key: spec}
    return get_path(kind.seal(spec), path)
