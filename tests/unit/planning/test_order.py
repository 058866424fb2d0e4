"""In which order changes run, and how many bots there are on the way."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.types import Action, Change, Proof
from lwdeploy.planning.order import Ordered, Quota, order
from tests.unit.planning.builders import KINDS, domain_of, menu_of, root


def change(address: Address, action: Action, *, proof: Proof = Proof.STATE) -> Change:
    return Change(address=address, action=action, proof=proof)


def creates(*names: str) -> list[Change]:
    return [change(root(name), Action.CREATE) for name in names]


def deletes(*names: str) -> list[Change]:
    return [change(root(name), Action.DELETE) for name in names]


def ordered(changes: Sequence[Change], *, live: int = 0, limit: int = 300) -> Ordered:
    return order(changes, live=live, limit=limit, kinds=KINDS)


def names(found: Ordered) -> list[str]:
    return [f"{each.action} {each.address}" for each in found.changes]


def waits(found: Ordered) -> dict[str, list[str]]:
    return {str(each.address): [str(other) for other in each.depends_on] for each in found.changes}


def test_a_bot_comes_before_its_registrations_and_these_before_its_menu() -> None:
    found = ordered(
        [change(menu_of(), Action.CREATE), change(domain_of(), Action.CREATE), change(root(), Action.CREATE)]
    )
    assert names(found) == [
        "create bot/helpdesk",
        "create bot/helpdesk/domain/osaka",
        "create bot/helpdesk/persistent-menu",
    ]


def test_bots_come_one_after_the_other_whole() -> None:
    found = ordered(
        [
            change(domain_of("b"), Action.CREATE),
            change(root("b"), Action.CREATE),
            change(domain_of("a"), Action.CREATE),
            change(root("a"), Action.CREATE),
        ]
    )
    assert [each.split("/")[1] for each in names(found)] == ["a", "a", "b", "b"]


def test_of_one_level_deletes_come_first() -> None:
    found = ordered([change(domain_of(domain="a"), Action.CREATE), change(domain_of(domain="b"), Action.DELETE)])
    assert names(found) == ["delete bot/helpdesk/domain/b", "create bot/helpdesk/domain/a"]


@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE])
def test_children_wait_for_a_bot_that_is_written(action: Action) -> None:
    found = ordered([change(root(), action), change(domain_of(), Action.CREATE)])
    assert waits(found)["bot/helpdesk/domain/osaka"] == ["bot/helpdesk"]


@pytest.mark.parametrize("action", [Action.NOOP, Action.ADOPT])
def test_children_of_a_bot_that_is_not_written_wait_for_nothing(action: Action) -> None:
    found = ordered([change(root(), action), change(domain_of(), Action.CREATE)])
    assert waits(found)["bot/helpdesk/domain/osaka"] == []


def test_forgetting_a_child_waits_for_nothing() -> None:
    found = ordered([change(root(), Action.UPDATE), change(domain_of(), Action.FORGET)])
    assert waits(found)["bot/helpdesk/domain/osaka"] == []


def test_deletes_of_bots_come_last_when_nobody_needs_their_slots() -> None:
    found = ordered([*deletes("a"), *creates("b")], live=1)
    assert names(found) == ["create bot/b", "delete bot/a"]
    assert found.quota == Quota(live=1, peak=2, after=1, limit=300)


def test_a_create_without_a_free_slot_waits_for_a_delete() -> None:
    found = ordered([*creates("b"), *deletes("a")], live=300)
    assert names(found) == ["delete bot/a", "create bot/b"]
    assert waits(found)["bot/b"] == ["bot/a"]
    assert found.quota == Quota(live=300, peak=300, after=300, limit=300)


def test_only_as_many_deletes_come_first_as_slots_are_needed() -> None:
    found = ordered([*creates("x", "y", "z"), *deletes("a", "b", "c")], live=298)
    assert names(found) == [
        "delete bot/a",
        "create bot/x",
        "create bot/y",
        "create bot/z",
        "delete bot/b",
        "delete bot/c",
    ]
    assert waits(found) | {"bot/x": [], "bot/y": [], "bot/z": ["bot/a"]} == waits(found)
    assert found.quota == Quota(live=298, peak=300, after=298, limit=300)


def test_the_leftover_of_an_interrupted_create_gives_its_slot_first() -> None:
    stray = change(root("stray:9"), Action.DELETE, proof=Proof.MARK)
    found = ordered([*creates("x"), *deletes("a"), stray], live=300)
    assert names(found)[:2] == ["delete bot/stray:9", "create bot/x"]


def test_more_creates_than_slots_and_deletes_exceed_the_limit() -> None:
    found = ordered([*creates("x", "y"), *deletes("a")], live=300)
    assert found.quota == Quota(live=300, peak=301, after=301, limit=300)
    assert found.quota.exceeded


def test_exactly_the_limit_is_not_too_many() -> None:
    assert not ordered(creates("x"), live=299).quota.exceeded
    assert ordered(creates("x"), live=300).quota.exceeded


def test_changes_and_deletes_of_children_do_not_count() -> None:
    found = ordered(
        [change(root(), Action.UPDATE), change(domain_of(), Action.DELETE), change(menu_of(), Action.CREATE)],
        live=300,
    )
    assert found.quota == Quota(live=300, peak=300, after=300, limit=300)


def test_a_tenant_that_has_too_many_already_may_shrink_and_change() -> None:
    found = ordered([change(root(), Action.UPDATE), *deletes("a")], live=305)
    assert found.quota == Quota(live=305, peak=305, after=304, limit=300)
    assert not found.quota.exceeded


def test_a_tenant_that_has_too_many_already_may_not_create() -> None:
    """The service refuses a create above its limit, whatever the number of bots was before."""
    assert ordered([*creates("x"), *deletes("a")], live=301).quota.exceeded


def test_every_create_above_the_limit_waits_for_every_delete_that_it_needs() -> None:
    """From 301, a first create needs two slots: it would be refused if one of the deletes failed."""
    found = ordered([*creates("x"), *deletes("a", "b")], live=301)
    assert waits(found)["bot/x"] == ["bot/a", "bot/b"]


def test_the_order_of_the_input_does_not_matter() -> None:
    changes = [*creates("b", "a"), *deletes("d", "c"), change(domain_of("a"), Action.CREATE)]
    assert ordered(changes, live=299) == ordered(changes[::-1], live=299)
