"""From documents to what they declare: references replaced, rules run, resources made by their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Diagnostic, Severity, SourceRef
from lwdeploy.core.kind import Kind, Manifest, TenantView
from lwdeploy.core.types import Desired, Lifecycle, Resource
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.load import Loaded
from lwdeploy.manifests.mend import Path, Rest, rest_of
from lwdeploy.manifests.references import REFERENCES, Index, index, reference_of
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
class _Bot:
    """A Bot whose references are replaced, where its parts come from, and what of it is left."""

    manifest: Manifest
    document: Document
    mounts: Mounts
    rest: Rest


def resolve(
    loaded: Loaded,
    *,
    tenant: TenantView,
    kinds: Sequence[Kind],
    whole_project: bool,
    validity: Validity | None = None,
) -> Resolved:
    """Make the documents what they declare for one tenant.

    Bots that are invalid by themselves, or refer to what is, declare nothing: `load` and `validate` have said
    why. The rules are asked about the rest of them, so that all findings of all three can be shown together.
    """
    resources: list[Resource] = []
    scopes: set[tuple[Address, str]] = set()
    findings: list[Diagnostic] = []
    for bot in _bots(loaded.documents, tenant, validity or Validity(loaded.documents)):
        found = list(_findings(bot, kinds))
        findings += found
        if bot.rest.removed or any(each.severity is Severity.ERROR for each in found):
            continue
        for kind in kinds:
            declared = kind.declare(bot.manifest)
            resources += declared.resources
            if declared.in_scope:
                scopes.add((bot.manifest.address, kind.name))
    return Resolved(
        desired=Desired(
            resources=tuple(sorted(resources, key=lambda each: each.address)),
            scopes=frozenset(scopes),
            files=loaded.files,
            whole_project=whole_project,
        ),
        diagnostics=tuple(sorted(findings, key=lambda each: each.sort_key)),
    )


def _bots(documents: Sequence[Document], tenant: TenantView, validity: Validity) -> Iterator[_Bot]:
    known = index(documents)
    for (kind, name), document in known.items():
        rest = _rest(document, validity) if kind == "Bot" else None
        if rest is None:
            continue
        mounts, dangling = _mounts(document, known, validity)
        rest = Rest(spec=_without(rest.spec, dangling), removed=rest.removed | dangling)
        manifest = Manifest(
            address=Address.top("bot", name),
            spec=_replaced(rest.spec, {path: each for path, each in mounts.items() if _has(rest.spec, path)}),
            tenant=tenant,
            at=_finder(document, mounts),
            lifecycle=_lifecycle(rest.spec.get("lifecycle", {})),
        )
        yield _Bot(manifest=manifest, document=document, mounts=mounts, rest=rest)


def _rest(document: Document, validity: Validity) -> Rest | None:
    """Give all of a sound document, what is left of another one, or None where nothing is."""
    if validity.is_sound(document):
        return Rest(spec=document.spec, removed=frozenset())
    return rest_of(document, validity)


def _mounts(bot: Document, known: Index, validity: Validity) -> tuple[Mounts, frozenset[Path]]:
    """Give the documents that a Bot refers to, and where it refers to what is missing or wrong."""
    mounts: dict[Path, Document] = {}
    dangling = set()
    for path, kind in REFERENCES:
        key = reference_of(bot, path)
        if key is None:
            continue
        target = known.get((kind, key))
        if target is not None and validity.is_sound(target):
            mounts[path] = target
        else:
            dangling.add(path)
    return mounts, frozenset(dangling)


def _has(spec: Mapping[str, Any], path: Path) -> bool:
    found: Any = spec
    for segment in path:
        if not isinstance(found, dict) or segment not in found:
            return False
        found = found[segment]
    return True


def _without(spec: Mapping[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """Give a spec without the references at `paths`."""
    made = dict(spec)
    for path in paths:
        inner = made
        for segment in path[:-1]:
            inner[segment] = dict(inner[segment])
            inner = inner[segment]
        inner.pop(path[-1], None)
    return made


def _replaced(spec: Mapping[str, Any], mounts: Mounts) -> dict[str, Any]:
    made = dict(spec)
    for path, document in mounts.items():
        inner = made
        for segment in path[:-1]:
            inner[segment] = dict(inner[segment])
            inner = inner[segment]
        inner[path[-1]] = dict(document.spec)
    return made


def _origin(document: Document, mounts: Mounts, *, path: str) -> tuple[Document, tuple[str, ...]]:
    """Give the document that wrote a dotted path of the spec, and the path inside that document."""
    segments = tuple(path.split("."))
    for mount, other in mounts.items():
        if segments[: len(mount)] == mount and len(segments) > len(mount):
            return other, ("spec", *segments[len(mount) :])
    return document, ("spec", *segments)


def _finder(document: Document, mounts: Mounts) -> Callable[[str], SourceRef]:
    def at(path: str) -> SourceRef:
        origin, inside = _origin(document, mounts, path=path)
        return origin.at(inside)

    return at


def _findings(bot: _Bot, kinds: Sequence[Kind]) -> Iterator[Diagnostic]:
    for rule in (rule for kind in kinds for rule in kind.rules):
        for finding in rule.check(bot.manifest):
            if bot.rest.touches(tuple(finding.path.split("."))):
                continue
            document, path = _origin(bot.document, bot.mounts, path=finding.path)
            yield document.finding(rule.id, finding.message, path=path, fix=finding.fix, severity=rule.severity)


def _lifecycle(written: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(protect=written.get("protect", False), ignore_changes=tuple(written.get("ignoreChanges", ())))
