"""Which bot to create looks like one that is there: a rename may have been forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.types import Action, Change, Spec
from lwdeploy.planning.likeness import look_alikes, namesakes
from tests.unit.planning.builders import KINDS, bot_spec, entry, menu_of, root

OLD = bot_spec("Help Desk", callback={"url": "https://bots.example.com/?token=canary"})


def create(spec: Spec, name: str = "desk", **over: Any) -> Change:
    return Change(**{"address": root(name), "action": Action.CREATE, "desired": spec, **over})


def alike(*changes: Change, **orphaned: Spec) -> dict[str, str]:
    """Give which create looks like which of the bots that have no manifest any more."""
    seal = KINDS["bot"].seal
    entries = {root(name): entry("7", seal(spec)) for name, spec in orphaned.items()}
    found = look_alikes(changes, orphaned=entries, kinds=KINDS)
    return {new.name: old.name for new, old in found.items()}


def test_a_new_bot_of_the_same_name_looks_like_the_old_one() -> None:
    assert alike(create(bot_spec("Help Desk", description={"default": "other"})), helpdesk=OLD) == {
        "desk": "helpdesk"
    }


def test_a_new_bot_with_everything_but_the_name_of_the_old_one_looks_like_it() -> None:
    assert alike(create({**OLD, "botName": {"default": "Desk"}}), helpdesk=OLD) == {"desk": "helpdesk"}


@pytest.mark.parametrize(
    "spec",
    [
        bot_spec("Desk"),
        {**OLD, "botName": {"default": "Desk"}, "callback": {"url": "https://bots.example.com/?token=other"}},
        {},
    ],
    ids=["another bot", "another token", "a bot without anything"],
)
def test_a_new_bot_that_differs_in_more_looks_like_nothing(spec: Spec) -> None:
    assert alike(create(spec), helpdesk=OLD) == {}


def test_a_bot_without_a_name_has_no_namesake() -> None:
    assert alike(create({"description": {"default": "a"}}), helpdesk={"description": {"default": "b"}}) == {}


@pytest.mark.parametrize("action", [Action.UPDATE, Action.NOOP, Action.ADOPT, Action.DELETE])
def test_only_a_bot_to_create_can_be_a_renamed_one(action: Action) -> None:
    assert alike(create(OLD, action=action), helpdesk=OLD) == {}


def test_a_child_to_create_is_no_renamed_bot() -> None:
    assert alike(create(OLD, address=menu_of()), helpdesk=OLD) == {}


def test_every_create_is_held_against_every_bot_without_manifest() -> None:
    found = alike(create(OLD), create(bot_spec("B"), "sales"), helpdesk=OLD, other=bot_spec("B"))
    assert found == {"desk": "helpdesk", "sales": "other"}


# --- namesakes


def told(*changes: Change, unmanaged: tuple[tuple[str, str], ...]) -> list[str]:
    return list(namesakes(changes, unmanaged=unmanaged, kinds=KINDS))


def test_bots_of_nobody_with_the_name_of_a_new_one_are_told_with_their_ids() -> None:
    (line,) = told(create(OLD), unmanaged=(("8", "Help Desk"), ("9", "Other"), ("10", "Help Desk")))
    assert line.startswith("bot/desk: the tenant has an unmanaged bot of the same name, 8, 10; ")
    assert line.endswith("bind it with spec.botId")


def test_bots_of_other_names_are_not_told() -> None:
    assert told(create(OLD), unmanaged=(("8", "help desk"), ("9", ""))) == []


@pytest.mark.parametrize(
    "over", [{"action": Action.UPDATE}, {"action": Action.ADOPT}, {"address": menu_of()}], ids=str
)
def test_only_bots_to_create_have_namesakes(over: dict[str, Any]) -> None:
    assert told(create(OLD, **over), unmanaged=(("8", "Help Desk"), ("9", ""))) == []
