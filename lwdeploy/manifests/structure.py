"""Why a document does not fit its schema: every reason, at its place, with what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from lwdeploy.core.diagnostics import Diagnostic
from lwdeploy.manifests.document import Document
from lwdeploy.manifests.phrases import Reason, dotted, for_value
from lwdeploy.manifests.text import closest, listing, quoted
from lwdeploy.manifests.unknown import Vocabulary
from lwdeploy.manifests.words import NOT_YET_FIELDS, OTHER_TYPE

__all__ = ["Structure"]

_REFERENCES = (
    ("spec", "auth", "*"),
    ("spec", "state", "postgres", "dsn"),
    ("spec", "state", "object", "credentials", "*"),
)
"""Where credentials are referred to. What stands there in place of a reference may be the credential itself."""

_NEAR_SECRETS = (("spec", "auth"), ("spec", "state", "postgres"), ("spec", "state", "object"))
_NEVER_SHOWN = {("spec", "state", each) for each in ("file", "git", "object", "postgres")} | {
    ("spec", "state"),
    ("spec", "state", "git", "remote"),
    ("spec", "state", "object", "endpoint"),
}
"""Where people write addresses that may hold a password or a token."""

_MOST = 100  # of one document: a person corrects the first ones and looks again


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """One kind's schema, ready to say what is wrong with documents of the kind."""

    kind: str
    validator: Validator
    vocabulary: Vocabulary

    @classmethod
    def of(cls, kind: str, schema: Mapping[str, Any], validator: Validator) -> Structure:
        """Prepare an inlined schema and the validator that was made of it."""
        return cls(kind=kind, validator=validator, vocabulary=Vocabulary.of(kind, schema))

    def findings(self, document: Document) -> Iterator[Diagnostic]:
        """Give every reason why the document is not valid, unless the loader already gave it."""
        seen: set[tuple[int, int, str]] = set()
        for error in islice(self.validator.iter_errors(document.data), _MOST):
            for finding in self._explained(document, _reason(error)):
                where = (finding.source.line, finding.source.column, finding.rule + finding.message)
                if where not in seen and where[:2] not in document.flaws:
                    seen.add(where)
                    yield finding

    def _explained(self, document: Document, reason: Reason) -> Iterator[Diagnostic]:
        found = self._reasons(document, _guarded(reason))
        return (replace(each, excerpt="") for each in found) if _is_hidden(document, reason) else found

    def _reasons(self, document: Document, reason: Reason) -> Iterator[Diagnostic]:
        path = reason.path
        if reason.keyword == "additionalProperties":
            known = tuple(reason.schema.get("properties", {}))
            unknown = [each for each in reason.value if each not in known and not _is_reference(path, each)]
            yield from (self._unknown(document, (*path, each), siblings=known) for each in unknown)
        elif reason.keyword == "required":
            if not document.flaws and not (path == ("spec",) and "ref" in reason.value):
                yield _missing(document, reason)
        elif reason.of_key and reason.keyword == "enum":
            if self.vocabulary.knows(path):
                yield _out_of_place(document, reason)
        elif reason.keyword == "enum" and not self._has_type(reason):
            return  # another reason says that the type is wrong
        elif any(_matches(path[: len(each)], each) for each in _REFERENCES):
            yield _credential(document, reason)
        else:
            rule, message, fix = for_value(reason)
            yield document.finding(rule, message, path=path, fix=fix, at_key=reason.of_key)

    def _has_type(self, reason: Reason) -> bool:
        types = reason.schema.get("type", ())
        named = (types,) if isinstance(types, str) else types
        return not named or any(self.validator.is_type(reason.value, each) for each in named)

    def _unknown(self, document: Document, path: tuple[str, ...], *, siblings: Sequence[str]) -> Diagnostic:
        not_yet = NOT_YET_FIELDS.get((self.kind, dotted(path)))
        where = f" in {quoted(dotted(path[:-1]))} of a {self.kind}" if path[:-1] else f" in a {self.kind}"
        rule, message = "LW019", f"there is no field {quoted(path[-1])}{where}"
        if siblings == ("ref",):
            rule, message = "LW025", f"{quoted(path[-1])} cannot stand beside `ref`"
            fix = "write it in the document that `ref` points to, or write all fields here and no `ref`"
        elif not_yet:
            rule, message, fix = "LW017", f"{quoted(dotted(path))}: {not_yet[0]}", not_yet[1]
        elif _is_at_reference(path[:-1]) and not closest(path[-1], siblings):
            return _literal(document, path)
        else:
            fix = self.vocabulary.advice(path, siblings)
        return document.finding(rule, message, path=path, fix=fix, at_key=True)


def _reason(error: ValidationError) -> Reason:
    schema = error.schema if isinstance(error.schema, dict) else {}
    path = tuple(str(each) for each in error.absolute_path)
    of_key = "propertyNames" in list(error.absolute_schema_path)[-2:-1]
    return Reason(
        keyword=str(error.validator),
        wanted=error.validator_value,
        value=error.instance,
        schema=schema,
        path=(*path, str(error.instance)) if of_key else path,
        of_key=of_key,
    )


def _matches(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return len(path) == len(pattern) and all(want in {"*", each} for each, want in zip(path, pattern, strict=True))


def _is_at_reference(path: tuple[str, ...]) -> bool:
    return any(_matches(path, each) for each in _REFERENCES)


def _is_hidden(document: Document, reason: Reason) -> bool:
    """Tell whether the line that is at fault may hold a credential."""
    near = any(reason.path[: len(each)] == each for each in _NEAR_SECRETS)
    return near or (reason.path[:2] == ("spec", "state") and "@" in str(document.spec.get("state")))


def _guarded(reason: Reason) -> Reason:
    """Take out a text that may be an address with a password."""
    hidden = isinstance(reason.value, str) and reason.path in _NEVER_SHOWN
    return replace(reason, value="***") if hidden else reason


def _is_reference(path: tuple[str, ...], word: str) -> bool:
    """References in documents that may hold none are judged with all references of the project."""
    return path == ("spec",) and word == "ref"


def _out_of_place(document: Document, reason: Reason) -> Diagnostic:
    """Explain a field that exists, but not beside the type, or the one field, that was written with it."""
    parent: Any = document.data
    for segment in reason.path[:-1]:
        parent = parent[int(segment)] if isinstance(parent, list) else parent[segment]
    field = reason.path[-1]
    beside = [each for each in reason.wanted if each in parent]
    if "type" in beside:
        message = f"{quoted(field)} does not go with `type: {parent['type']}`"
        fix = OTHER_TYPE.get((parent["type"], field), "leave it out, or change the type")
    else:
        message = f"{quoted(field)} does not go with {listing(beside)}"
        fix = f"leave it out, or take {listing(beside)} out"
    return document.finding("LW019", message, path=reason.path, fix=fix, at_key=True)


def _missing(document: Document, reason: Reason) -> Diagnostic:
    missing = [name for name in reason.wanted if name not in reason.value]
    where = f" in {quoted(dotted(reason.path))}" if reason.path else ""
    what = "the field {} is missing" if len(missing) == 1 else "the fields {} are missing"
    fields = reason.schema.get("properties", {})
    examples = ((name, fields.get(name, {}).get("examples")) for name in missing)
    shown = (f"{name}: {each[0]}" for name, each in examples if each and _short(each[0]))
    example = "".join(f", for example {quoted(each)}" for each in islice(shown, 1))
    message = what.format(listing(missing)) + where
    return document.finding("LW018", message, path=reason.path, fix=f"add {listing(missing)}{example}")


def _short(value: Any) -> bool:
    return isinstance(value, str | int)


def _credential(document: Document, reason: Reason) -> Diagnostic:
    """Whatever is written there may be the credential itself, so it is not repeated."""
    if reason.keyword == "type" and _is_at_reference(reason.path) and reason.value is not None:
        return _literal(document, reason.path)
    message = f"{quoted(dotted(reason.path))} is no reference to a credential"
    fix = "write exactly one of {env: NAME}, {file: PATH} and {exec: [COMMAND, ARGUMENT]}"
    return document.finding(for_value(reason)[0], message, path=reason.path, fix=fix)


def _literal(document: Document, path: tuple[str, ...]) -> Diagnostic:
    message = f"{quoted(dotted(path))} holds a value: credentials never stand in manifests"
    fix = "write where it is found, {env: NAME}, {file: PATH} or {exec: [COMMAND]}, and replace the credential"
    return document.finding("LW027", message, path=path, fix=fix)
