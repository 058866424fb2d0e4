"""One request in, one answer out: who calls, how often, what is done; no faults, no wire."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lwdeploy.simulator import (
    attachments,
    bots,
    channels,
    directory,
    domains,
    menuimages,
    menulinks,
    menus,
    messages,
    richmenus,
)
from lwdeploy.simulator.limits import RateWindows
from lwdeploy.simulator.oauth import OAuth, OAuthError
from lwdeploy.simulator.operations import Call, Operation, Tenant
from lwdeploy.simulator.routes import Routes
from lwdeploy.simulator.tokens import Token, find_token, revoke_tokens
from lwdeploy.simulator.wire import Answer, ApiError, Request, missing, not_allowed

__all__ = ["OPERATIONS", "Done", "Exchange", "Route", "bearer"]

_log = logging.getLogger(__name__)

OPERATIONS: tuple[Operation, ...] = (
    *bots.OPERATIONS,
    *domains.OPERATIONS,
    *menus.OPERATIONS,
    *richmenus.OPERATIONS,
    *menuimages.OPERATIONS,
    *menulinks.OPERATIONS,
    *attachments.OPERATIONS,
    *channels.OPERATIONS,
    *messages.OPERATIONS,
    *directory.OPERATIONS,
)

_API = "v1.0"
_OAUTH = ("oauth2", "v2.0")
_STORAGE = ("k", "emsg")  # the path of the storage host, section 3.6
_RATE_FREE = 302  # a redirection carries no rate headers, section 2.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where a request goes: an operation, an endpoint beside the API, or the refusal of an unknown path."""

    name: str
    operation: Operation | None = None
    path: Mapping[str, str] | None = None
    endpoint: Callable[[Request], Answer] | None = None
    refusal: ApiError | None = None

    @property
    def serialised_bot(self) -> str | None:
        """The bot on which this write must be the only one at a time."""
        serialised = self.operation is not None and self.operation.serialised
        return self.path.get("botId") if serialised and self.path is not None else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """An answer with the word for the log."""

    answer: Answer
    outcome: str


def refusal(error: ApiError) -> Answer:
    """Put a refusal into the envelope of the API."""
    content = {"code": error.code, "description": error.description}
    return Answer(status=error.status, content=content, headers=(("Allow", error.allow),) if error.allow else ())


def bearer(request: Request) -> str:
    """Return the token that came with a request, or nothing."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else ""


class Exchange:
    """Answers requests, one at a time."""

    def __init__(self, tenant: Tenant, oauth: OAuth) -> None:
        self._tenant = tenant
        self._routes = Routes(OPERATIONS)
        self._windows = RateWindows(tenant.settings, tenant.clock)
        self._oauth: Mapping[str, tuple[str, str, Callable[[Request], Answer]]] = {
            "token": ("POST", "issueToken", oauth.token),
            "revoke": ("POST", "revokeToken", oauth.revoke),
            "authorize": ("GET", "authorize", oauth.authorize),
        }

    def find(self, request: Request) -> Route:
        """Find out where a request goes; this never fails."""
        segments = request.segments
        try:
            if segments and segments[0] == _API:
                operation, path = self._routes.find(request.method, segments[1:])
                return Route(name=operation.name, operation=operation, path=path)
            if segments[:2] == _OAUTH and len(segments) == len(_OAUTH) + 1:
                return self._authorization(request.method, segments[2])
            if segments[:2] == _STORAGE and len(segments) == len(_STORAGE) + 4:
                return self._storage(request.method, *segments[2:5])
        except ApiError as error:
            return Route(name="", refusal=error)
        return Route(name="", refusal=missing("Path"))

    def _authorization(self, method: str, name: str) -> Route:
        if name not in self._oauth:
            raise missing("Path")
        its_method, operation, endpoint = self._oauth[name]
        if method != its_method:
            raise not_allowed(method, allow=[its_method])
        return Route(name=operation, endpoint=endpoint)

    def _storage(self, method: str, direction: str, _region: str, key: str) -> Route:
        if (method, direction) in {("POST", "r"), ("PUT", "r")}:
            return Route(name="uploadContent", endpoint=lambda request: self._receive(request, key))
        if (method, direction) == ("GET", "d"):
            return Route(name="downloadContent", endpoint=lambda request: self._download(request, key))
        return Route(name="", refusal=missing("Path"))

    def _receive(self, request: Request, key: str) -> Answer:
        if request.method == "PUT" and self._tenant.readings["raw-upload"] == "refused":
            raise not_allowed("PUT", allow=["POST"])
        if request.method == "POST":
            self._require_token(request)
        return attachments.receive(self._tenant, request, key)

    def _download(self, request: Request, file_id: str) -> Answer:
        self._require_token(request)
        return attachments.download(self._tenant, file_id)

    def carry_out(self, route: Route, request: Request) -> Done:
        """Do what is asked, whole or not at all, and answer; nothing is raised."""
        try:
            if route.endpoint is not None:
                with self._tenant.store.transaction():
                    return _done(route.endpoint(request))
            if route.operation is None or route.path is None:
                return _done(refusal(route.refusal or missing("Path")))
            return self._call(route.operation, route.path, request)
        except ApiError as error:
            return _done(refusal(error))
        except OAuthError as error:
            return _done(error.answer)
        except Exception:  # noqa: BLE001 - a server answers 500 and goes on; the trace is logged
            _log.exception("%s failed", route.name)
            return _done(refusal(ApiError(500, "INTERNAL_SERVER_ERROR", "Internal server error")))

    def _call(self, operation: Operation, path: Mapping[str, str], request: Request) -> Done:
        self._authorise(operation, request)
        allowance = self._windows.count(operation)
        headers = () if allowance is None else allowance.headers()
        if allowance is not None and not allowance.granted:
            too_many = refusal(ApiError(429, "TOO_MANY_REQUESTS", "API rate limit exceeded"))
            return Done(answer=replace(too_many, headers=headers), outcome="throttled")
        try:
            answer = self._handle(operation, Call(tenant=self._tenant, request=request, path=path))
        except ApiError as error:
            answer = refusal(error)
        if headers and answer.status != _RATE_FREE:
            answer = replace(answer, headers=(*answer.headers, *headers))
        return _done(answer)

    def _handle(self, operation: Operation, call: Call) -> Answer:
        scope = self._tenant.store.reading if operation.method == "GET" else self._tenant.store.transaction
        with scope():
            return operation.handle(call)

    def _authorise(self, operation: Operation, request: Request) -> None:
        token = self._require_token(request)
        if operation.scopes.isdisjoint(token.scopes):
            if self._tenant.readings["scope-refusal"] == "401":
                raise ApiError(401, "UNAUTHORIZED", "Authentication failed.")
            raise ApiError(403, "FORBIDDEN", "Not allowed api")

    def _require_token(self, request: Request) -> Token:
        with self._tenant.store.reading():
            token = find_token(self._tenant, bearer(request), "access")
        if token is None:
            raise ApiError(401, "UNAUTHORIZED", "Authentication failed.")
        return token

    def end_token(self, request: Request) -> None:
        """End the token that came with a request."""
        with self._tenant.store.transaction():
            revoke_tokens(self._tenant, bearer(request))


def _done(answer: Answer) -> Done:
    if answer.status >= 500:
        return Done(answer=answer, outcome="failed")
    return Done(answer=answer, outcome="refused" if answer.status >= 400 else "ok")
