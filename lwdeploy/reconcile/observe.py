"""What is remembered of an object after it was written and read back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lwdeploy.core.canonical import ABSENT, canonical, get_path, leaves
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change, LiveResource, Spec, StateEntry
from lwdeploy.planning.diff import field_diffs

__all__ = ["observed_entry"]


def observed_entry(
    step: Change, live: LiveResource | None, *, remote_id: str, kind: Kind, users: Mapping[str, str]
) -> tuple[StateEntry, tuple[str, ...]]:
    """Give the entry to remember, and the paths of fields that the service did not take.

    `live` is None when reading back failed: nothing is then known to have been observed. A field that apply
    leaves alone (ignored, or adopted without being equal) counts as not applied.
    """
    observed = kind.seal(_shown(step.desired, live.spec)) if live is not None else {}
    applied = kind.seal(step.desired)
    entry = StateEntry(remote_id=remote_id, applied=applied, observed=observed, protect=step.lifecycle.protect)
    if live is None:
        return entry, ()
    not_taken = field_diffs(
        desired=step.desired,
        live=live.spec,
        entry=entry,
        kind=kind,
        users=users,
        ignore=step.lifecycle.ignore_changes if step.action is not Action.CREATE else (),
    )
    return entry, tuple(diff.path for diff in not_taken)


def _shown(desired: Spec, live: Spec) -> dict[str, Any]:
    """Give the live values of exactly the fields that are declared."""
    shown: dict[str, Any] = {}
    for path in leaves(dict(desired)):
        value = get_path(live, path)
        if value is not ABSENT:
            _put(shown, path.split("."), value)
    return dict(canonical(shown))


def _put(target: dict[str, Any], keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        target = target.setdefault(key, {})
    target[keys[-1]] = value
