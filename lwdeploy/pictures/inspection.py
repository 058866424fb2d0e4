"""What the bytes of a picture say: format, width and height, and whether they are whole."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass

from PIL import ExifTags, Image

__all__ = ["BROKEN", "Seen", "inspected"]

_MAGIC = (  # where, what, and the format that begins so
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"GIF8", "GIF"),
    (8, b"WEBP", "WEBP"),
    (0, b"BM", "BMP"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"8BPS", "PSD"),
    (0, b"%PDF-", "PDF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
)
_WANTED = ("PNG", "JPEG")
_NAMED_ONLY = ("AVIF", "HEIC", "PDF", "PSD", "SVG", "TIFF")
_PNG_END, _JPEG_END = b"IEND\xaeB`\x82", b"\xff\xd9"
_SCAN = 0xDA  # the JPEG marker before the pixels
_SVG_WITHIN = 1000
_UPRIGHT = 1  # of the EXIF orientations
BROKEN = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, OverflowError, struct.error)
"""What Pillow raises for bytes that are no picture, or not a whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Format, width and height, empty for what is no picture; or the `problem` of one that is broken.

    `odd` says why programs may show it differently.
    """

    format: str = ""
    width: int = 0
    height: int = 0
    odd: str = ""
    problem: str = ""


def inspected(content: bytes) -> Seen:
    """Look at the bytes of a file; never raises and never warns for what is wrong with them.

    A PNG or JPEG that is damaged or cut off has a problem. Formats that no menu takes are only named; width and
    height of some are not told.
    """
    kind = _kind(content)
    if not kind or kind in _NAMED_ONLY:
        return Seen(format=kind)
    try:
        seen = _opened(content, kind)
    except Image.DecompressionBombError:
        return Seen(problem=f"this {kind} says that it has more pixels than any menu; save it in its real size")
    except BROKEN:
        broken = f"it begins like a {kind} but is damaged or cut off; save or copy it again"
        return Seen(problem=broken) if kind in _WANTED else Seen()
    if not _is_whole(content, kind):
        return Seen(problem=f"this {kind} is cut off before its end; save or copy it again")
    return seen


def _kind(content: bytes) -> str:
    """Give the format that the first bytes tell, empty for none that is known."""
    for at, magic, kind in _MAGIC:
        if content.startswith(magic, at):
            return kind
    return "SVG" if b"<svg" in content[:_SVG_WITHIN] else ""


def _opened(content: bytes, kind: str) -> Seen:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(content), formats=[kind]) as image:
            seen = Seen(format=kind, width=image.width, height=image.height, odd=_oddity(image))
            image.verify()  # the checksums of a PNG; nothing for the others
    return seen


def _oddity(image: Image.Image) -> str:
    if image.format == "PNG":  # looking for EXIF in it would unfold all pixels
        return "it is animated" if getattr(image, "is_animated", False) else ""
    if image.mode == "CMYK":
        return "its colours are meant for printing (CMYK)"
    turned = image.getexif().get(ExifTags.Base.Orientation, _UPRIGHT)
    return "" if turned == _UPRIGHT else "it says of itself that it is to be turned or mirrored (EXIF)"


def _is_whole(content: bytes, kind: str) -> bool:
    if kind == "PNG":
        return _PNG_END in content
    return kind != "JPEG" or _has_pixels_to_the_end(content)


def _has_pixels_to_the_end(jpeg: bytes) -> bool:
    """Tell whether the end marker comes after the pixels: a preview inside of the file has one of its own."""
    at = 2
    while at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker = jpeg[at + 1]
        if marker == _SCAN:
            return jpeg.find(_JPEG_END, at) >= 0
        at += 1 if marker == 0xFF else 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return False
