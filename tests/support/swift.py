"""Spares runs inside this process what costs most of their time and is the same in every one of them."""

from __future__ import annotations

import ssl
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import load_der_private_key

__all__ = ["spare_keys_and_certificates"]


@cache
def _loaded(content: bytes, password: None = None) -> object:
    return load_der_private_key(content, password)


def spare_keys_and_certificates(patch: pytest.MonkeyPatch) -> None:
    """Check each private key once in a process, and load no certificates: nothing here is https."""
    patch.setattr("lwdeploy.api.keys.load_der_private_key", _loaded)
    patch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)
