"""In which order the changes of one bot run, and which of them wait for which. Pure.

bot  create, update                                    level 0
  |
registration  delete, create, update, members          level 1
  |
rich menu that is to be the default  create, picture   level 2   its files are uploaded before it is created
  |
default  set                                           level 2   at once: from here on people have a menu
  |
other rich menus                                       level 2
  |
users' menus  set, take away                           level 3
  |
rich menus  delete                                     level 4   what was replaced, and what is not declared;
  |                                                              the default, and its menu, as the last ones
persistent menu                                        level 5   the service takes none beside rich menus
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Kind
from lwdeploy.core.types import Action, Change

__all__ = ["Places"]

_FIRST, _NEXT, _LAST = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where each change stands among those of its bot."""

    kinds: Mapping[str, Kind]
    by_root: Mapping[Address, tuple[Change, ...]]
    early: frozenset[Address]

    @classmethod
    def of(cls, changes: Iterable[Change], kinds: Mapping[str, Kind]) -> Places:
        """Look over all changes of a plan."""
        by_root: dict[Address, tuple[Change, ...]] = {}
        for each in changes:
            by_root[each.address.root] = (*by_root.get(each.address.root, ()), each)
        early = frozenset(each.address for root, mine in by_root.items() for each in _early(root, mine, kinds))
        return cls(kinds=kinds, by_root=by_root, early=early)

    def place(self, change: Change) -> tuple[int, Address, int, int, bool, Address]:
        """Give the key to sort by: strays first, then bot by bot, then by level, deletes before creates."""
        return (
            0 if change.stray else 1,
            change.address.root,
            self._level(change),
            self._rank(change),
            change.action is not Action.DELETE,
            change.address,
        )

    def _level(self, change: Change) -> int:
        if change.address in self.early:
            return -1
        kind = self.kinds[change.address.kind]
        removal = kind.level if kind.removal is None else kind.removal
        return removal if change.action is Action.DELETE else kind.level

    def _rank(self, change: Change) -> int:
        """Let what an eager link points to come first and the link next; in deletes, both as the last ones."""
        eager = [each for each in self._beside(change) if self.kinds[each.address.kind].eager]
        if change.action is Action.DELETE:
            targets = {value for each in eager for value in each.before.values() if each.action is Action.DELETE}
            return _NEXT if change in eager else (_LAST if change.remote_id in targets else _FIRST)
        pointed = {address for each in eager if each.action.writes for address in each.refers.values()}
        return _NEXT if change in eager else (_FIRST if change.address in pointed else _LAST)

    def waits(self, change: Change) -> tuple[Address, ...]:
        """Give the addresses whose changes must be done before this one, without those of other bots."""
        found = [address for address in sorted(self.early) if change.address == address.root]
        if change.address.is_root or change.action is Action.FORGET:
            return tuple(found)
        writes = sorted(each.address for each in self._beside(change) if each.action.writes)
        if change.address.root in writes and change.address not in self.early:
            found.append(change.address.root)
        found += [address for address in change.refers.values() if address in writes]
        kind = self.kinds[change.address.kind]
        held = {each.address for each in self._beside(change) if self._holds(each, change)}
        for address in writes:
            if address in held or address.kind in kind.after or address == change.replaced_by:
                found.append(address)
        return tuple(dict.fromkeys(found))

    def _holds(self, link: Change, change: Change) -> bool:
        """Tell whether a link must let go before an object is deleted; a link that goes, too, says of which."""
        if change.action is not Action.DELETE or self.kinds[link.address.kind].refers_to != change.address.kind:
            return False
        return link.action is not Action.DELETE or change.remote_id in link.before.values()

    def _beside(self, change: Change) -> tuple[Change, ...]:
        return self.by_root[change.address.root]


def _early(root: Address, mine: Iterable[Change], kinds: Mapping[str, Kind]) -> list[Change]:
    """Give the children whose change the service wants before that of their bot."""
    changes = list(mine)
    own = next((each for each in changes if each.address == root and each.action is Action.UPDATE), None)
    if own is None:
        return []
    return [each for each in changes if not each.address.is_root and kinds[each.address.kind].precedes(each, own)]
