"""Whatever a tenant holds: after an import a plan finds nothing to do, and a second import nothing to write."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.simulator import LocalTenant, Settings, start
from tests.kinds.deployment import Deployment
from tests.property.strategies import bounded_over_http, projects
from tests.support.project import Project
from tests.support.swift import spare_keys_and_certificates
from tests.support.ugly import shake, ugly_tenant


@pytest.fixture(scope="module")
def deployment(private_key: str) -> Iterator[Deployment]:
    with (
        pytest.MonkeyPatch.context() as patch,
        start(data=None, settings=Settings(private_key=private_key)) as tenant,
        Deployment(tenant) as made,
    ):
        spare_keys_and_certificates(patch)
        yield made


def at(tenant: LocalTenant, folder: Path) -> Project:
    """Give a folder and an environment that names a tenant."""
    lines = (line.partition("=") for line in tenant.credentials_env().splitlines() if "=" in line)
    return Project(root=folder, env={name: value.strip("'\"") for name, _, value in lines})


def proven(tenant: LocalTenant) -> None:
    """Import the tenant into an empty folder, twice; each import plans at its end."""
    with TemporaryDirectory() as folder:
        project = at(tenant, Path(folder))
        ran = project.run("import")
        assert ran.code == 0, ran.out + ran.err
        assert "No changes." in ran.out
        again = project.run("import", "--format", "json")
        assert again.code == 0, again.out + again.err
        assert (again.json["files"]["created"], again.json["files"]["updated"]) == ([], [])


@bounded_over_http(6)
@given(seed=st.integers(0, 1 << 30), bots=st.integers(0, 4))
def test_of_any_ugly_tenant_the_import_leaves_nothing_to_do(deployment: Deployment, seed: int, bots: int) -> None:
    deployment.begin()
    ugly_tenant(deployment.tenant, bots, seed=seed)
    proven(deployment.tenant)


@bounded_over_http(6)
@given(seed=st.integers(0, 1 << 30), then=st.integers(0, 1 << 30), bots=st.integers(1, 4))
def test_whatever_moves_a_second_import_brings_it_and_keeps_what_people_wrote(
    deployment: Deployment, seed: int, then: int, bots: int
) -> None:
    deployment.begin()
    ugly_tenant(deployment.tenant, bots, seed=seed, tame=True)
    with TemporaryDirectory() as folder:
        project = at(deployment.tenant, Path(folder))
        assert project.run("import").code == 0
        manifests = sorted((project.root / "bots").glob("*.yaml"))
        for path in manifests:
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("\nspec:\n", "\nspec: # ours\n") + "# the end\n", encoding="utf-8")
        shake(deployment.tenant, seed=then, tame=True)
        again = project.run("import")
        assert again.code == 0, again.out + again.err
        for path in manifests:
            text = path.read_text(encoding="utf-8")
            assert text.count("\nspec: # ours\n") == 1
            assert text.endswith("# the end\n")


@bounded_over_http(6)
@given(project=projects())
def test_of_any_tenant_that_was_deployed_the_import_leaves_nothing_to_do(
    deployment: Deployment, project: dict[str, Any]
) -> None:
    """Under marks and ids of another project, as a second team would meet it."""
    deployment.begin()
    deployment.deploy(project)
    proven(deployment.tenant)
