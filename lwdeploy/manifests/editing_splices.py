"""One step carried out on the text of one document: the span that it concerns is cut out, another put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from lwdeploy.manifests.editing_steps import Deed, Step
from lwdeploy.manifests.editing_tree import Node, Unwritable, tree_of
from lwdeploy.manifests.writing import block_lines, flow_text, quoted_text

__all__ = ["changed"]

_LINE_END = re.compile(r"\r\n|\n|\r")
_COLON = re.compile(r"[ \t]*:")
_INDICATOR = re.compile(r"[|>][^\s#]*")
# What may stand between an entry and its comma: blanks, line ends, comments.
_COMMA = re.compile(r"(?:[ \t\r\n]|(?<=[ \t\r\n])#[^\r\n]*)*,[ \t]*")


def changed(text: str, step: Step) -> str:
    """Give the text of a document after one step. Raises Unwritable when it cannot be made in this text."""
    root = tree_of(text)
    holder = _holder(root, step)
    deeds: dict[Deed, Callable[[_Page, Node, Step], str]] = {
        Deed.REPLACE: _replace,
        Deed.INSERT: _insert,
        Deed.REMOVE: _remove,
    }
    return deeds[step.deed](_Page(text, root), holder, step)


def _holder(root: Node, step: Step) -> Node:
    """Give the collection that the step's last segment belongs to; nothing that others point to is changed."""
    node = root
    for segment in step.path[:-1]:
        _refuse_shared(node)
        node = node.entries[node.index(segment)][1]
    _refuse_shared(node)
    if step.deed is not Deed.INSERT:
        target = node.entries[node.index(step.path[-1])][1]
        if target.alias:
            _refuse_shared(target)
        for each in target.below():
            if each.anchor:
                _refuse_shared(each)
    return node


def _refuse_shared(node: Node) -> None:
    if node.alias:
        raise Unwritable(f"the value is the alias `*{node.alias}` and belongs to its anchor too")
    if node.anchor:
        raise Unwritable(f"the value has the anchor `&{node.anchor}`, which aliases may stand for")


class _Page:
    """The text of one document, its line ends, and how it indents lists."""

    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        found = _LINE_END.search(text)
        self.newline = found.group() if found else "\n"
        self.indentless = any(
            value.is_block and not value.keyed and key is not None and value.column == key.column
            for node in root.below()
            for key, value in node.entries
        )

    def spliced(self, start: int, end: int, new: str) -> str:
        """Give the text with `new` in the place of a span."""
        return self.text[:start] + new + self.text[end:]

    def line_start(self, position: int) -> int:
        """Give where the line of a position begins."""
        return max(self.text.rfind("\n", 0, position), self.text.rfind("\r", 0, position)) + 1

    def line_end(self, position: int) -> int:
        """Give where the line of a position ends, before its line end."""
        found = _LINE_END.search(self.text, position)
        return found.start() if found else len(self.text)

    def next_line(self, position: int) -> int:
        """Give where the next line begins, or the end of the text."""
        found = _LINE_END.search(self.text, position)
        return found.end() if found else len(self.text)

    def last(self, node: Node) -> int:
        """Give the position after the last character of a value, entries included."""
        if node.is_block and node.entries:
            return self.last(node.entries[-1][1])
        if not node.is_block_text:
            return node.end
        written = self.text[node.start : node.end]
        if self._keeps_blank_lines(node):
            return node.start + len(written.removesuffix("\n").removesuffix("\r"))
        return node.start + len(written.rstrip())

    def _keeps_blank_lines(self, node: Node) -> bool:
        found = _INDICATOR.match(self.text, node.start)
        return found is not None and "+" in found.group()

    def lines(self, entry: Any, column: int, *, before: int) -> list[str]:
        """Give an entry as lines that begin in `column` and stand before a position of the text."""
        made = block_lines(entry, indentless=self.indentless, blocks=before < len(self.text))
        return [" " * column + each if each else each for each in made]

    def after(self, position: int, lines: Sequence[str]) -> str:
        """Give the text with lines below the one that ends at a position."""
        return self.spliced(position, position, "".join(f"{self.newline}{each}" for each in lines))

    def without(self, start: int, end: int) -> str:
        """Give the text without an entry in block style, from its key or dash to its last character."""
        begin = self.line_start(start)
        if self.text[begin:start].strip():  # the first entry of a mapping behind a dash
            before = self.text[:start].rstrip(" ")
            return before + self.text[self.line_end(end) :]
        until = self.next_line(end)
        if until == len(self.text) and not self.text.endswith(("\n", "\r")):
            begin = len(self.text[:begin].rstrip("\r\n"))
        return self.spliced(begin, until, "")


def _insert(page: _Page, holder: Node, step: Step) -> str:
    last = step.path[-1]
    entry = [step.value] if isinstance(last, int) else {last: step.value}
    at = last if isinstance(last, int) else len(holder.entries)
    if holder.flow:
        return _insert_in_brackets(page, holder, flow_text(entry), at=at)
    if at:
        end = page.line_end(page.last(holder.entries[at - 1][1]))
        return page.after(end, page.lines(entry, holder.column, before=end))
    dash = _dash(page, holder, 0)
    first, *rest = [*page.lines(entry, holder.column, before=dash), " " * holder.column]
    return page.spliced(dash, dash, page.newline.join([first.lstrip(" "), *rest]))


def _insert_in_brackets(page: _Page, holder: Node, new: str, *, at: int) -> str:
    if not at:
        start = holder.entries[0][1].start
        return page.spliced(start, start, f"{new}, ")
    start, end = _span(holder, at - 1)
    begin, until = page.line_start(start), page.line_end(end)
    if page.text[begin:start].strip() or until >= holder.end or at < len(holder.entries):
        return page.spliced(end, end, f", {new}")
    comma = _COMMA.match(page.text, end)  # each entry has a line: so has the new one, and a comma like the last
    line = f"{page.newline}{page.text[begin:start]}{new}{',' if comma else ''}"
    return page.text[:end] + ("" if comma else ",") + page.text[end:until] + line + page.text[until:]


def _remove(page: _Page, holder: Node, step: Step) -> str:
    number = holder.index(step.path[-1])
    key, value = holder.entries[number]
    if holder.flow:
        return _remove_in_brackets(page, holder, number)
    start = _dash(page, holder, number) if key is None else key.start
    return page.without(start, page.last(value))


def _remove_in_brackets(page: _Page, holder: Node, number: int) -> str:
    """Take out an entry: with its lines where it has them for itself, else with one comma; comments stay."""
    start, end = _span(holder, number)
    comma = _COMMA.match(page.text, end)
    until = comma.end() if comma else end
    begin, line_end = page.line_start(start), page.line_end(until)
    between = page.text[end:until].rstrip(" \t").removesuffix(",")
    others = (page.text[begin:start] + between).strip() or page.text[until:line_end].strip()[:1] not in {"", "#"}
    if not others and line_end < holder.end:
        return page.spliced(begin, page.next_line(until), "")
    if number + 1 == len(holder.entries):
        _, before = _span(holder, number - 1)
        alone = re.fullmatch(r"\s*,\s*", page.text[before:start])
        return page.spliced(before, end, "") if alone else page.spliced(start, until, "")
    return page.spliced(start, until, between.lstrip(" \t") if between.strip() else "")


def _span(holder: Node, number: int) -> tuple[int, int]:
    key, value = holder.entries[number]
    return (value if key is None else key).start, value.end


def _replace(page: _Page, holder: Node, step: Step) -> str:
    number = holder.index(step.path[-1])
    key, value = holder.entries[number]
    kept = _in_same_quotes(value, step.value)
    if holder.flow:
        new = kept or flow_text([step.value])
        if value.start == value.end:
            new = f" {new}" if page.text[value.start - 1] == ":" else f": {new}"
        return page.spliced(value.start, value.end, new)
    if kept:
        return page.spliced(value.start, value.end, kept)
    begin = _dash(page, holder, number) + 1 if key is None else _colon(page, key)
    before, after, end = _around(page, value, begin)
    entry = [step.value] if key is None else {"k": step.value}
    first, *body = page.lines(entry, holder.column, before=end)
    head = first[holder.column :].removeprefix("-" if key is None else "k:")
    gap = before if before.strip() or (before and head) else " " if head else ""
    new = (gap + head.removeprefix(" ") if head else gap.rstrip()) + after
    return page.spliced(begin, end, page.newline.join([new.rstrip(" ") if not head else new, *body]))


def _around(page: _Page, value: Node, begin: int) -> tuple[str, str, int]:
    """Give what stands before a value since its colon or dash, what stands behind it, and where that ends."""
    if value.is_block_text:
        found = _INDICATOR.match(page.text, value.start)
        header = found.end() if found else value.start
        return page.text[begin : value.start], page.text[header : page.line_end(header)], page.last(value)
    if value.is_block:
        header = page.line_end(begin)
        below = value.start > header
        return "", page.text[begin:header] if below else "", page.line_end(page.last(value))
    end = page.line_end(value.end)
    return page.text[begin : value.start], page.text[value.end : end], end


def _in_same_quotes(old: Node, new: Any) -> str:
    """Give a text of one line in the quotes that the old one had, or nothing where that cannot be."""
    quoted = old.style in {"'", '"'} and isinstance(new, str) and "\n" not in new
    return quoted_text(new, old.style) if quoted else ""


def _colon(page: _Page, key: Node) -> int:
    found = _COLON.match(page.text, key.end)
    if found is None:
        raise Unwritable("its key is written in a way that this does not know")
    return found.end()


def _dash(page: _Page, holder: Node, number: int) -> int:
    """Give where the dash of a list's entry is: in the list's column, in the entry's line or above it."""
    start = page.line_start(holder.entries[number][1].start)
    while True:
        dash = start + holder.column
        if page.text[dash : dash + 1] == "-":
            return dash
        start = page.line_start(start - 1)
