"""Which bot to create looks like one that is there: that proves nothing, but a rename may be forgotten. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change, StateEntry

__all__ = ["look_alikes", "namesakes", "without_name"]


def look_alikes(
    changes: Iterable[Change], *, orphaned: Mapping[Address, StateEntry], kinds: Mapping[str, Kind]
) -> dict[Address, Address]:
    """Pair every create with an owned bot without manifest that has its name or its whole definition."""
    return {
        change.address: old
        for change in changes
        if change.action is Action.CREATE and change.address.is_root
        for old, entry in orphaned.items()
        if _alike(change, entry, kind=kinds[change.address.kind])
    }


def _alike(change: Change, entry: StateEntry, *, kind: Kind) -> bool:
    name, wanted = kind.label(change.desired), kind.seal(change.desired)
    same_name = bool(name) and kind.label(entry.applied) == name
    return same_name or without_name(wanted) == without_name(entry.applied)


def without_name(spec: Mapping[str, object]) -> dict[str, object]:
    """Give the spec of a bot without what people rename it by."""
    return {key: value for key, value in spec.items() if key != "botName"}


def namesakes(
    changes: Iterable[Change], *, unmanaged: Iterable[tuple[str, str]], kinds: Mapping[str, Kind]
) -> Iterator[str]:
    """Say which bot to create has the name of one that is nobody's: it may be the very one."""
    ids: dict[str, list[str]] = {}
    for remote_id, name in unmanaged:
        ids.setdefault(name, []).append(remote_id)
    for change in changes:
        name = kinds[change.address.kind].label(change.desired)
        if change.action is Action.CREATE and change.address.is_root and name in ids:
            yield (
                f"{change.address}: the tenant has an unmanaged bot of the same name, {', '.join(ids[name])}; "
                "if it is this one, bind it with spec.botId"
            )
