"""Who is told of the tenant's menus after every request, before the next one is handled."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from lwdeploy.simulator.menustates import MenuStates, menu_states
from lwdeploy.simulator.operations import Tenant

__all__ = ["Watch", "Watcher", "Watches"]

Watcher = Callable[[str, MenuStates], None]


class Watch:
    """One watcher that is told, from now until `stop`; as a context manager it stops where the block ends.

    The watcher runs in the thread that answers requests, and the tenant answers nobody meanwhile. What it raises
    does not touch the request; it is told no more, and `stop` raises that exception.
    """

    def __init__(self, watches: "Watches", watcher: Watcher, bot_id: int | None) -> None:
        self._watches = watches
        self._watcher = watcher
        self._bot_id = bot_id
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Tell the watcher no more, and raise what it raised; a second call does nothing.

        When this returns, the watcher is not running.
        """
        self._watches.remove(self)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def tell(self, tenant: Tenant, operation: str) -> None:
        """Call the watcher, unless it has failed before."""
        if self._failure is not None:
            return
        try:
            self._watcher(operation, menu_states(tenant, self._bot_id))
        except BaseException as failure:  # noqa: BLE001 - a failed assertion belongs to the thread of the test
            self._failure = failure


class Watches:
    """The watchers of one tenant; any thread may add and remove them."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._watches: tuple[Watch, ...] = ()
        self._lock = threading.RLock()

    def add(self, watcher: Watcher, *, bot_id: int | None) -> Watch:
        """Have a watcher told from the next request on."""
        watch = Watch(self, watcher, bot_id)
        with self._lock:
            self._watches = (*self._watches, watch)
        return watch

    def remove(self, watch: Watch) -> None:
        """Forget a watcher once it is not running."""
        with self._lock:
            self._watches = tuple(each for each in self._watches if each is not watch)

    def tell(self, operation: str) -> None:
        """Tell all watchers that a request has been handled; without any, this does nothing."""
        if not self._watches:
            return
        with self._lock:
            for watch in self._watches:
                watch.tell(self._tenant, operation)

    def close(self) -> None:
        """Stop all that have not been stopped; the first failure among them is raised."""
        with self._lock:
            left = self._watches
        failures: list[BaseException] = []
        for watch in left:
            try:
                watch.stop()
            except BaseException as failure:  # noqa: BLE001 - the others have to be stopped first
                failures.append(failure)
        if failures:
            raise failures[0]
