"""Every kind is asked about its changes, with everything that it may need to know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lwdeploy.core.kind import Kind, Scene
from lwdeploy.core.live import Seen
from lwdeploy.core.types import Action, Change, Consequence
from lwdeploy.planning.foresight import foreseen
from tests.unit.planning.builders import (
    KINDS,
    bot,
    default_link_of,
    found,
    live_of,
    menu,
    menu_of,
    rich_menu_of,
    root,
)

UPDATE = Change(address=root(), action=Action.UPDATE)
CHILD = Change(address=menu_of(), action=Action.UPDATE)
THEIRS = Change(address=root("sales"), action=Action.UPDATE)


def asked(*changes: Change, **live: Any) -> list[tuple[Change, Scene]]:
    """Give what the kinds are asked."""
    log: list[tuple[Change, Scene]] = []

    def ask(change: Change, scene: Scene) -> Iterator[Consequence]:
        log.append((change, scene))
        yield Consequence(address=change.address, summary="told")

    kinds: Mapping[str, Kind] = {name: replace(kind, consequences=ask) for name, kind in KINDS.items()}
    told = list(foreseen(changes, live=live_of(*live.pop("there", ()), **live), kinds=kinds))
    assert [each.address for each in told] == [each.address for each in changes]
    return log


def test_changes_are_foreseen_in_the_order_in_which_they_run() -> None:
    assert [change for change, _ in asked(CHILD, UPDATE, THEIRS)] == [CHILD, UPDATE, THEIRS]


def test_a_kind_sees_the_object_as_it_is_now() -> None:
    there = [found(bot(), "7"), found(menu(), "persistentmenu")]
    scenes = [scene for _, scene in asked(UPDATE, CHILD, THEIRS, there=there)]
    assert [scene.live for scene in scenes] == [*there, None]


def test_a_kind_sees_what_it_read_beside_the_object_and_nothing_of_other_kinds_or_bots() -> None:
    seen = Seen(facts={"persistent_menu": {"richmenus": {"m1": "main"}}, "rich_menu": {"count": 1}})
    there = [found(bot(), "7", registered=[1]), found(bot("sales"), "8", registered=[2])]
    scenes = [scene for _, scene in asked(UPDATE, CHILD, THEIRS, there=there, below={root(): seen})]
    assert [scene.facts for scene in scenes] == [
        {"registered": [1]},
        {"richmenus": {"m1": "main"}},
        {"registered": [2]},
    ]


def test_of_a_bot_that_was_not_read_nothing_is_known() -> None:
    assert [scene.facts for _, scene in asked(UPDATE, CHILD)] == [{}, {}]


def test_a_kind_sees_all_changes_of_its_bot_and_none_of_others() -> None:
    scenes = [scene for _, scene in asked(CHILD, THEIRS, UPDATE)]
    assert [scene.changes for scene in scenes] == [(CHILD, UPDATE), (THEIRS,), (CHILD, UPDATE)]


def test_what_the_kinds_of_the_project_foresee_is_told() -> None:
    seen = Seen(facts={"rich_menu": {"default": "m1"}})
    delete = Change(address=rich_menu_of(), action=Action.DELETE, remote_id="m1")
    live = live_of(found(bot(), "7"), below={root(): seen})
    assert [each.kind for each in foreseen([delete], live=live, kinds=KINDS)] == ["", "default_rich_menu"]
    link = Change(address=default_link_of(), action=Action.UPDATE)
    assert [each.kind for each in foreseen([delete, link], live=live, kinds=KINDS)] == [""]
