"""Rich menus and the links to them, from desired, live and state to a plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.live import LiveResource, Seen
from lwdeploy.core.tenant import Guards
from lwdeploy.core.types import UNKNOWN, Action, Change, Origin, Proof, Resource, Spec, StateEntry
from lwdeploy.planning.model import Beside, Plan
from tests.unit.planning.builders import (
    MENU_ID,
    TARO,
    bot,
    default_link,
    default_link_of,
    desired_of,
    entry,
    found,
    live_of,
    menu,
    menu_of,
    plan_of,
    registration,
    rich_menu,
    rich_menu_of,
    rich_shown,
    rich_spec,
    root,
    state_of,
    user_link,
    user_link_of,
)

MAIN = rich_menu_of()
MENUS, DEFAULTS, USERS = "rich_menu", "default_rich_menu", "user_rich_menu"
RICH = (MENUS, DEFAULTS, USERS)


def planned(
    *wanted: Resource,
    live: Iterable[LiveResource] = (),
    known: dict[Address, StateEntry] | None = None,
    seen: Seen | None = None,
    scopes: Iterable[str] = (),
    **terms: Any,
) -> Plan:
    """Plan the help desk, bot 7, with what is below it."""
    desired = desired_of(bot(), *wanted, scopes=[(root(), kind) for kind in scopes])
    there = live_of(found(bot(), "7"), *live, below={root(): seen or Seen()})
    return plan_of(desired, there, state_of({root(): entry("7", bot().spec), **(known or {})}), **terms)


def shown(remote_id: str, label: str = "New", address: Address | None = MAIN) -> LiveResource:
    """Give a rich menu as the list shows it."""
    return LiveResource(kind=MENUS, remote_id=remote_id, spec=rich_shown(label), address=address)


def remembered(remote_id: str = "m1", spec: Spec | None = None, *, fixed: bool = False) -> StateEntry:
    """Give the entry of a rich menu, whose picture was not read back."""
    applied = rich_spec() if spec is None else spec
    seen = {name: value for name, value in applied.items() if name != "image"}
    return entry(remote_id, applied, observed=seen, fixed=fixed)


def pointing(target: str, resource: Resource | None = None) -> LiveResource:
    """Give a link as it is."""
    link = default_link() if resource is None else resource
    return found(link, str(link.derived_id), {"richmenuId": target})


def changes(plan: Plan) -> dict[str, Change]:
    return {"/".join(each.address.path[2:]) or "bot": each for each in plan.changes}


def actions(plan: Plan) -> dict[str, str]:
    return {name: str(each.action) for name, each in changes(plan).items() if name != "bot"}


def refused(plan: Plan) -> list[str]:
    return [each.guard for each in plan.refusals]


# --- create, stay, change a picture


def test_a_menu_that_is_not_there_is_created_with_its_pictures() -> None:
    change = changes(planned(rich_menu()))["rich-menu/main"]
    assert (change.action, change.remote_id, change.proof) == (Action.CREATE, None, Proof.NONE)
    assert change.pictures == rich_menu().pictures
    assert change.desired == rich_spec()


def test_a_menu_that_is_as_declared_stays_although_its_picture_is_not_shown() -> None:
    plan = planned(rich_menu(), live=[shown("m1")], known={MAIN: remembered()})
    assert actions(plan) == {"rich-menu/main": "noop"}
    assert plan.empty


def test_another_picture_is_an_update_in_place() -> None:
    plan = planned(rich_menu(image="sha256:b"), live=[shown("m1")], known={MAIN: remembered()})
    change = changes(plan)["rich-menu/main"]
    assert (change.action, change.remote_id) == (Action.UPDATE, "m1")
    assert [(each.path, each.old, each.origin) for each in change.diffs] == [
        ("image.default", "sha256:a", Origin.INTENT)
    ]


def test_a_menu_of_an_interrupted_run_gets_its_pictures() -> None:
    """Its mark says whose it is; whether the run got as far as to its picture, nothing says."""
    change = changes(planned(rich_menu(), live=[shown("m1")]))["rich-menu/main"]
    assert (change.action, change.proof) == (Action.UPDATE, Proof.DERIVED)
    assert [each.path for each in change.diffs] == ["image.default"]


def test_an_entry_about_another_object_says_nothing_about_this_one() -> None:
    """Killed between the create and the record: the state still speaks of the old menu."""
    plan = planned(rich_menu(), live=[shown("m2")], known={MAIN: remembered("m1")})
    change = changes(plan)["rich-menu/main"]
    assert (change.action, change.remote_id, change.proof) == (Action.UPDATE, "m2", Proof.DERIVED)
    assert [each.path for each in change.diffs] == ["image.default"]
    assert change.notes == ()


def test_a_language_that_is_not_declared_any_more_keeps_its_picture_and_that_is_said() -> None:
    before = {**rich_spec(), "image": {"default": "sha256:a", "ja_JP": "sha256:b"}}
    plan = planned(rich_menu(), live=[shown("m1")], known={MAIN: remembered(spec=before)})
    assert actions(plan) == {"rich-menu/main": "noop"}
    assert changes(plan)["rich-menu/main"].notes == ("image.ja_JP is no longer managed and keeps its value",)


# --- replace


def old(remote_id: str = "m1", **over: Any) -> Seen:
    return Seen(superseded=(shown(remote_id, "Old"),), **over)


def test_a_menu_with_another_label_is_replaced_and_the_old_one_goes() -> None:
    plan = planned(rich_menu(), seen=old(), known={MAIN: remembered(spec=rich_spec("Old"))})
    assert actions(plan) == {"rich-menu/main": "replace", "rich-menu/replaced:m1": "delete"}
    change = changes(plan)["rich-menu/main"]
    assert (change.remote_id, change.proof, change.before) == ("m1", Proof.STATE, rich_shown("Old"))
    assert [(each.path, each.origin) for each in change.diffs] == [("areas", Origin.INTENT)]
    assert change.pictures == rich_menu().pictures
    assert refused(plan) == []


def test_a_menu_that_only_its_mark_proves_ours_is_replaced_with_all_that_differs() -> None:
    plan = planned(rich_menu(), seen=old())
    change = changes(plan)["rich-menu/main"]
    assert (change.action, change.remote_id, change.proof) == (Action.REPLACE, "m1", Proof.MARK)
    assert [each.path for each in change.diffs] == ["areas", "image.default"]


def test_of_several_old_menus_the_remembered_one_is_replaced_and_all_of_them_go() -> None:
    seen = Seen(superseded=(shown("m1", "Old"), shown("m2", "Older")))
    plan = planned(rich_menu(), seen=seen, known={MAIN: remembered("m1")})
    assert changes(plan)["rich-menu/main"].remote_id == "m1"
    assert set(actions(plan)) == {"rich-menu/main", "rich-menu/replaced:m1", "rich-menu/replaced:m2"}


def test_a_leftover_beside_the_menu_that_is_meant_goes_by_itself() -> None:
    """The run that replaced it was killed before it could delete."""
    plan = planned(rich_menu(), live=[shown("m2")], seen=old("m1"), known={MAIN: remembered("m2")})
    assert actions(plan) == {"rich-menu/main": "noop", "rich-menu/replaced:m1": "delete"}
    assert plan.deletes == 0


def test_what_is_replaced_counts_against_no_guard() -> None:
    plan = planned(rich_menu(protect=True), seen=old(), guards=Guards(max_deletes=0))
    assert refused(plan) == []


def test_a_bot_that_retains_what_it_replaces_keeps_the_old_menu() -> None:
    plan = planned(rich_menu(retain=True), seen=old(), known={MAIN: remembered()})
    assert actions(plan) == {"rich-menu/main": "replace"}


def test_a_menu_that_vanished_from_the_tenant_is_simply_made_anew() -> None:
    plan = planned(rich_menu(), known={MAIN: remembered()})
    assert actions(plan) == {"rich-menu/main": "create"}
    assert refused(plan) == []


# --- menus that the service does not let be changed


def test_a_menu_that_cannot_be_changed_is_replaced_when_its_picture_differs() -> None:
    known = {MAIN: remembered(fixed=True)}
    plan = planned(rich_menu(image="sha256:b"), live=[shown("m1")], known=known)
    assert actions(plan) == {"rich-menu/main": "replace", "rich-menu/replaced:m1": "delete"}
    change = changes(plan)["rich-menu/main"]
    assert (change.remote_id, change.proof, change.before) == ("m1", Proof.STATE, rich_shown())
    assert [each.path for each in change.diffs] == ["image.default"]


def test_what_one_menu_taught_holds_for_all_menus_of_the_tenant() -> None:
    sales = rich_menu_of("sales")
    known = {MAIN: remembered(), sales: remembered("m9", fixed=True)}
    plan = planned(rich_menu(image="sha256:b"), live=[shown("m1")], known=known)
    assert actions(plan)["rich-menu/main"] == "replace"


def test_what_a_menu_taught_says_nothing_about_other_kinds() -> None:
    osaka = registration()
    there = found(osaka, "10000002", {"permission": "selected", "visible": True})
    known = {MAIN: remembered(fixed=True), osaka.address: entry("10000002", osaka.spec)}
    plan = planned(rich_menu(), osaka, live=[shown("m1"), there], known=known)
    assert actions(plan) == {"domain/osaka": "update", "rich-menu/main": "noop"}


def test_a_menu_that_is_as_declared_is_not_replaced_for_nothing() -> None:
    plan = planned(rich_menu(), live=[shown("m1")], known={MAIN: remembered(fixed=True)})
    assert plan.empty


def test_a_menu_that_nothing_is_remembered_of_may_still_lack_its_first_picture() -> None:
    """That one is taken even where a second is not."""
    known = {rich_menu_of(key="other"): remembered("m9", fixed=True)}
    plan = planned(rich_menu(), live=[shown("m1")], known=known, scopes=())
    assert actions(plan)["rich-menu/main"] == "update"


def test_a_menu_that_cannot_be_changed_and_is_retained_stays_beside_the_new_one() -> None:
    plan = planned(
        rich_menu(image="sha256:b", retain=True), live=[shown("m1")], known={MAIN: remembered(fixed=True)}
    )
    assert actions(plan) == {"rich-menu/main": "replace"}


# --- links


def test_a_link_to_a_new_menu_waits_for_its_id() -> None:
    plan = planned(rich_menu(), default_link(), user_link())
    assert actions(plan) == {
        "rich-menu/main": "create",
        "default-rich-menu": "create",
        f"rich-menu-user/{TARO}": "create",
    }
    link = changes(plan)["default-rich-menu"]
    assert (link.remote_id, link.desired, link.refers) == (
        "default",
        {"richmenuId": UNKNOWN},
        {"richmenuId": MAIN},
    )
    assert link.depends_on == (MAIN,)


def test_a_link_to_a_menu_that_stays_has_its_id_and_stays_too() -> None:
    plan = planned(
        rich_menu(),
        default_link(),
        live=[shown("m1"), pointing("m1")],
        known={MAIN: remembered(), default_link_of(): entry("default", {"richmenuId": "m1"})},
    )
    assert plan.empty
    assert changes(plan)["default-rich-menu"].desired == {"richmenuId": "m1"}


def test_a_link_follows_the_menu_that_replaces_the_old_one() -> None:
    plan = planned(
        rich_menu(),
        default_link(),
        live=[pointing("m1")],
        seen=old("m1"),
        known={MAIN: remembered(), default_link_of(): entry("default", {"richmenuId": "m1"})},
    )
    link = changes(plan)["default-rich-menu"]
    assert (link.action, link.before) == (Action.UPDATE, {"richmenuId": "m1"})
    assert [(each.old, each.new) for each in link.diffs] == [("m1", UNKNOWN)]
    assert link.reason == "to bot/helpdesk/rich-menu/main"


def test_a_link_that_points_elsewhere_is_brought_back() -> None:
    plan = planned(
        rich_menu(),
        default_link(),
        live=[shown("m1"), pointing("m9")],
        known={MAIN: remembered(), default_link_of(): entry("default", {"richmenuId": "m1"})},
    )
    (diff,) = changes(plan)["default-rich-menu"].diffs
    assert (diff.old, diff.new, diff.origin) == ("m9", "m1", Origin.DRIFT)


def test_a_link_that_is_as_wanted_and_not_recorded_is_adopted() -> None:
    plan = planned(rich_menu(), default_link(), live=[shown("m1"), pointing("m1")], known={MAIN: remembered()})
    assert actions(plan)["default-rich-menu"] == "adopt"


def test_the_order_of_the_manifest_does_not_matter_to_links() -> None:
    first = planned(rich_menu(), default_link(), user_link(), live=[shown("m1")], known={MAIN: remembered()})
    last = planned(user_link(), default_link(), rich_menu(), live=[shown("m1")], known={MAIN: remembered()})
    assert first == last


# --- what is not declared any more


LINKED = {
    MAIN: remembered(),
    default_link_of(): entry("default", {"richmenuId": "m1"}),
    user_link_of(): entry(TARO, {"richmenuId": "m1"}),
}
THERE = (shown("m1"), pointing("m1"), pointing("m1", user_link()))


def test_menus_and_links_that_left_their_list_are_deleted_links_first() -> None:
    plan = planned(live=THERE, known=LINKED, scopes=RICH)
    assert actions(plan) == {
        f"rich-menu-user/{TARO}": "delete",
        "default-rich-menu": "delete",
        "rich-menu/main": "delete",
    }
    assert list(actions(plan))[-1] == "rich-menu/main"
    assert changes(plan)["default-rich-menu"].before == {"richmenuId": "m1"}


def test_menus_whose_whole_list_is_gone_are_forgotten_and_kept() -> None:
    plan = planned(live=THERE, known=LINKED)
    assert set(actions(plan).values()) == {"forget"}


@pytest.mark.parametrize("guards", [Guards(max_deletes=0)])
def test_menus_that_left_their_list_count_as_deletes(guards: Guards) -> None:
    assert refused(planned(live=THERE, known=LINKED, scopes=RICH, guards=guards)) == ["delete"]


def test_a_default_that_somebody_else_has_set_since_is_forgotten_and_kept() -> None:
    plan = planned(rich_menu(), live=[shown("m1"), pointing("theirs")], known=LINKED, scopes=(MENUS, DEFAULTS))
    link = changes(plan)["default-rich-menu"]
    assert link.action is Action.FORGET
    assert link.reason == "points to something that is not ours any more: left as it is"


def test_a_default_that_still_points_to_a_menu_of_ours_is_taken_away() -> None:
    plan = planned(rich_menu(), live=[shown("m1"), pointing("m1")], known=LINKED, scopes=(MENUS, DEFAULTS))
    assert changes(plan)["default-rich-menu"].action is Action.DELETE


def test_a_default_that_points_to_a_menu_about_to_be_replaced_is_taken_away() -> None:
    plan = planned(rich_menu(), live=[pointing("m1")], seen=old("m1"), known=LINKED, scopes=(MENUS, DEFAULTS))
    assert changes(plan)["default-rich-menu"].action is Action.DELETE


def test_a_user_who_was_not_looked_at_loses_the_menu_that_he_was_given() -> None:
    """Whether it is still that one, the adapter looks before it takes it away."""
    plan = planned(
        rich_menu(),
        live=[shown("m1"), pointing("gone", user_link())],
        seen=Seen(unread=frozenset({USERS})),
        known=LINKED,
        scopes=(MENUS, USERS),
    )
    assert changes(plan)[f"rich-menu-user/{TARO}"].action is Action.DELETE


def test_a_menu_of_ours_that_nobody_declares_is_deleted_and_counts() -> None:
    seen = Seen(superseded=(shown("m3", address=None),))
    plan = planned(rich_menu(), live=[shown("m1")], seen=seen, known={MAIN: remembered()})
    assert actions(plan) == {"rich-menu/main": "noop", "rich-menu/stray:m3": "delete"}
    assert plan.deletes == 1
    assert refused(
        planned(rich_menu(), live=[shown("m1")], seen=seen, known=LINKED, guards=Guards(max_deletes=0))
    ) == ["delete"]


def test_unmanaged_menus_are_never_touched() -> None:
    seen = Seen(unmanaged=(shown("m3", address=None),))
    plan = planned(rich_menu(), live=[shown("m1")], seen=seen, known={MAIN: remembered()}, scopes=RICH)
    assert plan.empty
    assert plan.beside == (Beside(root="bot/helpdesk", kind=MENUS, remote_id="m3"),)


# --- one sort or the other


def test_a_bot_that_gets_a_persistent_menu_gives_up_its_rich_ones_first() -> None:
    seen = Seen(facts={"persistent_menu": {"richmenus": {"m1": "main"}}})
    plan = planned(menu(), live=THERE, known=LINKED, seen=seen)
    assert list(actions(plan).items()) == [
        (f"rich-menu-user/{TARO}", "delete"),
        ("default-rich-menu", "delete"),
        ("rich-menu/main", "delete"),
        ("persistent-menu", "create"),
    ]
    assert refused(plan) == []
    assert any("users have no menu" in each.summary for each in plan.consequences)


def test_a_persistent_menu_beside_rich_menus_that_are_not_ours_is_refused() -> None:
    seen = Seen(facts={"persistent_menu": {"richmenus": {"m1": "main", "m9": "theirs"}}})
    plan = planned(menu(), live=THERE, known=LINKED, seen=seen)
    assert refused(plan) == ["service"]
    assert "theirs" in plan.refusals[0].message
    assert "main" not in plan.refusals[0].message


PERSISTENT = {menu_of(): entry(MENU_ID, menu().spec)}


def test_a_bot_that_gets_rich_menus_gives_up_its_persistent_one_last_and_it_counts_once() -> None:
    seen = Seen(facts={MENUS: {"persistent": True, "count": 0}})
    plan = planned(
        rich_menu(),
        default_link(),
        live=[found(menu(), MENU_ID)],
        known=PERSISTENT,
        seen=seen,
        guards=Guards(max_deletes=1),
    )
    assert list(actions(plan).items()) == [
        ("rich-menu/main", "create"),
        ("default-rich-menu", "create"),
        ("persistent-menu", "delete"),
    ]
    assert refused(plan) == []
    assert plan.deletes == 1


def test_rich_menus_that_destroy_somebody_s_persistent_menu_need_a_word() -> None:
    seen = Seen(facts={MENUS: {"persistent": True, "count": 0}})
    assert refused(planned(rich_menu(), seen=seen)) == ["unmanaged"]
    assert refused(planned(rich_menu(), seen=seen, allowed={"unmanaged": 1})) == []


# --- estimate, limits, guards, consequences


def test_the_estimate_counts_uploads_and_links_and_no_reads_that_are_not_sent() -> None:
    """Two calls to upload, one each to create, bind, set and give; the bot and its menus are read twice."""
    assert planned(rich_menu(), default_link(), user_link()).estimate.calls == 6 + 4


def test_the_estimate_of_a_replacement_has_the_delete_of_the_old_menu() -> None:
    assert planned(rich_menu(), seen=old(), known={MAIN: remembered()}).estimate.calls == 4 + 1 + 4


def test_the_estimate_of_another_picture_is_an_upload_and_a_binding() -> None:
    plan = planned(rich_menu(image="sha256:b"), live=[shown("m1")], known={MAIN: remembered()})
    assert plan.estimate.calls == 3 + 4


def test_a_bot_that_is_full_takes_no_new_menu() -> None:
    seen = Seen(facts={MENUS: {"count": 1000}})
    assert refused(planned(rich_menu(), seen=seen)) == ["quota"]
    assert refused(planned(rich_menu(), seen=replace(seen, superseded=old().superseded))) == ["quota"]
    full = planned(rich_menu(), live=[shown("m1")], seen=seen, known={MAIN: remembered()})
    assert refused(full) == []


def test_a_replacement_tells_that_users_may_lose_a_menu_that_was_set_outside() -> None:
    plan = planned(rich_menu(), seen=old(), known={MAIN: remembered()})
    assert [str(each.address) for each in plan.consequences] == ["bot/helpdesk/rich-menu/replaced:m1"]


def test_replacing_an_unmanaged_default_leaves_people_without_one_and_is_refused() -> None:
    seen = old("m1", facts={MENUS: {"default": "m1"}})
    assert refused(planned(rich_menu(), seen=seen)) == ["unmanaged"]
    with_default = planned(rich_menu(), default_link(), live=[pointing("m1")], seen=seen)
    assert refused(with_default) == []


def test_a_protected_bot_s_menus_are_changed_and_not_deleted() -> None:
    protected = {MAIN: replace(remembered(), protect=True)}
    assert refused(planned(rich_menu(protect=True), seen=old(), known=protected)) == []
    assert refused(planned(live=[shown("m1")], known=protected, scopes=RICH)) == ["protect"]


def test_a_renamed_bot_keeps_its_menus_and_links() -> None:
    desired = desired_of(bot("desk", bot().spec, renamed_from="helpdesk"), rich_menu("desk"), default_link("desk"))
    live = live_of(
        found(bot("desk", bot().spec), "7"),
        found(rich_menu("desk"), "m1", rich_shown()),
        found(default_link("desk"), "default", {"richmenuId": "m1"}),
    )
    state = state_of(
        {root(): entry("7", bot().spec), MAIN: LINKED[MAIN], default_link_of(): LINKED[default_link_of()]}
    )
    plan = plan_of(desired, live, state)
    assert actions(plan) == {"rich-menu/main": "noop", "default-rich-menu": "noop"}
