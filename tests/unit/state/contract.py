"""What every place for blobs promises, whatever it is made of; see `lwdeploy.state.blobs`.

A folder of tests takes it over by a class of its own and a fixture `make_blobs`, which gives any number of
handles to one empty place.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lwdeploy.state.blobs import Blob, Blobs, Moved

__all__ = ["BlobsContract", "MakeBlobs", "compete"]

MakeBlobs = Callable[[], Blobs]

_CHILD = str(Path(__file__).with_name("blobs_child.py"))
_LONG = 120.0  # bounds a hang; nothing waits for it to pass


class BlobsContract:
    """Take this over, and the tests below run."""

    def test_nothing_is_there_before_the_first_write(self, make_blobs: MakeBlobs) -> None:
        assert make_blobs().get("state.json") is None
        assert make_blobs().names("") == ()

    @pytest.mark.parametrize("content", [b"", b"{}", b"\n \t\n", bytes(range(256)) * 5000, b"\0" * 300_000])
    def test_what_was_put_is_got_byte_for_byte_from_every_handle(
        self, make_blobs: MakeBlobs, content: bytes
    ) -> None:
        version = make_blobs().put("trash/a-1_b.png", content, expected=None)
        assert make_blobs().get("trash/a-1_b.png") == Blob(content=content, version=version)

    def test_every_handle_describes_the_place_alike(self, make_blobs: MakeBlobs) -> None:
        before = make_blobs().describe()
        make_blobs().put("state.json", b"1", expected=None)
        assert make_blobs().describe() == before

    def test_each_write_has_a_version_of_its_own_even_with_equal_content(self, make_blobs: MakeBlobs) -> None:
        blobs = make_blobs()
        versions = [blobs.put("x", b"same", expected=None)]
        for _ in range(3):
            versions.append(blobs.put("x", b"same", expected=versions[-1]))
        assert len({*versions, blobs.put("y", b"same", expected=None)}) == 5

    def test_a_put_over_nothing_is_refused_where_something_is(self, make_blobs: MakeBlobs) -> None:
        version = make_blobs().put("x", b"1", expected=None)
        with pytest.raises(Moved, match="x in"):
            make_blobs().put("x", b"2", expected=None)
        assert make_blobs().get("x") == Blob(content=b"1", version=version)

    def test_a_put_over_a_former_version_is_refused(self, make_blobs: MakeBlobs) -> None:
        former = make_blobs().put("x", b"1", expected=None)
        version = make_blobs().put("x", b"2", expected=former)
        with pytest.raises(Moved):
            make_blobs().put("x", b"3", expected=former)
        assert make_blobs().get("x") == Blob(content=b"2", version=version)

    def test_a_version_is_no_longer_good_when_its_content_came_back(self, make_blobs: MakeBlobs) -> None:
        blobs = make_blobs()
        first = blobs.put("x", b"1", expected=None)
        blobs.put("x", b"1", expected=blobs.put("x", b"2", expected=first))
        with pytest.raises(Moved):
            blobs.put("x", b"3", expected=first)

    def test_a_put_over_something_is_refused_where_nothing_is(self, make_blobs: MakeBlobs) -> None:
        version = make_blobs().put("x", b"1", expected=None)
        with pytest.raises(Moved):
            make_blobs().put("y", b"2", expected=version)
        assert make_blobs().get("y") is None

    def test_a_deleted_blob_is_gone_and_can_be_made_again(self, make_blobs: MakeBlobs) -> None:
        blobs = make_blobs()
        first = blobs.put("x", b"1", expected=None)
        blobs.delete("x", expected=first)
        assert make_blobs().get("x") is None
        assert make_blobs().names("") == ()
        second = make_blobs().put("x", b"1", expected=None)
        assert second != first
        assert make_blobs().get("x") == Blob(content=b"1", version=second)
        with pytest.raises(Moved):
            blobs.put("x", b"2", expected=first)

    def test_a_put_over_a_deleted_version_is_refused(self, make_blobs: MakeBlobs) -> None:
        version = make_blobs().put("x", b"1", expected=None)
        make_blobs().delete("x", expected=version)
        with pytest.raises(Moved):
            make_blobs().put("x", b"2", expected=version)
        assert make_blobs().get("x") is None

    def test_another_version_is_not_deleted(self, make_blobs: MakeBlobs) -> None:
        former = make_blobs().put("x", b"1", expected=None)
        version = make_blobs().put("x", b"2", expected=former)
        with pytest.raises(Moved):
            make_blobs().delete("x", expected=former)
        assert make_blobs().get("x") == Blob(content=b"2", version=version)

    def test_deleting_what_is_not_there_is_a_success(self, make_blobs: MakeBlobs) -> None:
        version = make_blobs().put("x", b"1", expected=None)
        make_blobs().delete("y", expected=version)
        for _ in range(2):
            make_blobs().delete("x", expected=version)
        assert make_blobs().get("x") is None

    def test_names_are_those_that_begin_with_a_prefix_sorted(self, make_blobs: MakeBlobs) -> None:
        names = ("b", "trash/10", "trash/9", "trash/9.json", "trash/sub/1", "trashed", "a_b")
        for name in names:
            make_blobs().put(name, b"x", expected=None)
        assert make_blobs().names("") == tuple(sorted(names))
        assert make_blobs().names("trash/") == ("trash/10", "trash/9", "trash/9.json", "trash/sub/1")
        assert make_blobs().names("trash/9") == ("trash/9", "trash/9.json")
        assert make_blobs().names("tra") == ("trash/10", "trash/9", "trash/9.json", "trash/sub/1", "trashed")
        assert make_blobs().names("a_") == ("a_b",)
        assert make_blobs().names("nothing/") == ()

    def test_a_picture_of_four_megabytes_goes_there_and_back(self, make_blobs: MakeBlobs) -> None:
        picture = os.urandom(4 * 1024 * 1024)
        make_blobs().put("trash/p.png", picture, expected=None)
        found = make_blobs().get("trash/p.png")
        assert found is not None
        assert found.content == picture

    def test_of_threads_with_one_handle_none_loses_a_write(self, make_blobs: MakeBlobs) -> None:
        blobs = make_blobs()
        blobs.put("count", b"0", expected=None)

        def count() -> None:
            for _ in range(5):
                _increase(blobs)

        threads = [threading.Thread(target=count) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = blobs.get("count")
        assert found is not None
        assert found.content == b"15"

    @pytest.mark.parametrize("processes", [2, 5])
    def test_of_processes_that_write_at_once_none_loses_a_write(
        self, make_blobs: MakeBlobs, place: dict[str, str], processes: int
    ) -> None:
        make_blobs().put("count", b"0", expected=None)
        compete(place, "count", processes, count=6)
        found = make_blobs().get("count")
        assert found is not None
        assert found.content == str(6 * processes).encode()

    @pytest.mark.parametrize("processes", [2, 5])
    def test_of_processes_that_make_the_same_blobs_one_wins_each(
        self, make_blobs: MakeBlobs, place: dict[str, str], processes: int
    ) -> None:
        told = [line.split() for line in compete(place, "make", processes, count=6)]
        winners = {name: who for who, name in told}
        assert len(told) == len(winners) == 6
        for name, who in winners.items():
            found = make_blobs().get(name)
            assert found is not None
            assert found.content.decode() == who

    @pytest.mark.parametrize("processes", [2, 5])
    def test_a_blob_that_is_made_and_deleted_keeps_processes_apart(
        self, place: dict[str, str], processes: int, tmp_path: Path
    ) -> None:
        unguarded = tmp_path / "unguarded"
        unguarded.write_text("0", encoding="utf-8")
        compete(place, "exclude", processes, str(unguarded), count=3)
        assert unguarded.read_text(encoding="utf-8") == str(3 * processes)


def _increase(blobs: Blobs) -> None:
    for _ in itertools.count():
        found = blobs.get("count")
        assert found is not None
        try:
            blobs.put("count", str(int(found.content) + 1).encode(), expected=found.version)
        except Moved:
            continue
        return


def compete(place: dict[str, str], program: str, processes: int, *arguments: str, count: int) -> list[str]:
    """Run a program of `blobs_child.py` in several processes at once; give all lines that they printed."""
    command = [sys.executable, _CHILD, json.dumps(place), program, str(count), *arguments]
    running = [
        subprocess.Popen([*command, f"process-{number}"], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
        for number in range(processes)
    ]
    try:
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        answers = _at_once(running)
    finally:
        for each in running:
            each.kill()
            each.wait()
    assert [each.returncode for each in running] == [0] * processes
    return [line for answer in answers for line in answer.splitlines()]


def _at_once(running: list[subprocess.Popen[str]]) -> list[str]:
    """Let all of them go, and only then wait for each."""
    for each in running:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    return [each.communicate(timeout=_LONG)[0] for each in running]
