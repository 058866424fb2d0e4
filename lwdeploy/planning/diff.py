"""Three-way difference of one object: what is wanted, what we last wrote, what the tenant shows.

A field differs if and only if desired differs from live. What was applied and observed only tells which side
moved, and settles the fields that the service is known to rewrite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deepdiff import DeepDiff
from deepdiff.operator import BaseOperator

from lwdeploy.core.canonical import ABSENT, get_path
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import FieldDiff, Origin, Spec, StateEntry

__all__ = ["Sides", "differing_paths", "field_diffs", "is_under", "sides_of"]


class _WholeLists(BaseOperator):
    """Compares a list as one value: by position, one item inserted at the head would look like many edits."""

    def match(self, level: Any) -> bool:
        return isinstance(level.t1, list) and isinstance(level.t2, list)

    def give_up_diffing(self, level: Any, diff_instance: Any) -> bool:
        if level.t1 != level.t2:
            diff_instance.custom_report_result("values_changed", level)
        return True


def differing_paths(desired: Spec, live: Spec) -> tuple[str, ...]:
    """Give the dotted paths of declared fields whose live value differs, sorted."""
    if desired == live:
        return ()
    shown = _shown(dict(desired), live)
    if shown == desired:
        return ()
    found = DeepDiff(
        shown,
        dict(desired),
        view="tree",
        custom_operators=[_WholeLists(types=[list])],
        threshold_to_diff_deeper=0,  # mappings that share little are still compared field by field
    )
    paths = {".".join(map(str, level.path(output_format="list"))) for levels in found.values() for level in levels}
    return tuple(sorted(leaf for path in paths for leaf in _leaves_at(path, get_path(desired, path))))


def _leaves_at(path: str, value: Any) -> list[str]:
    """Give the leaf paths below a path: a whole mapping may be missing on the live side."""
    if not isinstance(value, dict):
        return [path]
    return [leaf for key in value for leaf in _leaves_at(f"{path}.{key}", value[key])]


def _shown(desired: dict[str, Any], live: Any) -> dict[str, Any]:
    """Give the live values of the fields that desired declares: all else is unmanaged."""
    shown: dict[str, Any] = {}
    for key, value in desired.items():
        if isinstance(live, Mapping) and key in live:
            shown[key] = _shown(value, live[key]) if isinstance(value, dict) else live[key]
    return shown


def field_diffs(
    *,
    desired: Spec,
    live: Spec,
    entry: StateEntry | None,
    kind: Kind,
    users: Mapping[str, str],
    ignore: tuple[str, ...] = (),
) -> tuple[FieldDiff, ...]:
    """Give the fields that a write must change, each with the side that moved.

    `ignore` are field prefixes that are left alone. Pure; sorted by path.
    """
    found = []
    for path in differing_paths(desired, live):
        if is_under(path, ignore):
            continue
        diff = _judge(path, desired=desired, live=live, entry=entry, kind=kind, users=users)
        if diff is not None:
            found.append(diff)
    return tuple(found)


def is_under(path: str, prefixes: tuple[str, ...]) -> bool:
    """Tell whether a dotted path is one of the prefixes, or below one."""
    return any(path == prefix or path.startswith(f"{prefix}.") for prefix in prefixes)


def _judge(
    path: str,
    *,
    desired: Spec,
    live: Spec,
    entry: StateEntry | None,
    kind: Kind,
    users: Mapping[str, str],
) -> FieldDiff | None:
    want, have = get_path(desired, path), get_path(live, path)
    note = ""
    if path in kind.user_fields:
        if _same_users(want, have, users):
            return None
        note = _uncomparable(want, users)
        have = _in_words_of(want, have, users)
    sides = sides_of(path, desired=desired, live=live, entry=entry, kind=kind)
    # Nobody has two user ids: however they are spelled, more or fewer people are not the same people.
    if sides.settled and not (path in kind.user_fields and have is not ABSENT and len(want) != len(have)):
        return None
    old = _before(path, have, entry=entry)
    return FieldDiff(path=path, old=old, new=want, origin=sides.origin, note=note)


def _before(path: str, have: Any, *, entry: StateEntry | None) -> Any:
    """Give the value to tell as the old one: what was written last, where the tenant does not show any."""
    if have is ABSENT and entry is not None:
        have = get_path(entry.applied, path)
    return None if have is ABSENT else have


def _same_users(want: Any, have: Any, users: Mapping[str, str]) -> bool:
    return have is not ABSENT and {users.get(person, person) for person in want} == set(have)


def _in_words_of(want: list[str], have: Any, users: Mapping[str, str]) -> Any:
    """Give the live users with known user ids turned back into the logins that are wanted."""
    if have is ABSENT:
        return have
    logins = {users[person]: person for person in want if person in users}
    return sorted(logins.get(person, person) for person in have)


def _uncomparable(want: list[str], users: Mapping[str, str]) -> str:
    unknown = [person for person in want if "@" in person and person not in users]
    return f"user id not known yet: {', '.join(unknown)}" if unknown else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Which side moved since the last apply, and whether the service is known to have rewritten the field."""

    intent: bool
    drift: bool
    settled: bool

    @property
    def origin(self) -> Origin:
        """The sides in one word."""
        if self.intent and self.drift:
            return Origin.BOTH
        return Origin.DRIFT if self.drift else Origin.INTENT


def sides_of(path: str, *, desired: Spec, live: Spec, entry: StateEntry | None, kind: Kind) -> Sides:
    """Say which side of one field moved, by comparing both with what state remembers, which is sealed."""
    if entry is None:
        return Sides(intent=True, drift=False, settled=False)
    observed, shown = get_path(entry.observed, path), get_path(kind.seal(live), path)
    intent = get_path(kind.seal(desired), path) != get_path(entry.applied, path)
    proof = next((proof for prefix, proof in kind.rewritten.items() if is_under(path, (prefix,))), None)
    if proof == "unseen":
        return _unseen(
            shown, intent=intent, known=get_path(entry.applied, path) if observed is ABSENT else observed
        )
    settled = not intent and (proof == "applied" or (proof == "observed" and shown == observed))
    return Sides(intent=intent, drift=observed is not ABSENT and shown != observed, settled=settled)


def _unseen(shown: Any, *, intent: bool, known: Any) -> Sides:
    """Judge a field that is not looked at unless somebody asks: unshown, it is as it was known to be."""
    moved = shown is not ABSENT and shown != known
    return Sides(intent=intent, drift=moved, settled=not intent and not moved)
