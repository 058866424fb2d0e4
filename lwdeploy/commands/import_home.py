"""Where an import goes: the project that is there, or one that is to be made, with its Tenant."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lwdeploy.commands.loading import MARKER, find_root
from lwdeploy.commands.request import Request
from lwdeploy.commands.schema import run as schema
from lwdeploy.commands.workspace import Workspace, choose_tenant, errors_in, open_workspace
from lwdeploy.core.errors import InvalidManifests, UserError
from lwdeploy.core.places import FilePlace
from lwdeploy.core.tenant import Tenant
from lwdeploy.manifests.naming import key_of_name
from lwdeploy.manifests.standing import API_VERSION
from lwdeploy.manifests.writing import manifest_text

__all__ = ["Home", "find_home", "new_project_files", "new_tenant"]

PRODUCTION = "production"
SCHEMA = "lwdeploy.schema.json"
_MODELINE = f"# yaml-language-server: $schema={SCHEMA}\n"
_AUTH = {
    "clientId": {"env": "LWDEPLOY_CLIENT_ID"},
    "clientSecret": {"env": "LWDEPLOY_CLIENT_SECRET"},
    "serviceAccount": {"env": "LWDEPLOY_SERVICE_ACCOUNT"},
    "privateKey": {"env": "LWDEPLOY_PRIVATE_KEY"},
}
_IGNORE = ".lwdeploy/\n"
_BESIDE_STATE = ("backup", "lock", "write-lock", "tmp")
"""Endings of what lies beside the state file and means nothing to others, who have the state itself in git."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The folder that files go to, the project around it, and the tenant to read.

    `new` tells that there is no project yet: its `lwdeploy.yaml` is to be written too. `request` is the one to go
    on with, as if given in the root of the project.
    """

    request: Request
    folder: Path
    workspace: Workspace
    tenant: Tenant
    new: bool

    @property
    def root(self) -> Path:
        """The root of the project."""
        return self.workspace.root

    @property
    def head(self) -> str:
        """The first line of every manifest: it tells editors the schema, where the project has it beside it."""
        here = self.folder == self.root and (self.new or (self.root / SCHEMA).is_file())
        return _MODELINE if here else ""


def find_home(request: Request, *, out: Path | None) -> Home:
    """Look at what is there. Raises InvalidManifests for a project that has errors, UserError without a tenant."""
    folder = (find_root(request) if out is None else request.cwd / out).resolve()
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is no folder", advice="Name another one with --out.")
    root = find_root(replace(request, cwd=folder, files=()))
    inside = replace(request, cwd=root, files=())
    workspace = open_workspace(inside)
    if not workspace.loaded.documents and all(each.rule in {"LW001", "LW003"} for each in workspace.diagnostics):
        workspace = replace(workspace, diagnostics=())
    if errors_in(workspace.diagnostics):
        raise InvalidManifests(workspace.diagnostics)
    tenant = choose_tenant(inside, workspace)
    named = {document.kind for document in workspace.loaded.documents}
    new = not (root / MARKER).exists() and named.isdisjoint({"Project", "Tenant"})
    if new:
        local = tenant.is_local
        state = None if local else FilePlace(path=str(root / _state_path(PRODUCTION)))
        tenant = replace(tenant, name=tenant.name if local else PRODUCTION, declared=True, state=state)
    return Home(request=inside, folder=folder, workspace=workspace, tenant=tenant, new=new)


def _state_path(name: str) -> str:
    return f"state/{name}.json"


def new_tenant(home: Home, domains: Iterable[int]) -> Tenant:
    """Give the tenant with a name for each domain that it shows; those of a project keep the names they have."""
    if not home.new:
        return home.tenant
    named = {number: name for name, number in sorted(home.tenant.domains.items()) if not name.isdecimal()}
    every = sorted({*domains, *home.tenant.domains.values()})
    return replace(home.tenant, domains={named.get(each, f"domain-{each}"): each for each in every})


def new_project_files(home: Home, tenant: Tenant, *, project: str) -> dict[str, str]:
    """Give the files of a project that is to be made, by name: the schema, what git ignores, Project and Tenant.

    The last one makes the folder a project: until it is there, another run makes all of them.
    """
    key = key_of_name(home.root.name) or "bots"
    made = manifest_text(
        {"apiVersion": API_VERSION, "kind": "Project", "metadata": {"name": key}, "spec": {"id": project}},
        head=["The root of the project. Everything below this folder belongs to it."],
        comments={
            ("spec", "id"): "Who we are in a tenant that others use too. Never change it: interrupted runs are "
            "recognised by it."
        },
    )
    state = [] if tenant.is_local else [f"{_state_path(tenant.name)}.{ending}\n" for ending in _BESIDE_STATE]
    ignored = {} if (home.root / ".gitignore").exists() else {".gitignore": "".join([_IGNORE, *state])}
    return {SCHEMA: schema(None), **ignored, MARKER: _MODELINE + made + "---\n" + _tenant_text(tenant)}


def _tenant_text(tenant: Tenant) -> str:
    spec: dict[str, Any] = {"endpoint": tenant.endpoint}
    comments: dict[tuple[str, ...], str] = {}
    if tenant.token_url:
        spec["tokenUrl"] = tenant.token_url
    if tenant.domains:
        spec["domains"] = dict(tenant.domains)
        comments["spec", "domains"] = "The bots use these names. A name is part of what state remembers: keep it."
    if not tenant.is_local:
        spec |= {"auth": _AUTH, "state": {"file": {"path": _state_path(tenant.name)}}}
        comments["spec", "auth"] = "References, never values: env, file or exec."
        comments["spec", "state"] = "Which bot of the tenant each manifest means. Commit it with the manifests."
    metadata: Mapping[str, Any] = {"name": tenant.name, "annotations": {"lwdeploy/default": "true"}}
    document = {"apiVersion": API_VERSION, "kind": "Tenant", "metadata": metadata, "spec": spec}
    return manifest_text(document, head=["Where the bots are, and where to deploy them."], comments=comments)


def drawn_project_id() -> str:
    """Draw the id of a new project: eight hexadecimal digits."""
    return secrets.token_hex(4)
