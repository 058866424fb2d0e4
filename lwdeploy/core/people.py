"""How manifests name people: login ids and user ids (reference 2, items 3 and 4)."""

from __future__ import annotations

import re

__all__ = ["NEITHER", "canonical_user", "is_user"]

_USER_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LOGIN = re.compile(r"[^\s@/]+@[^\s@/]+")

NEITHER = "is neither a login (name@domain) nor a user id"
"""What a finding says of a text that names nobody."""


def is_user(text: str) -> bool:
    """Whether a text is a login or a user id; `me` is neither, a service account has none."""
    return bool(_USER_ID.fullmatch(text) or _LOGIN.fullmatch(text))


def canonical_user(text: str) -> str:
    """Give a user id in small letters, as the service shows it; a login as it is."""
    return text.lower() if _USER_ID.fullmatch(text) else text
