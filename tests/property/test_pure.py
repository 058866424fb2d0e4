"""What holds for all values of the pure parts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import canonical, get_path, leaves
from lwdeploy.core.types import Action, Change, Proof
from lwdeploy.kinds import KINDS
from lwdeploy.kinds.bot import spec as bot
from lwdeploy.kinds.bot_domain import spec as bot_domain
from lwdeploy.kinds.persistent_menu import spec as persistent_menu
from lwdeploy.kinds.rich_menu import spec as rich_menu
from lwdeploy.kinds.rich_menu.identity import place, row_of
from lwdeploy.planning.codec import decode, encode
from lwdeploy.planning.diff import differing_paths, field_diffs
from lwdeploy.planning.order import order
from tests.kinds.deployment import broken, desired_of, manifest_of
from tests.property.strategies import bots, bounded, projects
from tests.unit.planning.builders import entry, found, live_of, plan_of, state_of

BY_NAME = {kind.name: kind for kind in KINDS}


def specs_of(project: dict[str, Any], kind: str) -> list[Any]:
    return [each.spec for each in desired_of(project).resources if each.address.kind == kind]


# --- specs


@bounded(30)
@given(spec=bots())
def test_what_is_generated_breaks_no_rule(spec: dict[str, Any]) -> None:
    assert broken(manifest_of(spec)) == []


@bounded(30)
@given(spec=bots())
def test_a_spec_is_in_canonical_form_and_survives_json(spec: dict[str, Any]) -> None:
    for resource in desired_of({"a": spec}).resources:
        assert resource.spec == canonical(resource.spec)
        assert json.loads(json.dumps(resource.spec)) == resource.spec


@bounded(30)
@given(spec=bots())
def test_a_bot_s_body_reads_back_as_the_spec_it_was_made_of(spec: dict[str, Any]) -> None:
    (wanted,) = specs_of({"a": spec}, "bot")
    body = json.loads(json.dumps(bot.to_body(wanted, paths=bot.declared_paths(wanted), live={})))
    shown = bot.from_api(body)
    assert {path: get_path(shown, path) for path in leaves(wanted)} == leaves(wanted)


@bounded(30)
@given(spec=bots())
def test_a_registration_s_body_reads_back_as_the_spec_it_was_made_of(spec: dict[str, Any]) -> None:
    for wanted in specs_of({"a": spec}, "bot_domain"):
        body = bot_domain.to_body(wanted, paths=tuple(wanted))
        shown = bot_domain.from_api(body, members=wanted.get("members"))
        assert {path: shown[path] for path in wanted} == wanted


@bounded(30)
@given(spec=bots())
def test_a_menu_s_body_reads_back_as_the_spec_it_was_made_of(spec: dict[str, Any]) -> None:
    for wanted in specs_of({"a": spec}, "persistent_menu"):
        assert persistent_menu.from_api(json.loads(json.dumps(persistent_menu.to_body(wanted)))) == wanted


@bounded(30)
@given(spec=bots())
def test_a_rich_menu_s_body_reads_back_as_the_spec_it_was_made_of(spec: dict[str, Any]) -> None:
    for wanted in specs_of({"a": spec}, "rich_menu"):
        body = json.loads(json.dumps(rich_menu.to_body(wanted, name="x")))
        assert rich_menu.from_api(body) == {key: value for key, value in wanted.items() if key != "image"}


@bounded(30)
@given(spec=bots())
def test_every_link_points_to_a_menu_of_the_same_bot(spec: dict[str, Any]) -> None:
    declared = {each.address for each in desired_of({"a": spec}).resources}
    for resource in desired_of({"a": spec}).resources:
        assert set(resource.refers.values()) <= declared
        assert set(resource.refers) <= set(resource.spec)


@bounded(30)
@given(spec=bots())
def test_a_menu_is_found_by_its_mark_among_others_and_only_once(spec: dict[str, Any]) -> None:
    wanted = {each.address: each for each in desired_of({"a": spec}).resources if each.address.kind == "rich_menu"}
    rows = [
        row_of(
            {
                "richmenuId": f"{number}",
                **rich_menu.to_body(each.spec, name=str(rich_menu.mark_of(address, each.spec, project="acme"))),
            }
        )
        for number, (address, each) in enumerate(wanted.items())
    ]
    seen = place(
        [*rows, *(replace(row, remote_id=f"2{row.remote_id}") for row in rows)], wanted=wanted, project="acme"
    )
    assert {address: live.remote_id for address, live in seen.resources.items()} == {
        address: f"{number}" for number, address in enumerate(wanted)
    }
    assert [live.address for live in seen.superseded] == list(wanted)
    assert seen.unmanaged == ()


# --- differences


@bounded(30)
@given(spec=bots())
def test_equal_specs_have_no_difference(spec: dict[str, Any]) -> None:
    for resource in desired_of({"a": spec}).resources:
        kind = BY_NAME[resource.address.kind]
        same = json.loads(json.dumps(resource.spec))
        assert field_diffs(desired=resource.spec, live=same, entry=None, kind=kind, users={}) == ()


@bounded(30)
@given(one=bots(), other=bots())
def test_writing_exactly_the_differing_fields_leaves_no_difference(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    (wanted,), (shown,) = specs_of({"a": one}, "bot"), specs_of({"a": other}, "bot")
    live = json.loads(json.dumps(shown))
    for path in differing_paths(wanted, live):
        *groups, leaf = path.split(".")
        target = live
        for group in groups:
            target = target.setdefault(group, {})
        target[leaf] = get_path(wanted, path)
    assert {path: get_path(live, path) for path in leaves(wanted)} == leaves(wanted)
    assert {path for path in leaves(live) if path not in leaves(wanted)} == set(leaves(shown)) - set(
        leaves(wanted)
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab日\n", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(st.sampled_from("abcd"), JSON, max_size=4)


@bounded(80)
@given(wanted=MAPPINGS, shown=MAPPINGS)
def test_a_path_differs_exactly_when_the_leaf_there_does(wanted: dict[str, Any], shown: dict[str, Any]) -> None:
    expected = [path for path, value in leaves(wanted).items() if get_path(shown, path) != value]
    assert list(differing_paths(wanted, shown)) == sorted(expected)


# --- order


CHILD = st.none() | st.sampled_from([Action.CREATE, Action.UPDATE, Action.DELETE, Action.FORGET])
RICH = st.sampled_from([Action.CREATE, Action.UPDATE, Action.REPLACE, Action.NOOP, Action.DELETE, Action.FORGET])


@st.composite
def rich_changes(draw: st.DrawFn, root: Address) -> list[Change]:
    """Give changes of rich menus, of links to them, and of what they have replaced."""
    menus = [
        Change(address=root.child("rich_menu", "rich-menu", name), action=draw(RICH), remote_id=f"m{name}")
        for name in draw(st.lists(st.sampled_from("xyz"), unique=True))
    ]
    made = list(menus)
    for each in (each for each in menus if each.action is Action.REPLACE):
        old = root.child("rich_menu", "rich-menu", f"replaced:{each.remote_id}")
        made.append(Change(address=old, action=Action.DELETE, remote_id=each.remote_id, replaced_by=each.address))
    declared = [each.address for each in menus if each.action not in {Action.DELETE, Action.FORGET}]
    links = (root.child("default_rich_menu", "default-rich-menu"), root.child("user_rich_menu", "user", "a"))
    for link in links if menus else ():
        before = {"richmenuId": draw(st.sampled_from(menus)).remote_id}
        action = draw(CHILD)
        if action in {Action.DELETE, Action.FORGET}:
            made.append(Change(address=link, action=action, before=before))
        elif action is not None and declared:
            refers = {"richmenuId": draw(st.sampled_from(declared))}
            made.append(Change(address=link, action=action, before=before, refers=refers))
    return made


@st.composite
def changes(draw: st.DrawFn) -> list[Change]:
    """Give changes of up to eight bots, with children of those that stay, and leftovers."""
    made: list[Change] = []
    for name in draw(st.lists(st.sampled_from("abcdefgh"), unique=True)):
        root = Address.top("bot", name)
        action = draw(st.sampled_from([Action.CREATE, Action.UPDATE, Action.DELETE, Action.NOOP, Action.ADOPT]))
        made.append(Change(address=root, action=action, proof=Proof.STATE))
        if action is Action.DELETE:
            continue
        for kind, word in (("bot_domain", "domain"), ("persistent_menu", "persistent-menu")):
            child = draw(CHILD)
            if child is not None:
                made.append(Change(address=root.child(kind, word), action=child, proof=Proof.STATE))
        made += draw(rich_changes(root))
    for number in range(draw(st.integers(0, 2))):
        address = Address.top("bot", f"stray:{number}")
        made.append(Change(address=address, action=Action.DELETE, proof=Proof.MARK))
    return list(draw(st.permutations(made)))


def count_along(run: tuple[Change, ...], live: int) -> list[tuple[Action, int]]:
    counts: list[tuple[Action, int]] = []
    for change in run:
        if change.address.is_root and change.action in {Action.CREATE, Action.DELETE}:
            live += 1 if change.action is Action.CREATE else -1
            counts.append((change.action, live))
    return counts


@bounded(80)
@given(run=changes(), limit=st.integers(1, 8), more=st.integers(0, 9))
def test_every_change_runs_after_all_that_it_waits_for(run: list[Change], limit: int, more: int) -> None:
    live = more + sum(each.action is Action.DELETE and each.address.is_root for each in run)
    ordered = order(run, live=live, limit=limit, kinds=BY_NAME).changes
    assert sorted(each.address for each in ordered) == sorted(each.address for each in run)
    done: set[Address] = set()
    for change in ordered:
        assert set(change.depends_on) <= done
        done.add(change.address)


@bounded(80)
@given(run=changes(), limit=st.integers(1, 8), more=st.integers(0, 9))
def test_no_create_exceeds_the_limit_unless_the_quota_says_so(run: list[Change], limit: int, more: int) -> None:
    live = more + sum(each.action is Action.DELETE and each.address.is_root for each in run)
    found = order(run, live=live, limit=limit, kinds=BY_NAME)
    counts = count_along(found.changes, live)
    too_many = any(count > limit for action, count in counts if action is Action.CREATE)
    assert found.quota.exceeded is too_many
    assert found.quota.after == (counts[-1][1] if counts else live)
    assert found.quota.peak == max([live, *(count for _, count in counts)])


@bounded(80)
@given(run=changes(), limit=st.integers(1, 8), more=st.integers(0, 9))
def test_a_create_runs_only_when_the_deletes_it_waits_for_have_made_room(
    run: list[Change], limit: int, more: int
) -> None:
    """Creates in their order, each after its own deletes and no other: still never above the limit."""
    live = more + sum(each.action is Action.DELETE and each.address.is_root for each in run)
    found = order(run, live=live, limit=limit, kinds=BY_NAME)
    if found.quota.exceeded:
        return
    gone: set[Address] = set()
    made = 0
    for change in found.changes:
        if change.action is Action.CREATE and change.address.is_root:
            gone |= set(change.depends_on)
            made += 1
            assert live - len(gone) + made <= limit


@bounded(100)
@given(run=changes(), live=st.integers(0, 9))
def test_the_order_does_not_depend_on_the_order_of_the_input(run: list[Change], live: int) -> None:
    assert order(run, live=live, limit=5, kinds=BY_NAME) == order(run[::-1], live=live, limit=5, kinds=BY_NAME)


# --- plans


@bounded(20)
@given(wanted=projects(), shown=projects(), prune=st.booleans())
def test_every_plan_comes_back_from_json_as_it_was(
    wanted: dict[str, Any], shown: dict[str, Any], *, prune: bool
) -> None:
    there = list(desired_of(shown).resources)
    ids = {each.address: each.derived_id or str(number) for number, each in enumerate(there)}
    live = live_of(*(found(each, ids[each.address]) for each in there))
    state = state_of({each.address: entry(ids[each.address], each.spec) for each in there})
    plan = plan_of(desired_of(wanted), live, state, prune=prune)
    assert decode(json.loads(json.dumps(encode(plan)))) == plan
    assert decode(json.loads(json.dumps(encode(plan), ensure_ascii=False, indent=2))) == plan
