"""What the service destroys when something changes."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.types import Action, Change, Consequence, FieldDiff, LiveResource, Proof
from lwdeploy.kinds import KINDS, kinds_by_name
from tests.unit.planning.builders import domain_of, menu_of, root


def of(kind: str, change: Change, **facts: Any) -> list[Consequence]:
    live = LiveResource(kind=kind, remote_id="7", spec={}, facts=facts)
    return list(kinds_by_name()[kind].consequences(change, live))


def diff(path: str, new: Any) -> FieldDiff:
    return FieldDiff(path=path, old=None, new=new)


def update(*diffs: FieldDiff, **desired: Any) -> Change:
    return Change(address=root(), action=Action.UPDATE, diffs=diffs, desired=desired)


def test_kinds_are_found_by_the_name_that_addresses_use() -> None:
    assert list(kinds_by_name()) == [kind.name for kind in KINDS] == ["bot", "bot_domain", "persistent_menu"]


def test_deleting_a_bot_cannot_be_undone() -> None:
    (told,) = of("bot", Change(address=root(), action=Action.DELETE))
    assert told.summary == "deleting a bot cannot be undone: it leaves its rooms, and its secret is lost"
    assert told.objects == ()


def test_removing_a_leftover_costs_nothing() -> None:
    assert of("bot", Change(address=root(), action=Action.DELETE, proof=Proof.MARK)) == []


def test_a_bot_that_may_not_join_rooms_any_more_is_thrown_out() -> None:
    (told,) = of("bot", update(diff("policy.joinChatRoom", new=False)))
    assert told.summary == "the bot is thrown out of every group and team room it is in"


@pytest.mark.parametrize(
    "change",
    [
        update(diff("policy.joinChatRoom", new=True)),
        update(diff("botName.default", new="x")),
        Change(address=root(), action=Action.CREATE, diffs=(diff("policy.joinChatRoom", new=False),)),
        Change(address=root(), action=Action.FORGET),
    ],
    ids=["rooms opened", "name", "create", "forget"],
)
def test_harmless_changes_have_no_consequence(change: Change) -> None:
    assert of("bot", change) == []


def test_domains_that_are_no_longer_allowed_lose_their_registration() -> None:
    change = update(diff("policy.allowedDomains", new=[1]), policy={"allowedDomains": [1]})
    (told,) = of("bot", change, registered=[1, 2, 3])
    assert (told.kind, told.objects) == ("bot_domain", ("2", "3"))


@pytest.mark.parametrize(
    ("allowed", "facts"), [([1], {"registered": [1]}), ([1], {}), ("all", {"registered": [1, 2]})]
)
def test_domains_that_stay_allowed_lose_nothing(allowed: Any, facts: dict[str, Any]) -> None:
    change = update(diff("policy.allowedDomains", new=allowed), policy={"allowedDomains": allowed})
    assert of("bot", change, **facts) == []


def test_without_a_live_bot_nothing_can_be_lost() -> None:
    change = update(diff("policy.allowedDomains", new=[1]), policy={"allowedDomains": [1]})
    assert list(kinds_by_name()["bot"].consequences(change, None)) == []


def test_taking_a_bot_out_of_a_domain_takes_it_from_everybody_there() -> None:
    (told,) = of("bot_domain", Change(address=domain_of(), action=Action.DELETE))
    assert told.summary == "nobody in the domain can use the bot any more"


def test_limiting_a_registration_takes_the_bot_from_all_but_the_members() -> None:
    change = Change(address=domain_of(), action=Action.UPDATE, diffs=(diff("permission", new="selected"),))
    (told,) = of("bot_domain", change)
    assert told.summary == "everybody in the domain but the members loses the bot"


@pytest.mark.parametrize("found", [diff("permission", new="all"), diff("visible", new=False)])
def test_other_changes_of_a_registration_are_harmless(found: FieldDiff) -> None:
    assert of("bot_domain", Change(address=domain_of(), action=Action.UPDATE, diffs=(found,))) == []


def test_a_new_registration_takes_nothing_from_anybody() -> None:
    change = Change(address=domain_of(), action=Action.CREATE, diffs=(diff("permission", new="selected"),))
    assert of("bot_domain", change) == []


def test_a_persistent_menu_beside_rich_menus_is_refused_and_they_are_named() -> None:
    (told,) = of("persistent_menu", Change(address=menu_of(), action=Action.UPDATE), richmenus=["a", "b"])
    assert told.refused
    assert told.summary.endswith("while the bot has rich menus: a, b")


@pytest.mark.parametrize("action", [Action.NOOP, Action.ADOPT, Action.FORGET])
def test_a_persistent_menu_that_is_not_written_is_never_refused(action: Action) -> None:
    assert of("persistent_menu", Change(address=menu_of(), action=action), richmenus=["a"]) == []
