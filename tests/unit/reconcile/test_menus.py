"""Rich menus: made, replaced and removed so that people have one at every moment, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.errors import RemoteError, StateError
from lwdeploy.core.types import ApplyReport, Resource, State, Status
from lwdeploy.planning.model import Plan
from lwdeploy.state.memory import WriteFault
from tests.unit.planning.builders import (
    JIRO,
    TARO,
    bot,
    bot_spec,
    default_link,
    default_link_of,
    entry,
    menu,
    menu_of,
    rich_menu,
    rich_menu_of,
    root,
    user_link,
    user_link_of,
)
from tests.unit.reconcile.menus import DEFAULT, USER
from tests.unit.reconcile.world import Rig, down, errors, lost, refused, statuses

RICH = [(root(), kind) for kind in ("rich_menu", DEFAULT, USER)]
MAIN, LINK = "bot/helpdesk/rich-menu/main", "bot/helpdesk/default-rich-menu"
USER_LINK = f"bot/helpdesk/rich-menu-user/{TARO}"


def wanted(label: str = "New", image: str = "sha256:a", **over: Any) -> list[Resource]:
    """Give a bot with a rich menu that is the default and that Taro is given."""
    return [bot(), rich_menu(label=label, image=image, **over), default_link(), user_link()]


def applied(rig: Rig, resources: Sequence[Resource], **terms: Any) -> ApplyReport:
    """Plan and apply; then a second plan must find nothing to do."""
    report = rig.apply(rig.plan(*resources, scopes=RICH, **terms))
    assert report.complete, report
    settled(rig, resources)
    return report


def settled(rig: Rig, resources: Sequence[Resource]) -> None:
    again = rig.plan(*resources, scopes=RICH)
    assert again.empty, [(str(each.address), each.action, each.diffs) for each in again.steps]


def deployed(resources: Sequence[Resource] | None = None) -> Rig:
    rig = Rig()
    applied(rig, wanted() if resources is None else resources)
    rig.world.sent.clear()
    return rig


def run(rig: Rig, resources: Sequence[Resource], **terms: Any) -> ApplyReport:
    return rig.apply(rig.plan(*resources, scopes=RICH, **terms))


def writes(rig: Rig) -> list[str]:
    """Give the events that changed the tenant, without the address of the bot."""
    kinds = ("create", "bind", "link", "unlink", "delete", "write", "reserve")
    return [each.replace("bot/helpdesk/", "") for each in rig.world.log if each.split()[0] in kinds]


def state_of(rig: Rig) -> State:
    state = rig.store.read()
    assert state is not None
    return state


# --- create


def test_a_new_bot_s_menu_is_made_bound_set_and_given_in_this_order() -> None:
    rig = Rig()
    run(rig, wanted())
    assert writes(rig) == [
        "reserve bot/helpdesk",
        "write bot/helpdesk",
        "create rich-menu/main",
        "bind rich-menu/main",
        "link default-rich-menu",
        f"link rich-menu-user/{TARO}",
    ]
    settled(rig, wanted())


def test_links_get_the_id_of_the_menu_that_was_made_in_the_same_run() -> None:
    rig = deployed()
    assert rig.world.menus.linked("1", DEFAULT) == {"default": "m1"}
    assert rig.world.menus.linked("1", USER) == {TARO: "m1"}
    assert rig.entries == {"bot/helpdesk": "1", MAIN: "m1", LINK: "default", USER_LINK: TARO}


def test_what_is_remembered_of_a_link_is_the_id_and_not_that_it_was_unknown() -> None:
    entries = state_of(deployed()).entries
    assert entries[default_link_of()] == entry("default", {"richmenuId": "m1"})
    assert entries[user_link_of()] == entry(TARO, {"richmenuId": "m1"}, observed={})


def test_of_a_menu_all_is_remembered_as_applied_and_what_was_shown_as_observed() -> None:
    known = state_of(deployed()).entries[rich_menu_of()]
    assert known.applied == rich_menu().spec
    assert known.observed == {name: value for name, value in rich_menu().spec.items() if name != "image"}


def test_a_second_apply_writes_nothing() -> None:
    rig = deployed()
    assert run(rig, wanted()).outcomes == ()
    assert writes(rig) == []


# --- edits


def test_another_picture_is_bound_to_the_same_menu() -> None:
    rig = deployed()
    applied(rig, wanted(image="sha256:b"))
    assert rig.world.sent == [(MAIN, ["image.default"])]
    assert rig.world.menus.of["1"]["m1"].image == {"default": "sha256:b"}


def test_another_label_is_another_menu_and_the_old_one_goes_last() -> None:
    rig = deployed()
    run(rig, wanted("Newer"))
    assert writes(rig) == [
        "create rich-menu/main",
        "bind rich-menu/main",
        "link default-rich-menu",
        f"link rich-menu-user/{TARO}",
        "delete rich_menu m1 of 1",
    ]
    assert rig.world.menus.labels() == ["Newer"]
    settled(rig, wanted("Newer"))
    assert rig.entries == {"bot/helpdesk": "1", MAIN: "m2", LINK: "default", USER_LINK: TARO}


def test_another_user_touches_nothing_but_him() -> None:
    rig = deployed()
    applied(rig, [*wanted(), user_link(JIRO)])
    assert rig.world.sent == [(f"bot/helpdesk/rich-menu-user/{JIRO}", ["m1"])]


def test_a_user_who_is_not_given_a_menu_any_more_loses_it() -> None:
    rig = deployed()
    applied(rig, wanted()[:-1])
    assert rig.world.menus.linked("1", USER) == {}
    assert USER_LINK not in rig.entries


def test_another_default_touches_nothing_but_the_link() -> None:
    rig = deployed([*wanted(), rich_menu(key="other")])
    applied(rig, [bot(), rich_menu(), rich_menu(key="other"), default_link(key="other"), user_link()])
    assert rig.world.sent == [(LINK, ["m2"])]


def test_a_default_that_was_moved_outside_is_brought_back() -> None:
    rig = deployed([*wanted(), rich_menu(key="other")])
    rig.world.menus.linked("1", DEFAULT)["default"] = "m2"
    applied(rig, [*wanted(), rich_menu(key="other")])
    assert rig.world.sent == [(LINK, ["m1"])]


def test_a_retained_menu_stays_beside_its_successor_and_is_no_obstacle() -> None:
    rig = deployed()
    applied(rig, wanted("Newer", retain=True))
    assert rig.world.menus.labels() == ["New", "Newer"]
    applied(rig, wanted("Newest", retain=True))
    assert rig.world.menus.labels() == ["New", "Newer", "Newest"]
    applied(rig, wanted("Newest"))
    assert rig.world.menus.labels() == ["Newest"]


def test_all_menus_go_with_their_links_and_nothing_is_remembered_of_them() -> None:
    rig = deployed()
    applied(rig, [bot()])
    assert rig.world.menus.labels() == []
    assert rig.entries == {"bot/helpdesk": "1"}


def test_a_bot_goes_from_rich_menus_to_a_persistent_one_and_back() -> None:
    rig = deployed()
    applied(rig, [bot(), menu()])
    assert rig.world.menus.labels() == []
    assert writes(rig)[-1] == "write persistent-menu"
    applied(rig, wanted())
    assert rig.entries.keys() == {"bot/helpdesk", MAIN, LINK, USER_LINK}
    assert str(menu_of()) not in rig.entries


def test_menus_made_by_others_are_never_touched() -> None:
    rig = deployed()
    rig.world.menus.add("1", {"richmenuName": "Theirs", "areas": [{"action": {"label": "Theirs"}}]})
    applied(rig, wanted("Newer"))
    applied(rig, [bot()])
    assert rig.world.menus.labels() == ["Theirs"]


def test_a_menu_that_was_deleted_outside_is_made_anew_with_its_links() -> None:
    rig = deployed()
    rig.world.menus.forget("1", "m1")
    applied(rig, wanted())
    assert rig.world.menus.linked("1", DEFAULT) == {"default": "m2"}
    assert rig.world.menus.linked("1", USER) == {TARO: "m2"}


# --- what is verified only when asked


def test_a_picture_that_was_changed_outside_is_noticed_when_it_is_looked_at() -> None:
    rig = deployed()
    rig.world.menus.of["1"]["m1"].image = {"default": "sha256:theirs"}
    settled(rig, wanted())
    rig.world.menus.images = True
    applied(rig, wanted())
    assert rig.world.menus.of["1"]["m1"].image == {"default": "sha256:a"}


def test_a_user_whose_menu_was_taken_away_outside_is_noticed_when_he_is_looked_at() -> None:
    rig = deployed()
    rig.world.menus.linked("1", USER).clear()
    settled(rig, wanted())
    rig.world.menus.users = True
    applied(rig, wanted())
    assert rig.world.menus.linked("1", USER) == {TARO: "m1"}


# --- a service that takes no second picture


def test_a_menu_that_cannot_be_changed_is_remembered_and_replaced_by_the_next_run() -> None:
    rig = deployed()
    rig.world.menus.fixed = True
    report = run(rig, wanted(image="sha256:b"))
    assert statuses(report) == {MAIN: "failed"}
    assert errors(report)[MAIN] == "it takes no second picture"
    known = state_of(rig).entries[rich_menu_of()]
    assert (known.fixed, known.remote_id, known.applied) == (True, "m1", rich_menu().spec)
    run(rig, wanted(image="sha256:b"))
    assert writes(rig) == [
        "create rich-menu/main",
        "bind rich-menu/main",
        "link default-rich-menu",
        f"link rich-menu-user/{TARO}",
        "delete rich_menu m1 of 1",
    ]
    settled(rig, wanted(image="sha256:b"))


def test_once_it_is_known_every_later_picture_replaces_its_menu_at_once() -> None:
    rig = deployed([*wanted(), rich_menu(key="other")])
    rig.world.menus.fixed = True
    run(rig, [*wanted(image="sha256:b"), rich_menu(key="other")])
    applied(rig, [*wanted(image="sha256:b"), rich_menu(key="other")])
    assert state_of(rig).entries[rich_menu_of()].fixed
    applied(rig, [*wanted(image="sha256:c"), rich_menu(key="other", image="sha256:c")])
    assert state_of(rig).entries[rich_menu_of()].fixed
    shown = [menu.image for menu in rig.world.menus.of["1"].values()]
    assert shown == [{"default": "sha256:c"}] * 2


def test_a_picture_that_comes_back_is_a_new_menu_where_none_can_be_changed() -> None:
    """The old one carries the very mark that the new one will."""
    rig = deployed()
    applied(rig, wanted(image="sha256:b"))
    rig.world.menus.fixed = True
    run(rig, wanted())
    applied(rig, wanted())
    assert [menu.image for menu in rig.world.menus.of["1"].values()] == [{"default": "sha256:a"}]


def test_a_menu_that_cannot_be_changed_and_that_the_state_did_not_know_is_remembered_as_such() -> None:
    rig = deployed()
    state = state_of(rig)
    entries = {address: each for address, each in state.entries.items() if address != rich_menu_of()}
    rig.store.memory.write(replace(state, entries=entries), expected_serial=state.serial)
    rig.world.menus.fixed = True
    report = run(rig, wanted(image="sha256:b", protect=True))
    assert statuses(report)[MAIN] == "failed"
    assert state_of(rig).entries[rich_menu_of()] == entry("m1", protect=True, fixed=True)
    applied(rig, wanted(image="sha256:b", protect=True))


def test_an_entry_of_another_menu_is_not_said_to_be_the_fixed_one() -> None:
    rig = deployed()
    state = state_of(rig)
    entries = {**state.entries, rich_menu_of(): entry("m0", rich_menu().spec)}
    rig.store.memory.write(replace(state, entries=entries), expected_serial=state.serial)
    rig.world.menus.fixed = True
    run(rig, wanted(image="sha256:b"))
    assert state_of(rig).entries[rich_menu_of()] == entry("m1", fixed=True)


def test_a_refusal_that_says_nothing_of_changes_teaches_nothing() -> None:
    rig = deployed()
    rig.world.fail(f"bind {MAIN}", refused())
    run(rig, wanted(image="sha256:b"))
    assert not state_of(rig).entries[rich_menu_of()].fixed


# --- refusals


def test_a_user_who_has_left_holds_up_nobody() -> None:
    rig = deployed([*wanted(), user_link(JIRO)])
    rig.world.fail(f"link {USER_LINK}", refused(status=404))
    report = run(rig, [*wanted("Newer"), user_link(JIRO)])
    assert {name: status for name, status in statuses(report).items() if status != "done"} == {USER_LINK: "failed"}
    assert rig.world.menus.labels() == ["Newer"]
    assert rig.world.menus.linked("1", USER)[JIRO] == "m2"


def test_a_user_who_could_not_be_given_the_new_menu_is_tried_again_by_the_next_run() -> None:
    rig = deployed()
    rig.world.fail(f"link {USER_LINK}", refused(status=404))
    run(rig, wanted("Newer"))
    assert state_of(rig).entries[user_link_of()].applied == {"richmenuId": "m1"}
    applied(rig, wanted("Newer"))
    assert rig.world.menus.linked("1", USER) == {TARO: "m2"}


@pytest.mark.parametrize("faults", [(down(),), (lost(), lost())], ids=["down", "lost"])
def test_a_user_of_whom_nothing_is_known_holds_the_old_menu_back(faults: tuple[RemoteError, ...]) -> None:
    """He may still see it: only a refusal says that nobody does."""
    rig = deployed()
    rig.world.fail(f"link {USER_LINK}", *faults)
    report = run(rig, wanted("Newer"))
    assert statuses(report)["bot/helpdesk/rich-menu/replaced:m1"] == "not started"
    assert rig.world.menus.labels() == ["New", "Newer"]
    applied(rig, wanted("Newer"))
    assert rig.world.menus.labels() == ["Newer"]


def test_a_default_that_is_refused_keeps_the_old_menu_in_place() -> None:
    rig = deployed()
    rig.world.fail(f"link {LINK}", refused())
    report = run(rig, wanted("Newer"))
    assert statuses(report) == {
        MAIN: "done",
        LINK: "failed",
        USER_LINK: "done",
        "bot/helpdesk/rich-menu/replaced:m1": "not started",
    }
    assert errors(report)["bot/helpdesk/rich-menu/replaced:m1"] == f"waits for {LINK}"
    menu = rig.world.menus.default()
    assert menu is not None
    assert menu.label == "New"
    applied(rig, wanted("Newer"))
    assert rig.world.menus.labels() == ["Newer"]


def test_a_menu_that_could_not_be_made_leaves_all_links_where_they_are() -> None:
    rig = deployed()
    rig.world.fail(f"create {MAIN}", refused())
    report = run(rig, wanted("Newer"))
    assert statuses(report) == {
        MAIN: "failed",
        LINK: "not started",
        USER_LINK: "not started",
        "bot/helpdesk/rich-menu/replaced:m1": "not started",
    }
    assert rig.world.menus.labels() == ["New"]
    assert state_of(rig).entries[rich_menu_of()].remote_id == "m1"


# --- lost answers


@pytest.mark.parametrize("after", [True, False], ids=["it was made", "it was not"])
@pytest.mark.parametrize("event", [f"create {MAIN}", f"bind {MAIN}"], ids=["create", "bind"])
@pytest.mark.parametrize("edit", ["first", "label", "picture that cannot be bound"])
def test_a_lost_answer_ends_with_one_menu_that_has_its_picture(edit: str, event: str, *, after: bool) -> None:
    """Looking for the new menu, the old one is not taken for it; and a menu is not done before its picture is."""
    rig = Rig() if edit == "first" else deployed()
    target = wanted("Newer") if edit == "label" else wanted(image="sha256:b")
    if edit == "picture that cannot be bound":
        rig.world.menus.fixed = True
        run(rig, target)
        rig.world.log.clear()
    rig.world.fail(event, lost(), after=after)
    report = run(rig, target)
    assert report.complete, report
    default = rig.world.menus.default()
    assert default is not None
    assert default.image == target[1].spec["image"]
    assert default.label == ("Newer" if edit == "label" else "New")
    assert len(rig.world.menus.labels()) == 1
    settled(rig, target)


def test_a_replacement_that_is_lost_twice_leaves_the_old_menu_in_place_and_the_next_run_settles_it() -> None:
    rig = deployed()
    rig.world.fail(f"create {MAIN}", lost(), lost())
    report = run(rig, wanted("Newer"))
    assert statuses(report)[MAIN] == "unknown"
    assert report.count(Status.NOT_STARTED) == 3
    assert rig.world.menus.labels() == ["New"]
    applied(rig, wanted("Newer"))


def test_a_replacement_that_cannot_be_looked_for_is_unknown_and_not_sent_again() -> None:
    rig = deployed()
    plan = rig.plan(*wanted("Newer"), scopes=RICH)
    rig.world.fail(f"create {MAIN}", lost(), after=True)
    rig.world.fail("read rich_menu of 1", None, down())
    report = rig.apply(plan)
    assert statuses(report)[MAIN] == "unknown"
    assert rig.world.asked(f"create {MAIN}") == 1
    applied(rig, wanted("Newer"))
    assert rig.world.menus.labels() == ["Newer"]


@pytest.mark.parametrize("after", [True, False], ids=["it was set", "it was not"])
@pytest.mark.parametrize("link", [LINK, USER_LINK], ids=["default", "user"])
def test_a_link_whose_answer_was_lost_ends_at_the_new_menu(link: str, *, after: bool) -> None:
    rig = deployed()
    rig.world.fail(f"link {link}", lost(), after=after)
    assert run(rig, wanted("Newer")).complete
    assert rig.world.menus.linked("1", DEFAULT) == {"default": "m2"}
    assert rig.world.menus.linked("1", USER) == {TARO: "m2"}


def test_a_default_whose_answer_was_lost_is_looked_at_before_it_is_set_again() -> None:
    rig = deployed()
    rig.world.fail(f"link {LINK}", lost(), after=True)
    run(rig, wanted("Newer"))
    assert rig.world.asked(f"link {LINK}") == 1


@pytest.mark.parametrize("after", [True, False], ids=["he lost it", "he did not"])
def test_a_user_who_cannot_be_looked_at_is_taken_his_menu_from_once_more(*, after: bool) -> None:
    """Nothing lists who has which menu; taking it away twice is harmless."""
    rig = deployed()
    rig.world.fail(f"unlink {USER_LINK}", lost(), after=after)
    assert run(rig, wanted()[:-1]).complete
    assert rig.world.asked(f"unlink {USER_LINK}") == 2
    assert rig.world.menus.linked("1", USER) == {}


def test_a_user_who_is_looked_at_is_taken_his_menu_from_once_if_that_was_enough() -> None:
    rig = deployed()
    rig.world.menus.users = True
    rig.world.fail(f"unlink {USER_LINK}", lost(), after=True)
    assert run(rig, wanted()[:-1]).complete
    assert rig.world.asked(f"unlink {USER_LINK}") == 1


@pytest.mark.parametrize(("after", "sent"), [(True, 1), (False, 2)])
def test_an_old_menu_whose_delete_was_lost_is_looked_for_before_it_is_deleted_again(
    sent: int, *, after: bool
) -> None:
    rig = deployed()
    rig.world.fail("delete rich_menu m1 of 1", lost(), after=after)
    assert run(rig, wanted("Newer")).complete
    assert rig.world.asked("delete rich_menu m1 of 1") == sent
    assert rig.world.menus.labels() == ["Newer"]


# --- failing and killed at every position


EVENTS = [
    f"create {MAIN}",
    f"bind {MAIN}",
    f"link {LINK}",
    f"link {USER_LINK}",
    "delete rich_menu m1 of 1",
    "read rich_menu of 1",
    "read default_rich_menu of 1",
    "read bot 1",
]
FAULTS: dict[str, Callable[[], RemoteError]] = {"refused": refused, "lost": lost, "down": down}


def has_a_menu(rig: Rig) -> None:
    """Insist that everybody has a menu with a picture."""
    default = rig.world.menus.default()
    assert default is not None
    assert default.image


def ends_as(rig: Rig, resources: Sequence[Resource]) -> None:
    """Insist that one more run ends as desired, with nothing left over and nothing doubled."""
    rig.world.heal()
    again = rig.plan(*resources, scopes=RICH)
    assert again.refusals == ()
    assert rig.apply(again).complete
    settled(rig, resources)
    has_a_menu(rig)
    assert rig.world.menus.labels() == [resources[1].spec["areas"][0]["action"]["label"]["default"]]
    assert len({*rig.world.menus.linked("1", DEFAULT).values(), *rig.world.menus.linked("1", USER).values()}) == 1


@pytest.mark.parametrize("after", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("event", EVENTS[:5])
def test_whatever_fails_while_a_menu_is_replaced_people_have_one_and_the_next_run_ends_as_desired(
    event: str, fault: str, times: int, *, after: bool
) -> None:
    rig = deployed()
    for each in EVENTS:
        rig.world.hooks[each] = lambda: has_a_menu(rig)
    rig.world.fail(event, *(FAULTS[fault]() for _ in range(times)), after=after)
    report = run(rig, wanted("Newer"))
    assert all("unexpected" not in error for error in errors(report).values()), report
    has_a_menu(rig)
    ends_as(rig, wanted("Newer"))


class Killed(BaseException):
    """The process is gone: nobody tidies up."""


@pytest.mark.parametrize("event", EVENTS)
def test_killed_while_a_menu_is_replaced_people_have_one_and_the_next_run_ends_as_desired(event: str) -> None:
    rig = deployed()
    plan = rig.plan(*wanted("Newer"), scopes=RICH)

    def die() -> None:
        raise Killed

    rig.world.hooks[event] = die
    with pytest.raises(Killed):
        rig.apply(plan, workers=1)
    has_a_menu(rig)
    ends_as(rig, wanted("Newer"))


@pytest.mark.parametrize("write", [1, 2, 3])
@pytest.mark.parametrize("stored", [False, True])
def test_whichever_write_of_the_state_fails_the_next_run_ends_as_desired(write: int, *, stored: bool) -> None:
    """The third one is that of the replacement."""
    rig = Rig(faults={write: WriteFault(error=StateError("the disk is full"), stored=stored)})
    run(rig, wanted())
    run(rig, wanted("Newer"))
    ends_as(rig, wanted("Newer"))


def test_a_fixed_menu_whose_replacement_was_not_recorded_is_settled_by_the_next_run() -> None:
    """The old one is remembered and still fits: the new one must not be left over."""
    rig = deployed()
    rig.world.menus.fixed = True
    run(rig, wanted(image="sha256:b"))
    plan = rig.plan(*wanted(image="sha256:b"), scopes=RICH)

    def die() -> None:
        raise Killed

    rig.world.hooks["delete rich_menu m1 of 1"] = die
    with pytest.raises(Killed):
        rig.apply(plan, workers=1)
    ends_as(rig, wanted(image="sha256:b"))
    assert [menu.image for menu in rig.world.menus.of["1"].values()] == [{"default": "sha256:b"}]


# --- several things at once


def test_a_bot_that_is_renamed_and_gets_another_label_keeps_one_menu() -> None:
    rig = deployed()
    moved = [
        bot("desk", bot().spec, renamed_from="helpdesk"),
        rich_menu("desk", label="Newer"),
        default_link("desk"),
        user_link(name="desk"),
    ]
    scopes = [(root("desk"), kind) for _, kind in RICH]
    report = rig.apply(rig.plan(*moved, scopes=scopes))
    assert report.complete, report
    assert rig.plan(*moved, scopes=scopes).empty
    assert rig.world.menus.labels() == ["Newer"]
    assert all(name.startswith("bot/desk") for name in rig.entries)


def test_a_menu_and_its_bot_change_in_one_run_and_the_bot_goes_first() -> None:
    rig = deployed()
    resources = [bot(spec=bot_spec("New")), *wanted("Newer")[1:]]
    run(rig, resources)
    assert writes(rig)[0] == "write bot/helpdesk"
    settled(rig, resources)


def test_a_menu_of_another_key_in_the_place_of_the_old_one_is_made_before_that_one_goes() -> None:
    rig = deployed()
    resources = [bot(), rich_menu(key="start"), default_link(key="start"), user_link(key="start")]
    run(rig, resources)
    assert writes(rig) == [
        "create rich-menu/start",
        "bind rich-menu/start",
        "link default-rich-menu",
        f"link rich-menu-user/{TARO}",
        "delete rich_menu m1 of 1",
    ]
    settled(rig, resources)


def two(label: str) -> list[Resource]:
    return [*wanted(label), rich_menu(key="other", label=label)]


def plan_without_state(rig: Rig, resources: Sequence[Resource]) -> Plan:
    """Plan as after a state that was lost and bound again by the bot's id alone."""
    state = state_of(rig)
    entries = {address: each for address, each in state.entries.items() if address.is_root}
    rig.store.memory.write(replace(state, entries=entries), expected_serial=state.serial)
    return rig.plan(*resources, scopes=RICH)


@pytest.mark.parametrize("label", ["New", "Newer"])
def test_menus_that_the_state_forgot_are_known_by_their_marks_and_never_doubled(label: str) -> None:
    rig = deployed(two("New"))
    assert rig.apply(plan_without_state(rig, two(label))).complete
    settled(rig, two(label))
    assert rig.world.menus.labels() == [label, label]
