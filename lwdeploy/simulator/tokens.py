"""Tokens and codes that the tenant has given out; they outlive a restart, as those of the service do."""

import secrets
from dataclasses import dataclass

from lwdeploy.simulator.operations import Tenant

__all__ = ["Token", "find_token", "issue_token", "revoke_tokens"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """Stands for a subject and scopes until it expires; `kind` is access, refresh or code."""

    value: str
    kind: str
    subject: str
    scopes: frozenset[str]
    expires: float
    redirect_uri: str = ""


def issue_token(
    tenant: Tenant, kind: str, *, subject: str, scopes: frozenset[str], seconds: float, redirect_uri: str = ""
) -> Token:
    """Make and keep a token; run it inside a transaction."""
    value = f"jp1{secrets.token_urlsafe(48)}"
    expires = tenant.clock.now() + seconds
    tenant.store.run("DELETE FROM tokens WHERE expires <= ?", tenant.clock.now())
    if kind == "access" and tenant.readings["tokens"] == "newest-only":
        tenant.store.run("DELETE FROM tokens WHERE kind = 'access' AND subject = ?", subject)
    tenant.store.run(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?)",
        *(value, kind, subject, " ".join(sorted(scopes)), expires, redirect_uri),
    )
    return Token(
        value=value, kind=kind, subject=subject, scopes=scopes, expires=expires, redirect_uri=redirect_uri
    )


def find_token(tenant: Tenant, value: str, kind: str) -> Token | None:
    """Return a token of this kind that is still valid."""
    row = tenant.store.row(
        "SELECT subject, scope, expires, redirect_uri FROM tokens WHERE token = ? AND kind = ?", value, kind
    )
    if row is None or row[2] <= tenant.clock.now():
        return None
    subject, scope, expires, redirect_uri = row
    return Token(
        value=value,
        kind=kind,
        subject=subject,
        scopes=frozenset(scope.split()),
        expires=expires,
        redirect_uri=redirect_uri,
    )


def revoke_tokens(tenant: Tenant, value: str) -> None:
    """End a token; ending one that is not known is no error (RFC 7009)."""
    tenant.store.run("DELETE FROM tokens WHERE token = ?", value)
