"""A plan as text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from lwdeploy.core.live import Seen
from lwdeploy.core.tenant import Guards, Limits
from lwdeploy.core.types import Action, Change, FieldDiff, Origin
from lwdeploy.planning.model import Plan, Refusal
from lwdeploy.views.line import Style, plain
from lwdeploy.views.plan_text import plan_lines, summary
from tests.unit.planning.builders import (
    JIRO,
    JIRO_ID,
    TARO,
    bot,
    bot_spec,
    default_link,
    default_link_of,
    desired_of,
    entry,
    found,
    live_of,
    menu,
    plan_of,
    registration,
    rich_menu,
    rich_menu_of,
    rich_shown,
    rich_spec,
    root,
    row,
    state_of,
)
from tests.unit.planning.test_plan import large


def text_of(plan: Plan) -> str:
    return plain(plan_lines(plan))


def changed(before: Any, after: Any, *, live: Any = None) -> str:
    """Give the text of a plan in which the help desk changes."""
    shown = before if live is None else live
    return text_of(
        plan_of(
            desired_of(bot(spec=after)), live_of(found(bot(), "7", shown)), state_of({root(): entry("7", before)})
        )
    )


def test_nothing_to_do_is_said_in_one_sentence() -> None:
    live, state = live_of(found(bot(), "7")), state_of({root(): entry("7", bot().spec)})
    assert text_of(plan_of(desired_of(bot()), live, state)) == (
        "Plan for tenant production (project acme)\n"
        "\n"
        "No changes. The tenant is as the manifests say.\n"
        "\n"
        "Plan: 0 to add, 0 to change, 0 to delete; 1 unchanged, 0 unmanaged. "
        "Bots 1/300 after apply (peak 1). 0 calls, about 0 s.\n"
    )


def test_what_is_created_shows_every_field_and_that_its_id_is_still_to_come() -> None:
    lines = text_of(plan_of(desired_of(bot(), registration(), menu()))).splitlines()
    assert lines[2:11] == [
        "  + bot/helpdesk  create",
        "        botId: (known after apply)",
        '      + botName.default: "helpdesk"',
        '      + description.default: "About helpdesk"',
        "  + bot/helpdesk/domain/osaka  create",
        '      + permission: "all"',
        "      + visible: true",
        "  + bot/helpdesk/persistent-menu  create",
        '      + actions: {"label":{"default":"New"},"type":"message"}',
    ]


def test_a_change_shows_both_values() -> None:
    assert '      ~ botName.default: "a" -> "b"\n' in changed(
        bot_spec("a", description={"default": "x"}), bot_spec("b", description={"default": "x"})
    )


@pytest.mark.parametrize(
    ("before", "after", "live", "line"),
    [
        ("a", "a", "b", '      ! botName.default: "b" -> "a"   (changed outside lwdeploy)\n'),
        ("a", "c", "b", '     !~ botName.default: "b" -> "c"   (changed here and outside lwdeploy)\n'),
    ],
)
def test_what_others_changed_is_said_to_be_theirs(before: str, after: str, live: str, line: str) -> None:
    def named(text: str) -> dict[str, Any]:
        return bot_spec(text, description={"default": "x"})

    assert line in changed(named(before), named(after), live=named(live))


def test_a_field_that_was_not_there_was_nothing() -> None:
    assert "photoUrl.default: (nothing) -> " in changed(bot_spec(), bot_spec(photoUrl={"default": "https://a"}))


def test_a_list_shows_what_goes_what_comes_and_what_stays() -> None:
    text = changed(bot_spec(pic={"primary": [JIRO_ID, "c"]}), bot_spec(pic={"primary": ["b", "c"]}))
    i = text.index("pic.primary:")
    assert text[i:].splitlines()[:4] == [
        "pic.primary:",
        f'        - "{JIRO_ID}"',
        '        + "b"',
        '          "c"',
    ]


def test_users_that_cannot_be_compared_are_noted() -> None:
    text = changed(bot_spec(pic={"primary": [TARO]}), bot_spec(pic={"primary": [JIRO]}))
    assert f"        note: user id not known yet: {JIRO}\n" in text


def test_a_long_value_is_cut_and_its_length_told() -> None:
    text = changed(bot_spec(), bot_spec(description={"default": "x" * 500}))
    assert "... (502 characters)" in text
    assert max(len(line) for line in text.splitlines()) < 600


def test_no_control_character_of_a_tenant_reaches_the_terminal() -> None:
    evil = "\x1b[31mred\x07\r\u202e"
    live = live_of(found(bot(), "7", bot_spec(evil)), listed=[row("7"), row("8", evil)])
    plan = plan_of(
        desired_of(bot(), bot("new", bot_spec(evil))),
        live,
        state_of({root(): entry("7")}),
        limits=Limits(bots=1),
        warnings=(evil,),
    )
    assert all(each.isprintable() or each == "\n" for each in text_of(plan))


def test_recording_forgetting_and_deleting_have_signs_of_their_own() -> None:
    live = live_of(found(bot("a"), "1"), found(bot("b"), "2"), missing=[root("c")])
    state = state_of({root("b"): entry("2"), root("c"): entry("3")})
    text = text_of(plan_of(desired_of(bot("a")), live, state, prune=True))
    assert "  = bot/a  record, nothing to change  (bot 1)\n" in text
    assert "  - bot/b  delete  (bot 2)  no manifest declares it any more\n" in text
    assert "  x bot/c  stop managing, left as it is  (bot 3)  already gone from the tenant\n" in text
    assert "1 to delete, 1 to record, 1 to forget;" in text


def test_consequences_are_told_with_what_they_hit() -> None:
    shown = {**bot().spec, "policy": {"allowedDomains": "all"}}
    wanted = bot(spec={**bot().spec, "policy": {"allowedDomains": [10000001]}})
    live = live_of(found(wanted, "7", shown, registered=[10000001, 10000002]))
    text = text_of(plan_of(desired_of(wanted), live, state_of({root(): entry("7")})))
    assert (
        "Consequences:\n    bot/helpdesk: the service deletes the registrations in the domains that are no longer "
        "allowed: bot_domain 10000002\n"
    ) in text
    assert "    [unmanaged] objects that lwdeploy does not own would be destroyed: " in text


# --- rich menus


def rich_text(label: str = "New", image: str = "sha256:a", *, before: str = "New") -> str:
    """Give the text of a plan in which the help desk's one rich menu, its default, changes."""
    wanted = [bot(), rich_menu(label=label, image=image), default_link()]
    there = found(rich_menu(), "m1", rich_shown(before))
    replaced = before != label
    live = live_of(
        found(bot(), "7"),
        found(default_link(), "default", {"richmenuId": "m1"}),
        *(() if replaced else (there,)),
        below={root(): Seen(superseded=(there,) if replaced else ())},
    )
    entries = {
        root(): entry("7", bot().spec),
        rich_menu_of(): entry("m1", rich_spec(before), observed=rich_shown(before)),
        default_link_of(): entry("default", {"richmenuId": "m1"}),
    }
    return text_of(plan_of(desired_of(*wanted), live, state_of(entries)))


def test_a_replacement_is_one_change_and_shows_what_follows_from_it() -> None:
    lines = rich_text("Newer").splitlines()
    assert [line for line in lines if " bot/" in line and "users who" not in line] == [
        "-/+ bot/helpdesk/rich-menu/main  replace",
        "  ~ bot/helpdesk/default-rich-menu  update  to bot/helpdesk/rich-menu/main",
        "  - bot/helpdesk/rich-menu/replaced:m1  delete  replaced by bot/helpdesk/rich-menu/main",
    ]
    assert '      ~ richmenuId: "m1" -> "(known after apply)"' in lines
    assert lines[-1].startswith("Plan: 0 to add, 2 to change, 0 to delete; 1 unchanged, 0 unmanaged. ")
    assert any("how many is unknown: no call lists them" in line for line in lines)


def test_the_areas_of_a_replaced_menu_are_told_one_by_one() -> None:
    lines = rich_text("Newer").splitlines()
    start = lines.index("      ~ areas:")
    assert [line[:10] for line in lines[start + 1 : start + 3]] == ["        - ", "        + "]
    assert "Newer" in lines[start + 2]


def test_another_picture_is_told_by_its_file_and_not_as_a_digest_alone() -> None:
    assert '      ~ image.default: "sha256:a" -> sha256:b.png (sha256:b...)\n' in rich_text(image="sha256:b")


@pytest.mark.parametrize("scheme", ["sha256", "drawn:sha256"])
def test_of_long_digests_the_beginning_is_told(scheme: str) -> None:
    """Both before and after: what is the same for all of them is no part of the beginning."""
    spec = {**rich_spec(), "image": {"default": f"{scheme}:{'b' * 64}"}}
    before = {**rich_spec(), "image": {"default": f"{scheme}:{'a' * 64}"}}
    live = live_of(found(bot(), "7"), found(rich_menu(), "m1", rich_shown()))
    state = state_of({root(): entry("7", bot().spec), rich_menu_of(): entry("m1", before, observed=rich_shown())})
    wanted = replace(rich_menu(), spec=spec, pictures={spec["image"]["default"]: {"file": "b.png"}})
    text = text_of(plan_of(desired_of(bot(), wanted), live, state))
    assert f"      ~ image.default: {scheme}:aaaaaaaa... -> b.png ({scheme}:bbbbbbbb...)\n" in text


def test_an_order_that_changes_is_called_so() -> None:
    """Every area is there before and after, so none of them has a sign of its own."""
    domains = [{"domainId": 1}, {"domainId": 2}]
    diff = FieldDiff(path="areas", old=domains, new=domains[::-1], origin=Origin.INTENT)
    change = Change(address=rich_menu_of(), action=Action.UPDATE, diffs=(diff,))
    plan = replace(plan_of(desired_of(bot())), changes=(change,))
    lines = text_of(plan).splitlines()
    start = lines.index("      ~ areas:   (in another order)")
    assert lines[start + 1 : start + 3] == ['          {"domainId":2}', '          {"domainId":1}']


def test_the_pictures_of_a_new_menu_are_told_by_their_files() -> None:
    text = text_of(plan_of(desired_of(bot(), rich_menu())))
    assert "      + image.default: sha256:a.png (sha256:a...)\n" in text


def test_a_picture_that_is_drawn_is_told_as_such() -> None:
    menu = replace(rich_menu(), pictures={"sha256:a": {"draw": {"cells": []}}})
    assert "image.default: drawn of the labels (sha256:a...)\n" in text_of(plan_of(desired_of(bot(), menu)))


def test_a_language_that_loses_its_picture_shows_that_it_has_none() -> None:
    spec = {**rich_spec(), "image": {"default": "sha256:a", "ja_JP": ""}}
    before = {**rich_spec(), "image": {"default": "sha256:a", "ja_JP": "sha256:b"}}
    live = live_of(found(bot(), "7"), found(rich_menu(), "m1", rich_shown()))
    state = state_of({root(): entry("7", bot().spec), rich_menu_of(): entry("m1", before, observed=rich_shown())})
    text = text_of(plan_of(desired_of(bot(), replace(rich_menu(), spec=spec)), live, state))
    assert '      ~ image.ja_JP: "sha256:b" -> ""\n' in text


def test_a_menu_of_ours_that_nobody_declares_counts_as_a_delete() -> None:
    stray = found(rich_menu(), "m9", rich_shown("Old"))
    live = live_of(found(bot(), "7"), below={root(): Seen(superseded=(replace(stray, address=None),))})
    text = text_of(plan_of(desired_of(bot()), live, state_of({root(): entry("7", bot().spec)})))
    assert "  - bot/helpdesk/rich-menu/stray:m9  delete  carries this project's mark" in text
    assert "0 to change, 1 to delete; 1 unchanged" in text


def test_refusals_come_last_with_the_way_out() -> None:
    live = live_of(found(bot("a"), "1"), found(bot("b"), "2"))
    state = state_of({root("a"): entry("1"), root("b"): entry("2")})
    plan = plan_of(desired_of(bot("c")), live, state, prune=True, guards=Guards(max_deletes=1))
    assert (
        "Refused:\n"
        "    [delete] 2 deletes, and the guard maxDeletes takes 1: bot/a, bot/b\n"
        "        If every one of them is meant: --allow delete=2\n"
    ) in text_of(plan)


def test_a_refusal_without_advice_ends_with_its_message() -> None:
    plan = replace(plan_of(desired_of()), refusals=(Refusal(guard="quota", message="too many"),))
    assert "    [quota] too many\n\nPlan: " in text_of(plan)


def test_a_refusal_of_many_lines_keeps_its_lines() -> None:
    live = live_of(listed=[row("8", "Old"), row("9", "Older")])
    text = text_of(plan_of(desired_of(bot()), live, state_of(), limits=Limits(bots=2)))
    assert "        Unmanaged bots (2):\n          8  Old\n          9  Older\n" in text


def test_retained_bots_and_warnings_are_told() -> None:
    live, state = live_of(found(bot(), "7")), state_of({root(): entry("7", bot().spec)})
    text = text_of(plan_of(desired_of(), live, state, warnings=("beware",)))
    assert "Warning: beware\n" in text
    assert "Retained, without a manifest: bot/helpdesk (--prune deletes)\n" in text
    assert ", 1 retained. " in text


def test_notes_of_unchanged_bots_are_told() -> None:
    live = live_of(found(bot(), "7"))
    state = state_of({root(): entry("7", bot_spec("helpdesk", policy={"joinChatRoom": True}))})
    assert "    bot/helpdesk: policy.joinChatRoom is no longer managed and keeps its value\n" in text_of(
        plan_of(desired_of(bot()), live, state)
    )


def test_notes_of_changed_bots_stand_below_them() -> None:
    text = changed(bot_spec("a", policy={"joinChatRoom": True}), bot_spec("b"))
    assert "        note: policy.joinChatRoom is no longer managed and keeps its value\n" in text


def test_a_long_run_is_told_in_minutes() -> None:
    bots = [bot(f"b{number:03}") for number in range(101)]
    paced = plan_of(desired_of(*bots), limits=Limits(calls_per_minute=60, share=0.8))
    assert summary(paced).endswith(" calls, about 2 min.")


def test_every_action_of_a_plan_has_a_sign_a_word_and_a_style() -> None:
    lines = list(plan_lines(large()))
    signs = {each[1] for each in (re.match(r" *([-+~x=/]+) bot/", line.text) for line in lines) if each}
    assert signs == {"+", "~", "-", "x"}
    assert {line.style for line in lines} >= {Style.ADD, Style.DELETE, Style.CHANGE, Style.BOLD}
    assert lines[-1].text == summary(large())
    assert large().count(Action.NOOP) == 0
