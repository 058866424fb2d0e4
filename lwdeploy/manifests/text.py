"""How pieces of the user's files are shown: one line, no control characters, never a credential."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

__all__ = ["CUT", "closest", "did_you_mean", "excerpt", "listing", "names_credential", "printable", "quoted"]

CUT = 100
"""In an excerpt that begins with an ellipsis, the offending character has this index."""

_WIDEST = 200
_SHOWN = 60
_CONTEXT = 10_000  # how far before a mistake the name of a credential is looked for; keys take about 2000
# Control characters, line separators, directional overrides, invisible marks and lone surrogates: what
# could move the cursor, reorder the line or make the output impossible to encode.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
_CREDENTIAL = re.compile(r"client_?secret|private_?key|password", re.IGNORECASE)
_REFERENCE = re.compile(r"\s*\{\s*(env|file|exec)\s*:")
_USER = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_KEY_MATERIAL = re.compile(r"-----(BEGIN|END)|^\s*[A-Za-z0-9+/=]{40,}\s*$")


def printable(text: str) -> str:
    """Give `text` with every unsafe character written as an escape."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def quoted(value: object) -> str:
    """Give a value of the user's file between backquotes, on one line and not longer than a line."""
    text = _USER.sub("***", printable(str(value)))
    return f"`{text[: _SHOWN - 1]}…`" if len(text) > _SHOWN else f"`{text}`"


def listing(words: Iterable[object]) -> str:
    """Give words between backquotes, separated by commas, in the order given."""
    return ", ".join(quoted(word) for word in words)


def names_credential(key: str) -> bool:
    """Whether a key names something that must not be shown."""
    return _CREDENTIAL.search(key) is not None


def excerpt(line: str, column: int) -> str:
    """Give the line as it may be shown under a finding at `column` (from 1).

    Every character stays one character, so that a caret can be put below it. A line of more than 200
    characters is cut: an excerpt that begins with an ellipsis has the column at index `CUT`.
    """
    far = max(0, column - _CONTEXT)
    column -= far
    safe = _UNSAFE.sub(_picture, _masked(line[far : far + column + _WIDEST]))
    start = max(0, column - CUT) if len(safe) > _WIDEST and column > _WIDEST - CUT else 0
    shown = f"…{safe[start:]}" if start else safe
    return f"{shown[: _WIDEST - 1]}…" if len(shown) > _WIDEST else shown


def closest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that was probably meant, or None."""
    squeezed = {_squeeze(each): each for each in sorted(known, reverse=True)}
    found = difflib.get_close_matches(_squeeze(word)[:_WIDEST], squeezed, n=1, cutoff=0.7)
    return squeezed[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str) -> str:
    """Give the question with the word that was probably meant, or another sentence."""
    found = closest(word, known)
    return f"did you mean {quoted(found)}?" if found else otherwise


def _squeeze(word: str) -> str:
    return re.sub(r"[\s_-]+", "", word).lower()


def _picture(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code == 9:
        return " "
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def _masked(line: str) -> str:
    """Hide what looks like a credential, keeping the place of every character."""
    line = _USER.sub(lambda user: "*" * len(user.group()), line)
    if _KEY_MATERIAL.search(line):
        return re.sub(r"\S", "*", line)
    found = _CREDENTIAL.search(line)
    colon = line.find(":", found.end()) if found else -1
    if colon < 0 or _REFERENCE.match(line, colon + 1):
        return line
    return line[: colon + 1] + re.sub(r"\S", "*", line[colon + 1 :])
