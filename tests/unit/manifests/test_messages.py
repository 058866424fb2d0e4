"""The sentences that people read: what is wrong, why, and what to do."""

from __future__ import annotations

import pytest

from tests.unit.manifests.conftest import BOT, Project


def test_a_duplicate_key_names_the_place_of_the_first(project: Project) -> None:
    found = project.one(BOT + "spec:\n  botName: Desk\n  botName: Help\n")
    assert str(found.source) == "bots.yaml:6:3"
    assert found.message == "the key `botName` stands twice in this mapping, first at line 5, column 3"
    assert found.fix == "keep one of the two"
    assert found.excerpt == "  botName: Help"


def test_an_ambiguous_word_says_what_else_it_could_be_and_how_to_write_both(project: Project) -> None:
    found = project.one(BOT + "spec: {policy: {joinChatRoom: no}}\n")
    assert found.message == (
        "`no` without quotes is ambiguous: some YAML readers take it for true or false, others for text"
    )
    assert found.fix == 'write false, or put it in quotes: "no"'


def test_a_word_of_the_api_is_answered_with_our_word(project: Project) -> None:
    found = project.one(BOT + "spec: {administrators: [taro@example.com]}\n")
    assert found.message == "there is no field `administrators` in `spec` of a Bot"
    assert found.fix == "did you mean `spec.pic.primary`?"


def test_a_field_of_a_later_version_is_refused_with_one_sentence(project: Project) -> None:
    found = project.one(BOT + "spec: {secret: {rotation: first}}\n")
    assert found.message == "`spec.secret`: this version of lwdeploy does not handle bot secrets yet"
    assert found.fix == "leave it out, and read the secret in the Developer Console"


def test_a_dangling_reference_asks_for_the_name_that_was_meant(project: Project) -> None:
    project.write(
        "pic.yaml",
        "apiVersion: lwdeploy/v1\nkind: PersonInCharge\nmetadata: {name: it-desk}\nspec: {primary: [taro]}\n",
    )
    found = project.one(BOT + "spec:\n  pic: {ref: it-dsk}\n")
    assert found.message == "`spec.pic.ref` points to the PersonInCharge `it-dsk`, which does not exist"
    assert found.fix == "did you mean `it-desk`?"


def test_the_same_key_in_two_files_names_both_places(project: Project) -> None:
    project.write("a.yaml", BOT + "spec: {}\n")
    found = project.one(BOT + "spec: {}\n")
    assert str(found.source) == "bots.yaml:3:18"
    assert found.message == "there is a Bot `helpdesk` already, at a.yaml:3:18"


def test_a_circle_of_references_is_written_out(project: Project) -> None:
    text = "".join(
        f"---\napiVersion: lwdeploy/v1\nkind: Callback\nmetadata: {{name: {name}}}\nspec: {{ref: {other}}}\n"
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    assert project.one(text).message == (
        "references go round in a circle: Callback/a -> Callback/b -> Callback/c -> Callback/a"
    )


def test_a_credential_is_refused_and_not_shown(project: Project) -> None:
    text = "apiVersion: lwdeploy/v1\nkind: Tenant\nmetadata: {name: t}\nspec:\n  endpoint: local\n"
    found = project.one(text + "  auth: {clientSecret: hunter2}\n")
    assert found.message == "`spec.auth.clientSecret` holds a value: credentials never stand in manifests"
    assert found.excerpt == ""


@pytest.mark.parametrize("value", ["hunter2: x", "'hunter2", "012hunter2\n  auth: 1", "!x hunter2"])
def test_a_credential_is_not_shown_by_the_reader_either(project: Project, value: str) -> None:
    project.write("t.yaml", f"apiVersion: lwdeploy/v1\nkind: Tenant\nspec:\n  auth:\n    clientSecret: {value}\n")
    found = project.check()
    assert found
    assert "hunter2" not in str(found)


def test_a_line_of_a_private_key_is_not_shown(project: Project) -> None:
    project.write(
        "t.yaml",
        "spec:\n  key: |\n    -----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\nx: y\n",
    )
    found = project.check()
    assert [each.rule for each in found] == ["LW007"]
    assert "MIIE" not in str(found)


def test_a_long_line_is_cut_around_the_mistake_which_then_stands_at_index_100(project: Project) -> None:
    found = project.one(BOT + f"spec: {{description: {'x' * 90}, photoUrl: {'y' * 90}, botName: no}}\n")
    assert len(found.excerpt) <= 200
    assert found.excerpt.startswith("…")
    assert found.excerpt[100:102] == "no"


def test_a_directional_override_is_not_printed(project: Project) -> None:
    found = project.one(BOT + 'spec: {"\u202ebotName": x}\n')
    assert "\u202e" not in found.message + found.fix + found.excerpt
    assert found.message == "there is no field `\\u202ebotName` in `spec` of a Bot"
