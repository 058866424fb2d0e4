"""From bytes to text: UTF-8 only, and only characters that can be seen or are line ends."""

from __future__ import annotations

import codecs
import re
import unicodedata

__all__ = ["Unreadable", "decode", "hidden", "unwanted", "unwanted_character"]

# NEL, LS and PS are line ends to YAML 1.1 and text to YAML 1.2: whoever means them can write an escape.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_UNWANTED_VALUE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


class Unreadable(ValueError):
    """The bytes are not UTF-8; the message says from which byte on, `line` and `column` where that is."""

    def __init__(self, message: str, *, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def decode(content: bytes) -> str:
    """Give the text with line feeds as its line ends and without a byte order mark, or raise Unreadable."""
    for mark, name in _MARKS:
        if content.startswith(mark):
            raise Unreadable(f"the file is {name}, not UTF-8 (its first bytes say so)", line=1, column=1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(content, error.start) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unreadable(content: bytes, offset: int) -> Unreadable:
    if content.startswith(codecs.BOM_UTF8):
        offset += len(codecs.BOM_UTF8)  # the codec counts from behind the mark
    before = content[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8-sig", "replace")) + 1
    message = f"the file is not UTF-8: byte {offset} (0x{content[offset]:02x}) begins no character"
    return Unreadable(message, line=before.count(b"\n") + 1, column=column)


def unwanted(text: str) -> tuple[int, str] | None:
    """Give the index and the name of the first character that may not stand in a manifest."""
    found = _UNWANTED.search(text)
    return (found.start(), _name(found.group())) if found else None


def hidden(text: str) -> str:
    """Give the text with a replacement for every character that may not stand in a manifest."""
    return _UNWANTED.sub("\ufffd", text)


def unwanted_character(value: str) -> str:
    """Give the name of the first control character of a value, or an empty text."""
    found = _UNWANTED_VALUE.search(value)
    return _name(found.group()) if found else ""


def _name(character: str) -> str:
    names = {"\0": "NUL", "\x1b": "ESCAPE", "\x7f": "DELETE", "\x08": "BACKSPACE"}
    name = names.get(character) or unicodedata.name(character, "control character")
    return f"U+{ord(character):04X} ({name})"
