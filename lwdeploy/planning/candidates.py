"""After a lost state: which live objects could be the declared ones, and what speaks for each. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import get_path, leaves, nested
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import Listed, LiveResource
from lwdeploy.core.types import Desired, Resource, StateEntry
from lwdeploy.planning.diff import differing_paths

__all__ = ["Candidate", "Rebuilt", "judge", "known_entry", "rebuilt_entries", "same_name"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One live object that one address could mean.

    `proof` is empty when nothing but likeness speaks for it; `equal` of `declared` fields agree, and
    `children` of the declared registrations and menus exist.
    """

    address: Address
    remote_id: str
    proof: str
    equal: int
    declared: int
    children: int
    live: Mapping[Address, LiveResource] = field(default_factory=dict)

    def __str__(self) -> str:
        why = f"proven by {self.proof}" if self.proof else "same name"
        return (
            f"{self.address} = bot {self.remote_id}: {why}, {self.equal} of {self.declared} fields equal, "
            f"{self.children} of its registrations and menus exist"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """Everything that was found."""

    candidates: tuple[Candidate, ...]
    listed: tuple[Listed, ...]

    @property
    def unproven(self) -> tuple[Candidate, ...]:
        """Candidates that only look alike."""
        return tuple(each for each in self.candidates if not each.proof)

    @property
    def ambiguous(self) -> tuple[str, ...]:
        """A line for every candidate of an address that has several, or of an object that several claim."""
        by_address, by_id = defaultdict(list), defaultdict(list)
        for each in self.candidates:
            by_address[each.address].append(each)
            by_id[each.remote_id].append(each)
        return tuple(
            str(each)
            for each in self.candidates
            if len(by_address[each.address]) > 1 or len(by_id[each.remote_id]) > 1
        )


def same_name(root: Resource, row: Listed, *, kind: Kind) -> bool:
    """Tell whether a row of the list shows the name that a resource wants: a candidate, never a proof."""
    wanted = kind.label(root.spec)
    return bool(wanted) and row.name == wanted


def judge(
    root: Resource,
    *,
    remote_id: str,
    proof: str,
    live: Mapping[Address, LiveResource],
    desired: Desired,
) -> Candidate:
    """Weigh one candidate: count what agrees."""
    declared = leaves(dict(root.spec))
    shown = live[root.address].spec if root.address in live else {}
    children = [
        each for each in desired.resources if each.address.root == root.address and not each.address.is_root
    ]
    return Candidate(
        address=root.address,
        remote_id=remote_id,
        proof=proof,
        equal=len(declared) - len(differing_paths(root.spec, shown)),
        declared=len(declared),
        children=sum(each.address in live for each in children),
        live=live,
    )


def rebuilt_entries(found: Rebuilt, *, desired: Desired, kinds: Mapping[str, Kind]) -> dict[Address, StateEntry]:
    """Give the entries to record: of each candidate and of its declared children that exist.

    Only fields that are equal count as applied by us: all others stay open, so that the next plan shows them.
    """
    entries: dict[Address, StateEntry] = {}
    for candidate in found.candidates:
        for resource in desired.resources:
            live = candidate.live.get(resource.address)
            if resource.address.root == candidate.address and live is not None:
                entries[resource.address] = known_entry(resource, live, kind=kinds[resource.address.kind])
    return entries


def known_entry(resource: Resource, live: LiveResource, *, kind: Kind) -> StateEntry:
    """Give what is to be remembered of an object that was found: only what is equal counts as applied by us."""
    open_paths = set(differing_paths(resource.spec, live.spec))
    kept = {path: value for path, value in leaves(dict(resource.spec)).items() if path not in open_paths}
    return StateEntry(
        remote_id=live.remote_id,
        applied=kind.seal(nested(kept)),
        observed=kind.seal(nested({path: get_path(live.spec, path) for path in kept})),
        protect=resource.lifecycle.protect,
    )
