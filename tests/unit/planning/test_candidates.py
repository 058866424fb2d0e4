"""After a lost state: which live objects could be the declared ones, and what speaks for each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwdeploy.core.live import LiveResource
from lwdeploy.core.types import Mark, Resource, Spec
from lwdeploy.planning.candidates import (
    SAME_DEFINITION,
    Candidate,
    Rebuilt,
    desired_logins,
    judge,
    same_definition,
    same_name,
)
from lwdeploy.planning.weighing import MADE_WITH
from tests.unit.planning.builders import (
    JIRO,
    JIRO_ID,
    KINDS,
    TARO,
    TARO_ID,
    bot,
    bot_spec,
    desired_of,
    domain_of,
    found,
    live_of,
    menu,
    plan_of,
    registration,
    rich_menu,
    rich_menu_of,
    root,
    row,
    state_of,
)

COUNTED = "as many people, and whether they are the same is not known: no user ids of "
URL = "https://bots.example.com/?token=canary"
MARK = str(Mark(project="7f3a91c2", key="k", nonce="n"))


def candidate(
    resource: Resource, remote_id: str = "7", *, shown: Spec | None = None, proof: str = "", child: bool = False
) -> Candidate:
    live = {resource.address: found(resource, remote_id, shown)}
    if child:
        live[domain_of(resource.address.name)] = found(registration(resource.address.name), "10000002")
    desired = desired_of(resource, registration(resource.address.name), menu(resource.address.name), bot("other"))
    return judge(
        resource, remote_id=remote_id, proof=proof, live=live, desired=desired, kinds=KINDS, users={TARO: TARO_ID}
    )


def rebuilt(*candidates: Candidate) -> Rebuilt:
    return Rebuilt(candidates=candidates, listed=(), users={})


def details(resource: Resource, shown: Spec) -> list[str]:
    desired = desired_of(resource)
    live = {resource.address: found(resource, "7", shown)}
    made = judge(resource, remote_id="7", proof="", live=live, desired=desired, kinds=KINDS, users={TARO: TARO_ID})
    return [line.removeprefix("bot/helpdesk: ") for line in made.details()]


def test_the_same_name_makes_a_candidate() -> None:
    assert same_name(bot(), row("7", "helpdesk"), kind=KINDS["bot"])
    assert not same_name(bot(), row("7", "Helpdesk"), kind=KINDS["bot"])


def test_a_resource_without_a_name_is_like_nothing() -> None:
    assert not same_name(bot(spec={}), row("7", ""), kind=KINDS["bot"])


def test_what_is_the_same_but_for_its_name_may_have_been_renamed() -> None:
    def same(spec: Spec, shown: Spec) -> bool:
        resource = bot(spec=spec)
        return same_definition(resource, found(resource, "7", shown), kind=KINDS["bot"], users={})

    about = {"default": "About helpdesk"}
    assert same(bot_spec("helpdesk"), bot_spec("Renamed", description=about))
    assert not same(bot_spec("helpdesk"), bot_spec("Renamed"))
    assert not same({"botName": {"default": "helpdesk"}}, bot_spec("Renamed"))


def test_a_candidate_counts_the_fields_that_agree_and_the_children_that_exist() -> None:
    found_ = candidate(bot(), shown=bot_spec("helpdesk", description={"default": "x"}), child=True)
    assert str(found_) == (
        "bot/helpdesk = bot 7: same name, 1 of 2 fields equal, 1 of its 2 registrations and menus exist"
    )
    assert list(found_.details()) == [
        "bot/helpdesk: description.default is not known to be equal, the next plan shows it",
        "bot/helpdesk/domain/osaka: by its place, there can be only one",
        "bot/helpdesk/persistent-menu: is not there, the next plan makes it",
    ]


def test_a_proven_candidate_says_by_what_and_a_renamed_one_what_is_alike() -> None:
    assert "proven by botId" in str(candidate(bot(), proof="botId"))
    assert "the same but for its name" in str(replace(candidate(bot()), likeness=SAME_DEFINITION))


def test_a_candidate_that_is_gone_by_now_agrees_in_nothing_and_is_not_recorded() -> None:
    gone = judge(bot(), remote_id="7", proof="", live={}, desired=desired_of(bot()), kinds=KINDS, users={})
    assert (gone.weighed.declared, gone.parts, rebuilt(gone).entries) == (0, (), {})


def test_only_candidates_without_proof_need_a_confirmation() -> None:
    alike, proven = candidate(bot("a")), candidate(bot("b"), "8", proof="mark")
    assert rebuilt(alike, proven).unproven == (alike,)


def test_several_candidates_of_one_address_are_ambiguous() -> None:
    two = rebuilt(candidate(bot(), "7"), candidate(bot(), "8"), candidate(bot("b"), "9"))
    assert two.ambiguous == two.candidates[:2]


def test_several_addresses_of_one_bot_are_ambiguous() -> None:
    assert len(rebuilt(candidate(bot("a")), candidate(bot("b"))).ambiguous) == 2


def test_one_candidate_each_is_clear() -> None:
    assert rebuilt(candidate(bot("a"), "7"), candidate(bot("b"), "8")).ambiguous == ()


def test_only_fields_that_are_equal_count_as_applied() -> None:
    resource = bot(spec=bot_spec("helpdesk", policy={"joinChatRoom": True, "allowedDomains": "all"}))
    shown = bot_spec("Moved", description={"default": "About helpdesk"}, policy={"joinChatRoom": True})
    entry = rebuilt(candidate(resource, shown=shown)).entries[root()]
    assert entry.applied == {"description": {"default": "About helpdesk"}, "policy": {"joinChatRoom": True}}
    assert entry.observed == entry.applied


def test_existing_children_are_recorded_and_missing_ones_are_not() -> None:
    entries = rebuilt(candidate(bot(), child=True)).entries
    assert {address: each.remote_id for address, each in entries.items()} == {
        root(): "7",
        domain_of(): "10000002",
    }


@pytest.mark.parametrize(
    ("want", "have", "told"),
    [
        ([TARO], [TARO_ID], []),
        ([TARO], [JIRO_ID], ["pic.primary is not known to be equal, the next plan shows it"]),
        (
            [JIRO, TARO],
            sorted([JIRO_ID, TARO_ID]),
            [f"pic.primary is taken for equal: {COUNTED}{JIRO}"],
        ),
        ([JIRO], [JIRO_ID, TARO_ID], ["pic.primary is not known to be equal, the next plan shows it"]),
        ([JIRO, TARO], ["u-3", "u-4"], ["pic.primary is not known to be equal, the next plan shows it"]),
        ([JIRO], [], ["pic.primary is not known to be equal, the next plan shows it"]),
    ],
    ids=["known", "another", "counted", "fewer", "one-is-known-and-missing", "none"],
)
def test_people_are_compared_as_far_as_they_are_known(want: list[str], have: list[str], told: list[str]) -> None:
    resource = bot(spec=bot_spec(pic={"primary": want}))
    assert details(resource, bot_spec(pic={"primary": have})) == told


def test_people_who_are_not_shown_are_not_taken_for_equal() -> None:
    resource = bot(spec=bot_spec(pic={"primary": [JIRO]}))
    assert len(details(resource, bot_spec())) == 1


def test_a_picture_under_another_address_counts_as_the_one_that_was_written() -> None:
    """The service is known to move them; one that is not there at all is another matter."""
    resource = bot(spec=bot_spec(photoUrl={"default": "https://static.example.com/a.png"}))
    (told,) = details(resource, bot_spec(photoUrl={"default": "https://elsewhere.example.com/1"}))
    assert told.startswith("photoUrl.default is taken for equal: ")
    (told,) = details(resource, bot_spec(photoUrl={"default": ""}))
    assert "not known to be equal" in told


@pytest.mark.parametrize("fields", [("image",), ()])
def test_a_mark_proves_a_menu_and_the_pictures_that_it_was_made_with(fields: tuple[str, ...]) -> None:
    resource = rich_menu()
    shown = {name: value for name, value in resource.spec.items() if name != "image"}
    facts = {"name": MARK, MADE_WITH: fields}
    live = LiveResource(kind="rich_menu", remote_id="40001", spec=shown, facts=facts)
    made = judge(
        bot(),
        remote_id="7",
        proof="",
        live={root(): found(bot(), "7"), resource.address: live},
        desired=desired_of(bot(), resource),
        kinds=KINDS,
        users={},
    )
    assert next(made.details()) == "bot/helpdesk/rich-menu/main: by its mark"
    entry = rebuilt(made).entries[rich_menu_of()]
    assert ("image" in entry.applied) == bool(fields)
    assert "image" not in entry.observed


def test_a_link_is_equal_when_it_leads_to_the_object_that_was_found() -> None:
    main = rich_menu()
    link = Resource(
        address=root().child("default_rich_menu", "default-rich-menu"),
        spec={"richmenuId": "(known after apply)"},
        source=main.source,
        derived_id="default",
        refers={"richmenuId": main.address},
    )
    live = {
        root(): found(bot(), "7"),
        main.address: found(main, "40001"),
        link.address: LiveResource(
            kind="default_rich_menu", remote_id="default", spec={"richmenuId": "40001"}, address=link.address
        ),
    }
    desired = desired_of(bot(), main, link)
    made = judge(bot(), remote_id="7", proof="", live=live, desired=desired, kinds=KINDS, users={})
    assert rebuilt(made).entries[link.address].applied == {"richmenuId": "40001"}


def test_the_logins_that_manifests_name_are_each_asked_for_once() -> None:
    spec = bot_spec(pic={"primary": [TARO, JIRO_ID], "vice": [JIRO]})
    members = registration(spec={"permission": "selected", "members": [TARO]})
    assert desired_logins(desired_of(bot(spec=spec), members, bot("other")), kinds=KINDS) == (JIRO, TARO)


def test_protection_and_sealed_urls_are_recorded_as_by_an_apply() -> None:
    entry = rebuilt(candidate(bot(spec=bot_spec(callback={"url": URL}), protect=True))).entries[root()]
    assert entry.protect
    assert "canary" not in str(entry)


def test_the_plan_after_a_rebuild_shows_nothing_but_what_was_open() -> None:
    resource = bot()
    shown = bot_spec("helpdesk", description={"default": "x"})
    entries = rebuilt(candidate(resource, shown=shown)).entries
    plan = plan_of(desired_of(resource), live_of(found(resource, "7", shown)), state_of(entries))
    assert [diff.path for diff in plan.changes[0].diffs] == ["description.default"]
