"""Imports into empty folders."""

from __future__ import annotations

from pathlib import Path

from lwdeploy.simulator import LocalTenant
from tests.support.project import Project, Run

__all__ = ["imported", "nowhere", "settled", "tree"]


def nowhere(tenant: LocalTenant, root: Path) -> Project:
    """Give an empty folder and an environment that names a tenant, as `lwdeploy simulate` writes it."""
    root.mkdir(parents=True, exist_ok=True)
    lines = (line.partition("=") for line in tenant.credentials_env().splitlines() if "=" in line)
    return Project(root=root, env={name: value.strip("'\"") for name, _, value in lines})


def imported(project: Project, *argv: str) -> Run:
    """Import, and insist that it proved itself."""
    ran = project.run("import", *argv)
    assert ran.code == 0, ran.out[-2000:] + ran.err[-2000:]
    assert "No changes." in ran.out or "--format" in argv
    return ran


def tree(root: Path) -> dict[str, bytes]:
    """Give every file that git would see."""
    files = (path for path in root.rglob("*") if path.is_file() and not {".lwdeploy", "state"} & set(path.parts))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(files)}


def settled(project: Project, *argv: str) -> None:
    """Insist that a plan finds nothing to do."""
    planned = project.run("plan", "--detailed-exitcode", *argv)
    assert planned.code == 0, planned.out + planned.err
