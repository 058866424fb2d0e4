"""Which live object a manifest means, and what proves it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lwdeploy.core.errors import AmbiguousMatch
from lwdeploy.core.live import Listed
from lwdeploy.core.types import Mark, Proof, Resource, State
from lwdeploy.planning.match import Binding, Identity, identify, mark_key
from tests.unit.planning.builders import bot, entry, marked, root, row, state_of


def identity_of(
    *roots: Resource, listed: Sequence[Listed] = (), state: State | None = None, project: str = "acme"
) -> Identity:
    return identify(roots, state=state, listed=listed, project=project)


def test_a_name_alone_identifies_nothing() -> None:
    found = identity_of(bot(), listed=[row("7", "helpdesk")])
    assert found == Identity(bindings={}, strays=())


def test_the_manifest_s_bot_id_is_the_strongest_proof() -> None:
    listed = [row("7", marked("helpdesk"))]
    found = identity_of(bot(bind="5"), listed=listed, state=state_of({root(): entry("5")}))
    assert found.bindings == {root(): Binding(remote_id="5", proof=Proof.BOT_ID)}


def test_the_state_s_id_is_stronger_than_a_mark() -> None:
    found = identity_of(bot(), listed=[row("7", marked("helpdesk"))], state=state_of({root(): entry("5")}))
    assert found.bindings == {root(): Binding(remote_id="5", proof=Proof.STATE)}


def test_a_mark_of_this_project_and_key_proves_a_bot_that_state_does_not_know() -> None:
    found = identity_of(bot(), listed=[row("7", marked("helpdesk"))])
    assert found.bindings == {root(): Binding(remote_id="7", proof=Proof.MARK)}
    assert found.strays == ()


@pytest.mark.parametrize("name", [marked("helpdesk", project="other"), marked("sales")])
def test_a_mark_of_another_project_or_key_binds_nothing(name: str) -> None:
    assert identity_of(bot(), listed=[row("7", name)]).bindings == {}


def test_of_several_marks_the_oldest_is_kept_and_the_others_are_strays() -> None:
    listed = [row("12", marked("helpdesk", "b")), row("9", marked("helpdesk", "a")), row("10", marked("helpdesk"))]
    found = identity_of(bot(), listed=listed)
    assert found.bindings[root()].remote_id == "9"
    assert [stray.remote_id for stray in found.strays] == ["10", "12"]


def test_ids_that_are_no_numbers_are_put_in_order_all_the_same() -> None:
    listed = [row("b", marked("helpdesk", "1")), row("a", marked("helpdesk", "2"))]
    found = identity_of(bot(), listed=listed)
    assert (found.bindings[root()].remote_id, found.strays[0].remote_id) == ("a", "b")


def test_a_mark_beside_a_recorded_bot_is_a_stray() -> None:
    listed = [row("5", "helpdesk"), row("7", marked("helpdesk"))]
    found = identity_of(bot(), listed=listed, state=state_of({root(): entry("5")}))
    assert [stray.remote_id for stray in found.strays] == ["7"]


def test_a_marked_bot_that_state_remembers_is_no_stray() -> None:
    """It was recorded under its mark and its manifest is gone: that is a matter of pruning."""
    found = identity_of(listed=[row("7", marked("sales"))], state=state_of({root("sales"): entry("7")}))
    assert found.strays == ()


def test_a_mark_of_a_key_that_is_gone_is_a_stray_of_a_project_with_an_id_of_its_own() -> None:
    found = identity_of(bot(), listed=[row("7", marked("sales"))])
    assert [stray.remote_id for stray in found.strays] == ["7"]


def test_projects_without_an_id_share_a_name_so_an_unknown_key_of_theirs_proves_nothing() -> None:
    listed = [
        row("7", marked("sales", project="default")),
        row("8", marked("helpdesk", "a", project="default")),
        row("9", marked("helpdesk", "b", project="default")),
    ]
    found = identity_of(bot(), listed=listed, project="default")
    assert found.bindings[root()].remote_id == "8"
    assert [stray.remote_id for stray in found.strays] == ["9"]


def test_a_mark_of_another_project_is_never_a_stray() -> None:
    assert identity_of(bot(), listed=[row("7", marked("helpdesk", project="other"))]).strays == ()


def test_a_bot_id_that_contradicts_the_state_is_ambiguous() -> None:
    with pytest.raises(AmbiguousMatch) as caught:
        identity_of(bot(bind="5"), state=state_of({root(): entry("6")}))
    assert caught.value.message == ("bots.yaml:1:1: bot/helpdesk names botId 5, but the state remembers 6 for it")


def test_two_manifests_that_mean_one_bot_are_ambiguous_and_all_are_named() -> None:
    with pytest.raises(AmbiguousMatch) as caught:
        identity_of(bot("b", bind="5"), bot("a"), bot("c", bind="5"), state=state_of({root("a"): entry("5")}))
    assert caught.value.message == "More than one manifest means the same bot:\n  5: bot/a, bot/b, bot/c"


def test_the_key_of_a_mark_is_a_hash_of_the_address() -> None:
    assert mark_key(root()) == mark_key(root())
    assert mark_key(root()) != mark_key(root("sales"))
    assert len(mark_key(root())) == 12


def test_the_longest_mark_fits_into_a_bot_name() -> None:
    """A name takes 100 characters; a project id takes at most 63, as every key."""
    assert len(str(Mark(project="p" * 63, key=mark_key(root()), nonce="01234567"))) <= 100
