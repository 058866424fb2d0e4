"""What is judged of all documents together, and what good documents may look like."""

from __future__ import annotations

import pytest

from tests.unit.manifests.conftest import BOT, Project

ID_AS_NAME = "write the id, or the domain's name in the Tenant, as `name`"
TENANT = "apiVersion: lwdeploy/v1\nkind: Tenant\nmetadata: {name: t}\nspec: "


@pytest.mark.parametrize(
    "spec",
    [
        "{}",
        "{botName: Desk, description: {default: a, ja_JP: b, zh_TW: ''}, photoUrl: {default: https://x/y.png}}",
        "{botId: 2000001, renamedFrom: old.name-1}",
        "{pic: {primary: [taro@example.com], vice: []}, policy: {joinChatRoom: true, allowedDomains: all}}",
        "{policy: {allowedDomains: [osaka, 10000001]}, callback: {enabled: false}}",
        "{callback: {url: https://x, messageTypes: [text, location, sticker, image, file, audio, video]}}",
        "{callback: {events: [message, join, leave, joined, left, postback, begin, end], messageTypes: []}}",
        "{domains: []}",
        "{domains: [{name: osaka, visible: false, permission: selected, members: []}, {name: 10000001}]}",
        "{menus: {}, lifecycle: {protect: false, ignoreChanges: []}}",
        "{menus: {persistent: {actions: []}}}",
        "{menus: {persistent: {name: main, actions: [{type: copy, label: {default: a}, copyText: b}]}}}",
    ],
)
def test_a_bot_may_say_as_much_or_as_little_as_it_likes(project: Project, spec: str) -> None:
    project.write("a.yaml", f"{BOT}spec: {spec}\n")
    assert project.check() == []


@pytest.mark.parametrize(
    ("endpoint", "good"),
    [
        ("local", True),
        ("https://www.worksapis.com/v1.0", True),
        ("http://localhost:8080/v1.0", True),
        ("http://127.0.0.1", True),
        ("'http://[::1]:80'", True),
        ("http://localhost.example.com", False),
        ("http://127.0.0.1@example.com", False),
        ("https://example.com?x=1", False),
        ('"https://example.com/v1\\n"', False),
        ("Local", False),
    ],
)
def test_plain_http_is_for_this_machine_only(project: Project, endpoint: str, *, good: bool) -> None:
    project.write("a.yaml", f"{TENANT}{{endpoint: {endpoint}}}\n")
    assert [each.rule for each in project.check()] == ([] if good else ["LW021"])


def test_all_errors_of_all_files_come_in_one_run_sorted(project: Project) -> None:
    project.write("b.yaml", f"{BOT}spec: {{zz: 1, botId: x, secret: {{}}, menus: x}}\n")
    project.write("a.yaml", f"{BOT}spec: [\n---\n{TENANT}{{endpoint: local, prune: no}}\n")
    assert [(str(each.source), each.rule) for each in project.check()] == [
        ("a.yaml:4:7", "LW007"),
        ("a.yaml:9:32", "LW009"),
        ("b.yaml:3:18", "LW023"),
        ("b.yaml:4:8", "LW019"),
        ("b.yaml:4:22", "LW020"),
        ("b.yaml:4:25", "LW017"),
        ("b.yaml:4:44", "LW020"),
    ]


def test_a_missing_field_is_not_told_where_the_reader_had_to_leave_something_out(project: Project) -> None:
    project.write(
        "a.yaml",
        "apiVersion: lwdeploy/v1\nkind: PersonInCharge\nmetadata: {name: a}\nspec: {<<: {primary: [x]}}\n",
    )
    assert [each.rule for each in project.check()] == ["LW011"]


@pytest.mark.parametrize(
    ("kind", "spec", "fix"),
    [
        ("PersonInCharge", "{primary: [a], subadministrators: [b]}", "did you mean `vice`?"),
        ("PersonInCharge", "{primary: [a], managers: [b]}", "did you mean `primary`?"),
        ("Bot", "{enableGroupJoin: true}", "did you mean `spec.policy.joinChatRoom`?"),
        ("Bot", "{callback: {callbackEvents: [text]}}", "did you mean `messageTypes`?"),
        ("Bot", "{botNo: 5}", "did you mean `botId`?"),
        ("Bot", "{i18nBotNames: []}", "did you mean `botName`?"),
        ("Bot", "{domains: [{domainId: 5, name: 5}]}", ID_AS_NAME),
        ("Bot", "{richMenu: x}", "did you mean `spec.menus.rich`?"),
        ("Bot", "{labels: {}}", "did you mean `metadata.labels`?"),
        ("Callback", "{callbackUrl: https://x}", "did you mean `url`?"),
        ("Tenant", "{endpoint: local, gaurds: {}}", "did you mean `guards`?"),
        ("Tenant", "{endpoint: local, auth: {clientID: {env: A}}}", "did you mean `clientId`?"),
    ],
)  # fmt: skip
def test_a_foreign_word_is_answered_with_ours(project: Project, kind: str, spec: str, fix: str) -> None:
    found = project.one(f"apiVersion: lwdeploy/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n")
    assert (found.rule, found.fix) == ("LW019", fix)


def test_the_second_of_two_renames_from_one_key_is_told(project: Project) -> None:
    bots = [BOT.replace("helpdesk", name) + "spec: {renamedFrom: old}\n" for name in "ab"]
    assert project.one("---\n".join(bots)).rule == "LW031"


def test_hundreds_of_dangling_references_are_answered_but_only_some_with_a_guess(project: Project) -> None:
    bots = [f"{BOT.replace('helpdesk', f'b{n}')}spec: {{pic: {{ref: p{n}}}}}\n" for n in range(60)]
    project.write("a.yaml", "---\n".join(bots))
    found = project.check()
    assert [each.rule for each in found] == ["LW024"] * 60
    assert found[-1].fix == "correct it, or write a document of kind PersonInCharge"
