"""Which files are read: what a command line can name, and what goes wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lwdeploy.manifests import files
from lwdeploy.manifests.load import MAX_BYTES
from tests.unit.manifests.conftest import BOT, Project


def bot(name: str) -> str:
    return BOT.replace("helpdesk", name) + "spec: {}\n"


def names(project: Project, *paths: str) -> list[str]:
    return [document.name for document in project.load(*paths).documents]


def test_a_folder_is_read_with_all_below_it_but_hidden_ones_in_the_order_of_the_names(project: Project) -> None:
    for name in ("b.yaml", "a.yml", "sub/deep/c.yaml", ".lwdeploy/x.yaml", ".git/y.yaml", ".z.yaml", "n.txt"):
        project.write(name, bot(Path(name).stem.strip(".")))
    assert names(project) == ["a", "b", "c"]


def test_a_file_is_read_whatever_its_ending(project: Project) -> None:
    project.write("bots.txt", bot("a"))
    assert names(project, "bots.txt") == ["a"]


def test_a_file_that_is_named_twice_is_read_once(project: Project) -> None:
    path = project.write("sub/a.yaml", bot("a"))
    project.root.joinpath("link.yaml").symlink_to(path)
    assert names(project, "sub", "sub/a.yaml", ".", str(path)) == ["a"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.yaml", ["a"]),
        ("*/*.yaml", ["b"]),
        ("**/*.yaml", ["a", "b", "c"]),
        ("sub/[bx].y?ml", ["b"]),
        ("sub/[!x].yaml", ["b"]),
        ("s*", ["b", "c"]),
    ],
)
def test_a_pattern_crosses_folders_only_with_two_stars(
    project: Project, pattern: str, expected: list[str]
) -> None:
    for name in ("a.yaml", "sub/b.yaml", "sub/deep/c.yaml"):
        project.write(name, bot(Path(name).stem))
    assert names(project, pattern) == expected


def test_a_dash_reads_standard_input_once_and_keeps_no_digest_of_it(project: Project) -> None:
    loaded = project.load("-", "-", stdin=bot("a").encode())
    assert [(each.file, each.name) for each in loaded.documents] == [("<stdin>", "a")]
    assert loaded.files == {}


def test_a_loop_of_links_is_walked_once(project: Project) -> None:
    project.write("sub/a.yaml", bot("a"))
    project.root.joinpath("sub/loop").symlink_to(project.root)
    project.root.joinpath("sub/self").symlink_to("self")
    assert names(project) == ["a"]


@pytest.mark.parametrize(
    ("path", "rule", "message"),
    [
        ("nowhere.yaml", "LW001", "there is no file or folder `nowhere.yaml`"),
        ("*.yml", "LW001", "the pattern `*.yml` matches no .yaml or .yml file"),
        ("[z-a].yaml", "LW001", "the pattern `[z-a].yaml` cannot be read: bad character range z-a at position 1"),
        ("no\0file", "LW002", "`no\\u0000file` cannot be read: no file can have this name"),
        ("pipe.yaml", "LW002", "`pipe.yaml` is not a file"),
        ("dead.yaml", "LW001", "`dead.yaml` is a link to nowhere"),
        ("empty", "LW003", "the folder `empty` holds no manifests"),
        ("x" * 300, "LW002", f"`{'x' * 59}…` cannot be read: File name too long"),
    ],
)
def test_a_path_that_cannot_be_read_is_a_finding(project: Project, path: str, rule: str, message: str) -> None:
    os.mkfifo(project.root / "pipe.yaml")
    (project.root / "dead.yaml").symlink_to("gone.yaml")
    (project.root / "empty").mkdir()
    found = project.load(path).diagnostics
    assert [(each.rule, each.message) for each in found] == [(rule, message)]


def test_what_cannot_be_read_in_a_folder_does_not_hide_the_rest(project: Project) -> None:
    project.write("a.yaml", bot("a"))
    os.mkfifo(project.root / "b.yaml")
    (project.root / "c.yaml").symlink_to("gone")
    loaded = project.load()
    assert [each.name for each in loaded.documents] == ["a"]
    assert [(each.rule, each.source.file) for each in loaded.diagnostics] == [
        ("LW002", "b.yaml"),
        ("LW001", "c.yaml"),
    ]


def test_a_file_without_permission_is_a_finding(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project.write("a.yaml", bot("a"))
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser reads everything

        def refuse(_path: Path, _mode: str) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "open", refuse)
    assert [each.message for each in project.load("a.yaml").diagnostics] == [
        "the file cannot be read: Permission denied"
    ]


def test_a_folder_without_permission_is_a_finding(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.root / "closed").mkdir()

    def refuse(_path: Path) -> list[str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("lwdeploy.manifests.files.os.listdir", refuse)
    found = project.load("closed").diagnostics
    assert [each.rule for each in found] == ["LW002"]
    assert found[0].message == "the folder `closed` cannot be read: Permission denied"


def test_more_files_than_the_limit_are_refused(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    for name in "abc":
        project.write(f"{name}.yaml", bot(name))
    found = project.load().diagnostics
    assert [(each.rule, each.message) for each in found] == [("LW004", "more than 2 files to read")]


def test_a_large_file_is_not_read_and_its_size_is_told(project: Project) -> None:
    project.write("big.yaml", b"a" * 10_000_000)
    found = project.load().diagnostics
    assert [each.rule for each in found] == ["LW004"]
    assert found[0].message == f"the file has 10000000 bytes, more than the {MAX_BYTES} that are read"
    assert [each.rule for each in project.load("-", stdin=b"a" * (MAX_BYTES + 1)).diagnostics] == ["LW004"]


def test_names_are_relative_to_the_root_even_above_it(project: Project) -> None:
    project.write("shared/pic.yaml", bot("a"))
    (project.root / "env").mkdir()
    inner = Project(root=project.root / "env")
    assert [each.file for each in inner.load("../shared").documents] == ["../shared/pic.yaml"]


def test_a_file_name_that_is_no_text_can_be_printed(project: Project) -> None:
    os.close(os.open(os.fsencode(project.root) + b"/\xff.yaml", os.O_CREAT | os.O_WRONLY))
    found = project.load().diagnostics
    assert [each.rule for each in found] == ["LW003"]
    str(found).encode()
