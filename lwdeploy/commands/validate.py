"""`validate`: everything that can be said without a network, in one go."""

from __future__ import annotations

from dataclasses import dataclass

from lwdeploy.commands.request import Request
from lwdeploy.commands.workspace import (
    Workspace,
    desired_for,
    offline_tenant,
    open_workspace,
)
from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.core.errors import InvalidManifests
from lwdeploy.core.tenant import Tenant

__all__ = ["Validated", "run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """All findings, sorted and each once; how many documents were ours and how many were not."""

    diagnostics: tuple[Diagnostic, ...]
    documents: int
    skipped: int
    tenants: tuple[str, ...]


def run(request: Request) -> Validated:
    """Check the project for the tenant that is named, or for every tenant it has."""
    workspace = open_workspace(request)
    found = set(workspace.diagnostics)
    checked = _tenants(request, workspace)
    for tenant in checked:
        found |= set(_findings(workspace, tenant))
    return Validated(
        diagnostics=tuple(sorted(found, key=lambda each: each.sort_key)),
        documents=len(workspace.loaded.documents),
        skipped=workspace.loaded.skipped,
        tenants=tuple(tenant.name for tenant in checked),
    )


def _tenants(request: Request, workspace: Workspace) -> tuple[Tenant, ...]:
    if request.tenant is None and len(workspace.tenants) > 1:
        return workspace.tenants
    return (offline_tenant(request, workspace),)


def _findings(workspace: Workspace, tenant: Tenant) -> tuple[Diagnostic, ...]:
    try:
        return desired_for(workspace, tenant, targets=())[1]
    except InvalidManifests as error:
        return error.diagnostics
