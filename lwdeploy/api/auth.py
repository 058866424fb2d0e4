"""Access tokens of a service account (reference 1.2), one for all threads."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import jwt

from lwdeploy.api.credentials import Credentials
from lwdeploy.api.headers import server_time
from lwdeploy.api.refusals import refused_token
from lwdeploy.api.replies import Reply, Trouble, understand
from lwdeploy.api.retry import Delivery
from lwdeploy.api.timing import Timing
from lwdeploy.api.wire import Request, Transport
from lwdeploy.core.errors import Rejected, RemoteError, Unavailable

__all__ = ["ServiceAccount", "Tokens"]

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 30 * 60
"""Half of the hour that is allowed (reference 1.2): a clock that runs fast or slow does not matter much."""
BACKDATED_SECONDS = 60
USUAL_LIFE = 3600.0
"""Life of a token that does not say its own (reference 1.4)."""
LONGEST_LIFE = 24 * 3600.0
RENEW_AHEAD = 300.0

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_SECONDS = re.compile(r"\s*[0-9]{1,12}(\.[0-9]+)?\s*")


class Tokens(Protocol):
    """Where the client gets its bearer tokens; safe to use from many threads."""

    @property
    def scope(self) -> str:
        """The scope that tokens are asked for."""
        ...

    def token(self) -> str:
        """Give a token that should be good."""
        ...

    def renew(self, refused: str) -> str:
        """Give another token than `refused`, asking for a new one unless somebody already has."""
        ...


class ServiceAccount:
    """Tokens by the JWT grant: RS256, `scope` as given (`bot.read` to plan, `bot` to apply).

    At most one request is under way; threads that waited for it share its result, a failure too. A refusal
    is final: wrong credentials are sent once.
    """

    def __init__(
        self,
        *,
        transport: Transport,
        token_url: str,
        credentials: Credentials,
        scope: str,
        delivery: Delivery,
        timing: Timing,
    ) -> None:
        self.scope = scope
        self._transport = transport
        self._url = token_url
        self._credentials = credentials
        self._delivery = delivery
        self._timing = timing
        self._lock = threading.Lock()
        self._token = ""
        self._renew_at = -math.inf
        self._rounds = 0
        self._failure: RemoteError | None = None

    def __repr__(self) -> str:
        return f"ServiceAccount(scope={self.scope!r})"

    def token(self) -> str:
        """Give a token that is good for some time yet; Rejected, Unavailable or Throttled without one."""
        seen = self._rounds
        with self._lock:
            if self._token and self._timing.clock() < self._renew_at:
                return self._token
            final = isinstance(self._failure, Rejected)
            if self._failure is not None and (final or self._rounds != seen):
                raise self._failure.with_traceback(None)
            return self._ask()

    def renew(self, refused: str) -> str:
        """Give another token than `refused`; one request for all threads that were refused with it."""
        with self._lock:
            if self._token == refused:
                self._token = ""
        return self.token()

    def _ask(self) -> str:
        self._token, self._failure = "", None
        try:
            granted = self._granted()
        except RemoteError as error:
            self._failure = error
            raise
        finally:
            self._rounds += 1
        self._token = granted.token
        self._renew_at = self._timing.clock() + granted.life - min(RENEW_AHEAD, granted.life / 10)
        return self._token

    def _granted(self) -> _Grant:
        reply = self._delivery.deliver(_ISSUE_TOKEN, self._attempt)
        if reply.status >= 400 or (isinstance(reply.value, Mapping) and "error" in reply.value):
            raise self._refused(reply)
        grant = _grant(reply.value)
        if grant is None:
            raise Unavailable(
                "issueToken: the answer holds no usable access_token.",
                operation="issueToken",
                status=reply.status,
                advice="Nothing was changed. Check that the token URL is that of the service.",
            )
        return grant

    def _attempt(self) -> Reply | Trouble:
        return understand(self._transport.exchange(self._request()))

    def _refused(self, reply: Reply) -> Rejected:
        server = server_time(reply.headers)
        return refused_token(
            reply,
            scope=self.scope,
            skew=None if server is None else self._timing.wall() - server,
            secrets=(self._credentials.client_secret,),
        )

    def _request(self) -> Request:
        return Request(
            method="POST",
            url=self._url,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            content=urlencode(
                {
                    "assertion": self._assertion(),
                    "grant_type": GRANT_TYPE,
                    "client_id": self._credentials.client_id,
                    "client_secret": self._credentials.client_secret,
                    "scope": self.scope,
                }
            ).encode(),
        )

    def _assertion(self) -> str:
        # Dated back a little: a clock that runs fast would otherwise sign for the future.
        issued = int(self._timing.wall()) - BACKDATED_SECONDS
        claims = {
            "iss": self._credentials.client_id,
            "sub": self._credentials.service_account,
            "iat": issued,
            "exp": issued + ASSERTION_SECONDS,
        }
        return jwt.encode(claims, self._credentials.private_key, algorithm="RS256")


@dataclass(frozen=True, slots=True, kw_only=True)
class _IssueToken:
    operation: str = "issueToken"
    safe: bool = True  # a token asked for twice harms nobody

    def __str__(self) -> str:
        return self.operation


_ISSUE_TOKEN = _IssueToken()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Grant:
    token: str
    life: float


def _grant(value: Any) -> _Grant | None:
    token = value.get("access_token") if isinstance(value, Mapping) else None
    if not isinstance(token, str) or not _VISIBLE.fullmatch(token):
        return None
    return _Grant(token=token, life=_life(value.get("expires_in")))


def _life(expires_in: Any) -> float:
    """Read `expires_in`: a number or a numeric string (reference 1.2); anything else is the usual hour."""
    if isinstance(expires_in, str) and _SECONDS.fullmatch(expires_in):
        expires_in = float(expires_in)
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float):
        return USUAL_LIFE
    return float(min(expires_in, LONGEST_LIFE)) if expires_in > 0 else USUAL_LIFE
