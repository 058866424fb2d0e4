"""Signed assertions, checked from the signature up and without the client's library (reference section 1.2)."""

import base64
import binascii
import json
import re
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

__all__ = ["BadAssertionError", "verified_claims"]

_PART = re.compile(r"[A-Za-z0-9_+/-]+")  # no padding; the two letters of ordinary Base64 seem to pass


class BadAssertionError(Exception):
    """An assertion that is no JWT, or that another key or algorithm has signed."""


def verified_claims(assertion: str, key: RSAPublicKey) -> dict[str, Any]:
    """Return the claims of an RS256 JWT that this key has signed; what they say is not looked at."""
    parts = assertion.split(".")
    if len(parts) != 3 or not all(_PART.fullmatch(part) for part in parts):
        raise BadAssertionError("it is not three parts of base64url without padding")
    header, claims = _object(parts[0]), _object(parts[1])
    if header.get("alg") != "RS256":
        raise BadAssertionError(f"alg is {header.get('alg')!r}, not RS256")
    try:
        key.verify(_decoded(parts[2]), f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise BadAssertionError("the signature is not the one of the service account's key") from error
    return claims


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise BadAssertionError("a part of it is not base64url") from error


def _object(part: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(part))
    except (ValueError, RecursionError) as error:
        raise BadAssertionError("a part of it is not JSON") from error
    if not isinstance(value, dict):
        raise BadAssertionError("a part of it is not a JSON object")
    return value
