"""What a local tenant can be told before it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

__all__ = ["ALL_SCOPES", "DEFAULT_DOMAINS", "Plan", "RateLimit", "Settings"]

Plan = Literal["free", "standard", "advanced"]
RateLimit = Literal["off", "free", "standard", "advanced"]

DEFAULT_DOMAINS = (10000001, 10000002, 10000003)
ALL_SCOPES = ("bot", "bot.message", "bot.read", "directory.read", "orgunit.read", "user.read")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How the tenant behaves.

    `plan` and `bot_limit` decide how many bots fit (reference section 4), `rate_limit` and
    `rate_window_seconds` how often an operation may be called (section 2.6; "off" sends no rate headers at
    all). `token_seconds` is the life of an access token, 3600 or 86400 in reality (section 1.4). `scopes` are
    those ticked on the app. `switches` chooses readings of the inferred facts by name. `callback_routes`
    sends callbacks for an https origin to another address, so that a bot can keep its real callback URL while
    a test listens on loopback. `private_key` (PEM) takes the place of the one that the tenant would make, or
    has kept. A tenant that is started again keeps its domains; `domains` other than the default are added to
    them. The request log holds the latest `log_size` requests in memory, and is appended to `log_file` as JSON
    lines if there is one.
    """

    plan: Plan = "standard"
    rate_limit: RateLimit = "off"
    rate_window_seconds: float = 60
    bot_limit: int = 300
    host: str = "127.0.0.1"
    domains: tuple[int, ...] = DEFAULT_DOMAINS
    token_seconds: int = 86400
    refresh_rotation: bool = False
    scopes: tuple[str, ...] = ALL_SCOPES
    strict_directory: bool = False
    private_key: str | None = None
    callback_routes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    switches: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    log_size: int = 20_000
    log_file: Path | None = None

    def __post_init__(self) -> None:
        if self.plan not in get_args(Plan):
            raise ValueError(f"plan has to be one of {', '.join(get_args(Plan))}, got {self.plan!r}")
        if self.rate_limit not in get_args(RateLimit):
            raise ValueError(
                f"rate_limit has to be one of {', '.join(get_args(RateLimit))}, got {self.rate_limit!r}"
            )
        if self.rate_window_seconds <= 0:
            raise ValueError(f"rate_window_seconds has to be more than 0, got {self.rate_window_seconds!r}")
        if not self.domains:
            raise ValueError("a tenant has at least one domain")
