"""A page as a tree, read by the standard library's parser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "input", "link", "meta"}


@dataclass(slots=True, kw_only=True)
class Node:
    """An element with its attributes, and its children in order; a text is a child of type str."""

    name: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute] or ""

    @property
    def classes(self) -> list[str]:
        return (self.attributes.get("class") or "").split()

    @property
    def text(self) -> str:
        """All text within, as it is on the page."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)

    def walk(self) -> Iterator[Node]:
        """Give the element and all within, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, name: str = "", *, class_: str = "") -> list[Node]:
        """Give the elements of a name, of a class, or of both."""
        return [
            each
            for each in self.walk()
            if (not name or each.name == name) and (not class_ or class_ in each.classes)
        ]

    def one(self, name: str = "", *, class_: str = "") -> Node:
        """Give the only element of a name or class."""
        (found,) = self.all(name, class_=class_)
        return found


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node(name="")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute is there twice: {attrs}"
        node = Node(name=tag, attributes=dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def tree(page: str) -> Node:
    """Read a page; every element must close where it should."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    assert len(builder.open) == 1, f"left open: {[each.name for each in builder.open]}"
    return builder.root


def translations(root: Node) -> list[Mapping[str, str]]:
    """Give what the script reads: translations by number."""
    (block,) = [each for each in root.all("script") if each.attributes.get("type") == "application/json"]
    assert block["id"] == "translations"
    found: list[Mapping[str, str]] = json.loads(block.text)
    return found


def rules(root: Node) -> dict[str, str]:
    """Give the declarations of the generated classes."""
    lines = root.all("style")[-1].text.splitlines()
    return {line.partition("{")[0].lstrip("."): line.partition("{")[2].removesuffix("}") for line in lines}
