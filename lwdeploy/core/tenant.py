"""Where and how to deploy: one tenant, as its manifest or the environment describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lwdeploy.core.places import StatePlace
from lwdeploy.core.secret import SecretRef

__all__ = ["LOCAL", "Auth", "Guards", "Limits", "PlanName", "Tenant"]

PlanName = Literal["free", "standard", "advanced"]
"""What the tenant has subscribed to (reference 2.6); the schema of the Tenant takes these words only."""

LOCAL = "local"
"""The endpoint that stands for the embedded local tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """The four values of a service account (reference 1.2), by reference."""

    client_id: SecretRef = field(default_factory=lambda: SecretRef(env="LWDEPLOY_CLIENT_ID"))
    client_secret: SecretRef = field(default_factory=lambda: SecretRef(env="LWDEPLOY_CLIENT_SECRET"))
    service_account: SecretRef = field(default_factory=lambda: SecretRef(env="LWDEPLOY_SERVICE_ACCOUNT"))
    private_key: SecretRef = field(default_factory=lambda: SecretRef(env="LWDEPLOY_PRIVATE_KEY"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the tenant takes (reference 4 and 2.6).

    `bots` is the hard number; `warn_bots` the one above which a warning is printed (10 on the free plan, a
    limit not confirmed for API 2.0); `calls_per_minute` is per operation, None means as the server says;
    `share` is the part of it that lwdeploy takes, because live bots use the same quota.
    """

    bots: int = 300
    warn_bots: int | None = None
    calls_per_minute: int | None = None
    share: float = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What a plan may not do without a numbered override; with `require_reason`, not without a reason either."""

    max_deletes: int = 1
    max_delete_percent: int = 10
    require_vice_pic: bool = False
    allowed_callback_hosts: tuple[str, ...] = ()
    name_pattern: str | None = None
    require_reason: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One tenant. `endpoint` is a base URL or `local`; `state` is None where none is named.

    `domains` maps the names that manifests use to domain ids; `default_photo_url` serves bots that name none.
    `declared` tells a Tenant document from the built-in local tenant and from one made of the environment.
    """

    name: str
    endpoint: str
    token_url: str = ""
    plan: PlanName | None = None
    limits: Limits = Limits()
    domains: Mapping[str, int] = field(default_factory=dict)
    auth: Auth = field(default_factory=Auth)
    state: StatePlace | None = None
    default_photo_url: str | None = None
    prune: bool = False
    guards: Guards = Guards()
    declared: bool = True

    @property
    def is_local(self) -> bool:
        """Whether lwdeploy serves this tenant itself."""
        return self.endpoint == LOCAL
