"""The operations that are served are those of the published description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lwdeploy.simulator.exchange import OPERATIONS

if TYPE_CHECKING:
    from tests.simulator.conftest import Contract

_AUTH = {"issueToken", "revokeToken", "authorize"}


def test_every_described_operation_is_served_and_no_other(contract: Contract) -> None:
    served = {operation.name: (operation.method, operation.path) for operation in OPERATIONS}
    described = {name: row[:2] for name, row in contract.operations.items() if name not in _AUTH}
    assert served == described
    assert len(served) == 39


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_takes_the_scopes_that_are_described(operation: Any, contract: Contract) -> None:
    security = contract.operations[operation.name][2]["security"]
    assert operation.scopes == {scope for choice in security for scope in choice["oauth2"]}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_is_serialised_and_limited_as_described(operation: Any, contract: Contract) -> None:
    described = contract.operations[operation.name][2]
    assert operation.serialised == ("x-serialize-per" in described)
    assert operation.per_minute == described.get("x-rate-limit-per-minute")
