"""Equal values have one form and one digest, whatever the order of keys and the hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.core.canonical import ABSENT, canonical, digest, dumps, get_path, leaves, nested

_keys = st.text(alphabet="abcxyz", min_size=1, max_size=4)
_scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
_json = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=8,
)


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reordered(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return tuple(_reordered(each) for each in value)
    return value


@given(value=_json)
def test_the_canonical_form_is_equal_for_every_order_and_is_its_own(value: Any) -> None:
    form = canonical(value)
    assert canonical(form) == form == canonical(_reordered(value)) == value
    assert dumps(form) == dumps(_reordered(value))
    assert json.dumps(form) == json.dumps(canonical(_reordered(value)))


@given(value=_json)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert json.loads(dumps(value)) == json.loads(dumps(value, indent=2)) == value


def test_text_stays_readable_and_compact() -> None:
    assert dumps({"b": "新規", "a": [1, True]}) == '{"a":[1,true],"b":"新規"}'
    assert dumps({"a": 1}, indent=1) == '{\n "a": 1\n}'


def test_a_digest_names_its_algorithm_and_tells_values_apart() -> None:
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    different: list[Any] = [0, False, "", None, [], {}, "0"]
    assert len({digest(each) for each in different}) == len(different)


@pytest.mark.parametrize("seed", ["0", "1", "42"])
def test_a_digest_does_not_depend_on_the_hash_seed(seed: str) -> None:
    program = "from lwdeploy.core.canonical import digest; print(digest(dict.fromkeys({'a', 'b', 'c', 'd'})))"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == digest(dict.fromkeys("abcd"))


def test_leaves_are_sorted_and_lists_stay_whole() -> None:
    spec = {"pic": {"vice": [], "primary": ["taro@example.com"]}, "botName": "Help"}
    flat = leaves(spec)
    assert flat == {"botName": "Help", "pic.primary": ["taro@example.com"], "pic.vice": []}
    assert list(flat) == sorted(flat)


def test_an_empty_mapping_has_no_leaves_and_a_bare_value_is_one() -> None:
    assert leaves({"callback": {}}) == {}
    assert leaves("text", "botName") == {"botName": "text"}


@given(spec=st.dictionaries(_keys, _json, max_size=4))
def test_every_leaf_is_found_at_its_path(spec: dict[str, Any]) -> None:
    assert all(get_path(spec, path) == leaf for path, leaf in leaves(spec).items())


@pytest.mark.parametrize("path", ["x", "callback.x", "callback.url.x", "callback.events.0"])
def test_a_path_that_leads_nowhere_is_absent_and_not_none(path: str) -> None:
    spec = {"callback": {"url": None, "events": ["message"]}}
    assert get_path(spec, path) is ABSENT
    assert get_path(spec, "callback.url") is None


def test_absent_is_false_and_says_so() -> None:
    assert not ABSENT
    assert repr(ABSENT) == "ABSENT"


def test_what_was_flattened_can_be_nested_again() -> None:
    """`nested` undoes `leaves`, in canonical order."""
    spec = {"b": {"y": [1, {"z": 2}], "x": None}, "a": 1}
    assert list(nested(leaves(spec))) == ["a", "b"]
    assert nested(leaves(spec)) == spec
    assert nested({}) == {}
