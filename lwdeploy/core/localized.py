"""Texts in several languages: the manifest's map, and the API's pair of a base field and an i18n array.

The languages are those of every i18n array of the API (reference 2, item 10). An empty text stands for "no
translation", so that a manifest can remove one without a null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "collapsed",
    "from_array",
    "localized",
    "one_line",
    "spoken",
    "text_length",
    "to_array",
]

DEFAULT = "default"
LANGUAGES = ("en_US", "ja_JP", "ko_KR", "zh_CN", "zh_TW")


def localized(value: str | Mapping[str, str]) -> dict[str, str]:
    """Give a manifest's text as a map with `default` and the languages it names."""
    if isinstance(value, str):
        return {DEFAULT: value}
    return {key: value[key] for key in sorted(value)}


def collapsed(texts: Mapping[str, str]) -> str | dict[str, str]:
    """Give a map as a manifest writes it: the text alone where there is only the default, `default` first."""
    if set(texts) == {DEFAULT}:
        return texts[DEFAULT]
    return {key: texts[key] for key in sorted(texts, key=lambda each: (each != DEFAULT, each))}


def spoken(texts: Mapping[str, str]) -> dict[str, str]:
    """Give the texts that there are, with a default if there is any: a manifest cannot do without one."""
    found = {language: text for language, text in texts.items() if text}
    if found and DEFAULT not in found:
        found[DEFAULT] = found[min(found)]
    return found


def from_array(base: str, array: Iterable[Mapping[str, Any]] | None, *, field: str) -> dict[str, str]:
    """Give the map of an API text: `default`, and every language, empty where there is no translation."""
    texts = {DEFAULT: base, **dict.fromkeys(LANGUAGES, "")}
    for item in array or ():
        texts[str(item.get("language"))] = str(item.get(field) or "")
    return texts


def to_array(texts: Mapping[str, str], *, field: str) -> list[dict[str, str]]:
    """Give the API's i18n array of a map, without the languages that have no text."""
    return [
        {"language": language, field: texts[language]}
        for language in sorted(texts)
        if language != DEFAULT and texts[language]
    ]


def one_line(text: str) -> str:
    """Give a text as the service keeps it where it turns line breaks into blanks (reference 3.1, 3.4)."""
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


def text_length(text: str) -> int:
    """Count a text in UTF-16 units: how the service counts is not known, and this is the longest count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
