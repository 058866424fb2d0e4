"""All that is wrong with the documents of a project, without asking anybody: nothing is read or sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.project import project_findings
from lwdeploy.manifests.references import index, reference_findings
from lwdeploy.manifests.structure import Structure
from lwdeploy.manifests.text import did_you_mean, listing, quoted
from lwdeploy.manifests.validity import Validity
from lwdeploy.manifests.words import KINDS

__all__ = ["validate"]


def validate(documents: Sequence[Document], *, validity: Validity | None = None) -> tuple[Diagnostic, ...]:
    """Give every error of every document, sorted by place; what the loader reported is not repeated.

    `validity` saves the work where `resolve` and others ask about the same documents.
    """
    known = index(documents)
    found = [
        *_structure(documents, validity or Validity(documents)),
        *reference_findings(documents, known),
        *project_findings(documents, known),
    ]
    return tuple(sorted(found, key=lambda each: each.sort_key))


def _structure(documents: Sequence[Document], validity: Validity) -> Iterator[Diagnostic]:
    wrong: list[Document] = []
    for document in documents:
        if document.broken:
            continue
        if document.kind not in KINDS:
            yield from _kind(document)
        elif not validity.fits(document):
            wrong.append(document)
    if wrong:
        yield from _reasons(wrong, validity)


def _reasons(documents: Sequence[Document], validity: Validity) -> Iterator[Diagnostic]:
    structures = {
        kind: Structure.of(kind, validity.schema(kind), validity.validator(kind))
        for kind in sorted({each.kind for each in documents})
    }
    for document in documents:
        yield from structures[document.kind].findings(document)


def _kind(document: Document) -> Iterator[Diagnostic]:
    place = document.place(("kind",))
    if (place.line, place.column) in document.flaws:
        return
    written = document.data.get("kind")
    message = "the document has no `kind`" if written is None else f"there is no kind {quoted(written)}"
    fix = did_you_mean(document.kind, KINDS, otherwise=f"the kinds are {listing(KINDS)}")
    yield document.finding("LW016", message, path=("kind",), fix=fix)
