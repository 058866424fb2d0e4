"""Everything that is only guessed about the service: whatever it really does, everything settles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

from lwdeploy.core.types import ApplyReport, Status
from lwdeploy.simulator import SWITCHES
from tests.kinds.deployment import HANAKO, TARO, Bots, Deployment, least
from tests.kinds.menus import NEW, PORTAL, bot_with, menu, settled, shown
from tests.kinds.samples.every import SAMPLES

ELSEWHERE = frozenset(
    {
        *("callback-message-filter", "callback-without-url", "message-without-registration"),  # messages
        *("put-omission", "raw-upload"),  # requests that lwdeploy does not send
        *("long-assertion", "scope-refusal", "tokens"),  # the token
        *("free-plan-bots", "member-limit"),  # more than the samples have
        "group-join-with-selected",  # found offline
        "missing-user",  # only a strict directory has one: test_verification.py
    }
)
"""What is not met here, and why."""


def readings() -> Iterator[Any]:
    """Give every reading that is not the default of a switch that a kind can meet."""
    for switch in SWITCHES:
        if switch.name not in ELSEWHERE:
            yield from (
                pytest.param(switch.name, each, id=f"{switch.name}={each}") for each in switch.readings[1:]
            )


@pytest.mark.parametrize(("switch", "reading"), list(readings()))
def test_whatever_the_service_really_does_everything_settles(
    deployment: Deployment, switch: str, reading: str
) -> None:
    deployment.tenant.choose(switch, reading)
    everything = {
        "full": SAMPLES["bot"].created["full"][0],
        "members": {
            **SAMPLES["bot_domain"].created["selected"][0],
            "menus": SAMPLES["persistent_menu"].created["four"][0]["menus"],
        },
        "plain": least(domains=[{"name": "osaka", "permission": "all"}]),
    }
    deployment.deploy(everything)
    settled(deployment, everything)
    less = {"members": least(domains=[], menus={"persistent": {"actions": []}})}
    deployment.deploy(less)
    settled(deployment, less)


# --- the life of a rich menu

SPOKEN = {**NEW, "label": {"default": "New", "ja_JP": "新規"}, "text": {"default": "new", "ja_JP": "新"}}
NEWER = {**SPOKEN, "label": {"default": "Newer", "ja_JP": "新規"}}
ABC = {"default": "full-a.png", "ja_JP": "full-b.png", "ko_KR": "full-c.png"}
DBC = {**ABC, "default": "full-d.png"}
DEC = {**DBC, "ja_JP": "full-e.png"}
DE = {"default": "full-d.png", "ja_JP": "full-e.png"}
TARO_AT_NIGHT: Mapping[str, list[str]] = {"night": [TARO]}
BOTH_AT_NIGHT: Mapping[str, list[str]] = {"night": [TARO, HANAKO]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A bot with the menus main and night, and the pictures of main that people then see."""

    action: Mapping[str, Any] = field(default_factory=lambda: NEWER)
    image: Mapping[str, str]
    sees: Mapping[str, str]
    default: str = "main"
    users: Mapping[str, list[str]] = field(default_factory=lambda: BOTH_AT_NIGHT)
    night: Mapping[str, Any] = field(default_factory=lambda: NEW)

    @property
    def bots(self) -> Bots:
        main = menu("main", self.action, PORTAL, image=self.image)
        return {"helpdesk": bot_with(main, menu("night", self.night), default=self.default, users=self.users)}

    @property
    def shown(self) -> Mapping[str, Any]:
        return {
            "menus": {"main": self.sees, "night": {"default": "full-night.png"}},
            "default": self.default,
            "users": {user: name for name, users in self.users.items() for user in users},
            "persistent": False,
        }


FIRST = Stage(action=SPOKEN, image=ABC, sees=ABC, users=TARO_AT_NIGHT)
LIFE: Mapping[str, Stage] = {
    "a label": Stage(image=ABC, sees=ABC, users=TARO_AT_NIGHT),
    "the picture": Stage(image=DBC, sees=DBC, users=TARO_AT_NIGHT),
    "one language": Stage(image=DEC, sees=DEC, users=TARO_AT_NIGHT),
    "a language less": Stage(image={**DEC, "ko_KR": ""}, sees=DE, users=TARO_AT_NIGHT),
    "a user more": Stage(image={**DEC, "ko_KR": ""}, sees=DE),
    "a user moved": Stage(image={**DEC, "ko_KR": ""}, sees=DE, users={"night": [HANAKO], "main": [TARO]}),
    "the default": Stage(image={**DEC, "ko_KR": ""}, sees=DE, default="night", users={"main": [TARO]}),
    "both labels": Stage(
        action=SPOKEN, night=PORTAL, image={**DEC, "ko_KR": ""}, sees=DE, default="night", users={"main": [TARO]}
    ),
}
PICTURE_STAGES = ("the picture", "one language", "a language less")
NOTHING = {"menus": {}, "default": "", "users": {}, "persistent": False}


def lived(deployment: Deployment) -> list[tuple[str, ApplyReport]]:
    """Let a bot go through all stages, and insist on each of them; give every apply that was not complete."""
    bad: list[tuple[str, ApplyReport]] = []
    deployment.deploy(FIRST.bots)
    assert shown(deployment) == FIRST.shown
    for name, stage in LIFE.items():
        plan = deployment.plan(stage.bots)
        assert plan.refusals == ()
        report = deployment.apply(plan)
        if not report.complete:
            bad.append((name, report))
            deployment.deploy(stage.bots)
        settled(deployment, stage.bots)
        assert (name, shown(deployment)) == (name, stage.shown)
    deployment.deploy({"helpdesk": bot_with()})
    settled(deployment, {"helpdesk": bot_with()})
    assert shown(deployment) == NOTHING
    return bad


NOT_OF_MENUS = frozenset(
    {
        *(
            "all-domains",
            "callback-events-default",
            "create-answer",
            "create-secret",
            "photo-url",
            "update-answer",
        ),
        *("duplicate-registration", "duplicate-member", "everyone-answer"),
        *("member-add-answer", "member-add-while-everyone", "expires-in"),
    }
)
"""What bots, their registrations and the token meet, and no rich menu."""
COSTLY = frozenset({"second-image=refused", "second-image-languages=kept"})
"""Readings that cost an apply more: see below."""


def menu_readings() -> Iterator[Any]:
    """Give every reading that a rich menu can meet at no cost."""
    yield from (each for each in readings() if each.values[0] not in NOT_OF_MENUS and each.id not in COSTLY)


@pytest.mark.parametrize(("switch", "reading"), list(menu_readings()))
def test_every_change_of_a_rich_menu_takes_one_apply(deployment: Deployment, switch: str, reading: str) -> None:
    """Whatever the service does: one apply, an empty plan, the right pictures, and no menu left over."""
    deployment.tenant.choose(switch, reading)
    assert lived(deployment) == []


ABOUT_PICTURES = ("absent-image", "bound-file-reuse", "image-file-id", "second-image-languages")
"""Switches that say together what becomes of a picture beside another one."""
TOGETHER = list(product((0, 1), repeat=len(ABOUT_PICTURES)))


def choose(deployment: Deployment, chosen: tuple[int, ...]) -> None:
    readings_of = {switch.name: switch.readings for switch in SWITCHES}
    for name, number in zip(ABOUT_PICTURES, chosen, strict=True):
        deployment.tenant.choose(name, readings_of[name][number])


@pytest.mark.parametrize("chosen", TOGETHER)
def test_a_service_that_takes_no_second_picture_costs_one_apply_in_all(
    deployment: Deployment, chosen: tuple[int, ...]
) -> None:
    """The first picture is refused, the next plan replaces the menu, and from then on nothing fails."""
    choose(deployment, chosen)
    deployment.tenant.choose("second-image", "refused")
    ((name, report),) = lived(deployment)
    (failed,) = [each for each in report.outcomes if each.status is not Status.DONE]
    assert (name, failed.address.path[-1], failed.status) == ("the picture", "main", Status.FAILED)
    assert "no second picture" in failed.error
    assert failed.advice == "Plan again: the next plan replaces the menu."


@pytest.mark.parametrize("chosen", TOGETHER)
def test_a_service_that_keeps_the_pictures_of_languages_costs_one_apply_at_most(
    deployment: Deployment, chosen: tuple[int, ...]
) -> None:
    """Only where a language loses its picture, and only where the service keeps it: then the menu is replaced."""
    choose(deployment, chosen)
    costs = [name for name, _ in lived(deployment)]
    keeps = chosen[ABOUT_PICTURES.index("second-image-languages")]
    assert costs in ([], ["a language less"] if keeps else [])
