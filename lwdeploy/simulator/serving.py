"""The local tenant in the foreground, as `lwdeploy simulate` runs it."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lwdeploy.simulator import credentials
from lwdeploy.simulator.settings import Settings
from lwdeploy.simulator.tenant import LocalTenant, start

__all__ = ["serve"]

_log = logging.getLogger(__name__)

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def serve(
    *,
    data: Path | None,
    port: int = 0,
    credentials_file: Path | None = None,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    announce: Callable[[LocalTenant], None] | None = None,
    until: threading.Event | None = None,
) -> None:
    """Serve in the foreground until SIGINT, SIGTERM or `until`; leave nothing behind but the data.

    The credentials file (mode 0600) appears, whole, when the tenant accepts connections, and is gone when it
    no longer does: one that a killed tenant left is removed before starting. `announce` is called at the same
    moment. Only the main thread can be told by a signal; elsewhere `until` is the way.
    """
    stopped = until if until is not None else threading.Event()
    if credentials_file is not None:
        credentials_file.unlink(missing_ok=True)
    with _stopping_on_signals(stopped), start(data=data, port=port, settings=settings) as tenant:
        if settings.host not in _LOOPBACK:
            _log.warning("the local tenant listens on %s: every machine that reaches it can use it", settings.host)
        content = tenant.credentials_env()
        if credentials_file is not None:
            credentials.write_file(credentials_file, content)
        try:
            if announce is not None:
                announce(tenant)
            stopped.wait()
        finally:
            if credentials_file is not None:
                credentials.remove_file(credentials_file, content)


@contextmanager
def _stopping_on_signals(stopped: threading.Event) -> Iterator[None]:
    """Set the event on SIGINT and SIGTERM while inside; outside the main thread, where none arrive, do nothing."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
