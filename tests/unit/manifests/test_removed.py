"""Documents that say that a bot is to go: what they give, and what they forbid."""

from __future__ import annotations

from lwdeploy.core.address import Address
from tests.unit.manifests.conftest import BOT, Project
from tests.unit.manifests.fakes import FakeKind, resolved

REMOVED = "apiVersion: lwdeploy/v1\nkind: Removed\nmetadata: {name: helpdesk}\n"
HELPDESK = Address.top("bot", "helpdesk")


def test_a_removed_document_gives_the_address_of_the_bot_and_the_reason(project: Project) -> None:
    project.write("gone.yaml", REMOVED + "spec: {reason: Replaced by the portal}\n")
    desired = resolved(project, FakeKind()).desired
    assert desired.removed == {HELPDESK: "Replaced by the portal"}
    assert desired.resources == ()
    assert set(desired.files) == {"gone.yaml"}


def test_a_reason_of_several_lines_stands_in_one(project: Project) -> None:
    """Plans, reports and logs have one line for it."""
    project.write("gone.yaml", REMOVED + "spec:\n  reason: |\n    Replaced\n      by the portal\n")
    assert resolved(project, FakeKind()).desired.removed == {HELPDESK: "Replaced by the portal"}


def test_a_project_without_removed_documents_removes_nothing(project: Project) -> None:
    project.write("bot.yaml", BOT + "spec: {}\n")
    assert resolved(project, FakeKind()).desired.removed == {}


def test_an_invalid_removed_document_removes_nothing(project: Project) -> None:
    project.write("gone.yaml", REMOVED + "spec: {because: no reason is given}\n")
    assert resolved(project, FakeKind()).desired.removed == {}


def test_a_bot_and_its_removal_are_told_with_both_places(project: Project) -> None:
    project.write("a.yaml", BOT + "spec: {}\n")
    project.write("b.yaml", REMOVED + "spec: {reason: Replaced}\n")
    (finding,) = project.check()
    assert (finding.rule, str(finding.source)) == ("LW032", "b.yaml:3:18")
    assert "a.yaml:3:18" in finding.message
    assert "helpdesk" in finding.message


def test_a_rename_from_a_bot_that_is_to_go_is_told_with_both_places(project: Project) -> None:
    project.write("a.yaml", BOT.replace("helpdesk", "desk") + "spec: {renamedFrom: helpdesk}\n")
    project.write("b.yaml", REMOVED + "spec: {reason: Replaced}\n")
    (finding,) = project.check()
    assert (finding.rule, str(finding.source)) == ("LW031", "a.yaml:4:21")
    assert "b.yaml:3:18" in finding.message


def test_other_documents_may_have_the_key_of_a_bot_that_is_to_go(project: Project) -> None:
    menu = (
        "apiVersion: lwdeploy/v1\nkind: PersonInCharge\nmetadata: {name: helpdesk}\nspec: {primary: [taro@a.b]}\n"
    )
    project.write("a.yaml", f"{menu}---\n{REMOVED}spec: {{reason: Replaced}}\n")
    assert list(project.check()) == []


def test_a_misspelt_kind_is_asked_about(project: Project) -> None:
    finding = project.one(REMOVED.replace("Removed", "Remove") + "spec: {reason: Replaced}\n")
    assert finding.rule == "LW016"
    assert "Removed" in finding.fix
