"""The JSON Schemas of the manifest format: read from the package, or from the checkout that it runs in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from lwdeploy.core.errors import UserError
from lwdeploy.manifests.text import did_you_mean, listing, quoted
from lwdeploy.manifests.words import KINDS

__all__ = ["WHOLE", "bundle", "format_schema", "inlined", "schema_names", "schema_text"]

WHOLE = "lwdeploy"
"""The name of the schema that takes a document of any kind."""

Schema = dict[str, Any]


def schema_names() -> tuple[str, ...]:
    """Give the names that `schema_text` takes: the kinds, and the one for all of them."""
    return (*KINDS, WHOLE)


def schema_text(name: str) -> str:
    """Give a schema as it is published. Raises UserError for a name that there is no schema for."""
    known = {each.lower(): each for each in schema_names()}
    found = known.get(re.sub(r"[-_\s]", "", name).removesuffix(".schema.json").lower())
    if found is None:
        advice = did_you_mean(name, schema_names(), otherwise=f"schemas: {listing(schema_names())}")
        raise UserError(f"there is no schema {quoted(name)}", advice=advice)
    return (_folder() / f"{_stem(found)}.schema.json").read_text(encoding="utf-8")


def format_schema(name: str) -> Schema:
    """Give the schema of a machine format of ours (`plan`): local references only."""
    made: Schema = json.loads((_folder() / f"{name}.schema.json").read_text(encoding="utf-8"))
    return made


def inlined(kind: str) -> Schema:
    """Give the schema of a kind with every reference replaced by what it refers to.

    So nothing has to be looked up while validating, least of all on a network.
    """
    schema = json.loads(schema_text(kind))
    definitions = schema.pop("$defs")
    made: Schema = _inline(schema, definitions)
    return made


def bundle() -> Schema:
    """Give the schema for a document of any kind, made of those of the kinds: what lwdeploy.schema.json holds.

    Raises ValueError when two schemas define the same name differently.
    """
    definitions: Schema = {}
    for kind in KINDS:
        schema = json.loads(schema_text(kind))
        shared = schema.pop("$defs")
        for name, definition in {**shared, kind: _embedded(schema)}.items():
            if definitions.setdefault(name, definition) != definition:
                raise ValueError(f"two schemas define {name} differently")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lwdeploy:v1:{WHOLE}",
        "title": "lwdeploy manifest",
        "description": "A document of an lwdeploy project, of any kind.",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "properties": {
            "apiVersion": {
                "description": "Always lwdeploy/v1.",
                "const": "lwdeploy/v1",
                "examples": ["lwdeploy/v1"],
            },
            "kind": {"description": "What the document describes.", "enum": list(KINDS), "examples": ["Bot"]},
        },
        "allOf": [_branch(kind) for kind in KINDS],
        "$defs": dict(sorted(definitions.items())),
    }


def _branch(kind: str) -> Schema:
    chosen = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
    return {"if": chosen, "then": {"$ref": f"#/$defs/{kind}"}}


def _embedded(schema: Schema) -> Schema:
    return {key: value for key, value in schema.items() if key not in {"$schema", "$id"}}


def _inline(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_inline(each, definitions) for each in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        return _inline(definitions[reference.removeprefix("#/$defs/")], definitions)
    return {key: _inline(value, definitions) for key, value in node.items()}


def _stem(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _folder() -> Path:
    package = Path(__file__).resolve().parents[1]
    installed = package / "schemas"
    return installed if installed.is_dir() else package.parent / "schemas"
