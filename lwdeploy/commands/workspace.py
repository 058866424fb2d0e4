"""The project on disk: its root, its manifests, its tenants."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lwdeploy.commands.loading import find_root, load_part
from lwdeploy.commands.request import Request
from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Diagnostic, Severity
from lwdeploy.core.errors import InvalidManifests, UserError
from lwdeploy.core.tenant import LOCAL, Limits, Tenant
from lwdeploy.core.types import Desired
from lwdeploy.kinds import KINDS
from lwdeploy.manifests.load import Loaded
from lwdeploy.manifests.resolve import default_tenant, project_id, resolve, tenant_view, tenants
from lwdeploy.manifests.validate import validate
from lwdeploy.manifests.validity import Validity
from lwdeploy.pictures.desk import Desk

__all__ = [
    "Workspace",
    "choose_tenant",
    "desired_for",
    "errors_in",
    "local_tenant",
    "offline_tenant",
    "open_workspace",
]

ENV_ENDPOINT = "LWDEPLOY_ENDPOINT"
ENV_NAME = "env"
"""The tenant that the `LWDEPLOY_*` variables describe."""
_DOMAIN_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A loaded and structurally checked project.

    `whole` tells whether all of the project is meant, so that what is not declared can be said to be gone;
    `only` are the files whose bots are meant, where `-f` names a part of the project.
    """

    root: Path
    loaded: Loaded
    tenants: tuple[Tenant, ...]
    project: str
    default: str | None
    whole: bool
    only: frozenset[str] | None
    diagnostics: tuple[Diagnostic, ...]
    validity: Validity
    pictures: Desk


def open_workspace(request: Request) -> Workspace:
    """Load the project that the request means. Findings are in `diagnostics`; raises nothing for them."""
    root = find_root(request)
    part = load_part(request, root)
    loaded = part.loaded
    validity = Validity(loaded.documents)
    found = (*loaded.diagnostics, *validate(loaded.documents, validity=validity))
    return Workspace(
        root=root,
        loaded=loaded,
        tenants=tenants(loaded.documents, validity=validity),
        project=project_id(loaded.documents, validity=validity),
        default=default_tenant(loaded.documents, validity=validity),
        validity=validity,
        whole=part.whole and not request.targets,
        only=part.only,
        diagnostics=found,
        pictures=Desk(request.cwd),
    )


def errors_in(found: tuple[Diagnostic, ...]) -> bool:
    """Tell whether any finding is an error."""
    return any(each.severity is Severity.ERROR for each in found)


def choose_tenant(request: Request, workspace: Workspace) -> Tenant:
    """Give the tenant that the request means, or raise UserError saying how to name one.

    Raises InvalidManifests instead where the Tenant may be missing only because it is invalid.
    """
    try:
        return _chosen(request, workspace)
    except UserError:
        if errors_in(workspace.diagnostics):
            raise InvalidManifests(workspace.diagnostics) from None
        raise


def offline_tenant(request: Request, workspace: Workspace) -> Tenant:
    """Give the tenant to check a project for without a network: the one that is meant, else the local one."""
    try:
        return choose_tenant(request, workspace)
    except UserError:
        if request.tenant is not None and request.tenant not in {each.name for each in workspace.tenants}:
            raise
        return local_tenant(workspace)


def _chosen(request: Request, workspace: Workspace) -> Tenant:
    named = {tenant.name: tenant for tenant in workspace.tenants}
    if request.tenant in named:
        return named[request.tenant]
    if request.tenant == ENV_NAME and request.env.get(ENV_ENDPOINT):
        return _tenant_of_env(request)
    if request.tenant == LOCAL:
        return local_tenant(workspace)
    if request.tenant is not None:
        raise UserError(
            f"There is no tenant {request.tenant!r} here (there are: {', '.join(sorted(named)) or 'none'})",
            advice=f"Name one of them, or -t {LOCAL} for the local tenant.",
        )
    return _unnamed(request, workspace)


def _unnamed(request: Request, workspace: Workspace) -> Tenant:
    named = {tenant.name: tenant for tenant in workspace.tenants}
    if workspace.default in named:
        return named[workspace.default]
    if workspace.tenants:
        names = ", ".join(sorted(tenant.name for tenant in workspace.tenants))
        raise UserError(
            f"There are several tenants ({names}) and none is the default",
            advice='Name one with -t, or annotate one with lwdeploy/default: "true".',
        )
    if request.env.get(ENV_ENDPOINT):
        return _tenant_of_env(request)
    raise UserError(
        "There is no tenant to work on",
        advice=f"Use -t {LOCAL} for the local tenant, write a Tenant document, or set {ENV_ENDPOINT}.",
    )


def _tenant_of_env(request: Request) -> Tenant:
    """Make a tenant of the `LWDEPLOY_*` variables, as `lwdeploy simulate` writes them."""
    text = request.env.get("LWDEPLOY_DOMAIN_IDS", "")
    domains = dict(_env_domains(text))
    return Tenant(
        name=ENV_NAME,
        endpoint=request.env[ENV_ENDPOINT],
        token_url=request.env.get("LWDEPLOY_TOKEN_URL", ""),
        domains=domains,
        declared=False,
    )


def _env_domains(text: str) -> Iterator[tuple[str, int]]:
    """Read `name=id` or plain ids, which are their own names."""
    seen: set[str] = set()
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, _, number = part.rpartition("=")
        if not _DOMAIN_ID.fullmatch(number) or (name or number) in seen:
            raise UserError(
                "LWDEPLOY_DOMAIN_IDS is no list of different domain ids",
                advice="Write ids, or name=id, separated by commas: 10000001 or head-office=10000001.",
            )
        seen.add(name or number)
        yield name or number, int(number)


def local_tenant(workspace: Workspace) -> Tenant:
    """Make the built-in local tenant: it has every domain that the manifests name."""
    return Tenant(
        name=LOCAL,
        endpoint=LOCAL,
        limits=Limits(),
        domains={name: _local_domain_id(name) for name in sorted(_domain_names(workspace))},
        default_photo_url=next((each.default_photo_url for each in workspace.tenants), None),
        declared=False,
    )


def _local_domain_id(name: str) -> int:
    """Give a domain of the local tenant an id that stays the same whatever other domains there are."""
    return 20_000_000 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:3])


def _domain_names(workspace: Workspace) -> set[str]:
    """Give every domain name that tenants or bots mention; the documents may be malformed."""
    names: set[Any] = {name for tenant in workspace.tenants for name in tenant.domains}
    for document in workspace.loaded.documents:
        spec = document.spec
        policy = spec.get("policy") if document.kind == "Bot" else spec
        entries = _list(spec.get("domains")) if document.kind == "Bot" else []
        names.update(each.get("name") for each in entries if isinstance(each, dict))
        allowed = _list(policy.get("allowedDomains")) if isinstance(policy, dict) else []
        names.update(each for each in allowed if isinstance(each, str))
    return {name for name in names if isinstance(name, str)}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def desired_for(
    workspace: Workspace, tenant: Tenant, *, targets: tuple[str, ...]
) -> tuple[Desired, tuple[Diagnostic, ...]]:
    """Give what the manifests declare for a tenant, and the warnings; raises InvalidManifests on any error."""
    found = resolve(
        workspace.loaded,
        tenant=tenant_view(tenant),
        kinds=KINDS,
        whole_project=workspace.whole,
        validity=workspace.validity,
        pictures=workspace.pictures,
    )
    diagnostics = tuple(sorted({*workspace.diagnostics, *found.diagnostics}, key=lambda each: each.sort_key))
    if errors_in(diagnostics):
        raise InvalidManifests(diagnostics)
    return _targeted(_narrowed(found.desired, workspace), targets), diagnostics


def _narrowed(desired: Desired, workspace: Workspace) -> Desired:
    """Narrow what is desired to the bots of some files, those that are to go among them."""
    only = workspace.only
    if only is None:
        return desired
    roots = {each.address for each in desired.resources if each.address.is_root and each.source.file in only}
    gone = {each.name for each in workspace.loaded.documents if each.kind == "Removed" and each.file in only}
    return _of_roots(desired, roots | {each for each in desired.removed if each.name in gone})


def _of_roots(desired: Desired, roots: set[Address]) -> Desired:
    return Desired(
        resources=tuple(each for each in desired.resources if each.address.root in roots),
        scopes=frozenset(each for each in desired.scopes if each[0] in roots),
        removed={address: reason for address, reason in desired.removed.items() if address in roots},
        files=desired.files,
        whole_project=False,
    )


def _targeted(desired: Desired, targets: tuple[str, ...]) -> Desired:
    """Narrow what is desired to the bots of the targets."""
    if not targets:
        return desired
    declared = [*(resource.address.root for resource in desired.resources), *desired.removed]
    known = {str(address): address for address in declared}
    wanted = {"/".join(target.split("/")[:2]) for target in targets}
    unknown = sorted(wanted - set(known))
    if unknown:
        raise UserError(
            f"No manifest declares {', '.join(unknown)}",
            advice=f"Targets are addresses of bots: {', '.join(sorted(known)) or 'there are none'}.",
        )
    return _of_roots(desired, {known[each] for each in wanted})
