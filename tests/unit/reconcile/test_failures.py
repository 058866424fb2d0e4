"""What an apply does when something goes wrong: lost answers, refusals, a lost lease, a state that fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.errors import Locked, LwdeployError, RemoteError, StateError, Unavailable, UserError
from lwdeploy.core.tenant import Limits
from lwdeploy.core.types import ApplyReport, Change, Mark, StateEntry, Status
from lwdeploy.planning.match import mark_key
from lwdeploy.state.memory import WriteFault
from tests.unit.planning.builders import bot, bot_spec, domain_of, marked, menu, registration, root
from tests.unit.reconcile.test_apply import deployed
from tests.unit.reconcile.world import HOLDER, Rig, down, errors, lost, refused, statuses, torn


@pytest.fixture
def rig() -> Rig:
    return Rig()


def run(rig: Rig, *names: str) -> ApplyReport:
    return rig.apply(rig.plan(*(bot(name) for name in names)))


def settles(rig: Rig, *names: str) -> None:
    """Insist that the next run ends with live == desired, each bot once."""
    rig.apply(rig.plan(*(bot(name) for name in names)))
    assert rig.world.names() == sorted(names)
    assert rig.plan(*(bot(name) for name in names)).empty


REGISTER = "write bot/a/domain/osaka"


# --- a lost answer on create


def test_a_create_whose_answer_was_lost_is_found_by_its_mark(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", lost(), after=True)
    assert run(rig, "a").complete
    assert rig.world.asked("reserve bot/a") == 1
    assert rig.world.names() == ["a"]


def test_a_mark_is_found_among_the_bots_of_others(rig: Rig) -> None:
    rig.world.add_bot(bot_spec("theirs"))
    rig.remember({})
    rig.world.fail("reserve bot/a", lost(), after=True)
    assert run(rig, "a").complete
    assert rig.world.names() == ["a", "theirs"]


def test_a_lagging_list_is_looked_at_three_times(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", lost(), after=True)
    rig.world.unlisted.add("1")
    looks: list[int] = []

    def appear() -> None:
        looks.append(len(looks))
        if len(looks) == 4:  # the first list belongs to the preconditions
            rig.world.unlisted.clear()

    plan = rig.plan(bot("a"))
    rig.world.hooks["list"] = appear
    assert rig.apply(plan).complete
    assert rig.time.slept == [0.0, 1.0, 2.0]
    assert rig.world.names() == ["a"]


def test_a_create_that_cannot_be_found_is_sent_once_more_under_another_nonce(rig: Rig) -> None:
    names: list[str] = []
    rig.world.fail("reserve bot/a", lost())
    rig.world.hooks["write bot/a"] = lambda: names.extend(rig.world.names())
    assert run(rig, "a").complete
    assert rig.world.asked("reserve bot/a") == 2
    assert names == [str(Mark(project="acme", key=mark_key(root("a")), nonce="n1"))]


def test_a_create_that_is_lost_twice_is_unknown_and_the_next_run_settles_it(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", lost(), lost())
    report = rig.apply(rig.plan(bot("a"), registration("a")))
    assert statuses(report) == {"bot/a": "unknown", "bot/a/domain/osaka": "not started"}
    assert report.outcomes[0].advice == "Plan again: the next run looks at the tenant before it writes."
    assert report.outcomes[1].error == "waits for bot/a"
    settles(rig, "a")


def test_a_first_create_that_arrives_late_is_removed_by_the_next_run(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", lost())
    run(rig, "a")
    rig.world.add_bot({**bot("a").spec, "botName": {"default": marked("a", "n0")}})
    settles(rig, "a")


def test_when_the_search_for_a_mark_fails_the_create_is_unknown_and_not_sent_again(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", lost(), after=True)
    rig.world.fail("list", None, None, down())
    report = run(rig, "a")
    assert statuses(report) == {"bot/a": "unknown"}
    assert rig.world.asked("reserve bot/a") == 1
    settles(rig, "a")


def test_a_marked_bot_that_is_gone_when_it_is_read_is_made_again(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", lost(), after=True)
    rig.world.hidden.add("1")
    assert run(rig, "a").complete
    rig.world.hidden.clear()
    settles(rig, "a")


def test_the_translated_names_of_a_bot_found_by_its_mark_are_written_too(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", lost(), after=True)
    spec = bot_spec(botName={"default": "Help", "ja_JP": "ヘルプ"})
    assert rig.apply(rig.plan(bot("a", spec))).complete
    assert rig.world.bots["1"]["botName"] == {"default": "Help", "ja_JP": "ヘルプ"}


# --- a refused create


def test_a_refused_create_fails_alone_and_its_children_wait(rig: Rig) -> None:
    rig.world.fail("reserve bot/a", refused())
    report = rig.apply(rig.plan(bot("a"), registration("a"), bot("b"), registration("b")))
    assert statuses(report) == {
        "bot/a": "failed",
        "bot/a/domain/osaka": "not started",
        "bot/b": "done",
        "bot/b/domain/osaka": "done",
    }
    assert errors(report)["bot/a"] == "the tenant said no"
    assert report.outcomes[0].advice == "Correct the cause and apply again: what is done stays done."
    assert rig.entries.keys() == {"bot/b", "bot/b/domain/osaka"}


def test_a_bot_that_could_not_be_named_stays_recorded_and_is_named_by_the_next_run(rig: Rig) -> None:
    rig.world.fail("write bot/a", refused())
    report = rig.apply(rig.plan(bot("a"), registration("a")))
    assert statuses(report) == {"bot/a": "failed", "bot/a/domain/osaka": "not started"}
    assert report.outcomes[0].remote_id == "1"
    assert rig.entries == {"bot/a": "1"}
    settles(rig, "a")


# --- a lost answer on update


def update(rig: Rig) -> ApplyReport:
    return rig.apply(rig.plan(bot("a", bot_spec("New"))))


def test_an_update_whose_answer_was_lost_and_that_took_effect_is_done() -> None:
    rig = deployed(bot("a"))
    rig.world.fail("write bot/a", lost(), after=True)
    assert update(rig).complete
    assert rig.world.asked("write bot/a") == 1


def test_an_update_whose_answer_was_lost_and_that_did_nothing_is_sent_once_more() -> None:
    rig = deployed(bot("a"))
    rig.world.fail("write bot/a", lost())
    assert update(rig).complete
    assert rig.world.asked("write bot/a") == 2
    assert rig.world.names() == ["New"]


def test_after_a_lost_answer_only_what_still_differs_is_sent() -> None:
    rig = deployed(bot("a"))

    def half() -> None:
        rig.world.bots["1"]["botName"]["default"] = "New"
        del rig.world.hooks["write bot/a"]

    rig.world.hooks["write bot/a"] = half
    rig.world.fail("write bot/a", lost())
    rig.world.sent.clear()
    assert update(rig).complete
    assert rig.world.sent == [
        ("bot/a", ["botName.default", "description.default"]),
        ("bot/a", ["description.default"]),
    ]


def test_an_update_that_is_lost_twice_is_unknown_and_the_next_run_settles_it() -> None:
    rig = deployed(bot("a"))
    rig.world.fail("write bot/a", lost(), lost())
    assert statuses(update(rig)) == {"bot/a": "unknown"}
    assert rig.apply(rig.plan(bot("a", bot_spec("New")))).complete


def test_a_lost_update_that_cannot_be_looked_at_is_unknown() -> None:
    """The write may have happened: that the look failed does not change it."""
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a", bot_spec("New")))
    rig.world.fail("write bot/a", lost(), after=True)
    rig.world.fail("read bot 1", None, down())
    assert statuses(rig.apply(plan)) == {"bot/a": "unknown"}


def test_a_lost_update_of_a_bot_that_is_gone_by_then_ends_in_an_outcome() -> None:
    rig = deployed(bot("a"))
    plan = rig.plan(bot("a", bot_spec("New")))
    rig.world.hooks["write bot/a"] = rig.world.bots.clear
    rig.world.fail("write bot/a", lost())
    assert statuses(rig.apply(plan))["bot/a"] in {"failed", "unknown"}


def test_a_new_bot_whose_naming_was_lost_and_that_is_not_shown_yet_ends_in_an_outcome(rig: Rig) -> None:
    """A read may lag behind a create: the id is recorded, so the next run goes on from there."""
    plan = rig.plan(bot("a"), bot("b"))
    rig.world.hooks["write bot/a"] = lambda: rig.world.hidden.update({"1", "2"})
    rig.world.fail("write bot/a", lost())
    report = rig.apply(plan, workers=1)
    assert statuses(report)["bot/a"] in {"failed", "unknown"}
    assert rig.entries.keys() == {"bot/a", "bot/b"}
    rig.world.hidden.clear()
    rig.world.hooks.clear()
    settles(rig, "a", "b")


def test_a_child_whose_create_was_lost_is_looked_for_before_it_is_sent_again(rig: Rig) -> None:
    rig.world.fail("write bot/a/domain/osaka", lost(), after=True)
    report = rig.apply(rig.plan(bot("a"), registration("a")))
    assert report.complete
    assert rig.world.asked("write bot/a/domain/osaka") == 1


def test_a_child_whose_create_was_lost_on_the_way_is_sent_again(rig: Rig) -> None:
    rig.world.fail("write bot/a/domain/osaka", lost())
    report = rig.apply(rig.plan(bot("a"), registration("a")))
    assert report.complete
    assert rig.world.asked("write bot/a/domain/osaka") == 2


def appear(rig: Rig, *, visible: bool = True) -> None:
    """Let the registration that was lost on the way arrive after all; its copy is then refused."""
    spec = {"permission": "all", "visible": visible}
    rig.world.put("1", registration("a", spec=spec))


def test_a_create_that_arrives_after_the_look_refuses_its_copy_and_counts(rig: Rig) -> None:
    rig.world.fail(REGISTER, lost(), refused(status=409))
    rig.world.hooks[REGISTER] = lambda: appear(rig) if rig.world.asked(REGISTER) == 2 else None
    report = rig.apply(rig.plan(bot("a"), registration("a")))
    assert report.complete
    assert rig.world.asked(REGISTER) == 2
    assert str(domain_of("a")) in rig.entries


def test_a_copy_that_is_refused_for_another_reason_has_failed(rig: Rig) -> None:
    rig.world.fail(REGISTER, lost(), refused())
    assert statuses(rig.apply(rig.plan(bot("a"), registration("a"))))[str(domain_of("a"))] == "failed"


def test_a_copy_that_is_refused_for_something_else_that_came_has_failed(rig: Rig) -> None:
    rig.world.fail(REGISTER, lost(), refused(status=409))
    rig.world.hooks[REGISTER] = lambda: appear(rig, visible=False) if rig.world.asked(REGISTER) == 2 else None
    assert statuses(rig.apply(rig.plan(bot("a"), registration("a"))))[str(domain_of("a"))] == "failed"


# --- a lost answer on delete


def without(rig: Rig) -> ApplyReport:
    return rig.apply(rig.plan(bot("b"), prune=True))


def test_a_delete_whose_answer_was_lost_and_that_took_effect_is_done() -> None:
    rig = deployed(bot("a"), bot("b"))
    rig.world.fail("delete bot 1", lost(), after=True)
    assert without(rig).complete
    assert rig.world.asked("delete bot 1") == 1
    assert rig.entries == {"bot/b": "2"}


def test_a_delete_whose_answer_was_lost_and_that_did_nothing_is_sent_once_more() -> None:
    rig = deployed(bot("a"), bot("b"))
    rig.world.fail("delete bot 1", lost())
    assert without(rig).complete
    assert rig.world.names() == ["b"]


@pytest.mark.parametrize(
    ("faults", "status"),
    [((lost(), lost()), "unknown"), ((refused(),), "failed"), ((lost(), refused()), "failed")],
)
def test_a_delete_that_failed_stays_in_state(faults: tuple[RemoteError, ...], status: str) -> None:
    rig = deployed(bot("a"), bot("b"))
    rig.world.fail("delete bot 1", *faults)
    assert statuses(without(rig)) == {"bot/a": status}
    assert rig.entries == {"bot/a": "1", "bot/b": "2"}
    assert without(rig).complete


def test_a_lost_delete_that_cannot_be_looked_at_is_unknown() -> None:
    rig = deployed(bot("a"), bot("b"))
    plan = rig.plan(bot("b"), prune=True)
    rig.world.fail("delete bot 1", lost(), after=True)
    rig.world.fail("read bot 1", None, down())
    assert statuses(rig.apply(plan)) == {"bot/a": "unknown"}
    assert "bot/a" in rig.entries


def test_what_waits_for_the_slot_of_a_delete_that_failed_is_not_started() -> None:
    rig = deployed(bot("old"), limits=Limits(bots=1))
    rig.world.fail("delete bot 1", refused())
    report = rig.apply(rig.plan(bot("new"), registration("new"), prune=True, limits=Limits(bots=1)))
    assert statuses(report) == {
        "bot/old": "failed",
        "bot/new": "not started",
        "bot/new/domain/osaka": "not started",
    }
    assert errors(report)["bot/new"] == "waits for bot/old"
    assert rig.world.asked("reserve bot/new") == 0


# --- what a bot is, saved before it is deleted


class Trash:
    """Keeps what it is told to save, or raises."""

    def __init__(self, rig: Rig, *errors: LwdeployError) -> None:
        self._rig = rig
        self._errors = list(errors)
        self.users: list[dict[str, str]] = []

    def __call__(
        self, change: Change, /, *, entries: Mapping[Address, StateEntry], users: Mapping[str, str]
    ) -> None:
        self._rig.world.log.append(f"save {change.address} of {', '.join(map(str, sorted(entries)))}")
        self.users.append(dict(users))
        if self._errors:
            raise self._errors.pop()


def test_a_bot_is_saved_with_all_that_is_remembered_before_it_is_deleted() -> None:
    rig = deployed(bot("a"), registration("a"), bot("b"))
    trash = Trash(rig)
    assert rig.apply(rig.plan(bot("b"), prune=True), keep=trash).complete
    saved = "save bot/a of bot/a, bot/a/domain/osaka, bot/b"
    assert rig.world.log.index(saved) < rig.world.log.index("delete bot 1")
    assert trash.users == [{}]


@pytest.mark.parametrize("error", [StateError("the disk is full"), refused(), down()], ids=["state", "no", "down"])
def test_a_bot_that_could_not_be_saved_stays_and_the_others_go(error: LwdeployError) -> None:
    rig = deployed(bot("a"), bot("b"), bot("c"))
    report = rig.apply(rig.plan(bot("c"), prune=True), keep=Trash(rig, error), workers=1)
    assert statuses(report) == {"bot/a": "failed", "bot/b": "done"}
    assert errors(report)["bot/a"].startswith("it was not deleted, because what it is could not be saved: ")
    assert report.outcomes[0].advice
    assert rig.world.names() == ["a", "c"]
    assert "bot/a" in rig.entries


def test_neither_leftovers_nor_children_are_saved() -> None:
    """A leftover has nothing that a manifest does not say; a child can be made anew."""
    rig = deployed(bot("a"), registration("a"))
    rig.world.add_bot({"botName": {"default": marked("a")}}, bot_id="9")
    trash = Trash(rig)
    assert rig.apply(rig.plan(bot("a"), scopes=[(root("a"), "bot_domain")]), keep=trash).complete
    assert trash.users == []
    assert rig.world.names() == ["a"]


# --- isolation


def test_one_bot_s_failure_does_not_stop_the_others() -> None:
    rig = deployed(bot("a"), bot("b"))
    rig.world.fail("write bot/a", down())
    report = rig.apply(rig.plan(bot("a", bot_spec("A")), bot("b", bot_spec("B"))))
    assert statuses(report) == {"bot/a": "failed", "bot/b": "done"}


def test_a_registration_that_fails_does_not_stop_its_siblings(rig: Rig) -> None:
    rig.world.fail("write bot/a/domain/osaka", refused())
    report = rig.apply(rig.plan(bot("a"), registration("a"), registration("a", "head-office"), menu("a")))
    assert statuses(report) == {
        "bot/a": "done",
        "bot/a/domain/head-office": "done",
        "bot/a/domain/osaka": "failed",
        "bot/a/persistent-menu": "done",
    }
    assert str(domain_of("a")) not in rig.entries


def test_an_update_that_failed_keeps_children_back_and_the_former_entry() -> None:
    rig = deployed(bot("a"))
    before = rig.store.read()
    rig.world.fail("write bot/a", refused())
    report = rig.apply(rig.plan(bot("a", bot_spec("New")), registration("a")))
    assert statuses(report) == {"bot/a": "failed", "bot/a/domain/osaka": "not started"}
    assert rig.store.read() == before


def test_a_rename_whose_update_failed_moves_nothing() -> None:
    rig = deployed(bot("a"), registration("a"))
    rig.world.fail("write bot/b", refused())
    rig.apply(rig.plan(bot("b", renamed_from="a"), registration("b")))
    assert rig.entries.keys() == {"bot/a", "bot/a/domain/osaka"}
    rig.apply(rig.plan(bot("b", renamed_from="a"), registration("b")))
    assert rig.entries.keys() == {"bot/b", "bot/b/domain/osaka"}


def test_when_reading_back_fails_the_result_is_recorded_without_what_was_observed(rig: Rig) -> None:
    rig.world.fail("read bot 1", down())
    assert run(rig, "a").complete
    state = rig.store.read()
    assert state is not None
    assert (state.entries[root("a")].applied, state.entries[root("a")].observed) == (bot("a").spec, {})
    assert rig.plan(bot("a")).empty


# --- the lease


def test_a_held_lease_keeps_the_run_out_before_anything_is_read(rig: Rig) -> None:
    plan = rig.plan(bot("a"))
    with rig.store.memory.lease(holder=HOLDER, timeout=0), pytest.raises(Locked, match="taro on runner-7"):
        rig.apply(plan)
    assert rig.world.log == []


def test_a_lease_that_is_lost_before_a_wave_stops_the_run_there(rig: Rig) -> None:
    plan = rig.plan(bot("a"), bot("b"))
    rig.world.hooks["write bot/a"] = rig.store.memory.break_lease
    report = rig.apply(plan, wave=1)
    assert statuses(report) == {"bot/a": "done", "bot/b": "not started"}
    assert isinstance(report.failure, Locked)
    assert not report.complete
    assert rig.world.asked("reserve bot/b") == 0


def test_a_lease_that_is_lost_while_bots_are_created_stops_before_any_is_named(rig: Rig) -> None:
    plan = rig.plan(bot("a"), registration("a"))
    rig.world.hooks["reserve bot/a"] = rig.store.memory.break_lease
    report = rig.apply(plan)
    assert isinstance(report.failure, Locked)
    assert [event for event in rig.world.log if event.startswith("write")] == []
    assert rig.world.names() == [marked("a", "n0")]
    settles(rig, "a")


def test_a_lease_that_is_lost_while_bots_are_worked_on_stops_the_next_write_and_the_record() -> None:
    """Whatever was sent was sent; nothing more is, and the run that has the lease now is not disturbed."""
    rig = deployed(bot("a"), bot("b"), registration("b"))
    before = rig.store.read()
    hidden = registration("b", spec={"permission": "all", "visible": False})
    plan = rig.plan(bot("a", bot_spec("New")), bot("b", bot_spec("Newer")), hidden)
    rig.world.hooks["write bot/a"] = rig.store.memory.break_lease
    report = rig.apply(plan, workers=1)
    assert statuses(report) == {"bot/a": "done", "bot/b": "not started", "bot/b/domain/osaka": "not started"}
    assert "no longer holds" in errors(report)["bot/b"]
    assert isinstance(report.failure, Locked)
    assert rig.store.read() == before


def test_a_lease_that_is_lost_within_one_bot_stops_its_next_write(rig: Rig) -> None:
    plan = rig.plan(bot("a"), registration("a"))
    rig.world.hooks["write bot/a"] = rig.store.memory.break_lease
    report = rig.apply(plan)
    assert statuses(report) == {"bot/a": "done", "bot/a/domain/osaka": "failed"}
    assert "no longer holds" in errors(report)["bot/a/domain/osaka"]
    assert rig.world.asked("write bot/a/domain/osaka") == 0
    assert isinstance(report.failure, Locked)


def test_a_lease_that_is_lost_between_two_creates_makes_no_second_bot(rig: Rig) -> None:
    plan = rig.plan(bot("a"), bot("b"))
    rig.world.hooks["reserve bot/a"] = rig.store.memory.break_lease
    report = rig.apply(plan, workers=1)
    assert statuses(report) == {"bot/a": "failed", "bot/b": "failed"}
    assert "no longer holds" in errors(report)["bot/b"]
    assert rig.world.names() == [marked("a", "n0")]
    assert rig.store.read() is None


class Unaware:
    """A lease that was taken away this very second: only a sign of life finds out."""

    def check(self) -> None:
        """See nothing."""

    def beat(self) -> None:
        raise Locked("this run no longer holds the lease")


class Doubtful:
    """A lease that cannot be confirmed at one look: the place where it is was out of reach for a moment."""

    def __init__(self, nth: int) -> None:
        self.looks, self.nth = 0, nth

    def check(self) -> None:
        self.looks += 1
        if self.looks == self.nth:
            raise StateError("the bucket cannot be reached")

    def beat(self) -> None: ...


def test_a_lease_that_cannot_be_confirmed_for_a_moment_costs_one_bot_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The run goes on: nobody asked it to stop."""
    rig = deployed(bot("a"), bot("b"))
    plan = rig.plan(bot("a", bot_spec("New a")), bot("b", bot_spec("New b")))
    monkeypatch.setattr(rig.store, "lease", lambda **_: nullcontext(Doubtful(3)))
    report = rig.apply(plan, workers=1)
    assert statuses(report) == {"bot/a": "not started", "bot/b": "done"}
    assert errors(report) == {"bot/a": "the bucket cannot be reached"}
    assert (report.interrupted, report.failure) == (False, None)


def test_before_bots_are_named_the_lease_is_shown_to_be_held(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig.store, "lease", lambda **_: nullcontext(Unaware()))
    report = rig.apply(rig.plan(bot("a")))
    assert statuses(report) == {"bot/a": "failed"}
    assert isinstance(report.failure, Locked)
    assert rig.world.names() == [marked("a", "n0")]
    assert rig.entries == {"bot/a": "1"}
    monkeypatch.undo()
    settles(rig, "a")


def test_a_lease_that_is_lost_before_bots_are_named_leaves_them_recorded_and_marked(rig: Rig) -> None:
    plan = rig.plan(bot("a"))
    rig.store.after_write = rig.store.memory.break_lease
    report = rig.apply(plan)
    assert statuses(report) == {"bot/a": "failed"}
    assert [each.remote_id for each in report.outcomes] == ["1"]
    assert rig.world.names() == [marked("a", "n0")]
    rig.store.after_write = lambda: None
    settles(rig, "a")


def test_the_lease_is_given_back_however_the_run_ends(rig: Rig) -> None:
    rig.world.fail("list", None, down())
    plan = rig.plan(bot("a"))
    with pytest.raises(Unavailable):
        rig.apply(plan)
    with rig.store.memory.lease(holder=HOLDER, timeout=0):
        pass


# --- the state


@pytest.mark.parametrize("write", [1, 2, 3, 4])
@pytest.mark.parametrize("stored", [False, True])
def test_whichever_write_of_the_state_fails_the_next_run_ends_as_desired(write: int, *, stored: bool) -> None:
    fault = WriteFault(error=StateError("the disk is full"), stored=stored)
    rig = Rig(faults={write: fault})
    plan = rig.plan(bot("a"), registration("a"), bot("b"), registration("b"))
    report = rig.apply(plan, wave=1)
    assert isinstance(report.failure, StateError)
    assert not report.complete
    again = rig.plan(bot("a"), registration("a"), bot("b"), registration("b"))
    assert again.refusals == ()
    assert rig.apply(again).complete
    assert rig.world.names() == ["a", "b"]
    assert len(rig.world.children) == 2
    assert rig.plan(bot("a"), registration("a"), bot("b"), registration("b")).empty


def test_a_state_that_cannot_be_written_stops_before_naming(rig: Rig) -> None:
    rig = Rig(faults={1: torn()})
    report = rig.apply(rig.plan(bot("a"), bot("b")))
    assert str(report.failure) == "the disk is full"
    assert len(rig.world.names()) == 2
    assert all(name.startswith("lwdeploy acme ") for name in rig.world.names())
    assert report.count(Status.DONE) == 0


def test_bots_that_were_begun_and_not_recorded_are_not_said_to_be_untouched() -> None:
    """They exist under their marks: "not started" would be wrong."""
    rig = Rig(faults={1: torn()})
    report = rig.apply(rig.plan(bot("a")))
    assert statuses(report)["bot/a"] in {"failed", "unknown"}
    assert report.outcomes[0].remote_id == "1"


def test_only_bots_that_were_begun_are_said_to_exist(rig: Rig) -> None:
    rig = Rig(faults={3: torn()})
    rig.apply(rig.plan(bot("a")))
    report = rig.apply(rig.plan(bot("a", bot_spec("New")), bot("b")))
    assert statuses(report) == {"bot/a": "not started", "bot/b": "failed"}
    assert report.outcomes[1].error == "the disk is full"
    assert rig.world.names()[0] == "a"


def test_a_foreign_write_of_the_state_stops_the_run(rig: Rig) -> None:
    rig = deployed(bot("a"))

    def intrude() -> None:
        state = rig.store.read()
        assert state is not None
        rig.store.memory.write(state, expected_serial=state.serial)

    plan = rig.plan(bot("a"), bot("b"), registration("b"))
    rig.world.hooks["reserve bot/b"] = intrude
    report = rig.apply(plan)
    assert "somebody else wrote the state" in str(report.failure)
    assert [event for event in rig.world.log if event.startswith("write")] == []


# --- asked to stop


def stop_at(rig: Rig, event: str) -> None:
    def stop() -> None:
        rig.stop = True

    rig.world.hooks[event] = stop


def test_asked_to_stop_at_once_nothing_is_begun(rig: Rig) -> None:
    plan = rig.plan(bot("a"))
    rig.stop = True
    report = rig.apply(plan)
    assert statuses(report) == {"bot/a": "not started"}
    assert errors(report) == {"bot/a": "the run was asked to stop"}
    assert report.interrupted
    assert rig.world.bots == {}


def test_a_bot_that_was_begun_is_finished_and_recorded_and_no_other_is_begun(rig: Rig) -> None:
    plan = rig.plan(bot("a"), registration("a"), bot("b"))
    stop_at(rig, "reserve bot/a")
    report = rig.apply(plan, workers=1)
    assert statuses(report) == {"bot/a": "done", "bot/a/domain/osaka": "done", "bot/b": "not started"}
    assert report.interrupted
    assert rig.entries.keys() == {"bot/a", "bot/a/domain/osaka"}


def test_a_bot_whose_steps_have_begun_is_finished(rig: Rig) -> None:
    plan = rig.plan(bot("a"), registration("a"), menu("a"))
    stop_at(rig, "write bot/a")
    report = rig.apply(plan)
    assert report.complete
    assert not report.interrupted


def test_of_bots_that_exist_those_not_begun_stay_as_they_are() -> None:
    rig = deployed(bot("a"), bot("b"))
    plan = rig.plan(bot("a", bot_spec("A")), bot("b", bot_spec("B")))
    stop_at(rig, "write bot/a")
    report = rig.apply(plan, workers=1)
    assert statuses(report) == {"bot/a": "done", "bot/b": "not started"}
    assert rig.world.names() == ["A", "b"]
    assert report.interrupted


def test_asked_to_stop_between_waves_the_next_wave_is_not_begun(rig: Rig) -> None:
    plan = rig.plan(bot("a"), bot("b"), bot("c"))
    stop_at(rig, "write bot/a")
    report = rig.apply(plan, wave=1)
    assert statuses(report) == {"bot/a": "done", "bot/b": "not started", "bot/c": "not started"}
    rig.stop = False
    rig.world.hooks.clear()
    settles(rig, "a", "b", "c")


@pytest.mark.parametrize(
    "event",
    [
        "list",
        "reserve bot/a",
        "reserve bot/b",
        "write bot/a",
        "write bot/b",
        "write bot/a/domain/osaka",
        "read bot 1",
    ],
)
def test_stopped_at_any_moment_the_next_run_ends_as_desired(event: str) -> None:
    rig = Rig()
    wanted = (bot("a"), registration("a"), bot("b"))
    plan = rig.plan(*wanted)
    stop_at(rig, event)
    rig.apply(plan, wave=1)
    rig.stop = False
    rig.world.hooks.clear()
    assert rig.apply(rig.plan(*wanted)).complete
    assert rig.world.names() == ["a", "b"]
    assert rig.plan(*wanted).empty


# --- killed


class Killed(BaseException):
    """The process is gone: nobody tidies up."""


def die() -> None:
    raise Killed


KILLS: dict[str, Callable[[Rig], None]] = {
    event: lambda rig, event=event: rig.world.hooks.update({event: die})  # type: ignore[misc]
    for event in ("reserve bot/b", "write bot/a", "write bot/b", "write bot/a/domain/osaka", "read bot 1")
}


@pytest.mark.parametrize("event", KILLS)
def test_killed_at_any_moment_the_next_run_ends_as_desired(event: str) -> None:
    rig = Rig()
    wanted = (bot("a"), registration("a"), bot("b"))
    plan = rig.plan(*wanted)
    KILLS[event](rig)
    with pytest.raises(Killed):
        rig.apply(plan, workers=1)
    rig.world.hooks.clear()
    again = rig.plan(*wanted)
    assert again.refusals == ()
    assert rig.apply(again).complete
    assert rig.world.names() == ["a", "b"]
    assert len(rig.world.children) == 1
    assert rig.plan(*wanted).empty


@pytest.mark.parametrize("event", ["reserve bot/a", "write bot/a"])
@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (KeyError("canary"), "unexpected KeyError"),
        (UserError("no file"), "unexpected UserError: no file"),
    ],
    ids=["anybody's words", "our own words"],
)
def test_our_own_mistake_with_one_bot_is_told_and_the_rest_goes_on(
    rig: Rig, event: str, mistake: Exception, told: str
) -> None:
    """What nobody foresaw must not lose what was done with the other bots; its words may be anything."""

    def mistaken() -> None:
        raise mistake

    rig.world.hooks[event] = mistaken
    report = rig.apply(rig.plan(bot("a"), bot("b")))
    assert statuses(report) == {"bot/a": "failed", "bot/b": "done"}
    assert report.outcomes[0].error == told
    assert "mistake in lwdeploy" in report.outcomes[0].advice
    assert rig.entries["bot/b"] == next(each for each, spec in rig.world.bots.items() if spec == bot_spec("b"))
    rig.world.hooks.clear()
    assert rig.apply(rig.plan(bot("a"), bot("b"))).complete
