"""Random rich menus that every rule accepts, with the links to them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lwdeploy.core.localized import LANGUAGES
from lwdeploy.kinds.rich_menu.layout import SIZES, cells

__all__ = ["rich_menus"]

LETTERS = st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x2FFF)
LAYOUTS = ("1x1", "2x1", "1x2", "3x2", "1+2", "1|2", "2+1+3")
NAMES = ("main", "other", "night.shift")


def texts(longest: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=longest).filter(lambda text: bool(text.strip()))


def localized(words: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    translations = st.dictionaries(st.sampled_from(LANGUAGES), words | st.just(""), max_size=2)
    return words | st.builds(lambda base, more: {"default": base, **more}, words, translations)


LABELS = localized(texts(8))
ACTIONS = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("message"), "text": localized(texts(20))},
        optional={"label": LABELS, "postback": texts(20)},
    ),
    st.fixed_dictionaries(
        {"type": st.just("postback"), "data": texts(20)},
        optional={"label": LABELS, "displayText": localized(texts(20))},
    ),
    st.fixed_dictionaries(
        {"type": st.just("uri"), "uri": st.sampled_from(["https://a.example/", "http://b.example/?a=b"])},
        optional={"label": LABELS},
    ),
    st.fixed_dictionaries({"type": st.just("copy"), "copyText": texts(20)}, optional={"label": LABELS}),
)


def images(size: str) -> st.SearchStrategy[Any]:
    """Give a file, a file for each of some languages, or a wish to have them drawn."""
    files = st.sampled_from([f"{size}-a.png", f"{size}-b.png", f"{size}-c.jpg"])
    translations = st.dictionaries(st.sampled_from(LANGUAGES), files | st.just(""), max_size=2)
    several = st.builds(lambda base, more: {"default": base, **more}, files, translations)
    wishes = st.fixed_dictionaries({}, optional={"background": st.just("#FFFFFF"), "text": st.just("#000000")})
    return files | several | wishes.map(lambda each: {"generate": each})


@st.composite
def menus(draw: st.DrawFn, name: str) -> dict[str, Any]:
    size, layout = draw(st.sampled_from(sorted(SIZES))), draw(st.sampled_from(LAYOUTS))
    places = cells(layout, size=size)
    areas: list[dict[str, Any]] = [{"action": draw(ACTIONS)} for _ in places]
    menu = {"name": name, "size": size, "image": draw(images(size)), "areas": areas}
    if draw(st.booleans()):
        return menu | {"layout": layout}
    for area, place in zip(areas, places, strict=True):
        area["bounds"] = place
    return menu


@st.composite
def rich_menus(draw: st.DrawFn, people: list[str]) -> dict[str, Any]:
    """Give what stands below `menus.rich` of a bot that may give menus to `people`."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    rich: dict[str, Any] = {"menus": [draw(menus(name)) for name in names]}
    default = draw(st.none() | st.sampled_from(["", *names]))
    given = draw(st.none() | st.permutations(people))
    rich |= {} if default is None else {"default": default}
    if given is not None:
        cuts = sorted(draw(st.lists(st.integers(0, 3), min_size=len(names) + 1, max_size=len(names) + 1)))
        rich["users"] = {name: given[cuts[index] : cuts[index + 1]] for index, name in enumerate(names)}
    return rich
