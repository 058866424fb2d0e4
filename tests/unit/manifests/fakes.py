"""A kind and pictures that keep what they are asked about, and short ways to resolve a project with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lwdeploy.core.kind import Declared, Kind, Manifest, Rule, TenantView
from lwdeploy.core.picture import Picture
from lwdeploy.core.types import Resource
from lwdeploy.manifests.resolve import Resolved, resolve
from tests.unit.manifests.conftest import Project

TENANT = TenantView(name="t", domains={"osaka": 5})


@dataclass
class FakeKind:
    """A kind that keeps the manifests it is asked about; it makes one resource of each."""

    rules: tuple[Rule, ...] = ()
    in_scope: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    seen: list[Manifest] = field(default_factory=list)

    def declare(self, manifest: Manifest) -> Declared:
        self.seen.append(manifest)
        resource = Resource(address=manifest.address, spec=manifest.spec, source=manifest.at(""))
        return Declared(resources=(resource,), in_scope=self.in_scope, files=self.files)

    @property
    def kind(self) -> Kind:
        return Kind(name="bot", word="bot", level=0, declare=self.declare, rules=self.rules)


@dataclass
class FakePictures:
    """Pictures that keep where they are looked for; a recipe is in trouble when it has no colours."""

    seen: list[tuple[str, Path]] = field(default_factory=list)

    def look(self, name: str, *, folder: Path) -> Picture:
        self.seen.append((name, folder))
        return Picture(file=name, digest="sha256:1")

    def trouble(self, recipe: Mapping[str, Any]) -> str:
        return "" if recipe else "no colours"


def resolved(project: Project, *fakes: FakeKind, pictures: FakePictures | None = None) -> Resolved:
    """Resolve all files of the project for one tenant."""
    kinds = [fake.kind for fake in fakes]
    return resolve(project.load(), tenant=TENANT, kinds=kinds, whole_project=True, pictures=pictures)


def manifest_of(project: Project, pictures: FakePictures | None = None) -> Manifest:
    """Give what becomes of the only Bot of the project."""
    fake = FakeKind()
    resolved(project, fake, pictures=pictures)
    return fake.seen[0]
