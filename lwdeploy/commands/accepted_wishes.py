"""What `drift --accept` asks for: which fields of which objects, and what can never be accepted. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lwdeploy.commands.accepted_words import NO_WORDS
from lwdeploy.commands.drift import Look
from lwdeploy.core.address import Address
from lwdeploy.core.errors import UserError
from lwdeploy.core.live import Live
from lwdeploy.core.types import Origin, StateEntry
from lwdeploy.kinds import kinds_by_name
from lwdeploy.planning.drift import ObjectDrift

__all__ = ["Wish", "refuse_impossible", "wishes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The fields of one remembered object that are to be accepted; all of it when the object is gone."""

    moved: ObjectDrift
    paths: frozenset[str]

    @property
    def told(self) -> tuple[str, ...]:
        """A line for every field."""
        address = self.moved.address
        return (f"{address}: gone",) if self.moved.gone else tuple(f"{address}: {path}" for path in self.paths)


def wishes_of(accept: Iterable[str], seen: Look) -> Iterator[Wish]:
    """Give what each ADDRESS or ADDRESS:FIELD stands for. Raises UserError for one where nothing has drifted."""
    objects = {str(each.address): each for each in seen.drift.objects}
    for asked in accept:
        name, path = _parted(asked, objects)
        found = [
            each for address, each in objects.items() if address == name or (not path and _is_below(address, name))
        ]
        wishes = [wish for each in found if (wish := _wish(each, path)) is not None]
        if not wishes:
            raise UserError(
                f"Nothing has drifted at {asked}: there is nothing to accept",
                advice="`lwdeploy drift` shows what has; write ADDRESS, or ADDRESS:FIELD.",
            )
        yield from wishes


def _is_below(address: str, root: str) -> bool:
    return root.count("/") == 1 and address.startswith(f"{root}/")


def _wish(moved: ObjectDrift, path: str) -> Wish | None:
    paths = {
        each.path
        for each in moved.fields
        if each.managed
        and each.origin is not Origin.INTENT
        and (not path or each.path == path or each.path.startswith(f"{path}."))
    }
    return Wish(moved=moved, paths=frozenset(paths)) if paths or (moved.gone and not path) else None


def _parted(asked: str, objects: Mapping[str, ObjectDrift]) -> tuple[str, str]:
    """Give address and field; an address may have a colon of its own."""
    address, colon, field = asked.rpartition(":")
    return (address, field) if colon and asked not in objects else (asked, "")


def refuse_impossible(wish: Wish, *, live: Live, entries: Mapping[Address, StateEntry]) -> None:
    """Raise UserError for what no edit of a manifest can accept."""
    address = wish.moved.address
    if not wish.moved.declared:
        raise UserError(
            f"{address} is in no manifest: there is nothing to write the tenant's value into",
            advice=f"To stop managing it: lwdeploy forget {address}",
        )
    if wish.moved.gone and address.is_root:
        raise UserError(
            f"{address} is gone from the tenant: a manifest cannot say so",
            advice=f"Delete its document and run lwdeploy forget {address}; or make it anew with "
            "lwdeploy apply --allow recreate=1.",
        )
    if address.kind in NO_WORDS:
        raise UserError(
            f"{address}: what a rich menu is, and who is given it, is not read back into manifests",
            advice="Edit the manifest by hand, pictures as files beside it; or let lwdeploy apply put it back.",
        )
    target = kinds_by_name()[address.kind].refers_to
    if target and not wish.moved.gone:
        known = {each.remote_id for owner, each in entries.items() if owner.kind == target}
        strange = sorted(set(map(str, live.resources[address].spec.values())) - known)
        if strange:
            raise UserError(
                f"{address} points to {', '.join(strange)}, which no manifest declares",
                advice="Declare that menu and bind it with lwdeploy adopt; or let lwdeploy apply put it back.",
            )
