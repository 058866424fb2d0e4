"""What the pages say is what the program does: commands, flags, fields, rules and every shown output.

`REWRITE_DOCS=1 pytest tests/test_docs.py` writes the output of the console blocks anew.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from lwdeploy.cli import (  # noqa: F401  they add their commands to the group
    drifting,
    importing,
    previewing,
    showing,
    simulating,
    stating,
    trashing,
)
from lwdeploy.cli.main import cli
from lwdeploy.commands.explain import all_rules
from lwdeploy.core.guards import PLAN_GUARDS, REBUILD_GUARDS
from lwdeploy.manifests.schemas import inlined
from lwdeploy.manifests.words import KINDS
from scripts.rules_page import page
from tests.support.project import PROGRAM, Project

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]
)
REWRITE = "REWRITE_DOCS"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = "\x1e"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path, language: str) -> list[str]:
    """Give the content of every fenced block of a language."""
    return [content for found, content in FENCE.findall(text_of(path)) if found == language]


# --- console blocks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command of a console block and the output that the page shows for it."""

    command: str
    shown: str


def steps(block: str) -> Iterator[Step]:
    """Cut a block at its prompts; a command with a here document goes on to the document's end."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        count = 1
        if "<<" in lines[0]:
            count += lines.index("END\n")
        yield Step(command="".join(lines[:count]), shown="".join(lines[count:]))


def played(commands: list[str], folder: Path) -> list[str]:
    """Run commands in one shell and give what each wrote, both streams in the order of writing."""
    script = "".join(f"{each.rstrip()}\nrc=$?; printf '{MARK}'; (exit $rc)\n" for each in commands)
    path = f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": path, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.stdout.split(MARK)[:-1]


MASKS: Mapping[str, str] = {
    r"\(project [0-9a-f]{8}\)": "(project ...)",
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b": "<user id>",
    r"about \d+ (s|min)": "about 0 s",
}


def masked(text: str) -> str:
    """Give a text without what differs from run to run."""
    for pattern, word in MASKS.items():
        text = re.sub(pattern, word, text)
    return text.rstrip()


CONSOLE_PAGES = [path for path in PAGES if blocks(path, "console")]


def rewritten(path: Path, outputs: list[str]) -> str:
    """Give a page with the output of its commands replaced."""
    waiting = iter(outputs)

    def renew(found: re.Match[str]) -> str:
        if found[1] != "console":
            return found[0]
        made = []
        for step in steps(found[2]):
            output = next(waiting).rstrip()
            made.append(f"$ {step.command}" + (f"{output}\n" if output else ""))
        return "```console\n" + "".join(made) + "```"

    return FENCE.sub(renew, text_of(path))


@pytest.mark.parametrize("path", CONSOLE_PAGES, ids=name_of)
def test_every_console_block_shows_what_the_commands_print(path: Path, tmp_path: Path) -> None:
    """The blocks of a page are one session, from its top to its end."""
    session = [step for block in blocks(path, "console") for step in steps(block)]
    folder = tmp_path / "bots"
    folder.mkdir()
    outputs = played([each.command for each in session], folder)
    if os.environ.get(REWRITE):
        path.write_text(rewritten(path, outputs), encoding="utf-8")
        return
    for step, output in zip(session, outputs, strict=True):
        assert masked(step.shown) == masked(output), step.command


# --- commands and flags -----------------------------------------------------------------------------


def commands(group: click.Group = cli, prefix: str = "lwdeploy") -> Iterator[tuple[str, click.Command]]:
    """Give every command by what is typed, the program itself first."""
    yield prefix, group
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


COMMANDS = dict(commands())


def section(title: str) -> str:
    """Give the part of docs/cli.md about a command."""
    parts = re.split(r"^## ", text_of(ROOT / "docs/cli.md"), flags=re.MULTILINE)
    return next((part for part in parts if part.splitlines()[0] == title), "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section_and_help(name: str) -> None:
    assert section(name)
    assert COMMANDS[name].help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_flag_is_documented_with_its_variable_and_no_other_is(name: str) -> None:
    everywhere = {tuple(each.opts) for each in cli.params if name != "lwdeploy"}
    options = [each for each in COMMANDS[name].params if isinstance(each, click.Option)]
    options = [each for each in options if tuple(each.opts) not in everywhere]
    rows = re.findall(r"^\| (`-.*?) \| (.*?) \|", section(name), re.MULTILINE)
    told = {
        tuple(re.findall(r"`(-[^`]*)`", flags)): re.findall(r"`([A-Z_]+)`", variable) for flags, variable in rows
    }
    real = {tuple(each.opts): [each.envvar] if each.envvar else [] for each in options}
    real |= {("-h", "--help"): []} if name == "lwdeploy" else {}
    assert told == real


def typed(path: Path) -> Iterator[list[str]]:
    """Give every call of the program in the shell, console and YAML blocks of a page."""
    for language in ("sh", "console", "yaml"):
        for block in blocks(path, language):
            for line in block.splitlines():
                found = re.match(r"^(?:\$ |\s*- run: |\s*)(lwdeploy(?: .*)?)$", line)
                if found and not line.startswith("lwdeploy,"):
                    yield shlex.split(re.split(r" [|#&>]|2>", found[1])[0])


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_call_that_a_page_shows_is_one_that_the_program_takes(path: Path) -> None:
    for argv in typed(path):
        command: click.Command = cli
        rest = argv[1:]
        while isinstance(command, click.Group):
            name = next((each for each in rest if each in command.commands), None)
            if name is None:
                break
            place = rest.index(name)
            command.make_context("lwdeploy", rest[:place], resilient_parsing=True)
            command, rest = command.commands[name], rest[place + 1 :]
        command.make_context("lwdeploy", rest, resilient_parsing=isinstance(command, click.Group))


def test_every_exit_code_of_the_help_is_in_the_readme() -> None:
    codes = set(re.findall(r"\b(\d+)  [a-z]", cli.epilog or ""))
    assert {"0", "1", "2", "3", "4", "5", "6", "7", "130"} == codes
    assert codes <= set(re.findall(r"\| (\d+) \|", text_of(ROOT / "README.md")))


def test_every_guard_is_explained() -> None:
    told = text_of(ROOT / "docs/reliability.md")
    for guard in (*PLAN_GUARDS, *REBUILD_GUARDS):
        assert f"| `{guard}` |" in told
        assert f"`{guard}`" in text_of(ROOT / "README.md")


# --- manifests and rules ----------------------------------------------------------------------------


def fields(schema: Any) -> Iterator[str]:
    """Give the name of every field below a schema."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from fields(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from fields(value)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_every_field_is_documented_by_text_and_example(kind: str) -> None:
    told = text_of(ROOT / "docs/manifests.md")
    part = next(each for each in re.split(r"^## ", told, flags=re.MULTILINE) if each.startswith(f"{kind}\n"))
    spec = inlined(kind)["properties"]["spec"]
    for name in spec["properties"]:
        assert re.search(rf"`{name}`", part.partition("| field |")[2]), name
        assert f"{name}:" in part, name
    for name in set(fields(spec)) - {"ref"}:
        assert f"`{name}" in told or f"{name}:" in told, name


def test_the_documents_of_the_manifests_page_form_a_valid_project(tmp_path: Path) -> None:
    found = [block for block in blocks(ROOT / "docs/manifests.md", "yaml") if "kind:" in block]
    (tmp_path / "lwdeploy.yaml").write_text("---\n".join(found), encoding="utf-8")
    checked = Project(root=tmp_path).run("validate", "--format", "json")
    assert checked.json["diagnostics"] == []
    assert checked.json["documents"] == len(KINDS)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_other_manifest_that_a_page_shows_is_valid(path: Path, tmp_path: Path) -> None:
    if path.name == "manifests.md":
        return
    found = [block for block in blocks(path, "yaml") if "apiVersion: lwdeploy" in block]
    for number, block in enumerate(found):
        (tmp_path / f"{number}.yaml").write_text(block, encoding="utf-8")
        checked = Project(root=tmp_path).run("validate", "-f", f"{number}.yaml", "--format", "json")
        assert checked.json["diagnostics"] == []


def test_the_workflow_of_the_readme_plans_before_it_applies_that_plan() -> None:
    block = next(each for each in blocks(ROOT / "README.md", "yaml") if "jobs:" in each)
    jobs = yaml.safe_load(block)["jobs"]
    runs = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert jobs["apply"]["needs"] == "plan"
    assert any("lwdeploy plan --out bots.plan" in each for each in runs["plan"])
    assert "lwdeploy apply bots.plan" in runs["apply"]


def test_the_rules_page_is_current() -> None:
    assert text_of(ROOT / "docs/rules.md") == page(all_rules())


# --- the pages themselves ---------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", text_of(path)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_path_that_a_page_names_exists(path: Path) -> None:
    for target in re.findall(
        r"`((?:tests|lwdeploy(?!/v1)|schemas|scripts|docs|examples|benchmarks)/[\w./-]+)`", text_of(path)
    ):
        assert (ROOT / target).exists(), target


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\((docs/[\w-]+\.md)", text_of(ROOT / "README.md")))
    assert linked == {name_of(path) for path in (ROOT / "docs").glob("*.md")}


def test_make_knows_every_target_that_the_pages_name() -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for path in PAGES:
        assert set(re.findall(r"(?:^|`)make ([a-z]+)", text_of(path), re.MULTILINE)) <= targets, path


def test_no_page_and_no_tool_knows_this_machine() -> None:
    tools = [
        ROOT / name
        for name in ("Makefile", "pyproject.toml", "constraints.txt", ".ci/run", "scripts/check", "scripts/demo")
    ]
    for path in [*PAGES, *tools]:
        assert not re.search(r"/root/|/home/|/work/|/tmp/|/opt/|index-url|find-links", text_of(path)), path


def test_the_starter_project_teaches_with_the_schema_that_is_published(tmp_path: Path) -> None:
    project = Project(root=tmp_path)
    assert project.run("init").code == 0
    published = json.loads(text_of(ROOT / "schemas/lwdeploy.schema.json"))
    assert json.loads((tmp_path / "lwdeploy.schema.json").read_text(encoding="utf-8")) == published
