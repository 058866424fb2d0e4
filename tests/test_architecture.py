"""The shape of the code: import contracts that bite, sizes, one home for output, no state in modules."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lwdeploy"
SOURCES = sorted(PACKAGE.rglob("*.py"))
CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
}

LONGEST_FUNCTION = 60
LONGEST_FILE = 300
MOST_PARAMETERS = 8
MOST_BY_POSITION = 5
GROWN = {"core/types.py": 340, "planning/plan.py": 340}  # known to be over the limit, and not to grow on
THE_ONE_SIGNAL = "cli/stopping.py: _ASKED"  # a signal handler has no arguments: this is its word to the run
PURE = ("core", "planning")
PURE_BUT = {"planning/diff.py": {"deepdiff"}}
MAY_PRINT = ("cli",)

# Contract -> where the forbidden line goes, and the line.
BREACHES = [
    ("layers", "core/address.py", "import lwdeploy.planning.order"),
    ("layers", "planning/order.py", "import lwdeploy.state.store"),
    ("layers", "state/store.py", "import lwdeploy.api.call"),
    ("layers", "views/line.py", "import lwdeploy.live.read"),
    ("layers", "live/read.py", "import lwdeploy.kinds.bot.spec"),
    ("layers", "reconcile/engine.py", "import lwdeploy.commands.request"),
    ("layers", "commands/schema.py", "import lwdeploy.cli.options"),
    ("simulator-alone", "simulator/wire.py", "import lwdeploy.core.canonical"),
    ("simulator-from-commands", "cli/simulating.py", "import lwdeploy.simulator.settings"),
    ("kinds-apart", "kinds/persistent_menu/spec.py", "import lwdeploy.kinds.bot_domain.spec"),
    ("yaml-home", "commands/schema.py", "import yaml"),
    ("yaml-home", "kinds/bot/rules.py", "import jsonschema"),
    ("http-home", "live/read.py", "import httpx"),
    ("http-home", "commands/session.py", "import jwt"),
    ("deepdiff-home", "planning/match.py", "import deepdiff"),
    ("layers", "pictures/desk.py", "import lwdeploy.planning.match"),
    ("pictures-home", "commands/preview.py", "import PIL.Image"),
    ("letters-home", "manifests/sharing.py", "import anyascii"),
    ("terminal-home", "views/line.py", "import rich.text"),
    ("terminal-home", "commands/init.py", "import click"),
    ("backends-home", "commands/session.py", "import obstore"),
    ("backends-home", "api/client.py", "import psycopg"),
    ("server-home", "commands/simulate.py", "import uvicorn"),
    ("server-home", "api/client.py", "import starlette"),
]


def lint(root: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run the import linter over the package in `root`."""
    program = str(Path(sys.executable).with_name("lint-imports"))
    return subprocess.run(
        [program, "--no-cache", "--no-logo", *argv], cwd=root, capture_output=True, text=True, check=False
    )


def test_the_import_contracts_hold() -> None:
    ran = lint(ROOT)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES, ids=[f"{each[0]}-{each[2]}" for each in BREACHES])
def test_a_seeded_breach_of_a_contract_is_caught(contract: str, file: str, line: str, tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "lwdeploy", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    breached = tmp_path / "lwdeploy" / file
    breached.write_text(f"{breached.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    ran = lint(tmp_path, "--contract", contract)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert f"{CONTRACTS[contract]['name']} BROKEN" in ran.stdout
    importer = "lwdeploy." + file.removesuffix(".py").replace("/", ".")
    assert importer in ran.stdout


def test_every_contract_has_a_seeded_breach() -> None:
    assert {each[0] for each in BREACHES} == set(CONTRACTS)


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring."""
    body = function.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    docstring = (body[0].end_lineno or 0) - body[0].lineno + 1 if documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_no_function_is_longer_than_a_screen() -> None:
    found = {
        f"{name_of(path)}:{each.name}": lines_of(each) for path in SOURCES for each in functions(parsed(path))
    }
    assert {name: lines for name, lines in found.items() if lines > LONGEST_FUNCTION} == {}


def test_no_file_outgrows_its_subject() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: count for name, count in lines.items() if count > GROWN.get(name, LONGEST_FILE)} == {}


def test_functions_take_few_parameters_and_fewer_by_position() -> None:
    many = {}
    for path in SOURCES:
        for each in functions(parsed(path)):
            positional = [
                arg.arg for arg in (*each.args.posonlyargs, *each.args.args) if arg.arg not in {"self", "cls"}
            ]
            count = len(positional) + len(each.args.kwonlyargs)
            if count > MOST_PARAMETERS or len(positional) > MOST_BY_POSITION:
                many[f"{name_of(path)}:{each.name}"] = (len(positional), count)
    assert many == {}


def prints(tree: ast.AST) -> Iterator[int]:
    """Give the lines that write to a standard stream."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield node.lineno
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"sys.stdout", "sys.stderr"}:
            yield node.lineno


def test_only_the_command_line_writes_to_the_terminal() -> None:
    found = {
        f"{name_of(path)}:{line}"
        for path in SOURCES
        if path.relative_to(PACKAGE).parts[0] not in MAY_PRINT
        for line in prints(parsed(path))
    }
    assert found == set()


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("package", PURE)
def test_the_pure_packages_need_nothing_but_the_standard_library(package: str) -> None:
    known = set(sys.stdlib_module_names) | {"lwdeploy"}
    for path in sorted((PACKAGE / package).rglob("*.py")):
        surplus = set(imported(parsed(path))) - known - PURE_BUT.get(name_of(path), set())
        assert surplus == set(), path


MUTABLE_CALLS = {
    "list", "dict", "set", "defaultdict", "deque", "Counter", "bytearray", "OrderedDict", "Event", "Lock", "RLock",
}  # fmt: skip


MUTATORS = {"add", "append", "clear", "discard", "extend", "pop", "remove", "setdefault", "update"}


def is_mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Set | ast.ListComp | ast.SetComp):
        return True
    called = value.func if isinstance(value, ast.Call) else None
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name in MUTABLE_CALLS


def written_names(tree: ast.Module) -> set[str]:
    """Give the names whose content a module changes in place."""
    found: set[str] = set()
    for node in ast.walk(tree):
        changed: list[ast.expr] = []
        if isinstance(node, ast.Assign | ast.Delete):
            changed = [each.value for each in node.targets if isinstance(each, ast.Subscript)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
            changed = [node.func.value]
        found |= {each.id for each in changed if isinstance(each, ast.Name)}
    return found


def test_nothing_at_module_level_can_change() -> None:
    """Mappings may stand there as tables, as long as no function of the module writes into them."""
    found = []
    for path in SOURCES:
        tree = parsed(path)
        local = {arg.arg for each in functions(tree) for arg in each.args.args}
        written = written_names(tree) - local
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            names = [each.id for each in targets if isinstance(each, ast.Name) and each.id != "__all__"]
            value = getattr(node, "value", None)
            if not names or not isinstance(node, ast.Assign | ast.AnnAssign) or value is None:
                continue
            if is_mutable(value) or (isinstance(value, ast.Dict | ast.DictComp) and written & set(names)):
                found.append(f"{name_of(path)}: {names[0]}")
    assert found == [THE_ONE_SIGNAL]


def test_no_function_rebinds_a_name_of_its_module() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Global)
    ]
    assert found == []


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def test_everything_public_says_what_it_promises() -> None:
    silent = [name_of(path) for path in SOURCES if path.stat().st_size and not ast.get_docstring(parsed(path))]
    silent += [
        f"{name_of(path)}:{node.name}"
        for path in SOURCES
        for node in public(parsed(path).body)
        if not ast.get_docstring(node)
    ]
    assert silent == []
