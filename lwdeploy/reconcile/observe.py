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
    leaves alone (`ignoreChanges`) counts as not applied, so that it is written once it is not ignored any more.
    """
    ignore = step.lifecycle.ignore_changes if step.action is not Action.CREATE else ()
    ours = _without(step.desired, ignore)
    observed = kind.seal(_shown(ours, live.spec)) if live is not None else {}
    entry = StateEntry(
        remote_id=remote_id, applied=kind.seal(ours), observed=observed, protect=step.lifecycle.protect
    )
    if live is None:
        return entry, ()
    not_taken = field_diffs(
        desired=step.desired,
        live=live.spec,
        entry=entry,
        kind=kind,
        users=users,
        ignore=ignore,
    )
    return entry, tuple(diff.path for diff in not_taken)


def _without(spec: Spec, ignore: tuple[str, ...]) -> Spec:
    """Give a spec without the fields at and below some paths."""
    kept: dict[str, Any] = {}
    for path, value in leaves(dict(spec)).items():
        if not any(path == each or path.startswith(f"{each}.") for each in ignore):
            _put(kept, path.split("."), value)
    return dict(canonical(kept))


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
