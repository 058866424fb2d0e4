"""Plans as they may be shown."""

from __future__ import annotations

from lwdeploy.planning.codec import encode
from lwdeploy.planning.sealing import sealed, sealed_value
from tests.unit.planning.builders import (
    KINDS,
    bot,
    bot_spec,
    desired_of,
    entry,
    found,
    live_of,
    plan_of,
    root,
    state_of,
)

OLD = "https://bots.example.com/?token=canary-old"
NEW = "https://bots.example.com/?token=canary-new"


def test_no_query_of_a_callback_is_shown_anywhere_in_a_plan() -> None:
    before, after = bot_spec(callback={"url": OLD}), bot_spec(callback={"url": NEW})
    plan = plan_of(
        desired_of(bot(spec=after), bot("new", bot_spec("New", callback={"url": NEW}))),
        live_of(found(bot(), "7", before)),
        state_of({root(): entry("7", before)}),
    )
    assert "canary" in str(encode(plan))
    assert "canary" not in str(encode(sealed(plan, kinds=KINDS)))


def test_a_sealed_plan_keeps_the_digest_that_was_approved() -> None:
    plan = plan_of(desired_of(bot(spec=bot_spec(callback={"url": NEW}))))
    assert sealed(plan, kinds=KINDS).digest == plan.digest


def test_different_queries_stay_different_when_they_are_sealed() -> None:
    old, new = (sealed_value(url, path="callback.url", kind=KINDS["bot"]) for url in (OLD, NEW))
    assert old != new
    assert old.startswith("https://bots.example.com/?sha256=")


def test_what_holds_no_secret_is_shown_as_it_is() -> None:
    assert sealed_value("Help", path="botName.default", kind=KINDS["bot"]) == "Help"
    assert sealed_value(None, path="callback.url", kind=KINDS["bot"]) is None
    assert sealed_value(["a"], path="members", kind=KINDS["bot_domain"]) == ["a"]


def test_what_is_sealed_stays_as_it_is() -> None:
    once = KINDS["bot"].seal(bot_spec(callback={"url": OLD}))
    assert once != bot_spec(callback={"url": OLD})
    assert KINDS["bot"].seal(once) == once


def test_a_plan_knows_the_query_of_an_address_only_where_it_writes_the_address() -> None:
    """A saved plan is read by whoever reads the artifacts of CI; what no manifest declares is not ours to tell."""
    live = bot_spec(description={"default": "Old"}, callback={"url": OLD, "enabled": True})
    wanted = bot_spec(description={"default": "New"})
    for spec in (wanted, bot_spec(description={"default": "Old"})):
        plan = plan_of(
            desired_of(bot(spec=spec)), live_of(found(bot(), "7", live)), state_of({root(): entry("7")})
        )
        assert "canary" not in str(encode(plan))
        assert plan.changes[0].before == KINDS["bot"].seal(live)
    written = bot_spec(callback={"url": NEW, "enabled": True})
    plan = plan_of(desired_of(bot(spec=written)), live_of(found(bot(), "7", live)), state_of({root(): entry("7")}))
    assert plan.changes[0].before == live
