"""The preview: whatever a manifest holds, the page shows it and does nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from importlib.resources import files
from typing import Any

import pytest

from lwdeploy.views.preview import PreviewBot, PreviewProject, page
from lwdeploy.views.preview_markup import Markup, element, raw_text, script_json
from tests.unit.views.preview_projects import COPY, LINK, MESSAGE, PNG, POSTBACK, bot, menu, project
from tests.unit.views.preview_tree import Node, tree

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><b>",
    '" onclick="alert(1)" x=\'',
    "<!-- ]]> -->",
    "&lt;&amp;&#x3c;",
    "two\nlines",
    "مرحبا \u202eabc",
    "🎉👩\u200d💻",
    "{}</title>${x}",
)


def everywhere(text: str) -> PreviewProject:
    """Give a project in which every text is this one."""

    def deed(given: Mapping[str, Any]) -> dict[str, Any]:
        told = {"default": text, "ja_JP": text + text}
        return {
            key: value if key == "type" else told if isinstance(value, Mapping) else text
            for key, value in given.items()
        }

    one = menu(text, *(deed(each) for each in (MESSAGE, POSTBACK, LINK, COPY)), users=(text,))
    names = {"default": text, "ja_JP": text + text}
    full = bot(
        text, one, replace(one, key="other"), name=names, description=names, registrations=(text,), users=(text,)
    )
    return project(full, bot("persistent", persistent=(deed(MESSAGE),), name=names), title=text)


def shape(root: Node) -> list[tuple[str, list[str]]]:
    """Give the elements with the names of their attributes, but for what the texts are."""
    return [(each.name, sorted(each.attributes)) for each in root.walk()]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_changes_the_elements_of_a_page(text: str) -> None:
    """Markup in a manifest stays text: elements and attributes are those of a harmless project."""
    assert shape(tree(page(everywhere(text)))) == shape(tree(page(everywhere("harmless"))))


@pytest.mark.parametrize("text", HOSTILE)
def test_every_text_is_shown_as_it_is(text: str) -> None:
    """Escaping shows in no text that people read."""
    root = tree(page(everywhere(text)))
    section = root.all("section")[0]
    assert root.one("title").text == f"{text}: preview"
    assert root.one("h1").one("bdi").text == text
    assert section.one("h2").text == text
    assert section.one("p", class_="greeting").text == text
    assert section.all("button", class_="press")[0].one("bdi").text == text
    assert section.all("button", class_="press")[0]["aria-label"] == f"1: {text}"
    assert {each.text for each in section.all("p", class_="says")} == {text}


def everything(root: Node) -> list[tuple[str, str]]:
    return [(name, value or "") for each in root.walk() for name, value in each.attributes.items()]


def test_the_policy_allows_our_own_script_and_styles_by_their_hashes_and_nothing_else() -> None:
    """A browser runs and applies only what this page was made with."""
    root = tree(page(everywhere("<script>")))
    (script,) = [each for each in root.all("script") if "type" not in each.attributes]
    (policy,) = [
        each["content"]
        for each in root.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    ]

    def hashed(node: Node) -> str:
        return f"'sha256-{b64encode(sha256(node.text.encode()).digest()).decode()}'"

    assert policy.split("; ") == [
        "default-src 'none'",
        "img-src data:",
        f"style-src {' '.join(hashed(style) for style in root.all('style'))}",
        f"script-src {hashed(script)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_the_policy_stands_before_everything_that_it_governs() -> None:
    """A policy in a meta element counts only for what comes after it."""
    names = [each.name for each in tree(page(project(bot()))).one("head").children if isinstance(each, Node)]
    assert names[:2] == ["meta", "meta"]
    assert not {"style", "script"} & set(names[:2])


def test_nothing_is_fetched_from_anywhere() -> None:
    """The page works from a file, and no manifest makes it call anybody."""
    text = page(everywhere("https://evil.example.com"))
    root = tree(text)
    assert {name for name, _ in everything(root)} & {
        "src",
        "srcset",
        "action",
        "formaction",
        "data",
        "poster",
    } == set()
    assert all(value.startswith("#bot=") for name, value in everything(root) if name == "href")
    styles = "".join(each.text for each in root.all("style"))
    assert "@import" not in styles
    assert styles.count("url(") == styles.count('url("data:image/')


def test_no_element_brings_its_own_script_or_style() -> None:
    """The policy has no exception for attributes, so none may be needed."""
    names = {name for name, _ in everything(tree(page(everywhere("x"))))}
    assert not [name for name in names if name.startswith("on") or name == "style"]


def test_the_script_makes_no_markup_runs_no_text_and_reaches_nothing() -> None:
    """The script has no door through which a text could become code."""
    script = files("lwdeploy.views").joinpath("preview.js").read_text(encoding="utf-8")
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "http",
    ):
        assert word not in script


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "https://portal.example.com", "data:text/html,x"])
def test_a_page_that_a_menu_opens_is_text_and_never_a_link(uri: str) -> None:
    """The preview opens no address of a manifest."""
    root = tree(page(project(bot("a", menu("main", {"type": "uri", "uri": uri})))))
    assert root.one("div", class_="effect").one("code").text == uri
    assert [each["href"] for each in root.all("a")] == ["#bot=a"]


def test_what_cannot_be_seen_in_a_value_for_programs_is_written_out() -> None:
    """A reviewer sees the signs that would turn or hide a part of an address."""
    deed = {"type": "postback", "data": "a\u202eb\u200b\x00c\nd"}
    root = tree(page(project(bot("a", menu("main", deed)))))
    assert root.one("div", class_="effect").one("code").text == "a\\u202eb\\u200b\\u0000c\nd"


def test_what_html_cannot_hold_becomes_a_replacement_and_the_page_stays_utf_8() -> None:
    """Any text gives a page that can be written."""
    name = {"default": "a\x00b\ud800c\x1bd\ud83c\udf89", "ja_JP": "\udfffx"}
    text = page(project(bot("k\ud800", name=name)))
    assert text.encode("utf-8")
    assert tree(text).one("h2").text == "a\ufffdb\ufffdc\ufffdd🎉"


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example.com/x.png",
        "javascript:alert(1)",
        "data:image/svg+xml;base64,PHN2Zz4=",
        "data:text/html;base64,PGI+",
        f'{PNG}"); @import "x',
        f"{PNG}\n",
        "data:image/png;base64,",
    ],
)
def test_only_a_png_or_jpeg_in_base64_is_a_picture(uri: str) -> None:
    """A picture cannot bring an address, a script or a rule of its own."""
    with pytest.raises(ValueError, match="a picture is a data: URI"):
        page(project(bot("a", menu(pictures={"default": uri}))))


def test_only_what_is_markup_already_is_not_escaped() -> None:
    """Escaping is the rule, and being left alone takes a type."""
    assert element("p", "<b>", Markup("<i></i>"), title='"<', hidden=True, lang=None, open=False, data_x=0) == (
        '<p title="&quot;&lt;" hidden data-x="0">&lt;b&gt;<i></i></p>'
    )


@pytest.mark.parametrize("content", ["a</script>", "a</STYLE >", "<!--"])
def test_content_that_would_end_its_element_is_refused(content: str) -> None:
    """A script or style that cannot be written as it is is not written."""
    with pytest.raises(ValueError, match="holds what ends it"):
        raw_text("script", content)


def test_json_for_the_script_has_no_sign_with_a_meaning_in_html() -> None:
    """The block of translations ends where we end it."""
    block = script_json({"a": "</script><!-- & \ud800"}, id_="x")
    inner = block.removeprefix('<script type="application/json" id="x">').removesuffix("</script>")
    assert not set("<>&") & set(inner)
    assert inner.encode("utf-8")


def test_keys_of_bots_that_look_like_addresses_stay_in_the_page() -> None:
    """A key cannot lead a link out of the page or change another part of the address."""
    wild: PreviewBot = bot("https://evil.example.com/#x&lang=ja_JP")
    (link,) = tree(page(project(wild))).one("nav").all("a")
    assert link["href"] == "#bot=https%3A%2F%2Fevil.example.com%2F%23x%26lang%3Dja_JP"
