"""What goes wrong in one run: a bad day of the tenant, the end of the process, a state that cannot be written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from lwdeploy.api.call import Call
from lwdeploy.core.errors import LwdeployError, StateError
from lwdeploy.core.types import State
from lwdeploy.simulator import Fault
from lwdeploy.state.memory import MemoryStore, WriteFault
from tests.kinds.deployment import Bots, Deployment

__all__ = ["Killed", "Trouble", "Troubled", "troubles"]

OPERATIONS = (
    "listBots",
    "getBot",
    "createBot",
    "patchBot",
    "deleteBot",
    "listBotDomains",
    "registerBotDomain",
    "patchBotDomain",
    "deleteBotDomain",
    "listBotDomainMembers",
    "addBotDomainMember",
    "deleteBotDomainMember",
    "getPersistentMenu",
    "setPersistentMenu",
    "deletePersistentMenu",
    "listRichmenus",
    "createRichmenu",
    "deleteRichmenu",
    "createAttachment",
    "setRichmenuImage",
    "setDefaultRichmenu",
    "deleteDefaultRichmenu",
    "setUserRichmenu",
    "deleteUserRichmenu",
)
CUTS = ("cut_before_commit", "commit_then_cut", "cut_mid_body", "truncated_json", "expired_token")
LISTS = ("listBots", "listBotDomains", "listBotDomainMembers", "listRichmenus")


class Killed(BaseException):
    """The process is no more; no handler of the product may stand in its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that goes wrong: a fault of the tenant, or the number of a write at which something ends.

    `dies` is `before` or `after`: the process ends when the write numbered `write` was not sent yet, or was done
    and not answered. `state` is `torn` or `stored`: that write of the state fails, without or with effect.
    """

    fault: Fault | None = None
    write: int = 0
    dies: str = ""
    state: str = ""

    def __str__(self) -> str:
        if self.fault is not None:
            fault = self.fault
            told = f"{fault.kind} at {fault.operation or 'request'} number {fault.nth}, {fault.times or 1} times"
            return f"{told}, status {fault.status}{' after the work' if fault.commit else ''}"
        if self.dies:
            return f"killed {self.dies} write {self.write}"
        return f"write {self.write} of the state fails, {self.state}"


_COMMON: dict[str, Any] = {"nth": st.integers(1, 4), "times": st.integers(1, 3)}
_ANY: dict[str, Any] = {"operation": st.none(), "nth": st.integers(1, 40)}
_FAULTS = st.one_of(
    st.builds(Fault, kind=st.sampled_from(CUTS), **_ANY),
    st.builds(
        Fault, kind=st.just("status"), status=st.sampled_from([429, 500, 503]), commit=st.booleans(), **_ANY
    ),
    st.builds(
        Fault,
        kind=st.sampled_from(CUTS),
        operation=st.sampled_from(OPERATIONS),
        **_COMMON,
    ),
    st.builds(
        Fault,
        kind=st.sampled_from(["status", "html_200"]),
        status=st.sampled_from([500, 502, 503]),
        commit=st.booleans(),
        operation=st.sampled_from(OPERATIONS),
        **_COMMON,
    ),
    st.builds(
        Fault,
        kind=st.just("status"),
        status=st.sampled_from([400, 403, 409, 429]),
        operation=st.sampled_from(OPERATIONS),
        **_COMMON,
    ),
    st.builds(
        Fault,
        kind=st.sampled_from(
            ["stale_list", "lagging_list", "lingering_list", "short_pages", "repeated_ids", "cursor_loop"]
        ),
        operation=st.sampled_from(LISTS),
        rows=st.integers(1, 2),
        **_COMMON,
    ),
)


def troubles() -> st.SearchStrategy[Trouble]:
    """Give anything that can go wrong in a run."""
    return st.one_of(
        st.builds(Trouble, fault=_FAULTS),
        st.builds(Trouble, write=st.integers(1, 25), dies=st.sampled_from(["before", "after"])),
        st.builds(Trouble, write=st.integers(1, 3), state=st.sampled_from(["torn", "stored"])),
    )


class Mortal:
    """A client that ends the process at a write."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._mutex = threading.Lock()
        self._left = 0
        self._dies = ""
        self._dead = False

    def doom(self, trouble: Trouble | None) -> None:
        """Say when the process ends; None: it goes on."""
        self._dead = False
        self._left, self._dies = (trouble.write, trouble.dies) if trouble else (0, "")

    def send(self, call: Call, *more: Any, **named: Any) -> Any:
        self._breathe()
        last = not call.safe and self._is_last()
        if last and self._dies == "before":
            self._die()
        answer = self._client.send(call, *more, **named)
        if last:
            self._die()
        return answer

    def __getattr__(self, name: str) -> Any:
        self._breathe()
        return getattr(self._client, name)

    def _is_last(self) -> bool:
        with self._mutex:
            self._left -= 1
            return self._left == 0

    def _breathe(self) -> None:
        if self._dead:
            raise Killed

    def _die(self) -> None:
        self._dead = True
        raise Killed


class Troubled(Deployment):
    """A project whose runs can be troubled."""

    def __init__(self, tenant: Any) -> None:
        super().__init__(tenant)
        self.mortal = Mortal(self.client)
        self.client: Any = self.mortal
        self.verify()
        self._torn: dict[int, WriteFault] = {}

    def begin(self, project: str = "acme") -> None:
        self.mortal.doom(None)
        super().begin(project)
        self._torn = {}
        self.store = MemoryStore(faults=self._torn)

    def initialise(self) -> None:
        """Store a first state, as `lwdeploy state init` does."""
        made = State(lineage="fresh", tenant={"endpoint": self.tenant.endpoint}, project=self.project)
        self.store.write(made, expected_serial=None)

    def suffer(self, bots: Bots, trouble: Trouble) -> str:
        """Plan and apply under a trouble; tell how it ended."""
        with self._in(trouble):
            try:
                plan = self.plan(bots)
                if plan.refusals:
                    return f"refused: {plan.refusals[0].message}"
                return "complete" if self.apply(plan).complete else "incomplete"
            except (LwdeployError, Killed) as error:
                return repr(error)

    @contextmanager
    def _in(self, trouble: Trouble) -> Iterator[None]:
        if trouble.fault is not None:
            self.tenant.add_fault(trouble.fault)
        elif trouble.state:
            failure = WriteFault(error=StateError("no space left"), stored=trouble.state == "stored")
            self._torn[self.store.writes + trouble.write] = failure
        else:
            self.mortal.doom(trouble)
        try:
            yield
        finally:
            self.mortal.doom(None)
            self._torn.clear()
            self.tenant.clear_faults()
