"""Whatever stands in a file, reading and validating it gives findings and raises nothing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lwdeploy.core.kind import TenantView
from lwdeploy.manifests.load import Loaded, load
from lwdeploy.manifests.resolve import default_tenant, project_id, resolve, tenants
from lwdeploy.manifests.validate import validate
from tests.unit.manifests.strategies import nearly_right

PIECES = (
    "a|- |: |{|}|[|]|,|&a |*a|!x |'|\"|\t|#|?|no|012|<<: |spec:|ref: x|> |\\|%YAML|  "
    "|\n|---\n|...\n|\r|apiVersion: lwdeploy/v1\n|kind: Bot\n|metadata: {name: x}\n"
    '|\0|\ufeff|\u2028|\x85|\U0001f600|"\\ud800"'
)
YAML = st.lists(st.sampled_from([*PIECES.split("|"), "|\n"]), max_size=40).map("".join)


def answer(content: bytes) -> Loaded:
    """Read standard input and go the whole way, however bad it is."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(["-"], root=Path(folder), stdin=lambda: content)
    findings = (*loaded.diagnostics, *validate(loaded.documents))
    for finding in findings:
        f"{finding}".encode()
        assert (finding.source.line == 0) == (finding.source.column == 0)
    tenants(loaded.documents)
    default_tenant(loaded.documents)
    project_id(loaded.documents)
    resolve(loaded, tenant=TenantView(name="t"), kinds=(), whole_project=True)
    return loaded


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf\xff")
@example(b"\xff\xfe")
def test_bytes_are_answered(content: bytes) -> None:
    answer(content)


@given(st.text(max_size=300))
@example("apiVersion: lwdeploy/v1\nkind: \x00\n")
def test_text_is_answered(content: str) -> None:
    answer(content.encode("utf-8", "surrogatepass"))


@settings(max_examples=300)
@given(YAML)
@example('"a\\0b": 1')
@example('"": {"": 1}')
@example("{[a]: {b: c}, [d]: e}")
@example("&a [*a]")
@example("&a {*a : *a}")
def test_pieces_of_yaml_are_answered(content: str) -> None:
    answer(content.encode())


@settings(max_examples=300, deadline=None)
@given(st.lists(nearly_right(), max_size=3))
def test_documents_that_are_nearly_right_are_answered(documents: list[dict[str, Any]]) -> None:
    loaded = answer("\n---\n".join(json.dumps(each) for each in documents).encode())
    ours = [each for each in documents if each.get("apiVersion") == "lwdeploy/v1"]
    assert len(loaded.documents) >= len(ours)
