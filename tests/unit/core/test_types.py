"""The values that travel along the straight line."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.core import actions, address, diagnostics, kind, live, picture, tenant, types
from lwdeploy.core.address import Address
from lwdeploy.core.kind import TenantView
from lwdeploy.core.types import Action, ApplyReport, Change, Mark, Outcome, Proof, State, Status

_BOT = Address.top("bot", "helpdesk")
_words = st.text(alphabet=st.characters(blacklist_characters=" ", blacklist_categories=["Cs"]), min_size=1)


def test_only_four_actions_write_to_the_tenant() -> None:
    assert {action for action in Action if action.writes} == {
        Action.CREATE,
        Action.UPDATE,
        Action.REPLACE,
        Action.DELETE,
    }


def test_a_mark_prints_who_made_it() -> None:
    mark = Mark(project="acme", key="5f0c", nonce="81aa")
    assert str(mark) == "lwdeploy acme 5f0c 81aa"


@given(project=_words, key=_words, nonce=_words)
def test_a_mark_is_read_back_from_a_name(project: str, key: str, nonce: str) -> None:
    mark = Mark(project=project, key=key, nonce=nonce)
    assert Mark.parse(str(mark)) == mark


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Help Desk",
        "lwdeploy",
        "lwdeploy acme 5f0c",
        "lwdeploy acme 5f0c 81aa more",
        "lwdeploy  5f0c 81aa",
        "lwdeploy acme 5f0c ",
        " lwdeploy acme 5f0c 81aa",
        "LWDEPLOY acme 5f0c 81aa",
        "other acme 5f0c 81aa",
    ],
)
def test_a_name_that_only_looks_like_a_mark_is_none(name: str) -> None:
    assert Mark.parse(name) is None


@pytest.mark.parametrize(
    ("action", "proof", "stray"),
    [
        (Action.DELETE, Proof.MARK, True),
        (Action.DELETE, Proof.STATE, False),
        (Action.UPDATE, Proof.MARK, False),
    ],
)
def test_a_stray_is_what_only_its_mark_proves_ours(action: Action, proof: Proof, *, stray: bool) -> None:
    assert Change(address=_BOT, action=action, proof=proof).stray is stray


_MENU = _BOT.child("rich_menu", "rich-menu", "main")


def test_the_leftover_of_a_replacement_below_a_bot_is_no_stray() -> None:
    """Strays are bots: what our mark proves of a child says nothing about whether somebody thinks of it."""
    assert not Change(address=_MENU, action=Action.DELETE, proof=Proof.MARK).stray


@pytest.mark.parametrize(
    ("change", "cleanup"),
    [
        (Change(address=_BOT, action=Action.DELETE, proof=Proof.MARK), True),
        (Change(address=_MENU, action=Action.DELETE, proof=Proof.MARK, replaced_by=_MENU), True),
        (Change(address=_MENU, action=Action.DELETE, proof=Proof.MARK), False),
        (Change(address=_BOT, action=Action.DELETE, proof=Proof.STATE), False),
    ],
    ids=["stray bot", "replaced", "marked", "owned"],
)
def test_only_what_nobody_needs_any_more_is_a_cleanup(change: Change, *, cleanup: bool) -> None:
    assert change.cleanup is cleanup


def _outcome(status: Status) -> Outcome:
    return Outcome(address=_BOT, action=Action.CREATE, status=status)


def test_a_report_is_complete_when_everything_was_done() -> None:
    done = ApplyReport(outcomes=(_outcome(Status.DONE), _outcome(Status.DONE)))
    assert done.complete
    assert (done.count(Status.DONE), done.count(Status.FAILED)) == (2, 0)
    assert ApplyReport(outcomes=()).complete


@pytest.mark.parametrize("status", [each for each in Status if each is not Status.DONE])
def test_a_report_is_not_complete_with_anything_else(status: Status) -> None:
    report = ApplyReport(outcomes=(_outcome(Status.DONE), _outcome(status)))
    assert not report.complete
    assert report.count(status) == 1


def test_a_new_state_is_empty_and_shares_nothing() -> None:
    first, second = State(lineage="a"), State(lineage="b")
    assert (first.serial, first.entries, first.users, first.plans) == (0, {}, {}, ())
    assert first.entries is not second.entries


def test_every_value_is_frozen_and_slotted() -> None:
    values = [
        each
        for module in (actions, address, diagnostics, kind, live, picture, tenant, types)
        for each in vars(module).values()
        if isinstance(each, type) and is_dataclass(each)
    ]
    assert len(values) > 20
    assert [each for each in values if "__slots__" not in vars(each)] == []
    view = TenantView(name="a")
    with pytest.raises(FrozenInstanceError):
        view.name = "b"  # type: ignore[misc]
