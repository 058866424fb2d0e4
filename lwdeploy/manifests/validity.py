"""Which documents can be relied upon: complete, without flaws, and as their schema wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lwdeploy.manifests.dialect import validator_of
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.schemas import inlined
from lwdeploy.manifests.words import KINDS

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

__all__ = ["Validity"]


class Validity:
    """The verdicts on the documents of one run.

    Each schema is read once and each document is checked once: a check takes most of a millisecond, and
    several steps ask for it. Not for use by several threads.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        kinds = sorted({document.kind for document in documents} & set(KINDS))
        self._schemas: Mapping[str, Mapping[str, Any]] = {kind: inlined(kind) for kind in kinds}
        self._validators = {kind: validator_of(schema) for kind, schema in self._schemas.items()}
        self._verdicts: dict[int, tuple[Document, bool]] = {}  # with the document, so that its id stays its own

    def schema(self, kind: str) -> Mapping[str, Any]:
        """Give the schema of a kind that one of the documents has."""
        return self._schemas[kind]

    def validator(self, kind: str) -> Validator:
        """Give the validator of a kind that one of the documents has."""
        return self._validators[kind]

    def fits(self, document: Document) -> bool:
        """Whether the data is as its schema wants it; a document of an unknown kind never is."""
        if id(document) not in self._verdicts:
            self._verdicts[id(document)] = (document, self._check(document))
        return self._verdicts[id(document)][1]

    def _check(self, document: Document) -> bool:
        validator = self._validators.get(document.kind)
        return validator is not None and bool(validator.is_valid(document.data))

    def is_sound(self, document: Document) -> bool:
        """Whether nothing is wrong with the document by itself."""
        return not document.broken and not document.flaws and self.fits(document)
