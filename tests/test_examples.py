"""Every example does what its README says: valid without a warning, applied, and settled after one apply."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.simulator import start
from tests.support.console import Console
from tests.support.project import Project
from tests.unit.pictures.made_fonts import ASCII, write_font

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
READS = ("get", "list", "issueToken")


def copied(name: str, tmp_path: Path) -> Project:
    """Give a project of one's own made of an example."""
    found = next(path for path in EXAMPLES if path.name == name)
    root = tmp_path / name
    shutil.copytree(found, root, ignore=shutil.ignore_patterns(".lwdeploy"))
    return Project(root=root)


def live(project: Project, tenant: str = "local") -> dict[str, Any]:
    """Give the bots of a local tenant that does not run, by name."""
    with start(data=project.root / ".lwdeploy" / f"{tenant}.sqlite3") as served:
        return {bot["botName"]: bot for bot in served.snapshot()["bots"]}


def people(project: Project, *names: str) -> list[str]:
    """Give the user ids of users of the local tenant, sorted."""
    with start(data=project.root / ".lwdeploy" / "local.sqlite3") as served:
        return sorted(served.make_user(f"{name}@example.com") for name in names)


def test_the_examples_are_numbered_without_a_gap() -> None:
    assert [path.name[:3] for path in EXAMPLES] == [f"{number:02}-" for number in range(1, len(EXAMPLES) + 1)]


@pytest.mark.parametrize("name", [path.name for path in EXAMPLES])
def test_an_example_has_a_page_of_its_own_and_only_example_hosts(name: str, tmp_path: Path) -> None:
    project = copied(name, tmp_path)
    assert (project.root / "README.md").read_text(encoding="utf-8").startswith("# ")
    for path in sorted(project.root.rglob("*.yaml")):
        for word in path.read_text(encoding="utf-8").split():
            if "://" in word:
                assert word.strip("\"'[]{},").split("/")[2].endswith("example.com"), word


@pytest.mark.parametrize("name", [path.name for path in EXAMPLES])
def test_an_example_applies_and_a_second_plan_finds_nothing(name: str, tmp_path: Path) -> None:
    project = copied(name, tmp_path)
    checked = project.run("validate", "--format", "json")
    assert (checked.code, checked.json["diagnostics"]) == (0, [])

    before = project.run("plan", "--detailed-exitcode")
    assert before.code == 2, before.err
    applied = project.run("apply", "--auto-approve", "--format", "json")
    assert applied.code == 0, applied.err
    assert applied.json["complete"]

    again = project.run("plan", "--detailed-exitcode")
    assert (again.code, again.err) == (0, "")
    assert "No changes." in again.out
    bots = live(project)
    settled = project.run("apply", "--auto-approve", "--format", "json")
    assert settled.code == 0
    assert [operation for operation in settled.json["calls"] if not operation.startswith(READS)] == []
    assert live(project) == bots


def test_the_quickstart_makes_one_visible_bot_with_a_name_in_three_languages(tmp_path: Path) -> None:
    project = copied("01-quickstart", tmp_path)
    project.apply()
    bots = live(project)
    assert list(bots) == ["Lost and Found"]
    bot = bots["Lost and Found"]
    assert {each["language"]: each["botName"] for each in bot["i18nBotNames"]} == {
        "ja_JP": "忘れ物案内",
        "ko_KR": "분실물 안내",
    }
    assert [(each["domainId"], each["visible"]) for each in bot["domains"]] == [(10000001, True)]


def test_the_team_shares_what_stands_in_one_place(tmp_path: Path) -> None:
    project = copied("02-team", tmp_path)
    project.apply()
    bots = live(project)
    assert len(bots) == 3
    for field in ("administrators", "subadministrators", "callbackUrl", "callbackEvents", "photoUrl"):
        assert len({json.dumps(bot[field]) for bot in bots.values()}) == 1, field
    menus = {
        name: [each["label"] for each in bot["persistentMenu"]["content"]["actions"]] for name, bot in bots.items()
    }
    assert menus["Meeting Rooms"] == menus["Office Supplies"] == ["How to use", "Office portal"]
    assert menus["Visitors"] == ["Visitor arrived", "Guest Wi-Fi"]


def test_changing_the_shared_person_touches_every_bot_of_the_team(tmp_path: Path) -> None:
    project = copied("02-team", tmp_path)
    project.apply()
    shared = project.root / "shared.yaml"
    text = shared.read_text(encoding="utf-8")
    shared.write_text(text.replace("ken.sato@example.com", "yui.ogawa@example.com"), encoding="utf-8")
    planned = project.run("plan", "--format", "json").json
    changed = {
        each["address"]: [diff["path"] for diff in each["diffs"]] for each in planned["changes"] if each["diffs"]
    }
    assert changed == {f"bot/{name}": ["pic.primary"] for name in ("meeting-rooms", "supplies", "visitors")}


def test_the_front_desk_bot_of_the_team_is_not_deleted_by_a_prune(tmp_path: Path) -> None:
    project = copied("02-team", tmp_path)
    project.apply()
    project.drop("visitors")
    refused = project.run("plan", "--prune")
    assert refused.code == 4
    assert "[protect]" in refused.out


def test_several_domains_have_their_own_members_and_languages(tmp_path: Path) -> None:
    project = copied("03-multi-domain", tmp_path)
    project.apply()
    bots = live(project)
    members = {each["domainId"]: sorted(each["members"]) for each in bots["Expenses"]["domains"]}
    assert members == {
        10000002: people(project, "aoi.nakamura", "sota.ito"),
        10000003: people(project, "minjun.lee"),
    }
    assert sorted(each["domainId"] for each in bots["Group Notices"]["domains"]) == [10000001, 10000002, 10000003]
    assert sorted(each["language"] for each in bots["Group Notices"]["i18nBotNames"]) == [
        "ja_JP",
        "ko_KR",
        "zh_TW",
    ]


def test_the_same_manifests_fit_a_tenant_with_other_domain_ids(tmp_path: Path) -> None:
    project = copied("03-multi-domain", tmp_path)
    project.apply("-t", "staging")
    assert sorted(each["domainId"] for each in live(project, "staging")["Expenses"]["domains"]) == [
        30000002,
        30000003,
    ]
    assert project.run("plan", "-t", "staging", "--detailed-exitcode").code == 0
    assert project.run("plan", "-t", "local", "--detailed-exitcode").code == 2


def home_with_font(project: Project, tmp_path: Path) -> dict[str, str]:
    """Give the environment of a person whose font has all characters of a project, whatever the machine has."""
    folder = tmp_path / "home" / ".local" / "share" / "fonts"
    folder.mkdir(parents=True)
    manifests = "".join(path.read_text(encoding="utf-8") for path in sorted(project.root.rglob("*.yaml")))
    write_font(folder / "made.ttf", ASCII + "".join(filter(str.isprintable, manifests)))
    return {"HOME": str(tmp_path / "home")}


def test_the_front_desk_has_a_menu_for_everybody_and_one_for_two_people(tmp_path: Path) -> None:
    project = copied("04-rich-menu", tmp_path)
    project.apply()
    everybody, desk = (project.ids()[f"bot/front-desk/rich-menu/{key}"] for key in ("everybody", "desk"))
    at_the_desk = people(project, "haruto.mori", "seoyeon.park")
    with start(data=project.root / ".lwdeploy" / "local.sqlite3") as served:
        [state] = served.menus().values()
    assert state["default"] == everybody
    assert state["users"] == dict.fromkeys(at_the_desk, desk)
    assert {menu_id: menu["image"] for menu_id, menu in state["menus"].items()} == {everybody: True, desk: True}


def test_the_front_desk_is_as_declared_down_to_pictures_and_users(tmp_path: Path) -> None:
    project = copied("04-rich-menu", tmp_path)
    project.apply()
    planned = project.run("plan", "--detailed-exitcode", "--verify-images", "--verify-users")
    assert (planned.code, planned.err) == (0, "")


def test_an_edited_label_of_the_front_desk_replaces_one_menu_and_moves_the_default(tmp_path: Path) -> None:
    project = copied("04-rich-menu", tmp_path)
    project.apply()
    shared = project.root / "menus" / "everybody.yaml"
    text = shared.read_text(encoding="utf-8")
    shared.write_text(text.replace("default: Opening hours", "default: Hours"), encoding="utf-8")
    planned = project.run("plan", "--format", "json").json
    steps = [(each["action"], each["address"]) for each in planned["changes"] if each["action"] != "noop"]
    old = project.ids()["bot/front-desk/rich-menu/everybody"]
    assert steps == [
        ("replace", "bot/front-desk/rich-menu/everybody"),
        ("update", "bot/front-desk/default-rich-menu"),
        ("delete", f"bot/front-desk/rich-menu/replaced:{old}"),
    ]
    project.apply()
    assert project.run("plan", "--detailed-exitcode").code == 0


def test_the_preview_of_the_front_desk_is_the_same_to_the_last_byte_every_time(tmp_path: Path) -> None:
    project = copied("04-rich-menu", tmp_path)
    home = home_with_font(project, tmp_path)
    assert project.run("preview", env=home).code == 0
    again = project.process("preview", "--out", "again", env={**home, "PYTHONHASHSEED": "1"})
    assert again.code == 0, again.err
    first, second = (files_below(project.root / name) for name in ("preview", "again"))
    assert sorted(first) == [
        "front-desk/desk.default.png",
        "front-desk/everybody.default.png",
        "front-desk/everybody.ja_JP.png",
        "front-desk/everybody.ko_KR.png",
        "index.html",
    ]
    assert first == second


def files_below(folder: Path) -> dict[str, bytes]:
    """Give the content of all files below a folder, by name."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_import_of_what_was_clicked_gives_the_files_of_the_example(tmp_path: Path) -> None:
    """And a second one brings a name that somebody changed into its line, beside a comment that somebody wrote."""
    example = ROOT / "examples" / "05-import"
    project = Project(root=tmp_path / "acme")
    project.root.mkdir()
    shutil.copy(example / "lwdeploy.yaml", project.root)
    data = project.root / ".lwdeploy" / "local.sqlite3"
    subprocess.run([sys.executable, str(example / "clicked.py"), str(data)], check=True, timeout=60)
    imported = project.run("import")
    assert imported.code == 0, imported.out + imported.err
    assert "No changes." in imported.out
    made, wanted = files_below(project.root), files_below(example)
    made = {name: content for name, content in made.items() if not name.startswith(".lwdeploy")}
    assert made == {name: content for name, content in wanted.items() if name not in {"README.md", "clicked.py"}}

    lunch = project.root / "bots" / "lunch.yaml"
    text = lunch.read_text(encoding="utf-8").replace("  botName:", "  # Not on Sundays.\n  botName:")
    lunch.write_text(text, encoding="utf-8")
    with start(data=data) as served:
        bot = next(each["botId"] for each in served.snapshot()["bots"] if "Lunch" in each["botName"])
        Console(served).do("PATCH", f"/bots/{bot}", {"botName": "🍱 Dinner"})
    assert project.run("import").code == 0
    assert lunch.read_text(encoding="utf-8") == text.replace("🍱 Lunch", "🍱 Dinner")


@pytest.mark.parametrize("name", [path.name for path in EXAMPLES])
def test_an_example_can_be_previewed(name: str, tmp_path: Path) -> None:
    project = copied(name, tmp_path)
    previewed = project.run("preview", env=home_with_font(project, tmp_path))
    assert previewed.code == 0, previewed.err
    page = (project.root / "preview" / "index.html").read_text(encoding="utf-8")
    keys = {path.stem for path in (project.root / "bots").glob("*.yaml")} or {"lost-and-found"}
    assert all(key in page for key in keys)
    assert not (project.root / ".lwdeploy").exists()
