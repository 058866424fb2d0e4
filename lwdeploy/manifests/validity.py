"""Which documents can be relied upon: complete, without flaws, and as their schema wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lwdeploy.manifests.accept import Check, acceptor
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.schemas import inlined
from lwdeploy.manifests.words import KINDS

__all__ = ["Validity"]


class Validity:
    """The checks of the kinds that a run meets; each schema is read and compiled once."""

    def __init__(self, documents: Iterable[Document]) -> None:
        kinds = sorted({document.kind for document in documents} & set(KINDS))
        self._schemas: Mapping[str, Mapping[str, Any]] = {kind: inlined(kind) for kind in kinds}
        self._checks: Mapping[str, Check] = {kind: acceptor(schema) for kind, schema in self._schemas.items()}

    def schema(self, kind: str) -> Mapping[str, Any]:
        """Give the schema of a kind that one of the documents has."""
        return self._schemas[kind]

    def fits(self, document: Document) -> bool:
        """Whether the data is as its schema wants it; a document of an unknown kind never is."""
        check = self._checks.get(document.kind)
        return check is not None and check(document.data)

    def is_sound(self, document: Document) -> bool:
        """Whether nothing is wrong with the document by itself."""
        return not document.broken and not document.flaws and self.fits(document)
