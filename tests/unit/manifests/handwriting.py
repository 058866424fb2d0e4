"""Documents as different hands write them: styles, quotes, comments and blank lines in every mixture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from lwdeploy.manifests.scalars import plain_scalar

KEYS = ("a", "b", "c", "ja_JP", "y", "no", "x y", "default")
WORDS = (
    "one",
    "two words",
    "a: b",
    "# c",
    "",
    "no",
    "012",
    "it's",
    'say "x"',
    "日本語 👩",
    "-",
    "a, b",
    "{x}",
    " pad ",
)
LINES = ("one\ntwo", "one\ntwo\n", "one\n\n  three\n", " lead\nx", "tail \nx", "end\n\n", "a\tb\n# c\n")
SCALARS = st.sampled_from(WORDS) | st.sampled_from(LINES) | st.integers(-3, 40) | st.booleans() | st.none()


def values(*, leaves: int = 8) -> st.SearchStrategy[Any]:
    """Give plain JSON of the sort that manifests hold."""
    return st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, min_size=0, max_size=3)
        ),
        max_leaves=leaves,
    )


def _is_bare(text: str, *, inside: bool) -> bool:
    """Whether a text can stand without quotes; more are quoted than need it."""
    plain = text.replace(" ", "").isalnum() and text.strip() == text and plain_scalar(text) == (text, "")
    return plain and not (inside and not text)


class Hand:
    """One way of writing: draws a style for every value, and numbers the comments that it leaves."""

    def __init__(self, draw: st.DrawFn, *, comments: bool) -> None:
        self._draw = draw
        self._step = draw(st.sampled_from([2, 4]))
        self._dashes = draw(st.sampled_from([0, 2]))
        self._remarks = comments
        self.comments = 0

    def document(self, data: Mapping[str, Any]) -> str:
        """Give a document without its last line end."""
        lines = self._mapping(data, 0)
        return "\n".join(lines)

    def comment(self) -> str:
        """Give a comment that stands once in the file, or nothing."""
        if not self._remarks or not self._draw(st.booleans()):
            return ""
        self.comments += 1
        return f"# remark {self.comments}."

    def _mapping(self, data: Mapping[str, Any], indent: int) -> list[str]:
        lines = []
        for key, value in data.items():
            lines += self._between(indent)
            shown = key if key == "y" or _is_bare(key, inside=False) else json.dumps(key, ensure_ascii=False)
            lines += self._entry(f"{' ' * indent}{shown}:", value, indent)
        return lines

    def _list(self, data: list[Any], indent: int) -> list[str]:
        lines = []
        for value in data:
            lines += self._between(indent)
            if value and isinstance(value, dict | list) and self._draw(st.booleans()):
                below = self._below(value, indent + 2)
                if not below[0].strip().startswith("#") and below[0].strip():
                    lines += [f"{' ' * indent}- {below[0].lstrip()}", *below[1:]]
                    continue
            lines += self._entry(f"{' ' * indent}-", value, indent)
        return lines

    def _below(self, value: dict[str, Any] | list[Any], indent: int) -> list[str]:
        return self._mapping(value, indent) if isinstance(value, dict) else self._list(value, indent)

    def _between(self, indent: int) -> list[str]:
        remark = self.comment()
        blank = [""] if self._draw(st.integers(0, 5)) == 0 else []
        return [*blank, *([" " * indent + remark] if remark else [])]

    def _entry(self, head: str, value: Any, indent: int) -> list[str]:
        remark = self.comment()
        tail = f"  {remark}" if remark else ""
        if value and isinstance(value, dict | list) and self._draw(st.integers(0, 2)):
            listed = isinstance(value, list)
            # A list below a dash has to be indented; one below a key need not be.
            step = self._dashes if listed and head.endswith(":") else self._step
            below = self._below(value, indent + step)
            return [head + tail, *below]
        if isinstance(value, str) and value.strip() and "\n" in value and self._draw(st.booleans()):
            return self._block(head, tail, value, indent)
        shown = self._inline(value, indent + self._step)
        return [f"{head} {shown}{tail}" if shown else head + tail]

    def _block(self, head: str, tail: str, text: str, indent: int) -> list[str]:
        body = text.rstrip("\n")
        chomp = {0: "-", 1: ""}.get(len(text) - len(body), "+")
        hint = str(self._step) if text[0] in " \n" else ""
        pad = " " * (indent + self._step)
        lines = [pad + line if line else "" for line in body.split("\n")]
        extra = [""] * (len(text) - len(body) - 1) if chomp == "+" else []
        return [f"{head} |{hint}{chomp}{tail}", *lines, *extra]

    def _inline(self, value: Any, indent: int) -> str:
        if isinstance(value, dict):
            pairs = [
                (json.dumps(key, ensure_ascii=False), self._inline(each, indent)) for key, each in value.items()
            ]
            return self._bracketed([f"{key}: {each}" for key, each in pairs], ("{", "}"), indent)
        if isinstance(value, list):
            return self._bracketed([self._inline(each, indent) or "null" for each in value], ("[", "]"), indent)
        if isinstance(value, str):
            return self._text(value)
        return self._draw(st.sampled_from(["null", ""])) if value is None and indent < 0 else json.dumps(value)

    def _bracketed(self, entries: list[str], brackets: tuple[str, str], indent: int) -> str:
        opened, closed = brackets
        if not entries or self._draw(st.integers(0, 2)):
            comma = self._draw(st.sampled_from(["", ","])) if entries else ""
            return opened + ", ".join(entries) + comma + closed
        pad = "\n" + " " * indent
        lines = []
        for number, entry in enumerate(entries):
            remark = self.comment()
            comma = "," if number + 1 < len(entries) or self._draw(st.booleans()) else ""
            lines.append(f"{pad}{entry}{comma}{f'  {remark}' if remark else ''}")
        return opened + "".join(lines) + pad + closed

    def _text(self, text: str) -> str:
        style = self._draw(st.sampled_from(["", "'", '"']))
        if style == "" and _is_bare(text, inside=True):
            return text
        if style == "'" and "\n" not in text and "\t" not in text:
            return "'" + text.replace("'", "''") + "'"
        return json.dumps(text, ensure_ascii=False)
