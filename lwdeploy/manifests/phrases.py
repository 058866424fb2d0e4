"""What to say about a value that its schema refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lwdeploy.manifests.text import closest, listing, quoted
from lwdeploy.manifests.words import SAME_VALUE, STRANGERS, VALUES

__all__ = ["Reason", "dotted", "for_value"]

Phrase = tuple[str, str, str]
"""Rule, message and fix."""

_NOUNS = {
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "a mapping (`key: value` lines)",
    "array": "a list",
}

_PLAIN = re.compile(r"[\w./]([\w ./@+-]|:(?=\S))*")  # a text that needs no quotes in YAML
_STAYS = "what is absent stays as it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one value is refused: the keyword of the schema, what it wants, and the value that was written.

    With `of_key`, the value is the last segment of the path itself: the key is refused.
    """

    keyword: str
    wanted: Any
    value: Any
    schema: Mapping[str, Any]
    path: tuple[str, ...]
    of_key: bool = False


def dotted(path: Sequence[str]) -> str:
    """Write a path as people read it."""
    return ".".join(path)


def for_value(reason: Reason) -> Phrase:
    """Explain the reason of any keyword that judges one value."""
    name = quoted(dotted(reason.path)) if reason.path else "the document"
    explain = _PHRASES.get(reason.keyword)
    if explain is None:
        return "LW021", f"{name} is not valid", "see the field's description in `lwdeploy schema`"
    return explain(reason, name)


def _type(reason: Reason, name: str) -> Phrase:
    wanted = [reason.wanted] if isinstance(reason.wanted, str) else reason.wanted
    nouns = " or ".join(_NOUNS[each] for each in wanted)
    if reason.value is None:
        message = f"{name} is empty, it must be {nouns}"
        return "LW020", message, "write its fields below it" if len(reason.path) == 1 else _absent(reason.schema)
    message = f"{name} must be {nouns}, it is {_noun(reason.value)}"
    return "LW020", message, _type_fix(reason.value, wanted, schema=reason.schema)


def _absent(schema: Mapping[str, Any]) -> str:
    form = schema.get("patternErrorMessage")
    if form:
        return f"write {form}, or leave the line out"
    empty = "".join(
        f" ({quoted(_inline(each))} is one)" for each in schema.get("examples", []) if each in ({}, [])
    )
    return f"give it a value{empty}, or leave the line out: {_STAYS}"


def _type_fix(value: Any, wanted: Sequence[str], *, schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return f"write one of {listing(schema['enum'])}"
    if isinstance(value, str) and "boolean" in wanted:
        return "write true or false, without quotes"
    if isinstance(value, str) and wanted[0] in {"integer", "number"}:
        plain = value.isascii() and value.isdecimal()
        return f"write {value} without quotes" if plain else "write a number, without quotes"
    if isinstance(value, bool | int | float) and "string" in wanted:
        return _text_fix(_inline(value), schema)
    return _list_fix(value) if "array" in wanted else _mapping_fix(schema)


def _text_fix(written: str, schema: Mapping[str, Any]) -> str:
    fits = re.fullmatch(schema.get("pattern", ".*"), written)
    return f'put it in quotes: "{written}"' if fits else f"write {schema.get('patternErrorMessage', 'a text')}"


def _list_fix(value: Any) -> str:
    if isinstance(value, dict):
        return "write a list: begin each entry with `- `"
    return f"write a list: {_inline([value])}" if len(str(value)) <= 40 else "write a list: [...]"


def _mapping_fix(schema: Mapping[str, Any]) -> str:
    """Show an example, rather a mapping than a text: a text is what comes to mind anyway."""
    examples = sorted(schema.get("examples", []), key=lambda each: not isinstance(each, dict))
    return f"for example {_inline(examples[0])}" if examples else "write a mapping: `key: value` lines below it"


def _noun(value: Any) -> str:
    if isinstance(value, bool):
        return f"the switch {quoted(str(value).lower())}"
    if isinstance(value, int | float):
        return f"the number {quoted(value)}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    return "a mapping" if isinstance(value, dict) else "a list"


def _inline(value: Any) -> str:
    """Write a value as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(each) for each in value) + "]"
    if isinstance(value, str) and not _PLAIN.fullmatch(value):
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if isinstance(value, bool | None) else str(value)


def _enum(reason: Reason, name: str) -> Phrase:
    wanted = reason.wanted if isinstance(reason.wanted, list) else [reason.wanted]
    known = [str(each) for each in wanted]
    message = f"{name} is {_noun(reason.value)}, which is not known"
    word = reason.value if isinstance(reason.value, str) else ""
    meant = closest(word, known)
    fix = f"did you mean {quoted(meant)}?" if meant else _choice(word, known)
    # The only field with a single word is `allowedDomains`, which may be a list as well.
    return "LW021", message, f"write {quoted(known[0])}, or a list" if len(known) == 1 and not meant else fix


def _choice(word: str, known: Sequence[str]) -> str:
    squeezed = "".join(word.split()).lower()
    if SAME_VALUE.get(squeezed) in known:
        return f"did you mean {quoted(SAME_VALUE[squeezed])}?"
    whose = f"{STRANGERS[squeezed]}; " if squeezed in STRANGERS else ""
    return VALUES.get(squeezed) or f"{whose}write one of {listing(known)}"


def _pattern(reason: Reason, name: str) -> Phrase:
    wanted = reason.schema.get("patternErrorMessage", "")
    if name == "`metadata.name`" or name.endswith(".ref`"):
        rule, what = "LW022", "cannot be a key"
    else:
        rule, what = "LW021", "does not have the right form"
    return rule, f"{name} {what}: {quoted(reason.value)}", f"write {wanted}"


def _size(reason: Reason, name: str) -> Phrase:
    keyword, bound = reason.keyword, reason.wanted
    size = len(reason.value)
    unit = "character" if keyword.endswith("Length") else "entry"
    if keyword.startswith("min") and not size:
        return "LW021", f"{name} is empty", f"give it a value, or leave it out: {_STAYS}"
    many = {"character": "characters", "entry": "entries"}[unit]
    limit = f"at most {bound}" if keyword.startswith("max") else f"at least {bound}"
    rule = "LW022" if name == "`metadata.name`" else "LW021"
    noun = unit if size == 1 else many
    return rule, f"{name} has {size} {noun}, {limit} are possible", f"write {limit} {many}"


def _number(reason: Reason, name: str) -> Phrase:
    limits = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than"}
    limit = f"{limits[reason.keyword]} {reason.wanted}"
    return "LW021", f"{name} is {reason.value}, it must be {limit}", f"write {limit}"


def _repeated(reason: Reason, name: str) -> Phrase:
    return (
        "LW021",
        f"{name} stands in the list already: {quoted(_inline(reason.value))}",
        "take one of the two out",
    )


def _format(_reason: Reason, name: str) -> Phrase:
    return "LW021", f"{name} is not a regular expression", "correct it (Python syntax), or leave it out"


_PHRASES: Mapping[str, Callable[[Reason, str], Phrase]] = {
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "pattern": _pattern,
    "minLength": _size,
    "maxLength": _size,
    "minItems": _size,
    "maxItems": _size,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "uniqueItems": _repeated,
    "format": _format,
}
