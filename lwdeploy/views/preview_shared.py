"""What many parts of the preview share and the page holds once: texts, pictures and places, by content."""

from __future__ import annotations

import re

from lwdeploy.core.localized import DEFAULT
from lwdeploy.views.preview_markup import Markup, element
from lwdeploy.views.preview_project import Localized

__all__ = ["Shared"]

_PICTURE = re.compile(r"data:image/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}")


class Shared:
    """Numbers contents in the order in which they are first seen, so equal projects give equal pages."""

    def __init__(self) -> None:
        self._translations: dict[tuple[tuple[str, str], ...], int] = {}
        self._rules: dict[str, str] = {}

    def say(self, texts: Localized, *, instead: str = "") -> Markup:
        """Give an element with a text of the project, which the page's script says in other languages.

        `instead` is shown where the default is empty. The language of a default text is not known: `lang=""`.
        """
        return element("bdi", texts.get(DEFAULT) or instead, lang="", data_text=self.number(texts))

    def number(self, texts: Localized) -> int | None:
        """Give the number under which the script finds the translations; None where no language changes a text."""
        told = tuple(sorted((language, text) for language, text in texts.items() if text and language != DEFAULT))
        return self._translations.setdefault(told, len(self._translations)) if told else None

    def picture(self, uri: str) -> str:
        """Give the class that shows a picture; raises ValueError unless it is a data: URI as `page` takes it."""
        if not _PICTURE.fullmatch(uri):
            raise ValueError(f"a picture is a data: URI of a PNG or JPEG in base64, not {uri[:40]!r}")
        return self._rule("p", f'background-image:url("{uri}")')

    def place(self, *, left: float, top: float, width: float, height: float) -> str:
        """Give the class that puts an area over its picture, all in parts of the picture from 0 to 1."""
        sides = {"left": left, "top": top, "width": width, "height": height}
        return self._rule("a", ";".join(f"{side}:{_percent(part)}" for side, part in sides.items()))

    def shape(self, *, width: int, height: int) -> str:
        """Give the class of a box with the proportions of a picture."""
        return self._rule("s", f"aspect-ratio:{int(width)}/{int(height)}")

    def _rule(self, prefix: str, declarations: str) -> str:
        return self._rules.setdefault(declarations, f"{prefix}{len(self._rules)}")

    def css(self) -> str:
        """Give the rules of all classes that were given."""
        return "".join(f".{name}{{{declarations}}}\n" for declarations, name in self._rules.items())

    def translations(self) -> list[Localized]:
        """Give the translations in the order of their numbers; what they translate is on the page itself."""
        return [dict(told) for told in self._translations]


def _percent(part: float) -> str:
    return f"{part * 100:.3f}".rstrip("0").rstrip(".") + "%"
