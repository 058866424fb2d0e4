"""The local tenant: a LINE WORKS Bot API and OAuth server on loopback, kept in SQLite.

Written from the API reference alone and sharing no line with the client, so that a misreading on one side
shows on the other. `start` runs one inside the process, `serve` in the foreground. What is named here is
imported when it is first used: the pytest plugin lies in this package, is loaded into suites that never ask
for a tenant, and has to load where the parts of the server are not installed.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lwdeploy.simulator.callbacks import Delivery
    from lwdeploy.simulator.faults import FAULT_KINDS, Fault, FaultKind
    from lwdeploy.simulator.menustates import MenuState, MenuStates, RichmenuState
    from lwdeploy.simulator.readings import UnknownReadingError
    from lwdeploy.simulator.requestlog import LogEntry
    from lwdeploy.simulator.serving import serve
    from lwdeploy.simulator.settings import Settings
    from lwdeploy.simulator.storage import DataFileError
    from lwdeploy.simulator.switch import Switch
    from lwdeploy.simulator.switches import SWITCHES
    from lwdeploy.simulator.tenant import LocalTenant, start
    from lwdeploy.simulator.watches import Watch, Watcher

__all__ = [
    "FAULT_KINDS",
    "SWITCHES",
    "DataFileError",
    "Delivery",
    "Fault",
    "FaultKind",
    "LocalTenant",
    "LogEntry",
    "MenuState",
    "MenuStates",
    "RichmenuState",
    "Settings",
    "Switch",
    "UnknownReadingError",
    "Watch",
    "Watcher",
    "serve",
    "start",
]

_HOMES: Mapping[str, str] = {
    "FAULT_KINDS": "faults",
    "SWITCHES": "switches",
    "DataFileError": "storage",
    "Delivery": "callbacks",
    "Fault": "faults",
    "FaultKind": "faults",
    "LocalTenant": "tenant",
    "LogEntry": "requestlog",
    "MenuState": "menustates",
    "MenuStates": "menustates",
    "RichmenuState": "menustates",
    "Settings": "settings",
    "Switch": "switch",
    "UnknownReadingError": "readings",
    "Watch": "watches",
    "Watcher": "watches",
    "serve": "serving",
    "start": "tenant",
}


def __getattr__(name: str) -> Any:
    """Import a public name; a missing part of the server is an ImportError here."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
