"""What only objects below a bot have: links to one another, leftovers of replacements, a limit per bot. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import UNKNOWN, Action, Change, Consequence, Desired, Mark, Proof, Resource, StateEntry
from lwdeploy.planning.guard import Crowd
from lwdeploy.planning.model import Beside

__all__ = ["beside", "covers", "crowds", "leftovers", "linked", "points_elsewhere", "superseded_by"]

Below = Mapping[Address, Seen]
"""What was seen of each bot."""

_NEW = frozenset({Action.CREATE, Action.REPLACE})


def covers(desired: Desired, root: Address, kind: Kind) -> bool:
    """Tell whether what a bot owns of a kind, and does not declare, is to be deleted, and not only forgotten.

    It is where the manifest spells the list out, and where it declares what the kind gives way to.
    """
    if (root, kind.name) in desired.scopes:
        return True
    declared = (each.address for each in desired.resources if each.address.kind in kind.gives_way_to)
    return any(address.root == root for address in declared)


def linked(resource: Resource, changes: Mapping[Address, Change]) -> Resource:
    """Give a resource with the remote ids that it refers to; those of objects still to be made are unknown."""
    ids = {field: _id_after(changes.get(address)) for field, address in resource.refers.items()}
    return replace(resource, spec={**resource.spec, **ids})


def _id_after(change: Change | None) -> str:
    if change is None or change.action in _NEW or change.remote_id is None:
        return UNKNOWN
    return change.remote_id


def superseded_by(address: Address, below: Below, *, entry: StateEntry | None) -> LiveResource | None:
    """Give the object that a new one at `address` replaces: the remembered one, else the newest."""
    seen = below.get(address.root, Seen())
    mine = [each for each in seen.superseded if each.address == address]
    remembered = [each for each in mine if entry is not None and each.remote_id == entry.remote_id]
    return next(reversed(remembered or mine), None)


def leftovers(below: Below, *, changes: Mapping[Address, Change]) -> Iterator[Change]:
    """Give the deletes of everything that is provably ours and that nobody needs after `changes`.

    What a declared object has taken the place of is its other half. All else is a delete like any other: also the
    former objects of an address that is declared no more, which may have been retained on purpose.
    """
    for root, seen in below.items():
        for live in (*seen.superseded, *_given_up(seen, changes)):
            change = None if live.address is None else changes.get(live.address)
            if change is None or not change.lifecycle.retain_replaced:
                yield _leftover(root, live, known=change is not None)


def _given_up(seen: Seen, changes: Mapping[Address, Change]) -> Iterator[LiveResource]:
    """Give the objects that are as wanted but for what the service does not let be changed."""
    for address, live in seen.resources.items():
        change = changes.get(address)
        if change is not None and change.action is Action.REPLACE and change.remote_id == live.remote_id:
            yield live


def _leftover(root: Address, live: LiveResource, *, known: bool) -> Change:
    word = live.kind.replace("_", "-")
    if not known or live.address is None:
        return Change(
            address=root.child(live.kind, word, f"stray:{live.remote_id}"),
            action=Action.DELETE,
            remote_id=live.remote_id,
            before=live.spec,
            proof=Proof.MARK,
            reason="carries this project's mark, and no manifest declares it",
        )
    return Change(
        address=root.child(live.kind, word, f"replaced:{live.remote_id}"),
        action=Action.DELETE,
        remote_id=live.remote_id,
        before=live.spec,
        proof=Proof.MARK if Mark.parse(str(live.facts.get("name", ""))) else Proof.STATE,
        reason=f"replaced by {live.address}",
        replaced_by=live.address,
    )


def points_elsewhere(live: LiveResource, below: Below, *, kind: Kind) -> bool:
    """Tell whether a link that we made points to an object that is not ours: then it is somebody else's by now."""
    if not kind.refers_to or live.address is None:
        return False
    seen = below.get(live.address.root, Seen())
    if kind.name in seen.unread:
        return False
    ours = {each.remote_id for each in (*seen.resources.values(), *seen.superseded) if each.kind == kind.refers_to}
    return ours.isdisjoint(map(str, live.spec.values()))


def beside(below: Below, *, consequences: Iterable[Consequence]) -> Iterator[Beside]:
    """Give what was seen below our bots, is nobody's here and is left alone, in a fixed order."""
    hit = {(each.address.root, each.kind, remote_id) for each in consequences for remote_id in each.objects}
    for root, seen in sorted(below.items()):
        spared = [each for each in seen.unmanaged if (root, each.kind, each.remote_id) not in hit]
        for live in sorted(spared, key=lambda each: (each.kind, len(each.remote_id), each.remote_id)):
            name = str(live.facts.get("name", ""))
            yield Beside(root=str(root), kind=live.kind, remote_id=live.remote_id, name=name)


def crowds(below: Below, *, changes: Iterable[Change], kinds: Mapping[str, Kind]) -> Iterator[Crowd]:
    """Give the bots that would have more objects of a kind than they take. Deletes come last, so none helps."""
    made = [each for each in changes if each.action in _NEW and not each.address.is_root]
    for root, seen in below.items():
        for name, facts in seen.facts.items():
            most, live = kinds[name].most, int(facts.get("count", 0))
            new = sum(each.address.root == root and each.address.kind == name for each in made)
            if most is not None and new and live + new > most:
                yield Crowd(root=root, word=kinds[name].word, live=live, count=live + new, most=most)
