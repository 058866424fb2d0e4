"""Which live object is the one that a manifest means, and what proves it.

Strongest proof first: the id in the manifest, the id in state, our mark. A name is never an identity.
Children follow from their parent and are matched where they are read.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lwdeploy.core.address import Address
from lwdeploy.core.errors import AmbiguousMatch
from lwdeploy.core.live import Listed
from lwdeploy.core.types import Mark, Proof, Resource, State

__all__ = ["Binding", "Identity", "identify", "mark_key"]

DEFAULT_PROJECT = "default"


def mark_key(address: Address) -> str:
    """Give the hash of an address that stands in a mark."""
    return hashlib.sha256(str(address).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """The live object of one address: its id, and the proof."""

    remote_id: str
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What could be identified: bindings by address, and the unnamed leftovers of interrupted creates."""

    bindings: Mapping[Address, Binding]
    strays: tuple[Listed, ...]


def identify(
    roots: Sequence[Resource], *, state: State | None, listed: Iterable[Listed], project: str
) -> Identity:
    """Bind every root resource that exists.

    Raises AmbiguousMatch when a manifest and the state name different objects for one address, or when two
    addresses claim the same object.
    """
    marks = _our_marks(listed, project=project)
    bindings: dict[Address, Binding] = {}
    for resource in roots:
        found = _bind(resource, state=state, marks=marks)
        if found is not None:
            bindings[resource.address] = found
    _refuse_shared(bindings)
    taken = {binding.remote_id for binding in bindings.values()} | _remembered(state)
    known = {mark_key(resource.address) for resource in roots}
    strays = [row for key, rows in marks.items() for row in rows if _is_stray(row, key, taken, known, project)]
    return Identity(bindings=bindings, strays=tuple(sorted(strays, key=_age)))


def _age(row: Listed) -> tuple[int, str]:
    """Order by id, which the service counts up: the oldest first."""
    return (len(row.remote_id), row.remote_id)


def _our_marks(listed: Iterable[Listed], *, project: str) -> dict[str, list[Listed]]:
    found: defaultdict[str, list[Listed]] = defaultdict(list)
    for row in sorted(listed, key=_age):
        mark = Mark.parse(row.name)
        if mark is not None and mark.project == project:
            found[mark.key].append(row)
    return dict(found)


def _remembered(state: State | None) -> set[str]:
    entries = state.entries if state else {}
    return {entry.remote_id for address, entry in entries.items() if address.is_root}


def _is_stray(row: Listed, key: str, taken: set[str], known: set[str], project: str) -> bool:
    """Tell whether a marked object is provably ours and of no use.

    Projects without an id of their own share the name `default`, so their marks prove nothing about keys that
    this project does not know.
    """
    return row.remote_id not in taken and (key in known or project != DEFAULT_PROJECT)


def _bind(resource: Resource, *, state: State | None, marks: Mapping[str, list[Listed]]) -> Binding | None:
    entries = state.entries if state else {}
    entry = entries.get(resource.address)
    if resource.bind is not None:
        if entry is not None and entry.remote_id != resource.bind:
            raise AmbiguousMatch(
                f"{resource.source}: {resource.address} names botId {resource.bind}, "
                f"but the state remembers {entry.remote_id} for it",
                advice="Correct botId, or give the other bot a key of its own.",
            )
        return Binding(remote_id=resource.bind, proof=Proof.BOT_ID)
    if entry is not None:
        return Binding(remote_id=entry.remote_id, proof=Proof.STATE)
    marked = marks.get(mark_key(resource.address))
    return Binding(remote_id=marked[0].remote_id, proof=Proof.MARK) if marked else None


def _refuse_shared(bindings: Mapping[Address, Binding]) -> None:
    owners: defaultdict[str, list[Address]] = defaultdict(list)
    for address, binding in bindings.items():
        owners[binding.remote_id].append(address)
    shared = {remote_id: sorted(found) for remote_id, found in owners.items() if len(found) > 1}
    if shared:
        lines = [f"{remote_id}: {', '.join(map(str, found))}" for remote_id, found in sorted(shared.items())]
        raise AmbiguousMatch(
            "More than one manifest means the same bot:\n  " + "\n  ".join(lines),
            advice="Give each bot one manifest; after renaming a key, use spec.renamedFrom.",
        )
