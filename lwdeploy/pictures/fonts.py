"""Finding a font that has every character of some texts: a given one, else one of this machine's.

A font that would draw empty boxes is never taken. The choice depends on the files only, not on their order.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from lwdeploy.core.errors import UserError
from lwdeploy.pictures.families import families, family_of, is_sans, rank
from lwdeploy.pictures.sfnt import Face, faces

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

__all__ = [
    "BUILT_IN",
    "Fonts",
    "characters",
    "cleaned",
    "is_cjk",
    "lacking",
    "language_of",
    "opened",
    "usual_folders",
]

BUILT_IN = Face(file=Path(), index=0, family="built in")
"""The font inside of Pillow, the last resort for plain Latin text."""

_BUILT_IN_EXTRA = frozenset("\u2018\u2019\u201c\u201d\u2026")  # quotes and the ellipsis; it has no accents
_ENDINGS = (".ttf", ".otf", ".ttc", ".otc")
_BOLD = (b"Bold", b"SemiBold", b"Semibold", b"Medium", b"Regular")
_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))  # they choose a form of the character before them
_TOLD = 10  # characters in an error message

_CJK_ADVICE = (
    "Install a font that has them (Debian and Ubuntu: apt-get install fonts-noto-cjk; "
    "Alpine: apk add font-noto-cjk; macOS and Windows come with one)"
)
_LETTER_ADVICE = (
    "Install a font that has them (Debian and Ubuntu: apt-get install fonts-noto-core; Alpine: apk add font-noto)"
)
_SIGN_ADVICE = "Leave them out of the labels"
_OWN_FONT_ADVICE = "name a font file that has them with `font:` below `image.generate`."


def usual_folders() -> tuple[Path, ...]:
    """Give the folders where this kind of machine keeps fonts; a user's own come first."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is no home
    if sys.platform == "darwin":
        return (home / "Library/Fonts", Path("/Library/Fonts"), Path("/System/Library/Fonts"))
    if sys.platform == "win32":
        local, windows = os.environ.get("LOCALAPPDATA", ""), os.environ.get("WINDIR", r"C:\Windows")
        return (Path(local, "Microsoft/Windows/Fonts"), Path(windows, "Fonts"))
    own = (home / ".local/share/fonts", home / ".fonts")
    return (*own, Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


def cleaned(text: str) -> str:
    """Give a text as it is drawn: composed, in one line, without characters that show nothing."""
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    return "".join(each for each in composed if not _is_invisible(each))


def _is_invisible(character: str) -> bool:
    code = ord(character)
    return unicodedata.category(character) in {"Cc", "Cf", "Cs"} or any(a <= code <= b for a, b in _SELECTORS)


def characters(texts: Iterable[str]) -> str:
    """Give the characters that a font must have to draw the texts, each once, in order."""
    return "".join(sorted(set("".join(cleaned(each) for each in texts)) - {" "}))


def is_cjk(character: str) -> bool:
    """Tell whether a character belongs to Chinese, Japanese or Korean writing, punctuation included."""
    code = ord(character)
    return (
        0x1100 <= code <= 0x11FF
        or 0x2E80 <= code <= 0xD7FF
        or 0xF900 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def language_of(language: str, needed: str) -> str:
    """Give the language whose forms to prefer: the given one, for `default` what the characters tell."""
    if language[:2] in {"ja", "ko", "zh", "en"}:
        return language
    if any(0x3040 <= ord(each) <= 0x30FF for each in needed):
        return "ja_JP"
    if any(0xAC00 <= ord(each) <= 0xD7A3 for each in needed):
        return "ko_KR"
    return "ja_JP" if any(map(is_cjk, needed)) else "en_US"


class Fonts:
    """The fonts of some folders, read once and only as far as needed; may be used by several threads."""

    def __init__(self, folders: Sequence[Path] | None = None) -> None:
        self._folders = usual_folders() if folders is None else tuple(folders)
        self._faces: dict[Path, tuple[Face, ...]] = {}
        self._lock = Lock()

    def find(self, texts: Iterable[str], *, language: str = "", file: Path | None = None) -> Face:
        """Give a face that has all characters of the texts; with `file` only that font counts.

        Raises UserError, naming the characters and what to install, when there is none.
        """
        needed = characters(texts)
        preferred = language_of(language, needed)
        candidates = self._of_file(file, preferred) if file else self._of_machine(preferred)
        face, missing = _covering(candidates, needed)
        if face is None:
            raise _lacks_given(file, missing) if file else _lacks_machine(missing, instead=_OWN_FONT_ADVICE)
        return face

    def nearest(self, texts: Iterable[str], *, language: str = "") -> Face:
        """Give the face that has most characters of the texts, and every Chinese, Japanese or Korean one.

        Raises UserError when there is none for those; a sign that no font has is no reason to.
        """
        needed = characters(texts)
        preferred = language_of(language, needed)
        must = "".join(filter(is_cjk, needed))
        best = min(
            self._of_machine(preferred), key=lambda each: (len(lacking(each, must)), len(lacking(each, needed)))
        )
        left_out = set(lacking(best, needed)) - set(must)
        face, missing = _covering(
            self._of_machine(preferred), "".join(each for each in needed if each not in left_out)
        )
        if face is None:
            raise _lacks_machine(missing)
        return face

    def _of_file(self, file: Path, language: str) -> list[Face]:
        """Give the faces of a font file of the user's."""
        found = sorted(self._read(file), key=lambda each: rank(each, language))
        if not found:
            raise _no_font(file)
        return found

    def _of_machine(self, language: str) -> Iterator[Face]:
        """Give the faces worth trying: well-known families, the one inside of Pillow, any other, sans first."""
        for family in families(language):
            found = [face for file in self._known.get(family, ()) for face in self._read(file)]
            yield from sorted(found, key=lambda each: rank(each, language))
        yield BUILT_IN
        found = [face for file in self._known.get("", ()) for face in self._read(file)]
        yield from sorted(found, key=lambda each: (not is_sans(each), rank(each, language)))

    @cached_property
    def _known(self) -> dict[str, list[Path]]:
        """The font files by family; those of no known family under the empty name."""
        found: dict[str, list[Path]] = {}
        for folder in self._folders:
            for file in _font_files(folder):
                found.setdefault(family_of(file), []).append(file)
        return found

    def _read(self, file: Path) -> tuple[Face, ...]:
        with self._lock:
            if file not in self._faces:
                self._faces[file] = faces(file)
            return self._faces[file]


def opened(face: Face, size: float) -> FreeTypeFont:
    """Give a face ready to draw at a size in pixels, in bold where it can be chosen; raises OSError."""
    from PIL import ImageFont  # noqa: PLC0415 - loaded only when something is drawn

    if face is BUILT_IN:
        font = ImageFont.load_default(size)
        if not isinstance(font, ImageFont.FreeTypeFont):
            raise OSError("this Pillow was built without FreeType")
        return font
    font = ImageFont.truetype(str(face.file), size, index=face.index)
    names = font.get_variation_names() if face.variable else []
    chosen = next((each for each in _BOLD if each in names), None)
    if chosen:
        font.set_variation_by_name(chosen)
    return font


def lacking(face: Face, needed: str) -> str:
    """Give the characters that a face does not have."""
    if face is BUILT_IN:
        return "".join(each for each in needed if not (each.isascii() or each in _BUILT_IN_EXTRA))
    return "".join(each for each in needed if not face.covers(each))


def _covering(candidates: Iterable[Face], needed: str) -> tuple[Face | None, str]:
    """Give the first face that has all characters, or None and what the best of them lacks."""
    least = needed
    for face in candidates:
        missing = lacking(face, needed)
        if not missing and _opens(face):
            return face, ""
        least = min(least, missing or least, key=len)
    return None, least


def _opens(face: Face) -> bool:
    try:
        opened(face, 20)
    except OSError:
        return False
    return True


def _font_files(folder: Path) -> Iterator[Path]:
    for place, _folders, names in os.walk(folder):
        yield from (Path(place, each) for each in names if each.lower().endswith(_ENDINGS))


def _told(missing: str) -> str:
    more = f" and {len(missing) - _TOLD} more" if len(missing) > _TOLD else ""
    return " ".join(missing[:_TOLD]) + more


def _no_font(file: Path) -> UserError:
    return UserError(
        f"{file.name} is no TrueType or OpenType font, or cannot be read",
        advice="Give a .ttf, .otf or .ttc file, or leave `font` out to have one found.",
    )


def _lacks_given(file: Path, missing: str) -> UserError:
    return UserError(
        f"the font {file.name} does not have the characters {_told(missing)}",
        advice="Give a font that has them, or leave `font` out to have one found.",
    )


def _lacks_machine(missing: str, *, instead: str = "") -> UserError:
    if any(map(is_cjk, missing)):
        remedy = _CJK_ADVICE
    elif any(map(str.isalpha, missing)):
        remedy = _LETTER_ADVICE
    else:
        remedy = _SIGN_ADVICE
    return UserError(
        f"no font on this machine has the characters {_told(missing)}",
        advice=f"{remedy}, or {instead}" if instead else f"{remedy}.",
    )
