"""`state unlock`: who has the lease of a state, whether that run is alive, and the lease taken from a dead one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from lwdeploy.commands.request import Request
from lwdeploy.commands.stores import open_store
from lwdeploy.commands.workspace import choose_tenant, errors_in, open_workspace
from lwdeploy.core.errors import InvalidManifests, Locked
from lwdeploy.state.holder import Holder
from lwdeploy.state.remote_lease import BEAT_EVERY
from lwdeploy.state.store import Held, Store
from lwdeploy.state.waiting import Clock, Sleep

__all__ = ["Speaker", "Unlocking", "run"]

WATCHED = BEAT_EVERY * 1.25
"""Seconds for which a lease is watched: a run that is alive shows a sign of life within them."""

LOOK_EVERY = 1.0


class Speaker(Protocol):
    """How the command speaks to the person who has to decide."""

    def note(self, text: str) -> None:
        """Write a line to stderr."""
        ...

    def confirm(self, question: str, *, otherwise: str) -> bool:
        """Ask a person; raises UserError with `otherwise` as its advice where there is no terminal."""
        ...


def run(request: Request, speaker: Speaker, *, force: bool) -> bool:
    """Show who has the lease of the tenant's state, and take it away; tell whether it was. Sends nothing.

    Raises Locked for a run that is alive, and where only the end of a process ends its lease.
    """
    workspace = open_workspace(request)
    if errors_in(workspace.diagnostics):
        raise InvalidManifests(workspace.diagnostics)
    with open_store(request, choose_tenant(request, workspace), root=workspace.root) as store:
        unlocking = Unlocking(store=store, speaker=speaker, clock=time.monotonic, sleep=time.sleep, now=_now)
        return unlocking.run(force=force)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlocking:
    """The parts of one `state unlock`, passed in. `clock` is monotonic, `now` is only told to the person."""

    store: Store
    speaker: Speaker
    clock: Clock
    sleep: Sleep
    now: Callable[[], datetime]

    def run(self, *, force: bool) -> bool:
        """See `run`. With `force` nothing is waited for and nothing is asked."""
        held = self.store.held()
        if held is None:
            self.speaker.note(f"Nobody holds the lease of the state in {self.store.describe()}.")
            return False
        self._show(held)
        if self.store.lease_dies_with_holder:
            self.speaker.note("This lease is a lock of the operating system: it dies with its process.")
        elif not force and not self._agreed(held):
            return False
        self.store.unlock(held)
        return True

    def _show(self, held: Held) -> None:
        self.speaker.note(f"The lease of the state in {self.store.describe()} is held by")
        holder = held.holder
        if holder is None:
            self.speaker.note("  a run that does not say who it is")
            return
        self.speaker.note(f"  {holder.user} on {holder.host}, process {holder.pid}")
        if holder.job_url:
            self.speaker.note(f"  {holder.job_url}")
        self.speaker.note(f"  since {holder.since}{_age(holder, self.now())}")

    def _agreed(self, held: Held) -> bool:
        """Watch the lease for a sign of life, and ask; raises Locked for a living run."""
        self.speaker.note(f"Watching it for {WATCHED:g} s ...")
        now = self._watched(held)
        if now is None:
            self.speaker.note("It was given back just now: there is nothing to unlock.")
            return False
        if now != held:
            raise Locked(
                "The lease was renewed while it was watched: its holder is alive, or another run has it now",
                advice="Wait for that run, or end it. --force takes the lease away all the same: that run then "
                "stops before it names, registers or records anything more.",
            )
        question = f"No sign of life for {WATCHED:g} s. Take the lease away from that run?"
        return self.speaker.confirm(question, otherwise="Say --force if that run is dead.")

    def _watched(self, held: Held) -> Held | None:
        """Look until the lease moves or the time is over; give it as it was seen last."""
        until, now = self.clock() + WATCHED, self.store.held()
        while now == held and self.clock() < until:
            self.sleep(LOOK_EVERY)
            now = self.store.held()
        return now


def _age(holder: Holder, now: datetime) -> str:
    """Say how long ago a run began, if its clock and ours agree enough to tell."""
    try:
        seconds = (now - datetime.fromisoformat(holder.since)).total_seconds()
    except (ValueError, TypeError):
        return ""
    if seconds < 0:
        return ""
    minutes = int(seconds // 60)
    if minutes < 1:
        return f", {seconds:.0f} s ago"
    return f", {minutes} min ago" if minutes < 120 else f", {minutes // 60} h {minutes % 60} min ago"
