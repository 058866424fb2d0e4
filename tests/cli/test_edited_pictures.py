"""Saved plans that somebody edited, digest and all: they cannot send other files of the machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lwdeploy.core.canonical import digest
from lwdeploy.simulator import LocalTenant
from tests.cli.test_rich_menus import MENU, declare
from tests.support.console import writes
from tests.support.project import Project


@pytest.fixture
def planned(project: Project) -> Project:
    """A project with a rich menu, the saved plan that makes it, and a file that is nobody's business."""
    declare(project)
    assert project.run("plan", "--out", "plan.json").code == 0
    (project.root / "secret.txt").write_text("k9-canary", encoding="utf-8")
    return project


def _edited(path: Path, edit: Callable[[dict[str, Any]], None], *, honest: bool = False) -> None:
    """Change the step of the menu in a saved plan; make the digest of the plan right again unless `honest`."""
    content = json.loads(path.read_text(encoding="utf-8"))
    edit(next(change for change in content["changes"] if change["address"] == MENU))
    del content["digest"]
    before = json.loads(path.read_text(encoding="utf-8"))["digest"]
    path.write_text(json.dumps({**content, "digest": before if honest else digest(content)}), encoding="utf-8")


def _from(source: Any, key: str | None = None) -> Callable[[dict[str, Any]], None]:
    """Let the menu's picture come from somewhere else, under another digest if one is given."""

    def edit(step: dict[str, Any]) -> None:
        name = key or next(iter(step["pictures"]))
        step["pictures"] = {name: source}
        step["desired"]["image"]["default"] = name

    return edit


def _without_source(step: dict[str, Any]) -> None:
    step["pictures"] = {}


def test_a_plan_with_another_picture_is_not_the_one_that_was_approved(
    planned: Project, tenant: LocalTenant
) -> None:
    """The digest of a plan covers where its pictures come from."""
    _edited(planned.root / "plan.json", _from({"file": "secret.txt"}), honest=True)
    ran = planned.run("apply", "plan.json")
    assert ran.code == 5
    assert "digest" in ran.err
    assert writes(tenant) == []


EDITS = {
    "another file under the digest of the picture": _from({"file": "secret.txt"}),
    "a file of the machine": _from({"file": "/etc/hostname"}),
    "a file under the digest of a drawing": _from({"file": "secret.txt"}, "drawn:sha256:0"),
    "a file under no digest": _from({"file": "secret.txt"}, "0"),
    "a source that says nothing": _from({}),
    "a name that is none": _from({"file": 5}),
    "a recipe that is none": _from({"draw": 5}),
    "half a recipe": _from({"draw": {"width": 1}}, "drawn:sha256:0"),
    "a source that is none": _from("secret.txt"),
    "no source": _without_source,
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_plan_file_uploads_no_other_file(
    planned: Project, tenant: LocalTenant, edit: Callable[[dict[str, Any]], None]
) -> None:
    """Whoever can edit a plan can make its digest anew; what is sent still has the digest that its name says."""
    _edited(planned.root / "plan.json", edit)
    expect_nothing_sent(planned, tenant)


def test_a_plan_file_draws_no_other_picture(project: Project, tenant: LocalTenant) -> None:
    """A drawing is known by the digest of its recipe."""
    declare(project, image={"generate": {}})
    assert project.run("plan", "--out", "plan.json").code == 0

    def edit(step: dict[str, Any]) -> None:
        [source] = step["pictures"].values()
        source["draw"]["cells"][0]["label"] = "Evil"

    _edited(project.root / "plan.json", edit)
    expect_nothing_sent(project, tenant)


def expect_nothing_sent(project: Project, tenant: LocalTenant) -> None:
    """Insist that the saved plan is refused or fails in words, and that no menu comes of it."""
    ran = project.run("apply", "plan.json")
    assert ran.code in {1, 5, 7}, ran
    assert "uploadContent" not in writes(tenant)
    assert "Error: plan.json is no plan: " in ran.err or f"failed: create {MENU}: " in ran.out
    assert "KeyError" not in ran.out + ran.err
    assert all(not state["menus"] for state in tenant.menus().values())
