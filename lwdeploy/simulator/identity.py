"""Who a tenant is: the application, its service account and key, the domains; kept in the data file.

The credentials are kept as well as the names, because a restart of the real service changes neither: a client
may go on with the credentials file and the token that it has. They open nothing but the data beside which
they lie.
"""

import secrets
import uuid
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lwdeploy.simulator.settings import DEFAULT_DOMAINS, Settings
from lwdeploy.simulator.storage import Storage
from lwdeploy.simulator.users import seed_directory

__all__ = ["Identity", "load_identity"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What an administrator copies out of the Developer Console (reference section 1.2)."""

    client_id: str
    client_secret: str
    service_account: str
    private_key: str
    domains: tuple[int, ...]


def load_identity(store: Storage, settings: Settings) -> Identity:
    """Return the identity kept in the data; a new tenant gets one, and its first users."""
    with store.transaction():
        kept = dict(store.rows("SELECT name, value FROM meta"))
        if not kept:
            kept = _new_identity(settings)
            seed_directory(store, settings.domains)
        if settings.private_key is not None:
            kept["private_key"] = settings.private_key
        kept["domains"] = _with_more_domains(kept["domains"], settings.domains)
        for name, value in kept.items():
            store.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value)
    return Identity(
        client_id=kept["client_id"],
        client_secret=kept["client_secret"],
        service_account=kept["service_account"],
        private_key=kept["private_key"],
        domains=tuple(int(domain) for domain in kept["domains"].split(",")),
    )


def _with_more_domains(kept: str, asked: tuple[int, ...]) -> str:
    known = kept.split(",")
    more = [str(domain) for domain in asked if str(domain) not in known and asked != DEFAULT_DOMAINS]
    return ",".join([*known, *more])


def _new_identity(settings: Settings) -> dict[str, str]:
    return {
        "client_id": secrets.token_urlsafe(15),
        "client_secret": secrets.token_urlsafe(8),
        "service_account": f"{uuid.uuid4().hex[:5]}.serviceaccount@example.com",
        "private_key": settings.private_key or _new_key(),
        "domains": ",".join(map(str, settings.domains)),
    }


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
