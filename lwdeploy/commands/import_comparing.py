"""What moved in the tenant since a bot was last looked at, and what of that its manifest is to say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lwdeploy.commands.import_reading import Reading
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, get_path, leaves, nested
from lwdeploy.core.kind import Kind
from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Desired, FieldDiff, Resource, Spec, StateEntry
from lwdeploy.manifests.editing import REMOVED
from lwdeploy.manifests.merging import Merged, Move, merge
from lwdeploy.manifests.rendering import Known, in_words
from lwdeploy.planning.diff import field_diffs

__all__ = ["Comparison", "Match"]

_DRAWN = "drawn:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is remembered of bots beside what was read of them."""

    reading: Reading
    known: Known
    kinds: Mapping[str, Kind]
    remembered: Mapping[Address, dict[Address, StateEntry]]

    @classmethod
    def of(cls, reading: Reading, known: Known, kinds: Mapping[str, Kind]) -> Comparison:
        """Put what is remembered in order, by bot."""
        remembered: dict[Address, dict[Address, StateEntry]] = {}
        for at, entry in known.entries.items():
            remembered.setdefault(at.root, {})[at] = entry
        return cls(reading=reading, known=known, kinds=kinds, remembered=remembered)

    def entries_of(self, root: Address) -> dict[Address, StateEntry]:
        """Give what is remembered of a bot."""
        return self.remembered.get(root, {})

    def moved(self, root: Address) -> bool:
        """Tell whether the tenant shows anything else of a bot than when it was last looked at."""
        entries, objects = self.entries_of(root), self.reading.portraits[root]
        if root not in entries or {each.address for each in objects} != set(entries):
            return root in entries
        return any(
            self._sealed(self._restricted(each, entries)).spec != seen(entries[each.address])
            for each in objects
            if each.address
        )

    def _sealed(self, live: LiveResource) -> LiveResource:
        return replace(live, spec=self.kinds[live.kind].seal(live.spec))

    def _restricted(self, live: LiveResource, entries: Mapping[Address, StateEntry]) -> LiveResource:
        """Give an object with the fields that were looked at before; what was not looked at now is as it was."""
        entry = None if live.address is None else entries.get(live.address)
        if entry is None:
            return live
        before, now = leaves(dict(seen(entry))), leaves(dict(live.spec))
        unseen = [name for name, proof in self.kinds[live.kind].rewritten.items() if proof == "unseen"]
        shown = {path: now[path] for path in before if path in now}
        for name in unseen:
            old = {path: value for path, value in before.items() if path == name or path.startswith(f"{name}.")}
            if name not in live.spec or any(str(value).startswith(_DRAWN) for value in old.values()):
                shown = {path: value for path, value in shown.items() if path not in old} | old
            else:
                shown |= {path: value for path, value in now.items() if path.startswith(f"{name}.")}
        return replace(live, spec=nested(shown))

    def merged(self, root: Address, desired: Desired) -> Merged:
        """Find out what the manifest of a bot is to say. Values are in clear, and compared sealed."""
        entries, objects = self.entries_of(root), self.reading.portraits[root]
        before = [
            LiveResource(kind=at.kind, remote_id=entry.remote_id, spec=seen(entry), address=at)
            for at, entry in sorted(entries.items(), key=lambda pair: not pair[0].is_root)
        ]
        now = [self._restricted(each, entries) for each in objects]
        sealed = [self._sealed(each) for each in now]
        ours = list(self._declared(root, desired, entries))
        if not ours:
            return Merged(moves=(), conflicts=())
        base, theirs, own = (self._words(each) for each in (before, sealed, ours))
        clear = self._words(now)
        found = merge(base=base, theirs=theirs, ours=own)
        ignored = self._ignored(root, desired)
        moves = tuple(
            replace(each, value=_clear(each, clear))
            for each in found.moves
            if not any(f"{'.'.join(each.path)}.".startswith(f"{name}.") for name in ignored)
        )
        return Merged(moves=moves, conflicts=found.conflicts)

    def _ignored(self, root: Address, desired: Desired) -> tuple[str, ...]:
        return next((each.lifecycle.ignore_changes for each in desired.resources if each.address == root), ())

    def _declared(
        self, root: Address, desired: Desired, entries: Mapping[Address, StateEntry]
    ) -> Iterator[LiveResource]:
        mine = [each for each in desired.resources if each.address.root == root]
        ids = {each.address: self._id(each, entries) for each in mine}
        for each in sorted(mine, key=lambda one: not one.address.is_root):
            links = {name: ids.get(target, "") for name, target in each.refers.items()}
            spec = self.kinds[each.address.kind].seal({**each.spec, **links})
            yield LiveResource(
                kind=each.address.kind, remote_id=ids[each.address], spec=spec, address=each.address
            )

    def _id(self, resource: Resource, entries: Mapping[Address, StateEntry]) -> str:
        entry = entries.get(resource.address)
        return resource.derived_id or (entry.remote_id if entry else f"new {resource.address}")

    def _words(self, objects: Sequence[LiveResource]) -> dict[str, Any]:
        return in_words(objects, kinds=self.kinds, known=self.known)


def seen(entry: StateEntry) -> Spec:
    """Give what was seen of an object when it was last looked at; of what no list shows, what was set."""
    return {
        **{name: entry.applied[name] for name in ("image",) if name in entry.applied},
        **(entry.observed or entry.applied),
    }


def _clear(move: Move, words: Any) -> Any:
    """Give the value of a move as it is in clear; entries of lists are found by name."""
    if move.value is REMOVED:
        return REMOVED
    for segment in move.path:
        if isinstance(words, list):
            named = {str(each["name"]): each for each in words}
            words = {key: value for key, value in named[segment].items() if key != "name"}
        elif isinstance(words, str):  # a text without languages is its default
            return words
        else:
            words = words[segment]
    return words


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What a manifest declares beside what the tenant has, and what is remembered of it."""

    resource: Resource
    spec: Spec
    live: LiveResource
    old: StateEntry | None
    kind: Kind
    users: Mapping[str, str]

    @property
    def _agreed(self) -> StateEntry:
        """What there is to remember where both agree."""
        return StateEntry(
            remote_id=self.live.remote_id,
            applied=self.kind.seal(self.spec),
            observed=self.kind.seal(self.live.spec),
            protect=self.resource.lifecycle.protect,
            fixed=self.old is not None and self.old.fixed,
        )

    @property
    def diffs(self) -> tuple[FieldDiff, ...]:
        """The fields in which they do not agree."""
        judge = self.old or self._agreed
        return field_diffs(desired=self.spec, live=self.live.spec, entry=judge, kind=self.kind, users=self.users)

    @property
    def entry(self) -> StateEntry:
        """What there is to remember: what both say now, and what was remembered where they do not agree."""
        paths = {diff.path for diff in self.diffs}
        agreed, before = self._agreed, self.old or StateEntry(remote_id=self.live.remote_id)
        return replace(
            agreed,
            applied=_patched(agreed.applied, before.applied, paths),
            observed=_patched(agreed.observed, before.observed, paths),
        )


def _patched(now: Spec, before: Spec, paths: Collection[str]) -> Spec:
    """Give the fields as they are now, those at some paths as they were."""
    if not paths:
        return now
    kept = {path: value for path, value in leaves(dict(now)).items() if path not in paths}
    old = {path: get_path(dict(before), path) for path in paths}
    return nested({**kept, **{path: value for path, value in old.items() if value is not ABSENT}})
