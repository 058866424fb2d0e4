"""Addresses are the only key anywhere: comparable, sortable, printable."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lwdeploy.core.address import Address

_BOT = Address.top("bot", "helpdesk")
_DOMAIN = _BOT.child("bot_domain", "domain", "head-office")
_names = st.text(alphabet="abz019-", min_size=1, max_size=4)
_addresses = st.builds(lambda name, rest: Address(kind="k", path=("bot", name, *rest)), _names, st.lists(_names))


def test_an_address_prints_its_path() -> None:
    assert str(_BOT) == "bot/helpdesk"
    assert str(_DOMAIN) == "bot/helpdesk/domain/head-office"


def test_a_root_object_stands_by_itself_and_a_child_belongs_to_one() -> None:
    assert (_BOT.is_root, _DOMAIN.is_root) == (True, False)
    assert _BOT.root == _DOMAIN.root == _BOT
    assert (_BOT.name, _DOMAIN.name) == ("helpdesk", "helpdesk")


def test_a_child_of_a_child_belongs_to_the_same_root() -> None:
    menu = _BOT.child("rich_menu", "rich-menu", "main")
    user = menu.child("user_rich_menu", "user", "taro@example.com")
    assert user.root == _BOT
    assert str(user) == "bot/helpdesk/rich-menu/main/user/taro@example.com"


def test_a_rename_moves_the_whole_family_and_nobody_else() -> None:
    new = Address.top("bot", "support")
    stranger = Address.top("bot", "helpdesk-2")
    assert _BOT.moved(old=_BOT, new=new) == new
    assert _DOMAIN.moved(old=_BOT, new=new) == new.child("bot_domain", "domain", "head-office")
    assert stranger.moved(old=_BOT, new=new) is stranger


def test_the_kind_is_part_of_identity() -> None:
    other = Address(kind="bot_secret", path=_BOT.path)
    assert other != _BOT
    assert len({other, _BOT, Address.top("bot", "helpdesk")}) == 2


def test_an_address_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        _BOT.kind = "other"  # type: ignore[misc]


def test_an_object_sorts_before_its_children_and_they_before_the_next_object() -> None:
    later = Address.top("bot", "helpdesk-2")
    assert sorted([later, _DOMAIN, _BOT]) == [_BOT, _DOMAIN, later]


@given(left=_addresses, right=_addresses)
def test_moving_there_and_back_changes_nothing(left: Address, right: Address) -> None:
    there = left.moved(old=left.root, new=right.root)
    assert there.root == right.root
    back = there.moved(old=right.root, new=left.root)
    assert back == left
