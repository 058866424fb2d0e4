"""Keys for what has only a name in the tenant: readable, in the letters that the schemas take, unique. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

__all__ = ["LONGEST_KEY", "free_key", "key_of_name"]

LONGEST_KEY = 63  # as the schemas take it
_SYMBOL = re.compile(r":[a-z0-9_+-]+:")


def key_of_name(name: str) -> str:
    """Make a key of a name in any script, letter by letter; empty where nothing is left of it.

    Kana and Hangul become what they sound like in Latin letters, Chinese characters their Mandarin reading.
    Pictures and symbols are left out.
    """
    from anyascii import anyascii  # noqa: PLC0415  tables that most commands do not need

    latin = "".join(_latin(each, anyascii(each)) for each in name)
    return re.sub(r"[^a-z0-9.]+", "-", latin.lower())[:LONGEST_KEY].strip("-.")


def _latin(letter: str, told: str) -> str:
    """Emoji are told as `:robot:`; a space before a syllable with a capital keeps words apart."""
    return " " if not letter.isascii() and _SYMBOL.fullmatch(told) else told


def free_key(key: str, *, taken: Collection[str]) -> str:
    """Give the key, or the first one with a number after it that nobody has."""
    number, made = 1, key
    while made in taken:
        number += 1
        ending = f"-{number}"
        made = key[: LONGEST_KEY - len(ending)].rstrip("-.") + ending
    return made
