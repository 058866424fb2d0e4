"""Edits keep what people wrote, and refuse what they cannot write."""

from __future__ import annotations

import difflib
from typing import Any

import pytest

from lwdeploy.core.errors import UserError
from lwdeploy.manifests.editing import REMOVED, Edit, edited

BOT = """\
# The desk of the head office.
apiVersion: lwdeploy/v1
kind: Bot
metadata: {name: helpdesk}   # the key
spec:
  botName: "Help Desk"   # as the poster says
  pic:
    primary:
      - taro@example.com   # until spring
      - hanako@example.com
    # a vice is to come
  callback: {url: "https://bots.example.com/a", events: [message, join]}  # the old host
  policy:
    joinChatRoom: true   # asked for in May
"""


def edit(*path: str | int, to: Any = REMOVED, kind: str = "Bot", name: str = "helpdesk") -> Edit:
    return Edit(kind=kind, name=name, path=("spec", *path), value=to)


def difference(*edits: Edit, text: str = BOT) -> list[str]:
    """Give the lines that went and those that came."""
    made = edited(text, edits, file="bots.yaml")
    lines = difflib.ndiff(text.splitlines(keepends=True), made.splitlines(keepends=True))
    return sorted((line.rstrip("\n") for line in lines if line[0] in "+-"), key=lambda line: line[0] == "+")


def test_a_value_is_changed_in_its_quotes_and_its_comment_stays() -> None:
    assert difference(edit("botName", to='Desk "1"')) == [
        '-   botName: "Help Desk"   # as the poster says',
        '+   botName: "Desk \\"1\\""   # as the poster says',
    ]


def test_a_text_becomes_a_mapping_below_its_key() -> None:
    assert difference(edit("botName", to={"default": "Help", "ja_JP": "no"})) == [
        '-   botName: "Help Desk"   # as the poster says',
        "+   botName:   # as the poster says",
        "+     default: Help",
        '+     ja_JP: "no"',
    ]


def test_an_entry_of_a_list_goes_with_its_comment_and_another_comes_without() -> None:
    assert difference(edit("pic", "primary", to=["jiro@example.com", "hanako@example.com"])) == [
        "-       - taro@example.com   # until spring",
        "+       - jiro@example.com",
    ]


def test_entries_in_brackets_are_changed_in_their_line() -> None:
    assert difference(edit("callback", "events", to=["join", "leave"]), edit("callback", "enabled", to=True)) == [
        '-   callback: {url: "https://bots.example.com/a", events: [message, join]}  # the old host',
        '+   callback: {url: "https://bots.example.com/a", events: [join, leave], enabled: true}  # the old host',
    ]


def test_missing_mappings_are_made_and_texts_of_several_lines_are_blocks() -> None:
    assert difference(edit("description", "default", to="one\ntwo\n")) == [
        "+   description:",
        "+     default: |",
        "+       one",
        "+       two",
    ]


def test_what_is_taken_out_takes_its_lines_along_and_no_other() -> None:
    assert difference(edit("pic", "primary", 0)) == ["-       - taro@example.com   # until spring"]
    assert difference(edit("callback", "events", 1)) == [
        '-   callback: {url: "https://bots.example.com/a", events: [message, join]}  # the old host',
        '+   callback: {url: "https://bots.example.com/a", events: [message]}  # the old host',
    ]
    assert difference(edit("nothing", "there")) == []


def test_the_last_entry_leaves_an_empty_mapping() -> None:
    assert difference(edit("policy", "joinChatRoom")) == [
        "-   policy:",
        "-     joinChatRoom: true   # asked for in May",
        "+   policy: {}",
    ]


def test_what_is_said_already_is_not_touched() -> None:
    same = edit("pic", to={"primary": ["taro@example.com", "hanako@example.com"]})
    assert edited(BOT, [same], file="bots.yaml") == BOT


def test_line_ends_the_mark_and_a_missing_last_line_end_are_kept() -> None:
    text = "\ufeff" + BOT.removesuffix("\n").replace("\n", "\r\n")
    made = edited(text, [edit("policy", "allowedDomains", to=[1])], file="bots.yaml")
    assert made == f"{text}\r\n    allowedDomains:\r\n      - 1"


def test_only_the_document_that_is_named_is_edited() -> None:
    text = f"kind: List  # of others\nx: [&a !b 1, *a]\n---\n{BOT}---\n{BOT.replace('helpdesk', 'other')}"
    assert difference(edit("botName", name="other", to="Other"), text=text) == [
        '-   botName: "Help Desk"   # as the poster says',
        '+   botName: "Other"   # as the poster says',
    ]


def test_lists_are_indented_as_the_document_indents_them() -> None:
    text = BOT.replace("      - ", "    - ")
    assert difference(edit("callback", to=["a"]), text=text)[1:] == ["+   callback:  # the old host", "+   - a"]


ANCHORED = BOT.replace("pic:", "pic: &people").replace("policy:", "other: *people\n  policy:")
MIXED = BOT.replace("  policy:\n    joinChatRoom", "  ? policy\n  :\n    joinChatRoom")


@pytest.mark.parametrize(
    ("text", "wanted", "why"),
    [
        (ANCHORED, edit("other", to="x"), "bots.yaml:7:3: `spec.other` cannot be edited here"),
        (ANCHORED, edit("other", "primary", 0), "the value is the alias `*people`"),
        (ANCHORED, edit("pic", "primary", to=["x"]), "the value has the anchor `&people`"),
        (ANCHORED, edit("pic"), "the value has the anchor `&people`"),
        (MIXED, edit("policy", to="x"), "its key is written in a way that this does not know"),
        (BOT, edit("botName", "ja_JP", to="x"), "`spec.botName` is a single value"),
        (BOT, edit("pic", "primary", 7, to="x"), "`spec.pic.primary` is a list"),
        (BOT, edit("pic", "primary", 7, "x", to="x"), "there is no `spec.pic.primary.7`"),
        (BOT, Edit(kind="Bot", name="helpdesk", path=(), value={}), "a whole document is not edited"),
        (BOT, edit("x", name="nobody"), "bots.yaml holds no Bot `nobody`"),
        (f"{BOT}  x: 012\n", edit("x"), "there are mistakes in the Bot `helpdesk`"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_and_said(text: str, wanted: Edit, why: str) -> None:
    with pytest.raises(UserError) as refused:
        edited(text, [edit("description", to="first"), wanted], file="bots.yaml")
    assert why in refused.value.message
    assert refused.value.advice


def test_a_refusal_shows_what_to_write_by_hand() -> None:
    with pytest.raises(UserError) as refused:
        edited(ANCHORED, [edit("pic", "vice", to=["jiro@example.com"])], file="bots.yaml")
    assert refused.value.advice == "write by hand, in `spec.pic`:\n  vice:\n    - jiro@example.com"
    with pytest.raises(UserError, match=r"take `spec\.pic\.primary` out by hand"):
        edited(ANCHORED, [edit("pic", "primary")], file="bots.yaml")


ODD = """\
kind: Bot
metadata: {name: helpdesk}
spec:
  texts:
    one: |  # kept
      first
      second

    two: |+
      last

    three:
  flow: {
    a: 1,  # one
    b,
    c: [x,
      z],
  }
  list:
    - - deep
      - deeper
    - name: first   # n
      # about size
      size: 1
    -
      # below its dash
      name: second
"""


@pytest.mark.parametrize(
    ("path", "to", "went", "came"),
    [
        (("texts", "one"), "new\n", ["      first", "      second"], ["      new"]),
        (("texts", "one"), "new", ["    one: |  # kept", "      first", "      second"], ["    one: new  # kept"]),
        (("texts", "two"), "new", ["    two: |+", "      last", ""], ["    two: new"]),
        (("texts", "four"), 4, [], ["    four: 4"]),
        (("texts", "three"), "x", ["    three:"], ["    three: x"]),
        (("texts", "three", "a"), [], [], ["      a: []"]),
        (("flow", "b"), 2, ["    b,"], ["    b: 2,"]),
        (("flow", "b"), REMOVED, ["    b,"], []),
        (("flow", "a"), REMOVED, ["    a: 1,  # one"], []),
        (("flow", "d"), {"e": "f, g"}, [], ['    d: {e: "f, g"},']),
        (("flow", "c"), ["w", "x", "z"], ["    c: [x,"], ["    c: [w, x,"]),
        (("flow", "c"), ["x"], ["    c: [x,", "      z],"], ["    c: [x],"]),
        (("list", 0), REMOVED, ["    - - deep", "      - deeper"], []),
        (("list", 0, 0), REMOVED, ["    - - deep"], ["    -"]),
        (("list", 1, "name"), REMOVED, ["    - name: first   # n"], ["    -"]),
        (("list", 2), "x", ["    -", "      # below its dash", "      name: second"], ["    - x"]),
        (("list", 2, "name"), "third", ["      name: second"], ["      name: third"]),
    ],
)  # fmt: skip
def test_odd_styles(path: tuple[str | int, ...], to: Any, went: list[str], came: list[str]) -> None:
    assert difference(edit(*path, to=to), text=ODD) == [
        *(f"- {each}" for each in went),
        *(f"+ {each}" for each in came),
    ]


def test_an_entry_before_the_first_one() -> None:
    wanted = ["new", ["deep", "deeper"], {"name": "first", "size": 1}, {"name": "second"}]
    assert difference(edit("list", to=wanted), text=ODD) == ["+     - new"]
    made = edited(ODD, [edit("list", 0, to=["new", "deep", "deeper"])], file="bots.yaml")
    assert "    - - new\n      - deep\n      - deeper\n" in made


def test_a_block_at_the_end_of_a_file_without_a_line_end_is_written_in_quotes() -> None:
    made = edited(BOT.removesuffix("\n"), [edit("policy", "note", to="one\ntwo\n")], file="bots.yaml")
    assert made.endswith('\n    note: "one\\ntwo\\n"')
