"""The frame of our HTML pages: one file each, that needs nothing but itself.

The policy in its head keeps a browser from running or fetching anything but what we put there, whatever texts are
on the page.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files

from lwdeploy.views.preview_markup import Markup, element, raw_text

__all__ = ["document", "resource"]


def resource(name: str) -> str:
    """Give a style sheet or script of this package."""
    return files("lwdeploy.views").joinpath(name).read_text(encoding="utf-8")


def document(title: str, body: Markup, *, styles: tuple[str, ...], script: str) -> str:
    """Give a whole page, to be written as UTF-8."""
    return f"<!doctype html>\n{element('html', _head(title, styles, script), body, lang='en')}\n"


def _head(title: str, styles: tuple[str, ...], script: str) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(styles, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        *(raw_text("style", style) for style in styles),
        raw_text("script", script),
    )


def _policy(styles: tuple[str, ...], script: str) -> str:
    """Give the Content-Security-Policy: our styles and script by their hashes, data: pictures, nothing else."""
    allowed = " ".join(_hash(style) for style in styles)
    return (
        f"default-src 'none'; img-src data:; style-src {allowed}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
