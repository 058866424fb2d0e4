"""The published schemas: valid, complete in themselves, and teaching by examples that hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from lwdeploy.core.errors import UserError
from lwdeploy.manifests import schemas
from lwdeploy.manifests.schemas import WHOLE, bundle, inlined, schema_names, schema_text
from tests.unit.manifests.strategies import examples, whole_examples


def properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every property that a schema defines anywhere."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for below in schema.values():
            yield from properties(below)


@pytest.mark.parametrize("name", schema_names())
def test_a_schema_is_valid_and_needs_no_other_file(name: str) -> None:
    schema = json.loads(schema_text(name))
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert all(each.startswith("#/$defs/") for each in re.findall(r'"\$ref": "([^"]*)"', schema_text(name)))


@pytest.mark.parametrize("name", [name for name in schema_names() if name != WHOLE])
def test_every_example_in_a_schema_fits_where_it_stands(name: str) -> None:
    found = list(examples(inlined(name)))
    assert found
    for schema, example in found:
        assert Draft202012Validator(schema).is_valid(example), (schema.get("title"), example)


@pytest.mark.parametrize("name", [name for name in schema_names() if name != WHOLE])
def test_every_property_teaches_by_title_description_and_examples(name: str) -> None:
    for key, schema in properties(inlined(name)):
        if set(schema) != {"const"}:  # the condition of an `if`
            assert {"title", "description"} <= set(schema), key
            assert "examples" in schema or schema.get("$ref"), key


@pytest.mark.parametrize("name", schema_names())
def test_patterns_are_anchored_so_that_part_of_a_text_never_counts(name: str) -> None:
    for pattern in re.findall(r'"pattern": ("(?:[^"\\]|\\.)*")', schema_text(name)):
        assert re.fullmatch(r"\^.*\$", json.loads(pattern))


def test_the_schema_for_all_kinds_is_made_of_those_of_the_kinds() -> None:
    assert json.loads(schema_text(WHOLE)) == bundle()


@pytest.mark.parametrize("name", [name for name in schema_names() if name != WHOLE])
def test_the_schema_for_all_kinds_judges_like_that_of_the_kind(name: str) -> None:
    whole = Draft202012Validator(bundle())
    for document in whole_examples(name):
        assert whole.is_valid(document)
        assert not whole.is_valid({**document, "kind": "Robot"})
        assert not whole.is_valid({**document, "extra": 1})


@pytest.mark.parametrize(
    "name", ["PersonInCharge", "personincharge", "person-in-charge", "person-in-charge.schema.json"]
)
def test_a_schema_is_found_by_its_kind_or_its_file(name: str) -> None:
    assert json.loads(schema_text(name))["title"] == "PersonInCharge"


def test_a_schema_that_does_not_exist_is_answered_with_a_question() -> None:
    with pytest.raises(UserError) as caught:
        schema_text("persistentmenus")
    assert str(caught.value) == "there is no schema `persistentmenus`\ndid you mean `PersistentMenu`?"


def test_two_schemas_that_define_a_name_differently_are_not_put_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in schema_names():
        schema = json.loads(schema_text(name))
        if name == "Tenant":
            schema["$defs"]["Metadata"]["title"] = "Another"
        stem = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
        (tmp_path / f"{stem}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    monkeypatch.setattr(schemas, "_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match="two schemas define Metadata differently"):
        bundle()
