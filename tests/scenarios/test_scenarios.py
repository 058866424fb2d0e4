"""Every folder here is a story: apply `before`, let others meddle, plan and apply `after`, find nothing left.

story.yaml   `tells` the rule; `seed` and `console` are requests of somebody else, before everything and between
             the two applies; `flags` go to the second plan and apply; `exit` is their code; `never` may not be
             seen in any output nor in the state
plan.txt     the plan of `after`, as text
requests.txt what the apply of `after` sent, bot by bot in order; reads by name, writes with body

Pictures called `full-NAME.png` and `compact-NAME.png` are drawn beside the manifests that name them. Rich menus of
the project stand under their keys; one that takes the place of another is called `new`.

With UPDATE_GOLDEN set in the environment, the last two are written instead of compared.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import yaml

from lwdeploy.simulator import LocalTenant, LogEntry
from tests.scenarios.pictures import Pictures
from tests.support.console import Console, writes
from tests.support.project import Project, Run

HERE = Path(__file__).parent
STORIES = sorted(path.parent.name for path in HERE.glob("*/story.yaml"))
_MARK = re.compile(r"lwdeploy (\w+) (\w+) [\w-]+")
_OF_A_BOT = re.compile(r"/v1\.0/bots/(\d+)/?(.*)")


class Story:
    """One scenario, on the way from `before` to `after`."""

    def __init__(self, name: str, project: Project, tenant: LocalTenant) -> None:
        self.folder = HERE / name
        told: Mapping[str, Any] = yaml.safe_load((self.folder / "story.yaml").read_text(encoding="utf-8"))
        unknown = set(told) - {"tells", "seed", "console", "flags", "exit", "never"}
        assert not unknown, f"{name}/story.yaml: {unknown}"
        self.told = told
        self.flags: list[str] = told.get("flags", [])
        self.code: int = told.get("exit", 0)
        self.project = project
        self.tenant = tenant
        self.bots: dict[str, str] = {}
        self.menus: dict[str, str] = {}
        self.pictures = Pictures()

    def put(self, part: str) -> bool:
        """Make the manifests those of `part`; tell whether it has any."""
        bots = self.project.root / "bots"
        if bots.exists():
            shutil.rmtree(bots)
        if (self.folder / part).exists():
            shutil.copytree(self.folder / part, bots)
            self.pictures.draw(bots)
        return bots.exists()

    def meddle(self, part: str) -> None:
        """Let somebody else do the requests of `part`; `{bot/key}` in a path stands for that bot's id."""
        requests = self.told.get(part, [])
        console = Console(self.tenant) if requests else None
        for each in requests:
            path = re.sub(r"\{([^}]+)\}", lambda found: self._id_of(found[1]), each["path"])
            assert console is not None
            console.do(each["method"], path, each.get("body"))

    def remember(self) -> None:
        """Learn which bot has which id: that depends on which create arrived first."""
        ids = self.project.ids() if self.project.state_path.exists() else {}
        self.bots |= {each: address for address, each in ids.items() if address.count("/") == 1}
        for address, each in ids.items():
            key = address.partition("/rich-menu/")[2]
            if key and each not in self.menus:
                self.menus[each] = f"new {key}" if key in self.menus.values() else key

    def _id_of(self, address: str) -> str:
        return next(each for each, known in self.bots.items() if known == address)

    def expect(self, name: str, seen: str) -> None:
        for each, address in (self.bots | self.menus).items():
            seen = re.sub(rf"\b{each}\b", f"<{address}>", seen)
        seen = self.pictures.called(seen)
        golden = self.folder / name
        if os.environ.get("UPDATE_GOLDEN"):
            golden.write_text(seen, encoding="utf-8")
        assert seen == golden.read_text(encoding="utf-8")

    def requests(self) -> str:
        """Write the log down: bots by address, each with its requests in order, uploads of its files too."""
        by_bot: dict[str, list[str]] = {}
        bot = "tenant"
        for entry in self.tenant.log():
            if entry.operation == "uploadContent":
                line = f"uploadContent {entry.path.rpartition('/')[2]}"
            else:
                bot, line = self._line(entry)
            by_bot.setdefault(bot, []).append(line)
        return "".join(_paragraph(bot, by_bot[bot]) for bot in sorted(by_bot))

    def _line(self, entry: LogEntry) -> tuple[str, str]:
        found = _OF_A_BOT.fullmatch(unquote(entry.path))
        if found is None and entry.method == "GET":
            return "tenant", entry.operation
        if found is None:
            mark = _MARK.search(entry.body)
            return (_address_of(mark[2], self.bots.values()) if mark else "tenant"), _written(entry, "")
        bot = self.bots.get(found[1], "nobody")
        tail = found[2].removeprefix("domains").strip("/")
        if entry.method == "GET":
            return bot, entry.operation
        body = self.pictures.bound(entry.body, tenant=self.tenant, bot_id=int(found[1]))
        return bot, _written(replace(entry, body=body), tail)


def _paragraph(bot: str, lines: list[str]) -> str:
    return f"{bot}\n" + "".join(f"  {line}\n" for line in lines)


def _address_of(key: str, known: Iterable[str]) -> str:
    return next(name for name in known if hashlib.sha256(name.encode()).hexdigest()[:12] == key)


def _written(entry: LogEntry, tail: str) -> str:
    body = _MARK.sub(r"lwdeploy \1 \2 <nonce>", entry.body)
    shown = json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True) if body else ""
    return " ".join(filter(None, (entry.operation, tail, shown)))


def _all_that_is_shown(project: Project, *ran: Run) -> Iterator[str]:
    for run in ran:
        yield run.out
        yield run.err
    for path in (project.root / ".lwdeploy").rglob("*"):
        if path.is_file():
            yield path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STORIES)
def test_scenario(name: str, project: Project, tenant: LocalTenant) -> None:
    """What is planned is what runs, and afterwards there is nothing left to do."""
    story = Story(name, project, tenant)
    story.meddle("seed")
    if story.put("before"):
        project.apply()
        project.expect_settled(tenant)
        story.remember()
    story.meddle("console")
    story.put("after")

    tenant.clear_log()
    planned = project.run("plan", *story.flags)
    as_data = project.run("plan", "--format", "json", *story.flags)
    assert writes(tenant) == []
    story.expect("plan.txt", planned.out)
    assert (planned.code, as_data.code) == (story.code, story.code)

    tenant.clear_log()
    applied = project.run("apply", "--auto-approve", *story.flags)
    assert applied.code == story.code, applied
    story.remember()
    story.expect("requests.txt", story.requests())
    for each in story.told.get("never", []):
        assert not any(each in text for text in _all_that_is_shown(project, planned, as_data, applied))
    if story.code == 0:
        project.expect_settled(tenant)
    else:
        assert writes(tenant) == []


def test_every_story_tells_its_rule() -> None:
    """A folder without a rule, or a golden file without a story, is a leftover."""
    assert len(STORIES) >= 30
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(STORIES)
    rules = [yaml.safe_load((HERE / each / "story.yaml").read_text(encoding="utf-8"))["tells"] for each in STORIES]
    assert len(set(rules)) == len(rules)
