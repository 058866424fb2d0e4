"""Files to documents: strict, bounded, every mistake a diagnostic with its place, none an exception."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.decode import Unreadable, decode
from lwdeploy.manifests.document import Document, Source
from lwdeploy.manifests.files import STDIN, Gathered, gather
from lwdeploy.manifests.reading import Read, read
from lwdeploy.manifests.standing import Verdict, judge

__all__ = ["MAX_BYTES", "Loaded", "documents_of", "load", "with_text"]

MAX_BYTES = 1024 * 1024
"""The size of a file, above which it is not read; 300 bots take about a third of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was read: documents in the order of files and lines, and everything that is wrong with the YAML.

    `skipped` counts documents of other tools. `files` maps the name of every file that holds documents of
    ours to the digest of its bytes; standard input, which nobody can read again, is not in it.
    """

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]
    skipped: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """What one file gave."""

    documents: tuple[Document, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    skipped: int = 0
    digest: str = ""


def load(paths: Sequence[str], *, root: Path, stdin: Callable[[], bytes]) -> Loaded:
    """Read every manifest that `paths` mean, relative to `root`; `-` takes the bytes that `stdin` gives.

    Reads files and nothing else. The user's mistakes never raise: they are in `diagnostics`, sorted. A
    document is in `documents` even if something was wrong with it, so that references to it still resolve.
    """
    gathered = gather(paths, root=root)
    files = {name: _file(name, path, root=root, stdin=stdin) for name, path in gathered.files}
    skipped = sum(each.skipped for each in files.values())
    found = [*gathered.diagnostics, *(finding for each in files.values() for finding in each.diagnostics)]
    documents = tuple(document for each in files.values() for document in each.documents)
    if not documents and not found:
        found = [_nothing(paths, gathered, skipped=skipped, root=root)]
    return Loaded(
        documents=documents,
        diagnostics=tuple(sorted(found, key=lambda each: each.sort_key)),
        skipped=skipped,
        files={name: each.digest for name, each in files.items() if each.documents and name != STDIN},
    )


def with_text(loaded: Loaded, file: str, text: str) -> Loaded:
    """Give what would have been loaded if one of the files that were loaded had held this text."""
    source = next(each.source for each in loaded.documents if each.file == file)
    content = text.encode("utf-8")
    plain = Source(name=source.name, folder=source.folder)
    made = _documents(decode(content), plain, digest=f"sha256:{hashlib.sha256(content).hexdigest()}")
    first = next(number for number, each in enumerate(loaded.documents) if each.file == file)
    others = [each for each in loaded.documents if each.file != file]
    found = [*(each for each in loaded.diagnostics if each.source.file != file), *made.diagnostics]
    return replace(
        loaded,
        documents=(*others[:first], *made.documents, *others[first:]),
        diagnostics=tuple(sorted(found, key=lambda each: each.sort_key)),
        files={**loaded.files, file: made.digest},
    )


def _nothing(paths: Sequence[str], gathered: Gathered, *, skipped: int, root: Path) -> Diagnostic:
    name = gathered.files[0][0] if len(gathered.files) == 1 else (paths[0] if len(paths) == 1 else ".")
    others = f"; {skipped} document(s) of other tools were skipped" if skipped else ""
    fix = "write `apiVersion: lwdeploy/v1` on top of each manifest (`lwdeploy init` writes a first one)"
    return Source(name=name, folder=root).finding("LW003", f"no manifests were found{others}", fix=fix)


def _file(name: str, path: Path | None, *, root: Path, stdin: Callable[[], bytes]) -> _File:
    source = Source(name=name, folder=(root if path is None else path.parent).absolute())
    try:
        content = stdin() if path is None else _bytes(path)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        return _refused(source.finding("LW002", message, fix="correct its permissions, or name other files"))
    if len(content) > MAX_BYTES:
        return _refused(source.finding("LW004", _size(content, path), fix="divide it, or keep it elsewhere"))
    try:
        text = decode(content)
    except Unreadable as error:
        fix = "save the file as UTF-8 (editors on Windows may write UTF-16, Shift_JIS or CP949)"
        shown = Source(name=name, folder=root, lines=content.decode("utf-8", "replace").splitlines())
        return _refused(shown.finding("LW005", str(error), line=error.line, column=error.column, fix=fix))
    return _documents(text, source, digest="sha256:" + hashlib.sha256(content).hexdigest())


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def _size(content: bytes, path: Path | None) -> str:
    size = len(content) if path is None else path.stat().st_size
    return f"the file has {size} bytes, more than the {MAX_BYTES} that are read"


def _refused(finding: Diagnostic) -> _File:
    return _File(diagnostics=(finding,))


def _documents(text: str, source: Source, *, digest: str) -> _File:
    whole = Source(name=source.name, folder=source.folder, lines=tuple(text.split("\n")))
    documents: list[Document] = []
    findings: list[Diagnostic] = []
    skipped = 0
    for each in read(text, whole):
        verdict = judge(each.data, text=each.text, broken=each.broken)
        if verdict is None:
            skipped += 1
            continue
        if verdict.rule:
            each.findings.append(_misfit(verdict, each))
        findings += each.findings
        documents += _ours(each) if verdict.ours else ()
    return _File(documents=tuple(documents), diagnostics=tuple(findings), skipped=skipped, digest=digest)


def documents_of(text: str, *, name: str, folder: Path) -> tuple[Document, ...]:
    """Give the documents of a text that is to stand in the file `name` of `folder`, and of ours only."""
    return _documents(text, Source(name=name, folder=folder), digest="").documents


def _misfit(verdict: Verdict, made: Read) -> Diagnostic:
    place = made.root.children.get(verdict.key, made.root)
    line, column = (place.key_line, place.key_column) if verdict.at_key else (place.line, place.column)
    return made.source.finding(verdict.rule, verdict.message, line=line, column=column, fix=verdict.fix)


def _ours(made: Read) -> Iterator[Document]:
    if isinstance(made.data, dict):
        flaws = frozenset((each.source.line, each.source.column) for each in made.findings)
        yield Document(data=made.data, source=made.source, root=made.root, broken=made.broken, flaws=flaws)
