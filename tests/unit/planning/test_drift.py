"""What moved in a tenant, and which side moved it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.canonical import ABSENT
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.kind import Declared, Kind
from lwdeploy.core.live import Live, LiveResource, Seen
from lwdeploy.core.types import UNKNOWN, Desired, Lifecycle, Origin, Resource, State, StateEntry
from lwdeploy.planning.drift import Drift, Moved, ObjectDrift, drift_of, remembered

BOT, LINK, MENU = Address.top("bot", "a"), "link", "menu"
HERE = SourceRef(file="a.yaml")


def sealing(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """Stand for a kind that keeps one field secret."""
    return {**spec, "url": f"hash of {spec['url']}"} if "url" in spec else spec


KINDS = {
    "bot": Kind(
        name="bot",
        word="bot",
        level=0,
        declare=lambda _manifest: Declared(),
        rewritten={"photo": "applied", "image": "unseen"},
        user_fields=("people",),
        seal=sealing,
    ),
    LINK: Kind(name=LINK, word=LINK, level=1, declare=lambda _manifest: Declared(), refers_to=MENU),
    MENU: Kind(name=MENU, word=MENU, level=1, declare=lambda _manifest: Declared()),
}


def desired(spec: Mapping[str, Any], **over: Any) -> Desired:
    return Desired(resources=(Resource(address=BOT, spec=spec, source=HERE, **over),))


def known(applied: Mapping[str, Any], observed: Mapping[str, Any] | None = None, **over: Any) -> State:
    shown = applied if observed is None else observed
    return State(lineage="x", entries={BOT: StateEntry(remote_id="1", applied=applied, observed=shown)}, **over)


def shown(spec: Mapping[str, Any] | None) -> Live:
    found = {} if spec is None else {BOT: LiveResource(kind="bot", remote_id="1", spec=spec, address=BOT)}
    return Live(listed=(), resources=found, below={BOT: Seen(resources=found)})


def moved(want: Mapping[str, Any] | None, state: State, live: Mapping[str, Any], **over: Any) -> dict[str, Moved]:
    """Give the fields that are told of the one bot, by path."""
    wanted = Desired(resources=()) if want is None else desired(want, **over)
    objects = drift_of(desired=wanted, live=shown(live), state=state, kinds=KINDS)
    return {each.path: each for one in objects for each in one.fields}


def test_nothing_moved_is_nothing_to_tell() -> None:
    assert drift_of(desired=desired({"x": 1}), live=shown({"x": 1}), state=known({"x": 1}), kinds=KINDS) == ()


@pytest.mark.parametrize(
    ("want", "applied", "live", "origin"),
    [
        (1, 1, 2, Origin.DRIFT),
        (3, 1, 2, Origin.BOTH),
        (2, 1, 2, Origin.BOTH),
        (2, 1, 1, Origin.INTENT),
    ],
)
def test_the_side_that_moved(want: int, applied: int, live: int, origin: Origin) -> None:
    found = moved({"x": want}, known({"x": applied}), {"x": live})["x"]
    assert (found.observed, found.live, found.desired, found.origin) == (applied, live, want, origin)
    assert bool(found.note) is (want == live)


def test_a_field_that_went_away_has_drifted() -> None:
    found = moved({"x": 1}, known({"x": 1}), {})["x"]
    assert (found.live, found.origin) == (ABSENT, Origin.DRIFT)


def test_a_field_that_nobody_declares_is_told_and_does_not_count() -> None:
    state = known({"x": 1}, {"x": 1, "y": 1})
    found = drift_of(desired=desired({"x": 1}), live=shown({"x": 1, "y": 2}), state=state, kinds=KINDS)
    assert [(each.path, each.managed, each.desired) for each in found[0].fields] == [("y", False, ABSENT)]
    assert not found[0].drifted


def test_what_apply_leaves_alone_does_not_count() -> None:
    life = Lifecycle(ignore_changes=("x",))
    found = moved({"x": 1}, known({"x": 1}), {"x": 2}, lifecycle=life)["x"]
    assert (found.managed, found.origin) == (False, Origin.DRIFT)


def test_a_bot_without_a_manifest_is_compared_all_the_same() -> None:
    (found,) = drift_of(desired=Desired(resources=()), live=shown({"x": 2}), state=known({"x": 1}), kinds=KINDS)
    assert (found.declared, found.fields[0].managed) == (False, False)


def test_what_was_never_observed_is_said_to_be_unknown() -> None:
    found = drift_of(desired=desired({"x": 1}), live=shown({"x": 2}), state=known({"x": 1}, {}), kinds=KINDS)
    assert found[0].notes == ("nothing was read back after the last write: what moved cannot be told",)
    assert [(each.path, each.origin) for each in found[0].fields] == [("x", Origin.INTENT)]


def test_what_the_service_rewrites_at_will_is_not_held_against_anybody() -> None:
    found = moved({"photo": "a"}, known({"photo": "a"}), {"photo": "b"})["photo"]
    assert (found.managed, bool(found.note)) == (False, True)
    assert moved({"photo": "c"}, known({"photo": "a"}), {"photo": "b"})["photo"].managed


def test_what_was_not_looked_at_has_not_moved() -> None:
    assert moved({"image": "a"}, known({"image": "a"}), {}) == {}
    assert moved({"image": "a"}, known({"image": "a"}), {"image": "b"})["image"].origin is Origin.DRIFT
    found = moved({"image": "a"}, known({"image": "a"}, {}), {"image": "b"})["image"]
    assert (found.observed, found.live, found.origin) == ("a", "b", Origin.DRIFT)


def test_secrets_are_compared_and_shown_as_hashes() -> None:
    found = moved({"url": "a"}, known({"url": "hash of a"}), {"url": "b"})["url"]
    assert (found.observed, found.live, found.desired) == ("hash of a", "hash of b", "hash of a")


def test_persons_are_the_same_whatever_they_are_called() -> None:
    state = known({"people": ["t@x"]}, {"people": ["u1"]}, users={"t@x": "u1"})
    assert moved({"people": ["t@x"]}, state, {"people": ["t@x"]}) == {}
    found = moved({"people": ["t@x"]}, state, {"people": ["u1", "u2"]})["people"]
    assert (found.observed, found.live) == (["t@x"], ["t@x", "u2"])
    assert moved({"people": ["t@x"]}, state, {})["people"].live is ABSENT


def test_an_object_that_is_gone_has_drifted() -> None:
    (found,) = drift_of(desired=desired({}), live=shown(None), state=known({"x": 1}), kinds=KINDS)
    assert (found.gone, found.drifted, found.fields) == (True, True, ())


def test_bots_that_were_not_read_are_left_out() -> None:
    live = Live(listed=(), resources={})
    assert drift_of(desired=desired({}), live=live, state=known({"x": 1}), kinds=KINDS) == ()


def test_a_renamed_key_is_compared_with_its_new_document() -> None:
    new = Resource(address=Address.top("bot", "b"), spec={"x": 3}, source=HERE, renamed_from=BOT)
    (found,) = drift_of(
        desired=Desired(resources=(new,)), live=shown({"x": 2}), state=known({"x": 1}), kinds=KINDS
    )
    assert (found.address, found.declared, found.fields[0].origin) == (BOT, True, Origin.BOTH)


def test_a_link_is_compared_by_the_id_that_its_target_is_known_by() -> None:
    link, menu = BOT.child(LINK, "link"), BOT.child(MENU, "menu", "m")
    entries = {
        BOT: StateEntry(remote_id="1", observed={"x": 1}),
        menu: StateEntry(remote_id="7", observed={"x": 1}),
        link: StateEntry(remote_id="link", applied={"to": "7"}, observed={"to": "7"}),
    }
    wanted = Resource(
        address=link,
        spec={"to": UNKNOWN},
        source=HERE,
        derived_id="link",
        refers={"to": menu, "other": BOT.child(MENU, "n")},
    )
    found = {
        BOT: LiveResource(kind="bot", remote_id="1", spec={"x": 1}),
        menu: LiveResource(kind=MENU, remote_id="7", spec={"x": 1}),
        link: LiveResource(kind=LINK, remote_id="link", spec={"to": "8"}),
    }
    live = Live(listed=(), resources=found, below={BOT: Seen(resources=found)})
    state = State(lineage="x", entries=entries)
    (told,) = drift_of(desired=Desired(resources=(wanted,)), live=live, state=state, kinds=KINDS)
    (one,) = told.fields
    assert (one.path, one.live, one.desired, one.origin) == ("to", "8", "7", Origin.DRIFT)


def test_what_is_remembered_is_read_as_if_it_were_declared() -> None:
    child, other = BOT.child(MENU, "menu", "m"), Address.top("bot", "b")
    entries = {
        child: StateEntry(remote_id="7", applied={"y": 1}),
        BOT: StateEntry(remote_id="1", applied={"x": 1}),
        other: StateEntry(remote_id="2"),
    }
    state = State(lineage="x", entries=entries)
    every = remembered(state, kinds=KINDS)
    assert [(each.address, each.spec, each.derived_id) for each in every.resources] == [
        (BOT, {"x": 1}, None),
        (child, {"y": 1}, "7"),
        (other, {}, None),
    ]
    assert every.whole_project
    assert [each.address for each in remembered(state, kinds=KINDS, roots=frozenset({other})).resources] == [other]


def test_users_who_were_observed_are_read_again_though_nobody_declared_them() -> None:
    """They are not shown unless somebody asks: what is not looked at would count as gone."""
    (told,) = remembered(known({"x": 1}, {"x": 2, "people": ["u"]}), kinds=KINDS).resources
    assert told.spec == {"x": 1, "people": ["u"]}
    (told,) = remembered(known({"people": ["mine"]}, {"people": ["u"]}), kinds=KINDS).resources
    assert told.spec == {"people": ["mine"]}


def test_a_report_has_drifted_when_one_object_has() -> None:
    still = ObjectDrift(address=BOT, remote_id="1", declared=True)
    assert not Drift(tenant="t", project="p", looked_at=1, objects=(still,)).drifted
    gone = ObjectDrift(address=BOT, remote_id="1", declared=True, gone=True)
    assert Drift(tenant="t", project="p", looked_at=1, objects=(still, gone)).drifted
