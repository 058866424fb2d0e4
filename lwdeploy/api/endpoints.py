"""Where requests may go: the base URL of the API, the URL that issues tokens, addresses that answers name."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from lwdeploy.core.errors import UserError

__all__ = ["DEFAULT_TOKEN_URL", "base_url", "is_loopback", "objection", "token_url"]

DEFAULT_HOST = "www.worksapis.com"
DEFAULT_TOKEN_URL = "https://auth.worksmobile.com/oauth2/v2.0/token"  # noqa: S105  an address, not a token
"""Reference 1.1."""
_LONGEST_HOST = 253
# What two parsers may read in two ways: the host that is looked at must be the one that is asked.
_AMBIGUOUS = re.compile(r"^ |[\x00-\x1f\x7f\\]")
_PLAIN = re.compile(r"[!-~]+")


def base_url(endpoint: str) -> str:
    """Give the endpoint without a trailing slash; refuse what must not carry a token."""
    _checked(endpoint, what="endpoint")
    return endpoint.strip().rstrip("/")


def token_url(endpoint: str, *, given: str = "") -> str:
    """Give the URL that issues tokens for an endpoint; only the public service has a default."""
    if given:
        _checked(given, what="token URL")
        return given.strip()
    if _checked(endpoint, what="endpoint").hostname == DEFAULT_HOST:
        return DEFAULT_TOKEN_URL
    raise UserError(
        f"The endpoint is not {DEFAULT_HOST}, so the URL that issues tokens must be given too.",
        advice="Set spec.tokenUrl in the Tenant, or LWDEPLOY_TOKEN_URL.",
    )


def objection(url: str, *, endpoint: str) -> str:
    """Say why no token may go to an address that the tenant named; empty when it may.

    It may over https, and over plain http when both the address and `endpoint` are on this machine. The host is
    all that is said of the address: the rest of it may let somebody in.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises on a port that is none
    except ValueError:
        return "it is not a URL"
    host = (parts.hostname or "")[:_LONGEST_HOST]
    plain = _PLAIN.fullmatch(parts.netloc) and not _AMBIGUOUS.search(url)
    if not plain or parts.scheme not in {"http", "https"} or not host:
        return "it is not a URL that starts with https:// and names a host"
    if parts.username is not None:  # it would take the place of the token
        return f"it has a user in it, at {host}"
    if parts.scheme == "http" and not (is_loopback(host) and is_loopback(urlsplit(endpoint).hostname or "")):
        return f"it is plain http, at {host}: the token would travel in the open"
    return ""


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _checked(url: str, *, what: str) -> SplitResult:
    parts = _split(url, what=what)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        raise UserError(f"The {what} is not a URL that starts with https:// and names a host.")
    if parts.scheme == "http" and not is_loopback(host):
        raise UserError(
            f"The {what} at {host} is plain http: token and client secret would travel in the open.",
            advice="Use https; plain http is taken for this machine only.",
        )
    if parts.username is not None or parts.query or parts.fragment:
        raise UserError(f"The {what} at {host} must have no user, query or fragment in it.")
    return parts


def _split(url: str, *, what: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # raises on a port that is none
    except ValueError:
        raise UserError(f"The {what} is not a URL.") from None
    return parts
