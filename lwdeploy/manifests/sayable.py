"""What a manifest can say of a bot, found out by asking the rules and comparing. Looks at pictures, sends nothing.

A tenant may hold what no manifest declares: a name that is longer than the rules take, a label without a default,
a control character. Such a part is left out as a whole, so that it goes unmanaged, and it is told why.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Kind, TenantView
from lwdeploy.core.live import LiveResource
from lwdeploy.core.picture import Pictures
from lwdeploy.core.types import Resource, StateEntry
from lwdeploy.manifests.load import Loaded
from lwdeploy.manifests.numbering import numbered, paths_of, unwritable
from lwdeploy.manifests.parts import has, last_first, named, take_out, unit_around
from lwdeploy.manifests.resolve import resolve
from lwdeploy.manifests.validate import validate
from lwdeploy.manifests.validity import Validity
from lwdeploy.planning.diff import field_diffs

__all__ = ["Draft", "LeftOut", "Said", "Surroundings", "say"]

Path_ = tuple[str, ...]
_ROUNDS = 12
"""Rounds of leaving out: what is left out of a menu takes its links along, and there it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A Bot document that was written of `objects`, the bot first; `keys` are those of its menus by remote id."""

    document: Mapping[str, Any]
    objects: Sequence[LiveResource]
    keys: Mapping[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Address:
        """The address of the bot."""
        return Address.top("bot", self.document["metadata"]["name"])


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """One part of `spec` that a manifest cannot say, by dotted path, and why."""

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A Bot document that every rule accepts and that declares what is there.

    `entries` are what there is to remember of every object that it declares. `bound` tells that it needs the id
    of its bot, because it leaves out what no new bot can do without. A document of which nothing can be said is
    None.
    """

    document: Mapping[str, Any] | None
    entries: Mapping[Address, StateEntry]
    left_out: tuple[LeftOut, ...] = ()
    bound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What documents are judged by: `folder` is where they are to lie, with the pictures that they name."""

    tenant: TenantView
    kinds: Mapping[str, Kind]
    pictures: Pictures
    folder: Path
    users: Mapping[str, str] = field(default_factory=dict)


def say(drafts: Iterable[Draft], around: Surroundings) -> dict[Address, Said]:
    """Leave out of every draft what a manifest cannot say. Drafts share no key."""
    open_drafts = {each.root: each for each in drafts}
    told = {root: Said(document=each.document, entries={}) for root, each in open_drafts.items()}
    for _ in range(_ROUNDS):
        if not open_drafts:
            return told
        judged = _judged(open_drafts, told, around)
        for root, verdict in judged.items():
            told[root] = _next(told[root], verdict, draft=open_drafts[root], kinds=around.kinds)
        open_drafts = {
            root: each
            for root, each in open_drafts.items()
            if judged[root].problems and told[root].document is not None
        }
    for root in open_drafts:
        told[root] = replace(told[root], document=None, entries={})
    return told


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What is wrong with one document, by path, and what it declares if nothing is."""

    problems: tuple[tuple[Path_, str], ...]
    entries: Mapping[Address, StateEntry]


def _judged(
    drafts: Mapping[Address, Draft], told: Mapping[Address, Said], around: Surroundings
) -> dict[Address, _Verdict]:
    documents = {root: numbered(dict(told[root].document or {}), folder=around.folder) for root in drafts}
    paths = {root: paths_of(document) for root, document in documents.items()}
    found: defaultdict[Address, list[tuple[Path_, str]]] = defaultdict(list)
    for root, document in documents.items():
        found[root] += unwritable(document.data)
    everything = tuple(documents.values())
    validity = Validity(everything)
    loaded = Loaded(documents=everything, diagnostics=(), skipped=0, files={})
    resolved = resolve(
        loaded,
        tenant=around.tenant,
        kinds=tuple(around.kinds.values()),
        whole_project=False,
        validity=validity,
        pictures=around.pictures,
    )
    for each in (*validate(everything, validity=validity), *resolved.diagnostics):
        if each.severity is Severity.ERROR:
            root = Address.top("bot", each.source.file)
            found[root].append((paths[root][each.source.line], f"{each.message} [{each.rule}]"))
    declared: defaultdict[Address, list[Resource]] = defaultdict(list)
    for resource in resolved.desired.resources:
        declared[resource.address.root].append(resource)
    return {
        root: _compared(draft, declared[root], paths[root], problems=found[root], around=around)
        for root, draft in drafts.items()
    }


def _compared(
    draft: Draft,
    declared: Sequence[Resource],
    paths: Mapping[int, Path_],
    *,
    problems: list[tuple[Path_, str]],
    around: Surroundings,
) -> _Verdict:
    """Compare what a document declares with what there is, unless it is refused anyway."""
    if problems:
        return _Verdict(problems=tuple(problems), entries={})
    ids = {key: remote_id for remote_id, key in draft.keys.items()}
    live = {(each.kind, each.remote_id): each for each in draft.objects}
    entries: dict[Address, StateEntry] = {}
    differing: list[tuple[Path_, str]] = []
    for resource in declared:
        kind = around.kinds[resource.address.kind]
        remote_id = resource.derived_id or ids.get(resource.address.path[-1], "")
        shown = draft.objects[0] if resource.address.is_root else live[kind.name, remote_id]
        entry, diffs = _entry(resource, shown, kind=kind, ids=ids, users=around.users)
        entries[resource.address] = entry
        above = paths[resource.source.line] if not resource.address.is_root else ("spec",)
        below = (tuple(path.split(".")) if resource.address.is_root else () for path in diffs)
        differing += [((*above, *each), "the tenant has it in a form that no manifest declares") for each in below]
    return _Verdict(problems=tuple(differing), entries=entries)


def _entry(
    resource: Resource,
    live: LiveResource,
    *,
    kind: Kind,
    ids: Mapping[str, str],
    users: Mapping[str, str],
) -> tuple[StateEntry, tuple[str, ...]]:
    """Give what to remember of an object, and the fields in which it is not what is declared."""
    links = {name: ids.get(target.path[-1], "") for name, target in resource.refers.items()}
    desired = {**resource.spec, **links}
    entry = StateEntry(
        remote_id=live.remote_id,
        applied=kind.seal(desired),
        observed=kind.seal(live.spec),
        protect=resource.lifecycle.protect,
    )
    diffs = field_diffs(desired=desired, live=live.spec, entry=entry, kind=kind, users=users)
    return entry, tuple(diff.path for diff in diffs)


# --- leaving out


def _next(said: Said, verdict: _Verdict, *, draft: Draft, kinds: Mapping[str, Kind]) -> Said:
    """Leave out what was found to be wrong; where that is missing, bind the bot that has it not."""
    if not verdict.problems:
        return replace(said, entries=verdict.entries)
    document: dict[str, Any] = copy.deepcopy(dict(said.document or {}))
    units = [tuple(unit.split(".")) for kind in kinds.values() for unit in kind.wording.units]
    out: dict[Path_, str] = {}
    bound = said.bound
    for path, why in verdict.problems:
        unit = unit_around(path[1:], units)
        if unit is not None and has(document["spec"], unit):
            out.setdefault(unit, why)
        elif bound:
            return replace(said, document=None, left_out=(*said.left_out, LeftOut(path=".".join(path), why=why)))
        else:
            bound = True
            break
    names = {unit: named(document["spec"], unit) for unit in out}
    for unit in sorted(out, key=last_first, reverse=True):
        take_out(document["spec"], unit)
    if bound:
        document["spec"] = {"botId": int(draft.objects[0].remote_id), **document["spec"]}
    left = tuple(LeftOut(path=names[unit], why=why) for unit, why in out.items())
    return replace(said, document=document, left_out=(*said.left_out, *left), bound=bound)
