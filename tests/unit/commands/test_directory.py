"""Who is in the directory: found, gone, or not to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from lwdeploy.api.call import Call
from lwdeploy.api.client import Client
from lwdeploy.commands.directory import look_up
from lwdeploy.core.errors import Rejected
from lwdeploy.planning.tenant_report import Directory, Person

TARO = {"userId": "u-1", "email": "taro@example.com", "userName": {"lastName": "Yamada", "firstName": "Taro"}}


class People:
    """A client that knows a few users."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known

    def send(self, call: Call) -> Any:
        answer = self._known[call.params["userId"]]
        if isinstance(answer, int):
            raise Rejected(f"{answer}", operation="getUser", status=answer)
        return answer


def looked_up(known: Mapping[str, Any]) -> Directory:
    with ThreadPoolExecutor(max_workers=1) as pool:
        return look_up(cast("Client", People(known)), known, pool=pool)


@pytest.mark.parametrize("asked", ["u-1", "taro@example.com"])
def test_a_user_is_told_with_id_login_and_name(asked: str) -> None:
    found = Person(user_id="u-1", login="taro@example.com", name="Yamada Taro", left=False)
    assert looked_up({asked: TARO}).people == {asked: found}


@pytest.mark.parametrize("answer", [404, 400, {**TARO, "isDeleted": True}], ids=["404", "400", "deleted"])
def test_one_who_is_not_found_or_deleted_is_there_no_more(answer: object) -> None:
    assert looked_up({"u-1": answer}).people == {"u-1": None}


@pytest.mark.parametrize("status", [401, 403])
def test_without_the_right_nobody_is_told(status: int) -> None:
    found = looked_up({"u-1": TARO, "u-2": status})
    assert found.people == {}
    assert "scope user.read" in found.unchecked
