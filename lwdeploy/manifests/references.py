"""Which documents point to which: only a Bot holds references, and what it points to holds none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.phrases import dotted
from lwdeploy.manifests.text import did_you_mean, listing, quoted

__all__ = ["REFERENCES", "Index", "Path", "Reference", "index", "reference_findings", "references_of"]

Path = tuple[str, ...]

REFERENCES: tuple[tuple[Path, str], ...] = (
    (("pic",), "PersonInCharge"),
    (("policy",), "BotPolicy"),
    (("callback",), "Callback"),
    (("menus", "persistent"), "PersistentMenu"),
    (("menus", "rich", "menus", "*"), "RichMenu"),
)
"""Where in a Bot's spec a reference may stand, `*` for each entry of a list, and the kind that it points to."""

_SUGGESTIONS = 50  # comparing words is slow, and nobody reads more

Index = Mapping[tuple[str, str], Document]


def index(documents: Iterable[Document]) -> Index:
    """Map kind and key to the first document that has them."""
    found: dict[tuple[str, str], Document] = {}
    for document in documents:
        if document.name:
            found.setdefault((document.kind, document.name), document)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference: where it stands in a Bot's spec, and the kind and key that it points to."""

    path: Path
    kind: str
    key: str


def references_of(bot: Document) -> Iterator[Reference]:
    """Give every reference of a Bot, whether there is such a document or not."""
    for pattern, kind in REFERENCES:
        for path, value in _matching(bot.spec, pattern):
            key = value.get("ref") if isinstance(value, dict) else None
            if isinstance(key, str):
                yield Reference(path=path, kind=kind, key=key)


def _matching(value: Any, pattern: Path, above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give every value whose path fits the pattern."""
    if not pattern:
        yield above, value
    elif pattern[0] == "*":
        entries = value if isinstance(value, list) else ()
        for index, entry in enumerate(entries):
            yield from _matching(entry, pattern[1:], (*above, str(index)))
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _matching(value[pattern[0]], pattern[1:], (*above, pattern[0]))


def reference_findings(documents: Sequence[Document], known: Index) -> Iterator[Diagnostic]:
    """Give every reference that leads nowhere, to another reference, or round in a circle."""
    advice: dict[tuple[str, str], str] = {}
    for document in documents:
        if document.kind == "Bot":
            yield from _dangling(document, known, advice=advice)
    yield from _nested(documents, known)


def _dangling(bot: Document, known: Index, *, advice: dict[tuple[str, str], str]) -> Iterator[Diagnostic]:
    """`advice` keeps what was found for a wrong key: the same one often stands in hundreds of bots."""
    for reference in references_of(bot):
        kind, key = reference.kind, reference.key
        if (kind, key) not in known:
            place = ("spec", *reference.path, "ref")
            message = f"{quoted(dotted(place))} points to the {kind} {quoted(key)}, which does not exist"
            if len(advice) < _SUGGESTIONS and (kind, key) not in advice:
                advice[kind, key] = _meant(key, kind, known=known)
            fix = advice.get((kind, key), f"correct it, or write a document of kind {kind}")
            yield bot.finding("LW024", message, path=place, fix=fix)


def _meant(key: str, kind: str, *, known: Index) -> str:
    others = sorted(each for each, name in known if name == key and each != "Bot")
    if others:
        return f"there is a {others[0]} of this name, but a {kind} is needed here"
    names = sorted(name for each, name in known if each == kind)
    otherwise = f"there are {listing(names[:10])}" if names else f"there is no document of kind {kind} at all"
    otherwise = f"write a document of kind {kind} with `metadata.name: {key[:63]}`; {otherwise}"
    return did_you_mean(key, names, otherwise=otherwise)


def _nested(documents: Sequence[Document], known: Index) -> Iterator[Diagnostic]:
    told: set[tuple[str, str]] = set()
    for document in documents:
        if (document.kind, document.name) in told or not _target(document):
            continue
        chain = _chain(document, known)
        circle = chain[chain.index(chain[-1]) :] if chain.count(chain[-1]) > 1 else []
        if circle:
            told.update((document.kind, name) for name in circle)
            message = (
                f"references go round in a circle: {' -> '.join(f'{document.kind}/{each}' for each in circle)}"
            )
        else:
            message = f"a {document.kind} cannot refer to another document"
        fix = "write the values here; only a Bot may hold `ref`"
        yield document.finding("LW026", message, path=("spec", "ref"), fix=fix, at_key=True)


def _chain(document: Document, known: Index) -> list[str]:
    """Follow references inside one kind until they end or repeat."""
    names = [document.name]
    following: Document | None = document
    while following is not None and (key := _target(following)):
        names.append(key)
        following = None if key in names[:-1] else known.get((document.kind, key))
    return names


def _target(document: Document) -> str:
    key = document.spec.get("ref") if document.kind in {kind for _, kind in REFERENCES} else None
    return key if isinstance(key, str) else ""
