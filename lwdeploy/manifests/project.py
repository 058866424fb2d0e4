"""What must be true of all documents together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.references import Index
from lwdeploy.manifests.text import quoted

__all__ = ["DEFAULT_ANNOTATION", "is_default", "project_findings"]

DEFAULT_ANNOTATION = "lwdeploy/default"


def project_findings(documents: Sequence[Document], known: Index) -> Iterator[Diagnostic]:
    """Give everything that stands twice and may stand once."""
    yield from _same_keys(documents)
    yield from _second_projects(documents)
    yield from _second_defaults(documents)
    yield from _same_bots(documents)
    yield from _renames(documents, known)
    yield from _removed_bots(documents, known)


def is_default(document: Document) -> bool:
    """Whether a Tenant is marked as the one to use when none is named."""
    metadata = document.data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return isinstance(annotations, dict) and annotations.get(DEFAULT_ANNOTATION) == "true"


def _repeated(
    documents: Iterable[Document], key: Callable[[Document], Hashable | None]
) -> Iterator[tuple[Document, Document]]:
    """Give every document whose key another one had before, with that one; None is no key."""
    first: dict[Hashable, Document] = {}
    for document in documents:
        value = key(document)
        if value is not None and first.setdefault(value, document) is not document:
            yield document, first[value]


def _same_keys(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    for document, first in _repeated(documents, lambda each: (each.kind, each.name) if each.name else None):
        place = ("metadata", "name")
        message = f"there is a {document.kind} {quoted(document.name)} already, at {first.at(place)}"
        yield document.finding("LW023", message, path=place, fix="give one of the two another name")


def _second_projects(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    projects = [each for each in documents if each.kind == "Project"]
    for document, first in _repeated(projects, lambda _each: True):
        message = f"there is a Project already, at {first.at(('kind',))}"
        fix = "keep the one that `lwdeploy init` wrote: bots are being created under its id"
        yield document.finding("LW028", message, path=("kind",), fix=fix)


def _second_defaults(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    defaults = [each for each in documents if each.kind == "Tenant" and is_default(each)]
    place = ("metadata", "annotations", DEFAULT_ANNOTATION)
    for document, first in _repeated(defaults, lambda _each: True):
        message = f"there is a default tenant already, {quoted(first.name)} at {first.at(place)}"
        yield document.finding("LW029", message, path=place, fix="take the annotation off one of the two")


def _same_bots(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    bots = [each for each in documents if each.kind == "Bot"]
    for document, first in _repeated(bots, _bot_id):
        place = ("spec", "botId")
        message = f"bot {_bot_id(document)} belongs to the Bot {quoted(first.name)} already, at {first.at(place)}"
        fix = "keep it in one of the two; a document without `botId` makes a bot of its own"
        yield document.finding("LW030", message, path=place, fix=fix)


def _bot_id(document: Document) -> int | None:
    value = document.spec.get("botId")
    return value if isinstance(value, int) else None


def _renames(documents: Sequence[Document], known: Index) -> Iterator[Diagnostic]:
    bots = [each for each in documents if each.kind == "Bot"]
    place = ("spec", "renamedFrom")
    for document in bots:
        former = _former(document)
        if former and ("Bot", former) in known:
            there = known["Bot", former].at(("metadata", "name"))
            message = f"`spec.renamedFrom` names the Bot {quoted(former)}, which still exists, at {there}"
            fix = "take the old document away, or take `renamedFrom` out"
            yield document.finding("LW031", message, path=place, fix=fix)
        elif former and ("Removed", former) in known:
            there = known["Removed", former].at(("metadata", "name"))
            message = f"`spec.renamedFrom` names {quoted(former)}, which is to be removed, at {there}"
            fix = "take the Removed document away, or take `renamedFrom` out: a bot cannot go on and go"
            yield document.finding("LW031", message, path=place, fix=fix)
    for document, first in _repeated(bots, _former):
        message = (
            f"the Bot {quoted(first.name)} takes over {quoted(_former(document))} already, at {first.at(place)}"
        )
        yield document.finding("LW031", message, path=place, fix="keep `renamedFrom` in one of the two")


def _removed_bots(documents: Sequence[Document], known: Index) -> Iterator[Diagnostic]:
    place = ("metadata", "name")
    for document in documents:
        bot = known.get(("Bot", document.name)) if document.kind == "Removed" else None
        if bot is not None:
            message = f"{quoted(document.name)} is to be removed, and is a Bot as well, at {bot.at(place)}"
            fix = "take one of the two documents away; give a new bot a key of its own"
            yield document.finding("LW032", message, path=place, fix=fix)


def _former(document: Document) -> str | None:
    value = document.spec.get("renamedFrom")
    return value if isinstance(value, str) else None
