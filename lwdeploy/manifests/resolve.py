"""From documents to what they declare: references replaced, rules run, resources made by their kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Diagnostic, Severity, SourceRef
from lwdeploy.core.kind import Kind, Manifest, TenantView
from lwdeploy.core.picture import Picture, Pictures
from lwdeploy.core.types import Desired, Lifecycle, Resource
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.load import Loaded
from lwdeploy.manifests.mend import Rest, rest_of
from lwdeploy.manifests.references import REFERENCES, Index, Path, index, references_of
from lwdeploy.manifests.tenants import default_tenant, project_id, tenant_view, tenants
from lwdeploy.manifests.validity import Validity

__all__ = ["Resolved", "default_tenant", "project_id", "resolve", "tenant_view", "tenants"]

Mounts = Mapping[Path, Document]
"""Paths inside a Bot's spec, and the documents whose spec stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """What the manifests declare, and what the rules of the kinds found.

    With an error in `diagnostics`, `desired` lacks the bots that have one: then it must not be planned.
    """

    desired: Desired
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Origins:
    """A Bot and the documents that stand in the place of its references."""

    document: Document
    mounts: Mounts

    def of(self, path: str) -> tuple[Document, Path]:
        """Give the document that wrote a dotted path of the spec, and the path inside that document."""
        segments = tuple(path.split("."))
        for length in range(1, len(segments)):
            mount, below = segments[:length], segments[length:]
            if mount in self.mounts and below == ("name",):
                return self.document, ("spec", *mount, "ref")
            if mount in self.mounts:
                return self.mounts[mount], ("spec", *below)
        return self.document, ("spec", *segments)

    def at(self, path: str) -> SourceRef:
        """Give the place of a dotted path of the spec."""
        document, inside = self.of(path)
        return document.at(inside)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bot:
    """A Bot whose references are replaced, where its parts come from, and what of it is left."""

    manifest: Manifest
    origins: _Origins
    rest: Rest


def resolve(
    loaded: Loaded,
    *,
    tenant: TenantView,
    kinds: Sequence[Kind],
    whole_project: bool,
    validity: Validity | None = None,
    pictures: Pictures | None = None,
) -> Resolved:
    """Make the documents what they declare for one tenant.

    Bots that are invalid by themselves, or refer to what is, declare nothing: `load` and `validate` have said
    why. The rules are asked about the rest of them, so that all findings of all three can be shown together.
    `pictures` looks at the local files that manifests name; without it, none can be read.
    """
    resources: list[Resource] = []
    scopes: set[tuple[Address, str]] = set()
    files = dict(loaded.files)
    findings: list[Diagnostic] = []
    validity = validity or Validity(loaded.documents)
    for bot in _bots(loaded.documents, tenant, validity=validity, pictures=pictures):
        found = list(_findings(bot, kinds))
        findings += found
        if bot.rest.removed or any(each.severity is Severity.ERROR for each in found):
            continue
        for kind in kinds:
            declared = kind.declare(bot.manifest)
            resources += declared.resources
            files |= declared.files
            if declared.in_scope:
                scopes.add((bot.manifest.address, kind.name))
    findings += _of_spare_menus(loaded.documents, tenant, kinds=kinds, validity=validity, pictures=pictures)
    return Resolved(
        desired=Desired(
            resources=tuple(sorted(resources, key=lambda each: each.address)),
            scopes=frozenset(scopes),
            removed=dict(_removed(loaded.documents, validity)),
            files=files,
            whole_project=whole_project,
        ),
        diagnostics=tuple(sorted(findings, key=lambda each: each.sort_key)),
    )


def _bots(
    documents: Sequence[Document], tenant: TenantView, *, validity: Validity, pictures: Pictures | None
) -> Iterator[_Bot]:
    known = index(documents)
    for (kind, name), document in known.items():
        if kind != "Bot":
            continue
        mounts, dangling = _mounts(document, known, validity)
        rest = _rest(document, validity, dangling=dangling)
        if rest is None:
            continue
        origins = _Origins(document=document, mounts=mounts)
        manifest = Manifest(
            address=Address.top("bot", name),
            spec=_replaced(rest.spec, mounts),
            tenant=tenant,
            at=origins.at,
            lifecycle=_lifecycle(rest.spec.get("lifecycle", {})),
        )
        manifest = manifest if pictures is None else _with_pictures(manifest, origins, pictures)
        yield _Bot(manifest=manifest, origins=origins, rest=rest)


def _removed(documents: Sequence[Document], validity: Validity) -> Iterator[tuple[Address, str]]:
    """Give the address of every bot that is to go, and the reason on one line."""
    for (kind, name), document in index(documents).items():
        if kind == "Removed" and validity.is_sound(document):
            yield Address.top("bot", name), " ".join(document.spec["reason"].split())


def _mounts(bot: Document, known: Index, validity: Validity) -> tuple[Mounts, frozenset[Path]]:
    """Give the documents that a Bot refers to, and where it refers to what is missing or wrong."""
    mounts: dict[Path, Document] = {}
    dangling = set()
    for reference in references_of(bot):
        target = known.get((reference.kind, reference.key))
        if target is not None and validity.is_sound(target):
            mounts[reference.path] = target
        else:
            dangling.add(reference.path)
    return mounts, frozenset(dangling)


def _rest(document: Document, validity: Validity, *, dangling: frozenset[Path]) -> Rest | None:
    """Give all of a sound document, what is left of another one, or None where nothing is."""
    if validity.is_sound(document) and not dangling:
        return Rest(spec=document.spec, removed=frozenset())
    return rest_of(document, validity, without=dangling)


def _replaced(spec: Mapping[str, Any], mounts: Mounts) -> Mapping[str, Any]:
    """Give a spec with every mounted document in the place of the reference to it."""
    above = {path[:length] for path in mounts for length in range(len(path))}

    def replaced(value: Any, path: Path) -> Any:
        if path in mounts:
            return _mounted(mounts[path], path)
        if path not in above:
            return value
        if isinstance(value, list):
            return [replaced(each, (*path, str(index))) for index, each in enumerate(value)]
        return {key: replaced(each, (*path, key)) for key, each in value.items()}

    made: Mapping[str, Any] = replaced(spec, ())
    return made


def _mounted(document: Document, path: Path) -> dict[str, Any]:
    """Give the spec of a document; in a list, where entries have names, with the document's own."""
    name = {"name": document.name} if path[-1].isdecimal() else {}
    return {**document.spec, **name}


def _with_pictures(manifest: Manifest, origins: _Origins, pictures: Pictures) -> Manifest:
    def picture(path: str) -> Picture:
        origin, _ = origins.of(path)
        return pictures.look(_text_at(manifest.spec, path), folder=origin.source.folder)

    return replace(manifest, picture=picture, trouble=pictures.trouble)


def _text_at(spec: Mapping[str, Any], path: str) -> str:
    """Give the text at a dotted path. Raises LookupError when there is nothing."""
    found: Any = spec
    for segment in path.split("."):
        found = found[int(segment)] if isinstance(found, list) else found[segment]
    return str(found)


def _findings(bot: _Bot, kinds: Sequence[Kind], *, within: Path = ()) -> Iterator[Diagnostic]:
    """Give what the rules find below the path `within`."""
    for rule in (rule for kind in kinds for rule in kind.rules):
        for finding in rule.check(bot.manifest):
            segments = tuple(finding.path.split("."))
            if bot.rest.touches(segments) or not (segments[: len(within)] == within != segments):
                continue
            document, path = bot.origins.of(finding.path)
            yield document.finding(rule.id, finding.message, path=path, fix=finding.fix, severity=rule.severity)


def _of_spare_menus(
    documents: Sequence[Document],
    tenant: TenantView,
    *,
    kinds: Sequence[Kind],
    validity: Validity,
    pictures: Pictures | None,
) -> Iterator[Diagnostic]:
    """Ask the rules about the menus that no Bot refers to (yet): each as the only thing that a Bot declares.

    Policies and the like are not asked about: what is right in them depends on the Bot.
    """
    known = index(documents)
    used = {(each.kind, each.key) for bot in documents if bot.kind == "Bot" for each in references_of(bot)}
    places = {kind: tuple("0" if each == "*" else each for each in path) for path, kind in REFERENCES}
    for (kind, name), document in known.items():
        mount = places.get(kind, ())
        if mount[:1] != ("menus",) or (kind, name) in used or not validity.is_sound(document):
            continue
        bot = _bot_around(document, mount, tenant=tenant, pictures=pictures)
        yield from _findings(bot, kinds, within=mount)


def _bot_around(document: Document, mount: Path, *, tenant: TenantView, pictures: Pictures | None) -> _Bot:
    """Give a Bot of nothing but the document at the place where Bots have such ones."""
    spec: Any = _mounted(document, mount)
    for segment in reversed(mount):
        spec = [spec] if segment.isdecimal() else {segment: spec}
    origins = _Origins(document=document, mounts={mount: document})
    manifest = Manifest(address=Address.top("bot", document.name), spec=spec, tenant=tenant, at=origins.at)
    manifest = manifest if pictures is None else _with_pictures(manifest, origins, pictures)
    return _Bot(manifest=manifest, origins=origins, rest=Rest(spec=spec, removed=frozenset()))


def _lifecycle(written: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(
        protect=written.get("protect", False),
        ignore_changes=tuple(written.get("ignoreChanges", ())),
        retain_replaced=written.get("retainReplaced", False),
    )
