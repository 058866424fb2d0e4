"""The service's words, made fit to be shown: no secrets, no reflected request, no control characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

__all__ = ["LONGEST", "Envelope", "envelope", "harmless", "pieces"]

LONGEST = 200
_HIDDEN = "[...]"
_TELLING = 8
"""A part of an address that is shorter lets nobody in."""
_BETWEEN = re.compile(r"[/?&=#;]+")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_PLAIN = re.compile(r"[\w.@+-]{1,64}")
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+\S+")
_TOKEN = re.compile(r"\beyJ[\w-]{5,}(\.[\w-]*)*")
_PEM = re.compile(r"-----BEGIN.*", re.DOTALL)
_QUERY = re.compile(r"(https?://[^\s?]*)\?\S*")
_JSON = re.compile(r"[{\[]\s*[\\\"'{\[].*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The two fields of an error body, cleaned: reference 2.7, or 1.6 for the token endpoint."""

    code: str = ""
    description: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.code, self.description) if part)


def envelope(
    body: Any,
    *,
    fields: tuple[str, str] = ("code", "description"),
    sent: Any = None,
    secrets: Iterable[str] = (),
) -> Envelope:
    """Read an error body; one that is not the envelope gives nothing at all.

    `sent` is the body of the request, whose values must not come back in a message.
    """
    code = body.get(fields[0]) if isinstance(body, Mapping) else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return Envelope()
    description = body.get(fields[1])
    text = description if isinstance(description, str) else ""
    return Envelope(code=code, description=harmless(text, sent=sent, secrets=secrets))


def harmless(text: str, *, sent: Any = None, secrets: Iterable[str] = ()) -> str:
    """Give `text` on one line, short, and without anything that was sent and is not a plain identifier."""
    for value in sorted({*secrets, *_telling(sent)}, key=len, reverse=True):
        text = text.replace(value, _HIDDEN)
    for pattern in (_PEM, _JSON, _BEARER, _TOKEN):
        text = pattern.sub(_HIDDEN, text)
    text = _QUERY.sub(rf"\1?{_HIDDEN}", text)
    shown = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text)
    shown = " ".join(shown.split())
    return shown if len(shown) <= LONGEST else shown[:LONGEST].rstrip() + "..."


def pieces(url: str) -> Iterator[str]:
    """Give an address, and the parts of it that are long enough to let somebody in, to be hidden as secrets."""
    for each in (url, *_BETWEEN.split(url)):
        for form in (each, unquote(each)):
            if len(form) >= _TELLING:
                yield form


def _telling(sent: Any) -> Iterator[str]:
    # "Cannot find taro@example.com" helps and hides nothing; a URL or a text may hold anything.
    return (value for value in _strings(sent) if len(value.strip()) > 2 and not _PLAIN.fullmatch(value))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
