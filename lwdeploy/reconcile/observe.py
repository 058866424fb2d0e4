"""What is remembered of an object after it was written and read back. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from lwdeploy.core.canonical import leaves, nested
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Action, Change, Spec, StateEntry
from lwdeploy.planning.diff import field_diffs

__all__ = ["observed_entry"]


def observed_entry(
    step: Change, live: LiveResource | None, *, remote_id: str, kind: Kind, users: Mapping[str, str]
) -> tuple[StateEntry, tuple[str, ...]]:
    """Give the entry to remember, and the paths of fields that the service did not take.

    `live` is None when reading back failed: nothing is then known to have been observed. A field that apply
    leaves alone (`ignoreChanges`) counts as not applied, so that it is written once it is not ignored any more.
    Everything that is shown counts as observed, so that fields that nobody declares can be seen to move.
    """
    ignore = step.lifecycle.ignore_changes if step.action is not Action.CREATE else ()
    ours = _without(step.desired, ignore)
    observed = kind.seal(live.spec) if live is not None else {}
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
    kept = leaves(dict(spec)).items()
    return nested(
        {
            path: value
            for path, value in kept
            if not any(path == each or path.startswith(f"{each}.") for each in ignore)
        }
    )
