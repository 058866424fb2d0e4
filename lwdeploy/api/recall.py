"""What a run has read, read once: the same GET is answered from memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lwdeploy.api.call import Call
from lwdeploy.api.client import Client
from lwdeploy.core.errors import Rejected

__all__ = ["Memory", "Recall"]

_Told = TypeVar("_Told")
_Key = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Memory:
    """What was answered, and what was answered not to be there."""

    told: dict[_Key, Any] = field(default_factory=dict)
    gone: dict[_Key, Rejected] = field(default_factory=dict)


class Recall:
    """Reads through a client, each thing once; stands in the place of a client that only reads.

    That something is not there is remembered too. Errors of any other sort are not: asking again may help. Any
    number of threads may use it, each for bots of its own: two that ask the same at once both ask the tenant.
    What it gives is shared by all who ask and must not be changed. Clients of one tenant may share a memory.
    """

    def __init__(self, client: Client, *, memory: Memory) -> None:
        self._client = client
        self._memory = memory

    @property
    def calls(self) -> Mapping[str, int]:
        """What the client has sent, as `Client.calls`."""
        return self._client.calls

    def send(self, call: Call) -> Any:
        """Give what `Client.send` gives, or gave. Raises UserError for a call that writes."""
        return self._recalled(call, "", lambda: self._client.send(call))

    def pages(self, call: Call, *, key: str) -> list[Any]:
        """Give what `Client.pages` gives, or gave."""
        return self._recalled(call, key, lambda: self._client.pages(call, key=key))

    def download(self, call: Call) -> bytes:
        """Give what `Client.download` gives, or gave."""
        return self._recalled(call, "bytes", lambda: self._client.download(call))

    def _recalled(self, call: Call, form: str, ask: Callable[[], _Told]) -> _Told:
        key = (f"{call.method} {call.target}", form, tuple(sorted(call.query.items())))
        memory = self._memory
        if key in memory.gone:
            raise memory.gone[key].with_traceback(None)
        if key not in memory.told:
            try:
                memory.told[key] = ask()
            except Rejected as error:
                if error.is_gone:
                    memory.gone[key] = error
                raise
        told: _Told = memory.told[key]
        return told
