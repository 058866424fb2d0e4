"""Lost answers, broken connections and late commits: what is told is what is stored."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable

import pytest

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Blob, Moved
from lwdeploy.state.git import DEFAULT_REF, GitBlobs
from tests.unit.state.git.server import FETCH, PUSH, Fault, GitServer
from tests.unit.state.git.world import World

_LONG = 60.0  # bounds a hang; nothing waits for it to pass
_DOUBT = "the write may have been stored, or may still be"


@pytest.fixture
def other(world: World) -> GitBlobs:
    """Give another run, which reaches the remote past the server and its faults."""
    world.git("remote", "add", "direct", str(world.remote))
    return world.blobs(remote="direct")


def pushes(server: GitServer) -> int:
    return sum(path.endswith(f"/{PUSH}") for path in server.paths)


@pytest.mark.parametrize("fault", [each for each in Fault if each is not Fault.HOLD], ids=lambda fault: fault.name)
@pytest.mark.parametrize("first", [True, False], ids=["creation", "replacement"])
def test_a_push_whose_answer_is_lost_is_settled_in_the_same_call(
    world: World, server: GitServer, fault: Fault, *, first: bool
) -> None:
    """Whether the server did it or not, the put ends well, and the content was stored exactly once."""
    blobs = world.blobs()
    expected = None if first else blobs.put("a", b"0", expected=None)
    server.faults.append((PUSH, fault))
    version = blobs.put("a", b"1", expected=expected)
    assert server.faults == []
    assert world.blobs().get("a") == Blob(content=b"1", version=version)
    (writes,) = re.findall("lwdeploy-writes: (.*)", world.git("log", "--format=%B", DEFAULT_REF, at=world.remote))
    assert len(writes.split()) == (1 if first else 2)
    done = fault in {Fault.CUT_AFTER, Fault.HALF}
    assert pushes(server) == (1 if done else 2) + (not first)


def test_a_delete_whose_answer_is_lost_is_settled_in_the_same_call(world: World, server: GitServer) -> None:
    """A delete finds its own commit like a put."""
    blobs = world.blobs()
    version = blobs.put("a", b"0", expected=None)
    server.faults.append((PUSH, Fault.CUT_AFTER))
    blobs.delete("a", expected=version)
    assert (blobs.get("a"), pushes(server)) == (None, 2)


def test_a_lost_answer_is_found_under_the_writes_of_others(
    world: World, server: GitServer, other: GitBlobs
) -> None:
    """Others wrote, even over this very blob, before we looked: the put was stored, and says so."""
    blobs = world.blobs()

    def meanwhile() -> None:
        version = other.put("b", b"1", expected=None)
        other.put("b", b"2", expected=version)
        found = other.get("a")
        assert found is not None
        other.put("a", b"theirs", expected=found.version)

    server.meanwhile = meanwhile
    server.faults.append((PUSH, Fault.CUT_AFTER))
    ours = blobs.put("a", b"ours", expected=None)
    now = blobs.get("a")
    assert now is not None
    assert (now.content, now.version != ours) == (b"theirs", True)
    with pytest.raises(Moved):
        blobs.put("a", b"again", expected=ours)


def test_a_put_that_never_arrived_is_moved_when_others_wrote_the_blob(
    world: World, server: GitServer, other: GitBlobs
) -> None:
    """The connection broke before anything was done and somebody else was faster: Moved, and nothing of ours."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    server.meanwhile = lambda: other.put("a", b"theirs", expected=expected)
    server.faults.append((PUSH, Fault.CUT_BEFORE))
    with pytest.raises(Moved):
        blobs.put("a", b"ours", expected=expected)
    found = blobs.get("a")
    assert found is not None
    assert found.content == b"theirs"


def test_equal_content_of_another_run_is_not_taken_for_our_own(
    world: World, server: GitServer, other: GitBlobs
) -> None:
    """Two runs put the same bytes: one of them has stored them, and the other one is told Moved."""
    server.meanwhile = lambda: other.put("a", b"same", expected=None)
    server.faults.append((PUSH, Fault.CUT_BEFORE))
    with pytest.raises(Moved):
        world.blobs().put("a", b"same", expected=None)


@pytest.fixture
def short_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a commit name so few writes that a test can outgrow them."""
    monkeypatch.setattr("lwdeploy.state.git_tip.REMEMBERED", 3)


def _many(other: GitBlobs) -> None:
    version = None
    for number in range(4):
        version = other.put("b", b"%d" % number, expected=version)


@pytest.mark.usefixtures("short_memory")
@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER])
def test_after_very_many_writes_of_others_the_outcome_is_said_to_be_unknown(
    world: World, server: GitServer, other: GitBlobs, fault: Fault
) -> None:
    """A commit names a limited number of writes: beyond it neither a success nor Moved is claimed."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    server.meanwhile = lambda: _many(other)
    server.faults.append((PUSH, fault))
    with pytest.raises(StateError, match=_DOUBT) as raised:
        blobs.put("a", b"1", expected=expected)
    assert not isinstance(raised.value, Moved)


@pytest.mark.usefixtures("short_memory")
def test_after_very_many_writes_a_refused_push_is_simply_tried_again(world: World, other: GitBlobs) -> None:
    """Where the server has said that it stored nothing there is no doubt, however much has happened since."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    _many(other)
    blobs.put("a", b"1", expected=expected)
    found = other.get("a")
    assert found is not None
    assert found.content == b"1"


def test_a_branch_that_was_deleted_meanwhile_leaves_the_outcome_unknown(world: World, server: GitServer) -> None:
    """Without the branch nobody can tell whether it held the write."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    server.meanwhile = lambda: world.git("update-ref", "-d", DEFAULT_REF, at=world.remote)
    server.faults.append((PUSH, Fault.CUT_AFTER))
    with pytest.raises(StateError, match=_DOUBT):
        blobs.put("a", b"1", expected=expected)


def test_a_creation_is_found_or_moved_whatever_was_created_since(
    world: World, server: GitServer, other: GitBlobs
) -> None:
    """Before the first write there is nothing to follow: the writes since then are all known."""
    server.meanwhile = lambda: other.put("b", b"1", expected=None)
    server.faults.append((PUSH, Fault.CUT_BEFORE))
    assert world.blobs().put("a", b"1", expected=None)
    assert other.names("") == ("a", "b")


def test_a_connection_that_keeps_breaking_is_given_up_in_doubt(world: World, server: GitServer) -> None:
    """Three pushes in a row without an answer and without an effect are enough; the error claims no more."""
    blobs = world.blobs()
    blobs.get("a")
    server.faults += [(PUSH, Fault.CUT_BEFORE)] * 5
    with pytest.raises(StateError, match=f"the connection broke off.*{_DOUBT}"):
        blobs.put("a", b"1", expected=None)
    assert pushes(server) == 3
    server.faults.clear()
    assert blobs.get("a") is None


def test_a_write_of_somebody_else_shows_that_the_place_works(
    world: World, server: GitServer, other: GitBlobs
) -> None:
    """Only failures in a row count: where others get through, so may we."""
    blobs = world.blobs()
    blobs.get("a")
    cuts = iter([False, False, True, False, False])
    server.meanwhile = lambda: next(cuts) and other.put("b", b"1", expected=None)
    server.faults += [(PUSH, Fault.CUT_BEFORE)] * 5
    assert blobs.put("a", b"1", expected=None)
    assert pushes(server) == 6


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER])
def test_when_nobody_can_look_the_outcome_is_said_to_be_unknown(
    world: World, server: GitServer, fault: Fault
) -> None:
    """A push without an answer, and no connection for the look: neither success nor failure is claimed."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    server.faults += [(PUSH, fault), *[(FETCH, Fault.BUSY)] * 9]
    with pytest.raises(StateError, match=_DOUBT):
        blobs.put("a", b"1", expected=expected)
    server.faults.clear()
    found = blobs.get("a")
    assert found is not None
    assert found.content == (b"0" if fault is Fault.CUT_BEFORE else b"1")


def test_a_refusal_stays_a_refusal_when_nobody_can_look(world: World, server: GitServer) -> None:
    """The server has said no: that nothing was stored is certain without a look."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    world.hook("pre-receive", "exit 1")
    server.faults += [(FETCH, Fault.BUSY)] * 9
    with pytest.raises(StateError, match=r"hook.*; nothing was stored"):
        blobs.put("a", b"1", expected=expected)


def test_a_server_that_dies_after_it_moved_the_ref_has_stored(world: World) -> None:
    """Over a file system too: the remote's git is killed between the effect and the answer."""
    hook = '[ "$1" = committed ] && cat >/dev/null && kill -9 "$PPID"\ntrue'
    blobs = world.blobs()
    world.hook("reference-transaction", hook)
    version = blobs.put("a", b"1", expected=None)
    assert world.blobs().get("a") == Blob(content=b"1", version=version)


def test_a_server_that_dies_before_it_moves_the_ref_has_not(world: World) -> None:
    """The remote's git is killed before the effect, each time: in doubt, and nothing is there."""
    blobs = world.blobs()
    world.hook("pre-receive", 'kill -9 "$PPID"')
    with pytest.raises(StateError, match=_DOUBT):
        blobs.put("a", b"1", expected=None)
    assert world.tip() == ""


def _late(call: Callable[[], object], blobs: GitBlobs) -> StateError:
    """Run into the time limit, which is set only now: all that comes before may take its time."""
    place = blobs._place
    assert place is not None
    place._seconds = 0.5
    with pytest.raises(StateError) as raised:
        call()
    return raised.value


def test_a_push_that_is_carried_out_after_we_gave_up_is_in_doubt_and_seen_later(
    world: World, server: GitServer, other: GitBlobs
) -> None:
    """A commit that comes after we looked: the error leaves it open, and the next read shows it."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    server.faults.append((PUSH, Fault.HOLD))
    error = _late(lambda: blobs.put("a", b"1", expected=expected), blobs)
    assert (error.message.endswith(_DOUBT), "time limit" in error.message) == (True, True)
    found = other.get("a")
    assert found is not None
    assert found.content == b"0"
    server.go.set()
    assert server.done.wait(_LONG)
    found = blobs.get("a")
    assert found is not None
    assert found.content == b"1"
    with pytest.raises(Moved):
        blobs.put("a", b"2", expected=expected)


def test_a_late_push_over_a_commit_that_was_replaced_is_never_stored(
    world: World, server: GitServer, other: GitBlobs
) -> None:
    """Once somebody else has written, a push that was given up cannot come through any more."""
    blobs = world.blobs()
    expected = blobs.put("a", b"0", expected=None)
    server.faults.append((PUSH, Fault.HOLD))
    _late(lambda: blobs.put("a", b"late", expected=expected), blobs)
    other.put("a", b"theirs", expected=expected)
    server.go.set()
    assert server.done.wait(_LONG)
    found = other.get("a")
    assert found is not None
    assert found.content == b"theirs"


def test_a_read_that_gets_no_answer_ends_with_the_time_limit(world: World, server: GitServer) -> None:
    """A server that hangs costs one time limit and no more."""
    blobs = world.blobs()
    blobs.put("a", b"0", expected=None)
    server.faults.append((FETCH, Fault.HOLD))
    error = _late(lambda: blobs.get("a"), blobs)
    assert "it took longer than the time limit" in error.message
    assert world.pauses == []
    server.go.set()
    assert blobs.get("a") is not None


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.HALF, Fault.BUSY])
def test_a_read_that_breaks_off_is_tried_again(world: World, server: GitServer, fault: Fault) -> None:
    """Two broken reads pass with a pause each."""
    version = world.blobs().put("a", b"0", expected=None)
    server.faults += [(FETCH, fault)] * 2
    assert world.blobs().get("a") == Blob(content=b"0", version=version)
    assert server.faults == []
    assert world.pauses == [0.5, 2.0]


def test_a_read_that_keeps_breaking_off_is_an_error_and_never_none(world: World, server: GitServer) -> None:
    """What cannot be read is not said to be absent."""
    server.faults += [(FETCH, Fault.BUSY)] * 3
    with pytest.raises(StateError, match=r"cannot read git branch lwdeploy-state of remote origin.*503"):
        world.blobs().get("a")


def test_an_unknown_failure_of_a_read_is_not_taken_for_an_absent_branch(world: World) -> None:
    """A branch that is there and cannot be fetched is an error, after some tries."""
    world.blobs().put("a", b"0", expected=None)
    for path in (world.remote / "objects").glob("??/*"):
        path.unlink()
    with pytest.raises(StateError, match="cannot read git branch"):
        world.blobs().get("a")


def test_a_ref_that_is_not_there_is_not_taken_for_a_connection_that_broke_off(world: World) -> None:
    """In the old protocol the other end may hang up before git has read all of it, and git says both."""
    git = shutil.which("git", path=world.env["PATH"])
    hung_up = (
        'case " $* " in *" fetch "*) [ $code = 0 ] || echo "fatal: the remote end hung up unexpectedly" >&2;; esac'
    )
    program = world.program("git", f'"{git}" "$@"; code=$?\n{hung_up}\nexit $code')
    blobs = world.blobs(env={**world.env, "PATH": f"{program.parent}:{world.env['PATH']}"})
    assert blobs.get("a") is None
    version = blobs.put("a", b"1", expected=None)
    assert blobs.get("a") == Blob(content=b"1", version=version)
    assert world.pauses == []
