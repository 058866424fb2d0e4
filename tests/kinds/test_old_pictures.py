"""Pictures that were uploaded days ago: whatever became of their files, a menu is changed and looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from lwdeploy.simulator import SWITCHES, LocalTenant, Settings, start
from tests.kinds.deployment import Deployment
from tests.kinds.menus import bot_with, menu, settled, shown

DAY = 24 * 3600 + 60
BEFORE = {"default": "full-a.png", "ja_JP": "full-b.png", "ko_KR": "full-c.png"}
AFTER = {**BEFORE, "ja_JP": "full-d.png"}


@pytest.fixture(scope="module")
def patient_tenant(private_key: str) -> Iterator[LocalTenant]:
    """A tenant whose tokens outlive its files."""
    with start(data=None, settings=Settings(private_key=private_key, token_seconds=10**9)) as tenant:
        yield tenant


@pytest.fixture
def later(patient_tenant: LocalTenant) -> Iterator[Deployment]:
    """A bot whose menu was deployed more than a day ago; the life of its files is for the test to choose."""
    with Deployment(patient_tenant) as made:
        made.begin()
        made.deploy(of(BEFORE))
        patient_tenant.advance(DAY)
        yield made
    for switch in SWITCHES:
        patient_tenant.choose(switch.name, switch.default)


def of(image: dict[str, str]) -> dict[str, dict[str, object]]:
    return {"helpdesk": bot_with(menu(image=image), default="main")}


@pytest.mark.parametrize("life", ["lasting", "24h"])
def test_one_language_changes_although_the_others_are_old(later: Deployment, life: str) -> None:
    """Where the files of the others are gone, they are uploaded once more: one apply is enough."""
    later.tenant.choose("bound-file-life", life)
    later.deploy(of(AFTER))
    uploads = later.counts()["uploadAttachment"]
    assert shown(later)["menus"] == {"main": AFTER}
    settled(later, of(AFTER))
    assert uploads <= (1 if life == "lasting" else 1 + len(AFTER))


def test_a_second_picture_is_refused_and_the_first_can_not_be_fetched(later: Deployment) -> None:
    """It cannot be told what the menu shows: the next plan replaces it."""
    later.tenant.choose("bound-file-life", "24h")
    later.tenant.choose("second-image", "refused")
    report = later.apply(later.plan(of(AFTER)))
    assert not report.complete
    later.deploy(of(AFTER))
    assert shown(later)["menus"] == {"main": AFTER}
    settled(later, of(AFTER))


@pytest.mark.parametrize(("life", "ids"), list(product(["lasting", "24h"], ["kept", "replaced"])))
def test_looking_at_pictures_that_can_not_be_fetched_is_no_obstacle(
    later: Deployment, life: str, ids: str
) -> None:
    """What cannot be looked at counts as not looked at."""
    later.tenant.choose("image-file-id", ids)
    later.tenant.choose("bound-file-life", life)
    later.verify(images=True)
    settled(later, of(BEFORE))
