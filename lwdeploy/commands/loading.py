"""Which files belong to a run: the root of the project, and what `-f` names of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lwdeploy.commands.request import Request
from lwdeploy.manifests.load import Loaded, load

__all__ = ["MARKER", "Part", "find_root", "load_part"]

MARKER = "lwdeploy.yaml"
"""The file that marks the root of a project."""


def find_root(request: Request) -> Path:
    """Find the folder of `lwdeploy.yaml`, upwards from the first file given or from here."""
    start = request.cwd
    named = next((each for each in request.files if each != "-" and not _is_pattern(each)), None)
    if named is not None:
        path = request.cwd / named
        start = path if path.is_dir() else path.parent
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    return start


def _is_pattern(text: str) -> bool:
    return any(each in text for each in "*?[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was loaded, whether all of the project is meant by it, and else the files whose bots are meant."""

    loaded: Loaded
    whole: bool
    only: frozenset[str] | None = None


def load_part(request: Request, root: Path) -> Part:
    """Load what `-f` names, with as much of the project around it as its bots may refer to.

    What comes over standard input is a part, unless it brings the Project along (as `kustomize build` does) or
    there is no project around it.
    """
    if not request.files:
        everything = load([_relative(root, request.cwd)], root=request.cwd, stdin=request.stdin)
        return Part(loaded=everything, whole=True)
    stdin = request.stdin() if "-" in request.files else b""
    named = load(request.files, root=request.cwd, stdin=lambda: stdin)
    alone = not (root / MARKER).is_file()
    complete = "-" in request.files and (alone or _names_project(named))
    if complete or any(_holds(request.cwd / each, root) for each in request.files):
        return Part(loaded=named, whole=True)
    if alone:
        return Part(loaded=named, whole=False)
    if all(_is_below(request.cwd / each, root) for each in request.files):
        return _narrow(named, load([_relative(root, request.cwd)], root=request.cwd, stdin=lambda: stdin))
    more = load([*request.files, _relative(root / MARKER, request.cwd)], root=request.cwd, stdin=lambda: stdin)
    return Part(loaded=more, whole=False)


def _narrow(named: Loaded, project: Loaded) -> Part:
    found = sorted({*named.diagnostics, *project.diagnostics}, key=lambda each: each.sort_key)
    only = frozenset(document.file for document in named.documents)
    return Part(loaded=replace(project, diagnostics=tuple(found)), whole=False, only=only)


def _names_project(loaded: Loaded) -> bool:
    return any(document.kind == "Project" for document in loaded.documents)


def _is_below(path: Path, root: Path) -> bool:
    """Tell whether a file, folder or pattern lies inside the project, and is not all of it."""
    return path.name != "-" and path.resolve().is_relative_to(root) and not _holds(path, root)


def _relative(path: Path, cwd: Path) -> str:
    try:
        return str(path.relative_to(cwd.resolve()))
    except ValueError:
        return str(path)


def _holds(path: Path, root: Path) -> bool:
    return path.is_dir() and root.is_relative_to(path.resolve())
