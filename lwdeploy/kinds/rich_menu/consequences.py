"""What the service destroys or takes away when rich menus come and go (reference 3.4, 3.5). Pure."""

from __future__ import annotations

from collections.abc import Iterator

from lwdeploy.core.kind import Scene
from lwdeploy.core.types import Action, Change, Consequence

__all__ = ["consequences"]


def consequences(change: Change, scene: Scene) -> Iterator[Consequence]:
    """Foresee the side effects of one change of a rich menu."""
    if change.action is Action.DELETE:
        yield from _of_delete(change, scene)
    elif change.action is Action.CREATE and scene.facts.get("persistent") and _is_first(change, scene):
        yield Consequence(
            address=change.address,
            summary="the service deletes the persistent menu when the first rich menu is created: until its "
            "picture and the default are set, users have no menu",
            kind="persistent_menu",
            objects=("persistentmenu",),
        )


def _is_first(change: Change, scene: Scene) -> bool:
    creates = [each for each in scene.changes if each.action is Action.CREATE and each.address.kind == "rich_menu"]
    return creates[0].address == change.address


def _of_delete(change: Change, scene: Scene) -> Iterator[Consequence]:
    yield Consequence(
        address=change.address,
        summary="users who were given this menu outside lwdeploy lose it; how many is unknown: no call lists them",
    )
    managed = any(
        each.address.kind == "default_rich_menu" and each.action is not Action.FORGET for each in scene.changes
    )
    if change.remote_id == scene.facts.get("default") and not managed:
        yield Consequence(
            address=change.address,
            summary="this is the default menu of the bot, set outside lwdeploy, and users would be left without "
            "one (declare `default` under menus.rich, then it moves along)",
            kind="default_rich_menu",
            objects=("default",),
        )
