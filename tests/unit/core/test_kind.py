"""A kind that says nothing special has no consequences, no calls, and specs without secrets."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.address import Address
from lwdeploy.core.kind import Adapter, Declared, Kind, Manifest
from lwdeploy.core.types import Action, Change


def _unused_adapter(_client: Any) -> Adapter:
    raise AssertionError("a kind is data: nothing of it runs by itself")


def _unused_declare(_manifest: Manifest) -> Declared:
    raise AssertionError("a kind is data: nothing of it runs by itself")


@pytest.fixture
def plain() -> Kind:
    return Kind(name="bot", word="bot", level=0, adapter=_unused_adapter, declare=_unused_declare)


def test_a_plain_kind_foresees_nothing(plain: Kind) -> None:
    change = Change(address=Address.top("bot", "helpdesk"), action=Action.UPDATE)
    assert tuple(plain.consequences(change, None)) == ()
    assert plain.calls(change) == {}


def test_a_plain_kind_keeps_its_spec_and_has_no_name_to_show(plain: Kind) -> None:
    spec = {"size": "full"}
    assert plain.seal(spec) is spec
    assert plain.label(spec) == ""


def test_a_plain_kind_is_a_root_without_a_mark(plain: Kind) -> None:
    assert (plain.parent, plain.marked, plain.rules, plain.user_fields) == (None, False, (), ())
