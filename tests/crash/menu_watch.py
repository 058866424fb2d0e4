"""What users saw of one bot's menus after every request, and what must never have happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lwdeploy.simulator import MenuState, MenuStates

__all__ = ["Film", "has_default", "has_menu", "has_persistent"]


def has_default(state: MenuState) -> bool:
    """Tell whether the default is a rich menu that exists and has a picture: without one it is not shown."""
    menu = state["menus"].get(state["default"])
    return menu is not None and menu["image"]


def has_persistent(state: MenuState) -> bool:
    """Tell whether users see a persistent menu."""
    return state["persistent"]


def has_menu(state: MenuState) -> bool:
    """Tell whether users see any menu, rich or persistent."""
    return has_persistent(state) or has_default(state)


class Film:
    """Keeps the menus of the only bot as they are after every request; a watcher of the tenant."""

    def __init__(self) -> None:
        self._frames: list[tuple[str, MenuState]] = []

    def __call__(self, operation: str, menus: MenuStates) -> None:
        self._frames += [(operation, state) for state in menus.values()]

    @property
    def frames(self) -> Sequence[tuple[str, MenuState]]:
        """What was seen so far: the operation, and the menus after it."""
        return tuple(self._frames)

    def gaps(self, shown: Callable[[MenuState], bool] = has_default) -> list[str]:
        """Give the operations after which there was no menu although there had been one."""
        found, was = [], False
        for operation, state in self._frames:
            now = shown(state)
            if was and not now:
                found.append(operation)
            was = was or now
        return found

    def in_the_dark(self) -> list[str]:
        """Give every moment at which a user's own menu was gone or without a picture, or was not his any more."""
        found: list[str] = []
        had: set[str] = set()
        for operation, state in self._frames:
            dark = [user for user, menu in state["users"].items() if not _is_shown(state, menu)]
            found += [f"{operation}: {user}" for user in sorted({*dark, *had - set(state["users"])})]
            had |= set(state["users"])
        return found

    def touched(self, name: str) -> list[str]:
        """Give the operations after which the menu called `name` was not there with its picture."""
        return [
            operation
            for operation, state in self._frames
            if not any(menu["name"] == name and menu["image"] for menu in state["menus"].values())
        ]

    def dark_stretch(self) -> Iterator[str]:
        """Give the requests from the one that took the menu away to the one that brought the next one."""
        dark = False
        for operation, state in self._frames:
            was, dark = dark, not has_menu(state)
            if was or dark:
                yield operation


def _is_shown(state: MenuState, menu_id: str) -> bool:
    menu = state["menus"].get(menu_id)
    return menu is not None and menu["image"]
