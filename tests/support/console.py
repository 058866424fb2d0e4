"""Somebody else at the tenant: a person at the console, another program. Speaks HTTP with a token of its own."""

from __future__ import annotations

import ssl
import time
from typing import Any

import httpx
import jwt

from lwdeploy.simulator import LocalTenant

__all__ = ["Console", "names", "writes"]

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # loads no certificates, which is slow; nothing here is https


class Console:
    """Sends requests to a tenant, and leaves no trace of them in its log."""

    def __init__(self, tenant: LocalTenant) -> None:
        self._tenant = tenant
        now = int(time.time())
        claims = {"iss": tenant.client_id, "sub": tenant.service_account, "iat": now, "exp": now + 600}
        fields = {
            "grant_type": _GRANT,
            "assertion": jwt.encode(claims, tenant.private_key, algorithm="RS256"),
            "client_id": tenant.client_id,
            "client_secret": tenant.client_secret,
            "scope": "bot",
        }
        with self._client() as client:
            self._token = client.post(tenant.token_url, data=fields).raise_for_status().json()["access_token"]

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """Send one request, insist on success, and give its JSON value."""
        with self._client() as client:
            headers = {"Authorization": f"Bearer {self._token}"}
            answer = client.request(method, self._tenant.endpoint + path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _client(self) -> httpx.Client:
        return httpx.Client(trust_env=False, verify=_NO_TLS, timeout=20)


def names(tenant: LocalTenant) -> list[str]:
    """Give the names of all bots of a tenant, sorted."""
    return sorted(bot["botName"] for bot in tenant.snapshot()["bots"])


def writes(tenant: LocalTenant) -> list[str]:
    """Give the operations of all writes in the log, token requests left out."""
    return [each.operation for each in tenant.log() if each.method != "GET" and each.operation != "issueToken"]
