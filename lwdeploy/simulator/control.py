"""The control API below /_control: what a test does to the tenant from outside its process.

It is for programs on the same machine: requests from elsewhere are refused, whatever address the tenant
listens on.
"""

import asyncio
import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lwdeploy.simulator import people, seeding
from lwdeploy.simulator.callbacks import Callbacks
from lwdeploy.simulator.faults import Fault, Faults
from lwdeploy.simulator.identity import Identity
from lwdeploy.simulator.limits import bot_limit
from lwdeploy.simulator.menustates import menu_states
from lwdeploy.simulator.operations import Tenant
from lwdeploy.simulator.readings import UnknownReadingError
from lwdeploy.simulator.requestlog import RequestLog
from lwdeploy.simulator.switches import SWITCHES
from lwdeploy.simulator.wire import ApiError, Event

__all__ = ["Control"]

Endpoint = Callable[[Request], Awaitable[Response]]


class Control:
    """The endpoints of the control API; `app` is the application that serves them."""

    def __init__(
        self, tenant: Tenant, identity: Identity, *, faults: Faults, log: RequestLog, callbacks: Callbacks
    ) -> None:
        self._tenant = tenant
        self._identity = identity
        self._faults = faults
        self._log = log
        self._callbacks = callbacks
        table: tuple[tuple[str, str, Endpoint], ...] = (
            ("GET", "/health", self._health),
            ("GET", "/settings", self._settings),
            ("PATCH", "/switches", self._choose),
            ("GET", "/switches", self._switches),
            ("GET", "/log", self._read_log),
            ("DELETE", "/log", self._clear_log),
            ("GET", "/faults", self._read_faults),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("POST", "/clock", self._advance),
            ("GET", "/state", self._state),
            ("GET", "/menus", self._menus),
            ("POST", "/bots", self._make_bots),
            ("POST", "/bots/{bot_id:int}/richmenus", self._make_richmenu),
            ("GET", "/callbacks", self._deliveries),
            ("GET", "/messages", self._messages),
            ("POST", "/users", self._add_user),
            ("DELETE", "/users/{login}", self._drop_user),
            ("POST", "/bots/{bot_id:int}/events", self._act),
            ("POST", "/bots/{bot_id:int}/press", self._press),
            ("POST", "/bots/{bot_id:int}/rooms", self._invite),
        )
        self.app = Starlette(
            routes=[Route("/_control" + path, _local_only(run), methods=[method]) for method, path, run in table],
            exception_handlers={
                ApiError: _refused,
                ValueError: _refused,
                TypeError: _refused,
                KeyError: _refused,
            },
        )

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok", "time": self._tenant.clock.now()})

    async def _settings(self, _request: Request) -> Response:
        settings = self._tenant.settings
        shown = {
            "plan": settings.plan,
            "botLimit": bot_limit(self._tenant),
            "rateLimit": settings.rate_limit,
            "rateWindowSeconds": settings.rate_window_seconds,
            "domains": list(self._identity.domains),
            "clientId": self._identity.client_id,
            "serviceAccount": self._identity.service_account,
            "strictDirectory": settings.strict_directory,
            "callbackRoutes": dict(settings.callback_routes),
            "switches": self._tenant.readings.chosen(),
        }
        return JSONResponse(shown)

    async def _switches(self, _request: Request) -> Response:
        chosen = self._tenant.readings.chosen()
        return JSONResponse([{**asdict(switch), "reading": chosen[switch.name]} for switch in SWITCHES])

    async def _choose(self, request: Request) -> Response:
        for name, value in (await _object(request)).items():
            self._tenant.readings.choose(name, str(value))
        return JSONResponse(self._tenant.readings.chosen())

    async def _read_log(self, request: Request) -> Response:
        entries = [entry.to_json() for entry in self._log.entries(request.query_params.get("operation"))]
        if request.query_params.get("format") == "jsonl":
            return PlainTextResponse("".join(json.dumps(entry) + "\n" for entry in entries))
        return JSONResponse({"entries": entries})

    async def _clear_log(self, _request: Request) -> Response:
        self._log.clear()
        return Response(status_code=204)

    async def _read_faults(self, _request: Request) -> Response:
        return JSONResponse({"faults": [_fault_as_json(fault) for fault in self._faults.rules()]})

    async def _add_fault(self, request: Request) -> Response:
        fault = Fault(**(await _object(request)))
        self._faults.add(fault)
        return JSONResponse(_fault_as_json(fault), status_code=201)

    async def _clear_faults(self, _request: Request) -> Response:
        self._faults.clear()
        return Response(status_code=204)

    async def _advance(self, request: Request) -> Response:
        return JSONResponse({"time": self._tenant.clock.advance(float((await _object(request))["advance"]))})

    async def _state(self, _request: Request) -> Response:
        return JSONResponse(seeding.snapshot(self._tenant))

    async def _menus(self, request: Request) -> Response:
        asked = request.query_params.get("botId")
        states = menu_states(self._tenant, None if asked is None else int(asked))
        return JSONResponse({str(bot_id): state for bot_id, state in states.items()})

    async def _make_bots(self, request: Request) -> Response:
        asked = await _object(request)
        made = seeding.make_bots(
            self._tenant,
            int(asked.get("count", 1)),
            name=str(asked.get("name", "unmanaged")),
            registered_in=asked.get("domainId"),
            body=asked.get("body"),
        )
        return JSONResponse({"botIds": made}, status_code=201)

    async def _make_richmenu(self, request: Request) -> Response:
        name = str((await _object(request)).get("name", "unmanaged"))
        menu_id = seeding.make_richmenu(self._tenant, request.path_params["bot_id"], name=name)
        return JSONResponse({"richmenuId": menu_id}, status_code=201)

    async def _deliveries(self, _request: Request) -> Response:
        return JSONResponse({"deliveries": [delivery.to_json() for delivery in self._callbacks.deliveries()]})

    async def _messages(self, _request: Request) -> Response:
        return JSONResponse({"messages": seeding.sent_messages(self._tenant)})

    async def _add_user(self, request: Request) -> Response:
        asked = await _object(request)
        user_id = seeding.make_user(self._tenant, asked["login"], domain_id=asked.get("domainId"))
        return JSONResponse({"userId": user_id}, status_code=201)

    async def _drop_user(self, request: Request) -> Response:
        seeding.drop_user(self._tenant, request.path_params["login"])
        return Response(status_code=204)

    async def _act(self, request: Request) -> Response:
        details = await _object(request)
        kind = details.pop("type")
        return await self._sent([people.act(self._tenant, request.path_params["bot_id"], kind, **details)])

    async def _press(self, request: Request) -> Response:
        asked = await _object(request)
        events = people.press(
            self._tenant, request.path_params["bot_id"], user=asked["user"], button=int(asked["button"])
        )
        return await self._sent(events)

    async def _invite(self, request: Request) -> Response:
        asked = await _object(request)
        channel_id, joined = people.invite(
            self._tenant, request.path_params["bot_id"], asked["members"], title=asked.get("title")
        )
        sent = [await asyncio.wrap_future(future) for future in self._callbacks.post([joined])]
        return JSONResponse({"channelId": channel_id, "deliveries": [one.to_json() for one in sent]})

    async def _sent(self, events: Sequence[Event]) -> Response:
        sent = [await asyncio.wrap_future(future) for future in self._callbacks.post(events)]
        return JSONResponse({"deliveries": [one.to_json() for one in sent]})


async def _object(request: Request) -> dict[str, Any]:
    body = await request.body()
    value = json.loads(body) if body else {}
    if not isinstance(value, dict):
        raise TypeError("the body has to be a JSON object")
    return value


def _fault_as_json(fault: Fault) -> dict[str, Any]:
    values = {field.name: getattr(fault, field.name) for field in fields(fault)}
    return {**values, "headers": dict(fault.headers)}


def _local_only(run: Endpoint) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        host = request.client.host if request.client is not None else ""
        if not _is_loopback(host):
            return JSONResponse({"code": "FORBIDDEN", "description": "The control API is local"}, status_code=403)
        return await run(request)

    return endpoint


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _refused(_request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, ApiError) else 400
    name = "" if isinstance(error, (ApiError, UnknownReadingError)) else f"{type(error).__name__}: "
    content: Mapping[str, str] = {"code": "INVALID_PARAMETER", "description": f"{name}{error}"}
    return JSONResponse(content, status_code=status)
