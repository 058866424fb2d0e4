"""What can be told of a tenant from what it shows, and what in it somebody should look at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lwdeploy.planning.attention import attention, concerns
from lwdeploy.planning.tenant_report import BotShown, CallbackShown, Ownership, RegistrationShown, ShownStatus
from tests.unit.planning.tenants import GONE, TARO, TOKYO, report, shown

HIDDEN = replace(TOKYO, visible=False)
NOBODY = replace(TOKYO, members=0)


def words(*bots: BotShown, limit: int = 300) -> list[str]:
    return [each.word for each in attention(report(*bots, limit=limit))]


def test_the_status_follows_from_the_registrations() -> None:
    bots = shown("1"), shown("2", registrations=())
    assert [each.status for each in bots] == [ShownStatus.PUBLIC, ShownStatus.PREPARING]
    assert [report(*bots).count(each) for each in ShownStatus] == [1, 1]


@pytest.mark.parametrize(
    ("registrations", "why"),
    [
        ((TOKYO,), ""),
        ((HIDDEN, TOKYO), ""),
        ((), "registered in no domain"),
        ((HIDDEN,), "visible in no domain"),
        ((HIDDEN, NOBODY), "for selected members, and there are none"),
    ],
)
def test_nobody_sees_a_bot_that_no_domain_shows_to_anybody(
    registrations: tuple[RegistrationShown, ...], why: str
) -> None:
    assert shown(registrations=registrations).unseen == why


def test_with_a_sound_tenant_there_is_nothing_to_look_at() -> None:
    assert words(shown()) == []


def test_each_finding_names_its_bots() -> None:
    marked = Ownership(interrupted=True, projects=("0badcafe",))
    bots = (
        shown("1", "One", primary=(GONE,)),
        shown("2", "lwdeploy 0badcafe abc 1", registrations=(), owner=marked),
        shown("3", "Three", vice=()),
        shown("4", "Four", registrations=()),
        shown("5", "One"),
    )
    found = attention(report(*bots))
    assert {each.word: [bot.bot_id for bot in each.bots] for each in found} == {
        "pic_left": ["1"],
        "interrupted": ["2"],
        "unseen": ["4"],
        "no_vice_pic": ["3"],
        "same_name": ["1", "5"],
    }
    assert [each.word for each in concerns(found)["1"]] == ["pic_left", "same_name"]


@pytest.mark.parametrize(("limit", "told"), [(1, ["quota"]), (2, [])])
def test_a_tenant_that_is_nearly_full_is_told(limit: int, told: list[str]) -> None:
    assert words(shown(), limit=limit) == told


def test_callbacks_that_are_on_are_grouped_by_host_most_bots_first() -> None:
    def at(bot_id: str, host: str, *, enabled: bool = True) -> BotShown:
        return shown(bot_id, callback=CallbackShown(enabled=enabled, host=host))

    found = report(at("1", "b"), at("2", "a"), at("3", "b"), at("4", "c", enabled=False), at("5", "")).hosts
    assert {host: [bot.bot_id for bot in bots] for host, bots in found.items()} == {"b": ["1", "3"], "a": ["2"]}
    assert list(found) == ["b", "a"]


def test_managed_bots_are_counted_and_a_bot_without_a_name_is_called_by_its_id() -> None:
    ours = shown("1", "", owner=Ownership(address="bot/helpdesk", proof="state"))
    assert report(ours, shown("2")).managed == 1
    assert ours.title == "1"


def test_a_person_is_shown_by_login_where_it_is_known() -> None:
    assert [each.shown for each in (TARO, GONE)] == ["taro@example.com", "u-2"]
