"""A wire between psycopg and PostgreSQL that can be cut, frozen or overtaken at every step of a conversation.

A step is what the client sends in one go: a message of the handshake, BEGIN, each statement, COMMIT, the goodbye.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Fault", "Step", "Wire", "cut_after", "cut_before", "forward", "frozen_after", "frozen_before", "wired"]

_LONG = 60.0  # bounds a hang; nothing waits for it to pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the client sent, and both ends of the wire."""

    sent: bytes = field(repr=False)
    client: socket.socket
    server: socket.socket


Fault = Callable[[Step], bool]
"""What happens at a step; gives whether the wire works after it."""


def forward(step: Step) -> bool:
    """Hand on what was sent; the answer follows."""
    step.server.sendall(step.sent)
    return True


def cut_before(step: Step) -> bool:
    """End both connections before the server sees the step."""
    step.client.close()
    step.server.close()
    return False


def cut_after(step: Step) -> bool:
    """End both connections when the server has answered, without the answer."""
    forward(step)
    select.select([step.server], [], [], _LONG)
    return cut_before(step)


def frozen_before(_step: Step) -> bool:
    """Swallow the step and say nothing any more."""
    return False


def frozen_after(step: Step) -> bool:
    """Let the server act and say nothing any more."""
    forward(step)
    return False


@dataclass
class Wire:
    """Steps are numbered from 1 over all connections; `faults` maps a number to what happens to that step."""

    port: int
    faults: dict[int, Fault] = field(default_factory=dict)
    steps: list[bytes] = field(default_factory=list)
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def reset(self) -> None:
        """Count from 1 again."""
        with self.mutex:
            self.faults.clear()
            self.steps.clear()

    def fault_of(self, sent: bytes) -> Fault:
        with self.mutex:
            self.steps.append(sent)
            return self.faults.get(len(self.steps), forward)


@contextmanager
def wired(path: Path) -> Iterator[Wire]:
    """Listen on loopback and hand everything on to a unix socket, as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire = Wire(port=listener.getsockname()[1])
        threading.Thread(target=_listen, args=(listener, wire, path), daemon=True).start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)


def _listen(listener: socket.socket, wire: Wire, path: Path) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_talk, args=(client, wire, path), daemon=True).start()


def _talk(client: socket.socket, wire: Wire, path: Path) -> None:
    with client, socket.socket(socket.AF_UNIX) as server, suppress(OSError):
        server.connect(str(path))
        works = True
        while works or client.fileno() >= 0:
            ready, _, _ = select.select([client, *([server] if works else [])], [], [])
            if server in ready:
                _hand_on(server, client)
            if client in ready:
                sent = client.recv(1 << 20)
                if not sent:
                    return
                works = works and wire.fault_of(sent)(Step(sent=sent, client=client, server=server))


def _hand_on(server: socket.socket, client: socket.socket) -> None:
    answer = server.recv(1 << 20)
    if not answer:
        raise ConnectionResetError
    client.sendall(answer)
