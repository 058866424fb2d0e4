"""From documents to what they declare: references replaced, rules run, resources made by their kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Diagnostic, Severity, SourceRef
from lwdeploy.core.kind import Kind, Manifest, TenantView
from lwdeploy.core.types import Desired, Lifecycle, Resource
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.load import Loaded
from lwdeploy.manifests.references import REFERENCES, Index, index, reference_of
from lwdeploy.manifests.tenants import default_tenant, project_id, tenant_view, tenants
from lwdeploy.manifests.validity import Validity

__all__ = ["Resolved", "default_tenant", "project_id", "resolve", "tenant_view", "tenants"]

Mounts = Mapping[tuple[str, ...], Document]
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
    """A Bot whose references are replaced, and where its parts come from."""

    manifest: Manifest
    document: Document
    mounts: Mounts


def resolve(
    loaded: Loaded,
    *,
    tenant: TenantView,
    kinds: Sequence[Kind],
    whole_project: bool,
    validity: Validity | None = None,
) -> Resolved:
    """Make the documents what they declare for one tenant.

    Bots that are invalid by themselves, or refer to what is, are left out without a word: `load` and
    `validate` have said it. So all findings of all three can be shown together.
    """
    resources: list[Resource] = []
    scopes: set[tuple[Address, str]] = set()
    findings: list[Diagnostic] = []
    for bot in _bots(loaded.documents, tenant, validity or Validity(loaded.documents)):
        found = list(_findings(bot, kinds))
        findings += found
        if any(each.severity is Severity.ERROR for each in found):
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
        if kind != "Bot" or not validity.is_sound(document):
            continue
        mounts = _mounts(document, known)
        if mounts is None or not all(validity.is_sound(each) for each in mounts.values()):
            continue
        manifest = Manifest(
            address=Address.top("bot", name),
            spec=_replaced(document.spec, mounts),
            tenant=tenant,
            at=_finder(document, mounts),
            lifecycle=_lifecycle(document.spec.get("lifecycle", {})),
        )
        yield _Bot(manifest=manifest, document=document, mounts=mounts)


def _mounts(bot: Document, known: Index) -> Mounts | None:
    """Give the documents that a Bot refers to; None when one of them does not exist."""
    mounts: dict[tuple[str, ...], Document] = {}
    for path, kind in REFERENCES:
        key = reference_of(bot, path)
        if key is None:
            continue
        if (kind, key) not in known:
            return None
        mounts[path] = known[kind, key]
    return mounts


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
            document, path = _origin(bot.document, bot.mounts, path=finding.path)
            yield document.finding(rule.id, finding.message, path=path, fix=finding.fix, severity=rule.severity)


def _lifecycle(written: Mapping[str, Any]) -> Lifecycle:
    return Lifecycle(protect=written.get("protect", False), ignore_changes=tuple(written.get("ignoreChanges", ())))
