"""What an installation gets: a wheel with its schemas, and a core that works without the local tenant's parts."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from lwdeploy import __version__

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
PARTS_OF_EXTRAS = {"starlette", "uvicorn", "obstore", "psycopg"}


def run(*argv: str | Path, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run a program and insist on its exit code."""
    ended = subprocess.run([str(each) for each in argv], cwd=cwd, capture_output=True, text=True, check=False)
    assert ended.returncode == code, f"{argv}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
    return ended


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the sources: building must not leave anything in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    for name in ("lwdeploy", "schemas"):
        shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    run(*PIP, "wheel", "--no-index", "--no-deps", "--no-build-isolation", "-w", folder, sources, cwd=folder)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_code_the_schemas_and_the_licence_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = Parser().parsestr(archive.read(f"lwdeploy-{__version__}.dist-info/METADATA").decode())
    schemas = {f"lwdeploy/schemas/{path.name}" for path in (ROOT / "schemas").glob("*.json")}
    shipped = [path for form in ("*.py", "*.css", "*.js") for path in (ROOT / "lwdeploy").rglob(form)]
    code = {path.relative_to(ROOT).as_posix() for path in shipped}
    info = {name for name in names if name.startswith(f"lwdeploy-{__version__}.dist-info/")}
    assert schemas
    assert names - info - {"lwdeploy/py.typed"} == schemas | code
    assert any(name.endswith("licenses/LICENSE") for name in info)
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("Apache-2.0", ">=3.11")


def test_the_version_is_said_once_and_the_same_everywhere() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert PROJECT["version"] == __version__
    assert f"## [{__version__}]" in changelog


def test_everything_that_is_installed_is_pinned() -> None:
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line
    )
    pinned = {_normal(name) for name in pins}
    wanted = [
        *PROJECT["dependencies"],
        *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
    ]
    needed = {_normal(Requirement(each).name) for each in wanted} - {"lwdeploy"}
    assert needed <= pinned
    assert not [line for line in pins if "/" in line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A virtual environment that holds lwdeploy and its runtime dependencies only."""

    root: Path
    cwd: Path

    def run(self, *argv: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the installed program; nothing of the checkout is in its reach."""
        return run(self.root / "bin" / "lwdeploy", *argv, cwd=self.cwd, code=code)

    def imports(self, module: str) -> bool:
        """Tell whether a module can be imported there."""
        command = [str(self.root / "bin" / "python"), "-c", f"import {module}"]
        return subprocess.run(command, cwd=self.cwd, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A fresh environment without extras; the dependencies are copied from here, so no network is needed."""
    root, cwd = tmp_path_factory.mktemp("core"), tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", root, cwd=cwd)
    site = next((root / "lib").glob("python3*")) / "site-packages"
    for found in _closure():
        _copy(found, site)
    run(*PIP, "--python", root, "install", "--no-index", "--no-deps", wheel, cwd=cwd)
    return Installation(root=root, cwd=cwd)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _closure() -> Iterator[Distribution]:
    """Give the distributions that lwdeploy needs without any extra, and all that they need."""
    waiting = [(Requirement(each).name, Requirement(each).extras) for each in PROJECT["dependencies"]]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, frozenset(extras)) in seen:
            continue
        seen.add((name, frozenset(extras)))
        found = distribution(name)
        yield found
        for each in map(Requirement, found.requires or ()):
            chosen = [{"extra": extra} for extra in ("", *extras)]
            if each.marker is None or any(each.marker.evaluate(one) for one in chosen):
                waiting.append((each.name, each.extras))


def _copy(found: Distribution, site: Path) -> None:
    for each in found.files or ():
        if each.parts[0] != ".." and each.suffix != ".pyc":
            target = site / each
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(found.locate_file(each)), target)


def test_the_core_installs_without_the_parts_of_the_extras(core: Installation) -> None:
    assert core.imports("httpx")
    assert not any(core.imports(part) for part in PARTS_OF_EXTRAS)


def test_help_and_version_work_with_the_core_alone(core: Installation) -> None:
    assert "Exit codes:" in core.run("--help").stdout
    assert core.run("--version").stdout.split()[-1] == __version__


def test_a_project_is_begun_and_validated_with_the_core_alone(core: Installation) -> None:
    core.run("init", "bots")
    assert "Valid: 5 documents" in core.run("validate", "-f", "bots").stderr
    assert '"title": "Bot"' in core.run("schema", "Bot").stdout
    assert "LW024" in core.run("explain", "LW024").stdout


@pytest.mark.parametrize(
    ("extra", "place"),
    [
        ("object", "{object: {bucket: acme}}"),
        ("postgres", "{postgres: {dsn: {env: HOME}}}"),
    ],
)
def test_a_place_for_the_state_says_what_to_install_when_its_parts_are_missing(
    core: Installation, extra: str, place: str
) -> None:
    folder = core.cwd / extra
    folder.mkdir()
    (folder / "lwdeploy.yaml").write_text(
        "apiVersion: lwdeploy/v1\nkind: Tenant\nmetadata: {name: production}\n"
        f"spec:\n  endpoint: local\n  state: {place}\n",
        encoding="utf-8",
    )
    told = core.run("state", "list", "-f", extra, code=1).stderr
    assert f"pip install 'lwdeploy[{extra}]'" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("argv", [("plan", "-t", "local", "-f", "begun"), ("simulate",)])
def test_the_local_tenant_says_what_to_install_when_its_parts_are_missing(
    core: Installation, argv: tuple[str, ...]
) -> None:
    if not (core.cwd / "begun").exists():
        core.run("init", "begun")
    told = core.run(*argv, code=1).stderr
    assert "pip install 'lwdeploy[local]'" in told
    assert "Traceback" not in told
