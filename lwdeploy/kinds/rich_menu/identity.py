"""Which of a bot's rich menus is the one that a manifest means, which is ours and used up, which nobody's. Pure.

A menu is ours by its remembered id or by its mark; it is the one meant if it also has the size and areas that are
wanted, which the hash in its mark tells even where the service shows them in other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.types import Mark, Resource, Spec
from lwdeploy.kinds.rich_menu import spec as menu
from lwdeploy.planning.match import DEFAULT_PROJECT
from lwdeploy.planning.weighing import MADE_WITH

__all__ = ["Row", "place", "row_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One menu of the list: its id, its name, what it is, and the mark if the name is one."""

    remote_id: str
    name: str
    spec: Spec
    mark: Mark | None

    @property
    def age(self) -> tuple[int, str]:
        """Order by id, which the service counts up: the oldest first."""
        return (len(self.remote_id), self.remote_id)


def row_of(body: Mapping[str, Any]) -> Row:
    """Read one entry of the list of rich menus."""
    name = str(body.get("richmenuName") or "")
    return Row(remote_id=str(body["richmenuId"]), name=name, spec=menu.from_api(body), mark=Mark.parse(name))


def place(rows: Iterable[Row], *, wanted: Mapping[Address, Resource], project: str) -> Seen:
    """Give every menu its part: the one that is meant, superseded, or unmanaged."""
    left = {row.remote_id: row for row in sorted(rows, key=lambda row: row.age)}
    resources: dict[Address, LiveResource] = {}
    superseded: list[LiveResource] = []
    for address, resource in wanted.items():
        mine = [
            _unmarked(row, address, project) for row in left.values() if _is_ours(row, address, resource, project)
        ]
        current = _current(mine, resource)
        for row in mine:
            del left[row.remote_id]
        if current is not None:
            live = _live(current, address, spec=_shown(current, resource))
            proven = {MADE_WITH: ("image",)} if _has_pictures(current, resource) else {}
            resources[address] = replace(live, facts={**live.facts, **proven})
        superseded += [_live(row, address, spec=row.spec) for row in mine if row is not current]
    strays = [row for row in left.values() if _is_stray(row, project)]
    superseded += [_live(row, None, spec=row.spec) for row in strays]
    unmanaged = [_live(row, None, spec=row.spec) for row in left.values() if row not in strays]
    return Seen(resources=resources, superseded=tuple(superseded), unmanaged=tuple(unmanaged))


def _is_ours(row: Row, address: Address, resource: Resource, project: str) -> bool:
    marked = row.mark is not None and (row.mark.project, row.mark.key) == (project, menu.key_of(address))
    return marked or row.remote_id == resource.derived_id


def _unmarked(row: Row, address: Address, project: str) -> Row:
    """Give a menu that is remembered by its id without the mark of others: it says nothing about this address."""
    ours = row.mark is not None and (row.mark.project, row.mark.key) == (project, menu.key_of(address))
    return row if ours else replace(row, mark=None)


def _is_stray(row: Row, project: str) -> bool:
    """Tell whether a menu is ours although nobody knows its key; a project without an id cannot prove that."""
    return row.mark is not None and row.mark.project == project != DEFAULT_PROJECT


def _current(mine: Iterable[Row], resource: Resource) -> Row | None:
    """Give the menu that is meant: the remembered one, else the one made with these pictures, else the oldest."""
    if not resource.spec:
        return next((row for row in mine if row.remote_id == resource.derived_id), None)
    fitting = [row for row in mine if _fits(row, resource)]
    fitting.sort(key=lambda row: (row.remote_id != resource.derived_id, not _has_pictures(row, resource), row.age))
    return fitting[0] if fitting else None


def _has_pictures(row: Row, resource: Resource) -> bool:
    """Tell whether a menu's mark says that it was made with the very pictures that are wanted."""
    pictures = menu.image_hash(resource.spec)
    return bool(resource.spec) and row.mark is not None and row.mark.nonce.endswith(f"-{pictures}")


def _fits(row: Row, resource: Resource) -> bool:
    wanted = menu.content_hash(resource.spec)
    if row.mark is not None:
        return row.mark.nonce.partition("-")[0] == wanted
    return menu.content_hash(row.spec) == wanted


def _shown(row: Row, resource: Resource) -> Spec:
    """Give what a menu is in the words of the manifest, as far as its mark proves that it was made of them."""
    if row.mark is None or not resource.spec:
        return row.spec
    return {"size": resource.spec["size"], "areas": resource.spec["areas"]}


def _live(row: Row, address: Address | None, *, spec: Spec) -> LiveResource:
    return LiveResource(
        kind="rich_menu", remote_id=row.remote_id, spec=spec, address=address, facts={"name": row.name}
    )
