"""A call names an operation, fills its path safely and prints no body."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lwdeploy.api.call import OPERATIONS, call
from lwdeploy.core.errors import UserError


def test_the_inventory_has_all_operations() -> None:
    """Operations 1-38 of reference 3.0 and the look-up of a user are there, each method and path once."""
    assert len(OPERATIONS) == 39
    assert len(set(OPERATIONS.values())) == 39


def test_the_inventory_cannot_be_changed() -> None:
    """The table is frozen: no module-level mutable state."""
    with pytest.raises(TypeError):
        OPERATIONS["x"] = ("GET", "/")  # type: ignore[index]


def test_the_inventory_agrees_with_the_description_of_the_api() -> None:
    """Method and path of each operationId are those of the OpenAPI file, where the project keeps its copy."""
    root = Path(__file__).parents[3]
    description = root / "tests" / "remote" / "lineworks-bot-openapi.yaml"
    described: dict[str, tuple[str, str]] = {}
    path = method = ""
    for line in description.read_text("utf-8").splitlines():
        if found := re.match(r"  (/\S*):$", line):
            path = found[1]
        elif found := re.match(r"    (get|post|put|patch|delete):$", line):
            method = found[1].upper()
        elif found := re.match(r"      operationId: (\w+)$", line):
            described[found[1]] = (method, path)
    for outside in ("issueToken", "revokeToken", "authorize", "botCallback"):
        described.pop(outside, None)
    assert described == dict(OPERATIONS)


def test_an_email_is_percent_encoded() -> None:
    """A login id in a path is one segment."""
    made = call("deleteBotDomainMember", botId=1, domainId="2", userId="taro@example.com")
    assert made.target == "/bots/1/domains/2/members/taro%40example.com"
    assert not made.safe


@pytest.mark.parametrize(
    ("raw", "encoded"),
    [
        ("a/b", "a%2Fb"),
        ("a b?c#d", "a%20b%3Fc%23d"),
        ("%41", "%2541"),
        ("日", "%E6%97%A5"),
        ("\n", "%0A"),
        ("...", "..."),
    ],
)
def test_every_other_character_is_too(raw: str, encoded: str) -> None:
    """No value can leave its segment."""
    assert call("getUserRichmenu", botId=1, userId=raw).target == f"/bots/1/richmenus/users/{encoded}"


@pytest.mark.parametrize("value", ["", ".", "..", "\ud800"])
def test_a_value_that_would_aim_elsewhere_is_refused(value: str) -> None:
    """Deleting the member `..` must not delete the registration."""
    with pytest.raises(UserError, match="userId"):
        call("deleteBotDomainMember", botId=1, domainId=2, userId=value)


@pytest.mark.parametrize("params", [{}, {"botId": 1, "domainId": 2}, {"bot": 1}])
def test_parameters_must_be_those_of_the_path(params: dict[str, int]) -> None:
    """Missing, surplus and misspelt parameters are our own mistakes."""
    with pytest.raises(ValueError, match="getBot takes"):
        call("getBot", json=None, query=None, **params)


def test_an_unknown_operation_is_our_own_mistake() -> None:
    """Only the inventory can be called."""
    with pytest.raises(ValueError, match="listChannels"):
        call("listChannels")


def test_a_call_prints_its_ids_and_no_body() -> None:
    """A callback URL may hold a secret, a cursor is noise."""
    made = call("patchBot", botId=7, json={"callbackUrl": "https://x/?s=canary"}, query={"q": "canary"})
    assert str(made) == "patchBot botId=7"
    assert "canary" not in repr(made)
