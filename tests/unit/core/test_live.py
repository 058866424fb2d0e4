"""What the tenant shows, put together from several reads."""

from __future__ import annotations

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import SourceRef
from lwdeploy.core.live import Live, LiveResource, Seen, seen_by_id
from lwdeploy.core.types import Resource

BOT = Address.top("bot", "helpdesk")
OSAKA, KYOTO = (BOT.child("bot_domain", "domain", name) for name in ("osaka", "kyoto"))


def live(remote_id: str, address: Address | None = None, **facts: object) -> LiveResource:
    return LiveResource(
        kind="bot_domain", remote_id=remote_id, spec={"visible": True}, address=address, facts=facts
    )


def wanted(address: Address, derived_id: str | None) -> dict[Address, Resource]:
    return {address: Resource(address=address, spec={}, source=SourceRef(file="a"), derived_id=derived_id)}


def test_what_two_reads_saw_is_seen() -> None:
    one = Seen(
        resources={BOT: live("7", BOT)},
        superseded=(live("1"),),
        unmanaged=(live("2"),),
        facts={"bot": {"a": 1}},
        unread=frozenset({"a"}),
    )
    other = Seen(
        resources={OSAKA: live("8", OSAKA)},
        superseded=(live("3"),),
        unmanaged=(live("4"),),
        facts={"bot_domain": {"b": 2}},
        unread=frozenset({"b"}),
    )
    both = one | other
    assert set(both.resources) == {BOT, OSAKA}
    assert [each.remote_id for each in (*both.superseded, *both.unmanaged)] == ["1", "3", "2", "4"]
    assert both.facts == {"bot": {"a": 1}, "bot_domain": {"b": 2}}
    assert both.unread == {"a", "b"}


def test_of_one_object_that_was_read_twice_the_later_read_counts() -> None:
    early, late = Seen(resources={BOT: live("7", BOT)}), Seen(resources={BOT: live("7", BOT, name="x")})
    assert (early | late).resources[BOT].facts == {"name": "x"}


def test_nothing_seen_changes_nothing() -> None:
    seen = Seen(resources={BOT: live("7", BOT)}, unread=frozenset({"a"}))
    assert seen | Seen() == Seen() | seen == seen


def test_objects_get_the_address_that_their_id_is_known_under() -> None:
    seen = seen_by_id([live("10"), live("20")], wanted={**wanted(OSAKA, "10"), **wanted(KYOTO, "30")})
    assert {address: (each.remote_id, each.address) for address, each in seen.resources.items()} == {
        OSAKA: ("10", OSAKA)
    }
    assert [(each.remote_id, each.address) for each in seen.unmanaged] == [("20", None)]
    assert seen.superseded == ()


def test_an_object_whose_id_nobody_knows_is_not_mistaken_for_one_without_id() -> None:
    seen = seen_by_id([live("10")], wanted=wanted(OSAKA, None))
    assert seen.resources == {}
    assert len(seen.unmanaged) == 1


def test_what_was_read_of_an_empty_tenant_is_nothing() -> None:
    seen = Live(listed=(), resources={})
    assert (seen.proofs, seen.strays, seen.missing, seen.below) == ({}, (), frozenset(), {})
