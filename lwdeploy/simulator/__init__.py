"""The local tenant: a LINE WORKS Bot API and OAuth server on loopback, kept in SQLite.

Written from the API reference alone and sharing no line with the client, so that a misreading on one side
shows on the other. `start` runs one inside the process, `serve` in the foreground.
"""

from lwdeploy.simulator.callbacks import Delivery
from lwdeploy.simulator.faults import FAULT_KINDS, Fault, FaultKind
from lwdeploy.simulator.requestlog import LogEntry
from lwdeploy.simulator.serving import serve
from lwdeploy.simulator.settings import Settings
from lwdeploy.simulator.storage import DataFileError
from lwdeploy.simulator.switches import SWITCHES, Switch, UnknownReadingError
from lwdeploy.simulator.tenant import LocalTenant, start

__all__ = [
    "FAULT_KINDS",
    "SWITCHES",
    "DataFileError",
    "Delivery",
    "Fault",
    "FaultKind",
    "LocalTenant",
    "LogEntry",
    "Settings",
    "Switch",
    "UnknownReadingError",
    "serve",
    "start",
]
