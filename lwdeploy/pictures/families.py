"""Which fonts suit which language: well-known sans fonts by the names of their files and faces.

The lists go from what looks best to what will do. A bold face comes first, because a label is read at a glance.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from lwdeploy.pictures.sfnt import Face

__all__ = ["families", "family_of", "is_sans", "rank"]

_CJK = ("notosanscjk", "sourcehansans")
_OF_LANGUAGE = {
    "ja": (
        *("notosansjp", *_CJK, "ヒラギノ角ゴシック", "hiraginosans", "yugoth", "bizudgothic", "meiryo"),
        *("ipaexg", "ipagp", "ipag", "takaopgothic", "vlpgothic", "mplus1p", "msgothic"),
    ),
    "ko": (
        *("notosanskr", *_CJK, "applesdgothicneo", "pretendard", "malgun"),
        *("nanumgothic", "nanumbarungothic", "undotum", "gulim"),
    ),
    "zh_CN": (
        *("notosanssc", *_CJK, "pingfang", "hiraginosansgb", "stheiti", "msyh"),
        *("wqymicrohei", "wqyzenhei", "simhei", "droidsansfallback"),
    ),
    "zh_TW": ("notosanstc", *_CJK, "pingfang", "stheiti", "msjh", "wqymicrohei", "wqyzenhei", "droidsansfallback"),
}
_LATIN = (
    *("notosans", "inter", "sourcesans3", "sourcesanspro", "roboto", "opensans", "segoeui"),
    *("helveticaneue", "sfns", *_CJK, "liberationsans", "arial", "dejavusans"),
)
_REGIONS = {"ja": ("jp", "j"), "ko": ("kr", "k"), "zh_CN": ("sc", "cn"), "zh_TW": ("tc", "tw", "hk")}
_ALL_REGIONS = frozenset(each for regions in _REGIONS.values() for each in regions)
_WEIGHTS = {  # of a style's name, the best for a label first
    "bold": 0, "w6": 0, "w7": 0, "semibold": 1, "demibold": 1, "demi": 1, "medium": 2, "w5": 2, "w4": 2,
    "regular": 3, "book": 3, "normal": 3, "roman": 3, "w3": 3, "": 3,
    "heavy": 4, "extrabold": 4, "black": 4, "w8": 4,
}  # fmt: skip
_STEM_END = re.compile(
    r"(jp|kr|sc|tc|hk|cn|tw|[jk])?-?(regular|semibold|demibold|medium|bold|black|heavy|bd|[rmb]|w\d|vf|wght|wdth|opsz|variable"
    r"|fullfont|full|\d{3})*"
)
_UNFIT = re.compile(r"italic|oblique|mono|narrow|condensed|rotated|^\.|\bui\b", re.IGNORECASE)
_NO_SANS = re.compile(
    r"serif|mincho|明朝|ming|song|kai|batang|myeongjo|times|georgia|courier|consol|script|hand|symbol|dingbat|math|music"
    r"|emoji|icon|braille|bitmap|pixel|wingding|webding",
    re.IGNORECASE,
)


def families(language: str) -> tuple[str, ...]:
    """Give the families for a language (`ja_JP`, empty: Latin text), the best one first, each once."""
    first = _OF_LANGUAGE.get(language) or _OF_LANGUAGE.get(language[:2], ())
    others = (each for names in _OF_LANGUAGE.values() for each in names)
    return tuple(dict.fromkeys((*first, *_LATIN, *others)))


def family_of(file: Path) -> str:
    """Give the well-known family that a file's name tells, empty for any other."""
    stem = _plain(file.stem)
    known = (each for each in families("") if stem.startswith(each) and _STEM_END.fullmatch(stem[len(each) :]))
    return max(known, key=len, default="")


def is_sans(face: Face) -> bool:
    """Tell whether a face may stand in where none of the well-known families has the characters."""
    return not _NO_SANS.search(f"{face.family} {face.file.stem}")


def rank(face: Face, language: str) -> tuple[bool, bool, int, str, int]:
    """Give the order of the faces of one family for a language: its own forms, upright, bold, then by name."""
    region = face.family.lower().split(" ")[-1]
    wanted = _REGIONS.get(language) or _REGIONS.get(language[:2], ())
    foreign = bool(wanted) and region in _ALL_REGIONS and region not in wanted
    weight = 0 if face.variable else _WEIGHTS.get(_plain(face.style), 5)
    unfit = bool(_UNFIT.search(f"{face.family} {face.style}"))
    return foreign, unfit, weight, str(face.file), face.index


def _plain(name: str) -> str:
    """Give a name in small letters, without what stands between its words."""
    return "".join(each for each in unicodedata.normalize("NFKC", name).lower() if each.isalnum())
