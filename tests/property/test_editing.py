"""Edits of manifests: what is read afterwards is what was meant, and what was not concerned is as it was."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.manifests.document import Source
from lwdeploy.manifests.editing import REMOVED, Edit, edited
from lwdeploy.manifests.editing_steps import same
from lwdeploy.manifests.reading import Read, read
from tests.property.strategies import bounded
from tests.unit.manifests.handwriting import KEYS, Hand, values

OTHER = "apiVersion: v1\nkind: ConfigMap   # not ours\nmetadata: {name: a}\ndata: {x: &y !z 012, w: *y}\n"
REMARK = re.compile(r"# remark \d+\.")


def reads(text: str) -> list[Read]:
    return list(read(text.replace("\r\n", "\n"), Source(name="bots.yaml", folder=Path())))


def paths_of(value: Any, above: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Give every place where something stands, or could be added."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield (*above, key)
            yield from paths_of(each, (*above, key))
        yield from ((*above, key) for key in KEYS if key not in value)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield (*above, index)
            yield from paths_of(each, (*above, index))
        yield (*above, len(value))


def meant(data: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """Give the data as the edit wants it, in the plainest way."""
    made = copy.deepcopy(data)
    holder: Any = made
    for segment in path[:-1]:
        holder = holder[segment]
    last = path[-1]
    if value is not REMOVED and isinstance(holder, list) and last == len(holder):
        holder.append(value)
    elif value is not REMOVED:
        holder[last] = value
    elif last in holder if isinstance(holder, dict) else last != len(holder):
        del holder[last]
    return made


@st.composite
def files(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Give a file with a Bot somewhere in it, and what the Bot says."""
    spec = draw(st.dictionaries(st.sampled_from(KEYS), values(), min_size=1, max_size=4))
    data = {"apiVersion": "lwdeploy/v1", "kind": "Bot", "metadata": {"name": "a"}, "spec": spec}
    hand = Hand(draw, comments=True)
    text = f"{hand.document(data)}\n"
    if draw(st.booleans()):
        text = f"{text}---\n{OTHER}"
    if draw(st.booleans()):
        text = f"{OTHER}---\n{text}"
    bare = text.removesuffix("\n")  # a block's last line end can be part of its text
    text = bare if [each.data for each in reads(bare)] == [each.data for each in reads(text)] else text
    mark = draw(st.sampled_from(["", "\ufeff"]))
    (data,) = [each.data for each in reads(text) if each.data.get("kind") == "Bot"]
    return mark + (text.replace("\n", "\r\n") if draw(st.booleans()) else text), data


def span(made: Read, path: tuple[str | int, ...], lines: list[str]) -> tuple[int, int]:
    """Give the lines, from 0, of the nearest value that is there: its own and those up to the next one."""
    place = made.root
    for segment in path:
        if str(segment) not in place.children:
            break
        place = place.children[str(segment)]
    starts: set[tuple[int, int]] = set()
    pending = [made.root]
    while pending:
        each = pending.pop()
        pending += each.children.values()
        starts.add((each.key_line - 1, each.key_column - 1))
    last = place
    while last.children:
        last = [*last.children.values()][-1]
    line, column = min((each for each in starts if each[0] >= last.key_line), default=(10**6, 0))
    begins = line < len(lines) and not lines[line][:column].strip(" -")
    first = place.key_line - 1
    above = first - 1
    while isinstance(path[-1], int) and lines[above].strip()[:1] in {"", "#"}:
        above -= 1
    return above if lines[above].strip()[:1] == "-" and above < first else first, line if begins else line + 1


def touched(wanted: dict[str, Any], path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Give the path as far as it tells which lines are touched.

    A collection that an edit leaves empty is written anew; among equal entries of a list any may be the one.
    """
    value: Any = wanted
    for length, segment in enumerate(path):
        if value in ({}, []) or (isinstance(value, list) and len({*map(json.dumps, value)}) < len(value)):
            return path[:length]
        entries: Any = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(entries, dict) and segment in entries:
            value = entries[segment]
    return path


@bounded(80)
@given(source=files(), choice=st.data())
def test_an_edit_says_what_was_meant_and_touches_nothing_else(
    source: tuple[str, dict[str, Any]], choice: st.DataObject
) -> None:
    text, data = source
    path = choice.draw(st.sampled_from([*paths_of(data["spec"], ("spec",))]))
    value = choice.draw(st.just(REMOVED) | values(leaves=5))
    before = reads(text.removeprefix("\ufeff"))
    (mine,) = [each for each in before if isinstance(each.data, dict) and each.data["kind"] == "Bot"]
    assert same(mine.data, data)
    assert not mine.findings
    wanted = meant(data, path, value)
    new = edited(text, [Edit(kind="Bot", name="a", path=path, value=value)], file="bots.yaml")
    after = reads(new.removeprefix("\ufeff"))
    (now,) = [each for each in after if isinstance(each.data, dict) and each.data["kind"] == "Bot"]
    assert same(now.data, wanted)
    assert [each.data for each in after if each is not now] == [each.data for each in before if each is not mine]
    if same(data, wanted):
        assert new == text
    old_lines, new_lines = text.splitlines(keepends=True), new.splitlines(keepends=True)
    first, end = span(mine, min(touched(wanted, path), touched(data, path), key=len), old_lines)
    assert new.startswith("".join(old_lines[:first]).rstrip("\r\n"))
    tail = old_lines[end:]
    assert not tail or new_lines[-len(tail) :] == tail
    assert new.endswith("\n") == text.endswith("\n")
    assert (new.count("\n") == new.count("\r\n")) == (text.count("\n") == text.count("\r\n"))
    kept = REMARK.findall("".join([*old_lines[:first], *tail]))
    assert [each for each in REMARK.findall(new) if each in kept] == kept


@bounded(30)
@given(source=files(), choice=st.data())
def test_an_added_key_costs_no_line_and_no_comment(
    source: tuple[str, dict[str, Any]], choice: st.DataObject
) -> None:
    text, data = source
    key = choice.draw(st.sampled_from([key for key in KEYS if key not in data["spec"]]))
    value = choice.draw(values(leaves=5))
    new = edited(text, [Edit(kind="Bot", name="a", path=("spec", key), value=value)], file="bots.yaml")
    assert REMARK.findall(new) == REMARK.findall(text)
    again = edited(new, [Edit(kind="Bot", name="a", path=("spec", key), value=REMOVED)], file="bots.yaml")
    assert again.replace(",", "") == text.replace(",", "")  # the entry before it may have got a comma
