"""Where lwdeploy runs: shallow, detached, linked and bare checkouts, none of which may change by a byte."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.git import DEFAULT_REF
from lwdeploy.state.git_tip import writes_in
from tests.unit.state.git.world import World


def fingerprint(*folders: Path) -> dict[str, tuple[int, str]]:
    """Give mode and content of every file, git's own included, and of every folder."""
    found = {}
    for folder in folders:
        for path in [folder, *folder.rglob("*")]:
            content = path.read_bytes() if path.is_file() else b""
            found[str(path)] = (path.lstat().st_mode, hashlib.sha256(content).hexdigest())
    return found


def use(world: World, at: Path) -> None:
    """Do everything that can be done, from one folder."""
    blobs = world.blobs(at)
    assert blobs.get("a") is None
    version = blobs.put("a", b"1", expected=None)
    assert world.blobs(at).get("a") == Blob(content=b"1", version=version)
    assert blobs.names("") == ("a",)
    with pytest.raises(Moved):
        blobs.put("a", b"2", expected=None)
    blobs.delete("a", expected=version)
    assert world.tip()


def _plain(world: World) -> Path:
    return world.checkout


def _subfolder(world: World) -> Path:
    folder = world.checkout / "tenants" / "production"
    folder.mkdir(parents=True)
    return folder


def _dirty(world: World) -> Path:
    """Leave work in every state that git knows."""
    (world.checkout / "bots.yaml").write_text("kind: Edited\n")
    world.git("stash")
    (world.checkout / "staged.yaml").write_text("kind: Bot\n")
    world.git("add", "staged.yaml")
    (world.checkout / "staged.yaml").write_text("kind: Callback\n")
    (world.checkout / "untracked.yaml").write_text("")
    world.git("tag", "v1")
    world.git("branch", "lwdeploy-state")  # the user's own branch of that name is the user's
    (world.checkout / ".git" / "FETCH_HEAD").write_text("somebody else's\n")
    return world.checkout


def _detached(world: World) -> Path:
    world.git("checkout", "-q", "--detach")
    return world.checkout


def _shallow(world: World) -> Path:
    world.git("commit", "-q", "--allow-empty", "-m", "more")
    world.git("push", "-q", "origin", "HEAD:refs/heads/main")
    shallow = world.folder / "shallow"
    url = f"file://{world.remote}"
    world.git("clone", "-q", "--depth=1", "--branch=main", "--no-tags", url, str(shallow), at=world.folder)
    assert (shallow / ".git" / "shallow").read_text()
    return shallow


def _worktree(world: World) -> Path:
    linked = world.folder / "linked"
    world.git("worktree", "add", "-q", "--detach", str(linked))
    return linked


def _mirror(world: World) -> Path:
    mirror = world.folder / "mirror.git"
    world.git("clone", "-q", "--mirror", str(world.remote), str(mirror), at=world.folder)
    return mirror


def _relative(world: World) -> Path:
    world.git("remote", "set-url", "origin", "../remote.git")
    return _subfolder(world)


def _partial(world: World) -> Path:
    partial = world.folder / "partial"
    world.git("config", "uploadpack.allowFilter", "true", at=world.remote)
    url = f"file://{world.remote}"
    world.git("clone", "-q", "--filter=tree:0", "--no-checkout", url, str(partial), at=world.folder)
    return partial


@pytest.mark.parametrize(
    "make", [_plain, _subfolder, _dirty, _detached, _shallow, _worktree, _mirror, _relative, _partial]
)
def test_every_sort_of_checkout_works_and_stays_as_it_is(world: World, make: Callable[[World], Path]) -> None:
    """No byte of the checkout changes: not the index, HEAD, a ref, a stash, the settings, an object."""
    at = make(world)
    before = fingerprint(world.checkout, at, world.folder / "home")
    use(world, at)
    assert fingerprint(world.checkout, at, world.folder / "home") == before
    assert world.git("status", "--porcelain", "--branch", at=world.checkout)


def test_nothing_else_of_the_remote_changes(world: World) -> None:
    """Only the one ref is written; tags and branches do not come along."""
    world.git("tag", "-m", "v1", "v1")
    world.git("branch", "other")
    world.git("config", "push.followTags", "true")
    world.git("config", "--global", "push.followTags", "true")
    world.git("config", "--global", "remote.pushDefault", "nowhere")
    before = world.git("for-each-ref", at=world.remote)
    world.blobs().put("a", b"1", expected=None)
    after = world.git("for-each-ref", at=world.remote).splitlines()
    assert [line for line in after if DEFAULT_REF not in line] == before.splitlines()
    assert len(after) == len(before.splitlines()) + 1


@pytest.mark.usefixtures("temporary")
def test_a_repository_of_the_other_object_format_works(tmp_path: Path) -> None:
    """A repository with SHA-256 ids has versions of 64 digits."""
    world = World(tmp_path, object_format="sha256").build()
    version = world.blobs().put("a", b"1", expected=None)
    assert len(version) == 64
    assert world.blobs().get("a") == Blob(content=b"1", version=version)


@pytest.mark.usefixtures("server")
def test_the_hooks_of_the_checkout_do_not_run(world: World) -> None:
    """A hook of the user's may be slow or ask something: none runs, wherever it is configured."""
    for folder in (world.checkout / ".git", world.folder / "global"):
        folder.mkdir(exist_ok=True)
        for name in ("pre-push", "reference-transaction", "post-checkout", "pre-auto-gc", "post-index-change"):
            world.hook(name, f"touch {world.folder}/ran; exit 1", at=folder)
    world.git("config", "--global", "core.hooksPath", str(world.folder / "global" / "hooks"))
    world.git("config", "--global", "init.templateDir", str(world.folder / "global"))
    use(world, world.checkout)
    assert not (world.folder / "ran").exists()


@pytest.mark.parametrize(
    "settings",
    [
        {"push.gpgSign": "true", "commit.gpgSign": "true", "gpg.program": "/nonexistent"},
        {"user.useConfigOnly": "true"},
        {"color.ui": "always", "color.push": "always", "core.quotePath": "true", "core.pager": "false"},
        {
            "core.autocrlf": "true",
            "core.attributesFile": "~/attributes",
            "filter.lfs.clean": "false",
            "core.eol": "crlf",
        },
        {
            "fetch.prune": "true",
            "fetch.recurseSubmodules": "true",
            "submodule.recurse": "true",
            "fetch.all": "true",
        },
        {"core.bare": "false", "core.logAllRefUpdates": "always", "core.sharedRepository": "group"},
        {"safe.bareRepository": "explicit", "transfer.fsckObjects": "true", "protocol.version": "0"},
        {"index.version": "4", "core.splitIndex": "true", "feature.manyFiles": "true", "core.fsmonitor": "true"},
        {
            "i18n.commitEncoding": "EUC-JP",
            "init.defaultBranch": "x",
            "core.abbrev": "4",
            "push.default": "nothing",
        },
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_no_setting_of_the_user_gets_in_the_way(world: World, settings: dict[str, str]) -> None:
    """Signatures, colours, filters, encodings: what is right for the user's work does not touch a state."""
    (world.folder / "home" / "attributes").write_text("* filter=lfs text eol=crlf\n")
    for key, value in settings.items():
        world.git("config", "--global", key, value)
    content = "ä\r\nö\n".encode()
    blobs = world.blobs()
    version = blobs.put("a", content, expected=None)
    version = blobs.put("a", content * 2, expected=version)
    found = world.blobs().get("a")
    assert found == Blob(content=content * 2, version=version)
    assert world.blobs().names("") == ("a",)


def test_a_run_inside_a_hook_uses_the_folder_that_it_was_given(world: World) -> None:
    """What git sets for the programs that it starts does not lead to another repository, index or date."""
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_QUARANTINE_PATH"):
        world.env[name] = str(world.folder / "elsewhere")
    world.env |= {
        "GIT_NAMESPACE": "x",
        "GIT_AUTHOR_DATE": "nonsense",
        "GIT_PREFIX": "x/",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    world.blobs().put("a", b"1", expected=None)
    assert not (world.folder / "elsewhere").exists()
    del world.env["GIT_DIR"], world.env["GIT_NAMESPACE"], world.env["GIT_OBJECT_DIRECTORY"]
    assert world.tip()


@pytest.mark.parametrize("mask", [0o000, 0o077])
def test_the_umask_does_not_matter(world: World, temporary: Path, mask: int) -> None:
    """Nobody else can read the scratch folder, and we always can."""
    former = os.umask(mask)
    try:
        blobs = world.blobs()
        blobs.put("a", b"1", expected=None)
        (scratch,) = temporary.iterdir()
        assert scratch.stat().st_mode & 0o777 == 0o700
        assert blobs.get("a") is not None
    finally:
        os.umask(former)


def test_nothing_is_left_in_the_temporary_folder(world: World, temporary: Path) -> None:
    """The scratch folder is gone when it is closed, and when the blobs are."""
    blobs = world.blobs()
    use(world, world.checkout)
    blobs.get("a")
    blobs.close()
    assert list(temporary.iterdir()) == []
    assert blobs.get("a") is None  # it opens again by itself
    assert len(list(temporary.iterdir())) == 1
    del blobs
    assert list(temporary.iterdir()) == []


def test_a_put_that_was_beaten_keeps_the_scratch_folder(world: World, temporary: Path) -> None:
    """Moved is an everyday answer, no failure: what was fetched is not fetched again."""
    blobs = world.blobs()
    blobs.put("a", b"1", expected=None)
    before = list(temporary.iterdir())
    with pytest.raises(Moved):
        blobs.put("a", b"2", expected=None)
    assert list(temporary.iterdir()) == before


def test_many_writes_use_up_no_disk(world: World, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many writes the scratch folder is made anew, and the remote has one commit all the same."""
    monkeypatch.setattr("lwdeploy.state.git._PUSHES_KEPT", 3)
    blobs = world.blobs()
    version, folders = None, set()
    for number in range(8):
        version = blobs.put("a", b"%d" % number, expected=version)
        folders |= {each.name for each in temporary.iterdir()}
        assert len(list(temporary.iterdir())) == 1
    assert len(folders) == 3
    assert world.git("rev-list", "--count", DEFAULT_REF, at=world.remote).strip() == "1"


def test_a_branch_of_something_else_is_never_overwritten(world: World) -> None:
    """A state is kept in a branch of its own: work of others that is there is not read and not replaced."""
    before = world.tip("refs/heads/main")
    blobs = world.blobs(ref="refs/heads/main")
    for call in (
        lambda: blobs.get("a"),
        lambda: blobs.names(""),
        lambda: blobs.put("a", b"1", expected=None),
        lambda: blobs.delete("a", expected="0" * 40),
    ):
        with pytest.raises(StateError, match="is not a state of lwdeploy") as raised:
            call()
        assert "branch of its own" in raised.value.advice
    assert world.tip("refs/heads/main") == before


def test_a_commit_by_hand_on_the_states_branch_is_noticed(world: World) -> None:
    """An edit by hand stops everybody, and putting the former commit back mends it."""
    version = world.blobs().put("a", b"1", expected=None)
    good = world.tip()
    world.git("fetch", "-q", "origin", DEFAULT_REF)
    edited = world.git(
        "commit-tree", f"{good}^{{tree}}", "-p", good, "-m", "lwdeploy-writes: 0123456789abcdef"
    ).strip()
    world.git("push", "-q", "origin", f"{edited}:{DEFAULT_REF}")
    with pytest.raises(StateError, match=f"something else made its newest commit {edited[:12]}"):
        world.blobs().get("a")
    world.git("push", "-q", "--force", "origin", f"{good}:{DEFAULT_REF}")
    assert world.blobs().get("a") == Blob(content=b"1", version=version)


def test_a_ref_that_holds_no_commit_is_not_ours(world: World) -> None:
    """A tag object, even one that says it is ours, is refused."""
    world.git("tag", "-m", "lwdeploy-writes: 0123456789abcdef", "v1")
    world.git("push", "-q", "origin", "v1:refs/lwdeploy/state")
    with pytest.raises(StateError, match="is not a state of lwdeploy"):
        world.blobs(ref="refs/lwdeploy/state").get("a")


@pytest.mark.usefixtures("server")
def test_no_history_is_fetched(world: World, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch that was named by mistake does not cost its history."""
    for number in range(3):
        world.git("commit", "-q", "--allow-empty", "-m", str(number))
    world.git("push", "-q", "origin", "HEAD:refs/heads/main")
    kept = []

    def parse(listed: bytes) -> tuple[str, ...]:
        (scratch,) = temporary.iterdir()
        kept.append(world.git("rev-list", "--all", "--count", at=scratch / "git").strip())
        return writes_in(listed)

    monkeypatch.setattr("lwdeploy.state.git_place.writes_in", parse)
    with pytest.raises(StateError, match="is not a state"):
        world.blobs(ref="refs/heads/main").get("a")
    assert kept == ["1"]
