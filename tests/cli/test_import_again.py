"""A second import brings what moved in the tenant into manifests that people edited since, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.simulator import LocalTenant
from tests.support.console import Console
from tests.support.importing import imported, nowhere, tree
from tests.support.menu_pictures import picture
from tests.support.project import ADMIN, Project, least
from tests.support.swift import spare_keys_and_certificates


@pytest.fixture(autouse=True)
def _swift(monkeypatch: pytest.MonkeyPatch) -> None:
    spare_keys_and_certificates(monkeypatch)


@pytest.fixture
def bots(tenant: LocalTenant) -> tuple[int, ...]:
    """Three bots with the same people, of which the first has more: two registrations, a menu of buttons."""
    body = {
        "botName": "Help Desk",
        "description": "Answers\nquestions",
        "i18nBotNames": [{"language": "ja_JP", "botName": "ヘルプ"}],
        "enableCallback": True,
        "callbackUrl": "https://bots.example.com/desk?key=abc",
    }
    first = tenant.make_bots(1, body=body)[0]
    others = tenant.make_bots(2, name="Room", registered_in=10000001)
    console = Console(tenant)
    for domain in (10000001, 10000002):
        console.do("POST", f"/bots/{first}/domains/{domain}", {"visible": True})
    actions = [{"type": "message", "label": "Help", "text": "help"}]
    console.do("POST", f"/bots/{first}/persistentmenu", {"content": {"actions": actions}})
    return (first, *others)


@pytest.fixture
def project(tenant: LocalTenant, bots: tuple[int, ...], tmp_path: Path) -> Project:
    del bots
    made = nowhere(tenant, tmp_path / "project")
    imported(made)
    return made


def edit(project: Project, name: str, change: Callable[[str], str]) -> str:
    path = project.root / name
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    return text


DESK = "bots/help-desk.yaml"


def commented(text: str) -> str:
    """Edit a manifest as people do: a comment, another order, labels, quotes."""
    text = text.replace("  botName:\n", "  # The name on the door.\n  botName:\n")
    text = text.replace("metadata:\n  name: help-desk\n", "metadata: {name: help-desk, labels: {team: it}}\n")
    return text.replace("    default: Help Desk\n", "    default: 'Help Desk' # as printed\n")


def test_a_name_that_was_changed_in_the_console_is_changed_in_its_line_and_nowhere_else(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    before = edit(project, DESK, commented)
    files = tree(project.root)
    Console(tenant).do("PATCH", f"/bots/{bots[0]}", {"botName": "Service Desk"})
    ran = imported(project, "--format", "json").json
    after = tree(project.root)
    assert after.pop(DESK).decode() == before.replace("'Help Desk' # as", "'Service Desk' # as")
    files.pop(DESK)
    assert after == files
    assert ran["files"] == {"created": [], "updated": [DESK], "unchanged": []}


MOVES: dict[str, tuple[Callable[[Console, int], Any], str, str]] = {
    "a translation is added": (
        lambda console, bot: console.do(
            "PATCH",
            f"/bots/{bot}",
            {"i18nBotNames": [{"language": each, "botName": each} for each in ("ja_JP", "ko_KR")]},
        ),
        "    ja_JP: ヘルプ\n",
        "    ja_JP: ja_JP\n    ko_KR: ko_KR\n",
    ),
    "a translation is taken away": (
        lambda console, bot: console.do("PATCH", f"/bots/{bot}", {"i18nBotNames": []}),
        "    ja_JP: ヘルプ\n",
        "",
    ),
    "a registration is hidden": (
        lambda console, bot: console.do("PATCH", f"/bots/{bot}/domains/10000002", {"visible": False}),
        "domain-10000002\n      visible: true",
        "domain-10000002\n      visible: false",
    ),
    "a registration is taken away": (
        lambda console, bot: console.do("DELETE", f"/bots/{bot}/domains/10000001"),
        "    - name: domain-10000001\n      visible: true\n      permission: all\n",
        "",
    ),
    "a registration is added": (
        lambda console, bot: console.do("POST", f"/bots/{bot}/domains/10000003", {"visible": True}),
        "      permission: all\n  menus",
        "      permission: all\n    - name: domain-10000003\n      visible: true\n      permission: all\n  menus",
    ),
    "a callback gets another query": (
        lambda console, bot: console.do("PATCH", f"/bots/{bot}", {"callbackUrl": "https://bots.example.com/?n=1"}),
        "https://bots.example.com/desk?key=abc",
        "https://bots.example.com/?n=1",
    ),
    "a button gets another text": (
        lambda console, bot: console.do(
            "POST",
            f"/bots/{bot}/persistentmenu",
            {"content": {"actions": [{"type": "message", "label": "Help", "text": "sos"}]}},
        ),
        "          text: help\n",
        "          text: sos\n",
    ),
    "the menu is taken away": (
        lambda console, bot: console.do("DELETE", f"/bots/{bot}/persistentmenu"),
        "    persistent:\n      actions:\n        - type: message\n          label: Help\n          text: help\n",
        "",
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_what_moved_is_written_where_it_stands(
    move: str, project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    act, old, new = MOVES[move]
    before = edit(project, DESK, commented)
    assert old in before
    act(Console(tenant), bots[0])
    imported(project)
    after = (project.root / DESK).read_text(encoding="utf-8")
    expected = before.replace(old, new)
    assert after.replace("  menus: {}\n", "") == expected.replace(
        "  menus:\n" if not new and "menu" in move else "\0", ""
    )


def test_people_of_a_group_that_all_changed_alike_are_changed_once(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    taro = tenant.make_user("taro@example.com")
    for bot in bots:
        Console(tenant).do("PATCH", f"/bots/{bot}", {"administrators": [taro]})
    before = tree(project.root)
    imported(project)
    after = tree(project.root)
    assert {name for name in after if after[name] != before.get(name)} == {"people.yaml"}


def test_one_of_a_group_that_changed_gets_its_own_people(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    taro = tenant.make_user("taro@example.com")
    Console(tenant).do("PATCH", f"/bots/{bots[1]}", {"administrators": [taro]})
    before = tree(project.root)
    imported(project)
    after = tree(project.root)
    assert {name for name in after if after[name] != before.get(name)} == {"bots/room-1.yaml"}
    assert "primary:\n      - taro@example.com\n" in after["bots/room-1.yaml"].decode()


def test_what_moved_on_both_sides_is_left_to_a_person(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    edit(project, DESK, lambda text: text.replace("default: Help Desk", "default: Our Desk"))
    before = tree(project.root)
    Console(tenant).do("PATCH", f"/bots/{bots[0]}", {"botName": "Their Desk"})
    ran = project.run("import", "--format", "json")
    assert ran.code == 1
    assert [(each["address"], each["path"]) for each in ran.json["conflicts"]] == [
        ("bot/help-desk", "botName.default")
    ]
    assert ran.json["changes"] == [{"address": "bot/help-desk", "action": "update"}]
    assert tree(project.root) == before


def test_what_apply_is_to_leave_alone_an_import_leaves_alone_too(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    ignored = "spec:\n  lifecycle: {ignoreChanges: [description]}\n"
    before = edit(project, DESK, lambda text: text.replace("spec:\n", ignored, 1))
    Console(tenant).do("PATCH", f"/bots/{bots[0]}", {"description": "Something else"})
    imported(project)
    assert (project.root / DESK).read_text(encoding="utf-8") == before


def test_what_cannot_be_edited_where_it_stands_is_left_to_a_person(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    """All else of the same bot is brought."""
    aliased = "    default: &name Help Desk\n    en_US: *name\n"
    edit(project, DESK, lambda text: text.replace("    default: Help Desk\n", aliased))
    project.apply()
    Console(tenant).do("PATCH", f"/bots/{bots[0]}", {"botName": "Their Desk", "description": "Theirs"})
    ran = project.run("import", "--format", "json")
    assert ran.code == 1, ran.out
    assert [each["path"] for each in ran.json["conflicts"]] == ["botName"]
    after = (project.root / DESK).read_text(encoding="utf-8")
    assert aliased in after
    assert "  description: Theirs\n" in after


def test_a_picture_that_is_drawn_and_the_file_of_somebody_else_stay(tenant: LocalTenant, tmp_path: Path) -> None:
    project = Project.found(tmp_path / "project", tenant)
    action = {"type": "message", "label": "Help", "text": "help"}
    menu = {"name": "drawn", "size": "compact", "layout": "1x1", "areas": [{"action": action}]}
    rich = {"menus": [{**menu, "image": {"generate": {}}}], "default": "drawn"}
    path = project.bot("desk", **least("Desk"), menus={"rich": rich})
    project.apply()
    (project.root / "bots" / "desk.night.png").write_bytes(b"mine")
    before = tree(project.root)
    imported(project)
    assert tree(project.root) == before
    tenant.make_richmenu(int(project.ids()["bot/desk"]), name="night", picture=picture("compact-moon.png"))
    imported(project)
    after = tree(project.root)
    assert {name for name in after if after[name] != before.get(name)} == {
        "bots/desk.yaml",
        "bots/desk.night.2.png",
    }
    assert "image: desk.night.2.png" in path.read_text(encoding="utf-8")


def test_what_a_person_took_out_of_a_manifest_stays_out(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    before = edit(project, DESK, lambda text: text.replace("    ja_JP: ヘルプ\n", ""))
    Console(tenant).do("PATCH", f"/bots/{bots[0]}", {"i18nBotNames": [{"language": "ja_JP", "botName": "デスク"}]})
    imported(project)
    assert (project.root / DESK).read_text(encoding="utf-8") == before


def test_a_new_bot_of_the_same_name_gets_a_key_of_its_own_and_no_other_file_changes(
    project: Project, tenant: LocalTenant
) -> None:
    before = tree(project.root)
    tenant.make_bots(1, body={"botName": "Help Desk"})
    ran = imported(project, "--format", "json").json
    after = tree(project.root)
    assert ran["files"]["created"] == ["bots/help-desk-2.yaml"]
    assert {name for name in after if after[name] != before.get(name)} == {"bots/help-desk-2.yaml"}


def test_what_cannot_be_said_is_not_said_by_halves(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    """A button without a label of its own: no manifest has one, and another label is not what is there."""
    before = (project.root / DESK).read_bytes()
    label = {"label": "", "i18nLabels": [{"language": "ko_KR", "label": "메뉴"}]}
    body = {"content": {"actions": [{"type": "message", "text": "help", **label}]}}
    with tenant._tenant.store.transaction():
        tenant._tenant.store.run(
            "UPDATE persistent_menus SET body = ? WHERE bot_id = ?", json.dumps(body), bots[0]
        )
    ran = project.run("import", "--format", "json")
    assert ran.code == 1
    assert [(each["address"], each["path"]) for each in ran.json["conflicts"]] == [("bot/help-desk", "menus")]
    assert (project.root / DESK).read_bytes() == before


def test_right_after_an_import_nothing_has_drifted(project: Project) -> None:
    """Not even what no manifest declares: the members of a registration that everybody may use."""
    ran = project.run("drift", "--format", "json")
    assert (ran.code, ran.json["objects"]) == (0, [])


def test_a_renamed_bot_keeps_its_key(project: Project, tenant: LocalTenant, bots: tuple[int, ...]) -> None:
    Console(tenant).do("PATCH", f"/bots/{bots[1]}", {"botName": "Meeting Room"})
    assert imported(project, "--format", "json").json["bots"]["bot/room-1"] == str(bots[1])


def test_a_manifest_of_a_bot_that_is_gone_is_left_and_told(
    project: Project, tenant: LocalTenant, bots: tuple[int, ...]
) -> None:
    before = tree(project.root)
    Console(tenant).do("DELETE", f"/bots/{bots[2]}")
    ran = project.run("import", "--format", "json")
    assert ran.code == 1
    assert [each["address"] for each in ran.json["conflicts"]] == ["bot/room-2"]
    assert tree(project.root) == before
    assert "  bot/room-2: the tenant has it no more" in project.run("import").out


def test_another_picture_of_a_menu_takes_the_place_of_the_file(tenant: LocalTenant, tmp_path: Path) -> None:
    bot = tenant.make_bots(1, body={"botName": "Desk", "administrators": [ADMIN]})[0]
    menu = tenant.make_richmenu(bot, name="main", picture=picture("compact-sun.png"))
    project = nowhere(tenant, tmp_path)
    imported(project)
    before = tree(project.root)
    _rebind(tenant, bot, menu, picture("compact-moon.png"))
    imported(project)
    after = tree(project.root)
    assert {name for name in after if after[name] != before.get(name)} == {"bots/desk.main.png"}
    assert after["bots/desk.main.png"] == picture("compact-moon.png")


def test_a_picture_of_another_size_is_told_by_the_name_that_it_would_have_and_not_kept(
    tenant: LocalTenant, tmp_path: Path
) -> None:
    """Made long ago, or by a program: the menu goes unmanaged, and nothing is left that no manifest names."""
    bot = tenant.make_bots(1, body={"botName": "Desk", "administrators": [ADMIN]})[0]
    menu = tenant.make_richmenu(bot, name="main", picture=picture("full-sun.png"))
    project = nowhere(tenant, tmp_path)
    imported(project)
    manifest = (project.root / "bots/desk.yaml").read_text(encoding="utf-8")
    assert "# Not managed: menus.rich.menus.main. desk.main.png has 2500x1686 pixels" in manifest
    assert not list(project.root.rglob("*.png"))
    _rebind(tenant, bot, menu, picture("compact-sun.png"))
    (project.root / "bots/desk.yaml").unlink()
    imported(project)
    assert (project.root / "bots/desk.main.png").read_bytes() == picture("compact-sun.png")
    _rebind(tenant, bot, menu, picture("full-moon.png"))
    Console(tenant).do("PATCH", f"/bots/{bot}", {"description": "Moved as well"})
    ran = project.run("import")
    assert "description: Moved as well" in (project.root / "bots/desk.yaml").read_text(encoding="utf-8")
    assert "bots/desk.main.png has 2500x1686 pixels" in ran.out
    assert ".lwdeploy" not in ran.out
    assert (project.root / "bots/desk.main.png").read_bytes() == picture("compact-sun.png")


def _rebind(tenant: LocalTenant, bot: int, menu: str, content: bytes) -> None:
    from lwdeploy.simulator.attachments import add_file  # noqa: PLC0415

    with tenant._tenant.store.transaction():
        file = add_file(tenant._tenant, bot, name="x.png", content=content, bound=1)
    Console(tenant).do("POST", f"/bots/{bot}/richmenus/{menu}/image", {"fileId": file})


def test_an_exchanged_menu_takes_the_place_of_the_old_one(tenant: LocalTenant, tmp_path: Path) -> None:
    bot = tenant.make_bots(1, body={"botName": "Desk", "administrators": [ADMIN]})[0]
    menu = tenant.make_richmenu(bot, name="main", picture=picture("compact-sun.png"))
    project = nowhere(tenant, tmp_path)
    imported(project)
    tenant.make_richmenu(bot, name="night", picture=picture("compact-moon.png"))
    Console(tenant).do("DELETE", f"/bots/{bot}/richmenus/{menu}")
    imported(project)
    text = (project.root / "bots" / "desk.yaml").read_text(encoding="utf-8")
    assert "name: night" in text
    assert "name: main" not in text
    assert "image: desk.night.png" in text
