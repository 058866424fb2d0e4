"""The whole tenant is read, whoever made what is in it, and nothing is asked that is known already."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from lwdeploy.core.errors import Unavailable
from lwdeploy.live.census import Counted, census
from tests.unit.planning.builders import KINDS, bot_spec, menu, registration
from tests.unit.reconcile.world import Rig, down


@pytest.fixture
def rig() -> Rig:
    """Give a tenant with two bots, the first of them with a registration and a persistent menu."""
    made = Rig()
    for name in ("Help Desk", "Payroll"):
        made.world.add_bot(bot_spec(name))
    made.world.put("1", registration())
    made.world.put("1", menu())
    return made


def counted(rig: Rig, told: list[tuple[int, int]] | None = None) -> tuple[Counted, ...]:
    with ThreadPoolExecutor(max_workers=1) as pool:
        return census(
            adapters=rig.adapters,
            kinds=KINDS,
            pool=pool,
            progress=lambda done, total: None if told is None else told.append((done, total)),
        )


def test_every_bot_comes_with_all_that_is_below_it_in_the_order_of_the_list(rig: Rig) -> None:
    told: list[tuple[int, int]] = []
    first, second = counted(rig, told)
    assert first.bot.spec["botName"] == {"default": "Help Desk"}
    assert [each.kind for each in first.below] == ["bot_domain", "persistent_menu"]
    assert [each.remote_id for each in first.of("bot_domain")] == ["10000002"]
    assert second.below == ()
    assert told == [(1, 2), (2, 2)]


def test_a_bot_that_is_deleted_meanwhile_is_left_out(rig: Rig) -> None:
    rig.world.hidden.add("1")
    assert [each.bot.remote_id for each in counted(rig)] == ["2"]


def test_nothing_links_to_what_is_not_there(rig: Rig) -> None:
    counted(rig)
    assert not [event for event in rig.world.log if "default_rich_menu" in event or "user_rich_menu" in event]


def test_half_a_tenant_is_no_tenant(rig: Rig) -> None:
    rig.world.fail("read bot 2", down())
    with pytest.raises(Unavailable):
        counted(rig)
