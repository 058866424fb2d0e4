"""The private key of a service account, in every form in which it reaches a program."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key

from lwdeploy.core.errors import UserError

__all__ = ["private_key"]

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]{0,40}?PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
_LABEL = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_LONGEST_PATH = 4096
_LONGEST_FILE = 65536
_ADVICE = (
    "Give the key as downloaded from the Developer Console: PEM text, a path to the PEM file, one line with "
    "\\n for the line breaks, or Base64 of either PEM or DER."
)


def private_key(text: str) -> RSAPrivateKey:
    """Read an RSA private key; UserError says what was seen, and quotes none of it."""
    bare = _bare(text)
    der = _from_pem(bare)
    if der is None:
        content = _file(bare)
        # A file first: its name may happen to be Base64, while the Base64 of a key is no file's name.
        der = _decoded(bare) if content is None else _from_pem(content) or _decoded(content)
    if der is None:
        raise UserError(f"The private key cannot be read: {_seen(bare)}.", advice=_ADVICE)
    return _rsa(der, seen=bare)


def _bare(text: str) -> str:
    bare = text.strip("\ufeff \t\r\n")
    quoted = len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'"
    return bare[1:-1].strip() if quoted else bare


def _from_pem(text: str) -> bytes | None:
    """Give the DER inside the first private key of `text`, whatever became of its line breaks."""
    block = _PEM.search(text.replace("\\r", "").replace("\\n", "\n"))
    if block is None:
        return None
    if "ENCRYPTED" in block[1] or "Proc-Type" in block[2]:
        raise UserError(
            "The private key is protected by a passphrase.",
            advice="Decrypt it (openssl pkey), or use the file as downloaded from the Developer Console.",
        )
    return _base64(block[2])


def _decoded(text: str) -> bytes | None:
    """Give the DER that `text` is the Base64 of, directly or through PEM."""
    der = _base64(text)
    if der is None or der.lstrip().startswith(b"-----BEGIN"):
        return der and _from_pem(der.decode("ascii", errors="replace"))
    # A word may happen to be Base64 as well; a key is an ASN.1 sequence.
    return der if der[:1] == b"\x30" else None


def _base64(text: str) -> bytes | None:
    packed = "".join(text.replace("\\n", "").split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except ValueError:
        return None


def _file(text: str) -> str | None:
    if not text or "\n" in text or len(text) > _LONGEST_PATH:
        return None
    try:
        with Path(text).expanduser().open("rb") as stream:
            return stream.read(_LONGEST_FILE).decode("utf-8", errors="replace")
    except (OSError, ValueError, RuntimeError):
        return None


def _rsa(der: bytes, *, seen: str) -> RSAPrivateKey:
    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if key is None:
        raise UserError(f"The private key is damaged or cut short: {_seen(seen)}.", advice=_ADVICE)
    if not isinstance(key, RSAPrivateKey):
        raise UserError("The private key is not an RSA key, and RS256 needs one.", advice=_ADVICE)
    return key


def _seen(text: str) -> str:
    label = _LABEL.search(text)
    lines = len(text.splitlines())
    if label is not None:
        return f"{len(text)} characters in {lines} line(s), a PEM block of type {label[1]}"
    if not text:
        return "it is empty"
    size = f"{len(text)} characters in {lines} line(s)"
    return f"{size}, neither PEM nor Base64 of a key nor a file that can be read"
