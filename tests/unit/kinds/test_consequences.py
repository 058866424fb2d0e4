"""What the service destroys when something changes."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.kind import Scene
from lwdeploy.core.types import Action, Change, Consequence, FieldDiff, Proof
from lwdeploy.kinds import KINDS, kinds_by_name
from tests.unit.planning.builders import default_link_of, domain_of, menu_of, rich_menu_of, root


def of(kind: str, change: Change, *beside: Change, **facts: Any) -> list[Consequence]:
    """Ask a kind about one change of a bot that has others, too."""
    scene = Scene(facts=facts, changes=(*beside, change))
    return list(kinds_by_name()[kind].consequences(change, scene))


def diff(path: str, new: Any) -> FieldDiff:
    return FieldDiff(path=path, old=None, new=new)


def update(*diffs: FieldDiff, **desired: Any) -> Change:
    return Change(address=root(), action=Action.UPDATE, diffs=diffs, desired=desired)


def test_kinds_are_found_by_the_name_that_addresses_use() -> None:
    assert list(kinds_by_name()) == [kind.name for kind in KINDS]
    assert set(kinds_by_name()) == {
        "bot",
        "bot_domain",
        "rich_menu",
        "default_rich_menu",
        "user_rich_menu",
        "persistent_menu",
    }


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
    assert list(kinds_by_name()["bot"].consequences(change, Scene())) == []


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


# --- persistent menus


SET = Change(address=menu_of(), action=Action.CREATE)
THERE = {"m1": "b", "m2": "a"}


def gone(remote_id: str, key: str = "main", **over: Any) -> Change:
    """Give the delete of a rich menu."""
    return Change(address=rich_menu_of(key=key), action=Action.DELETE, remote_id=remote_id, **over)


@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE])
def test_a_persistent_menu_beside_rich_menus_is_refused_and_they_are_named(action: Action) -> None:
    (told,) = of("persistent_menu", Change(address=menu_of(), action=action), richmenus=THERE)
    assert told.refused
    assert told.summary.endswith("while the bot has rich menus: a, b")


def test_only_rich_menus_that_stay_are_in_the_way_of_a_persistent_menu() -> None:
    (told,) = of("persistent_menu", SET, gone("m1"), richmenus=THERE)
    assert told.refused
    assert told.summary.endswith("while the bot has rich menus: a")


def test_a_rich_menu_that_is_only_forgotten_stays_in_the_way() -> None:
    forgotten = Change(address=rich_menu_of(), action=Action.FORGET, remote_id="m1")
    (told,) = of("persistent_menu", SET, forgotten, richmenus={"m1": "a"})
    assert told.refused


def test_between_the_last_rich_menu_and_the_persistent_one_is_a_gap_that_is_told() -> None:
    (told,) = of("persistent_menu", SET, gone("m1"), gone("m2", "other"), richmenus=THERE)
    assert not told.refused
    assert told.objects == ()
    assert "users have no menu" in told.summary


@pytest.mark.parametrize("facts", [{}, {"richmenus": {}}])
def test_a_persistent_menu_of_a_bot_without_rich_menus_has_no_consequence(facts: dict[str, Any]) -> None:
    assert of("persistent_menu", SET, **facts) == []


@pytest.mark.parametrize("action", [Action.NOOP, Action.ADOPT, Action.FORGET, Action.DELETE])
def test_a_persistent_menu_that_is_not_written_is_never_refused(action: Action) -> None:
    assert of("persistent_menu", Change(address=menu_of(), action=action), richmenus={"m1": "a"}) == []


# --- rich menus


def made(key: str = "main", action: Action = Action.CREATE) -> Change:
    return Change(address=rich_menu_of(key=key), action=action)


def test_the_first_rich_menu_destroys_the_persistent_one() -> None:
    (told,) = of("rich_menu", made(), persistent=True)
    assert (told.kind, told.objects, told.refused) == ("persistent_menu", ("persistentmenu",), False)
    assert "users have no menu" in told.summary


def test_of_several_new_rich_menus_only_the_first_in_order_destroys_anything() -> None:
    links = Change(address=default_link_of(), action=Action.CREATE)
    assert len(of("rich_menu", made("a"), links, persistent=True)) == 1
    assert of("rich_menu", made("b"), made("a"), links, persistent=True) == []


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        (made(), {"persistent": False}),
        (made(), {}),
        (made(action=Action.UPDATE), {"persistent": True}),
        (made(action=Action.REPLACE), {"persistent": True}),
        (made(action=Action.NOOP), {"persistent": True}),
        (made(action=Action.FORGET), {"default": "m1"}),
    ],
    ids=["no persistent menu", "nothing known", "picture", "replace", "unchanged", "forgotten"],
)
def test_rich_menus_that_destroy_nothing_are_silent(change: Change, facts: dict[str, Any]) -> None:
    assert of("rich_menu", change, **facts) == []


def test_deleting_a_rich_menu_takes_it_from_users_that_nobody_can_list() -> None:
    (told,) = of("rich_menu", gone("m1"), default="m2")
    assert told.objects == ()
    assert "how many is unknown: no call lists them" in told.summary


def test_deleting_a_default_that_was_set_outside_is_a_loss_that_counts() -> None:
    users, told = of("rich_menu", gone("m1"), default="m1")
    assert users.objects == ()
    assert (told.kind, told.objects) == ("default_rich_menu", ("default",))
    assert "declare `default` under menus.rich" in told.summary


def test_a_default_that_is_managed_moves_along_and_is_no_loss() -> None:
    link = Change(address=default_link_of(), action=Action.UPDATE)
    assert len(of("rich_menu", gone("m1"), link, default="m1")) == 1


def test_a_default_that_is_only_forgotten_would_be_lost_with_its_menu() -> None:
    link = Change(address=default_link_of(), action=Action.FORGET)
    assert len(of("rich_menu", gone("m1"), link, default="m1")) == 2
