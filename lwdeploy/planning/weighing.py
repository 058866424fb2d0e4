"""How well a live object fits a declared one, field by field, when nothing is remembered of either. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lwdeploy.core.canonical import ABSENT, get_path, leaves, nested
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Resource, StateEntry
from lwdeploy.planning.diff import differing_paths

__all__ = ["MADE_WITH", "Weighed", "entry_of", "weigh"]

MADE_WITH = "made_with"
"""The fact that names the fields which an object's mark proves to be as they are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The declared fields of one object: those that are equal, and those that differ.

    `trusted` are fields that cannot be compared and that count as equal, with the reason. `declared` counts all.
    """

    equal: tuple[str, ...] = ()
    trusted: Mapping[str, str] = field(default_factory=dict)
    differing: tuple[str, ...] = ()

    @property
    def declared(self) -> int:
        """How many fields are declared."""
        return len(self.equal) + len(self.trusted) + len(self.differing)

    @property
    def fits(self) -> bool:
        """Whether nothing is known to differ."""
        return not self.differing


def weigh(resource: Resource, live: LiveResource, *, kind: Kind, users: Mapping[str, str]) -> Weighed:
    """Compare what is declared with what is there; `users` are the user ids that logins are known to be."""
    equal, trusted, differing = [], {}, []
    unequal = set(differing_paths(resource.spec, live.spec))
    for path in leaves(dict(resource.spec)):
        if path not in unequal or _proven(path, resource, live, kind=kind, users=users):
            equal.append(path)
        elif why := _trust(path, resource, live, kind=kind, users=users):
            trusted[path] = why
        else:
            differing.append(path)
    return Weighed(equal=tuple(equal), trusted=trusted, differing=tuple(differing))


def entry_of(resource: Resource, live: LiveResource, weighed: Weighed, *, kind: Kind) -> StateEntry:
    """Give what to remember of an object that was found again.

    Only fields that are equal, or trusted to be, count as applied by us: all others stay open, so that the next
    plan shows them.
    """
    kept = [*weighed.equal, *weighed.trusted]
    shown = {path: get_path(live.spec, path) for path in kept}
    return StateEntry(
        remote_id=live.remote_id,
        applied=kind.seal(nested({path: get_path(resource.spec, path) for path in kept})),
        observed=kind.seal(nested({path: value for path, value in shown.items() if value is not ABSENT})),
        protect=resource.lifecycle.protect,
    )


def _proven(path: str, resource: Resource, live: LiveResource, *, kind: Kind, users: Mapping[str, str]) -> bool:
    """Tell whether a field is equal although it is spelled in another way, or not shown at all."""
    if path.partition(".")[0] in live.facts.get(MADE_WITH, ()):
        return True
    want, have = get_path(resource.spec, path), get_path(live.spec, path)
    return (
        path in kind.user_fields and have is not ABSENT and {users.get(each, each) for each in want} == set(have)
    )


def _trust(path: str, resource: Resource, live: LiveResource, *, kind: Kind, users: Mapping[str, str]) -> str:
    """Say why a field counts as equal that cannot be compared; empty where it can, and differs."""
    want, have = get_path(resource.spec, path), get_path(live.spec, path)
    if have is ABSENT or not have:
        return ""
    if path in kind.user_fields:
        return _trust_in_people(want, have, users)
    proof = next((proof for prefix, proof in kind.rewritten.items() if path.startswith(prefix)), "")
    return "the service may show another address than was written" if proof == "applied" else ""


def _trust_in_people(want: list[Any], have: list[Any], users: Mapping[str, str]) -> str:
    unknown = [person for person in want if "@" in person and person not in users]
    known = {users.get(person, person) for person in want if person not in unknown}
    if not unknown or len(want) != len(have) or not known <= set(have):
        return ""
    return f"as many people, and whether they are the same is not known: no user ids of {', '.join(unknown)}"
