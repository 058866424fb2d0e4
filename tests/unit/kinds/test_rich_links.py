"""The links to rich menus: which one is everybody's, which one is whose."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.core.kind import Declared
from lwdeploy.core.types import UNKNOWN, Action, Change
from lwdeploy.kinds import kinds_by_name
from lwdeploy.kinds.default_rich_menu import spec as default_spec
from lwdeploy.kinds.user_rich_menu import spec as user_spec
from tests.kinds.deployment import HANAKO, TARO, least, manifest_of
from tests.unit.kinds.cases import rich, rich_menu
from tests.unit.planning.builders import default_link_of, rich_menu_of, user_link_of

USER_ID = "5e1c0f7a-1111-4222-8333-444455556666"
MAIN, OTHER = rich_menu(), rich_menu("other")


def menus(**rich: Any) -> dict[str, Any]:
    return least(menus={"rich": rich})


# --- the default


def default_of(spec: dict[str, Any]) -> Declared:
    return default_spec.declare(manifest_of(spec))


def test_a_bot_s_default_is_a_link_to_one_of_its_menus() -> None:
    found = default_of(rich(MAIN, OTHER, default="other"))
    (link,) = found.resources
    assert (link.address, link.derived_id) == (default_link_of(), "default")
    assert link.spec == {"richmenuId": UNKNOWN}
    assert link.refers == {"richmenuId": rich_menu_of(key="other")}
    assert found.in_scope


@pytest.mark.parametrize(
    ("spec", "in_scope"),
    [
        (least(), False),
        (least(menus={}), False),
        (menus(menus=[MAIN]), False),
        (menus(menus=[MAIN], default=""), True),
        (menus(menus=[]), True),
        (menus(menus=[], default=""), True),
    ],
    ids=["no menus", "no rich menus", "not said", "none", "menus removed", "both"],
)
def test_without_a_default_the_former_one_goes_only_where_the_manifest_says_so(
    spec: dict[str, Any], *, in_scope: bool
) -> None:
    assert default_of(spec) == Declared(in_scope=in_scope)


# --- users


def users_of(spec: dict[str, Any]) -> Declared:
    return user_spec.declare(manifest_of(spec))


def test_every_user_has_a_link_to_the_menu_that_he_is_given() -> None:
    found = users_of(rich(MAIN, OTHER, users={"other": [TARO, HANAKO], "main": [USER_ID.upper()]}))
    assert [(each.address, each.derived_id, each.refers["richmenuId"]) for each in found.resources] == [
        (user_link_of(TARO), TARO, rich_menu_of(key="other")),
        (user_link_of(HANAKO), HANAKO, rich_menu_of(key="other")),
        (user_link_of(USER_ID), USER_ID, rich_menu_of(key="main")),
    ]
    assert {each.spec["richmenuId"] for each in found.resources} == {UNKNOWN}
    assert found.in_scope


@pytest.mark.parametrize(
    ("spec", "in_scope"),
    [
        (least(), False),
        (menus(menus=[MAIN]), False),
        (menus(menus=[MAIN], users={}), True),
        (menus(menus=[MAIN], users={"main": []}), True),
        (menus(menus=[]), True),
    ],
    ids=["no rich menus", "not said", "nobody", "nobody either", "menus removed"],
)
def test_without_users_the_former_ones_lose_theirs_only_where_the_manifest_says_so(
    spec: dict[str, Any], *, in_scope: bool
) -> None:
    assert users_of(spec) == Declared(in_scope=in_scope)


# --- both


@pytest.mark.parametrize(
    ("kind", "address", "sets", "deletes"),
    [
        ("default_rich_menu", default_link_of(), "setDefaultRichmenu", "deleteDefaultRichmenu"),
        ("user_rich_menu", user_link_of(), "setUserRichmenu", "deleteUserRichmenu"),
    ],
)
def test_a_link_is_set_or_deleted_by_one_call(kind: str, address: Any, sets: str, deletes: str) -> None:
    calls = kinds_by_name()[kind].calls
    assert calls(Change(address=address, action=Action.CREATE)) == {sets: 1}
    assert calls(Change(address=address, action=Action.UPDATE)) == {sets: 1}
    assert calls(Change(address=address, action=Action.DELETE)) == {deletes: 1}
    for action in (Action.NOOP, Action.ADOPT, Action.FORGET):
        assert calls(Change(address=address, action=action)) == {}


def test_only_users_may_be_refused_without_holding_up_the_others() -> None:
    kinds = kinds_by_name()
    assert {name for name, kind in kinds.items() if kind.lenient} == {"user_rich_menu"}
    assert {name for name, kind in kinds.items() if kind.eager} == {"default_rich_menu"}
    assert {name for name, kind in kinds.items() if kind.refers_to} == {"default_rich_menu", "user_rich_menu"}
