"""What moved in the tenant since it was last looked at goes into the manifests that people have edited since."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lwdeploy.commands.import_comparing import Comparison, Match
from lwdeploy.commands.import_reading import Reading
from lwdeploy.commands.import_standing import Project
from lwdeploy.core.address import Address
from lwdeploy.core.canonical import dumps, leaves
from lwdeploy.core.errors import UserError
from lwdeploy.core.types import Desired, StateEntry
from lwdeploy.kinds import kinds_by_name
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.editing import Edit, edited
from lwdeploy.manifests.load import documents_of
from lwdeploy.manifests.merging import Move, edits_for
from lwdeploy.manifests.references import Index, index, references_of
from lwdeploy.manifests.rendering import Known, Rendered, render
from lwdeploy.views.imported import Part

__all__ = ["Updated", "update"]

_BOTH = "it moved in the tenant and in the manifest: apply writes the manifest's, or edit the manifest"
_FORM = "the tenant has it in a form that no manifest declares"
_GONE = "the tenant has it no more, and its manifest was left: delete the file, or let apply make it anew"


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
    drop: Callable[[Collection[str]], None],
) -> Updated:
    """Bring the manifests of bots that are known to what the tenant has now; `gone` are those it has no more.

    `keep` puts pictures where the project's `pictures` looks at them, `drop` takes them away again. Only what
    moved since it was last looked at is touched, and all else in the files stays as it is, to the last byte.
    """
    comparison = Comparison.of(reading, known, kinds_by_name())
    desired, _ = project.resolved(project.documents)
    job = _Job(project=project, reading=reading, known=known, comparison=comparison, keep=keep, drop=drop)
    conflicts = [Part(address=str(root), path="", why=_GONE) for root in sorted(gone)]
    moves: dict[str, tuple[Move, ...]] = {}
    for root in sorted(each for each in roots if comparison.moved(each)):
        found = comparison.merged(root, desired)
        moves[root.name] = found.moves
        conflicts += [Part(address=str(root), path=".".join(path), why=_BOTH) for path in found.conflicts]
    made = job.edited(moves)
    after, _ = project.resolved(job.documents(made.texts)) if made.texts or made.pictures else (desired, {})
    known_roots = {at for at in known.entries if at.is_root}
    return Updated(
        files={**made.pictures, **{name: text.encode() for name, text in made.texts.items()}},
        entries={at: each for root in sorted(known_roots & set(roots)) for at, each in job.entries(root, after)},
        conflicts=(*conflicts, *made.conflicts),
        left_out=tuple(made.left_out),
        dropped=frozenset(at for root in roots for at in job.dropped(root, after)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What has been edited so far."""

    texts: dict[str, str]
    pictures: dict[str, bytes]
    left_out: list[Part]
    conflicts: list[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    project: Project
    reading: Reading
    known: Known
    comparison: Comparison
    keep: Callable[[Mapping[str, bytes]], None]
    drop: Callable[[Collection[str]], None]
    parsed: dict[tuple[str, str], tuple[Document, ...]] = field(default_factory=dict)

    def edited(self, moves: Mapping[str, Sequence[Move]]) -> _Made:
        """Give the files with what moved in them, and what could not be written.

        Where a manifest would not be valid any more, what moved goes in part by part, as far as it can.
        """
        known = index(self.project.documents)
        made = _Made(texts={}, pictures={}, left_out=[], conflicts=[])
        for key, edits in sorted(edits_for(moves, known=known, names=self._names).items()):
            why = self._attempt(key, edits, made)
            if why:
                self._piecemeal(key, moves, made, why=why)
        return made

    @property
    def _names(self) -> dict[str, str]:
        return {str(number): name for name, number in self.project.tenant.domains.items()}

    def _piecemeal(self, key: str, moves: Mapping[str, Sequence[Move]], made: _Made, *, why: str) -> None:
        """Make the edits for one bot part by part, as long as one of them can be made: some need others first.

        `why` all of them together could not be made.
        """
        parts: dict[tuple[str, ...], list[Move]] = {}
        for move in moves[key]:
            parts.setdefault(move.path[: 2 if move.path[0] == "domains" else 1], []).append(move)
        reasons = dict.fromkeys(parts, why)
        progress = len(parts) > 1
        while parts and progress:
            reasons = {part: self._alone(key, mine, moves, made) for part, mine in parts.items()}
            progress = not all(reasons.values())
            parts = {part: mine for part, mine in parts.items() if reasons[part]}
        for part, mine in parts.items():
            told = Part(address=f"bot/{key}", path=".".join(part), why=reasons[part])
            (made.left_out if all(move.added for move in mine) else made.conflicts).append(told)

    def _alone(self, key: str, mine: Sequence[Move], moves: Mapping[str, Sequence[Move]], made: _Made) -> str:
        known = index(self.documents(made.texts))
        edits = edits_for({**moves, key: tuple(mine)}, known=known, names=self._names, only=key)[key]
        return self._attempt(key, edits, made)

    def _attempt(self, key: str, edits: Sequence[Edit], made: _Made) -> str:
        """Make edits for one bot; or make none, and say why the files would not say what is there."""
        known = index(self.documents(made.texts))
        named, files = self._with_files(key, edits, known)
        try:
            changed = self._texts(named, made.texts, known)
        except UserError as error:
            return error.message
        self.keep(files)
        why = self._wrong(key, changed, made.texts) if changed or files else ""
        if why:
            self.drop(set(files) - set(made.pictures))
        else:
            made.texts.update(changed)
            made.pictures.update(files)
        return why

    def _wrong(self, key: str, changed: Mapping[str, str], before: Mapping[str, str]) -> str:
        """Say what is wrong with files that are changed for a bot; empty when they say more of what there is.

        `before` are all files that have been edited so far.
        """
        desired, errors = self._resolved(key, {**before, **changed}, changed)
        if errors:
            return next(errors[file] for file in sorted(errors))
        root = Address.top("bot", key)
        left = set(self._diffs(root, desired))
        if not left:
            return ""
        was = set(self._diffs(root, self._resolved(key, before, changed)[0]))
        return "" if left <= was else _FORM

    def _resolved(
        self, key: str, texts: Mapping[str, str], files: Collection[str]
    ) -> tuple[Desired, dict[str, str]]:
        """Give what is declared by a bot and by all that some files hold, with what they refer to."""
        documents = self.documents(texts)
        bots = [each for each in documents if each.kind == "Bot" and (each.name == key or each.file in files)]
        needed = {(each.kind, each.key) for bot in bots for each in references_of(bot)}
        shared = [each for each in documents if (each.kind, each.name) in needed]
        return self.project.resolved([*bots, *shared])

    def _diffs(self, root: Address, desired: Desired) -> Iterator[tuple[Address, str, str]]:
        """Give the fields in which a bot is not what is declared, and what is."""
        for match in self._matches(root, desired):
            yield from ((match.resource.address, diff.path, dumps(diff.new)) for diff in match.diffs)

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
            kinds=self.comparison.kinds,
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
        return {file: text for file, text in made.items() if text != (texts.get(file) or self.project.text(file))}

    def documents(self, texts: Mapping[str, str]) -> tuple[Document, ...]:
        """Give all documents of the project, those of some files as the texts have them."""
        folders = {each.file: each.source.folder for each in self.project.documents}
        kept = [each for each in self.project.documents if each.file not in texts]
        for file, text in texts.items():
            if (file, text) not in self.parsed:
                self.parsed[file, text] = documents_of(text, name=file, folder=folders[file])
        new = [each for file, text in texts.items() for each in self.parsed[file, text]]
        return tuple(sorted([*kept, *new], key=lambda each: (each.file, each.root.line)))

    def entries(self, root: Address, desired: Desired) -> Iterator[tuple[Address, StateEntry]]:
        """Give what to remember of a bot: what it says and shows now, where the two agree."""
        return ((match.resource.address, match.entry) for match in self._matches(root, desired))

    def _matches(self, root: Address, desired: Desired) -> Iterator[Match]:
        objects = self.reading.portraits[root]
        live = {(each.kind, each.remote_id): each for each in objects}
        keys = {key: remote_id for remote_id, key in self._rendered(root).keys.items()}
        entries = self.comparison.entries_of(root)
        for resource in desired.resources:
            address = resource.address
            if address.root != root:
                continue
            remote_id = resource.derived_id or keys.get(address.path[-1], "")
            shown = objects[0] if address.is_root else live.get((address.kind, remote_id))
            old = entries.get(address)
            if shown is not None:
                links = {name: keys.get(target.path[-1], "") for name, target in resource.refers.items()}
                yield Match(
                    resource=resource,
                    spec={**resource.spec, **links},
                    live=shown,
                    old=old if old is not None and old.remote_id == shown.remote_id else None,
                    kind=self.comparison.kinds[address.kind],
                    users=self.project.users,
                )

    def dropped(self, root: Address, desired: Desired) -> Iterator[Address]:
        """Give what is remembered below a bot and is neither there nor declared."""
        live = {(each.kind, each.remote_id) for each in self.reading.portraits[root]}
        declared = {each.address for each in desired.resources}
        for at, entry in self.comparison.entries_of(root).items():
            if at not in declared and (at.kind, entry.remote_id) not in live:
                yield at


def _digest(path: Path) -> str:
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
