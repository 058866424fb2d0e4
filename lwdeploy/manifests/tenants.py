"""Tenant and Project documents as values of the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lwdeploy.core.kind import TenantView
from lwdeploy.core.tenant import Auth, Guards, Limits, Tenant
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.project import is_default
from lwdeploy.manifests.references import index
from lwdeploy.manifests.state_places import reference, state_place
from lwdeploy.manifests.validity import Validity

__all__ = ["default_tenant", "project_id", "tenant_view", "tenants"]

_CALLS = {"free": 60, "standard": 240, "advanced": 240}  # per minute and operation, reference 2.6
_FREE_BOTS = 10
_AUTH = {
    "clientId": "client_id",
    "clientSecret": "client_secret",
    "serviceAccount": "service_account",
    "privateKey": "private_key",
}


def tenants(documents: Sequence[Document], *, validity: Validity | None = None) -> tuple[Tenant, ...]:
    """Give the tenants of the project in the order of their documents; an invalid one is left out."""
    project = project_id(documents, validity=validity)
    return tuple(_tenant(document, project) for document in _sound(documents, "Tenant", validity))


def default_tenant(documents: Sequence[Document], *, validity: Validity | None = None) -> str | None:
    """Give the name of the tenant to use when none is named: the annotated one, or the only one."""
    found = _sound(documents, "Tenant", validity)
    marked = [document.name for document in found if is_default(document)]
    if len(found) == 1:
        return found[0].name
    return marked[0] if len(marked) == 1 else None


def project_id(documents: Sequence[Document], *, validity: Validity | None = None) -> str:
    """Give the id that marks of this project carry; `default` without a Project document."""
    found = _sound(documents, "Project", validity)
    return str(found[0].spec["id"]) if found else "default"


def tenant_view(tenant: Tenant) -> TenantView:
    """Give the part of a tenant that manifests depend on, in the words of the Tenant document."""
    defaults = {"photoUrl": tenant.default_photo_url} if tenant.default_photo_url else {}
    guards: dict[str, Any] = {
        "requireVicePic": tenant.guards.require_vice_pic,
        "allowedCallbackHosts": list(tenant.guards.allowed_callback_hosts),
    }
    if tenant.guards.name_pattern is not None:
        guards["namePattern"] = tenant.guards.name_pattern
    return TenantView(name=tenant.name, domains=tenant.domains, defaults=defaults, guards=guards)


def _sound(documents: Sequence[Document], kind: str, validity: Validity | None) -> list[Document]:
    mine = [document for document in documents if document.kind == kind]
    validity = validity or Validity(mine)
    return [document for document in index(mine).values() if validity.is_sound(document)]


def _tenant(document: Document, project: str) -> Tenant:
    spec = document.spec
    folder = document.source.folder
    return Tenant(
        name=document.name,
        endpoint=spec["endpoint"],
        token_url=spec.get("tokenUrl", ""),
        plan=spec.get("plan"),
        limits=_limits(spec),
        domains=dict(spec.get("domains", {})),
        auth=Auth(**{_AUTH[word]: reference(each, folder) for word, each in spec.get("auth", {}).items()}),
        state=state_place(spec.get("state", {}), folder=folder, space=f"{project}/{document.name}"),
        default_photo_url=spec.get("defaults", {}).get("photoUrl"),
        prune=spec.get("prune", False),
        guards=_guards(spec.get("guards", {})),
    )


def _limits(spec: Mapping[str, Any]) -> Limits:
    written = spec.get("limits", {})
    plan = spec.get("plan")
    standard = Limits()
    return Limits(
        bots=written.get("bots", standard.bots),
        warn_bots=_FREE_BOTS if plan == "free" else None,
        calls_per_minute=written.get("callsPerMinute", _CALLS.get(plan) if plan else None),
        share=spec.get("pacing", {}).get("share", standard.share),
    )


def _guards(written: Mapping[str, Any]) -> Guards:
    standard = Guards()
    return Guards(
        max_deletes=written.get("maxDeletes", standard.max_deletes),
        max_delete_percent=written.get("maxDeletePercent", standard.max_delete_percent),
        require_vice_pic=written.get("requireVicePic", standard.require_vice_pic),
        allowed_callback_hosts=tuple(written.get("allowedCallbackHosts", ())),
        name_pattern=written.get("namePattern"),
        require_reason=written.get("requireReason", standard.require_reason),
    )
