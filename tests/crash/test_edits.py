"""Somebody edits a bot during an apply, right before one of its requests: it is overwritten in one place only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import pytest

from lwdeploy.api.call import Call, call
from lwdeploy.core.errors import StalePlan
from lwdeploy.core.types import ApplyReport, Status
from lwdeploy.simulator import LocalTenant
from tests.kinds.deployment import Deployment, least

KEYS = ("cafeteria", "helpdesk", "payroll")
EDITED = "helpdesk"
BY_HAND = {"description": "By hand"}
ELSEWHERE = {"enableGroupJoin": True}
REQUESTS = (("getBot", 1), ("getBot", 2), ("patchBot", 1), ("getBot", 3))
"""What a run asks of a bot that it changes: before all writes, before its own, its own, and to read it back."""


@dataclass(slots=True)
class Meddled:
    """A client that does something right before a request, the nth of its operation about one bot."""

    client: Any
    bot_id: str
    at: tuple[str, int]
    meddle: Callable[[], None]
    seen: Counter[str] = field(default_factory=Counter)

    def send(self, asked: Call) -> Any:
        if asked.params.get("botId") == self.bot_id:
            self.seen[asked.operation] += 1
            if (asked.operation, self.seen[asked.operation]) == self.at:
                self.meddle()
        return self.client.send(asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class Slow(Deployment):
    """A project whose apply takes long: between any two requests more than five seconds pass."""

    def edited_at(self, at: tuple[str, int], body: dict[str, Any]) -> tuple[str, ApplyReport]:
        """Change all bots, with an edit of one of them at a request; give its id and the report."""
        self.deploy({key: least(botName=key) for key in KEYS})
        plan = self.plan(wanted())
        bot_id = next(change.remote_id for change in plan.changes if str(change.address) == f"bot/{EDITED}")
        assert bot_id is not None
        inner: Any = self.client
        meddle = partial(inner.send, call("patchBot", botId=bot_id, json=body))
        self.client = cast("Any", Meddled(inner, bot_id, at, meddle))
        self.verify()
        try:
            return bot_id, self.apply(plan)
        finally:
            self.client = inner
            self.verify()

    def description(self, bot_id: str) -> str:
        body: dict[str, Any] = self.client.send(call("getBot", botId=bot_id))
        return str(body["description"])


def wanted() -> dict[str, Any]:
    return {key: least(botName=key, description="By manifest") for key in KEYS}


@pytest.fixture
def slow(tenant: LocalTenant, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setattr("lwdeploy.reconcile.chain.FRESH_SECONDS", -1.0)  # any look is too old
    with Slow(tenant) as made:
        yield made


def test_before_the_first_write_of_the_run_an_edit_stops_all_of_it(slow: Slow, tenant: LocalTenant) -> None:
    with pytest.raises(StalePlan, match='is "By hand" now'):
        slow.edited_at(REQUESTS[0], BY_HAND)
    assert [each.operation for each in slow.written()][-1] == "patchBot"  # the edit itself
    assert {each["description"] for each in tenant.snapshot()["bots"]} == {"Answers", "By hand"}


def test_before_the_first_write_of_its_bot_an_edit_stops_that_bot_only(slow: Slow) -> None:
    bot_id, report = slow.edited_at(REQUESTS[1], BY_HAND)
    assert slow.description(bot_id) == "By hand"
    [failed] = [each for each in report.outcomes if each.status is not Status.DONE]
    assert str(failed.address) == f"bot/{EDITED}"
    assert "Changed since the plan" in failed.error
    assert report.count(Status.DONE) == len(KEYS) - 1


def test_between_that_look_and_the_patch_an_edit_is_lost(slow: Slow) -> None:
    """The only place: the API has no conditional writes. benchmarks/edit_window.py measures how long it is."""
    bot_id, report = slow.edited_at(REQUESTS[2], BY_HAND)
    assert slow.description(bot_id) == "By manifest"
    assert report.complete


def test_right_after_the_patch_an_edit_stays_and_is_told(slow: Slow) -> None:
    bot_id, report = slow.edited_at(REQUESTS[3], BY_HAND)
    assert slow.description(bot_id) == "By hand"
    assert [str(each.address) for each in report.outcomes if each.status is Status.NOT_TAKEN] == [f"bot/{EDITED}"]
    [step] = slow.plan(wanted()).steps
    assert (str(step.address), step.diffs[0].old) == (f"bot/{EDITED}", "By hand")


@pytest.mark.parametrize("at", REQUESTS, ids=str)
def test_an_edit_of_another_field_stays_wherever_it_comes(slow: Slow, tenant: LocalTenant, at: Any) -> None:
    bot_id, report = slow.edited_at(at, ELSEWHERE)
    assert report.complete
    [bot] = [each for each in tenant.snapshot()["bots"] if str(each["botId"]) == bot_id]
    assert bot["enableGroupJoin"]
    assert slow.plan(wanted()).empty
