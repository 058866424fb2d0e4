"""What can stand between us and the remote: each is told with its cause and the next step."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.git import DEFAULT_REF, GitBlobs
from tests.unit.state.git.server import GitServer
from tests.unit.state.git.world import World

_LOCK = f"{DEFAULT_REF}.lock"


def refusal(blobs: GitBlobs, *, expected: str | None = None) -> StateError:
    with pytest.raises(StateError) as raised:
        blobs.put("a", b"new", expected=expected)
    assert raised.value.advice
    return raised.value


def test_without_git_the_program_is_named(world: World) -> None:
    """No git on the PATH: said so."""
    world.env["PATH"] = str(world.folder)
    error = refusal(world.blobs())
    assert "there is no program `git`" in error.message
    assert "Install git" in error.advice


def test_a_git_that_cannot_be_run_is_told(world: World) -> None:
    """A git that may not be executed is an error in words."""
    program = world.program("git", "")
    program.chmod(0o644)
    world.env["PATH"] = str(program.parent)
    assert "cannot run git in" in refusal(world.blobs()).message


@pytest.mark.parametrize("version", ["2.30.9", "1.8.3.1", "2.30.1 (Apple Git-130)"])
def test_too_old_a_git_is_refused_with_the_version_it_takes(world: World, version: str) -> None:
    """A git that would ignore our settings does not get the chance to."""
    world.env["PATH"] = f"{world.program('git', f'echo git version {version!r}').parent}:{world.env['PATH']}"
    error = refusal(world.blobs())
    assert f"git {version[:3].rstrip('.')}" in error.message
    assert "2.31" in error.advice


@pytest.mark.parametrize("version", ["git version 2.31.0", "git version 3.0", "some other git"])
def test_a_newer_git_or_one_of_unknown_version_is_taken(world: World, version: str) -> None:
    """Only a version that is known to be too old is refused."""
    real = shutil.which("git")
    script = f'[ "$1" = version ] && echo "{version}" || exec {real} "$@"'
    world.env["PATH"] = f"{world.program('git', script).parent}:{world.env['PATH']}"
    assert world.blobs().put("a", b"1", expected=None)


def test_a_folder_that_is_in_no_repository_is_named(world: World) -> None:
    """Without a repository there is nothing to ask for a remote."""
    error = refusal(world.blobs(world.folder / "home"))
    assert f"{world.folder / 'home'} is not in a git repository" in error.message
    assert "check it out" in error.advice


def test_a_folder_that_does_not_exist_is_named(world: World) -> None:
    """A missing folder is not taken for a missing git."""
    missing = world.folder / "missing"
    assert f"cannot run git in {missing}" in refusal(world.blobs(missing)).message


def test_a_repository_of_another_user_is_told_with_the_setting_that_allows_it(world: World) -> None:
    """In a container the checkout often belongs to somebody else: git's own way out is named."""
    world.env["GIT_TEST_ASSUME_DIFFERENT_OWNER"] = "1"
    error = refusal(world.blobs())
    assert "it belongs to another user" in error.message
    assert f"safe.directory {world.checkout}" in error.advice


def test_a_remote_that_does_not_exist_is_told_with_those_that_do(world: World) -> None:
    """A wrong name is answered with the right ones."""
    world.git("remote", "add", "upstream", "/x")
    error = refusal(world.blobs(remote="oirgin"))
    assert "'oirgin'" in error.message
    assert "(but: origin upstream)" in error.message.replace(", ", " ")
    world.git("remote", "remove", "upstream")
    world.git("remote", "remove", "origin")
    assert "(but: none)" in refusal(world.blobs()).message


def test_settings_that_git_cannot_read_are_told(world: World) -> None:
    """A broken configuration is an error in git's own words."""
    (world.folder / "home" / ".gitconfig").write_text("[broken\n")
    assert "bad config line 1" in refusal(world.blobs()).message


def test_a_remote_that_is_gone_is_told(world: World) -> None:
    """A repository that was moved or never existed, or that we may not see."""
    shutil.rmtree(world.remote)
    error = refusal(world.blobs())
    assert "there is no such repository" in error.message
    assert str(world.remote) in error.message


def test_a_server_that_is_not_there_is_told_after_some_tries(world: World) -> None:
    """Offline: the address without its credentials, and the advice to look at the network."""
    world.git("remote", "set-url", "origin", "http://ci:s3cret-token@127.0.0.1:9/x.git")
    error = refusal(world.blobs())
    assert "the server cannot be reached" in error.message
    assert "http://127.0.0.1:9/x.git" in error.message
    assert "s3cret" not in str(error)
    assert "network" in error.advice
    assert world.pauses == [0.5, 2.0]


def test_a_missing_repository_on_a_server_is_told(world: World, server: GitServer) -> None:
    """404 is not the network."""
    world.git("remote", "set-url", "origin", server.url().replace("remote.git", "other.git"))
    error = refusal(world.blobs())
    assert "there is no such repository, or this account may not see it" in error.message
    assert world.pauses == []


def test_a_server_that_forbids_forced_pushes_is_told_with_what_to_allow(world: World) -> None:
    """Every write replaces the only commit: without forced pushes there is a first one and no second."""
    world.git("config", "receive.denyNonFastForwards", "true", at=world.remote)
    blobs = world.blobs()
    expected = blobs.put("a", b"1", expected=None)
    before = world.tip()
    error = refusal(blobs, expected=expected)
    assert "it forbids forced pushes" in error.message
    assert error.message.endswith("; nothing was stored")
    assert "Allow forced pushes to this one branch" in error.advice
    assert (world.tip(), world.pauses) == (before, [])


@pytest.mark.parametrize(
    ("words", "told", "advised"),
    [
        (
            "error: GH006: Protected branch update failed for refs/heads/x.",
            "the branch is protected",
            "push to this",
        ),
        (
            "error: GH013: Repository rule violations found for refs/heads/x.",
            "the branch is protected",
            "push to this",
        ),
        ("- Cannot force-push to this branch", "forbids forced pushes", "Allow forced pushes"),
        ("GitLab: You are not allowed to force push code to a protected branch", "forced pushes", "forced pushes"),
        ("GitLab: You are not allowed to push code to protected branches", "protected", "push to this one branch"),
        ("- Commits must have verified signatures.", "only signed pushes or commits", "does not sign"),
        ("error: GH008: Your push referenced unknown Git LFS objects", "Git LFS", "out of that rule"),
        ("no commits on Fridays", "a hook of the server refused it", "out of that rule"),
    ],
)
def test_the_words_of_a_refusing_hook_are_shown_with_what_to_do(
    world: World, words: str, told: str, advised: str
) -> None:
    """Rules of hosting services are named, and what the server said stands beside them; one push is enough."""
    blobs = world.blobs()
    expected = blobs.put("a", b"1", expected=None)
    world.hook("pre-receive", f"echo '{words}' >&2; echo x >> '{world.folder}/asked'; exit 1")
    error = refusal(blobs, expected=expected)
    assert told in error.message
    assert words.removeprefix("- ") in error.message
    assert error.message.endswith("; nothing was stored")
    assert advised in error.advice
    assert (world.folder / "asked").read_text() == "x\n"


def test_a_server_that_wants_signed_pushes_is_told(world: World) -> None:
    """A server that insists on push certificates gets none."""
    world.hook("pre-receive", '[ -n "$GIT_PUSH_CERT" ] || { echo "push certificate required" >&2; exit 1; }')
    world.git("config", "receive.certNonceSeed", "x", at=world.remote)
    world.git("config", "push.gpgSign", "if-asked")
    assert "only signed pushes" in refusal(world.blobs()).message


def test_a_branch_that_a_working_copy_has_checked_out_is_told(world: World) -> None:
    """A remote with a working copy on this very branch refuses the push."""
    blobs = world.blobs()
    expected = blobs.put("a", b"1", expected=None)
    copy = world.folder / "copy"
    world.git("clone", "-q", "--branch", "lwdeploy-state", str(world.remote), str(copy), at=world.folder)
    world.git("remote", "set-url", "origin", str(copy))
    assert "checked out" in refusal(world.blobs(), expected=expected).message


def test_a_branch_below_or_above_another_one_is_told(world: World) -> None:
    """A branch cannot be a folder of branches."""
    error = refusal(world.blobs(ref="refs/heads/main/state"))
    assert "begins like this one's" in error.message
    assert "Name another branch" in error.advice


def test_a_lock_that_goes_away_is_waited_for(world: World) -> None:
    """Another push that is just being stored is not a failure of ours."""
    lock = world.remote / _LOCK
    blobs = world.blobs(sleep=lambda _: lock.unlink())
    expected = blobs.put("a", b"1", expected=None)
    lock.touch()
    assert blobs.put("a", b"2", expected=expected)


def test_a_lock_that_stays_is_told_after_three_tries(world: World) -> None:
    """A lock that a killed server left behind is named; nothing was stored."""
    blobs = world.blobs()
    expected = blobs.put("a", b"1", expected=None)
    (world.remote / _LOCK).touch()
    error = refusal(blobs, expected=expected)
    assert "another run is writing there" in error.message
    assert error.message.endswith("; nothing was stored")
    assert ".lock" in error.advice
    assert len(world.pauses) == 2


def test_others_that_never_stop_writing_are_told_in_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A put that is beaten again and again by other names ends, with pauses that grow up to a limit."""
    monkeypatch.setattr("lwdeploy.state.git_swap._TRIES", 3)
    other = world.blobs()
    numbers = iter(range(100))
    pauses = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        other.put(f"b{next(numbers)}", b"", expected=None)

    blobs = world.blobs(sleep=sleep)
    blobs.get("a")
    sleep(0)
    error = refusal(blobs)
    assert "3 tries were all beaten; nothing was stored" in error.message
    assert other.names("a") == ()
    assert len(pauses) == 4
    assert max(pauses) <= 2


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        (
            "config",
            "fatal: bad config line 1 in file x",
            "cannot read the configuration of git: git failed (fatal: bad",
        ),
        ("init", "fatal: cannot mkdir: No space left on device", "in {folder}/lwdeploy-git-"),
        (
            "write-tree",
            "fatal: unable to write file: No space left on device",
            "there is no room left (fatal: unable",
        ),
        ("cat-file", "error: unable to read sha1 file", "git failed (error: unable to read sha1 file)"),
    ],
)
def test_a_failure_of_git_on_this_machine_is_told_and_forgotten(
    world: World, temporary: Path, command: str, words: str, told: str
) -> None:
    """What fails before anything is sent is an error in git's words; the next call begins afresh."""
    blobs = world.blobs()
    expected = blobs.put("a", b"1", expected=None)
    blobs.close()
    path, real = world.env["PATH"], shutil.which("git")
    program = world.program("git", f'[ "$1" = {command} ] && echo "{words}" >&2 && exit 128\nexec {real} "$@"')
    blobs._env["PATH"] = f"{program.parent}:{path}"
    assert told.format(folder=temporary) in refusal(blobs, expected=expected).message
    assert list(temporary.iterdir()) == []
    program.unlink()
    assert blobs.put("a", b"2", expected=expected)


def test_a_temporary_folder_that_is_gone_is_told(world: World, temporary: Path) -> None:
    """Without room for the scratch folder nothing begins."""
    temporary.rmdir()
    error = refusal(world.blobs())
    assert "cannot work on git branch lwdeploy-state" in error.message
    assert "TMPDIR" in error.advice


def test_a_scratch_folder_that_vanished_is_made_anew(world: World, temporary: Path) -> None:
    """A cleaner of old temporary files costs one call; the next one works."""
    blobs = world.blobs()
    expected = blobs.put("a", b"1", expected=None)
    (scratch,) = temporary.iterdir()
    shutil.rmtree(scratch)
    refusal(blobs, expected=expected)
    assert blobs.put("a", b"2", expected=expected)


def test_an_old_remote_of_the_other_object_format_is_told(world: World) -> None:
    """A checkout and a remote of different object formats do not go together."""
    other = world.folder / "other.git"
    world.git("init", "-q", "--bare", "--object-format=sha256", str(other), at=world.folder)
    world.git("remote", "set-url", "origin", str(other))
    error = refusal(world.blobs())
    assert "different object formats" in error.message
    assert error.message.endswith("; nothing was stored")
