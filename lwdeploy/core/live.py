"""What the tenant shows: rows of a list, objects in full, and all that was read for one plan. Frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.types import Proof, Resource, Spec

__all__ = ["Listed", "Live", "LiveResource", "Seen", "seen_by_id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One row of a root kind's list call: enough for existence, quota, marks and candidates."""

    kind: str
    remote_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveResource:
    """One object as the tenant answered it; `address` is None when lwdeploy does not manage it.

    `facts` are what a kind read beside the object (never compared): to foresee consequences, or for the children.
    """

    kind: str
    remote_id: str
    spec: Spec
    address: Address | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was read of one bot, or of one kind below it.

    `resources` are managed; `superseded` provably ours, but not what their address wants any more (its address
    is None when no manifest and no state knows it); `unmanaged` nobody's here. `facts` are what a kind read to
    foresee consequences, by kind. `unread` are kinds that no call lists and that were believed, not looked at.
    """

    resources: Mapping[Address, LiveResource] = field(default_factory=dict)
    superseded: tuple[LiveResource, ...] = ()
    unmanaged: tuple[LiveResource, ...] = ()
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()

    def __or__(self, other: Seen) -> Seen:
        return Seen(
            resources={**self.resources, **other.resources},
            superseded=(*self.superseded, *other.superseded),
            unmanaged=(*self.unmanaged, *other.unmanaged),
            facts={**self.facts, **other.facts},
            unread=self.unread | other.unread,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """What was read from the tenant: the complete list of roots, and every managed object in full.

    `missing` holds managed objects that the list lacked and a single read confirmed gone, `strays` the unnamed
    leftovers of interrupted creates, `below` what was found below each bot beside its managed objects.
    """

    listed: tuple[Listed, ...]
    resources: Mapping[Address, LiveResource]
    proofs: Mapping[Address, Proof] = field(default_factory=dict)
    strays: tuple[Listed, ...] = ()
    missing: frozenset[Address] = frozenset()
    below: Mapping[Address, Seen] = field(default_factory=dict)


def seen_by_id(found: Iterable[LiveResource], *, wanted: Mapping[Address, Resource]) -> Seen:
    """Give what was found of a kind whose remote ids follow from their parent; what nobody wants is unmanaged."""
    addresses = {str(each.derived_id): address for address, each in wanted.items()}
    rows = tuple(found)
    mine = {addresses[each.remote_id]: each for each in rows if each.remote_id in addresses}
    return Seen(
        resources={address: replace(each, address=address) for address, each in mine.items()},
        unmanaged=tuple(each for each in rows if each.remote_id not in addresses),
    )
