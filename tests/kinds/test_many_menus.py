"""A bot takes 1,000 rich menus (reference 4), those of others among them: a plan never asks for one more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwdeploy.api.call import call
from lwdeploy.planning.model import Plan
from lwdeploy.simulator import LocalTenant, Settings, start
from tests.kinds.deployment import Bots, Deployment
from tests.kinds.menus import NEW, PORTAL, bot_id, bot_with, menu, settled

MOST = 1000
FULL = {"helpdesk": bot_with(menu(), default="main")}


@pytest.fixture(scope="module")
def crowded(private_key: str) -> Iterator[Deployment]:
    """A bot with one menu of ours and 999 of others."""
    with start(data=None, settings=Settings(private_key=private_key)) as tenant, Deployment(tenant) as made:
        made.deploy(FULL)
        crowd(tenant, bot_id(made), MOST - 1)
        yield made


def crowd(tenant: LocalTenant, bot: int, count: int) -> None:
    for number in range(count):
        tenant.make_richmenu(bot, name=f"theirs {number}")


def told(plan: Plan) -> list[tuple[str, str]]:
    """Give the guards that refuse a plan, and the counts that they tell."""
    return [(each.guard, each.message) for each in plan.refusals]


@pytest.mark.parametrize(
    "bots",
    [
        pytest.param({"helpdesk": bot_with(menu(), menu("night", NEW), default="main")}, id="one more"),
        pytest.param(
            {"helpdesk": bot_with(menu("main", {**NEW, "label": "Newer"}, PORTAL), default="main")}, id="replaced"
        ),
        pytest.param({"helpdesk": bot_with(menu("night", NEW), default="night")}, id="one for another"),
    ],
)
def test_the_menu_that_would_be_one_too_many_is_refused_with_the_counts(crowded: Deployment, bots: Bots) -> None:
    """Also where it is there for a moment only: what is replaced goes last."""
    ((guard, message),) = told(crowded.plan(bots))
    assert guard == "quota"
    assert "takes 1000 objects of kind rich-menu; it has 1000 and would have 1001" in message


def test_a_full_bot_is_in_order_and_may_change_its_pictures(crowded: Deployment) -> None:
    """Nothing is made for it; the list is read to its last page."""
    crowded.deploy(FULL)
    crowded.tenant.clear_log()
    pictured = {"helpdesk": bot_with(menu(image="full-b.png"), default="main")}
    crowded.deploy(pictured)
    settled(crowded, pictured)
    assert len(crowded.tenant.log("listRichmenus")) >= MOST // 100


def test_the_last_menu_that_fits_is_made(crowded: Deployment) -> None:
    """The limit is 1,000, not 999: with one of the others gone, one of ours fits."""
    own = bot_id(crowded)
    menus = crowded.tenant.snapshot()["bots"][0]["richmenus"]
    other = next(each["richmenuId"] for each in menus if each["richmenuName"].startswith("theirs"))
    crowded.client.send(call("deleteRichmenu", botId=own, richmenuId=other))
    bots = {"helpdesk": bot_with(menu(), menu("night", NEW), default="main")}
    crowded.deploy(bots)
    settled(crowded, bots)
    assert len(crowded.tenant.snapshot()["bots"][0]["richmenus"]) == MOST
    crowded.deploy(FULL)
    crowd(crowded.tenant, own, 1)
