"""Which of a bot's rich menus is the one that a manifest means, which is ours and used up, which nobody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.live import Seen
from lwdeploy.core.types import Mark, Resource
from lwdeploy.kinds.rich_menu.identity import Row, place, row_of
from lwdeploy.kinds.rich_menu.spec import mark_of, to_body
from lwdeploy.planning.weighing import MADE_WITH
from tests.unit.planning.builders import rich_menu, rich_menu_of, rich_shown, rich_spec

MAIN, OTHER = rich_menu_of(), rich_menu_of(key="other")


def row(
    remote_id: str,
    *,
    key: str = "main",
    label: str = "New",
    image: str = "sha256:a",
    project: str = "acme",
    name: str | None = None,
) -> Row:
    """Give a menu of the list, made by `project` under `key`; with a `name`, by somebody else."""
    spec = rich_spec(label, image)
    made = str(mark_of(rich_menu_of(key=key), spec, project=project)) if name is None else name
    return row_of({"richmenuId": remote_id, **to_body(spec, name=made)})


def named(remote_id: str, **over: Any) -> Row:
    """Give a menu that somebody made by hand."""
    return row(remote_id, name="Main menu", **over)


def wanted(*resources: Resource) -> Mapping[Address, Resource]:
    return {each.address: each for each in resources}


def remembered(resource: Resource, remote_id: str) -> Resource:
    return replace(resource, derived_id=remote_id)


def forgotten(remote_id: str, address: Address = MAIN) -> Resource:
    """Give a menu that the state owns and no manifest declares."""
    return Resource(address=address, spec={}, source=rich_menu().source, derived_id=remote_id)


def parts(seen: Seen) -> dict[str, Any]:
    """Give what part every menu has, by id."""
    return {
        **{each.remote_id: f"meant by {address.path[-1]}" for address, each in seen.resources.items()},
        **{
            each.remote_id: f"superseded at {each.address.path[-1]}" if each.address else "stray"
            for each in seen.superseded
        },
        **{each.remote_id: "unmanaged" for each in seen.unmanaged},
    }


def placed(*rows: Row, of: Mapping[Address, Resource], project: str = "acme") -> dict[str, Any]:
    return parts(place(rows, wanted=of, project=project))


# --- rows


def test_a_row_carries_its_mark_if_its_name_is_one() -> None:
    mark = mark_of(MAIN, rich_spec(), project="acme")
    assert (row("m1").mark, row("m1").name) == (mark, str(mark))
    assert (named("m1").mark, named("m1").name) == (None, "Main menu")
    assert row("m1").spec == rich_shown()


def test_a_row_without_a_name_is_read_as_nobody_s() -> None:
    assert row_of({"richmenuId": 7, "richmenuName": None, "areas": []}) == Row(
        remote_id="7", name="", spec={"areas": [], "size": "NonexNone"}, mark=None
    )


# --- what is meant, superseded, a stray, unmanaged


def test_a_menu_with_the_mark_and_the_content_that_are_wanted_is_meant() -> None:
    assert placed(row("m1"), of=wanted(rich_menu())) == {"m1": "meant by main"}


def test_a_menu_that_is_meant_is_told_with_its_name() -> None:
    seen = place([row("m1")], wanted=wanted(rich_menu()), project="acme")
    live = seen.resources[MAIN]
    assert (live.kind, live.address, live.facts) == (
        "rich_menu",
        MAIN,
        {"name": row("m1").name, MADE_WITH: ("image",)},
    )


def test_a_menu_of_the_same_key_with_another_content_is_superseded() -> None:
    seen = place([row("m1", label="Old")], wanted=wanted(rich_menu()), project="acme")
    assert parts(seen) == {"m1": "superseded at main"}
    assert seen.superseded[0].spec == rich_shown("Old")


def test_another_picture_makes_no_other_menu() -> None:
    """Pictures are bound anew; whether they differ is not in the list."""
    assert placed(row("m1", image="sha256:old"), of=wanted(rich_menu())) == {"m1": "meant by main"}


def test_a_menu_without_our_mark_is_nobody_s_even_if_it_is_equal() -> None:
    """An equal body is a candidate, never a proof."""
    assert placed(named("m1"), of=wanted(rich_menu())) == {"m1": "unmanaged"}


def test_a_menu_of_another_project_is_nobody_s() -> None:
    assert placed(row("m1", project="other"), of=wanted(rich_menu())) == {"m1": "unmanaged"}


def test_a_menu_of_ours_under_a_key_that_nobody_knows_is_a_stray() -> None:
    assert placed(row("m1", key="gone"), of=wanted(rich_menu())) == {"m1": "stray"}


def test_a_project_without_an_id_proves_nothing_about_keys_that_it_does_not_know() -> None:
    """All projects without an id share one name in their marks."""
    of = wanted(rich_menu())
    rows = (row("m1", key="gone", project="default"), row("m2", project="default"))
    assert placed(*rows, of=of, project="default") == {"m1": "unmanaged", "m2": "meant by main"}


def test_every_menu_has_one_part() -> None:
    rows = [
        row("m1"),
        row("m2", label="Old"),
        row("m3", key="other"),
        row("m4", key="gone"),
        named("m5"),
        row("m6", project="other"),
    ]
    assert placed(*rows, of=wanted(rich_menu(), rich_menu(key="other"))) == {
        "m1": "meant by main",
        "m2": "superseded at main",
        "m3": "meant by other",
        "m4": "stray",
        "m5": "unmanaged",
        "m6": "unmanaged",
    }


def test_a_bot_without_menus_has_none() -> None:
    assert placed(of=wanted(rich_menu())) == {}


# --- remembered


def test_a_menu_that_is_remembered_is_ours_without_a_mark() -> None:
    """Somebody may have given it another name."""
    assert placed(named("m1"), of=wanted(remembered(rich_menu(), "m1"))) == {"m1": "meant by main"}


def test_an_unmarked_menu_that_is_remembered_and_was_changed_is_superseded() -> None:
    of = wanted(remembered(rich_menu(), "m1"))
    assert placed(named("m1", label="Old"), of=of) == {"m1": "superseded at main"}


def test_a_remembered_menu_that_is_gone_is_simply_not_there() -> None:
    assert placed(named("m2"), of=wanted(remembered(rich_menu(), "m1"))) == {"m2": "unmanaged"}


def test_an_owned_menu_that_no_manifest_declares_is_found_by_its_id() -> None:
    seen = place([row("m1"), row("m2")], wanted=wanted(forgotten("m1")), project="acme")
    assert parts(seen) == {"m1": "meant by main", "m2": "superseded at main"}
    assert seen.resources[MAIN].spec == rich_shown()


def test_an_owned_menu_that_no_manifest_declares_and_that_is_gone_leaves_its_likes_superseded() -> None:
    assert placed(row("m2"), of=wanted(forgotten("m1"))) == {"m2": "superseded at main"}


# --- which of several


def test_of_several_that_fit_the_remembered_one_is_meant() -> None:
    """The links that the last run set point to it."""
    rows = [row("m1"), row("m2"), row("m3", image="sha256:old")]
    assert placed(*rows, of=wanted(remembered(rich_menu(), "m3"))) == {
        "m1": "superseded at main",
        "m2": "superseded at main",
        "m3": "meant by main",
    }


def test_of_several_that_are_not_remembered_the_one_made_with_these_pictures_is_meant() -> None:
    rows = [row("m1", image="sha256:old"), row("m2"), row("m3", image="sha256:older")]
    assert placed(*rows, of=wanted(rich_menu())) == {
        "m1": "superseded at main",
        "m2": "meant by main",
        "m3": "superseded at main",
    }


def test_of_several_that_are_alike_the_oldest_is_meant() -> None:
    """Ids are counted up: 9 is older than 10."""
    rows = [row("10"), row("9"), row("11")]
    assert placed(*rows, of=wanted(rich_menu()))["9"] == "meant by main"


def test_a_remembered_one_that_does_not_fit_gives_way_to_one_that_does() -> None:
    """As after a run that was killed between the create and the record."""
    rows = [row("m1", label="Old"), row("m2")]
    of = wanted(remembered(rich_menu(), "m1"))
    assert placed(*rows, of=of) == {"m1": "superseded at main", "m2": "meant by main"}


def test_superseded_menus_come_in_the_order_of_their_age() -> None:
    seen = place(
        [row(each, label="Old") for each in ("11", "9", "10")], wanted=wanted(rich_menu()), project="acme"
    )
    assert [each.remote_id for each in seen.superseded] == ["9", "10", "11"]


def test_the_order_of_the_list_does_not_matter() -> None:
    rows = [row("9"), row("10"), row("11", label="Old"), named("12"), row("13", key="gone")]
    of = wanted(rich_menu(), rich_menu(key="other"))
    assert place(rows, wanted=of, project="acme") == place(rows[::-1], wanted=of, project="acme")


# --- what it is said to be


def test_what_the_service_shows_in_other_words_is_what_its_mark_says_it_was_made_of() -> None:
    """A service that rewrites a text must not make lwdeploy replace the menu in every run."""
    made = row("m1")
    rewritten = replace(made, spec=rich_shown("NEW"))
    seen = place([rewritten], wanted=wanted(rich_menu()), project="acme")
    assert seen.resources[MAIN].spec == rich_shown("New")


def test_an_unmarked_menu_is_what_the_service_shows() -> None:
    seen = place([named("m1")], wanted=wanted(remembered(rich_menu(), "m1")), project="acme")
    assert seen.resources[MAIN].spec == rich_shown()


def test_no_picture_is_said_to_be_shown() -> None:
    seen = place([row("m1")], wanted=wanted(rich_menu()), project="acme")
    assert "image" not in seen.resources[MAIN].spec


@pytest.mark.parametrize("nonce", ["", "x", "-", "a-b-c"])
def test_a_mark_of_ours_that_says_nothing_of_its_content_is_superseded(nonce: str) -> None:
    mark = mark_of(MAIN, rich_spec(), project="acme")
    odd = replace(row("m1"), mark=Mark(project="acme", key=mark.key, nonce=nonce))
    assert placed(odd, of=wanted(rich_menu())) == {"m1": "superseded at main"}
