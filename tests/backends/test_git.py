"""State in a branch, as CI has it: a token that may push one ref, a shallow checkout that must stay as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from lwdeploy.simulator import LocalTenant
from lwdeploy.state.git import DEFAULT_REF
from tests.support.four import expect_whole
from tests.support.places import SPACE, RemotePlace
from tests.support.project import Project
from tests.unit.state.git.test_git_checkouts import fingerprint

pytestmark = pytest.mark.parametrize("place", ["git-http"], indirect=True)
ONLY_OURS = f'while read -r old new ref; do [ "$ref" = {DEFAULT_REF} ] || exit 1; done'


def test_a_job_needs_nothing_but_that_one_branch_and_touches_nothing_else(
    place: RemotePlace, project: Project, tenant: LocalTenant, scratch: Path
) -> None:
    """From a shallow checkout: no file, ref, index or setting of it changes, and no other ref of the remote."""
    place.publish(project.root)
    job = Project(root=place.folder("job"), env=project.env)
    world = place.world
    world.hook("pre-receive", ONLY_OURS)
    others = world.git("for-each-ref", at=world.remote)
    files, status = fingerprint(job.root), world.git("status", "--porcelain", at=job.root)
    job.apply("--audit", "../audit.jsonl")
    assert fingerprint(job.root) == files
    assert status == ""
    refs = world.git("for-each-ref", at=world.remote).splitlines()
    assert [line for line in refs if DEFAULT_REF not in line] == others.splitlines()
    message = world.git("log", "--format=%P %B", DEFAULT_REF, at=world.remote)
    assert message.startswith(" lwdeploy: ")  # no parents
    assert "[skip ci]" in message.splitlines()[0]
    assert world.git("rev-list", "--count", DEFAULT_REF, at=world.remote).strip() == "1"
    assert set(place.stored()) == {"", "README.md", f"{SPACE}/exists", f"{SPACE}/state.json"}
    assert list(scratch.iterdir()) == []
    expect_whole(job, tenant, "helpdesk", "payroll")


def test_a_branch_that_may_not_be_written_is_an_error_before_the_first_write_to_the_tenant(
    place: RemotePlace, project: Project, tenant: LocalTenant
) -> None:
    place.world.hook("pre-receive", "echo 'GH006: Protected branch update failed' >&2; exit 1")
    ran = project.run("apply", "--auto-approve")
    assert ran.code == 1, ran
    assert "the branch is protected" in ran.err
    assert tenant.snapshot()["bots"] == []


def test_another_ref_remote_and_folder(place: RemotePlace, project: Project) -> None:
    place.world.git("remote", "rename", "origin", "upstream", at=project.root)
    manifest = project.root / "lwdeploy.yaml"
    text = manifest.read_text(encoding="utf-8")
    assert "git: {}" in text
    settings = "git: {ref: refs/lwdeploy/state, remote: upstream, folder: acme}"
    manifest.write_text(text.replace("git: {}", settings), encoding="utf-8")
    project.apply()
    files = place.world.git("ls-tree", "-r", "--name-only", "refs/lwdeploy/state", at=place.world.remote)
    assert files.split() == ["README.md", "acme/exists", "acme/state.json"]
    assert place.stored() == {}


def test_a_folder_that_is_no_clone_and_a_machine_without_git(
    place: RemotePlace, project: Project, tmp_path: Path
) -> None:
    told = project.run("state", "list", env={"PATH": str(tmp_path / "nowhere")})
    assert told.code == 1, told
    assert "there is no program `git`" in told.err
    assert "apt-get install git" in told.err
    (project.root / ".git").rename(tmp_path / "kept")
    told = project.run("state", "list", env={"GIT_CEILING_DIRECTORIES": str(place.world.folder)})
    assert told.code == 1, told
    assert "is not in a git repository" in told.err
    assert "Traceback" not in told.err
