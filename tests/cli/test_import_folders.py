"""Where an import writes: all or nothing, over nothing of anybody's, and for the bots that were asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.importing import imported, nowhere, settled, tree
from tests.support.project import MakeTenant, Project
from tests.support.swift import spare_keys_and_certificates
from tests.support.ugly import ugly_tenant


@pytest.fixture(autouse=True)
def _swift(monkeypatch: pytest.MonkeyPatch) -> None:
    spare_keys_and_certificates(monkeypatch)


@pytest.fixture
def ugly(tenant: LocalTenant) -> LocalTenant:
    ugly_tenant(tenant, 5, seed=7)
    return tenant


class StoppedError(Exception):
    """Stands for a machine that loses its power."""


@pytest.mark.parametrize("moves", [0, 1, 4, 7, 10])
def test_a_run_that_is_stopped_leaves_whole_files_and_the_next_one_completes_it(
    moves: int, ugly: LocalTenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = nowhere(ugly, tmp_path / "whole" / "project")
    imported(whole)
    project = nowhere(ugly, tmp_path / "project")
    replace, count = Path.replace, 0

    def stop(path: Path, target: Path) -> Path:
        nonlocal count
        if ".lwdeploy" in path.parts and "state" not in path.parts:
            if count == moves:
                raise StoppedError
            count += 1
        return replace(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises(StoppedError):
            project.run("import")
    left, wanted = tree(project.root), tree(whole.root)
    assert len(left) == moves
    assert all(content == wanted[name] for name, content in left.items() if name != "lwdeploy.yaml")
    imported(project)
    made = tree(project.root)
    del made["lwdeploy.yaml"], wanted["lwdeploy.yaml"]
    assert made == wanted
    settled(project)
    assert not (project.root / ".lwdeploy" / "import").exists()


def test_files_that_are_in_the_way_are_named_and_nothing_is_written(ugly: LocalTenant, tmp_path: Path) -> None:
    project = nowhere(ugly, tmp_path)
    (project.root / "bots").mkdir()
    whole = nowhere(ugly, tmp_path / ".." / "whole")
    imported(whole)
    theirs = sorted(path.name for path in (whole.root / "bots").glob("*.yaml"))[:2]
    for name in theirs:
        (project.root / "bots" / name).write_text("# mine\n", encoding="utf-8")
    before = tree(project.root)
    ran = project.run("import")
    assert ran.code == 1
    assert all(f"bots/{name}" in ran.err for name in theirs)
    assert "--out" in ran.err
    assert tree(project.root) == before
    assert not (project.root / "state").exists()


def test_only_the_bots_that_were_asked_for_are_read_and_written(tenant: LocalTenant, tmp_path: Path) -> None:
    first, second, _ = tenant.make_bots(3, name="Room")
    project = nowhere(tenant, tmp_path)
    imported(project, "--bot", str(first))
    assert [path.name for path in (project.root / "bots").iterdir()] == ["room-1.yaml"]
    assert len(tenant.log("getBot")) == 1
    imported(project, "--bot", str(second))
    assert sorted(path.name for path in (project.root / "bots").iterdir()) == ["room-1.yaml", "room-2.yaml"]
    assert len(tenant.log("getBot")) == 2
    unknown = project.run("import", "--bot", "77")
    assert unknown.code == 1
    assert "77" in unknown.err


def test_no_file_has_a_name_that_some_machine_cannot_have(tenant: LocalTenant, tmp_path: Path) -> None:
    """Windows takes `con.yaml` for a console, and the names of pictures begin with the key as well."""
    for name in ("CON", "nul", "Com1", "../con", "console"):
        tenant.make_bots(1, body={"botName": name})
    project = nowhere(tenant, tmp_path)
    imported(project)
    made = sorted(path.name for path in (project.root / "bots").iterdir())
    assert made == ["bot-com1.yaml", "bot-con-2.yaml", "bot-con.yaml", "bot-nul.yaml", "console.yaml"]


def test_git_gets_the_state_and_nothing_that_lies_beside_it(ugly: LocalTenant, tmp_path: Path) -> None:
    project = nowhere(ugly, tmp_path)
    imported(project)
    subprocess.run(["git", "init", "-q"], cwd=project.root, check=True)
    listed = ["git", "ls-files", "--others", "--exclude-standard", "state", ".lwdeploy"]
    found = subprocess.run(listed, cwd=project.root, check=True, capture_output=True, text=True)
    assert found.stdout.split() == ["state/production.json"]


def test_a_project_that_is_there_keeps_its_documents_and_gets_the_bots(
    project: Project, tenant: LocalTenant
) -> None:
    """Its Tenant names the domains, its people are referred to, and its own bots are left as they are."""
    project.define("PersonInCharge", "desk", primary=["admin@example.com"])
    project.bot("mine", botName="Mine", description="Mine", pic={"ref": "desk"})
    project.apply()
    tenant.make_bots(1, name="Theirs", registered_in=10000001)
    before = tree(project.root)
    imported(project)
    after = tree(project.root)
    assert set(after) - set(before) == {"bots/theirs-1.yaml"}
    assert {name: after[name] for name in before} == before
    text = after["bots/theirs-1.yaml"].decode()
    assert "name: tokyo" in text
    settled(project)


def test_a_folder_given_with_out_is_where_the_files_of_bots_go(project: Project, tenant: LocalTenant) -> None:
    tenant.make_bots(2, name="Room")
    imported(project, "--out", "imported")
    made = {name for name in tree(project.root) if name.startswith("imported/")}
    assert made == {
        "imported/bots/room-1.yaml",
        "imported/bots/room-2.yaml",
        "imported/people.yaml",
        "imported/policies.yaml",
    }


def test_a_dry_run_tells_what_it_would_write_and_writes_nothing(ugly: LocalTenant, tmp_path: Path) -> None:
    project = nowhere(ugly, tmp_path)
    dry = project.run("import", "--dry-run", "--format", "json")
    assert dry.code == 0, dry.err
    assert tree(project.root) == {}
    assert not (project.root / "state").exists()
    assert imported(project, "--format", "json").json["files"] == dry.json["files"]


def test_a_project_whose_state_was_lost_is_not_given_its_bots_a_second_time(
    tenant: LocalTenant, tmp_path: Path
) -> None:
    tenant.make_bots(1, name="Room")
    project = nowhere(tenant, tmp_path)
    imported(project)
    for path in (project.root / "state").iterdir():
        path.unlink()
    before = tree(project.root)
    ran = project.run("import")
    assert ran.code == 1
    assert "state rebuild" in ran.err
    assert tree(project.root) == before


def test_a_secret_in_a_callback_is_in_the_manifest_with_a_warning_and_nowhere_else(
    tenant: LocalTenant, tmp_path: Path
) -> None:
    """The manifest has to say it, or the plan would not be empty; what must not be at rest elsewhere is not."""
    secrets = ("k9" + "canary", "p7" + "canary")
    good = f"https://bots.example.com/hook?token={secrets[0]}"
    tenant.make_bots(2, name="Desk", body={"callbackUrl": good, "enableCallback": True})
    tenant.make_bots(
        1,
        name="Odd",
        body={"callbackUrl": f"https://u:{secrets[1]}@bots.example.com:99999/", "enableCallback": True},
    )
    project = nowhere(tenant, tmp_path)
    ran = project.run("import")
    assert ran.code == 0, ran.err
    shared = (project.root / "callbacks.yaml").read_text(encoding="utf-8")
    assert good in shared
    assert "before others see this file" in shared
    told = [ran.out, ran.err, project.run("import", "--format", "json").out]
    told += [path.read_text(encoding="utf-8") for path in (project.root / "state").iterdir()]
    assert not any(secret in text for text in told for secret in secrets)


def test_a_bot_that_another_run_is_creating_is_left_to_it(tenant: LocalTenant, tmp_path: Path) -> None:
    tenant.make_bots(1, name="Room")
    tenant.make_bots(1, body={"botName": "lwdeploy 0badf00d 0123456789ab n1"})
    project = nowhere(tenant, tmp_path)
    ran = imported(project, "--format", "json").json
    assert list(ran["bots"]) == ["bot/room-1"]
    assert [each["what"] for each in ran["unread"]] == ["bot 2000002"]


def test_what_was_imported_makes_the_same_bots_in_an_empty_tenant_and_comes_back_as_the_same_files(
    tenant: LocalTenant, make_tenant: MakeTenant, tmp_path: Path
) -> None:
    """Import, apply to an empty tenant, import from there: the same files but for the ids."""
    ugly_tenant(tenant, 10, seed=4, tame=True)
    project = nowhere(tenant, tmp_path / "project")
    imported(project)
    other = nowhere(make_tenant(), tmp_path / "other" / "project")
    for name, content in tree(project.root).items():
        (other.root / name).parent.mkdir(parents=True, exist_ok=True)
        (other.root / name).write_bytes(content)
    manifest = other.root / "lwdeploy.yaml"
    text = manifest.read_text(encoding="utf-8")
    for variable in ("LWDEPLOY_ENDPOINT", "LWDEPLOY_TOKEN_URL"):
        text = text.replace(project.env[variable], other.env[variable])
    manifest.write_text(text, encoding="utf-8")
    other.apply()
    first, second = _without_ids(tree(project.root)), _without_ids(_imported_anew(other))
    assert first == second


def _imported_anew(project: Project) -> dict[str, bytes]:
    """Import every bot as if it had no manifest, but with what the state knows of it."""
    for path in (project.root / "bots").iterdir():
        path.unlink()
    imported(project)
    return tree(project.root)


def _without_ids(files: dict[str, bytes]) -> dict[str, bytes]:
    """Take the comments with ids out, and the Tenant."""
    lines = {name: content.split(b"\n") for name, content in files.items() if name != "lwdeploy.yaml"}
    return {
        name: b"\n".join(
            line for line in each if not line.lstrip().startswith((b"# Bot ", b"# Rich menu ", b"# Users who"))
        )
        for name, each in lines.items()
    }


def test_a_bot_that_a_manifest_may_mean_gets_no_second_manifest(tenant: LocalTenant, tmp_path: Path) -> None:
    """After `forget`, or with a manifest by hand: the import names both and the way out, and writes nothing."""
    tenant.make_bots(2, name="Desk")
    project = nowhere(tenant, tmp_path)
    imported(project)
    [first, *_] = sorted(project.ids())
    bot_id = project.ids()[first]
    assert project.run("forget", first, "--auto-approve", "--allow", "create=1").code == 0
    before = tree(project.root)
    refused = project.run("import")
    assert refused.code == 4, refused
    assert f"lwdeploy adopt {first} {bot_id}" in refused.err
    assert tree(project.root) == before
    assert project.run("adopt", first, bot_id, "--auto-approve").code == 0
    imported(project)
    assert tree(project.root) == before
