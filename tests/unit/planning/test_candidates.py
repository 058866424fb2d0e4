"""After a lost state: which live objects could be the declared ones."""

from __future__ import annotations

from lwdeploy.core.types import Resource, Spec
from lwdeploy.planning.candidates import Candidate, Rebuilt, judge, rebuilt_entries, same_name
from tests.unit.planning.builders import (
    KINDS,
    bot,
    bot_spec,
    desired_of,
    domain_of,
    found,
    live_of,
    menu,
    plan_of,
    registration,
    root,
    row,
    state_of,
)

URL = "https://bots.example.com/?token=canary"


def candidate(
    resource: Resource, remote_id: str = "7", *, shown: Spec | None = None, proof: str = "", child: bool = False
) -> Candidate:
    live = {resource.address: found(resource, remote_id, shown)}
    if child:
        live[domain_of(resource.address.name)] = found(registration(resource.address.name), "10000002")
    desired = desired_of(resource, registration(resource.address.name), menu(resource.address.name), bot("other"))
    return judge(resource, remote_id=remote_id, proof=proof, live=live, desired=desired)


def test_the_same_name_makes_a_candidate() -> None:
    assert same_name(bot(), row("7", "helpdesk"), kind=KINDS["bot"])
    assert not same_name(bot(), row("7", "Helpdesk"), kind=KINDS["bot"])


def test_a_resource_without_a_name_is_like_nothing() -> None:
    assert not same_name(bot(spec={}), row("7", ""), kind=KINDS["bot"])


def test_a_candidate_counts_the_fields_that_agree_and_the_children_that_exist() -> None:
    found_ = candidate(bot(), shown=bot_spec("helpdesk", description={"default": "x"}), child=True)
    assert (found_.equal, found_.declared, found_.children) == (1, 2, 1)
    assert str(found_) == (
        "bot/helpdesk = bot 7: same name, 1 of 2 fields equal, 1 of its registrations and menus exist"
    )


def test_a_proven_candidate_says_by_what() -> None:
    assert "proven by botId" in str(candidate(bot(), proof="botId"))


def test_a_candidate_that_is_gone_by_now_agrees_in_nothing() -> None:
    gone = judge(bot(), remote_id="7", proof="", live={}, desired=desired_of(bot()))
    assert (gone.equal, gone.declared, gone.children) == (0, 2, 0)


def test_only_candidates_without_proof_need_a_confirmation() -> None:
    alike, proven = candidate(bot("a")), candidate(bot("b"), "8", proof="mark")
    assert Rebuilt(candidates=(alike, proven), listed=()).unproven == (alike,)


def test_several_candidates_of_one_address_are_ambiguous() -> None:
    two = Rebuilt(candidates=(candidate(bot(), "7"), candidate(bot(), "8"), candidate(bot("b"), "9")), listed=())
    assert two.ambiguous == (str(two.candidates[0]), str(two.candidates[1]))


def test_several_addresses_of_one_bot_are_ambiguous() -> None:
    two = Rebuilt(candidates=(candidate(bot("a")), candidate(bot("b"))), listed=())
    assert len(two.ambiguous) == 2


def test_one_candidate_each_is_clear() -> None:
    assert Rebuilt(candidates=(candidate(bot("a"), "7"), candidate(bot("b"), "8")), listed=()).ambiguous == ()


def test_only_fields_that_are_equal_count_as_applied() -> None:
    resource = bot(spec=bot_spec("helpdesk", policy={"joinChatRoom": True, "allowedDomains": "all"}))
    shown = bot_spec("Moved", description={"default": "About helpdesk"}, policy={"joinChatRoom": True})
    rebuilt = Rebuilt(candidates=(candidate(resource, shown=shown),), listed=())
    entries = rebuilt_entries(rebuilt, desired=desired_of(resource), kinds=KINDS)
    assert entries[root()].applied == {
        "description": {"default": "About helpdesk"},
        "policy": {"joinChatRoom": True},
    }
    assert entries[root()].observed == entries[root()].applied


def test_existing_children_are_recorded_and_missing_ones_are_not() -> None:
    rebuilt = Rebuilt(candidates=(candidate(bot(), child=True),), listed=())
    entries = rebuilt_entries(rebuilt, desired=desired_of(bot(), registration(), menu(), bot("b")), kinds=KINDS)
    assert {address: each.remote_id for address, each in entries.items()} == {
        root(): "7",
        domain_of(): "10000002",
    }


def test_protection_and_sealed_urls_are_recorded_as_by_an_apply() -> None:
    resource = bot(spec=bot_spec(callback={"url": URL}), protect=True)
    rebuilt = Rebuilt(candidates=(candidate(resource),), listed=())
    entry = rebuilt_entries(rebuilt, desired=desired_of(resource), kinds=KINDS)[root()]
    assert entry.protect
    assert "canary" not in str(entry)


def test_the_plan_after_a_rebuild_shows_nothing_but_what_was_open() -> None:
    resource = bot()
    shown = bot_spec("helpdesk", description={"default": "x"})
    rebuilt = Rebuilt(candidates=(candidate(resource, shown=shown),), listed=())
    entries = rebuilt_entries(rebuilt, desired=desired_of(resource), kinds=KINDS)
    plan = plan_of(desired_of(resource), live_of(found(resource, "7", shown)), state_of(entries))
    assert [diff.path for diff in plan.changes[0].diffs] == ["description.default"]
