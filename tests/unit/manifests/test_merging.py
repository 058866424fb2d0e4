"""What moved in the tenant goes into a manifest, unless the manifest moved there too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lwdeploy.manifests.document import Document
from lwdeploy.manifests.editing import REMOVED, edited
from lwdeploy.manifests.load import documents_of
from lwdeploy.manifests.merging import Merged, Move, edits_for, merge
from lwdeploy.manifests.references import index

NAME: dict[str, Any] = {"botName": "Desk"}
MENU: dict[str, Any] = {"menus": {"persistent": {"actions": [1]}}}


def moved(merged: Merged) -> dict[str, Any]:
    return {".".join(each.path): each.value for each in merged.moves}


CASES: dict[str, tuple[Any, Any, Any, dict[str, Any], list[str]]] = {
    "nothing moved": (NAME, NAME, NAME, {}, []),
    "the tenant moved": (NAME, {"botName": "X"}, NAME, {"botName": "X"}, []),
    "the manifest moved": (NAME, NAME, {"botName": "X"}, {}, []),
    "both moved alike": (NAME, {"botName": "X"}, {"botName": "X"}, {}, []),
    "both moved apart": (NAME, {"botName": "X"}, {"botName": "Y"}, {}, ["botName"]),
    "the manifest does not say it any more": (NAME, {"botName": "X"}, {}, {}, []),
    "it is new": ({}, NAME, {}, NAME, []),
    "it is new and the manifest has it already": ({}, NAME, {"botName": "Y"}, {}, ["botName"]),
    "it is gone": ({**NAME, **MENU}, NAME, {**NAME, **MENU}, {"menus": REMOVED}, []),
    "it is gone and moved in the manifest": (MENU, {}, {"menus": {"persistent": {"actions": [2]}}}, {}, ["menus"]),
    "a language is new": (
        NAME,
        {"botName": {"default": "Desk", "ja_JP": "机"}},
        {"botName": {"default": "Ours", "ko_KR": "책상"}},
        {"botName.ja_JP": "机"},
        [],
    ),
    "people in another order": (
        {"pic": {"primary": ["a", "b"]}},
        {"pic": {"primary": ["c"]}},
        {"pic": {"primary": ["b", "a"]}},
        {"pic.primary": ["c"]},
        [],
    ),
    "a registration among others": (
        {"domains": [{"name": "tokyo", "visible": True}, {"name": "osaka", "visible": True}]},
        {"domains": [{"name": "osaka", "visible": False}, {"name": 77, "visible": True}]},
        {"domains": [{"name": "osaka", "visible": True}, {"name": "tokyo", "visible": True}]},
        {"domains.77": {"visible": True}, "domains.osaka.visible": False, "domains.tokyo": REMOVED},
        [],
    ),
    "actions are one": (
        {"menus": {"persistent": {"actions": [{"a": [1]}]}}},
        {"menus": {"persistent": {"actions": [{"a": [2]}]}}},
        {"menus": {"persistent": {"actions": [{"a": [1]}]}}},
        {"menus.persistent.actions": [{"a": [2]}]},
        [],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_part_that_moved_on_one_side_is_taken_from_it(case: str) -> None:
    base, theirs, ours, moves, conflicts = CASES[case]
    found = merge(base=base, theirs=theirs, ours=ours)
    assert moved(found) == moves
    assert [".".join(each) for each in found.conflicts] == conflicts


# --- edits

HEAD = "apiVersion: lwdeploy/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
PEOPLE = HEAD.format(kind="PersonInCharge", name="it") + "  primary: [a@example.com]\n"


def bot_text(name: str, spec: str) -> str:
    return HEAD.format(kind="Bot", name=name) + spec


def after(files: dict[str, str], moves: dict[str, list[Move]], **names: str) -> dict[str, str]:
    """Give the files with the moves in them."""
    documents: list[Document] = []
    for file, text in files.items():
        documents += documents_of(text, name=file, folder=Path())
    made = dict(files)
    for edits in edits_for(moves, known=index(documents), names=names).values():
        for edit in edits:
            file = next(each.file for each in documents if (each.kind, each.name) == (edit.kind, edit.name))
            made[file] = edited(made[file], [edit], file=file)
    return made


def move(path: str, value: Any) -> Move:
    return Move(path=tuple(path.split(".")), value=value)


SPECS: dict[str, tuple[str, list[Move], str]] = {
    "a text": ("  botName: A # it\n", [move("botName", "B")], "  botName: B # it\n"),
    "the default of a text": ("  botName: A\n", [move("botName.default", "B")], "  botName: B\n"),
    "a first translation": (
        "  botName: A\n",
        [move("botName.ja_JP", "B")],
        "  botName:\n    default: A\n    ja_JP: B\n",
    ),
    "a text and its translations at once": (
        "  botName: A\n",
        [move("botName.default", "C"), move("botName.ja_JP", "B"), move("botName.ko_KR", "D")],
        "  botName:\n    default: C\n    ja_JP: B\n    ko_KR: D\n",
    ),
    "a translation that is gone already": ("  botName: A\n", [move("botName.ja_JP", REMOVED)], "  botName: A\n"),
    "a field that was not there": (
        "  botName: A\n",
        [move("policy", {"joinChatRoom": True})],
        "  botName: A\n  policy:\n    joinChatRoom: true\n",
    ),
    "a first registration": (
        "  botName: A\n",
        [move("domains.osaka", {"visible": True})],
        "  botName: A\n  domains:\n    - name: osaka\n      visible: true\n",
    ),
    "registrations that come, go and change": (
        "  domains:\n    - {name: tokyo}\n    - {name: 7, visible: true} # seven\n    - {name: kyoto}\n",
        [
            move("domains.kyoto", REMOVED),
            move("domains.tokyo", REMOVED),
            move("domains.osaka.visible", False),
            move("domains.nara", {"visible": True}),
            move("domains.kobe", {"visible": True}),
        ],
        (
            "  domains:\n    - {name: 7, visible: false} # seven\n    - name: nara\n      visible: true\n"
            "    - name: kobe\n      visible: true\n"
        ),
    ),
}


@pytest.mark.parametrize("case", SPECS)
def test_a_move_is_an_edit_of_the_place_where_it_stands(case: str) -> None:
    before, moves, wanted = SPECS[case]
    made = after({"a.yaml": bot_text("a", before)}, {"a": moves}, **{"7": "osaka"})
    assert made["a.yaml"] == bot_text("a", wanted)


def test_what_all_bots_that_share_it_moved_to_is_edited_where_they_share_it() -> None:
    files = {"p.yaml": PEOPLE, **{f"{key}.yaml": bot_text(key, "  pic: {ref: it}\n") for key in "ab"}}
    moves = [move("pic.primary", ["b@example.com"])]
    made = after(files, {"a": moves, "b": moves})
    assert made == {**files, "p.yaml": PEOPLE.replace("a@", "b@")}


def test_what_one_of_them_moved_to_becomes_its_own() -> None:
    files = {"p.yaml": PEOPLE, **{f"{key}.yaml": bot_text(key, "  pic: {ref: it}\n") for key in "ab"}}
    made = after(
        files, {"a": [], "b": [move("pic.primary", ["b@example.com"]), move("pic.vice", ["c@example.com"])]}
    )
    assert {name for name in files if made[name] != files[name]} == {"b.yaml"}
    assert documents_of(made["b.yaml"], name="b", folder=Path())[0].spec == {
        "pic": {"primary": ["b@example.com"], "vice": ["c@example.com"]}
    }


def test_a_menu_that_bots_share_is_taken_from_the_list_and_not_out_of_its_document() -> None:
    menu = HEAD.format(kind="RichMenu", name="main") + "  size: full\n"
    files = {
        "m.yaml": menu,
        "a.yaml": bot_text("a", "  menus:\n    rich:\n      menus: [{ref: main}, {name: own}]\n"),
    }
    made = after(files, {"a": [move("menus.rich.menus.main", REMOVED)]})
    assert made["m.yaml"] == menu
    assert documents_of(made["a.yaml"], name="a", folder=Path())[0].spec["menus"]["rich"]["menus"] == [
        {"name": "own"}
    ]


def test_a_menu_of_a_document_that_moved_for_one_bot_is_written_into_it_under_its_name() -> None:
    menu = HEAD.format(kind="RichMenu", name="main") + "  image: a.png\n"
    bot = "  menus:\n    rich:\n      menus:\n        - ref: main\n"
    files = {"m.yaml": menu, **{f"{key}.yaml": bot_text(key, bot) for key in "ab"}}
    made = after(files, {"a": [move("menus.rich.menus.main.image", "b.png")]})
    spec = documents_of(made["a.yaml"], name="a", folder=Path())[0].spec
    assert spec["menus"]["rich"]["menus"] == [{"name": "main", "image": "b.png"}]
