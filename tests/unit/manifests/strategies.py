"""Documents that are nearly right: the examples of the schemas with one thing changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from lwdeploy.manifests.schemas import inlined, schema_text
from lwdeploy.manifests.words import KINDS

WORDS = ["name", "ref", "type", "default", "ja_JP", "url", "actions", "primary", "postback ", "env", "file", "x"]
RICH_WORDS = ["menus", "rich", "areas", "action", "data", "layout", "image", "generate"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 400) | st.sampled_from([0.5, 1.0, "", "all", "local", "message"]),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from([*WORDS, *RICH_WORDS]), inner, max_size=3)
    ),
    max_leaves=6,
)


def examples(schema: Any) -> Iterator[Any]:
    """Give every example that stands anywhere in a schema, with the schema it belongs to."""
    if isinstance(schema, dict):
        if isinstance(schema.get("examples"), list):
            yield from ((schema, each) for each in schema["examples"])
        for below in schema.values():
            yield from examples(below)
    elif isinstance(schema, list):
        for below in schema:
            yield from examples(below)


def whole_examples(kind: str) -> list[dict[str, Any]]:
    """Give documents of a kind: one for each example of its spec."""
    schema = json.loads(schema_text(kind))
    specs = inlined(kind)["properties"]["spec"]
    rich = {name: below["examples"][0] for name, below in specs["properties"].items() if "examples" in below}
    made = [{**schema["examples"][0], "spec": spec} for spec in (*specs["examples"], rich)]
    made[0]["metadata"] = {"name": "a", "labels": {"x": "y"}, "annotations": {"lwdeploy/default": "true"}}
    return made


def _paths(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield above
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from _paths(value[key], (*above, key))


@st.composite
def nearly_right(draw: st.DrawFn) -> dict[str, Any]:
    """Give a document of any kind in which up to two things are changed."""
    document: dict[str, Any] = copy.deepcopy(
        draw(st.sampled_from([each for kind in KINDS for each in whole_examples(kind)]))
    )
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from([each for each in _paths(document) if each]))
        target: Any = document
        for key in path[:-1]:
            target = target[key]
        if draw(st.booleans()):
            target[path[-1]] = draw(VALUES)
        elif isinstance(target, dict):
            target[draw(st.sampled_from([*WORDS, *RICH_WORDS]))] = draw(VALUES)
        else:
            target.append(draw(VALUES))
    return document
