"""`lwdeploy import`: what a tenant has becomes manifests after which there is nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from lwdeploy.simulator import SWITCHES, LocalTenant, Settings, start
from tests.support.console import Console
from tests.support.haste import Haste
from tests.support.importing import imported, nowhere, settled, tree
from tests.support.project import MakeTenant, Project
from tests.support.ugly import ugly_tenant

# --- whatever is only guessed about the service

SHOWN = frozenset(
    {
        *("absent-image", "absent-menu", "all-domains", "bot-times", "bound-file-life", "everyone-answer"),
        *("expires-in", "last-cursor", "list-order", "photo-url", "tokens", "unset-menu-fields"),
        *("unset-properties", "user-ids"),
    }
)
"""Switches that decide what a read answers. All others are about writes: theirs may be in force together."""


def readings() -> Iterator[dict[str, str]]:
    """Give choices of readings that have every reading of every switch in them."""
    others = [switch for switch in SWITCHES if switch.name not in SHOWN]
    for number in range(1, max(len(switch.readings) for switch in others)):
        yield {switch.name: switch.readings[number] for switch in others if number < len(switch.readings)}
    for switch in SWITCHES:
        if switch.name in SHOWN:
            yield from ({switch.name: each} for each in switch.readings[1:])


@pytest.fixture(scope="module")
def ugly(private_key: str) -> Iterator[LocalTenant]:
    """A tenant that tests only read: bots with all sorts of menus among them."""
    with start(data=None, settings=Settings(private_key=private_key)) as tenant:
        ugly_tenant(tenant, 8, seed=7)
        bots = tenant.snapshot()["bots"]
        assert (
            {bool(bot["persistentMenu"]) for bot in bots}
            == {bool(bot["richmenus"]) for bot in bots}
            == {True, False}
        )
        yield tenant


@pytest.fixture
def doubtful(ugly: LocalTenant) -> Iterator[LocalTenant]:
    """The same, with the readings as they were after the test."""
    yield ugly
    for switch in SWITCHES:
        ugly.choose(switch.name, switch.readings[0])


@pytest.mark.parametrize("chosen", list(readings()), ids=lambda each: "-".join(next(iter(each.items()))))
def test_whatever_the_service_really_does_there_is_nothing_to_do_after_an_import(
    doubtful: LocalTenant, chosen: dict[str, str], tmp_path: Path
) -> None:
    for switch, reading in chosen.items():
        doubtful.choose(switch, reading)
    imported(nowhere(doubtful, tmp_path))


# --- what is written


@pytest.fixture
def written(ugly: LocalTenant, tmp_path: Path) -> Project:
    project = nowhere(ugly, tmp_path / "project")
    imported(project)
    return project


def documents(project: Project) -> list[dict[str, Any]]:
    """Give every document of a project."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(project.root.rglob("*.yaml")))
    return [document for text in texts for document in yaml.safe_load_all(text)]


def test_a_second_import_finds_every_file_as_it_is_and_writes_nothing(written: Project) -> None:
    before = tree(written.root)
    again = imported(written, "--format", "json").json
    assert (again["files"]["created"], again["files"]["updated"]) == ([], [])
    assert tree(written.root) == before


def test_an_import_into_another_folder_gives_the_same_files_but_for_the_id_of_the_project(
    written: Project, ugly: LocalTenant, tmp_path: Path
) -> None:
    other = nowhere(ugly, tmp_path / "other" / "project")
    imported(other)
    first, second = tree(written.root), tree(other.root)
    for files in (first, second):
        files["lwdeploy.yaml"] = b"\n".join(
            line for line in files["lwdeploy.yaml"].split(b"\n") if not line.startswith(b"  id: ")
        )
    assert first == second


def test_only_reads_are_sent_with_a_token_that_can_only_read(ugly: LocalTenant, tmp_path: Path) -> None:
    ugly.clear_log()
    with ugly._tenant.store.transaction():
        ugly._tenant.store.run("DELETE FROM tokens")
    imported(nowhere(ugly, tmp_path))
    assert {entry.method for entry in ugly.log() if entry.operation != "issueToken"} == {"GET"}
    with ugly._tenant.store.reading():
        scopes = {row[0] for row in ugly._tenant.store.rows("SELECT scope FROM tokens")}
    assert scopes == {"bot.read", "bot.read user.read", "bot.message bot.read"}


def test_people_are_named_by_their_logins_where_the_directory_tells_them(
    tenant: LocalTenant, tmp_path: Path
) -> None:
    """One look-up for each person, and none a second time."""
    taro, jiro = (tenant.make_user(f"{name}@example.com") for name in ("taro", "jiro"))
    left = "5e1c0f7a-1111-4222-8333-444455556666"
    bots = tenant.make_bots(2, name="Room", body={"administrators": [taro, left]}, registered_in=10000001)
    console = Console(tenant)
    console.do("PATCH", f"/bots/{bots[0]}/domains/10000001", {"allowToSelectedMember": True})
    console.do("POST", f"/bots/{bots[0]}/domains/10000001/members", {"userId": jiro})
    project = nowhere(tenant, tmp_path)
    ran = imported(project, "--format", "json").json
    assert [each["what"] for each in ran["unread"]] == ["the logins of 1 user"]
    people = yaml.safe_load((project.root / "people.yaml").read_text(encoding="utf-8"))
    assert people["spec"]["primary"] == [left, "taro@example.com"]
    room = yaml.safe_load((project.root / "bots" / "room-1.yaml").read_text(encoding="utf-8"))
    assert room["spec"]["domains"][0]["members"] == ["jiro@example.com"]
    tenant.clear_log()
    imported(project)
    assert [entry.path.rpartition("/")[2] for entry in tenant.log("getUser")] == [left]


def test_the_time_that_is_left_is_what_the_quota_makes_it(
    tenant: LocalTenant, tmp_path: Path, haste: Haste
) -> None:
    """Ten calls a minute, of which eight are ours: twenty bots take two minutes more."""
    tenant.make_bots(20)
    project = Project.found(tmp_path / "project", tenant, limits={"callsPerMinute": 10})
    ran = imported(project)
    assert "Reading 20 bots: 1 done, about 2 min left" in ran.err
    assert sum(haste.waited) > 110


def test_the_time_that_is_left_goes_down_with_the_bots_that_are_left(tenant: LocalTenant, tmp_path: Path) -> None:
    """A tenant that answers faster than it was guessed is not waited for at the end."""
    tenant.make_bots(100)
    told = [line for line in imported(nowhere(tenant, tmp_path)).err.splitlines() if line.startswith("Reading")]
    assert told[0] == "Reading 100 bots: 1 done, about 7 s left"
    assert told[-1] == "Reading 100 bots: 90 done, about 1 s left"


def test_what_is_not_scoped_is_left_out_and_told(make_tenant: MakeTenant, tmp_path: Path) -> None:
    """Pictures need bot.message; without it all else is imported, and says what is missing."""
    tenant = make_tenant(scopes=("bot.read",))
    bot = tenant.make_bots(1, name="Front Desk")[0]
    tenant.make_richmenu(bot, name="main", picture=_compact())
    project = nowhere(tenant, tmp_path)
    ran = imported(project, "--format", "json")
    assert [each["what"] for each in ran.json["unread"]] == [
        "the logins of 1 user",
        "the pictures of the rich menus of 1 bot",
    ]
    text = (project.root / "bots" / "front-desk-1.yaml").read_text(encoding="utf-8")
    assert "were not read" in text
    settled(project)


def _compact() -> bytes:
    from tests.support.menu_pictures import picture  # noqa: PLC0415

    return picture("compact-sun.png")
