"""Rich menus and the links to them in the World: created under a mark, then bound to a picture, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lwdeploy.core.address import Address
from lwdeploy.core.errors import Rejected, Unchangeable
from lwdeploy.core.kind import Written
from lwdeploy.core.live import LiveResource, Seen, seen_by_id
from lwdeploy.core.types import Change, Resource
from lwdeploy.kinds.rich_menu.identity import place, row_of
from lwdeploy.kinds.rich_menu.spec import mark_of, to_body

if TYPE_CHECKING:
    from tests.unit.reconcile.world import World

DEFAULT, USER = "default_rich_menu", "user_rich_menu"


@dataclass
class Menu:
    """One rich menu of the tenant."""

    body: dict[str, Any]
    image: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return str(self.body["areas"][0]["action"]["label"])


class Menus:
    """All rich menus and links of a World, and what its service and its project are like.

    `fixed`: no menu takes a second picture. `images` and `users` are read where the project verifies them.
    """

    def __init__(self) -> None:
        self.of: dict[str, dict[str, Menu]] = {}
        self.links: dict[tuple[str, str], dict[str, str]] = {}
        self.fixed = False
        self.images = False
        self.users = False
        self._ids = 0

    def add(self, bot_id: str, body: dict[str, Any]) -> str:
        self._ids += 1
        self.of.setdefault(bot_id, {})[f"m{self._ids}"] = Menu(body)
        return f"m{self._ids}"

    def forget(self, bot_id: str, menu_id: str) -> None:
        """Delete a menu; the links to it vanish (reference 3.5, INFERRED)."""
        self.of.get(bot_id, {}).pop(menu_id, None)
        for (owner, _), links in self.links.items():
            for each in [name for name, target in links.items() if owner == bot_id and target == menu_id]:
                del links[each]

    def labels(self, bot_id: str = "1") -> list[str]:
        """Give the labels of the menus that exist, oldest first."""
        return [menu.label for menu in self.of.get(bot_id, {}).values()]

    def linked(self, bot_id: str, kind: str) -> dict[str, str]:
        return self.links.setdefault((bot_id, kind), {})

    def default(self, bot_id: str = "1") -> Menu | None:
        """Give the menu that everybody sees; it is an error of the test's subject if that one has no picture."""
        target = self.linked(bot_id, DEFAULT).get("default")
        return None if target is None else self.of[bot_id][target]


class FakeMenus:
    """The ChildAdapter of rich menus over a World."""

    def __init__(self, world: World) -> None:
        self._world = world

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        bot_id, menus = parent.remote_id, self._world.menus
        with self._world.event(f"read rich_menu of {bot_id}"):
            rows = [row_of({"richmenuId": each, **menu.body}) for each, menu in menus.of.get(bot_id, {}).items()]
            seen = place(rows, wanted=wanted, project="acme")
            if menus.images:
                shown = {
                    address: replace(
                        live, spec={**live.spec, "image": dict(menus.of[bot_id][live.remote_id].image)}
                    )
                    for address, live in seen.resources.items()
                }
                seen |= Seen(resources=shown)
            facts = {"count": len(rows), "default": menus.linked(bot_id, DEFAULT).get("default", "")}
            return seen | Seen(facts={"rich_menu": facts})

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        bot_id, image = str(parent_id), dict(change.desired["image"])
        self._world.sent.append((str(change.address), [diff.path for diff in change.diffs]))
        menu_id = live.remote_id if live is not None else self._create(bot_id, change)
        self._bind(bot_id, menu_id, change.address, image)
        return Written(remote_id=menu_id)

    def _create(self, bot_id: str, change: Change) -> str:
        mark = mark_of(change.address, change.desired, project="acme")
        with self._world.event(f"create {change.address}"):
            return self._world.menus.add(bot_id, to_body(change.desired, name=str(mark)))

    def _bind(self, bot_id: str, menu_id: str, address: Address, image: dict[str, str]) -> None:
        menus = self._world.menus
        with self._world.event(f"bind {address}"):
            menu = menus.of[bot_id].get(menu_id)
            if menu is None:
                raise Rejected("there is no such menu", operation="setRichmenuImage", status=404)
            if menus.fixed and menu.image not in ({}, image):
                raise Unchangeable("it takes no second picture", operation="setRichmenuImage", status=400)
            menu.image = image

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        bot_id, menu_id = str(parent_id), str(change.remote_id)
        with self._world.event(f"delete rich_menu {menu_id} of {bot_id}"):
            self._world.menus.forget(bot_id, menu_id)


class FakeLinks:
    """The ChildAdapter of one kind of links over a World; users are read only where they are verified."""

    def __init__(self, world: World, kind: str) -> None:
        self._world = world
        self._kind = kind

    def read(self, parent: LiveResource, *, wanted: Mapping[Address, Resource]) -> Seen:
        if self._kind == USER and not self._world.menus.users:
            return Seen(unread=frozenset({USER}))
        with self._world.event(f"read {self._kind} of {parent.remote_id}"):
            links = self._world.menus.linked(parent.remote_id, self._kind)
            found = [
                LiveResource(kind=self._kind, remote_id=name, spec={"richmenuId": target})
                for name, target in links.items()
            ]
            return seen_by_id(found, wanted=wanted)

    def write(
        self, change: Change, *, parent_id: str | None, live: LiveResource | None, users: Mapping[str, str]
    ) -> Written:
        bot_id, target = str(parent_id), str(change.desired["richmenuId"])
        self._world.sent.append((str(change.address), [target]))
        with self._world.event(f"link {change.address}"):
            if target not in self._world.menus.of.get(bot_id, {}):
                raise Rejected(f"there is no menu {target}", operation="setRichmenu", status=404)
            self._world.menus.linked(bot_id, self._kind)[str(change.remote_id)] = target
        return Written(remote_id=str(change.remote_id))

    def delete(self, change: Change, *, parent_id: str | None) -> None:
        with self._world.event(f"unlink {change.address}"):
            self._world.menus.linked(str(parent_id), self._kind).pop(str(change.remote_id), None)
