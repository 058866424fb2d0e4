"""Start a local tenant, hold it, and stop it."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict

from lwdeploy.simulator import credentials, people, seeding
from lwdeploy.simulator.app import App
from lwdeploy.simulator.callbacks import Callbacks, Delivery
from lwdeploy.simulator.clock import Clock
from lwdeploy.simulator.control import Control
from lwdeploy.simulator.exchange import Exchange
from lwdeploy.simulator.faults import Fault, Faults
from lwdeploy.simulator.identity import load_identity
from lwdeploy.simulator.menustates import MenuStates, menu_states
from lwdeploy.simulator.oauth import OAuth
from lwdeploy.simulator.operations import Tenant
from lwdeploy.simulator.readings import Readings
from lwdeploy.simulator.requestlog import LogEntry, RequestLog
from lwdeploy.simulator.server import BackgroundServer
from lwdeploy.simulator.settings import Settings
from lwdeploy.simulator.storage import Storage
from lwdeploy.simulator.watches import Watch, Watcher, Watches
from lwdeploy.simulator.wire import Event

__all__ = ["LocalTenant", "start"]

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - looked for, to say so


class Tools(TypedDict):
    """What both the API and the control API work with."""

    faults: Faults
    log: RequestLog
    callbacks: Callbacks


class LocalTenant:
    """A running tenant: a context manager with a `stop` that may be called more than once.

    The attributes are what a client needs: `endpoint` and `token_url` stand for the base and token URL of the
    service, `client_id`, `client_secret`, `service_account` and `private_key` (PEM) are what the Developer
    Console would show, `domain_ids` are the tenant's domains. `control_url` is the base of the control API.
    """

    def __init__(self, *, data: Path | None, port: int, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        with ExitStack() as closing:
            self._open(closing, data, clock)
            self._assemble(closing, port)
            self._closing = closing.pop_all()
        self.port = self._server.port
        self.endpoint = f"{self._origin}/v1.0"
        self.token_url = f"{self._origin}/oauth2/v2.0/token"
        self.control_url = f"{self._origin}/_control"
        self.client_id = self._identity.client_id
        self.client_secret = self._identity.client_secret
        self.service_account = self._identity.service_account
        self.private_key = self._identity.private_key
        self.domain_ids = self._identity.domains

    def _open(self, closing: ExitStack, data: Path | None, clock: Clock) -> None:
        store = Storage(data)
        closing.callback(store.close)
        self._readings = Readings(self.settings.switches)
        self._identity = load_identity(store, self.settings)
        self._tenant = Tenant(
            store=store,
            clock=clock,
            settings=self.settings,
            readings=self._readings,
            domains=self._identity.domains,
        )

    def _assemble(self, closing: ExitStack, port: int) -> None:
        self._faults = Faults()
        self._requests = RequestLog(self.settings.log_size, self.settings.log_file)
        closing.callback(self._requests.close)
        self._watches = Watches(self._tenant)
        closing.callback(self._watches.close)
        self._callbacks = Callbacks(self._tenant)
        closing.callback(self._callbacks.close)
        tools: Tools = {"faults": self._faults, "log": self._requests, "callbacks": self._callbacks}
        exchange = Exchange(self._tenant, OAuth(self._tenant, self._identity))
        control = Control(self._tenant, self._identity, **tools)
        app = App(self._tenant, exchange, **tools, watches=self._watches, control=control.app)
        self._server = BackgroundServer(app, host=self.settings.host, port=port)
        closing.callback(self._server.stop)

    @property
    def _origin(self) -> str:
        host = self.settings.host
        if host in _EVERYWHERE:
            host = "127.0.0.1"
        elif ":" in host:
            host = f"[{host}]"
        return f"http://{host}:{self._server.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving and release the data; the data file can be started again at once.

        What a watcher raised whose watch is still on is raised when all is stopped.
        """
        self._closing.close()

    def credentials_env(self) -> str:
        """Return the credentials as the text of an env file with `LWDEPLOY_*` variables."""
        return credentials.env_text(self._identity, endpoint=self.endpoint, token_url=self.token_url)

    # --- what was called, and what shall go wrong ------------------------------------------------

    def log(self, operation: str | None = None) -> tuple[LogEntry, ...]:
        """Return the requests so far (token requests too), or those of one operation, oldest first."""
        return self._requests.entries(operation)

    def clear_log(self) -> None:
        """Forget the requests so far."""
        self._requests.clear()

    def add_fault(self, fault: Fault) -> None:
        """Let a fault strike from the next request on, as its rule says."""
        self._faults.add(fault)

    def clear_faults(self) -> None:
        """Drop all fault rules."""
        self._faults.clear()

    def deliveries(self) -> tuple[Delivery, ...]:
        """Return the callbacks sent or kept back so far."""
        return self._callbacks.deliveries()

    # --- the world around ------------------------------------------------------------------------

    def choose(self, switch: str, reading: str) -> None:
        """Put a reading of an inferred fact in force."""
        self._readings.choose(switch, reading)

    def advance(self, seconds: float) -> None:
        """Move the tenant's clock ahead: tokens, upload addresses and rate windows age."""
        self._tenant.clock.advance(seconds)

    def make_bots(
        self,
        count: int,
        *,
        name: str = "unmanaged",
        registered_in: int | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> tuple[int, ...]:
        """Create bots that nobody asked the API for and return their ids; `body` overrides properties."""
        return seeding.make_bots(self._tenant, count, name=name, registered_in=registered_in, body=body)

    def make_richmenu(self, bot_id: int, *, name: str = "unmanaged", picture: bytes | None = None) -> str:
        """Create a rich menu on a bot, with a PNG or JPEG of 2500x843 if one is given, and return its id."""
        return seeding.make_richmenu(self._tenant, bot_id, name=name, picture=picture)

    def make_user(self, login: str, *, domain_id: int | None = None) -> str:
        """Put a user into the directory and return the user id."""
        return seeding.make_user(self._tenant, login, domain_id=domain_id)

    def drop_user(self, login: str) -> None:
        """Let a user leave: out of the directory, and of the rich menus set for single users.

        Only a strict directory refuses the user from now on. One whom it does not hold is a ValueError.
        """
        seeding.drop_user(self._tenant, login)

    def bot_secret(self, bot_id: int) -> str:
        """Return the secret that signs a bot's callbacks, which the Developer Console would show."""
        return seeding.bot_secret(self._tenant, bot_id)

    def sent_messages(self) -> list[dict[str, Any]]:
        """Return every message that bots have sent, oldest first."""
        return seeding.sent_messages(self._tenant)

    # --- what users do ------------------------------------------------------------------------------

    def act(self, bot_id: int, kind: str, **details: Any) -> Delivery:
        """Let a user do something that a bot hears of (see `people.act`), and wait for the callback."""
        return self._deliver([people.act(self._tenant, bot_id, kind, **details)])[0]

    def press(self, bot_id: int, *, user: str, button: int) -> tuple[Delivery, ...]:
        """Let a user press a button (from 0) of the menu that the user sees, and wait for the callbacks."""
        return self._deliver(people.press(self._tenant, bot_id, user=user, button=button))

    def invite(self, bot_id: int, members: Sequence[str], *, title: str | None = None) -> str:
        """Let users make a room with a bot; return the room when the bot has been told."""
        channel_id, joined = people.invite(self._tenant, bot_id, members, title=title)
        self._deliver([joined])
        return channel_id

    def _deliver(self, events: Sequence[Event]) -> tuple[Delivery, ...]:
        return tuple(future.result() for future in self._callbacks.post(events))

    def snapshot(self) -> dict[str, Any]:
        """Return every bot with all that hangs on it as plain JSON values, without a request in the log."""
        return seeding.snapshot(self._tenant)

    def menus(self, bot_id: int | None = None) -> MenuStates:
        """Return which menus users see, of one bot or of all, as plain values by bot id (see `MenuState`)."""
        return menu_states(self._tenant, bot_id)

    def watch(self, watcher: Watcher, *, bot_id: int | None = None) -> Watch:
        """Call `watcher(operation, menus)` after each request from now on, whichever process sent it.

        It is called once for each request: right after its effect, or (a refusal, or a fault that goes before
        the work) in its place, and before the answer and before any other request is handled. `operation` is
        as in the log, `menus` as `menus(bot_id)` returns them. The watcher must send no request to the tenant.
        End with `stop`, or use the watch as a context manager: that raises what the watcher raised.
        """
        return self._watches.add(watcher, bot_id=bot_id)


def start(
    *,
    data: Path | None,
    port: int = 0,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    clock: Callable[[], float] = time.time,
) -> LocalTenant:
    """Start a tenant in a thread of this process and return it when it accepts connections.

    `data` is the SQLite file that keeps everything over restarts, None keeps it in memory. Port 0 takes a
    free one. `DataFileError` says that the file is in use or is no data file, `OSError` that the port is
    taken.
    """
    return LocalTenant(data=data, port=port, settings=settings, clock=Clock(clock))
