"""Whatever is declared, was there before, and goes wrong in two runs: the third one puts all of it right."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from lwdeploy.api.call import call
from lwdeploy.core.types import Mark
from lwdeploy.simulator import Settings, start
from tests.property.strategies import SEVERAL, bots
from tests.property.troubles import Trouble, Troubled, troubles

EXAMPLES = int(os.environ.get("FAULT_PAIRS", "40"))
"""How many pairs are tried; more than usual are drawn anew each time instead of being always the same."""

THOROUGH = settings(
    max_examples=EXAMPLES,
    derandomize="FAULT_PAIRS" not in os.environ,
    deadline=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=SEVERAL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was there, what is wanted instead, what goes wrong on the way, and what in the run after it."""

    before: dict[str, Any]
    after: dict[str, Any]
    first: Trouble
    second: Trouble

    def told(self) -> str:
        """Give the story to be read, with manifests to be pasted."""
        bots = {"there was": self.before, "wanted": self.after}
        shown = [f"{what}: {json.dumps(each, ensure_ascii=False)}" for what, each in bots.items()]
        return "\n".join([*shown, f"first: {self.first}", f"then: {self.second}"])


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Give up to eight bots, some of which stay as they are."""
    before = draw(st.dictionaries(st.sampled_from("abcd"), bots(), max_size=3))
    made = draw(st.dictionaries(st.sampled_from("abcdefgh"), bots(), min_size=1, max_size=4))
    kept = {key: spec for key, spec in before.items() if draw(st.booleans())}
    return Story(before=before, after=kept | made, first=draw(troubles()), second=draw(troubles()))


@pytest.fixture(scope="module")
def deployment(private_key: str) -> Iterator[Troubled]:
    with start(data=None, settings=Settings(private_key=private_key)) as tenant, Troubled(tenant) as made:
        yield made


def somebody(deployment: Troubled) -> str:
    """Let somebody make a bot in the console, with a registration and a menu."""
    body = {"botName": "Canteen", "description": "Not ours", "photoUrl": "https://static.example.com/c.png"}
    made = deployment.client.send(call("createBot", json=body | {"administrators": ["a@example.com"]}))
    bot_id = str(made["botId"])
    deployment.client.send(call("registerBotDomain", botId=bot_id, domainId=10000001, json={"visible": True}))
    menu = {"content": {"actions": [{"type": "message", "label": "Menu", "text": "menu"}]}}
    deployment.client.send(call("setPersistentMenu", botId=bot_id, json=menu))
    return bot_id


def shown(deployment: Troubled) -> dict[str, Any]:
    return {str(each["botId"]): each for each in deployment.tenant.snapshot()["bots"]}


@THOROUGH
@given(story=stories())
def test_a_third_run_puts_right_what_two_troubled_ones_left(deployment: Troubled, story: Story) -> None:
    """Nothing is refused, each object is there once and as declared, and nobody else's was touched."""
    deployment.begin()
    canteen = somebody(deployment)
    theirs = shown(deployment)[canteen]
    deployment.initialise()
    deployment.deploy(story.before)
    note(story.told())
    for trouble in (story.first, story.second):
        ended = deployment.suffer(story.after, trouble)
        note(f"a run ended: {ended}")
        event(f"a run ended: {ended.partition(':')[0].partition('(')[0]}")
    deployment.deploy(story.after)
    deployment.verify(images=True, users=True)
    again = deployment.plan(story.after)
    assert again.empty, [(str(each.address), each.action, each.diffs) for each in again.steps]
    found = shown(deployment)
    assert found.pop(canteen) == theirs
    assert not any(Mark.parse(each["botName"]) for each in found.values())
    remembered = {each: entry.remote_id for each, entry in deployment.state.entries.items() if each.is_root}
    assert sorted(found) == sorted(remembered.values())
    assert sorted(each.name for each in remembered) == sorted(story.after)
