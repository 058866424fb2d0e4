"""A new key that takes over what state remembers of an old one."""

from __future__ import annotations

import pytest

from lwdeploy.core.types import Resource, State
from lwdeploy.planning.rename import follow_renames, renames_of
from tests.unit.planning.builders import bot, domain_of, entry, registration, root, state_of

OLD = state_of({root(): entry("5"), domain_of(): entry("10000002"), root("other"): entry("6")})
DESK = bot("desk", renamed_from="helpdesk")


def entries(state: State | None) -> dict[str, str]:
    return {} if state is None else {str(address): each.remote_id for address, each in state.entries.items()}


def followed(*resources: Resource, state: State | None) -> dict[str, str]:
    return entries(follow_renames(state, renames_of(resources, state=state)))


def test_a_renamed_key_takes_over_the_entries_of_the_old_one_and_of_its_children() -> None:
    assert followed(DESK, state=OLD) == {"bot/desk": "5", "bot/desk/domain/osaka": "10000002", "bot/other": "6"}


def test_only_bots_are_renamed_and_their_children_follow() -> None:
    assert renames_of([DESK, registration("desk")], state=OLD) == {root("desk"): root()}


@pytest.mark.parametrize(
    ("resources", "state"),
    [
        ([bot("desk", renamed_from="helpdesk"), bot()], OLD),
        ([DESK], state_of({root("desk"): entry("6"), root(): entry("5")})),
        ([DESK], state_of({root("other"): entry("6")})),
        ([bot("desk")], OLD),
        ([DESK], state_of()),
    ],
    ids=["the old key is still declared", "the new key is recorded", "unknown old key", "no word of it", "empty"],
)
def test_without_a_rename_to_follow_state_stays_as_it_is(resources: list[Resource], state: State) -> None:
    assert followed(*resources, state=state) == entries(state)


def test_without_a_state_there_is_nothing_to_take_over() -> None:
    assert renames_of([DESK], state=None) == {}
    assert follow_renames(None, {}) is None


def test_a_rename_keeps_what_state_knows_beside_the_entries() -> None:
    state = state_of(OLD.entries, users={"taro@example.com": "id"}, plans=("sha256:1",))
    moved = follow_renames(state, renames_of([DESK], state=state))
    assert moved is not None
    assert (moved.users, moved.plans, moved.serial) == (state.users, state.plans, state.serial)
