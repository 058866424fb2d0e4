"""What others do to the tenant, the state or the lease while a run stands still, or before the next one."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import httpx

from lwdeploy.simulator import Fault
from tests.crash.sweep.stage import Scene
from tests.crash.sweep.works import THEIRS
from tests.support.console import Console
from tests.support.project import PROJECT_ID, Project, least

__all__ = ["delete", "deliver", "edit", "killed_again", "neighbour", "overtake", "overtake_blindly", "tampered"]

NEIGHBOUR = "0b1c2d3e"
BEGUN = 12  # bots that the largest work begins at once


def deliver(scene: Scene) -> None:
    """Let a request arrive that was on its way all the time; what the answer says nobody hears."""
    kept = json.loads((scene.beside / "late.json").read_text(encoding="utf-8"))
    with httpx.Client(trust_env=False, timeout=20) as client:
        content = base64.b64decode(kept["content"])
        client.request(kept["method"], kept["url"], headers=kept["headers"], content=content)


def killed_again(scene: Scene) -> None:
    """Kill the run that puts the killed one right as well, some way into its work."""
    scene.apply(request={"nth": 9, "deed": "kill after"})


def edit(scene: Scene) -> None:
    """Edit a bot of ours and one of somebody else's at the console."""
    for bot in (scene.mine()[-1:], scene.others()[:1]):
        for each in bot:
            _patch(scene, each["botId"], "Written by hand")
    scene.theirs[:] = scene.others()


def _patch(scene: Scene, bot_id: int, text: str) -> None:
    scene.by_hand.append("patchBot")
    Console(scene.tenant).do("PATCH", f"/bots/{bot_id}", {"description": text})


def delete(scene: Scene) -> None:
    """Delete a bot of ours at the console."""
    for bot in scene.mine()[-1:]:
        scene.by_hand.append("deleteBot")
        Console(scene.tenant).do("DELETE", f"/bots/{bot['botId']}")


def overtake(scene: Scene) -> None:
    """Let the lease of the run that stands still end, and another one do everything."""
    _outlive(scene)
    ran = scene.apply()
    assert ran.code == 0, ran


def _outlive(scene: Scene) -> None:
    scene.place.end_lease()
    scene.slept.touch()


def overtake_blindly(scene: Scene) -> None:
    """The same, where the list of bots does not show the other one what the first one has begun."""
    scene.tenant.add_fault(Fault(kind="lagging_list", operation="listBots", rows=BEGUN, times=1_000_000))
    _outlive(scene)
    scene.apply()
    scene.tenant.clear_faults()


def neighbour(scene: Scene) -> None:
    """Let another project with equal keys put its bots into the same tenant; nobody may touch them again."""
    root = scene.folder / "neighbour"
    project = Project.found(root, scene.tenant)
    manifest = root / "lwdeploy.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace(PROJECT_ID, NEIGHBOUR), encoding="utf-8")
    for key in ("alpha", "bravo"):
        project.bot(key, **least(f"{THEIRS} {key}", domains=[{"name": "osaka", "visible": True}]))
    for argv in (("state", "init"), ("apply", "--auto-approve")):
        ran = scene.runs.run(project, *argv, said=scene.said)
        assert ran.code == 0, ran
    scene.theirs[:] = scene.others()


def tampered(how: str) -> Callable[[Scene], None]:
    """Give what does something to the state behind everybody's back."""

    def act(scene: Scene) -> None:
        scene.undo.append(scene.place.tamper(how))

    return act
