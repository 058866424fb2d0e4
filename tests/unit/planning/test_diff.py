"""The three-way difference of one object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lwdeploy.core.types import FieldDiff, Origin, Spec, StateEntry
from lwdeploy.planning.diff import differing_paths, field_diffs
from tests.unit.planning.builders import JIRO, JIRO_ID, KINDS, TARO, TARO_ID

URL = "https://bots.example.com/helpdesk?token=canary"
OTHER_URL = "https://bots.example.com/helpdesk?token=another"


def diffs_of(
    desired: Spec,
    live: Spec,
    *,
    applied: Spec | None = None,
    observed: Spec | None = None,
    kind: str = "bot",
    users: Mapping[str, str] | None = None,
    ignore: tuple[str, ...] = (),
) -> tuple[FieldDiff, ...]:
    entry = None
    if applied is not None:
        seal = KINDS[kind].seal
        entry = StateEntry(remote_id="7", applied=seal(applied), observed=seal(observed or {}))
    return field_diffs(desired=desired, live=live, entry=entry, kind=KINDS[kind], users=users or {}, ignore=ignore)


def name(text: str) -> dict[str, Any]:
    return {"botName": {"default": text}}


@pytest.mark.parametrize(
    ("desired", "live", "paths"),
    [
        ({}, {"a": 1}, ()),
        ({"a": 1}, {"a": 1}, ()),
        ({"a": 1}, {"a": 1, "b": 2}, ()),
        ({"a": 1}, {"a": 2}, ("a",)),
        ({"a": 1}, {}, ("a",)),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3, "d": 4}}, ("a.c",)),
        ({"a": {"b": 1, "c": {"d": 2}}}, {}, ("a.b", "a.c.d")),
        ({"a": {"b": 1}}, {"a": "text"}, ("a.b",)),
        ({"a": {"b": 1}}, {"a": None}, ("a.b",)),
        ({"a": "text"}, {"a": {"b": 1}}, ("a",)),
        ({"a": [1, 2]}, {"a": [1, 2]}, ()),
        ({"a": [1, 2], "b": 1}, {"a": [1, 2], "b": 2}, ("b",)),
        ({"a": [1, 2]}, {"a": [2, 1]}, ("a",)),
        ({"a": [0, 1, 2]}, {"a": [1, 2]}, ("a",)),
        ({"a": [{"b": 1, "c": 1}]}, {"a": [{"b": 2, "c": 2}]}, ("a",)),
        ({"a": []}, {"a": [1]}, ("a",)),
        ({"a": []}, {}, ("a",)),
        ({"a": [1]}, {"a": "all"}, ("a",)),
        ({"a": ""}, {"a": None}, ("a",)),
        ({"b": 1, "a": 1}, {}, ("a", "b")),
    ],
)
def test_a_field_differs_when_it_is_declared_and_shows_another_value(
    desired: Spec, live: Spec, paths: tuple[str, ...]
) -> None:
    assert differing_paths(desired, live) == paths


@pytest.mark.parametrize("text", ["a\nb", "\u202e", "e\u0301", "🤖" * 50, "[0]", "root['x']", "日本語", "\x00"])
def test_texts_are_compared_character_by_character(text: str) -> None:
    assert differing_paths(name(text), name(text)) == ()
    assert differing_paths(name(text), name(f"{text}.")) == ("botName.default",)


def test_two_spellings_of_one_accented_letter_are_different_texts() -> None:
    assert differing_paths(name("\u00e9"), name("e\u0301")) == ("botName.default",)


@pytest.mark.parametrize(
    ("desired", "applied", "observed", "live", "origin"),
    [
        ("new", "old", "old", "old", Origin.INTENT),
        ("old", "old", "old", "moved", Origin.DRIFT),
        ("new", "old", "old", "moved", Origin.BOTH),
        ("new", None, None, "old", Origin.INTENT),
    ],
)
def test_a_difference_says_which_side_moved(
    desired: str, applied: str | None, observed: str | None, live: str, origin: Origin
) -> None:
    found = diffs_of(
        name(desired),
        name(live),
        applied=None if applied is None else name(applied),
        observed=None if observed is None else name(observed),
    )
    assert found == (FieldDiff(path="botName.default", old=live, new=desired, origin=origin),)


def test_a_field_that_was_never_read_back_cannot_be_said_to_have_drifted() -> None:
    (found,) = diffs_of(name("same"), name("other"), applied=name("same"), observed={})
    assert found.origin is Origin.INTENT


def test_both_sides_moving_to_the_same_value_leaves_nothing_to_do() -> None:
    assert diffs_of(name("new"), name("new"), applied=name("old"), observed=name("old")) == ()


def test_an_added_language_is_one_field_and_intent() -> None:
    desired = {"botName": {"default": "Help", "ja_JP": "ヘルプ"}}
    live = {"botName": {"default": "Help", "ja_JP": ""}}
    found = diffs_of(desired, live, applied=name("Help"), observed=name("Help"))
    assert found == (FieldDiff(path="botName.ja_JP", old="", new="ヘルプ", origin=Origin.INTENT),)


def test_a_field_that_the_tenant_does_not_show_at_all_has_nothing_as_its_old_value() -> None:
    assert diffs_of(name("Help"), {}) == (FieldDiff(path="botName.default", old=None, new="Help"),)


# --- fields that the service rewrites


def photo(url: str) -> dict[str, Any]:
    return {"photoUrl": {"default": url}}


def test_a_rehosted_picture_counts_as_equal_when_it_is_what_we_wrote_last() -> None:
    """The service may show another address, and another one every day: only ours is compared."""
    for shown in ("cdn/1", "cdn/2"):
        assert diffs_of(photo("ours"), photo(shown), applied=photo("ours"), observed=photo("cdn/1")) == ()


def test_a_new_picture_is_written_even_though_the_service_rewrites_it() -> None:
    (found,) = diffs_of(photo("new"), photo("cdn/1"), applied=photo("ours"), observed=photo("cdn/1"))
    assert (found.path, found.origin) == ("photoUrl.default", Origin.INTENT)


def policy(domains: Any) -> dict[str, Any]:
    return {"policy": {"allowedDomains": domains}}


def test_what_is_rewritten_once_counts_as_equal_as_long_as_the_tenant_shows_the_same() -> None:
    assert diffs_of(policy([1]), policy([1, 2]), applied=policy([1]), observed=policy([1, 2])) == ()


def test_what_is_rewritten_once_and_moved_since_is_drift() -> None:
    (found,) = diffs_of(policy([1]), policy([3]), applied=policy([1]), observed=policy([1, 2]))
    assert (found.path, found.old, found.new, found.origin) == (
        "policy.allowedDomains",
        [3],
        [1],
        Origin.DRIFT,
    )


def test_a_field_that_is_not_declared_as_rewritten_is_written_again_and_again() -> None:
    """Silence about it would be a lie: the tenant does not show what the manifest says."""
    (found,) = diffs_of(name("a"), name("b"), applied=name("a"), observed=name("b"))
    assert found.origin is Origin.INTENT


def test_only_the_field_itself_and_what_is_below_it_is_rewritten() -> None:
    """`policy.allowedDomains` is, `policy.joinChatRoom` is not."""
    want, shown = {"policy": {"joinChatRoom": True}}, {"policy": {"joinChatRoom": False}}
    assert len(diffs_of(want, shown, applied=want, observed=shown)) == 1


# --- fields that were not looked at


def pictures(**image: str) -> dict[str, Any]:
    return {"size": "full", "image": image}


LISTED = {"size": "full"}
"""What the list of rich menus shows: no pictures."""


def rich_diffs(desired: Spec, live: Spec, *, applied: Spec, observed: Spec) -> tuple[FieldDiff, ...]:
    return diffs_of(desired, live, applied=applied, observed=observed, kind="rich_menu")


def test_a_picture_that_was_not_looked_at_is_believed_to_be_the_one_that_was_bound_last() -> None:
    """It was read back once or never: what the list does not show speaks neither way."""
    wanted = pictures(default="a", ja_JP="")
    for observed in (LISTED, pictures(default="a"), {}):
        assert rich_diffs(wanted, LISTED, applied=wanted, observed=observed) == ()


def test_another_picture_is_intent_and_shows_the_one_that_was_bound_last() -> None:
    before = pictures(default="a", ja_JP="b")
    found = rich_diffs(pictures(default="c", ja_JP="b"), LISTED, applied=before, observed=LISTED)
    assert found == (FieldDiff(path="image.default", old="a", new="c", origin=Origin.INTENT),)


def test_another_picture_is_no_drift_although_one_was_seen_and_none_is_shown() -> None:
    found = rich_diffs(
        pictures(default="c"), LISTED, applied=pictures(default="a"), observed=pictures(default="a")
    )
    assert [each.origin for each in found] == [Origin.INTENT]


def test_a_new_language_had_no_picture_before() -> None:
    before = pictures(default="a")
    found = rich_diffs(pictures(default="a", ja_JP="b"), LISTED, applied=before, observed=LISTED)
    assert found == (FieldDiff(path="image.ja_JP", old=None, new="b"),)


def test_a_menu_that_nothing_is_remembered_of_has_every_picture_still_to_be_bound() -> None:
    found = diffs_of(pictures(default="a", ja_JP="b"), LISTED, kind="rich_menu")
    assert [(each.path, each.old) for each in found] == [("image.default", None), ("image.ja_JP", None)]


def test_a_picture_that_was_looked_at_and_is_another_one_is_drift() -> None:
    wanted = pictures(default="a")
    (found,) = rich_diffs(wanted, pictures(default="theirs"), applied=wanted, observed=wanted)
    assert (found.old, found.new, found.origin) == ("theirs", "a", Origin.DRIFT)


def test_a_picture_that_is_not_the_one_that_was_bound_has_drifted() -> None:
    """Also when it is looked at for the first time: what was bound is known."""
    wanted = pictures(default="a")
    (found,) = rich_diffs(wanted, pictures(default="theirs"), applied=wanted, observed=LISTED)
    assert found.origin is Origin.DRIFT


def test_a_field_that_every_read_shows_is_missed_when_it_is_not_shown() -> None:
    wanted = {"size": "full", "image": {"default": "a"}}
    found = rich_diffs(wanted, {"image": {"default": "a"}}, applied=wanted, observed=wanted)
    assert [(each.path, each.origin) for each in found] == [("size", Origin.DRIFT)]


# --- users


def pic(*people: str) -> dict[str, Any]:
    return {"pic": {"primary": list(people)}}


def test_a_login_equals_the_user_id_that_it_is_known_to_be() -> None:
    assert diffs_of(pic(JIRO, TARO), pic(TARO_ID, JIRO_ID), users={TARO: TARO_ID, JIRO: JIRO_ID}) == ()


def test_a_known_set_of_users_differs_by_its_members_and_not_by_its_order() -> None:
    (found,) = diffs_of(pic(TARO), pic(JIRO_ID), users={TARO: TARO_ID})
    assert (found.old, found.new, found.note) == ([JIRO_ID], [TARO], "")


def test_a_set_with_an_unknown_login_says_that_it_cannot_be_compared() -> None:
    (found,) = diffs_of(pic(TARO, JIRO, "raw-id"), pic(TARO_ID), users={TARO: TARO_ID})
    assert found.note == f"user id not known yet: {JIRO}"


def test_an_unknown_login_counts_as_equal_when_the_tenant_shows_what_it_made_of_it() -> None:
    assert diffs_of(pic(TARO), pic(TARO_ID), applied=pic(TARO), observed=pic(TARO_ID)) == ()


def test_an_unknown_login_beside_a_moved_live_set_is_drift() -> None:
    (found,) = diffs_of(pic(TARO), pic(JIRO_ID), applied=pic(TARO), observed=pic(TARO_ID))
    assert (found.origin, found.note) == (Origin.DRIFT, f"user id not known yet: {TARO}")


def test_users_that_the_tenant_does_not_show_at_all_differ() -> None:
    (found,) = diffs_of(pic(TARO), {}, users={TARO: TARO_ID})
    assert found.old is None


def test_an_empty_set_of_users_equals_an_empty_one() -> None:
    assert diffs_of({"pic": {"vice": []}}, {"pic": {"vice": []}}) == ()


# --- what is left alone, what is sealed


def test_ignored_fields_and_all_below_them_are_left_alone() -> None:
    desired = {"botName": {"default": "a", "ja_JP": "b"}, "description": {"default": "c"}}
    found = diffs_of(desired, {}, ignore=("botName", "description.ja_JP"))
    assert [diff.path for diff in found] == ["description.default"]


def test_ignoring_a_field_does_not_ignore_one_whose_name_begins_alike() -> None:
    assert len(diffs_of({"photoUrlX": 1}, {}, ignore=("photoUrl",))) == 1


def test_a_callback_url_is_compared_in_clear_and_remembered_as_a_hash() -> None:
    want = {"callback": {"url": URL}}
    assert diffs_of(want, want, applied=want, observed=want) == ()
    (found,) = diffs_of({"callback": {"url": OTHER_URL}}, want, applied=want, observed=want)
    assert (found.old, found.new, found.origin) == (URL, OTHER_URL, Origin.INTENT)


def test_a_callback_url_whose_query_alone_was_changed_outside_is_drift() -> None:
    want = {"callback": {"url": URL}}
    (found,) = diffs_of(want, {"callback": {"url": OTHER_URL}}, applied=want, observed=want)
    assert found.origin is Origin.DRIFT
