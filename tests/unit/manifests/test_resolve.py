"""From documents to resources: references replaced, rules before declarations, scopes and places kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.diagnostics import Severity
from lwdeploy.core.kind import Finding, Manifest, Rule
from lwdeploy.core.types import Lifecycle
from lwdeploy.manifests.resolve import resolve
from tests.unit.manifests.conftest import BOT, Project
from tests.unit.manifests.fakes import TENANT, FakeKind, manifest_of, resolved

PIC = "apiVersion: lwdeploy/v1\nkind: PersonInCharge\nmetadata: {name: it-desk}\nspec:\n  primary: [taro, jiro]\n"
MENU = (
    "apiVersion: lwdeploy/v1\nkind: PersistentMenu\nmetadata: {name: main}\n"
    "spec:\n  actions:\n    - {type: message, label: New}\n"
)
HELPDESK = Address.top("bot", "helpdesk")


def test_references_are_replaced_by_the_spec_of_what_they_refer_to(project: Project) -> None:
    project.write("shared.yaml", f"{PIC}---\n{MENU}")
    project.write("bot.yaml", BOT + "spec: {botId: 5, pic: {ref: it-desk}, menus: {persistent: {ref: main}}}\n")
    manifest = manifest_of(project)
    assert manifest.address == HELPDESK
    assert manifest.tenant is TENANT
    assert manifest.spec == {
        "botId": 5,
        "pic": {"primary": ["taro", "jiro"]},
        "menus": {"persistent": {"actions": [{"type": "message", "label": "New"}]}},
    }


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("pic.primary.1", "shared.yaml:5:19"),
        ("pic.vice", "shared.yaml:4:1"),
        ("pic", "bot.yaml:5:3"),
        ("menus.persistent.actions.0.label", "shared.yaml:12:30"),
        ("menus.persistent", "bot.yaml:6:11"),
        ("botName", "bot.yaml:4:1"),
    ],
)
def test_a_place_is_in_the_file_that_wrote_the_value(project: Project, path: str, place: str) -> None:
    project.write("shared.yaml", f"{PIC}---\n{MENU}")
    project.write("bot.yaml", BOT + "spec:\n  pic: {ref: it-desk}\n  menus: {persistent: {ref: main}}\n")
    assert str(manifest_of(project).at(path)) == place


def test_the_documents_themselves_are_not_changed(project: Project) -> None:
    project.write("a.yaml", f"{MENU}---\n{BOT}spec: {{menus: {{persistent: {{ref: main}}}}}}\n")
    loaded = project.load()
    resolve(loaded, tenant=TENANT, kinds=[FakeKind().kind], whole_project=True)
    assert loaded.documents[1].spec == {"menus": {"persistent": {"ref": "main"}}}


def test_the_lifecycle_is_read_and_stays_in_the_spec(project: Project) -> None:
    project.write(
        "a.yaml", BOT + "spec: {lifecycle: {protect: true, ignoreChanges: [photoUrl], retainReplaced: true}}\n"
    )
    manifest = manifest_of(project)
    assert manifest.lifecycle == Lifecycle(protect=True, ignore_changes=("photoUrl",), retain_replaced=True)
    assert "lifecycle" in manifest.spec


def rule(path: str, severity: Severity = Severity.ERROR) -> Rule:
    def check(manifest: Manifest) -> Iterator[Finding]:
        if "pic" in manifest.spec:
            yield Finding(path=path, message="wrong", fix="right it")

    return Rule(id="LW099", title="t", explain="e", check=check, severity=severity)


def test_what_a_rule_finds_is_shown_where_it_was_written_and_stops_the_bot_only(project: Project) -> None:
    project.write("pic.yaml", PIC)
    project.write(
        "bot.yaml", f"{BOT}spec: {{pic: {{ref: it-desk}}}}\n---\n{BOT.replace('helpdesk', 'b')}spec: {{}}\n"
    )
    fake, other = FakeKind(rules=(rule("pic.primary.0"),)), FakeKind()
    made = resolved(project, fake, other)
    assert [(each.rule, str(each.source), each.message, each.fix) for each in made.diagnostics] == [
        ("LW099", "pic.yaml:5:13", "wrong", "right it")
    ]
    assert made.diagnostics[0].excerpt == "  primary: [taro, jiro]"
    assert [each.address.name for each in fake.seen + other.seen] == ["b", "b"]


def test_a_warning_stops_nothing(project: Project) -> None:
    project.write("a.yaml", f"{PIC}---\n{BOT}spec: {{pic: {{ref: it-desk}}}}\n")
    made = resolved(project, FakeKind(rules=(rule("pic", Severity.WARNING),)))
    assert [each.severity for each in made.diagnostics] == [Severity.WARNING]
    assert [each.address for each in made.desired.resources] == [HELPDESK]


def three_findings(_manifest: Manifest) -> Iterator[Finding]:
    for path in ("botName", "menus.persistent", "menus.persistent.actions.0.label"):
        yield Finding(path=path, message=path, fix="right it")


MENU_RULES = FakeKind(rules=(Rule(id="LW099", title="t", explain="e", check=three_findings),))


@pytest.mark.parametrize("key", ["main", "used"])
def test_a_menu_that_no_bot_refers_to_is_asked_about_by_itself_and_makes_nothing(
    project: Project, key: str
) -> None:
    """Of what is found only what lies within the menu counts; a menu that a bot refers to is asked about once."""
    project.write("a.yaml", MENU.replace("main", key))
    project.write("b.yaml", f"{BOT}spec: {{menus: {{persistent: {{ref: used}}}}}}\n")
    made = resolved(project, MENU_RULES)
    found = [(each.message, str(each.source)) for each in made.diagnostics if each.source.file == "a.yaml"]
    assert found == [("menus.persistent.actions.0.label", "a.yaml:6:30")]
    assert made.desired.resources == ()


def test_a_menu_that_is_wrong_by_itself_is_not_asked_about(project: Project) -> None:
    project.write("a.yaml", MENU.replace("label", "lable"))
    assert resolved(project, MENU_RULES).diagnostics == ()


def test_policies_that_no_bot_refers_to_are_not_asked_about(project: Project) -> None:
    """What is right in them depends on the bot."""
    project.write("a.yaml", PIC)
    assert resolved(project, FakeKind(rules=(rule("pic.primary.0"),))).diagnostics == ()


def test_resources_are_sorted_and_scopes_are_those_that_a_kind_spells_out(project: Project) -> None:
    for name in "cab":
        project.write(f"{'cba'.index(name)}.yaml", BOT.replace("helpdesk", name) + "spec: {}\n")
    made = resolved(project, FakeKind(in_scope=True))
    assert [each.address.name for each in made.desired.resources] == ["a", "b", "c"]
    assert made.desired.scopes == {(Address.top("bot", name), "bot") for name in "abc"}
    assert set(made.desired.files) == {"0.yaml", "1.yaml", "2.yaml"}
    assert made.desired.whole_project


@pytest.mark.parametrize(
    "text",
    [
        BOT + "spec: {botname: x}\n",
        BOT + "spec: {botName: no}\n",
        BOT + "spec: {botName: [\n",
        BOT + "spec: {pic: {ref: nobody}}\n",
        BOT + "spec: {pic: {ref: it-desk}}\n---\n" + PIC.replace("primary", "primry"),
    ],
)
def test_a_bot_that_is_wrong_or_refers_to_what_is_wrong_is_left_out_in_silence(
    project: Project, text: str
) -> None:
    project.write("a.yaml", text)
    fake = FakeKind()
    made = resolved(project, fake)
    assert (made.diagnostics, made.desired.resources, fake.seen) == ((), (), [])
    assert project.check()


def test_of_two_bots_with_one_key_the_first_counts(project: Project) -> None:
    project.write("a.yaml", f"{BOT}spec: {{botId: 1}}\n---\n{BOT}spec: {{botId: 2}}\n")
    assert [each.spec["botId"] for each in resolved(project, FakeKind()).desired.resources] == [1]
