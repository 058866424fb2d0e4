"""States survive the way to bytes and back, and nothing else is taken for a state."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lwdeploy.core.address import Address
from lwdeploy.core.errors import Corrupt
from lwdeploy.core.types import State, StateEntry
from lwdeploy.state.codec import _checksum, decode, encode

_text = st.text(max_size=8)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_spec = st.dictionaries(_text, _json, max_size=3)
_address = st.builds(Address, kind=_text, path=st.lists(_text, min_size=2, max_size=5).map(tuple))
_entry = st.builds(
    StateEntry, remote_id=_text, applied=_spec, observed=_spec, protect=st.booleans(), fixed=st.booleans()
)
_state = st.builds(
    State,
    lineage=_text,
    serial=st.integers(min_value=0),
    tenant=_spec,
    project=_text,
    entries=st.dictionaries(_address, _entry, max_size=4),
    users=st.dictionaries(_text, _text, max_size=3),
    plans=st.lists(_text, max_size=3).map(tuple),
)


def _decode(stored: bytes) -> State:
    return decode(stored, place="memory", advice="Restore it.")


@given(state=_state)
@settings(deadline=None, max_examples=60)
def test_every_state_comes_back_as_it_was(state: State) -> None:
    assert _decode(encode(state)) == state


@given(state=_state)
@settings(deadline=None, max_examples=60)
def test_equal_states_give_equal_bytes_whatever_their_order(state: State) -> None:
    shuffled = replace(
        state,
        entries=dict(reversed(list(state.entries.items()))),
        users=dict(reversed(list(state.users.items()))),
    )
    assert encode(shuffled) == encode(state)


@given(state=_state, position=st.floats(min_value=0, max_value=1, exclude_max=True))
@settings(deadline=None, max_examples=60)
def test_no_beginning_of_a_state_is_a_state(state: State, position: float) -> None:
    stored = encode(state)
    torn = stored[: int((len(stored) - 1) * position)]  # all but the last line end may be cut
    with pytest.raises(Corrupt, match="torn"):
        _decode(torn)


def test_the_form_is_sorted_indented_and_readable(state: State) -> None:
    text = encode(state).decode()
    fields = json.loads(text)
    assert list(fields) == sorted(fields)
    assert text.endswith("\n}\n".removeprefix("\n"))
    assert "ヘルプデスク" in text
    assert fields["format_version"] == 1


def test_kinds_that_nobody_knows_survive(state: State) -> None:
    future = Address(kind="hologram", path=("bot", "helpdesk", "hologram", "a/b"))
    stranger = replace(state, entries={future: StateEntry(remote_id="h1")})
    assert _decode(encode(stranger)) == stranger


def test_two_addresses_of_one_path_are_two_entries(state: State) -> None:
    path = ("bot", "helpdesk", "menu")
    entries = {Address(kind=kind, path=path): StateEntry(remote_id=kind) for kind in ("rich", "fixed")}
    both = replace(state, entries=entries)
    assert _decode(encode(both)) == both
    turned = replace(state, entries=dict(reversed(list(entries.items()))))
    assert encode(turned) == encode(both)


@pytest.mark.parametrize("name", ["\ud800", "\ud83d \ude00", "\x00\x1b"])
def test_text_that_utf8_cannot_hold_is_kept(state: State, name: str) -> None:
    odd = replace(state, users={"taro@example.com": name})
    assert _decode(encode(odd)) == odd


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_does_not_have_are_not_stored(state: State, number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode(replace(state, tenant={"x": number}))


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        (b"", "torn or is not JSON"),
        (b"\x00" * 100, "torn or is not JSON"),
        (b"\xff\xfe", "torn or is not JSON"),
        (b"[" * 100_000, "recursion"),
        (b"[]", "it is not a JSON object"),
        (b"{}", "no field 'format_version'"),
        (b'{"format_version": "1"}', "field 'format_version' of it is str, not int"),
        (b'{"format_version": true}', "is bool, not int"),
        (b'{"format_version": 0}', "format 0 was never in use"),
        (b'{"format_version": 1}', "no field 'checksum'"),
        (b'{"format_version": 1, "format_version": 1}', "the same field twice"),
        (b'{"format_version": NaN}', "holds the number NaN"),
        (b'{"format_version": 1e999}', "holds the number 1e999"),
        (b'{"format_version": 1' + b"0" * 5000 + b"}", "torn or is not JSON"),
    ],
)
def test_what_is_not_a_state_is_corrupt_and_says_why(stored: bytes, words: str) -> None:
    with pytest.raises(Corrupt, match=words) as raised:
        _decode(stored)
    assert raised.value.message.startswith("the state in memory cannot be used: ")
    assert raised.value.advice == "Restore it."


def test_a_newer_format_asks_for_a_newer_program_and_not_for_a_rebuild() -> None:
    with pytest.raises(Corrupt, match="format 7; this lwdeploy reads up to 1") as raised:
        _decode(b'{"format_version": 7, "whatever": 1}')
    assert "newer lwdeploy" in raised.value.advice


def _signed(state: State, **changes: Any) -> bytes:
    """Encode a state with some fields replaced, and a checksum that agrees."""
    body = json.loads(encode(state)) | changes
    del body["checksum"]
    return json.dumps({**body, "checksum": _checksum(body)}).encode()


_ENTRY = {
    "kind": "bot",
    "path": ["bot", "a"],
    "remote_id": "1",
    "applied": {},
    "observed": {},
    "protect": False,
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"serial": 1.0}, "field 'serial' of it is float, not int"),
        ({"plans": [1]}, "a plan digest is int, not str"),
        ({"users": {"taro": 1}}, "user 'taro' is int, not str"),
        ({"extra": 1, "also": 1}, "it has an unknown field 'also'"),
        ({"entries": {}}, "field 'entries' of it is dict, not list"),
        ({"entries": [_ENTRY, _ENTRY]}, "an address occurs twice"),
        ({"entries": [1]}, "entry 1 is not a JSON object"),
        ({"entries": [_ENTRY, {}]}, "entry 2 has no field 'path'"),
        ({"entries": [_ENTRY | {"path": ["bot"]}]}, "path of entry 1 is too short"),
        ({"entries": [_ENTRY | {"path": ["bot", 1]}]}, "path of entry 1 is int, not str"),
        ({"entries": [_ENTRY | {"protect": 1}]}, "field 'protect' of entry 1 is int, not bool"),
        ({"entries": [_ENTRY | {"fixed": 1}]}, "field 'fixed' of entry 1 is int, not bool"),
        ({"entries": [_ENTRY | {"tainted": True}]}, "entry 1 has an unknown field 'tainted'"),
    ],
)
def test_every_field_is_what_it_must_be(state: State, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Corrupt, match=words):
        _decode(_signed(state, **changes))


def test_only_an_object_that_cannot_be_changed_is_said_to_be_fixed(state: State) -> None:
    """States of before that was known are states, and are written as they were."""
    rows = json.loads(encode(state))["entries"]
    assert all("fixed" not in row for row in rows)
    fixed = replace(state, entries={address: replace(each, fixed=True) for address, each in state.entries.items()})
    assert all(row["fixed"] is True for row in json.loads(encode(fixed))["entries"])
    assert _decode(encode(fixed)) == fixed != state


@pytest.mark.parametrize(("written", "fixed"), [({}, False), ({"fixed": False}, False), ({"fixed": True}, True)])
def test_an_entry_is_fixed_only_where_it_says_so(state: State, written: dict[str, bool], *, fixed: bool) -> None:
    (entry,) = _decode(_signed(state, entries=[_ENTRY | written])).entries.values()
    assert entry.fixed is fixed


def test_a_hand_edit_is_noticed(state: State) -> None:
    edited = encode(state).replace(b'"protect": true', b'"protect": false')
    with pytest.raises(Corrupt, match="checksum is wrong"):
        _decode(edited)


def test_another_layout_of_the_same_state_is_the_same_state(state: State) -> None:
    assert _decode(_signed(state)) == state
