"""What moved in the tenant since it was last looked at goes into the manifests that people have edited since."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lwdeploy.commands.import_reading import Reading
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT, get_path, leaves, nested
from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Kind, TenantView
from lwdeploy.core.live import LiveResource
from lwdeploy.core.picture import Picture, Pictures
from lwdeploy.core.types import Desired, Resource, Spec, StateEntry
from lwdeploy.kinds import KINDS, kinds_by_name
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.editing import REMOVED, Edit, edited
from lwdeploy.manifests.load import Loaded, documents_of
from lwdeploy.manifests.merging import Merged, Move, edits_for, merge
from lwdeploy.manifests.references import Index, index
from lwdeploy.manifests.rendering import Known, Rendered, in_words, render
from lwdeploy.manifests.resolve import resolve
from lwdeploy.manifests.validate import validate
from lwdeploy.manifests.validity import Validity
from lwdeploy.planning.diff import field_diffs
from lwdeploy.views.imported import Part

__all__ = ["Overlay", "Project", "Updated", "update"]

_DRAWN = "drawn:"
_BOTH = "it moved in the tenant and in the manifest: apply writes the manifest's, or edit the manifest"
_GONE = "the tenant has it no more, and its manifest was left: delete the file, or let apply make it anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """The manifests that there are, and what they are judged by. Names of files are relative to `root`."""

    root: Path
    documents: Sequence[Document]
    tenant: TenantView
    pictures: Pictures
    users: Mapping[str, str]

    def text(self, name: str) -> str:
        """Give a file as it is."""
        return (self.root / name).read_bytes().decode("utf-8")

    def resolved(self, documents: Sequence[Document]) -> tuple[Desired, dict[str, str]]:
        """Give what documents declare, and the first error of each file that has one."""
        validity = Validity(documents)
        loaded = Loaded(documents=tuple(documents), diagnostics=(), skipped=0, files={})
        found = resolve(
            loaded,
            tenant=self.tenant,
            kinds=KINDS,
            whole_project=True,
            validity=validity,
            pictures=self.pictures,
        )
        errors: dict[str, str] = {}
        for each in (*validate(documents, validity=validity), *found.diagnostics):
            if each.severity is Severity.ERROR:
                errors.setdefault(each.source.file, f"{each.message} [{each.rule}]")
        return found.desired, errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Looks at pictures as if those in `staging` lay in the project already."""

    desk: Pictures
    root: Path
    staging: Path

    def look(self, name: str, *, folder: Path) -> Picture:
        """Look at a picture as `Pictures.look` does."""
        new = self.staging / os.path.relpath(folder / name, self.root)
        return self.desk.look(new.name, folder=new.parent) if new.exists() else self.desk.look(name, folder=folder)

    def trouble(self, recipe: Mapping[str, Any]) -> str:
        """Say why a recipe cannot be drawn, as `Pictures.trouble` does."""
        return self.desk.trouble(recipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """The files that are to be replaced or added, by name, what to remember, and what was left as it is.

    `dropped` are addresses to forget: neither the tenant nor a manifest has them any more.
    """

    files: Mapping[str, bytes]
    entries: Mapping[Address, StateEntry]
    conflicts: tuple[Part, ...]
    left_out: tuple[Part, ...]
    dropped: frozenset[Address] = frozenset()


def update(
    project: Project,
    reading: Reading,
    roots: Collection[Address],
    *,
    known: Known,
    gone: Collection[Address],
    keep: Callable[[Mapping[str, bytes]], None],
) -> Updated:
    """Bring the manifests of bots that are known to what the tenant has now; `gone` are those it has no more.

    `keep` puts pictures where the project's `pictures` looks at them. Only what moved since it was last looked at
    is touched, and all else in the files stays as it is, to the last byte.
    """
    job = _Job(project=project, reading=reading, known=known, kinds=kinds_by_name(), keep=keep)
    desired, _ = project.resolved(project.documents)
    conflicts = [Part(address=str(root), path="", why=_GONE) for root in sorted(gone)]
    moves: dict[str, tuple[Move, ...]] = {}
    for root in sorted(each for each in roots if job.moved(each)):
        found = job.merged(root, desired)
        moves[root.name] = found.moves
        conflicts += [Part(address=str(root), path=".".join(path), why=_BOTH) for path in found.conflicts]
    texts, left_out, documents, pictures = job.edited(moves)
    after, _ = project.resolved(documents) if texts or pictures else (desired, {})
    known_roots = {at for at in known.entries if at.is_root}
    return Updated(
        files={**pictures, **{name: text.encode() for name, text in texts.items()}},
        entries={at: each for root in sorted(known_roots & set(roots)) for at, each in job.entries(root, after)},
        conflicts=tuple(conflicts),
        left_out=tuple(left_out),
        dropped=frozenset(at for root in roots for at in job.dropped(root, after)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    project: Project
    reading: Reading
    known: Known
    kinds: Mapping[str, Kind]
    keep: Callable[[Mapping[str, bytes]], None]

    def _entries(self, root: Address) -> dict[Address, StateEntry]:
        return {at: entry for at, entry in self.known.entries.items() if at.root == root}

    def moved(self, root: Address) -> bool:
        """Tell whether the tenant shows anything else of a bot than when it was last looked at."""
        entries, objects = self._entries(root), self.reading.portraits[root]
        if root not in entries or {each.address for each in objects} != set(entries):
            return root in entries
        return any(
            self._sealed(self._restricted(each, entries)).spec != _seen(entries[each.address])
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
        before, now = leaves(dict(_seen(entry))), leaves(dict(live.spec))
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
        entries, objects = self._entries(root), self.reading.portraits[root]
        before = [
            LiveResource(kind=at.kind, remote_id=entry.remote_id, spec=_seen(entry), address=at)
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

    def edited(
        self, moves: Mapping[str, Sequence[Move]]
    ) -> tuple[dict[str, str], list[Part], Sequence[Document], dict[str, bytes]]:
        """Give the files with what moved in them, what cannot be said there, and the documents as they then are.

        A bot whose manifest would not be valid any more is left as it is.
        """
        known = index(self.project.documents)
        names = {str(number): name for name, number in self.project.tenant.domains.items()}
        texts: dict[str, str] = {}
        pictures: dict[str, bytes] = {}
        left_out: list[Part] = []
        for key, edits in sorted(edits_for(moves, known=known, names=names).items()):
            made, files = self._with_files(key, edits, known)
            changed = self._texts(made, texts, known)
            broken = self._broken(changed, texts, files)
            if broken:
                left_out.append(Part(address=f"bot/{key}", path="", why=broken))
                continue
            texts |= changed
            pictures |= files
        return texts, left_out, self._documents(texts), pictures

    def _with_files(self, key: str, edits: Sequence[Edit], known: Index) -> tuple[list[Edit], dict[str, bytes]]:
        """Put the names of files in the place of digests, and give the files, by name below the root."""
        root = Address.top("bot", key)
        names = {digest: name for name, digest in self._rendered(root).files.items()}
        home = known["Bot", key].source.folder
        files: dict[str, bytes] = {}

        def named(value: Any, folder: Path) -> Any:
            if isinstance(value, Mapping):
                return {each: named(below, folder) for each, below in value.items()}
            if isinstance(value, list):
                return [named(each, folder) for each in value]
            if not isinstance(value, str) or value not in names:
                return value
            path = self._free(home / names[value], value)
            files[os.path.relpath(path, self.project.root)] = self.reading.pictures[value]
            return Path(os.path.relpath(path, folder)).as_posix()

        made = [
            replace(each, value=named(each.value, known[each.kind, each.name].source.folder)) for each in edits
        ]
        return made, files

    def _rendered(self, root: Address) -> Rendered:
        return render(
            root,
            self.reading.portraits[root],
            kinds=self.kinds,
            pictures=self.reading.pictures,
            known=self.known,
            withhold=False,
        )

    def _free(self, path: Path, digest: str) -> Path:
        """Give the path, if nobody put another picture there than lwdeploy knows; else one with a number."""
        ours = {
            value
            for entry in self.known.entries.values()
            for spec in (entry.applied, entry.observed)
            for value in leaves(dict(spec.get("image", {}))).values()
        }
        made, number = path, 1
        while made.exists() and _digest(made) not in {digest, *ours}:
            number += 1
            made = path.with_name(f"{path.stem}.{number}{path.suffix}")
        return made

    def _texts(self, edits: Sequence[Edit], texts: Mapping[str, str], known: Index) -> dict[str, str]:
        made: dict[str, str] = {}
        for edit in edits:
            file = known[edit.kind, edit.name].file
            text = made.get(file) or texts.get(file) or self.project.text(file)
            made[file] = edited(text, [edit], file=file)
        return {file: text for file, text in made.items() if text != self.project.text(file)}

    def _broken(self, changed: Mapping[str, str], texts: Mapping[str, str], files: Mapping[str, bytes]) -> str:
        """Say what would be wrong with the files that are changed; empty when nothing is."""
        self.keep(files)
        if not changed:
            return ""
        _, errors = self.project.resolved(self._documents({**texts, **changed}))
        return next((errors[file] for file in sorted(changed) if file in errors), "")

    def _documents(self, texts: Mapping[str, str]) -> tuple[Document, ...]:
        """Give all documents of the project, those of some files as the texts have them."""
        folders = {each.file: each.source.folder for each in self.project.documents}
        kept = [each for each in self.project.documents if each.file not in texts]
        new = [
            each for file, text in texts.items() for each in documents_of(text, name=file, folder=folders[file])
        ]
        return tuple(sorted([*kept, *new], key=lambda each: (each.file, each.root.line)))

    def entries(self, root: Address, desired: Desired) -> Iterator[tuple[Address, StateEntry]]:
        """Give what to remember of a bot: what it says and shows now, where the two agree."""
        live = {(each.kind, each.remote_id): each for each in self.reading.portraits[root]}
        keys = {key: remote_id for remote_id, key in self._rendered(root).keys.items()}
        old = self._entries(root)
        for resource in desired.resources:
            address = resource.address
            if address.root != root:
                continue
            known = old[address].remote_id if address in old else keys.get(address.path[-1], "")
            shown = live.get((address.kind, resource.derived_id or known))
            if shown is not None:
                links = {name: keys.get(target.path[-1], "") for name, target in resource.refers.items()}
                spec = {**resource.spec, **links}
                yield address, self._entry(resource, spec, shown, old.get(address))

    def dropped(self, root: Address, desired: Desired) -> Iterator[Address]:
        """Give what is remembered below a bot and is neither there nor declared."""
        live = {(each.kind, each.remote_id) for each in self.reading.portraits[root]}
        declared = {each.address for each in desired.resources}
        for at, entry in self._entries(root).items():
            if at not in declared and (at.kind, entry.remote_id) not in live:
                yield at

    def _entry(self, resource: Resource, spec: Spec, live: LiveResource, old: StateEntry | None) -> StateEntry:
        kind = self.kinds[resource.address.kind]
        whole = StateEntry(remote_id=live.remote_id, applied=kind.seal(spec), observed=kind.seal(live.spec))
        judge = old or whole
        diffs = {
            each.path
            for each in field_diffs(desired=spec, live=live.spec, entry=judge, kind=kind, users=self.project.users)
        }
        if not diffs:
            return replace(whole, protect=resource.lifecycle.protect, fixed=judge.fixed)
        before = old or StateEntry(remote_id=live.remote_id)
        return replace(
            before,
            remote_id=live.remote_id,
            applied=_patched(whole.applied, before.applied, diffs),
            observed=_patched(whole.observed, before.observed, diffs),
            protect=resource.lifecycle.protect,
        )


def _seen(entry: StateEntry) -> Spec:
    """Give what was seen of an object when it was last looked at; of what no list shows, what was set."""
    return {
        **{name: entry.applied[name] for name in ("image",) if name in entry.applied},
        **(entry.observed or entry.applied),
    }


def _patched(now: Spec, before: Spec, paths: Collection[str]) -> Spec:
    """Give the fields as they are now, those at some paths as they were."""
    kept = {path: value for path, value in leaves(dict(now)).items() if path not in paths}
    old = {path: get_path(dict(before), path) for path in paths}
    return nested({**kept, **{path: value for path, value in old.items() if value is not ABSENT}})


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


def _digest(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
