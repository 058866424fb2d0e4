"""HTML in which everything is escaped unless it was made here: a text from a manifest cannot become markup."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from typing import Any

__all__ = ["NOTHING", "Markup", "clean", "element", "joined", "raw_text", "script_json"]

_VOID = frozenset({"br", "input", "link", "meta"})
_NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_RAW_END = re.compile(r"</(?:script|style)|<!--", re.IGNORECASE)
Attribute = str | int | bool | None


class Markup(str):
    """Text that is HTML already. Only this module makes it; every other text is escaped where it is put in."""

    __slots__ = ()


NOTHING = Markup()


def element(name: str, /, *children: str, **attributes: Attribute) -> Markup:
    """Give an element; children and values are escaped, except that a `Markup` child stays as it is.

    In an attribute's name `_` stands for `-`, and a trailing one makes a Python keyword usable (`class_`).
    True gives an attribute without a value; None and False leave it out.
    """
    opened = f"<{name}{''.join(_attribute(key, value) for key, value in attributes.items())}>"
    return Markup(opened if name in _VOID else f"{opened}{joined(children)}</{name}>")


def _attribute(key: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(clean(str(value)))}"'


def joined(children: Iterable[str]) -> Markup:
    """Give children one after the other, escaped where they are no markup."""
    return Markup("".join(child if isinstance(child, Markup) else escape(clean(child)) for child in children))


def clean(text: str) -> str:
    """Give a text that HTML and UTF-8 can hold: what they cannot becomes U+FFFD, pairs of surrogates one sign."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _NOT_IN_HTML.sub("\ufffd", whole)


def raw_text(name: str, content: str, /, **attributes: Attribute) -> Markup:
    """Give a `script` or `style` element with our own content, which the parser takes as it is.

    Raises ValueError if the content would end the element.
    """
    if _RAW_END.search(content):
        raise ValueError(f"the content of a {name} element holds what ends it")
    return element(name, Markup(content), **attributes)


def script_json(value: Any, *, id_: str) -> Markup:
    """Give JSON for our script to read, in a block that is never run; no sign in it has a meaning in HTML."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return raw_text("script", clean(text), type="application/json", id=id_)
