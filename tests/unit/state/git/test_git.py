"""Blobs in a ref of a git repository: what `Blobs` promises, over a file system and over HTTP."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest

from lwdeploy.core.errors import StateError, UserError
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.git import DEFAULT_REF, GitBlobs
from tests.unit.state.git.server import serve
from tests.unit.state.git.world import World

_PICTURE = bytes(range(256)) * 16 * 1024  # 4 MB


@pytest.fixture(params=["file", "http"])
def blobs(request: pytest.FixtureRequest, world: World) -> Iterator[GitBlobs]:
    if request.param == "file":
        world.git("remote", "set-url", "origin", f"file://{world.remote}")
        yield world.blobs()
        return
    with serve(world.folder) as server:
        world.git("remote", "set-url", "origin", server.url())
        yield world.blobs()


def test_a_name_that_was_never_put_is_none(blobs: GitBlobs) -> None:
    """A place that nobody wrote to holds nothing."""
    assert blobs.get("state.json") is None
    assert blobs.names("") == ()


def test_what_was_put_is_got_with_its_version(blobs: GitBlobs, world: World) -> None:
    """Another run gets the content that was put, and the version that the writer was told."""
    version = blobs.put("state.json", b"one\r\n\0\xff", expected=None)
    assert world.blobs().get("state.json") == Blob(content=b"one\r\n\0\xff", version=version)


def test_a_put_replaces_the_expected_version_only(blobs: GitBlobs, world: World) -> None:
    """A put over another version than the stored one is Moved, and stores nothing."""
    first = blobs.put("a", b"1", expected=None)
    second = blobs.put("a", b"2", expected=first)
    before = world.tip()
    for expected in (first, None, "0" * 40):
        with pytest.raises(Moved, match=r"somebody else wrote a in git branch lwdeploy-state.*nothing was stored"):
            blobs.put("a", b"3", expected=expected)
        with pytest.raises(Moved):
            world.blobs().put("a", b"3", expected=expected)
    with pytest.raises(Moved):
        blobs.put("b", b"3", expected=first)
    assert blobs.get("a") == Blob(content=b"2", version=second)
    assert world.tip() == before


def test_a_version_that_another_run_has_replaced_is_moved_for_a_run_that_does_not_know_it_yet(
    blobs: GitBlobs, world: World
) -> None:
    """What a run remembers of the place never lets it overwrite what others have put since."""
    first = blobs.put("a", b"1", expected=None)
    second = world.blobs().put("a", b"2", expected=first)
    with pytest.raises(Moved):
        blobs.put("a", b"3", expected=first)
    assert blobs.get("a") == Blob(content=b"2", version=second)


def test_a_put_is_not_disturbed_by_writes_of_other_names(blobs: GitBlobs, world: World) -> None:
    """A run whose knowledge is outdated in other names only writes all the same, and keeps those names."""
    first = blobs.put("a", b"1", expected=None)
    for number in range(3):
        world.blobs().put(f"other/{number}", b"x", expected=None)
    blobs.put("a", b"2", expected=first)
    assert world.blobs().names("") == ("a", "other/0", "other/1", "other/2")
    assert world.pauses, "a run that was beaten pauses before it tries again"


def test_what_is_remembered_of_the_place_never_decides_that_a_blob_has_moved(
    blobs: GitBlobs, world: World
) -> None:
    """Moved, and a success without a write, are said only after a look at the remote."""
    other = world.blobs()
    blobs.put("a", b"1", expected=None)
    blobs.put("b", b"1", expected=None)
    found = other.get("a")
    assert found is not None
    other.delete("a", expected=found.version)
    blobs.put("a", b"2", expected=None)
    blobs.delete("c", expected=other.put("c", b"1", expected=None))
    assert other.names("") == ("a", "b")


def test_a_read_after_a_write_of_another_run_shows_it(blobs: GitBlobs, world: World) -> None:
    """Nothing that was read before is given again without a look at the remote."""
    version = blobs.put("a", b"1", expected=None)
    other = world.blobs()
    for number in range(3):
        assert (other.get("a"), other.names("")) == (Blob(content=b"%d" % (number + 1), version=version), ("a",))
        version = blobs.put("a", b"%d" % (number + 2), expected=version)
    blobs.delete("a", expected=version)
    assert (other.get("a"), other.names("")) == (None, ())


def test_a_deleted_blob_is_gone_and_may_be_put_again(blobs: GitBlobs, world: World) -> None:
    """A delete takes one name away; others stay; the name is free."""
    version = blobs.put("a/b", b"1", expected=None)
    blobs.put("a/c", b"2", expected=None)
    blobs.delete("a/b", expected=version)
    assert world.blobs().get("a/b") is None
    assert world.blobs().names("") == ("a/c",)
    assert blobs.put("a/b", b"3", expected=None)


def test_a_delete_of_another_version_is_moved_and_of_nothing_a_success(blobs: GitBlobs, world: World) -> None:
    """A delete removes exactly what it expects; what is already gone is what was wanted."""
    first = blobs.put("a", b"1", expected=None)
    blobs.put("a", b"2", expected=first)
    with pytest.raises(Moved):
        blobs.delete("a", expected=first)
    before = world.tip()
    blobs.delete("b", expected=first)
    world.blobs().delete("b", expected=first)
    assert world.tip() == before


def test_a_delete_where_nothing_was_ever_stored_makes_no_branch(blobs: GitBlobs, world: World) -> None:
    """Removing what is not there writes nothing."""
    blobs.delete("a", expected="0" * 40)
    assert world.tip() == ""


def test_names_are_sorted_and_begin_with_the_prefix(blobs: GitBlobs) -> None:
    """A prefix is text, not a folder."""
    for name in ("trash/b", "trash/a", "trash-other", "state.json"):
        blobs.put(name, b"", expected=None)
    assert blobs.names("") == ("state.json", "trash-other", "trash/a", "trash/b")
    assert blobs.names("trash/") == ("trash/a", "trash/b")
    assert blobs.names("tra") == ("trash-other", "trash/a", "trash/b")


def test_a_picture_of_four_megabytes_comes_back_whole(blobs: GitBlobs, world: World) -> None:
    """A large blob crosses in both directions unchanged."""
    blobs.put("trash/menu.png", _PICTURE, expected=None)
    found = world.blobs().get("trash/menu.png")
    assert found is not None
    assert found.content == _PICTURE


def test_the_same_content_written_twice_has_one_version_and_two_commits(blobs: GitBlobs, world: World) -> None:
    """A version is the blob's id; every write is a commit of its own all the same."""
    first = blobs.put("a", b"1", expected=None)
    before = world.tip()
    assert blobs.put("a", b"1", expected=first) == first
    assert world.tip() != before


def test_every_write_leaves_one_commit_without_parents_that_ci_skips(world: World) -> None:
    """The branch never grows: one commit, in the words of lwdeploy, that starts no CI job."""
    blobs = world.blobs()
    version = blobs.put("a", b"1", expected=None)
    for number in range(34):
        version = blobs.put("a", b"%d" % (number + 2), expected=version)
    log = world.git("log", "--format=%an <%ae>|%P|%B", DEFAULT_REF, at=world.remote).strip()
    assert re.fullmatch(
        r"lwdeploy <\S+>\|\|lwdeploy: write a \[skip ci\]\n\nlwdeploy-writes:( [0-9a-f]{16}){32}\n\n\[skip ci\]",
        log,
    )
    blobs.delete("a", expected=version)
    log = world.git("log", "--format=%P|%B", DEFAULT_REF, at=world.remote).strip()
    assert log.startswith("|lwdeploy: remove a [skip ci]\n")
    assert log.endswith("\n[skip ci]")


def test_the_branch_tells_people_what_it_is(blobs: GitBlobs, world: World) -> None:
    """The branch has a README that is no blob, and plain files below the tenant's folder."""
    blobs.put("state.json", b"{}", expected=None)
    listed = world.git("ls-tree", "-r", DEFAULT_REF, at=world.remote).splitlines()
    assert [line.partition("\t")[2] for line in listed] == ["README.md", "state.json"]
    assert {line.split()[0] for line in listed} == {"100644"}
    assert "lwdeploy state rebuild" in world.git("show", f"{DEFAULT_REF}:README.md", at=world.remote)


def test_tenants_in_one_branch_have_folders_of_their_own(world: World) -> None:
    """Two folders of one branch do not see each other."""
    one, two = world.blobs(prefix="production/eu"), world.blobs(prefix="production/eu-2")
    one.put("state.json", b"1", expected=None)
    two.put("state.json", b"2", expected=None)
    two.put("lease.json", b"2", expected=None)
    assert (one.names(""), two.names("")) == (("state.json",), ("lease.json", "state.json"))
    assert world.git("show", f"{DEFAULT_REF}:production/eu/state.json", at=world.remote) == "1"
    assert one.describe() == "git branch lwdeploy-state of remote origin, folder production/eu"


def test_a_file_is_never_lost_to_a_folder_of_its_name(world: World) -> None:
    """There is no file and folder of one name in git: the second is refused, the first stays."""
    blobs = world.blobs()
    blobs.put("a", b"1", expected=None)
    for name in ("a/b", "a/b/c"):
        with pytest.raises(StateError, match="cannot keep"):
            blobs.put(name, b"2", expected=None)
    blobs.put("d/e", b"1", expected=None)
    with pytest.raises(StateError, match="cannot keep 'd'"):
        blobs.put("d", b"2", expected=None)
    assert blobs.names("") == ("a", "d/e")


@pytest.mark.parametrize(
    "name", ["", "/a", "a/", "a//b", "../a", "a/../b", ".", ".git/config", "A", "a b", "a\n", "é"]
)
def test_a_name_that_git_could_take_for_something_else_is_refused(world: World, name: str) -> None:
    """Only the names that `Blobs` allows reach git."""
    blobs = world.blobs()
    for call in (blobs.get, lambda name: blobs.put(name, b"", expected=None)):
        with pytest.raises(StateError, match="cannot keep a file named"):
            call(name)
    assert world.tip() == ""


@pytest.mark.parametrize(
    "branch",
    [
        "refs/heads/",
        "refs/heads/-x",
        "refs/heads/--upload-pack=x",
        "refs/heads/a..b",
        "refs/heads/a b",
        "refs/heads/a:b",
        "refs/heads/+a",
        "refs/heads/a~1",
        "refs/heads/a^",
        "refs/heads/a*",
        "refs/heads/.a",
        "refs/heads/a.",
        "refs/heads/a.lock",
        "refs/heads/a.lock/b",
        "refs/heads/a//b",
        "refs/heads/a@{1}",
        "refs/heads/a\n",
        "refs/heads",
        "refs/tags/v1",
        "HEAD",
        "main",
        "",
    ],
)
def test_a_hostile_or_impossible_branch_is_refused(world: World, branch: str) -> None:
    """A ref that git would not take, or would take for an option or a pattern, never reaches it."""
    with pytest.raises(UserError, match="cannot be the branch") as raised:
        world.blobs(ref=branch)
    assert raised.value.advice


@pytest.mark.parametrize(
    "remote", ["", "-x", "--upload-pack=x", "https://u:secret@example.com/x", "a b", "a\n", "/srv/x"]
)
def test_a_remote_is_a_name(world: World, remote: str) -> None:
    """An address or an option is not a remote's name."""
    with pytest.raises(UserError, match="not the name of a git remote"):
        world.blobs(remote=remote)


@pytest.mark.parametrize("prefix", ["/a", "a/", "..", "a/../b", ".git", "a b", "a\n", ":a"])
def test_a_folder_stays_inside_the_branch(world: World, prefix: str) -> None:
    """A folder is a plain relative path."""
    with pytest.raises(UserError, match="cannot be the folder"):
        world.blobs(prefix=prefix)


@pytest.mark.parametrize("ref", ["refs/heads/team/bots.state_1", "refs/lwdeploy/state"])
def test_any_plain_branch_or_ref_will_do(world: World, ref: str) -> None:
    """Branches with slashes and refs that are no branches hold a state as well."""
    version = world.blobs(ref=ref).put("a", b"1", expected=None)
    assert world.blobs(ref=ref).get("a") == Blob(content=b"1", version=version)
    assert world.blobs().get("a") is None


def test_the_description_names_no_address(world: World) -> None:
    """A plan is bound to branch, remote and folder: they are the same in every clone and show no token."""
    world.git("remote", "set-url", "origin", "https://ci:s3cret-token@example.invalid/x.git")
    assert world.blobs().describe() == "git branch lwdeploy-state of remote origin"
    assert world.blobs(ref="refs/x/y", remote="up").describe() == "git branch refs/x/y of remote up"


def test_one_instance_serves_many_threads(world: World) -> None:
    """The lease is kept by another thread than the state: calls at the same time do not disturb each other."""
    blobs = world.blobs()

    def write(name: str) -> None:
        version = None
        for number in range(5):
            version = blobs.put(name, b"%d" % number, expected=version)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [world.blobs().get(name) for name in "abc"] == [blobs.get(name) for name in "abc"]
    assert {each.content for name in "abc" if (each := blobs.get(name))} == {b"4"}
    assert blobs.names("") == ("a", "b", "c")
