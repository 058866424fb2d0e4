"""Which files a command line means: files, folders, patterns and `-`, each file once, in a fixed order."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.document import Source
from lwdeploy.manifests.text import printable, quoted

__all__ = ["MAX_FILES", "STDIN", "Gathered", "gather"]

MAX_FILES = 5000
STDIN = "<stdin>"

_ACCESS = "correct the path or its permissions, or name other files"
_SUFFIXES = (".yaml", ".yml")
_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Names and paths of the files to read, in order; a path of None is standard input."""

    files: tuple[tuple[str, Path | None], ...]
    diagnostics: tuple[Diagnostic, ...]


def gather(paths: Sequence[str], *, root: Path) -> Gathered:
    """Find the files that `paths` mean, relative to `root`; whatever cannot be found is a diagnostic."""
    found: dict[object, tuple[str, Path | None]] = {}
    problems: dict[str, Diagnostic] = {}
    for path in paths:
        for each in _meant(path, root):
            if isinstance(each, Diagnostic):
                problems.setdefault(f"{each.source.file} {each.rule}", each)
                continue
            named = (STDIN, None) if each is None else (_name(each, root), each)
            found.setdefault(_identity(each), named)
            if len(found) > MAX_FILES:
                return Gathered(files=(), diagnostics=(_too_many(path, root),))
    files = sorted(found.values(), key=lambda pair: pair[0])
    return Gathered(files=tuple(files), diagnostics=tuple(problems.values()))


def _identity(path: Path | None) -> object:
    """One file under two names (overlapping folders, links) is still one file."""
    try:
        status = path.stat() if path else None
    except OSError:
        return str(path)
    return (status.st_dev, status.st_ino) if status else STDIN


def _meant(path: str, root: Path) -> Iterator[Path | Diagnostic | None]:
    if path == "-":
        yield None
        return
    target = root / path
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        yield from _pattern(path, root) if _MAGIC.search(path) else [_missing(target, path, root=root)]
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else "no file can have this name"
        yield _problem("LW002", target, root=root, message=f"{quoted(path)} cannot be read: {reason}", fix=_ACCESS)
    else:
        if stat.S_ISDIR(mode):
            yield from _folder(target, path, root=root)
        else:
            yield target if stat.S_ISREG(mode) else _special(target, root)


def _folder(folder: Path, path: str, *, root: Path) -> Iterator[Path | Diagnostic]:
    empty = True
    for each in _walk(folder, root):
        if isinstance(each, Diagnostic) or each.suffix in _SUFFIXES:
            empty = False
            yield each if isinstance(each, Diagnostic) else _file(each, root)
    if empty:
        message = f"the folder {quoted(path)} holds no manifests"
        fix = "name another folder, or write a file ending in .yaml (`lwdeploy init` writes a first one)"
        yield _problem("LW003", folder, root=root, message=message, fix=fix)


def _pattern(pattern: str, root: Path) -> Iterator[Path | Diagnostic]:
    """Find what a pattern matches; of a folder that matches, all that is in it."""
    fixed, rest = _split(pattern)
    base = root / fixed
    try:
        wanted = re.compile(_expression(rest) + r"(/.*)?", re.DOTALL)
    except re.error as error:
        message = f"the pattern {quoted(pattern)} cannot be read: {error}"
        yield _problem("LW001", base, root=root, message=message, fix="correct the pattern")
        return
    empty = True
    for each in _walk(base, root) if base.is_dir() else ():
        if isinstance(each, Diagnostic):
            yield each
        elif each.suffix in _SUFFIXES and wanted.fullmatch(each.relative_to(base).as_posix()):
            empty = False
            yield _file(each, root)
    if empty:
        message = f"the pattern {quoted(pattern)} matches no .yaml or .yml file"
        yield _problem("LW001", base, root=root, message=message, fix="correct the pattern, or leave it out")


def _walk(folder: Path, root: Path) -> Iterator[Path | Diagnostic]:
    """Give every file below a folder in order; hidden ones are skipped, a loop of links is walked once."""
    seen: set[tuple[int, int]] = set()
    pending = [folder]
    while pending:
        current = pending.pop()
        try:
            status = current.stat()
            names = sorted(os.listdir(current), reverse=True)  # noqa: PTH208 - names sort faster than paths
        except OSError as error:
            message = f"the folder {quoted(_name(current, root))} cannot be read: {error.strerror}"
            yield _problem(
                "LW002", current, root=root, message=message, fix="correct its permissions, or name other folders"
            )
            continue
        if (status.st_dev, status.st_ino) in seen:
            continue
        seen.add((status.st_dev, status.st_ino))
        children = [current / name for name in names if not name.startswith(".")]
        folders = [child for child in children if os.path.isdir(child)]  # noqa: PTH112 - swallows link loops
        pending += folders
        yield from (child for child in children if child not in folders)


def _file(path: Path, root: Path) -> Path | Diagnostic:
    if path.is_file():
        return path
    return _special(path, root) if path.exists() else _missing(path, _name(path, root), root=root)


def _split(pattern: str) -> tuple[str, str]:
    """Divide a pattern into the folder before its first special character, and the rest."""
    cut = _MAGIC.split(pattern, maxsplit=1)[0].rfind("/") + 1
    return pattern[:cut] or ".", pattern[cut:]


def _expression(pattern: str) -> str:
    """Translate a pattern into a regular expression: `**` crosses folders, `*` and `?` do not."""
    tokens = re.findall(r"\*\*/|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", pattern, re.DOTALL)
    special = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(special.get(token) or _literal(token) for token in tokens)


def _literal(token: str) -> str:
    if len(token) == 1:
        return re.escape(token)
    body = token[1:-1].replace("\\", "\\\\").replace("[", "\\[")
    return f"[^{body[1:]}]" if body.startswith("!") else f"[{body}]"


def _name(path: Path, root: Path) -> str:
    """Name a file relative to the root, the same on every machine that has the same tree."""
    try:
        name = os.path.relpath(path, root)
    except ValueError:  # another drive
        name = str(path)
    return printable(name.replace(os.sep, "/"))


def _problem(rule: str, path: Path, *, root: Path, message: str, fix: str) -> Diagnostic:
    return Source(name=_name(path, root), folder=root).finding(rule, message, fix=fix)


def _missing(path: Path, text: str, *, root: Path) -> Diagnostic:
    link = path.is_symlink()
    message = f"{quoted(text)} is a link to nowhere" if link else f"there is no file or folder {quoted(text)}"
    return _problem("LW001", path, root=root, message=message, fix="correct the path; `-` means standard input")


def _special(path: Path, root: Path) -> Diagnostic:
    message = f"{quoted(_name(path, root))} is not a file"
    return _problem(
        "LW002", path, root=root, message=message, fix="name a file or a folder; a program can write to `-f -`"
    )


def _too_many(path: str, root: Path) -> Diagnostic:
    message = f"more than {MAX_FILES} files to read"
    return _problem(
        "LW004", root / path, root=root, message=message, fix="name the folders that hold the manifests"
    )
