"""Keys made of names in any script."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.manifests.naming import free_key, key_of_name
from tests.property.strategies import bounded

KEY = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Help Desk", "help-desk"),
        ("ヘルプデスク", "herupudesuku"),
        ("총무 안내", "chongmu-annae"),
        ("客服中心", "kefuzhongxin"),
        ("Café Zürich", "cafe-zurich"),
        ("🍱 Lunch", "lunch"),
        ("🤖", ""),
        ("  --.x.--  ", "x"),
        ("v1.10", "v1.10"),
        ("a" * 80, "a" * 63),
    ],
)
def test_a_key_is_what_a_name_sounds_like_in_latin_letters(name: str, key: str) -> None:
    assert key_of_name(name) == key


@bounded(200)
@given(name=st.text(max_size=80))
def test_every_name_gives_a_key_that_the_schemas_take_or_none(name: str) -> None:
    made = key_of_name(name)
    assert not made or (KEY.fullmatch(made) and len(made) <= 63)
    assert key_of_name(name) == made


@bounded(100)
@given(key=st.from_regex(KEY, fullmatch=True).map(lambda key: key[:63].rstrip("-.")), others=st.integers(0, 12))
def test_a_key_that_is_taken_gets_a_number_and_stays_a_key(key: str, others: int) -> None:
    taken: set[str] = set()
    for _ in range(others + 1):
        made = free_key(key, taken=taken)
        assert made not in taken
        assert KEY.fullmatch(made)
        assert len(made) <= 63
        taken.add(made)
