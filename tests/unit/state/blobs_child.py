"""Programs that compete for the blobs of one place, each a process of its own.

blobs_child.py PLACE count COUNT WHO            raise the number in `count` COUNT times, again when beaten
blobs_child.py PLACE make COUNT WHO             make COUNT blobs, and tell which of them were ours
blobs_child.py PLACE exclude COUNT FILE WHO     raise the number in a local file COUNT times, guarded by a blob

PLACE is JSON: {"dsn": ..., "space": ..., "schema": ...} or {"endpoint": ..., "bucket": ..., "prefix": ...}.
"""

from __future__ import annotations

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from lwdeploy.state.blobs import Blobs, Moved
from lwdeploy.state.object import ObjectBlobs
from lwdeploy.state.object_place import ObjectPlace
from lwdeploy.state.postgres import PostgresBlobs


def _nonce() -> str:
    return uuid.uuid4().hex


def _open(place: dict[str, str]) -> Blobs:
    if "dsn" in place:
        return PostgresBlobs(
            place["dsn"],
            space=place["space"],
            schema=place["schema"],
            clock=time.monotonic,
            sleep=time.sleep,
            nonce=_nonce,
        )
    where = ObjectPlace(**place)  # type: ignore[arg-type] # only its texts are given
    return ObjectBlobs(where, environ=os.environ, clock=time.monotonic, sleep=time.sleep, nonce=_nonce)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def count(blobs: Blobs, times: int, _who: str) -> None:
    done = 0
    while done < times:
        found = blobs.get("count")
        assert found is not None
        try:
            blobs.put("count", str(int(found.content) + 1).encode(), expected=found.version)
        except Moved:
            continue
        done += 1


def make(blobs: Blobs, times: int, who: str) -> None:
    for number in range(times):
        try:
            blobs.put(f"made/{number}", who.encode(), expected=None)
        except Moved:
            continue
        _say(f"{who} made/{number}")


def exclude(blobs: Blobs, times: int, path: str, who: str) -> None:
    done = 0
    while done < times:
        try:
            version = blobs.put("lock", who.encode(), expected=None)
        except Moved:
            time.sleep(0.005)
            continue
        number = int(Path(path).read_text(encoding="utf-8"))
        time.sleep(0.002)
        Path(path).write_text(str(number + 1), encoding="utf-8")
        blobs.delete("lock", expected=version)
        done += 1


if __name__ == "__main__":
    place, program, times, *rest = sys.argv[1:]
    opened = _open(json.loads(place))
    _say("ready")
    sys.stdin.readline()
    programs: dict[str, Callable[..., None]] = {"count": count, "make": make, "exclude": exclude}
    programs[program](opened, int(times), *rest)
