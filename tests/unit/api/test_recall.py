"""What was read once is not asked again."""

from __future__ import annotations

from typing import Any

import pytest

from lwdeploy.api.call import Call, call
from lwdeploy.api.recall import Memory, Recall
from lwdeploy.core.errors import Rejected, Unavailable


class Tenant:
    """Stands for a client: counts what it is asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []
        self.calls = {"getBot": 1}

    def _answer(self, call: Call) -> Any:
        self.asked.append(str(call))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def send(self, call: Call) -> Any:
        return self._answer(call)

    def pages(self, call: Call, *, key: str) -> Any:
        return [key, self._answer(call)]

    def download(self, call: Call) -> Any:
        return self._answer(call)


def recall(tenant: Any, memory: Memory | None = None) -> Recall:
    return Recall(tenant, memory=memory or Memory())


def test_the_same_question_is_asked_once_and_another_one_again() -> None:
    tenant = Tenant({"a": 1}, {"b": 2})
    made = recall(tenant)
    first, second = call("getBot", botId="1"), call("getBot", botId="2")
    assert [made.send(first), made.send(second), made.send(first)] == [{"a": 1}, {"b": 2}, {"a": 1}]
    assert tenant.asked == ["getBot botId=1", "getBot botId=2"]
    assert made.calls == {"getBot": 1}


def test_a_list_its_first_page_and_a_file_are_three_things() -> None:
    tenant = Tenant("page", "list", b"file")
    made, one = recall(tenant), call("listBots")
    asked = [made.send(one), made.pages(one, key="bots"), made.download(one)] * 2
    assert asked == ["page", ["bots", "list"], b"file"] * 2
    assert len(tenant.asked) == 3


def test_that_something_is_gone_is_remembered_and_other_errors_are_not() -> None:
    gone = Rejected("gone", operation="getBot", status=404)
    forbidden = Rejected("no", operation="getBot", status=403)
    down = Unavailable("down", operation="getBot")
    tenant = Tenant(gone, forbidden, down, "there")
    made = recall(tenant)
    for _ in range(2):
        with pytest.raises(Rejected, match="gone"):
            made.send(call("getBot", botId="1"))
    for error in (Rejected, Unavailable):
        with pytest.raises(error):
            made.send(call("getBot", botId="2"))
    assert made.send(call("getBot", botId="2")) == "there"
    assert len(tenant.asked) == 4


def test_two_clients_of_a_tenant_may_share_what_they_know() -> None:
    memory = Memory()
    assert recall(Tenant("x"), memory).send(call("listBots")) == "x"
    assert recall(Tenant(), memory).send(call("listBots")) == "x"
