"""What goes wrong inside a run: killed, cheated, or with a disk that fails, at one exact place.

Called once in a fresh process, before lwdeploy begins. Requests, writes of the state and operations on files are
counted from 1, so that the n-th of a rehearsal is the n-th of every run like it.
"""

from __future__ import annotations

import base64
import errno
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from lwdeploy.api.timing import Timing
from lwdeploy.api.wire import Answer, Failure, Request, Wire
from lwdeploy.core.errors import StateError
from lwdeploy.state.file import FileStore
from lwdeploy.state.remote import RemoteStore
from lwdeploy.state.remote_lease import TTL
from tests.crash.sweep.breaking import take_out
from tests.support.haste import Haste

__all__ = ["inject"]

Send = Callable[[], Answer | Failure]

_PATCH = pytest.MonkeyPatch()  # never undone: the process ends


def inject(asked: Mapping[str, Any]) -> None:
    """Arrange everything that is asked for; see `troubles.Trouble`."""
    requests = Count()
    _clocks(asked, requests)
    if asked.get("workers"):
        for place in ("session", "apply"):
            _PATCH.setattr(f"lwdeploy.commands.{place}.READERS", asked["workers"])
    if asked.get("impatient"):
        _PATCH.setattr("lwdeploy.api.wire.READ_SECONDS", asked["impatient"])
    if asked.get("without"):
        take_out(asked["without"], _PATCH)
    _at_requests(requests, asked.get("request") or {})
    _at_state(asked.get("state") or {}, record=asked.get("record"))
    if asked.get("disk"):
        _at_disk(**asked["disk"])


class Count:
    """Counts, from any thread."""

    def __init__(self) -> None:
        self.value = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        with self._lock:
            self.value += 1
            return self.value


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("survived SIGKILL")


# --- clocks


class _Slept(Haste):
    """Haste on a machine that has slept for two lives of a lease, as soon as a file says so."""

    def __init__(self, said: Path) -> None:
        super().__init__()
        self._said = said

    def monotonic(self) -> float:
        return super().monotonic() + (2 * TTL if self._said.is_file() else 0.0)


def _clocks(asked: Mapping[str, Any], requests: Count) -> None:
    """Let waits pass at once, unless others share the time of day; put the wall clock wrong if that is asked."""
    skew, since = asked.get("skew", 0), asked.get("skew_since", 0)

    def wall() -> float:
        return time.time() + (skew if requests.value >= since else 0)

    haste = _Slept(Path(asked.get("slept", "")))
    if asked.get("haste", True):
        for place in ("apply", "stores"):
            _PATCH.setattr(f"lwdeploy.commands.{place}.time", haste)

    def timing() -> Timing:
        return replace(haste.timing() if asked.get("haste", True) else Timing(), wall=wall)

    _PATCH.setattr("lwdeploy.api.client.Timing", timing)


# --- requests


def _at_requests(count: Count, asked: Mapping[str, Any]) -> None:
    nth, deed = asked.get("nth"), _DEEDS.get(asked.get("deed", ""))
    exchange = Wire.exchange

    def counted(self: Wire, request: Request) -> Answer | Failure:
        def send() -> Answer | Failure:
            return exchange(self, request)

        mine = count.next() == nth
        return deed(send, request, asked) if mine and deed is not None else send()

    _PATCH.setattr(Wire, "exchange", counted)


def _kill_before(_send: Send, _request: Request, _asked: Mapping[str, Any]) -> NoReturn:
    die()


def _kill_after(send: Send, _request: Request, _asked: Mapping[str, Any]) -> NoReturn:
    send()
    die()


def _twice(send: Send, _request: Request, _asked: Mapping[str, Any]) -> Answer | Failure:
    first = send()
    send()
    return first


def _twice_second(send: Send, _request: Request, _asked: Mapping[str, Any]) -> Answer | Failure:
    send()
    return send()


def _late(_send: Send, request: Request, asked: Mapping[str, Any]) -> Failure:
    _keep(request, Path(asked["file"]))
    return Failure(reason="the connection was cut", sent=True)


def _kill_late(_send: Send, request: Request, asked: Mapping[str, Any]) -> NoReturn:
    _keep(request, Path(asked["file"]))
    die()


_DEEDS: Mapping[str, Callable[[Send, Request, Mapping[str, Any]], Answer | Failure]] = {
    "kill before": _kill_before,
    "kill after": _kill_after,
    "twice": _twice,
    "twice, second answer": _twice_second,
    "late": _late,
    "kill, late": _kill_late,
}


def _keep(request: Request, path: Path) -> None:
    """Keep a request for somebody to deliver it later."""
    content = base64.b64encode(request.content).decode()
    kept = {"method": request.method, "url": request.url, "headers": dict(request.headers), "content": content}
    path.write_text(json.dumps(kept), encoding="utf-8")


# --- writes of the state, whatever it is kept in


def _at_state(asked: Mapping[str, Any], *, record: str | None) -> None:
    """Strike at the n-th write of the state or of the trash; note what there were of them for a rehearsal."""
    count, names = Count(), list[str]()
    for store in (FileStore, RemoteStore):
        for name in ("write", "keep"):
            _PATCH.setattr(store, name, _struck(getattr(store, name), name, count, names, asked))
    if record is not None:
        disk = _watched_disk()
        path = Path(record)
        _PATCH.setattr(os, "_exit", _recording(os._exit, path, names, disk))


def _struck(
    call: Callable[..., Any], name: str, count: Count, names: list[str], asked: Mapping[str, Any]
) -> Callable[..., Any]:
    def struck(*args: Any, **named: Any) -> Any:
        names.append(name)
        deed = asked.get("deed") if count.next() == asked.get("nth") else None
        if deed == "kill before":
            die()
        if deed == "stop":
            Path(asked["file"]).touch()
            os.kill(os.getpid(), signal.SIGSTOP)
        if deed == "refuse":
            raise StateError("cannot write the state: made up, nothing was stored")
        done = call(*args, **named)
        if deed == "kill after":
            die()
        if deed == "lost":
            raise StateError("cannot write the state: made up, and it was stored nevertheless")
        return done

    return struck


def _recording(
    leave: Callable[[int], NoReturn], path: Path, names: list[str], disk: list[list[str]]
) -> Callable[[int], NoReturn]:
    def told(code: int) -> NoReturn:
        path.write_text(json.dumps({"state": names, "disk": disk}), encoding="utf-8")
        leave(code)

    return told


# --- operations on files


def _watched_disk() -> list[list[str]]:
    """Note every operation on a file below `.lwdeploy`, with the folder and the name."""
    seen = list[list[str]]()

    def note(operation: str, path: Path, go_on: Callable[..., Any]) -> Any:
        if _folder(path):
            seen.append([_folder(path), operation, path.name])
        return go_on()

    _wrap_disk(note)
    return seen


def _folder(path: Path) -> str:
    """Name the folder in `.lwdeploy` that a file is in; empty for any other file."""
    parts = path.parts
    return parts[parts.index(".lwdeploy") + 1] if ".lwdeploy" in parts[:-1] else ""


def _at_disk(*, folder: str, nth: int, deed: str) -> None:
    """Strike at the n-th operation on a file in `.lwdeploy/FOLDER`, or from it on."""
    count = Count()
    number = {"full": errno.ENOSPC, "read only": errno.EROFS, "broken": errno.EIO}.get(deed.partition(",")[0])

    def act(operation: str, path: Path, go_on: Callable[..., Any]) -> Any:
        if _folder(path) != folder:
            return go_on()
        at = count.next()
        if number is not None and (at == nth or (at > nth and deed.endswith("from then on"))):
            raise OSError(number, os.strerror(number), str(path))
        if at != nth or number is not None:
            return go_on()
        if deed == "kill half" and operation == "write":
            go_on(half=True)
        elif deed != "kill before":
            go_on()
        die()

    _wrap_disk(act)


def _wrap_disk(act: Callable[[str, Path, Callable[..., Any]], Any]) -> None:
    """Have `act(operation, path, go_on)` stand around what opens, writes, flushes and renames files."""
    named: dict[int, Path] = {}
    opened, closed, write, pwrite, fsync, renamed = os.open, os.close, os.write, os.pwrite, os.fsync, os.replace

    def open_(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if not isinstance(path, str | Path):
            return opened(path, flags, *rest, **options)
        where = Path(path).absolute()
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        descriptor: int = (
            act("open", where, lambda: opened(path, flags, *rest, **options))
            if writes
            else opened(path, flags, *rest, **options)
        )
        named[descriptor] = where
        return descriptor

    def write_(descriptor: int, content: Any, *, half: bool = False) -> int:
        return write(descriptor, bytes(content)[: len(content) // 2] if half else content)

    def at(operation: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def struck(descriptor: int, *rest: Any) -> Any:
            def go_on(**options: Any) -> Any:
                return call(descriptor, *rest, **options)

            return act(operation, named[descriptor], go_on) if descriptor in named else go_on()

        return struck

    def replace_(source: Any, target: Any, **options: Any) -> None:
        act("rename", Path(target).absolute(), lambda: renamed(source, target, **options))

    def close_(descriptor: int) -> None:
        named.pop(descriptor, None)
        closed(descriptor)

    calls = {"open": open_, "close": close_, "write": at("write", write_), "pwrite": at("note", pwrite)}
    for name, call in {**calls, "fsync": at("flush", fsync), "replace": replace_}.items():
        _PATCH.setattr(os, name, call)
