"""Web addresses as the service takes them."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

__all__ = ["web_address"]

_INVISIBLE = re.compile(r"[\s\x00-\x1f\x7f]")


def web_address(text: str, *schemes: str) -> SplitResult | None:
    """Give the parts of a URL with one of the schemes and a host; None for everything else.

    White space and control characters make it none: URL parsers drop some of them in silence.
    """
    if _INVISIBLE.search(text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return parts if parts.scheme in schemes and parts.hostname else None
