"""After a lost state: which live objects could be the declared ones, and what speaks for each. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import get_path
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import Listed, LiveResource
from lwdeploy.core.types import Desired, Mark, Proof, Resource, StateEntry
from lwdeploy.planning.likeness import without_name
from lwdeploy.planning.weighing import Weighed, entry_of, weigh

__all__ = [
    "SAME_DEFINITION",
    "SAME_NAME",
    "Candidate",
    "Part",
    "Rebuilt",
    "desired_logins",
    "judge",
    "same_definition",
    "same_name",
]

SAME_NAME = "same name"
SAME_DEFINITION = "the same but for its name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One declared object that is there: what proves that it is the one, how well it fits, what to remember."""

    address: Address
    remote_id: str
    proof: str
    weighed: Weighed
    entry: StateEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One live root object that one address could mean, with what is below it.

    `proof` is empty when nothing but `likeness` speaks for it. `parts` are the root and those of its declared
    children that exist, `missing` the declared ones that do not; without parts the object is gone by now.
    """

    address: Address
    remote_id: str
    proof: str
    likeness: str
    parts: tuple[Part, ...]
    missing: tuple[Address, ...]

    @property
    def weighed(self) -> Weighed:
        """How well the root object itself fits."""
        return next((each.weighed for each in self.parts if each.address == self.address), Weighed())

    @property
    def children(self) -> tuple[Part, ...]:
        """The declared children that exist."""
        return tuple(each for each in self.parts if each.address != self.address)

    def __str__(self) -> str:
        why = f"proven by {self.proof}" if self.proof else self.likeness
        alike = len(self.weighed.equal) + len(self.weighed.trusted)
        there, declared = len(self.children), len(self.children) + len(self.missing)
        return (
            f"{self.address} = {self.address.kind} {self.remote_id}: {why}, {alike} of {self.weighed.declared} "
            f"fields equal, {there} of its {declared} registrations and menus exist"
        )

    def details(self) -> Iterator[str]:
        """Say of every child what proves it, and of every field that differs or was trusted that it does."""
        for part in self.parts:
            if part.address != self.address:
                yield f"{part.address}: {_PROOFS[part.proof]}"
            for path in part.weighed.differing:
                yield f"{part.address}: {path} is not known to be equal, the next plan shows it"
            for path, why in part.weighed.trusted.items():
                yield f"{part.address}: {path} is taken for equal: {why}"
        yield from (f"{address}: is not there, the next plan makes it" for address in self.missing)


_PROOFS: Mapping[str, str] = {
    Proof.MARK.value: "by its mark",
    Proof.DERIVED.value: "by its place, there can be only one",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """Everything that was found. `users` are the user ids of logins, `unchecked` says why they are not known."""

    candidates: tuple[Candidate, ...]
    listed: tuple[Listed, ...]
    users: Mapping[str, str]
    unchecked: str = ""

    @property
    def unproven(self) -> tuple[Candidate, ...]:
        """Candidates that only look alike."""
        return tuple(each for each in self.candidates if not each.proof)

    @property
    def ambiguous(self) -> tuple[Candidate, ...]:
        """Every candidate of an address that has several, or of an object that several claim."""
        by_address, by_id = defaultdict(list), defaultdict(list)
        for each in self.candidates:
            by_address[each.address].append(each)
            by_id[each.remote_id].append(each)
        return tuple(
            each for each in self.candidates if len(by_address[each.address]) > 1 or len(by_id[each.remote_id]) > 1
        )

    @property
    def entries(self) -> dict[Address, StateEntry]:
        """What to record: every candidate and its declared children that exist."""
        return {part.address: part.entry for each in self.candidates for part in each.parts}


def same_name(root: Resource, row: Listed, *, kind: Kind) -> bool:
    """Tell whether a row of the list shows the name that a resource wants: a candidate, never a proof."""
    wanted = kind.label(root.spec)
    return bool(wanted) and row.name == wanted


def same_definition(root: Resource, live: LiveResource, *, kind: Kind, users: Mapping[str, str]) -> bool:
    """Tell whether an object fits in everything but its name: somebody may have renamed it. No proof either."""
    weighed = weigh(replace(root, spec=without_name(root.spec)), live, kind=kind, users=users)
    return weighed.fits and bool(weighed.equal)


def judge(
    root: Resource,
    *,
    remote_id: str,
    proof: str,
    live: Mapping[Address, LiveResource],
    desired: Desired,
    kinds: Mapping[str, Kind],
    users: Mapping[str, str],
    likeness: str = SAME_NAME,
) -> Candidate:
    """Weigh one candidate: of everything that is declared of it, what is there and what proves it.

    `live` is what was read of it. A link counts as equal when it leads to the object that was found again.
    """
    mine = [each for each in desired.resources if each.address.root == root.address]
    there = [_linked(each, live) for each in mine if each.address in live]
    return Candidate(
        address=root.address,
        remote_id=remote_id,
        proof=proof,
        likeness=likeness,
        parts=tuple(_part(each, live[each.address], proof, kinds[each.address.kind], users) for each in there),
        missing=tuple(each.address for each in mine if each.address not in live and not each.address.is_root),
    )


def _linked(resource: Resource, live: Mapping[Address, LiveResource]) -> Resource:
    ids = {name: live[address].remote_id for name, address in resource.refers.items() if address in live}
    return replace(resource, spec={**resource.spec, **ids})


def _part(resource: Resource, live: LiveResource, proof: str, kind: Kind, users: Mapping[str, str]) -> Part:
    marked = Mark.parse(str(live.facts.get("name", ""))) is not None
    derived = Proof.MARK.value if marked else Proof.DERIVED.value
    weighed = weigh(resource, live, kind=kind, users=users)
    return Part(
        address=resource.address,
        remote_id=live.remote_id,
        proof=proof if resource.address.is_root else derived,
        weighed=weighed,
        entry=entry_of(resource, live, weighed, kind=kind),
    )


def desired_logins(desired: Desired, *, kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """Give every login that manifests put where the service shows user ids."""
    fields = ((each, path) for each in desired.resources for path in kinds[each.address.kind].user_fields)
    named = (get_path(each.spec, path) or () for each, path in fields)
    return tuple(sorted({person for people in named for person in people if "@" in person}))
