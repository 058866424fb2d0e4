"""Plans as JSON, and back."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.errors import Corrupt, StalePlan
from lwdeploy.core.live import Seen
from lwdeploy.core.types import Action
from lwdeploy.planning.codec import decode, encode
from lwdeploy.planning.model import Plan
from tests.unit.planning.builders import (
    bot,
    bot_spec,
    default_link,
    desired_of,
    entry,
    found,
    live_of,
    marked,
    plan_of,
    registration,
    rich_menu,
    rich_menu_of,
    rich_shown,
    root,
    row,
    state_of,
    user_link,
)
from tests.unit.planning.test_plan import large


def renamed() -> Plan:
    moved = bot("desk", bot_spec("ヘルプ 🤖"), renamed_from="helpdesk", protect=True, ignore=("photoUrl",))
    return plan_of(desired_of(moved), live_of(found(moved, "7")), state_of({root(): entry("7")}))


def with_everything() -> Plan:
    stray = row("9", marked("helpdesk"))
    live = live_of(listed=[stray, row("8", "Somebody's")], strays=(stray,))
    return plan_of(desired_of(bot(), registration()), live, None, allowed={"delete": 1}, warnings=("beware",))


def replaced() -> Plan:
    """Give a plan with links, pictures, what is replaced and what is left over."""
    wanted = [bot(), rich_menu(label="New"), rich_menu(key="kept", retain=True), default_link(), user_link()]
    olds = tuple(
        found(each, remote_id, rich_shown("Old"), name="x")
        for each, remote_id in ((rich_menu(), "m1"), (rich_menu(key="kept"), "m2"))
    )
    stray = replace(olds[0], address=None, remote_id="m3")
    theirs = replace(stray, remote_id="m4", facts={"name": "Theirs"})
    seen = Seen(superseded=(*olds, stray), unmanaged=(theirs,))
    live = live_of(found(bot(), "7"), found(default_link(), "default", {"richmenuId": "m1"}), below={root(): seen})
    return plan_of(desired_of(*wanted), live, state_of({root(): entry("7"), rich_menu_of(): entry("m1")}))


PLANS = {
    "empty": lambda: plan_of(desired_of()),
    "renamed": renamed,
    "everything": with_everything,
    "large": large,
    "replaced": replaced,
}


@pytest.fixture(params=PLANS)
def plan(request: pytest.FixtureRequest) -> Plan:
    return PLANS[request.param]()


def stored(plan: Plan) -> Any:
    return json.loads(json.dumps(encode(plan)))


def test_a_plan_comes_back_from_a_file_as_it_was(plan: Plan) -> None:
    assert decode(stored(plan)) == plan


def test_a_plan_without_a_source_or_a_lineage_comes_back_too() -> None:
    stray = row("9", marked("helpdesk"))
    plan = plan_of(desired_of(), live_of(listed=[stray], strays=(stray,)))
    assert plan.changes[0].source is None
    assert decode(stored(plan)) == plan


def test_the_summary_counts_what_the_plan_does() -> None:
    assert encode(with_everything())["summary"] == {
        "add": 2,
        "change": 0,
        "delete": 1,
        "adopt": 0,
        "forget": 0,
        "unchanged": 0,
        "unmanaged": 1,
    }


def test_what_a_rich_menu_needs_to_be_applied_is_in_the_file() -> None:
    changes = {str(each.address): each for each in decode(stored(replaced())).changes}
    menu, link = changes["bot/helpdesk/rich-menu/main"], changes["bot/helpdesk/default-rich-menu"]
    assert menu.action is Action.REPLACE
    assert menu.pictures == {"sha256:a": {"file": "sha256:a.png"}}
    assert link.refers == {"richmenuId": rich_menu_of()}
    assert changes["bot/helpdesk/rich-menu/kept"].lifecycle.retain_replaced
    assert changes["bot/helpdesk/rich-menu/replaced:m1"].replaced_by == rich_menu_of()
    assert changes["bot/helpdesk/rich-menu/stray:m3"].replaced_by is None
    assert "bot/helpdesk/rich-menu/replaced:m2" not in changes


def test_what_is_nobody_s_below_our_bots_is_named_in_the_file() -> None:
    assert stored(replaced())["beside"] == [
        {"root": "bot/helpdesk", "kind": "rich_menu", "remote_id": "m4", "name": "Theirs"}
    ]


def test_a_replacement_is_counted_as_one_change_and_no_delete() -> None:
    plan = replaced()
    assert plan.count(Action.REPLACE) == 2
    assert (plan.count(Action.DELETE), plan.deletes) == (2, 1)  # what was replaced, and a stray
    summary = encode(plan)["summary"]
    assert (summary["add"], summary["change"], summary["delete"]) == (1, 3, 1)


@pytest.mark.parametrize("content", [None, [], "plan", 1, {}, {"format_version": 2}, {"format_version": "1"}])
def test_what_is_no_plan_of_this_format_is_told_so(content: Any) -> None:
    with pytest.raises(Corrupt, match="This is no plan of format 1"):
        decode(content)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give every place of a JSON value, the value as a whole excepted."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*path, key)
        yield from places(inner, (*path, key))


def changed(content: Any, path: tuple[Any, ...], value: Any) -> Any:
    made = copy.deepcopy(content)
    target = made
    for key in path[:-1]:
        target = target[key]
    if value is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return made


def at(content: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        content = content[key]
    return content


SMALL = stored(with_everything())
MENUS = stored(replaced())
PLACES = [path for path in places(SMALL) if path != ("format_version",)]
OTHERS: list[Any] = ["changed", None, {"a": 1}, [], True, ...]


@pytest.mark.parametrize("value", ["changed", 4711, None, True, [], {}, [[]], {"a": 1}], ids=repr)
def test_a_plan_that_was_changed_anywhere_is_never_taken(value: Any) -> None:
    for path in PLACES:
        if at(SMALL, path) != value:
            with pytest.raises((StalePlan, Corrupt)):
                decode(changed(SMALL, path, value))


def test_a_plan_that_lacks_anything_is_never_taken() -> None:
    for path in PLACES:
        with pytest.raises((StalePlan, Corrupt)):
            decode(changed(SMALL, path, ...))


def test_a_plan_with_something_added_is_never_taken() -> None:
    for path in [(), *PLACES]:
        if isinstance(at(SMALL, path), dict):
            with pytest.raises((StalePlan, Corrupt)):
                decode(changed(SMALL, (*path, "added"), 1))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("changes", 0, "remote_id"), "8"),
        (("changes", 0, "desired", "botName", "default"), "another"),
        (("refusals",), []),
        (("allowed",), {"delete": 99}),
        (("changes", 0, "address"), "bot/shown-to-the-approver"),
        (("summary", "delete"), 0),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_a_plan_that_was_changed_and_still_is_a_plan_is_stale(path: tuple[Any, ...], value: Any) -> None:
    """What an approver reads is part of what was approved."""
    with pytest.raises(StalePlan, match="its content does not match its digest"):
        decode(changed(SMALL, path, value))


@pytest.mark.parametrize("name", ["refers", "pictures", "replaced_by", "retain_replaced", "moved_from"])
def test_a_plan_whose_menus_were_changed_anywhere_is_never_taken(name: str) -> None:
    for index, change in enumerate(MENUS["changes"]):
        for value in OTHERS:
            if value is ... or change[name] != value:
                with pytest.raises((StalePlan, Corrupt)):
                    decode(changed(MENUS, ("changes", index, name), value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("changes",), ...),
        (("changes", 0, "action"), "explode"),
        (("changes", 0, "path"), ["bot"]),
        (("changes", 0, "path"), ["bot", 7]),
        (("changes", 0), "text"),
        (("quota",), None),
        (("quota", "more"), 1),
        (("consequences",), [{}]),
    ],
    ids=repr,
)
def test_what_cannot_be_read_as_a_plan_is_damaged(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(Corrupt, match="The plan is damaged"):
        decode(changed(SMALL, path, value))
