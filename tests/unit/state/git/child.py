"""Programs that the tests of the git backend run as processes of their own.

child.py get FOLDER NAME            print what is stored under a name, or the error
child.py race FOLDER NAME WHO N     append N words to one blob, each by read and put, and again when beaten
child.py alone FOLDER NAME N        put N numbers to a blob that nobody else writes, each over the one before
child.py count FOLDER NAME          put 1, 2, 3, ... without end, printing each number once it is stored
"""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Sequence
from itertools import count as numbers
from pathlib import Path

from lwdeploy.core.errors import StateError
from lwdeploy.state.blobs import Moved
from lwdeploy.state.git import GitBlobs


def _blobs(folder: str) -> GitBlobs:
    return GitBlobs(Path(folder), env=os.environ, sleep=time.sleep, nonce=lambda: uuid.uuid4().hex)


def _say(words: object) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def get(folder: str, name: str) -> None:
    try:
        found = _blobs(folder).get(name)
    except StateError as error:
        _say(error)
    else:
        _say(found and found.content)


def race(folder: str, name: str, who: str, times: str) -> None:
    blobs = _blobs(folder)
    done = 0
    while done < int(times):
        found = blobs.get(name)
        content = f"{found.content.decode() if found else ''}{who}{done} "
        try:
            blobs.put(name, content.encode(), expected=found.version if found else None)
        except Moved:
            continue
        done += 1


def alone(folder: str, name: str, times: str) -> None:
    blobs = _blobs(folder)
    version = None
    for number in range(int(times)):
        version = blobs.put(name, str(number).encode(), expected=version)


def count(folder: str, name: str) -> None:
    blobs = _blobs(folder)
    found = blobs.get(name)
    version = found.version if found else None
    for number in numbers(int(found.content) + 1 if found else 1):
        version = blobs.put(name, str(number).encode(), expected=version)
        _say(number)


def main(arguments: Sequence[str]) -> None:
    programs: dict[str, Callable[..., None]] = {"get": get, "race": race, "alone": alone, "count": count}
    programs[arguments[0]](*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
